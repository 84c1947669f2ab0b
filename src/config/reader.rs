//! Walking a TOML document with every mistake noted and none fatal.

use super::byte_size::ByteSize;
use super::mistake::{FileText, Mistake, did_you_mean, without_secrets};
use super::model::Located;
use super::sections::{called, keys_of, section_of};
use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// The document's mistakes so far.
pub(super) struct Reader<'a> {
    pub(super) file: &'a FileText,
    pub(super) mistakes: Vec<Mistake>,
}

/// A table of the document, whose keys are known ones or have been complained of.
#[derive(Clone, Copy)]
pub(super) struct Section<'a, 'i> {
    pub(super) table: &'a DeTable<'i>,
}

impl<'a, 'i> Section<'a, 'i> {
    pub(super) fn get(self, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }
}

impl Reader<'_> {
    pub(super) fn mistake(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.mistakes.push(Mistake { span, message: message.into() });
    }

    pub(super) fn located<T>(&self, span: &Range<usize>, value: T) -> Located<T> {
        Located { value, location: Some(self.file.location(span.start)) }
    }

    /// The keys of a table that are not among the right ones, each a mistake. `name` is how the
    /// table is called, such as `[subset]`.
    pub(super) fn check_keys(&mut self, name: &str, table: &DeTable<'_>, right: &[&str]) {
        for (key, _) in table {
            if !right.contains(&key.get_ref().as_ref()) {
                self.unknown_key(key, name, right);
            }
        }
    }

    pub(super) fn unknown_key(&mut self, key: &Spanned<DeString<'_>>, place: &str, right: &[&str]) {
        let text = key.get_ref().as_ref();
        let hint = match section_of(text) {
            Some(section) => format!("; it belongs in {}", called(section)),
            None => did_you_mean(text, right.iter().copied()),
        };
        let text = without_secrets(text);
        self.mistake(key.span(), format!("unknown key {text:?} in {place}{hint}"));
    }

    /// The section `[name]`, where it is there.
    pub(super) fn section<'a, 'i>(
        &mut self,
        root: &'a DeTable<'i>,
        name: &str,
    ) -> Option<Section<'a, 'i>> {
        // the name of a section within another has a dot
        let key = name.rsplit('.').next().unwrap_or(name);
        let value = Section { table: root }.get(key)?;
        let table = self.table(value, &format!("[{name}]"))?;
        self.check_keys(&format!("[{name}]"), table, keys_of(name));
        Some(Section { table })
    }

    pub(super) fn table<'a, 'i>(
        &mut self,
        value: &'a Spanned<DeValue<'i>>,
        name: &str,
    ) -> Option<&'a DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            other => {
                self.wrong_type(value.span(), name, "a table", other);
                None
            }
        }
    }

    /// The entries of `[[name]]`; `once`: the message for a name with one bracket.
    pub(super) fn entries<'a, 'i>(
        &mut self,
        root: &'a DeTable<'i>,
        name: &str,
        once: &str,
    ) -> &'a [Spanned<DeValue<'i>>] {
        let Some(value) = (Section { table: root }).get(name) else { return &[] };
        match value.get_ref() {
            DeValue::Array(entries) => return entries,
            DeValue::Table(_) => self.mistake(value.span(), once),
            other => self.wrong_type(value.span(), name, &format!("a list of [[{name}]]"), other),
        }
        &[]
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, section: Section<'_, '_>, key: &str) -> Option<Located<String>> {
        let value = section.get(key)?;
        self.text_of(value, key)
    }

    pub(super) fn text_of(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        key: &str,
    ) -> Option<Located<String>> {
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.mistake(value.span(), format!("{key} must not be empty"));
                None
            }
            DeValue::String(text) => Some(self.located(&value.span(), text.to_string())),
            other => {
                self.wrong_type(value.span(), key, "a string", other);
                None
            }
        }
    }

    /// A text that `T` can be parsed from. Otherwise the mistake names `what` is expected.
    pub(super) fn parsed<T>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        key: &str,
        what: &str,
    ) -> Option<Located<T>>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let text = self.text_of(value, key)?;
        match text.value.parse() {
            Ok(value) => Some(Located { value, location: text.location }),
            Err(error) => {
                self.mistake(value.span(), format!("not {what}: {error}"));
                None
            }
        }
    }

    /// An array of texts that are not empty.
    pub(super) fn texts(&mut self, section: Section<'_, '_>, key: &str) -> Vec<Located<String>> {
        let Some(value) = section.get(key) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(value.span(), key, "an array of strings", value.get_ref());
            return Vec::new();
        };
        items.iter().filter_map(|item| self.text_of(item, &format!("each item of {key}"))).collect()
    }

    pub(super) fn boolean(&mut self, section: Section<'_, '_>, key: &str) -> Option<bool> {
        let value = section.get(key)?;
        if let DeValue::Boolean(yes) = value.get_ref() {
            return Some(*yes);
        }
        self.wrong_type(value.span(), key, "true or false", value.get_ref());
        None
    }

    /// A whole number that fits the type; `expected` says which.
    pub(super) fn integer<T: TryFrom<i64>>(
        &mut self,
        section: Section<'_, '_>,
        key: &str,
        expected: &str,
    ) -> Option<T> {
        let value = section.get(key)?;
        let DeValue::Integer(_) = value.get_ref() else {
            self.wrong_type(value.span(), key, expected, value.get_ref());
            return None;
        };
        let number = integer(value.get_ref()).and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            self.mistake(value.span(), format!("{key} must be {expected}"));
        }
        number
    }

    /// A number, whole or not, from 0 to 1.
    pub(super) fn fraction(&mut self, section: Section<'_, '_>, key: &str) -> Option<f64> {
        const EXPECTED: &str = "a number from 0 to 1";
        let value = section.get(key)?;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            DeValue::Integer(number) => number.as_str().parse::<f64>().ok(),
            other => {
                self.wrong_type(value.span(), key, EXPECTED, other);
                return None;
            }
        };
        let number = number.filter(|number| (0.0..=1.0).contains(number));
        if number.is_none() {
            self.mistake(value.span(), format!("{key} must be {EXPECTED}"));
        }
        number
    }

    /// A size such as `"200MB"`.
    pub(super) fn byte_size(&mut self, section: Section<'_, '_>, key: &str) -> Option<ByteSize> {
        let value = section.get(key)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value.span(), key, "a size such as \"200MB\"", value.get_ref());
            return None;
        };
        match text.parse() {
            Ok(size) => Some(size),
            Err(error) => {
                self.mistake(value.span(), format!("{key}: {error}"));
                None
            }
        }
    }

    /// A time such as `"500ms"`, `"5s"`, `"10min"`, `"1h"`, within these bounds.
    pub(super) fn duration(
        &mut self,
        section: Section<'_, '_>,
        key: &str,
        bounds: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        const EXPECTED: &str =
            "a time with its unit, such as \"500ms\", \"5s\", \"10min\" or \"1h\"";
        let value = section.get(key)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value.span(), key, EXPECTED, value.get_ref());
            return None;
        };
        match duration(text) {
            None => {
                self.mistake(value.span(), format!("{key} must be {EXPECTED}"));
                None
            }
            Some(duration) if bounds.contains(&duration) => Some(duration),
            Some(_) => {
                let (least, most) = (bounds.start().as_secs_f64(), bounds.end().as_secs());
                self.mistake(value.span(), format!("{key} must be from {least} s to {most} s"));
                None
            }
        }
    }

    /// One of a few words; the remark ends the message.
    pub(super) fn word(
        &mut self,
        section: Section<'_, '_>,
        key: &str,
        words: &[&'static str],
        remark: &str,
    ) -> Option<&'static str> {
        let value = section.get(key)?;
        let expected =
            words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" or ");
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(value.span(), key, &expected, value.get_ref());
            return None;
        };
        let word = words.iter().copied().find(|word| *word == text.as_ref());
        if word.is_none() {
            let hint = did_you_mean(text, words.iter().copied());
            self.mistake(value.span(), format!("{key} must be {expected}{hint}{remark}"));
        }
        word
    }

    pub(super) fn wrong_type(
        &mut self,
        span: Range<usize>,
        key: &str,
        expected: &str,
        value: &DeValue<'_>,
    ) {
        let found = match value.type_str() {
            found @ ("integer" | "array") => format!("an {found}"),
            found => format!("a {found}"),
        };
        self.mistake(span, format!("{key} must be {expected}, not {found}"));
    }
}

fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number = number.parse::<u64>().ok()?;
    let milliseconds = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(milliseconds).map(Duration::from_millis)
}

/// An integer of the document, if it fits.
pub(super) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
