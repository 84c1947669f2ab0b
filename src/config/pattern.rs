//! Names with wildcards, for tables (`audit_*`, `shop_?.orders`) and schemas.

use super::nearest::nearest;
use super::table::{TableName, TableNameError, take_part, take_parts};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A name, or a pattern as a shell has them: `*` is any text, `?` any character, `[a-z]` one of
/// these and `[!a-z]` one of all others. In double quotes it is a name, whatever it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamePattern {
    text: String,
    quoted: bool,
}

impl NamePattern {
    pub(super) fn new(text: impl Into<String>, quoted: bool) -> Self {
        NamePattern { text: text.into(), quoted }
    }

    /// This name, whatever it holds.
    #[must_use]
    pub fn exactly(name: &str) -> Self {
        NamePattern::new(name, true)
    }

    /// Whether it has no wildcard and so means one name only.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.quoted || !self.text.contains(WILDCARDS)
    }

    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        if self.is_exact() {
            return self.text == name;
        }
        let pattern: Vec<char> = self.text.chars().collect();
        let name: Vec<char> = name.chars().collect();
        matches(&pattern, &name)
    }

    /// Of these names, the one that is most like it; like its beginning, if it has a wildcard.
    #[must_use]
    pub fn nearest<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        if self.is_exact() {
            return nearest(&self.text, names);
        }
        let beginning = self.beginning();
        let length = beginning.chars().count();
        let names: Vec<&str> = names.into_iter().collect();
        let cut: Vec<String> =
            names.iter().map(|name| name.chars().take(length).collect()).collect();
        let found = nearest(beginning, cut.iter().map(String::as_str)).filter(|_| length > 1)?;
        let place = cut.iter().position(|name| name == found)?;
        names.get(place).copied()
    }

    /// Whether it says anything of the names that it means: `*` does not.
    fn says_something(&self) -> bool {
        self.is_exact() || self.text.contains(char::is_alphanumeric)
    }

    /// What stands before the first wildcard.
    #[must_use]
    pub fn beginning(&self) -> &str {
        let end = if self.quoted { None } else { self.text.find(WILDCARDS) };
        &self.text[..end.unwrap_or(self.text.len())]
    }
}

const WILDCARDS: [char; 3] = ['*', '?', '['];

/// `*` is tried short first; where the rest does not fit, the last `*` takes one character more.
fn matches(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut star = None;
    while place < name.len() {
        if pattern.get(at) == Some(&'*') {
            star = Some((at, place));
            at += 1;
        } else if let Some(next) = one(&pattern[at..], name[place]) {
            at += next;
            place += 1;
        } else if let Some((last, taken)) = star {
            (at, place) = (last + 1, taken + 1);
            star = Some((last, taken + 1));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// How much of the pattern stands for this one character; `None` where it does not fit.
fn one(pattern: &[char], character: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => {
            let Some((set, length)) = set(pattern) else {
                return (character == '[').then_some(1);
            };
            let (set, negated) = match set {
                ['!', rest @ ..] => (rest, true),
                all => (all, false),
            };
            (contains(set, character) != negated).then_some(length)
        }
        other => (*other == character).then_some(1),
    }
}

/// What stands between `[` and `]`, and how long that is with both; a `]` at its beginning belongs
/// to it.
fn set(pattern: &[char]) -> Option<(&[char], usize)> {
    let first = if pattern.get(1) == Some(&'!') { 2 } else { 1 };
    let end = pattern.iter().skip(first + 1).position(|c| *c == ']')? + first + 1;
    Some((&pattern[1..end], end + 1))
}

fn contains(set: &[char], character: char) -> bool {
    match set {
        [from, '-', to, rest @ ..] => {
            (*from..=*to).contains(&character) || contains(rest, character)
        }
        [one, rest @ ..] => *one == character || contains(rest, character),
        [] => false,
    }
}

impl FromStr for NamePattern {
    type Err = TableNameError;

    /// One name, of a schema: a dot in it is a part of it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with('"')
            && let ((text, quoted), "") = take_part(text)?
        {
            return Ok(NamePattern::new(text, quoted));
        }
        if text.trim().is_empty() { Err(TableNameError::Empty) } else { Ok(Self::new(text, false)) }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.quoted || self.text.contains(['.', '"', ':']) {
            write!(f, "\"{}\"", self.text.replace('"', "\"\""))
        } else {
            f.write_str(&self.text)
        }
    }
}

/// A table's name, or a pattern that several tables may match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePattern {
    pub schema: Option<NamePattern>,
    pub table: NamePattern,
}

