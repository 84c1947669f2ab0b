//! Masked values: a value's text in, the masked text out.
//!
//! [`Masker`] is prepared once for a column, from the key, the mask and the [`Shape`] of the
//! results. `rules/` has a file for each mask.

mod alike;
mod array;
mod calendar;
mod digits;
mod document;
mod key;
mod letters;
mod locale;
mod permute;
mod quoted;
mod rounds;
mod rules;
mod shape;
mod wide;
pub mod wire;
mod words;

use std::borrow::Cow;

pub use key::{KeyError, MaskKey, SHORTEST_KEY};
pub use locale::{Locale, UnknownLocale};
pub use shape::{Kind, Shape};

use crate::config::Mask;
use document::Document;

/// A masked value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Masked {
    Null,
    Value(String),
}

/// Why a column, or one of its values, cannot be masked so. It never holds a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotMask {
    #[error("the mask does not fit the type of the column")]
    Type,
    #[error("masked values stay distinct only with {needed} characters, and the column has {has}")]
    Short { needed: usize, has: usize },
    #[error("masked values stay distinct only with {needed} digits, and the column has {has}")]
    Digits { needed: usize, has: usize },
    #[error("a masked value has at least {needed} characters, and the column has {has}")]
    Narrow { needed: usize, has: usize },
    #[error("the mask makes values equal, and the column is unique")]
    Equal,
    #[error("the column is NOT NULL")]
    NotNull,
    #[error("the mask's value is longer than the {0} characters that the column has")]
    Long(usize),
    #[error("the mask's value is not one of the values that the column allows")]
    NotAllowed,
    #[error("the column allows {allowed} values, too few for masked values that stay distinct")]
    Few { allowed: usize },
    #[error("the mask is not computed from the value")]
    NoValue,
    #[error("a value has no form that the mask knows")]
    Form,
}

/// Masks the values of one column.
pub struct Masker {
    rule: Means,
    /// For values that are JSON.
    within: Option<Box<Document>>,
    kind: Kind,
    unique: bool,
    lower_case: bool,
    ascii: bool,
    max_chars: Option<usize>,
}

enum Means {
    Keep,
    Null,
    /// Element by element.
    Array(Box<Masker>),
    Document(Box<Document>),
    Rule(Box<dyn rules::Rule>),
}

impl Means {
    fn rule(key: &MaskKey, mask: &Mask, shape: &Shape) -> Result<Self, CannotMask> {
        Ok(Means::Rule(rules::prepare(mask, &key.tied(&shape.tie), shape)?))
    }
}

impl Masker {
    /// # Errors
    /// Where the mask cannot keep its promises in a column of this shape.
    pub fn new(key: &MaskKey, mask: &Mask, shape: &Shape) -> Result<Self, CannotMask> {
        let mut masker = Masker::of_value(key, mask, shape)?;
        // what holds a secret may be a document, whose keys the app looks for
        if *mask == Mask::Secret && shape.kind.is_textual() {
            let of_json = Shape { kind: Kind::Json, ..shape.clone() };
            masker.within = Some(Box::new(Document::of_all(key, mask, &of_json)?));
        }
        Ok(masker)
    }

    /// Takes a value as a value, whatever it looks like.
    fn of_value(key: &MaskKey, mask: &Mask, shape: &Shape) -> Result<Self, CannotMask> {
        let rule = match (mask, &shape.kind) {
            (Mask::Keep, _) => Means::Keep,
            (Mask::Null, _) if shape.not_null => return Err(CannotMask::NotNull),
            (Mask::Null, _) => Means::Null,
            (_, Kind::Array(element)) if !matches!(mask, Mask::Constant(_)) => {
                let kind = element.as_ref().clone();
                let shape = Shape { kind, not_null: false, ..shape.clone() };
                Means::Array(Box::new(Masker::new(key, mask, &shape)?))
            }
            (Mask::Json, _) => Means::Document(Box::new(Document::new(key, shape)?)),
            (Mask::Constant(_) | Mask::Redact | Mask::Sql(_), _) => Means::rule(key, mask, shape)?,
            (_, kind) if kind.is_document() => {
                Means::Document(Box::new(Document::of_all(key, mask, shape)?))
            }
            _ => Means::rule(key, mask, shape)?,
        };
        Ok(Masker {
            rule,
            within: None,
            kind: shape.kind.clone(),
            unique: shape.unique,
            lower_case: shape.lower_case || shape.kind == Kind::Citext,
            ascii: shape.ascii,
            max_chars: shape.max_chars,
        })
    }

