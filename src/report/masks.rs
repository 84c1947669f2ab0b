//! What was masked, by which mask.

use super::lines::{table_name, wrapped};
use super::numbers::{counted, grouped};
use crate::failure::visible;
use serde::Serialize;
use std::fmt;

/// What became of personal data and secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Masks {
    pub state: Masked,
    /// The key that values were masked under; `None` where none were.
    pub key: Option<KeyKind>,
    /// The masked columns, by table.
    pub columns: Vec<MaskedColumn>,
    /// The password whose digest masked accounts have, where nobody chose it. Only the output of
    /// the load has it.
    #[serde(skip)]
    pub password: Option<String>,
    /// Whether a column got the digest of a password.
    #[serde(skip)]
    pub sign_in: bool,
}

/// Whether values were masked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Masked {
    /// Columns that are likely personal, and columns that the configuration names.
    Auto,
    /// The same, and each column that can hold text has a decision.
    Strict,
    /// Nothing is masked: `[mask] mode = "off"`.
    #[default]
    Off,
    /// Nothing is masked: `--no-mask`.
    SwitchedOff,
    /// The source's values were masked already.
    Before,
}

/// Where a key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// The config var.
    Configured,
    /// Made for one load, and forgotten.
    Random,
}

impl KeyKind {
    /// As the record has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            KeyKind::Configured => "configured",
            KeyKind::Random => "random",
        }
    }
}

/// A masked column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MaskedColumn {
    pub schema: String,
    pub table: String,
    pub column: String,
    pub mask: String,
    /// Within a document: paths and their masks.
    pub paths: Vec<MaskedPath>,
    pub reason: String,
    /// How many values are not the source's.
    pub values: u64,
}

/// A path within a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MaskedPath {
    pub path: String,
    pub mask: String,
}

/// In capitals, so that nobody misses it.
const NOT_MASKED: &str = "NOTHING IS MASKED: PERSONAL DATA AND SECRETS ARE COPIED AS THEY ARE";

impl Masks {
    /// Whether the target's values are masked.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        !matches!(self.state, Masked::Off | Masked::SwitchedOff)
    }

    /// What reviewers sign in with, where they can.
    #[must_use]
    pub fn sign_in_line(&self) -> Option<String> {
        self.sign_in.then(|| match &self.password {
            Some(password) => format!("password of all masked accounts: {password}"),
            None => "password of all masked accounts: the one in REVIEW_DATA_PASSWORD".to_owned(),
        })
    }

    /// What the load says before it begins.
    #[must_use]
    pub fn announcement(&self) -> Option<String> {
        match self.state {
            Masked::Off => Some(format!("{NOT_MASKED} ([mask] mode = \"off\")")),
            Masked::SwitchedOff => Some(format!("{NOT_MASKED} (--no-mask)")),
            Masked::Before => Some(
                "the source's record says that its data is masked: it is not masked again"
                    .to_owned(),
            ),
            Masked::Auto | Masked::Strict => None,
        }
    }
}

#[cfg(test)]
impl Masks {
    pub(super) fn of_users() -> Self {
        let column = |column: &str, mask: &str, paths: Vec<MaskedPath>| MaskedColumn {
            schema: "public".to_owned(),
            table: "users".to_owned(),
            column: column.to_owned(),
            mask: mask.to_owned(),
            paths,
            reason: "values are e-mail addresses".to_owned(),
            values: 11_234,
        };
        let street = MaskedPath { path: "address.street".to_owned(), mask: "street".to_owned() };
        Masks {
            state: Masked::Auto,
            key: Some(KeyKind::Random),
            columns: vec![
                column("email", "email", Vec::new()),
                column("password_digest", "password", Vec::new()),
                column("profile", "json", vec![street]),
            ],
            password: Some("abcde-fghij-kmnpq".to_owned()),
            sign_in: true,
        }
    }
}

impl fmt::Display for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.announcement() {
            writeln!(f, "{}", wrapped(&line))?;
            return Ok(());
        }
        for line in by_table(&self.columns) {
            writeln!(f, "{}", wrapped(&line))?;
        }
        let columns = counted(self.columns.len() as u64, "column");
        let values = self.columns.iter().map(|column| column.values).sum();
        let values = counted(values, "value");
        let line = match self.key {
            Some(KeyKind::Configured) => {
                format!("masked: {columns}, {values}, under the key in REVIEW_DATA_MASK_KEY")
            }
            Some(KeyKind::Random) => format!(
                "masked: {columns}, {values}, under a random key that is not kept: the next load \
                 gives other values, unless REVIEW_DATA_MASK_KEY is set"
            ),
            None => format!("masked: {columns}"),
        };
        writeln!(f, "{}", wrapped(&line))?;
        match self.sign_in_line() {
            Some(line) => writeln!(f, "{line}"),
            None => Ok(()),
        }
    }
}

/// A line for each table: `masked: public.users: email (email, 1,234)`.
pub(super) fn by_table(columns: &[MaskedColumn]) -> Vec<String> {
    let same = |a: &MaskedColumn, b: &MaskedColumn| a.schema == b.schema && a.table == b.table;
    let line = |table: &[MaskedColumn]| {
        let columns: Vec<String> = table.iter().map(MaskedColumn::told).collect();
        let name = table_name(&table[0].schema, &table[0].table);
        format!("masked: {name}: {}", columns.join(", "))
    };
    columns.chunk_by(same).map(line).collect()
}

impl MaskedColumn {
    /// `email (email, 1,234)`
    fn told(&self) -> String {
        let paths: Vec<String> =
            self.paths.iter().map(|path| format!("{} {}", path.path, path.mask)).collect();
        let mask = match &paths[..] {
            [] => self.mask.clone(),
            paths => format!("{}: {}", self.mask, paths.join(", ")),
        };
        format!("{} ({}, {})", visible(&self.column), visible(&mask), grouped(self.values))
    }
}