impl TablePattern {
    /// Whether it names tables, and not all tables of all schemas or of one.
    #[must_use]
    pub fn names_tables(&self) -> bool {
        self.table.says_something()
    }

    /// The name, where it has no wildcard.
    #[must_use]
    pub fn exact(&self) -> Option<TableName> {
        let exact = |pattern: &NamePattern| pattern.is_exact().then(|| pattern.text.clone());
        Some(TableName {
            schema: match &self.schema {
                Some(schema) => Some(exact(schema)?),
                None => None,
            },
            table: exact(&self.table)?,
        })
    }

    /// The schema's pattern, where everything in these schemas is meant: `vault.*`.
    #[must_use]
    pub fn whole_schema(&self) -> Option<&NamePattern> {
        self.schema.as_ref().filter(|_| !self.table.quoted && self.table.text == "*")
    }

    /// Without a dot it is about the table's name alone, whatever its schema.
    #[must_use]
    pub fn matches(&self, schema: &str, table: &str) -> bool {
        self.table.matches(table)
            && self.schema.as_ref().is_none_or(|pattern| pattern.matches(schema))
    }
}

/// A pattern up to the end or to the first colon outside of quotes; the rest starts there.
fn take_pattern(text: &str) -> Result<(TablePattern, &str), TableNameError> {
    let (parts, rest) = take_parts(text)?;
    let [schema, table] =
        parts.map(|part| part.map(|(text, quoted)| NamePattern::new(text, quoted)));
    let table = table.ok_or(TableNameError::Empty)?;
    Ok((TablePattern { schema, table }, rest))
}

impl FromStr for TablePattern {
    type Err = TableNameError;

    /// As [`TableName`], with wildcards outside of quotes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match take_pattern(text)? {
            (pattern, "") => Ok(pattern),
            _ => Err(TableNameError::TooManyParts),
        }
    }
}

impl fmt::Display for TablePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        write!(f, "{}", self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn pattern(text: &str) -> TablePattern {
        text.parse().unwrap()
    }

    #[test]
    fn wildcards_are_those_of_a_shell() {
        for (text, names, others) in [
            ("audit_*", &["audit_", "audit_log"][..], &["audit", "my_audit_log"][..]),
            ("*_log", &["audit_log", "_log"], &["log", "audit_logs"]),
            ("*a*b*", &["ab", "xaxbx", "aabb"], &["ba", "a", ""]),
            ("*", &["", "users"], &[]),
            ("log_20??", &["log_2024", "log_20é€"], &["log_202", "log_20245"]),
            ("[ab]_x", &["a_x", "b_x"], &["c_x", "[ab]_x"]),
            ("[!ab]_x", &["c_x", "!_x"], &["a_x"]),
            ("log_[0-9]", &["log_7"], &["log_x", "log_-"]),
            ("[]x]", &["]", "x"], &["y"]),
            ("a[b*", &["a[b", "a[bc"], &["ab", "abc"]),
            ("\"a*\"", &["a*"], &["ab"]),
            ("users", &["users"], &["Users", "user"]),
        ] {
            let pattern = pattern(text);
            for name in names {
                assert!(pattern.matches("public", name), "{text} {name}");
            }
            for name in others {
                assert!(!pattern.matches("public", name), "{text} {name}");
            }
        }
    }

    #[test]
    fn a_pattern_with_a_dot_is_about_schema_and_table() {
        let shop = pattern("shop_*.orders");
        assert!(shop.matches("shop_1", "orders"));
        assert!(!shop.matches("shop_1", "items") && !shop.matches("public", "orders"));
        assert!(!pattern("shop*").matches("shop", "orders"), "* does not reach over the dot");
        assert!(pattern("shop.*").matches("shop", "a.b"));
    }

    #[test]
    fn names_are_told_from_patterns() {
        let schema = |text: &str| text.parse::<NamePattern>().unwrap();
        assert!(schema("a.b").matches("a.b") && schema("\"a*\"").matches("a*"));
        let exact = |text: &str| pattern(text).exact().map(|name| name.to_string());
        assert_eq!(exact("shop.orders").as_deref(), Some("shop.orders"));
        assert_eq!(exact("\"a*\".\"b?\"").as_deref(), Some("a*.b?"));
        assert_eq!(exact("shop.o*"), None);
        assert_eq!(exact("*.orders"), None);
        assert_eq!(pattern("shop_*.audit*").table.beginning(), "audit");
    }

    #[test]
    fn patterns_are_shown_as_they_can_be_read() {
        for text in ["audit_*", "shop.*", "\"a*\".b", r#""a.b"."c""d""#, "*.[a-z]"] {
            assert_eq!(pattern(text).to_string(), text);
        }
    }
}
