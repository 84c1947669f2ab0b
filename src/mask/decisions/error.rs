//! What cannot be masked as decided, with the lines to choose from.

use super::decided::{Decided, column_name};
use crate::catalog::Table;
use crate::config::{Config, Location};
use crate::failure::{Failure, is_hidden};
use std::fmt::Write as _;

/// Columns that an error lists.
const LISTED: usize = 40;

/// A decision that cannot stand.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MaskError {
    #[error("the source has no table {table}")]
    UnknownTable { table: String, nearest: Option<String>, place: Option<Location> },
    #[error("{table} has {}column {column}", if *several { "a " } else { "no " })]
    UnknownColumn {
        table: String,
        several: bool,
        column: String,
        nearest: Option<String>,
        place: Option<Location>,
    },
    #[error("{column} holds no document that a path could lead into: its type is {data_type}")]
    NotADocument { column: String, data_type: String, place: Option<Location> },
    #[error("a foreign key ties two columns that get different masks")]
    Contradiction(Box<[Said; 2]>),
    #[error("columns cannot be masked")]
    Refused(Vec<Refused>),
    #[error("[mask] mode = \"strict\", and nothing decides about columns")]
    Undecided(Vec<Undecided>),
}

/// What a line says of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub column: String,
    pub mask: String,
    pub place: Option<Location>,
}

/// A column that cannot be masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    schema: String,
    table: String,
    column: String,
    /// Its qualified name.
    name: String,
    mask: String,
    why: String,
    /// The line that asks for the mask.
    place: Option<Location>,
}

impl Refused {
    #[must_use]
    pub fn of(table: &Table, column: usize, decided: &Decided, why: String) -> Self {
        Refused {
            schema: table.name.schema.clone(),
            table: table.name.name.clone(),
            column: table.columns[column].name.clone(),
            name: column_name(table, column),
            mask: decided.mask.to_string(),
            why,
            place: None,
        }
    }

    /// Why it cannot be masked.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    #[must_use]
    pub fn at(self, place: Option<Location>) -> Self {
        Refused { place, ..self }
    }
}

/// A column that nothing decides about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    schema: String,
    table: String,
    column: String,
    name: String,
    reason: String,
}

impl Undecided {
    pub(super) fn of(table: &Table, column: usize, decided: &Decided) -> Self {
        Undecided {
            schema: table.name.schema.clone(),
            table: table.name.name.clone(),
            column: table.columns[column].name.clone(),
            name: column_name(table, column),
            reason: decided.reason.clone(),
        }
    }
}

/// `"users.email" = "keep"`: a line of `[mask.columns]`.
#[must_use]
pub fn line(schema: &str, table: &str, column: &str, mask: &str) -> String {
    format!("{} = {}", quoted(&name_of(schema, table, column)), quoted(mask))
}

/// `users.email`, as a line of `[mask.columns]` begins.
fn name_of(schema: &str, table: &str, column: &str) -> String {
    let part = |text: &str| {
        if text.contains(['.', ':', '"', '*', '?', '[']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let schema = if schema == "public" { String::new() } else { format!("{}.", part(schema)) };
    format!("{schema}{}.{}", part(table), part(column))
}

/// The same about a path within a document.
#[must_use]
pub fn line_of_path(schema: &str, table: &str, column: &str, path: &str, mask: &str) -> String {
    let name = name_of(schema, table, column);
    format!("{} = {}", quoted(&format!("{name}:{path}")), quoted(mask))
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') && !text.contains(is_hidden) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `users`, or `shop.users`, as a key of `[tables]`.
fn table_key(schema: &str, table: &str) -> String {
    if schema == "public" { table.to_owned() } else { format!("{schema}.{table}") }
}

impl MaskError {
    /// The message, with the place in the file.
    #[must_use]
    pub fn failure(&self, config: &Config) -> Failure {
        let message = self.to_string();
        let does_not_fit = |place: &Option<Location>| {
            Failure::wrong_use("a line of [mask] does not fit the source")
                .because(config.point_at(*place, &message))
        };
        match self {
            MaskError::UnknownTable { nearest, place, .. } => {
                does_not_fit(place).remedy(match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "name a table of the source, or a pattern that matches one".to_owned(),
                })
            }
            MaskError::UnknownColumn { nearest, place, .. } => {
                does_not_fit(place).remedy(match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "name a column of that table".to_owned(),
                })
            }
            MaskError::NotADocument { place, .. } => {
                does_not_fit(place).remedy("leave out the colon and what follows it")
            }
            MaskError::Contradiction(said) => {
                let failure = Failure::wrong_use(message);
                let told = said.iter().fold(failure, |failure, said| {
                    let what = format!("{} gets {}", said.column, said.mask);
                    failure.because(config.point_at(said.place, &what))
                });
                told.remedy("give both columns the same mask: their equal values must stay equal")
            }
            MaskError::Refused(refused) => refusal(refused, config),
            MaskError::Undecided(undecided) => open(undecided, &message),
        }
    }
}

fn refusal(refused: &[Refused], config: &Config) -> Failure {
    let what = match refused {
        [one] => format!("cannot mask {}", one.name),
        several => format!("cannot mask {} columns", several.len()),
    };
    let mut failure = Failure::wrong_use(what);
    for one in refused.iter().take(LISTED) {
        let told = format!("{} ({}): {}", one.name, one.mask, one.why);
        failure = failure.because(config.point_at(one.place, &told));
    }
    if refused.len() > LISTED {
        failure = failure.because(format!("and {} more", refused.len() - LISTED));
    }
    let mut remedy =
        "choose for each of them, in review-data.toml: keep its values,\n [mask.columns]"
            .to_owned();
    for one in refused.iter().take(LISTED) {
        let _ = write!(remedy, "\n {}", line(&one.schema, &one.table, &one.column, "keep"));
    }
    let mut tables: Vec<String> =
        refused.iter().map(|one| table_key(&one.schema, &one.table)).collect();
    tables.dedup();
    tables.truncate(LISTED);
    remedy.push_str("\nor copy no row of its table,");
    for table in &tables {
        let _ = write!(remedy, "\n [tables.{}]\n rows = \"none\"", key(table));
    }
    let list: Vec<String> = tables.iter().map(|table| quoted(table)).collect();
    let _ =
        write!(remedy, "\nor leave the table out,\n [schema]\n leave_out = [{}]", list.join(", "));
    failure.remedy(remedy)
}

/// A key of TOML.
fn key(text: &str) -> String {
    let bare = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare && !text.is_empty() { text.to_owned() } else { quoted(text) }
}

fn open(undecided: &[Undecided], message: &str) -> Failure {
    let mut failure = Failure::wrong_use(format!("{message}: {} of them", undecided.len()));
    for one in undecided.iter().take(LISTED) {
        failure = failure.because(format!("{}: {}", one.name, one.reason));
    }
    if undecided.len() > LISTED {
        failure = failure.because(format!("and {} more", undecided.len() - LISTED));
    }
    let mut remedy =
        "decide about each of them in review-data.toml, with keep or another mask:\n [mask.columns]"
            .to_owned();
    for one in undecided {
        let _ = write!(remedy, "\n {}", line(&one.schema, &one.table, &one.column, "keep"));
    }
    failure.remedy(remedy)
}