    /// The masked value. Empty stays empty.
    ///
    /// # Errors
    /// Where this value cannot be masked so that the promises hold.
    pub fn mask(&self, value: &str) -> Result<Masked, CannotMask> {
        let mut out = String::with_capacity(value.len() + 16);
        Ok(if self.mask_into(value, &mut out)? { Masked::Value(out) } else { Masked::Null })
    }

    /// Appends the masked value to `out`; `false` for NULL.
    ///
    /// # Errors
    /// Where this value cannot be masked so that the promises hold.
    pub fn mask_into(&self, value: &str, out: &mut String) -> Result<bool, CannotMask> {
        let rule = match &self.rule {
            Means::Null => return Ok(false),
            Means::Keep => {
                out.push_str(value);
                return Ok(true);
            }
            Means::Array(element) => return array::mask(element, value, out).map(|()| true),
            Means::Document(document) => {
                let blank = value.trim_ascii().is_empty();
                if blank {
                    out.push_str(value);
                } else {
                    document.mask(value, out)?;
                }
                return Ok(true);
            }
            Means::Rule(rule) => rule,
        };
        if let Some(document) = &self.within
            && value.trim_start().starts_with(['{', '['])
            && document::is_json(value)
        {
            document.mask(value, out)?;
            return Ok(true);
        }
        let (value, scale) = self.canonical(value);
        if value.trim_ascii().is_empty() {
            out.push_str(&value);
            return Ok(true);
        }
        let start = out.len();
        rule.rewrite(&value, out)?;
        if scale > 0 {
            pad_scale(out, start, scale);
        }
        if self.ascii {
            letters::fold(out, start);
        }
        if self.lower_case {
            letters::lower(out, start);
        }
        self.fit(out, start)?;
        Ok(true)
    }

    /// The value as the server compares it, and how many digits it has after the point.
    fn canonical<'a>(&self, value: &'a str) -> (Cow<'a, str>, usize) {
        // values of a unique index over lower() differ in lower case
        if self.lower_case && value.chars().any(char::is_uppercase) {
            let lower = value.to_lowercase();
            let shown =
                if self.kind == Kind::Bpchar { lower.trim_end_matches(' ') } else { &lower };
            return (Cow::Owned(shown.to_owned()), 0);
        }
        match self.kind {
            Kind::Bpchar => (Cow::Borrowed(value.trim_end_matches(' ')), 0),
            Kind::Numeric => {
                let Some((_, behind)) = value.split_once('.') else {
                    return (Cow::Borrowed(value), 0);
                };
                let short = value.trim_end_matches('0').trim_end_matches('.');
                (Cow::Borrowed(short), behind.len())
            }
            Kind::Bytea => (wire::readable_bytea(value), 0),
            _ => (Cow::Borrowed(value), 0),
        }
    }

    /// Each mask knows the room that it has; this holds for the mask that does not.
    fn fit(&self, out: &mut String, start: usize) -> Result<(), CannotMask> {
        let Some(room) = self.max_chars else { return Ok(()) };
        if out.len() - start <= room {
            return Ok(());
        }
        if let Some((end, _)) = out[start..].char_indices().nth(room) {
            if self.unique {
                return Err(CannotMask::Long(room));
            }
            out.truncate(start + end);
        }
        Ok(())
    }
}

/// Zeros behind the point until there are as many digits as the value has.
fn pad_scale(out: &mut String, start: usize, scale: usize) {
    let number = &out[start..];
    let behind = if let Some(point) = number.find('.') {
        number.len() - point - 1
    } else {
        out.push('.');
        0
    };
    out.extend(std::iter::repeat_n('0', scale.saturating_sub(behind)));
}

#[cfg(test)]
mod tests;
