//! `review-data.toml`, key by key: what each key's value means.

use super::mistake::{FileText, Mistakes, did_you_mean, without_secrets};
use super::model::{
    Asked, Config, Given, LeftOut, Located, Order, Postdeploy, Rows, Schemas, Size, Source, Subset,
    TableRule, Target,
};
use super::pattern::TablePattern;
use super::reader::{self, Reader, Section};
use super::sections::{RULES, SECTIONS};
use crate::failure::Failure;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The file's name, at the app's root.
pub const FILE_NAME: &str = "review-data.toml";

/// A file that people write is far smaller.
const MOST_BYTES: u64 = 1_000_000;

/// Zero does not wait at all; a day is longer than any run.
const LOCK_WAITS: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(24 * 60 * 60);

/// A run needs some time.
const DURATIONS: RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(24 * 60 * 60);

/// No retry at all, up to the limit of a day.
const PATIENCES: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_secs(24 * 60 * 60);

impl Config {
    /// The configuration of the app in a directory; everything at its default where there is no
    /// file.
    ///
    /// # Errors
    /// If the file cannot be read, or all of its mistakes together.
    pub fn of_directory(directory: &Path) -> Result<Self, Failure> {
        match read(&directory.join(FILE_NAME)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Config::parse(FILE_NAME, &text)?),
                Err(_) => Err(Failure::wrong_use(format!("{FILE_NAME} is not UTF-8 text"))
                    .remedy("save it as UTF-8")),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
            Err(error) => Err(Failure::wrong_use(format!("{FILE_NAME} cannot be read"))
                .because(error.to_string())
                .remedy(format!("make {FILE_NAME} a text file that can be read"))),
        }
    }

    /// Reads the text of a file, whose name is only for messages.
    ///
    /// # Errors
    /// All mistakes of the file.
    pub fn parse(name: &str, text: &str) -> Result<Self, Mistakes> {
        let file = FileText::new(name, text);
        let mut reader = Reader { file: &file, mistakes: Vec::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let end = text.trim_end().len();
            reader.mistake(error.span().unwrap_or(end..end), error.message());
        }
        // a document that is not TOML has lost keys or values: what it means is not worth asking
        if !reader.mistakes.is_empty() {
            return Err(file.mistakes(reader.mistakes));
        }
        let mut config = reader.config(document.get_ref());
        if !reader.mistakes.is_empty() {
            return Err(file.mistakes(reader.mistakes));
        }
        config.file = Some(name.to_owned());
        config.text = file;
        Ok(config)
    }
}

/// A pipe would be waited for, and a device may never end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let refused = |why: String| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return refused("it is not a regular file".to_owned());
    }
    if metadata.len() > MOST_BYTES {
        let size = metadata.len();
        return refused(format!("it has {size} bytes, and at most {MOST_BYTES} are read"));
    }
    std::fs::read(path)
}

