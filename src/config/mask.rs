//! `[mask]`, `[mask.columns]` and `[mask.emails]`: which columns get which masks.

use super::document_path::{keys_of, path_of};
use super::environment::Environment;
use super::mask_name::Mask;
use super::mistake::{did_you_mean, without_secrets};
use super::model::Located;
use super::pattern::{NamePattern, TablePattern};
use super::reader::{Reader, Section};
use super::secret::Secret;
use super::table::{TableNameError, take_part};
use std::fmt;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// `[mask]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masking {
    pub mode: MaskMode,
    /// Names and addresses are of this language; `None`: guessed.
    pub locale: Option<Located<String>>,
    /// In the file's order.
    pub columns: Vec<MaskRule>,
    /// Rows that keep their values, by SQL.
    pub keep_where: Vec<KeepWhere>,
    pub emails: MaskedEmails,
    /// From the environment: equal keys give equal masked values.
    pub key: Option<Secret>,
    /// From the environment: what reviewers sign in with.
    pub password: Option<Secret>,
}

/// The config var for the key of the masks.
pub const MASK_KEY_VARIABLE: &str = "REVIEW_DATA_MASK_KEY";
/// The config var for the password whose digest masked accounts get.
pub const PASSWORD_VARIABLE: &str = "REVIEW_DATA_PASSWORD";

/// What becomes of columns that no line names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaskMode {
    #[default]
    Auto,
    /// Each column that can hold text needs a decision.
    Strict,
    /// Nothing is masked.
    Off,
    /// The same, by `--no-mask`.
    SwitchedOff,
}

impl Masking {
    /// Takes the key and the password from the environment.
    pub fn take_secrets(&mut self, environment: &Environment) {
        let secret = |name| environment.get(name).map(|value| Secret::new(value.trim()));
        self.key = secret(MASK_KEY_VARIABLE);
        self.password = secret(PASSWORD_VARIABLE);
    }
}

impl MaskMode {
    /// Whether anything is masked.
    #[must_use]
    pub fn masks(self) -> bool {
        matches!(self, MaskMode::Auto | MaskMode::Strict)
    }
}

/// `[mask.emails]`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskedEmails {
    /// Masked addresses are at this domain.
    pub domain: Option<Located<String>>,
    /// Addresses at these domains stay as they are.
    pub keep: Vec<Located<String>>,
}

/// A line of `[mask.columns]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskRule {
    pub columns: Located<MaskedColumns>,
    pub mask: Mask,
}

/// A line of `keep_where`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepWhere {
    pub table: Located<TablePattern>,
    pub condition: Located<String>,
}

/// `users.email`, `shop.users.email`, `*.email`, `users.profile:address.street`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedColumns {
    pub table: TablePattern,
    pub column: NamePattern,
    /// Within a document: its keys, joined by dots. A key with a dot stands in quotes.
    pub path: Option<String>,
}

/// A text that names no column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskedColumnsError {
    #[error("a table and its column are expected, as in \"users.email\"")]
    Parts,
    #[error("a path is expected after the colon, as in \"users.profile:address.street\"")]
    Path,
    #[error("{0}")]
    Name(#[from] TableNameError),
}

impl MaskedColumns {
    /// Whether it has no wildcard.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.column.is_exact() && self.table.exact().is_some()
    }
}

impl FromStr for MaskedColumns {
    type Err = MaskedColumnsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let ((part, quoted), after) = take_part(rest)?;
            parts.push(NamePattern::new(part, quoted));
            let Some(next) = after.strip_prefix('.') else {
                rest = after;
                break;
            };
            rest = next;
        }
        let path = match rest.strip_prefix(':') {
            Some(path) => {
                // the one way to write it
                let keys = keys_of(path).ok_or(MaskedColumnsError::Path)?;
                Some(path_of(&keys))
            }
            None if rest.is_empty() => None,
            None => return Err(MaskedColumnsError::Parts),
        };
        let column = parts.pop().ok_or(MaskedColumnsError::Parts)?;
        let table = parts.pop().ok_or(MaskedColumnsError::Parts)?;
        let schema = parts.pop();
        if !parts.is_empty() {
            return Err(MaskedColumnsError::Parts);
        }
        Ok(MaskedColumns { table: TablePattern { schema, table }, column, path })
    }
}

impl fmt::Display for MaskedColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.column)?;
        match &self.path {
            Some(path) => write!(f, ":{path}"),
            None => Ok(()),
        }
    }
}

/// The languages of names and addresses.
pub const LOCALES: [&str; 10] = ["en", "de", "fr", "es", "pt", "it", "nl", "pl", "sl", "hr"];

