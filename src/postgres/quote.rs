//! The one place where names and values become SQL text.

use std::fmt;

/// An identifier, quoted: the only kind of name that goes into SQL text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuotedIdent(String);

impl QuotedIdent {
    /// Always in double quotes, so that no list of reserved words is needed.
    #[must_use]
    pub fn new(name: &str) -> Self {
        QuotedIdent(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

impl fmt::Display for QuotedIdent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A schema-qualified name, both parts quoted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuotedName(String);

impl QuotedName {
    #[must_use]
    pub fn new(schema: &str, name: &str) -> Self {
        QuotedName(format!("{}.{}", QuotedIdent::new(schema), QuotedIdent::new(name)))
    }
}

impl fmt::Display for QuotedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text value as a literal, for the few statements that take no parameters.
/// `E''` is used where there is a backslash, so that the meaning does not hang on
/// `standard_conforming_strings`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedLiteral(String);

impl QuotedLiteral {
    #[must_use]
    pub fn new(value: &str) -> Self {
        let quoted = value.replace('\'', "''");
        if value.contains('\\') {
            QuotedLiteral(format!("E'{}'", quoted.replace('\\', "\\\\")))
        } else {
            QuotedLiteral(format!("'{quoted}'"))
        }
    }
}

impl fmt::Display for QuotedLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_double_their_quotes() {
        assert_eq!(QuotedIdent::new("we\"ird").to_string(), "\"we\"\"ird\"");
        assert_eq!(QuotedName::new("S", "t.x").to_string(), "\"S\".\"t.x\"");
    }

    #[test]
    fn literals_survive_quotes_and_backslashes() {
        assert_eq!(QuotedLiteral::new("o'k").to_string(), "'o''k'");
        assert_eq!(QuotedLiteral::new("a\\'b").to_string(), "E'a\\\\''b'");
    }
}
