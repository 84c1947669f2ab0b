//! Columns as `[[foreign_keys]]` names them: a column, the elements of an array, a path into JSON;
//! and what they reference.

use super::table::{TableName, TableNameError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How a foreign key's values lie in a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnShape {
    /// The column's value.
    Plain,
    /// Each element of an array: `tag_ids[]`.
    Elements,
    /// What a path into JSON finds, as text.
    Path(JsonPath),
}

/// A path into JSON, whose end is a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonPath {
    /// `-> 'order' ->> 'id'`, `-> 0 ->> 'id'`: at least one step.
    Steps(Vec<Step>),
    /// `#>> '{order,id}'`: the array as text.
    Array(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Key(String),
    /// Counted from 0; from the end where negative.
    Index(i32),
}

/// A column of the referencing table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnPath {
    pub column: String,
    pub shape: ColumnShape,
}

/// `blog.posts(tenant_id, id)`; without columns, the primary key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub table: TableName,
    pub columns: Vec<String>,
}

/// A text that names no column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    #[error("a column's name is missing")]
    Empty,
    #[error("a quote is not closed")]
    OpenQuote,
    #[error(
        "a column is written name, name[] for the elements of an array, or name ->> 'key' (-> 'a' \
         ->> 'b', #>> '{{a,b}}') for a path into JSON"
    )]
    Grammar,
    #[error("a path into JSON ends with ->> 'key' or #>> '{{a,b}}': -> alone finds no text")]
    NoText,
}

/// A text that references nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error("a table with its columns is expected, as in posts(id): {0}")]
    Table(#[from] TableNameError),
    #[error("a table with its columns is expected, as in posts(id)")]
    Columns,
}

impl FromStr for ColumnPath {
    type Err = ColumnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text.trim();
        let column = if let Some(quoted) = rest.strip_prefix('"') {
            let (name, after) = take_quoted(quoted, '"')?;
            rest = after;
            name
        } else {
            let end = ["->", "#>", "["].iter().filter_map(|mark| rest.find(mark)).min();
            let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
            rest = after;
            name.trim().to_owned()
        };
        if column.is_empty() {
            return Err(ColumnError::Empty);
        }
        let shape = match rest.trim() {
            "" => ColumnShape::Plain,
            "[]" => ColumnShape::Elements,
            path => ColumnShape::Path(path.parse()?),
        };
        Ok(ColumnPath { column, shape })
    }
}

impl FromStr for JsonPath {
    type Err = ColumnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text.trim();
        if let Some(array) = rest.strip_prefix("#>>") {
            let quoted = array.trim().strip_prefix('\'').ok_or(ColumnError::Grammar)?;
            let (array, after) = take_quoted(quoted, '\'')?;
            let whole = array.starts_with('{') && array.ends_with('}') && after.trim().is_empty();
            return if whole { Ok(JsonPath::Array(array)) } else { Err(ColumnError::Grammar) };
        }
        let mut steps = Vec::new();
        loop {
            let (last, after) = match (rest.strip_prefix("->>"), rest.strip_prefix("->")) {
                (Some(after), _) => (true, after.trim_start()),
                (None, Some(after)) => (false, after.trim_start()),
                (None, None) if rest.is_empty() && !steps.is_empty() => {
                    return Err(ColumnError::NoText);
                }
                (None, None) => return Err(ColumnError::Grammar),
            };
            if let Some(quoted) = after.strip_prefix('\'') {
                let (key, after) = take_quoted(quoted, '\'')?;
                steps.push(Step::Key(key));
                rest = after.trim_start();
            } else {
                let digits = after.strip_prefix('-').unwrap_or(after);
                let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
                let end = end + (after.len() - digits.len());
                let index = after[..end].parse().map_err(|_| ColumnError::Grammar)?;
                steps.push(Step::Index(index));
                rest = after[end..].trim_start();
            }
            if last {
                return if rest.is_empty() {
                    Ok(JsonPath::Steps(steps))
                } else {
                    Err(ColumnError::Grammar)
                };
            }
        }
    }
}

/// What stands before the closing quote, doubled ones undone, and the text behind it.
fn take_quoted(mut rest: &str, quote: char) -> Result<(String, &str), ColumnError> {
    let mut text = String::new();
    loop {
        let (before, after) = rest.split_once(quote).ok_or(ColumnError::OpenQuote)?;
        text.push_str(before);
        match after.strip_prefix(quote) {
            Some(after) => {
                text.push(quote);
                rest = after;
            }
            None => return Ok((text, after)),
        }
    }
}

