//! Walking a JSON document with the place of every value, every mistake noted and none fatal.

use super::mistake::{FileText, Mistake, did_you_mean};
use super::model::Location;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// A document's mistakes so far.
pub(super) struct JsonReader<'a> {
    pub(super) file: &'a FileText,
    pub(super) mistakes: Vec<Mistake>,
}

/// A value, as it is written: its place in the text is its place in memory.
pub(super) type Raw<'a> = &'a RawValue;

/// An object's entries in the order in which they are written.
pub(super) struct Object<'a>(pub(super) Vec<(String, Raw<'a>)>);

impl<'a> Object<'a> {
    pub(super) fn get(&self, key: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl<'a> JsonReader<'a> {
    /// The document's value; nothing where it is not JSON.
    pub(super) fn document(&mut self) -> Option<Raw<'a>> {
        match serde_json::from_str(&self.file.text) {
            Ok(value) => Some(value),
            Err(error) => {
                let lines = self.file.text.split_inclusive('\n');
                let before: usize = lines.take(error.line().max(1) - 1).map(str::len).sum();
                let at = before + error.column().max(1) - 1;
                let told = error.to_string();
                let mut told = told.split(" at line ").next().unwrap_or_default().to_owned();
                let before = self.file.text.get(..at).unwrap_or_default();
                if before.trim_end().ends_with(',') && !error.is_eof() {
                    "the comma before this is one too many".clone_into(&mut told);
                }
                self.mistakes.push(Mistake { span: at..at, message: told });
                None
            }
        }
    }

    pub(super) fn mistake(&mut self, value: Raw<'_>, message: impl Into<String>) {
        let span = self.span(value);
        self.mistakes.push(Mistake { span, message: message.into() });
    }

    pub(super) fn location(&self, value: Raw<'_>) -> Location {
        self.file.location(self.span(value).start)
    }

    /// Where a value of this document is written.
    fn span(&self, value: Raw<'_>) -> Range<usize> {
        let start = value.get().as_ptr().addr() - self.file.text.as_ptr().addr();
        start..start + value.get().len()
    }

    /// Where the key of a value is written: in quotes, before the colon.
    fn key_span(&self, value: Raw<'_>) -> Range<usize> {
        let before = &self.file.text[..self.span(value).start];
        let end = before.rfind('"').map_or(0, |quote| quote + 1);
        let mut start = end.saturating_sub(1);
        while let Some(quote) = before[..start].rfind('"') {
            start = quote;
            let slashes = before[..quote].len() - before[..quote].trim_end_matches('\\').len();
            if slashes.is_multiple_of(2) {
                break;
            }
        }
        start..end
    }

    /// An object, whose keys are known and given once.
    pub(super) fn object(
        &mut self,
        value: Raw<'a>,
        name: &str,
        right: &[&str],
    ) -> Option<Object<'a>> {
        let object = self.any_object(value, name)?;
        for (key, value) in &object.0 {
            if !right.contains(&key.as_str()) {
                let span = self.key_span(value);
                let hint = did_you_mean(key, right.iter().copied());
                let message = format!("unknown key {key:?} in {name}{hint}");
                self.mistakes.push(Mistake { span, message });
            }
        }
        Some(object)
    }

    /// An object with whatever keys, each given once.
    pub(super) fn any_object(&mut self, value: Raw<'a>, name: &str) -> Option<Object<'a>> {
        let Ok(object) = serde_json::from_str::<Object<'a>>(value.get()) else {
            self.wrong_type(value, name, "an object");
            return None;
        };
        for (place, (key, value)) in object.0.iter().enumerate() {
            if object.0[..place].iter().any(|(before, _)| before == key) {
                let span = self.key_span(value);
                let message = format!("{key:?} is given twice in {name}");
                self.mistakes.push(Mistake { span, message });
            }
        }
        Some(object)
    }

    pub(super) fn array(&mut self, value: Raw<'a>, name: &str, of: &str) -> Vec<Raw<'a>> {
        serde_json::from_str::<Vec<Raw<'a>>>(value.get()).unwrap_or_else(|_| {
            self.wrong_type(value, name, &format!("an array of {of}"));
            Vec::new()
        })
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, value: Raw<'_>, name: &str) -> Option<String> {
        match serde_json::from_str::<String>(value.get()) {
            Ok(text) if text.trim().is_empty() => {
                self.mistake(value, format!("{name} must not be empty"));
                None
            }
            Ok(text) => Some(text),
            Err(_) => {
                self.wrong_type(value, name, "a string");
                None
            }
        }
    }

    /// An array of texts that are not empty, each with its value as it is written.
    pub(super) fn texts(&mut self, value: Raw<'a>, name: &str) -> Vec<(String, Raw<'a>)> {
        self.array(value, name, "strings")
            .into_iter()
            .filter_map(|item| Some((self.text(item, &format!("each item of {name}"))?, item)))
            .collect()
    }

    fn wrong_type(&mut self, value: Raw<'_>, name: &str, expected: &str) {
        let found = match value.get().as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        };
        self.mistake(value, format!("{name} must be {expected}, not {found}"));
    }
}
