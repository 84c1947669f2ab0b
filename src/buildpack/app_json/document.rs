//! `app.json` as a document: its values with their places, and what is wrong in it.

use crate::migrate::frameworks::{FileProblem, Place, json_reason};
use serde_json::{Map, Value};

const FILE: &str = "app.json";

/// A text that is JSON.
pub(super) struct Document<'a> {
    text: &'a str,
}

impl<'a> Document<'a> {
    /// # Errors
    /// Where the text is not JSON.
    pub(super) fn parse(text: &'a str) -> Result<(Self, Value), FileProblem> {
        match serde_json::from_str(text) {
            Ok(root) => Ok((Document { text }, root)),
            Err(error) => Err(not_json(text, &error)),
        }
    }

    /// The object at this path. `null` counts as absent, as does a value of another type, which
    /// becomes a problem.
    pub(super) fn object<'v>(
        &self,
        value: &'v Value,
        path: &[&str],
        problems: &mut Vec<FileProblem>,
    ) -> Option<&'v Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            problems.push(self.wrong_type(value, path, "an object"));
        }
        object
    }

    /// The place of the value at this path.
    pub(super) fn place(&self, path: &[&str]) -> Place {
        let offset = Scanner { text: self.text.as_bytes(), at: 0 }.value_at(path).unwrap_or(0);
        Place::of_offset(self.text, offset)
    }

    /// A value that is not of the type that the documentation gives.
    pub(super) fn wrong_type(&self, value: &Value, path: &[&str], expected: &str) -> FileProblem {
        let what = if path.is_empty() { "the file".to_owned() } else { path.join(".") };
        let problem = format!("{what} is {}, not {expected}", kind(value));
        self.problem(path, problem, format!("make {what} {expected}"))
    }

    pub(super) fn problem(
        &self,
        path: &[&str],
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> FileProblem {
        FileProblem::at(FILE, self.text, self.place(path), problem, remedy)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(list) if list.is_empty() => "an empty list",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn not_json(text: &str, error: &serde_json::Error) -> FileProblem {
    if let Some(place) = first_comment(text) {
        return FileProblem::at(
            FILE,
            text,
            place,
            "a comment, and JSON has none",
            "delete the comment",
        );
    }
    let reason = json_reason(error);
    let remedy = if reason.contains("trailing comma") {
        "delete the comma after the last entry"
    } else {
        "make app.json valid JSON: names and texts in double quotes, a comma between entries"
    };
    let place = Place { line: error.line().max(1), column: error.column().max(1) };
    FileProblem::at(FILE, text, place, reason, remedy)
}

/// A `#`, `//` or `/*` outside of a string.
fn first_comment(text: &str) -> Option<Place> {
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            // a string does not go over the end of a line: what follows is code again
            '\n' => in_string = false,
            '#' if !in_string => return Some(Place::of_offset(text, at)),
            '/' if !in_string && text[at + 1..].starts_with(['/', '*']) => {
                return Some(Place::of_offset(text, at));
            }
            _ => {}
        }
    }
    None
}

/// Finds where a value stands in a text that is known to be JSON.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn value_at(mut self, path: &[&str]) -> Option<usize> {
        for key in path {
            self.enter(key)?;
        }
        self.blanks();
        Some(self.at)
    }

    /// From before an object to before the value of one of its keys (the last of that name).
    fn enter(&mut self, key: &str) -> Option<()> {
        self.blanks();
        self.expect(b'{')?;
        let mut found = None;
        loop {
            self.blanks();
            if self.peek()? != b'"' {
                break;
            }
            let start = self.at;
            self.skip_value()?;
            let name: String = serde_json::from_slice(&self.text[start..self.at]).ok()?;
            self.blanks();
            self.expect(b':')?;
            if name == key {
                found = Some(self.at);
            }
            self.skip_value()?;
            self.blanks();
            if self.peek()? != b',' {
                break;
            }
            self.at += 1;
        }
        self.at = found?;
        Some(())
    }

    fn skip_value(&mut self) -> Option<()> {
        self.blanks();
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    while self.peek()? != b'"' {
                        self.at += if self.peek()? == b'\\' { 2 } else { 1 };
                    }
                    self.at += 1;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ if depth > 0 => self.at += 1,
                _ => {
                    while self.peek().is_some_and(|b| !b",}] \t\r\n".contains(&b)) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }
}
