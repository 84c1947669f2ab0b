//! Table names as people write them, and single rows of them.

use super::model::TableName;
use std::fmt;
use std::str::FromStr;

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
            write!(f, "{}.", Part(schema))?;
        }
        write!(f, "{}", Part(&self.table))
    }
}

/// One part of a name, quoted where it could not be read back otherwise.
struct Part<'a>(&'a str);

impl fmt::Display for Part<'_> {
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
    let (first, rest) = take_part(text)?;
    let Some(rest) = rest.strip_prefix('.') else {
        return Ok((TableName { schema: None, table: first }, rest));
    };
    let (second, rest) = take_part(rest)?;
    if rest.starts_with('.') {
        return Err(TableNameError::TooManyParts);
    }
    Ok((TableName { schema: Some(first), table: second }, rest))
}

fn take_part(text: &str) -> Result<(String, &str), TableNameError> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find(['.', ':']).unwrap_or(text.len());
        let (part, rest) = text.split_at(end);
        return if part.trim().is_empty() {
            Err(TableNameError::Empty)
        } else {
            Ok((part.trim().to_owned(), rest))
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
            None => return Ok((part, rest)),
        }
    }
}

/// `--force TABLE:KEY`: one row that comes with all its descendants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Force {
    pub table: TableName,
    /// The primary key's values as text, split at commas; a key of one column that holds commas
    /// itself is all of them, joined again.
    pub key: Vec<String>,
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
            Some(key) if !key.is_empty() => {
                Ok(Force { table, key: key.split(',').map(str::to_owned).collect() })
            }
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
        let key = |parts: &[&str]| parts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(force("users:1"), Ok(("users".to_owned(), key(&["1"]))));
        assert_eq!(force("a.users:1,x:y"), Ok(("a.users".to_owned(), key(&["1", "x:y"]))));
        assert_eq!(force(r#""a:b":1"#), Ok((r#""a:b""#.to_owned(), key(&["1"]))));
        assert_eq!(force("users"), Err(ForceError::NoKey));
        assert_eq!(force("users:"), Err(ForceError::NoKey));
        assert_eq!(force(":1"), Err(ForceError::Table(TableNameError::Empty)));
    }
}