impl Reader<'_> {
    fn config(&mut self, root: &DeTable<'_>) -> Config {
        let sections = SECTIONS.iter().map(|(name, _)| *name).filter(|name| !name.contains('.'));
        self.check_keys("the file", root, &sections.collect::<Vec<_>>());
        Config {
            source: self.source(root),
            target: self.target(root),
            subset: self.subset(root),
            schemas: self.schemas(root),
            left_out: self.left_out(root),
            tables: self.tables(root),
            foreign_keys: self.foreign_keys(root),
            only: self.only(root),
            masking: self.mask(root),
            migrate: self.migrate(root),
            postdeploy: self.postdeploy(root),
            ..Config::default()
        }
    }

    fn source(&mut self, root: &DeTable<'_>) -> Source {
        let Some(section) = self.section(root, "source") else { return Source::default() };
        Source {
            url: self.url(section),
            patience: self
                .duration(section, "patience", PATIENCES)
                .unwrap_or(Source::default().patience),
        }
    }

    fn target(&mut self, root: &DeTable<'_>) -> Target {
        let Some(section) = self.section(root, "target") else { return Target::default() };
        let existing = self.word(section, "existing", &["refuse", "replace"], "");
        Target {
            url: self.url(section),
            replace_existing: existing == Some("replace"),
            capacity: self.byte_size(section, "capacity"),
        }
    }

    /// `[source]`, `[target]`: the name of a config var.
    fn url(&mut self, section: Section<'_, '_>) -> Option<Located<String>> {
        let name = self.text(section, "url")?;
        if is_variable(&name.value) {
            return Some(name);
        }
        let span = section.get("url").map_or(0..0, Spanned::span);
        let message = if name.value.contains("://") || name.value.contains('=') {
            "url must be the name of a config var, not the URL itself: put the URL into a config \
             var and its name here; change a password that was committed, since everybody with the repository knows it"
        } else {
            "url must be the name of a config var, such as \"HEROKU_POSTGRESQL_PINK_URL\""
        };
        self.mistake(span, message);
        None
    }

    fn subset(&mut self, root: &DeTable<'_>) -> Subset {
        let defaults = Subset::default();
        let Some(section) = self.section(root, "subset") else {
            return defaults;
        };
        let max_size = self.byte_size(section, "max_size");
        let fraction = self.fraction(section, "fraction");
        if let Some(value) = section.get("max_size")
            && section.get("fraction").is_some()
        {
            self.mistake(
                value.span(),
                "max_size and fraction exclude each other: max_size finds the fraction that fits",
            );
        }
        let logarithmic = self.boolean(section, "logarithmic").unwrap_or(false);
        if logarithmic && section.get("fraction").is_none() {
            let span = section.get("logarithmic").map_or(0..0, Spanned::span);
            self.mistake(
                span,
                "logarithmic = true needs a fraction beside it, such as fraction = 0.5 for the \
                 square root of the rows",
            );
        }
        Subset {
            size: match fraction {
                Some(fraction) if logarithmic => Size::Logarithmic(fraction),
                Some(fraction) => Size::Linear(fraction),
                None => max_size.map_or(defaults.size, Size::Budget),
            },
            children: self
                .integer(section, "children", "a whole number, 0 or more")
                .unwrap_or(defaults.children),
            seed: self.integer(section, "seed", "a whole number").unwrap_or(defaults.seed),
            coverage: self.boolean(section, "coverage").unwrap_or(defaults.coverage),
        }
    }

    fn schemas(&mut self, root: &DeTable<'_>) -> Schemas {
        // `subset` reports mistakes of the section itself
        let value = (Section { table: root }).get("subset");
        let Some(table) = value.and_then(|value| value.get_ref().as_table()) else {
            return Schemas::default();
        };
        let section = Section { table };
        Schemas {
            included: self.patterns(section, "schemas", "a schema's name"),
            excluded: self.patterns(section, "exclude_schemas", "a schema's name"),
        }
    }

    fn left_out(&mut self, root: &DeTable<'_>) -> LeftOut {
        let Some(section) = self.section(root, "schema") else { return LeftOut::default() };
        LeftOut {
            objects: self.patterns(section, "leave_out", "a table's name or a schema.*"),
            extensions: self.patterns(section, "leave_out_extensions", "an extension's name"),
        }
    }

    /// Names with wildcards.
    fn patterns<T: FromStr>(
        &mut self,
        section: Section<'_, '_>,
        key: &str,
        what: &str,
    ) -> Vec<Asked<T>> {
        let span = section.get(key).map_or(0..0, Spanned::span);
        let mut patterns = Vec::new();
        for text in self.texts(section, key) {
            match (text.value.parse(), text.location) {
                (Ok(value), Some(place)) => {
                    patterns.push(Asked { value, given: Given::File(place) });
                }
                _ => self.mistake(
                    span.clone(),
                    format!("{key} has {:?}, which is not {what}", text.value),
                ),
            }
        }
        patterns
    }

    /// `[tables.*]`, in the file's order.
    fn tables(&mut self, root: &DeTable<'_>) -> Vec<TableRule> {
        let Some(value) = (Section { table: root }).get("tables") else {
            return Vec::new();
        };
        let Some(tables) = self.table(value, "[tables]") else {
            return Vec::new();
        };
        let mut entries: Vec<_> = tables.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        entries
            .into_iter()
            .filter_map(|(name, value)| {
                let text = name.get_ref().as_ref();
                let table = match text.parse::<TablePattern>() {
                    Ok(table) => self.located(&name.span(), table),
                    Err(error) => {
                        self.mistake(name.span(), format!("not a table's name: {error}"));
                        return None;
                    }
                };
                self.rule(table, text, value)
            })
            .collect()
    }

    fn rule(
        &mut self,
        table: Located<TablePattern>,
        name: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<TableRule> {
        let called = format!("[tables.{}]", without_secrets(name));
        let keys = self.table(value, &called)?;
        for (key, value) in keys {
            let text = key.get_ref().as_ref();
            if value.get_ref().is_table() {
                // TOML reads [tables.public.users] as a table in a table
                let quoted = without_secrets(&format!("{name}.{text}"));
                let message =
                    format!("a name with a schema needs quotes, as in [tables.\"{quoted}\"]");
                self.mistake(key.span(), message);
            } else if !RULES.contains(&text) {
                self.unknown_key(key, &called, &RULES);
            }
        }
        let section = Section { table: keys };
        Some(TableRule {
            table,
            rows: self.rows(section),
            condition: self.text(section, "where"),
            always: self.texts(section, "always"),
            order: self.order(section),
        })
    }

    /// `"newest"`, `"oldest"`, or SQL
    fn order(&mut self, section: Section<'_, '_>) -> Option<Located<Order>> {
        let Located { value, location } = self.text(section, "order")?;
        let value = match value.trim() {
            "newest" => Order::Newest,
            "oldest" => Order::Oldest,
            _ => Order::Sql(value),
        };
        Some(Located { value, location })
    }

    /// `"all"`, `"none"`, `500`, `"5%"`
    fn rows(&mut self, section: Section<'_, '_>) -> Option<Rows> {
        const EXPECTED: &str = "\"all\", \"none\", a number such as 500, or a share such as \"5%\"";
        let value = section.get("rows")?;
        let rows = match value.get_ref() {
            DeValue::Integer(_) => reader::integer(value.get_ref())
                .and_then(|number| u64::try_from(number).ok())
                .map(Rows::Number)
                .ok_or_else(|| "rows must be 0 or more".to_owned()),
            DeValue::String(text) => rows_of_text(text),
            other => {
                self.wrong_type(value.span(), "rows", EXPECTED, other);
                return None;
            }
        };
        match rows {
            Ok(rows) => Some(rows),
            Err(message) if message.is_empty() => {
                self.mistake(value.span(), format!("rows must be {EXPECTED}"));
                None
            }
            Err(message) => {
                self.mistake(value.span(), message);
                None
            }
        }
    }

    fn postdeploy(&mut self, root: &DeTable<'_>) -> Postdeploy {
        let Some(section) = self.section(root, "postdeploy") else {
            return Postdeploy::default();
        };
        let mut commands = |key: &str| -> Vec<String> {
            self.texts(section, key).into_iter().map(|command| command.value).collect()
        };
        let (before, after) = (commands("before"), commands("after"));
        let wait = self.duration(section, "wait", LOCK_WAITS);
        let max_duration = self.duration(section, "max_duration", DURATIONS);
        let default = Postdeploy::default();
        Postdeploy {
            before,
            after,
            wait: wait.unwrap_or(default.wait),
            max_duration: max_duration.unwrap_or(default.max_duration),
        }
    }
}

/// True for what can be a config var's name.
pub(super) fn is_variable(name: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(letters) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The error is empty if it can only repeat the general rule.
fn rows_of_text(text: &str) -> Result<Rows, String> {
    let text = text.trim();
    match text {
        "all" => return Ok(Rows::All),
        "none" => return Ok(Rows::None),
        _ => {}
    }
    if let Some(share) = text.strip_suffix('%') {
        return match share.trim().parse::<f64>() {
            Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(Rows::Percent(percent)),
            _ => Err("rows must be a share from \"0%\" to \"100%\"".to_owned()),
        };
    }
    if text.parse::<u64>().is_ok() {
        return Err(format!("rows must be a number without quotes: rows = {text}"));
    }
    match did_you_mean(text, ["all", "none"]) {
        hint if hint.is_empty() => Err(hint),
        hint => Err(format!("rows has no such value{hint}")),
    }
}