impl fmt::Display for ColumnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.column, self.shape)
    }
}

/// The shape as it is written behind the column's name.
impl fmt::Display for ColumnShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        match self {
            ColumnShape::Plain => Ok(()),
            ColumnShape::Elements => f.write_str("[]"),
            ColumnShape::Path(JsonPath::Array(array)) => write!(f, " #>> {}", quoted(array)),
            ColumnShape::Path(JsonPath::Steps(steps)) => {
                for (position, step) in steps.iter().enumerate() {
                    f.write_str(if position + 1 == steps.len() { " ->> " } else { " -> " })?;
                    match step {
                        Step::Key(key) => f.write_str(&quoted(key))?,
                        Step::Index(index) => write!(f, "{index}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let mut quoted = false;
        let open = text.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '(' && !quoted
        });
        let Some((open, _)) = open else {
            return Ok(Reference { table: text.parse()?, columns: Vec::new() });
        };
        let columns = text[open + 1..].strip_suffix(')').ok_or(ReferenceError::Columns)?;
        let mut names = Vec::new();
        let mut rest = columns.trim();
        loop {
            let (name, after) = if let Some(quoted) = rest.strip_prefix('"') {
                take_quoted(quoted, '"').map_err(|_| ReferenceError::Columns)?
            } else {
                let (name, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
                (name.trim().to_owned(), after)
            };
            if name.is_empty() || name.contains(['(', ')']) {
                return Err(ReferenceError::Columns);
            }
            names.push(name);
            let after = after.trim_start();
            if after.is_empty() {
                break;
            }
            rest = after.strip_prefix(',').ok_or(ReferenceError::Columns)?.trim_start();
        }
        Ok(Reference { table: text[..open].trim().parse()?, columns: names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(text: &str) -> String {
        match text.parse::<ColumnPath>() {
            Ok(ColumnPath { column, shape }) => format!("{column}|{shape}"),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn columns_arrays_and_paths_are_told_apart() {
        assert_eq!(column("user_id"), "user_id|");
        assert_eq!(column(" User id "), "User id|");
        assert_eq!(column("\"a->b[]\""), "a->b[]|");
        assert_eq!(column("tag_ids[]"), "tag_ids|[]");
        assert_eq!(column("\"Tags\" []"), "Tags|[]");
        assert_eq!(column("payload ->> 'user_id'"), "payload| ->> 'user_id'");
        assert_eq!(column("payload->'a'->>'it''s'"), "payload| -> 'a' ->> 'it''s'");
        assert_eq!(column("p -> 0 -> -1 ->> 2"), "p| -> 0 -> -1 ->> 2");
        assert_eq!(column("p->0->>'id'"), "p| -> 0 ->> 'id'");
        assert_eq!(column("p #>> '{a,0,b}'"), "p| #>> '{a,0,b}'");
    }

    #[test]
    fn what_is_no_column_is_refused() {
        for text in ["p ->> user_id", "p ->> 'a' ->> 'b'", "p #>> 'a'", "a[1]", "p ->> ", "a[] b"] {
            assert_eq!(column(text), "Grammar", "{text}");
        }
        assert_eq!(column("p -> 'a'"), "NoText");
        assert_eq!(column("p ->> 'a"), "OpenQuote");
        assert_eq!(column("\"p"), "OpenQuote");
        assert_eq!(column("->> 'a'"), "Empty");
        assert_eq!(column("p #> '{a}'"), "Grammar");
    }

    #[test]
    fn references_are_a_table_and_its_columns() {
        let reference = |text: &str| match text.parse::<Reference>() {
            Ok(Reference { table, columns }) => format!("{table}|{}", columns.join("|")),
            Err(error) => error.to_string(),
        };
        assert_eq!(reference("posts(id)"), "posts|id");
        assert_eq!(reference("blog.posts (tenant_id, id)"), "blog.posts|tenant_id|id");
        assert_eq!(reference("\"a(b\".c(\"x,\"\"y\", z)"), "a(b.c|x,\"y|z");
        assert_eq!(reference("posts"), "posts|");
        for text in ["posts(", "posts()", "posts(id", "posts(id,)", "posts(id) x", "posts(f(id))"] {
            assert_eq!(
                reference(text),
                "a table with its columns is expected, as in posts(id)",
                "{text}"
            );
        }
        assert_eq!(
            reference("(id)"),
            "a table with its columns is expected, as in posts(id): a table's name is missing"
        );
    }
}