impl Reader<'_> {
    pub(super) fn mask(&mut self, root: &DeTable<'_>) -> Masking {
        let Some(section) = self.section(root, "mask") else { return Masking::default() };
        let mode = match self.word(section, "mode", &["auto", "strict", "off"], "") {
            Some("auto") => MaskMode::Auto,
            Some("strict") => MaskMode::Strict,
            Some(_) => MaskMode::Off,
            None => MaskMode::default(),
        };
        let locale = self.word(section, "locale", &LOCALES, "");
        let locale = section.get("locale").zip(locale);
        Masking {
            mode,
            locale: locale.map(|(value, word)| self.located(&value.span(), word.to_owned())),
            columns: self.masked_columns(section),
            keep_where: self.keep_where(section),
            emails: self.masked_emails(section),
            ..Masking::default()
        }
    }

    fn masked_emails(&mut self, mask: Section<'_, '_>) -> MaskedEmails {
        let Some(section) = self.section(mask.table, "mask.emails") else {
            return MaskedEmails::default();
        };
        let mut domain = self.text(section, "domain");
        if let Some(given) = &domain
            && !is_domain(&given.value)
        {
            let span = section.get("domain").map_or(0..0, Spanned::span);
            self.mistake(span, "domain must be a domain such as \"review.ourcompany.com\"");
            domain = None;
        }
        let keep = self.texts(section, "keep");
        if let Some(wrong) = keep.iter().find(|domain| !is_domain(&domain.value)) {
            let span = section.get("keep").map_or(0..0, Spanned::span);
            let message = format!(
                "keep has {:?}, which is not a domain such as \"ourcompany.com\"",
                wrong.value
            );
            self.mistake(span, message);
        }
        MaskedEmails { domain, keep }
    }

    /// In the file's order.
    fn masked_columns(&mut self, mask: Section<'_, '_>) -> Vec<MaskRule> {
        let mut rules = Vec::new();
        for (key, value) in self.lines(mask, "columns", "[mask.columns]") {
            let mask = self.mask_name(value);
            let text = key.get_ref().as_ref();
            if value.get_ref().is_table() {
                // TOML reads users.email = "email" as a table in a table
                let quoted = without_secrets(text);
                let message = format!("a column's name needs quotes, as in \"{quoted}.email\"");
                self.mistake(key.span(), message);
                continue;
            }
            match text.parse::<MaskedColumns>() {
                Ok(columns) => {
                    let columns = self.located(&key.span(), columns);
                    rules.extend(mask.map(|mask| MaskRule { columns, mask }));
                }
                Err(error) => self.mistake(key.span(), format!("not a column's name: {error}")),
            }
        }
        rules
    }

    fn mask_name(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Mask> {
        let DeValue::String(text) = value.get_ref() else {
            if !value.get_ref().is_table() {
                let expected = "the name of a mask, such as \"email\" or \"keep\"";
                self.wrong_type(value.span(), "a mask", expected, value.get_ref());
            }
            return None;
        };
        let mask = text.parse();
        if mask.is_err() {
            let names = Mask::PLAIN.iter().map(|(name, _)| *name);
            let hint = did_you_mean(text, names.chain(["constant:", "sql:"]));
            self.mistake(value.span(), format!("unknown mask {:?}{hint}", without_secrets(text)));
        }
        mask.ok()
    }

    fn keep_where(&mut self, mask: Section<'_, '_>) -> Vec<KeepWhere> {
        let mut rules = Vec::new();
        for (key, value) in self.lines(mask, "keep_where", "keep_where") {
            let Some(condition) = self.text_of(value, "a condition of keep_where") else {
                continue;
            };
            match key.get_ref().as_ref().parse::<TablePattern>() {
                Ok(table) => {
                    let table = self.located(&key.span(), table);
                    rules.push(KeepWhere { table, condition });
                }
                Err(error) => self.mistake(key.span(), format!("not a table's name: {error}")),
            }
        }
        rules
    }

    /// The entries of a table whose keys are names of the database, in the file's order.
    fn lines<'a, 'i>(
        &mut self,
        section: Section<'a, 'i>,
        key: &str,
        called: &str,
    ) -> Vec<(&'a Spanned<toml::de::DeString<'i>>, &'a Spanned<DeValue<'i>>)> {
        let Some(value) = section.get(key) else { return Vec::new() };
        let Some(table) = self.table(value, called) else { return Vec::new() };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        entries
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_with_table_schema_wildcards_and_paths() {
        for (text, schema, path) in [
            ("users.email", None, None),
            ("shop.users.email", Some("shop"), None),
            ("*.email", None, None),
            ("tenant_*.users.*_mail", Some("tenant_*"), None),
            ("users.profile:address.street", None, Some("address.street")),
            ("users.profile:\"user.email\".x", None, Some("\"user.email\".x")),
            ("\"my.schema\".\"a:b\".\"c.d\":e", Some("\"my.schema\""), Some("e")),
        ] {
            let columns: MaskedColumns = text.parse().unwrap();
            assert_eq!(columns.table.schema.as_ref().map(ToString::to_string).as_deref(), schema);
            assert_eq!(columns.path.as_deref(), path);
            assert_eq!(columns.to_string(), text);
        }
        for text in
            ["email", "a.b.c.d", "", "users.", "users.email:", "users.p:a..b", "users.p:\"a"]
        {
            assert!(text.parse::<MaskedColumns>().is_err(), "{text}");
        }
    }
}
