//! Table names as people write them, and single rows of them.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A table as a person names it: `users` or `accounts.users`, case kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableName {
    pub schema: Option<String>,
    pub table: String,
}

/// A name that is not a table's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableNameError {
    #[error("a table's name is missing")]
    Empty,
    #[error("a quote is not closed")]
    OpenQuote,
    #[error("at most a schema and a table are expected, as in schema.table")]
    TooManyParts,
}

impl FromStr for TableName {
    type Err = TableNameError;

    /// `users`, `accounts.users`, and in double quotes what holds a dot: `"my.schema".users`.
    /// The case is kept with and without quotes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, rest) = take_name(text)?;
        if rest.is_empty() { Ok(name) } else { Err(TableNameError::TooManyParts) }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", Shown(schema))?;
        }
        write!(f, "{}", Shown(&self.table))
    }
}

/// One part of a name, quoted where it could not be read back otherwise.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(['.', '"', ':']) {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        } else {
            f.write_str(self.0)
        }
    }
}

/// A table's name up to the end or to the first colon outside of quotes; the rest starts there.
fn take_name(text: &str) -> Result<(TableName, &str), TableNameError> {
    let (parts, rest) = take_parts(text)?;
    let [schema, table] = parts.map(|part| part.map(|(text, _)| text));
    Ok((TableName { schema, table: table.unwrap_or_default() }, rest))
}

/// A part of a name, and whether it was in quotes.
type Part = (String, bool);

/// Schema and table.
pub(super) fn take_parts(text: &str) -> Result<([Option<Part>; 2], &str), TableNameError> {
    let (first, rest) = take_part(text)?;
    let Some(rest) = rest.strip_prefix('.') else {
        return Ok(([None, Some(first)], rest));
    };
    let (second, rest) = take_part(rest)?;
    if rest.starts_with('.') {
        return Err(TableNameError::TooManyParts);
    }
    Ok(([Some(first), Some(second)], rest))
}

pub(super) fn take_part(text: &str) -> Result<(Part, &str), TableNameError> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find(['.', ':']).unwrap_or(text.len());
        let (part, rest) = text.split_at(end);
        return if part.trim().is_empty() {
            Err(TableNameError::Empty)
        } else {
            Ok(((part.trim().to_owned(), false), rest))
        };
    };
    let mut part = String::new();
    loop {
        let end = rest.find('"').ok_or(TableNameError::OpenQuote)?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                part.push('"');
                rest = after;
            }
            None if part.is_empty() => return Err(TableNameError::Empty),
            None => return Ok(((part, true), rest)),
        }
    }
}

/// `--force TABLE:KEY`: one row that comes with all its descendants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Force {
    pub table: TableName,
    /// The primary key as the user wrote it. Its meaning depends on the number of key columns.
    pub key: String,
}

impl Force {
    /// The key's values as text, one for each of its columns: a JSON array with one value for each; else,
    /// for a key of one column, all of it; else what stands between commas, however many parts
    /// that gives.
    #[must_use]
    pub fn values(&self, columns: usize) -> Vec<String> {
        if let Some(values) = json_array(&self.key)
            && values.len() == columns
        {
            return values;
        }
        if columns == 1 {
            return vec![self.key.clone()];
        }
        self.key.split(',').map(str::to_owned).collect()
    }
}

/// The items of a JSON array of texts, numbers and booleans; a number is the text of it.
fn json_array(text: &str) -> Option<Vec<String>> {
    let items: Vec<&serde_json::value::RawValue> = serde_json::from_str(text).ok()?;
    items
        .iter()
        .map(|item| match item.get() {
            text if text.starts_with('"') => serde_json::from_str(text).ok(),
            other if other.starts_with(['[', '{', 'n']) => None,
            other => Some(other.to_owned()),
        })
        .collect()
}

/// A `--force` that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForceError {
    #[error("TABLE:KEY is expected, as in users:1: {0}")]
    Table(#[from] TableNameError),
    #[error("TABLE:KEY is expected, as in users:1; for a key of two columns, users:1,2")]
    NoKey,
}

impl FromStr for Force {
    type Err = ForceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (table, rest) = take_name(text)?;
        match rest.strip_prefix(':') {
            Some(key) if !key.is_empty() => Ok(Force { table, key: key.to_owned() }),
            _ => Err(ForceError::NoKey),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        match text.parse::<TableName>() {
            Ok(TableName { schema, table }) => format!("{schema:?} {table}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn table_names_are_read_with_and_without_schema_and_quotes() {
        assert_eq!(name("users"), "None users");
        assert_eq!(name("Accounts.Users"), "Some(\"Accounts\") Users");
        assert_eq!(name(r#""a.b"."c""d""#), "Some(\"a.b\") c\"d");
        assert_eq!(name("a.b.c"), "at most a schema and a table are expected, as in schema.table");
        assert_eq!(name(""), "a table's name is missing");
        assert_eq!(name("a."), "a table's name is missing");
        assert_eq!(name("\"a"), "a quote is not closed");
    }

    #[test]
    fn table_names_are_shown_as_they_can_be_read() {
        for text in ["users", "accounts.users", r#""a.b"."c""d""#] {
            assert_eq!(text.parse::<TableName>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_forced_row_is_split_at_the_first_colon_after_the_table() {
        let force = |text: &str| text.parse::<Force>().map(|f| (f.table.to_string(), f.key));
        let both = |table: &str, key: &str| Ok((table.to_owned(), key.to_owned()));
        assert_eq!(force("users:1"), both("users", "1"));
        assert_eq!(force("a.users:1,x:y"), both("a.users", "1,x:y"));
        assert_eq!(force(r#""a:b":1"#), both("\"a:b\"", "1"));
        assert_eq!(force("users"), Err(ForceError::NoKey));
        assert_eq!(force("users:"), Err(ForceError::NoKey));
        assert_eq!(force(":1"), Err(ForceError::Table(TableNameError::Empty)));
    }

    #[test]
    fn a_forced_key_may_hold_any_text() {
        let values = |key: &str, columns| {
            let text = format!("t:{key}");
            text.parse::<Force>().unwrap().values(columns)
        };
        assert_eq!(values("a, b:c", 1), ["a, b:c"]);
        assert_eq!(values("1,x:y", 2), ["1", "x:y"]);
        assert_eq!(values(r#"["a,b", 7]"#, 2), ["a,b", "7"]);
        assert_eq!(values(r#"["",12345678901234567890.50]"#, 2), ["", "12345678901234567890.50"]);
        assert_eq!(values(r#"["\u00e9\n\"", true]"#, 2), ["é\n\"", "true"]);
        assert_eq!(values(r#"[""]"#, 1), [""], "the empty text");
        assert_eq!(values("[1,5)", 1), ["[1,5)"]);
        assert_eq!(values("[1,5]", 1), ["[1,5]"], "two values are not a key of one column");
        assert_eq!(values("[null, 1]", 2), ["[null", " 1]"], "no key holds a NULL");
        assert_eq!(values("1", 2), ["1"], "too few");
    }
}
