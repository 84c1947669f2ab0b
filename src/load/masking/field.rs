//! One masked column, as its values travel.

use super::memory::Memory;
use crate::mask::Mask;
use crate::mask::values::{CannotMask, Kind, MaskKey, Masker, Shape, wire};
use crate::stream::edit::{NotRewritten, Rewrite, Rewritten};
use crate::stream::format::Format;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

/// A value of more bytes than this is not copied without need.
const LARGE: usize = 1 << 18;

/// How a column's values are masked.
pub(super) struct Field {
    masker: Masker,
    /// As its values travel.
    kind: Kind,
    /// Where a CHECK may object to a masked value: what takes its place.
    spare: Option<Spare>,
    /// Values may come again.
    repeats: bool,
    out: RefCell<String>,
}

/// Masks for values whose first masked form does not meet a CHECK. Each value has its own: the same
/// value always gets the same result.
struct Spare {
    key: MaskKey,
    mask: Mask,
    shape: Shape,
    /// By the length of the values.
    maskers: RefCell<HashMap<(Step, usize), Rc<Masker>>>,
    /// The values that are at a later step.
    later: RefCell<HashMap<String, Step>>,
}

/// Which of the masked forms a value gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// Not longer than the value, in lower case where the value is.
    Narrow,
    /// The value's own shape, where that reaches nobody.
    Alike,
}

impl Field {
    pub(super) fn new(
        masker: Masker,
        kind: Kind,
        spare: Option<(Mask, Shape)>,
        key: &MaskKey,
        repeats: bool,
    ) -> Self {
        let spare = spare.map(|(mask, shape)| Spare {
            key: key.clone(),
            mask,
            shape,
            maskers: RefCell::default(),
            later: RefCell::default(),
        });
        Field { masker, kind, spare, repeats, out: RefCell::default() }
    }

    /// Whether values can be masked in the binary format.
    pub(super) fn has_binary(&self) -> bool {
        wire::supports(&self.kind)
    }

    /// The mask as an edit of rows of this format.
    pub(super) fn rewrite(field: &Rc<Field>, format: Format) -> Rc<dyn Rewrite> {
        // which form a value with a CHECK gets may change
        let memory = (field.repeats && field.spare.is_none()).then(Memory::default);
        Rc::new(Travelling { field: Rc::clone(field), format, memory })
    }

    /// The text of a value as it travels.
    pub(super) fn text<'a>(
        &self,
        value: &'a [u8],
        format: Format,
    ) -> Result<Cow<'a, str>, NotRewritten> {
        // as COPY writes it, a value is text
        let kind = if format == Format::Text { &Kind::Text } else { &self.kind };
        wire::read(kind, value).map_err(|error| NotRewritten(error.to_string()))
    }

    /// The masked form of a value, as text; `None`: NULL.
    pub(super) fn masked(&self, value: &str) -> Result<Option<String>, CannotMask> {
        let mut out = String::new();
        Ok(self.mask(value, &mut out)?.then_some(out))
    }

    fn mask(&self, value: &str, out: &mut String) -> Result<bool, CannotMask> {
        let step = self.spare.as_ref().and_then(|spare| spare.later.borrow().get(value).copied());
        match (&self.spare, step) {
            (Some(spare), Some(step)) => spare.masker(step, value)?.mask_into(value, out),
            _ => self.masker.mask_into(value, out),
        }
    }

    /// Takes the next form for a value; `false` if no other is left.
    pub(super) fn step(&self, value: &str) -> bool {
        let Some(spare) = &self.spare else { return false };
        // these have one form only
        if matches!(spare.mask, Mask::Constant(_) | Mask::Redact) {
            return false;
        }
        let mut later = spare.later.borrow_mut();
        let next = match later.get(value) {
            None => Step::Narrow,
            Some(Step::Narrow) if reaches_nobody(&spare.mask) => Step::Alike,
            Some(_) => return false,
        };
        later.insert(value.to_owned(), next);
        true
    }

    /// Forgets which values are at a later step: their rows are written.
    pub(super) fn forget(&self) {
        if let Some(spare) = &self.spare {
            spare.later.borrow_mut().clear();
        }
    }
}

impl Spare {
    fn masker(&self, step: Step, value: &str) -> Result<Rc<Masker>, CannotMask> {
        let length = value.chars().count();
        if let Some(masker) = self.maskers.borrow().get(&(step, length)) {
            return Ok(Rc::clone(masker));
        }
        let lower = !value.chars().any(char::is_uppercase);
        let shape = Shape {
            max_chars: Some(self.shape.max_chars.map_or(length, |most| most.min(length))),
            lower_case: self.shape.lower_case || lower,
            ascii: self.shape.ascii || value.is_ascii(),
            ..self.shape.clone()
        };
        let mask = if step == Step::Alike { &Mask::Secret } else { &self.mask };
        let masker = Rc::new(Masker::new(&self.key, mask, &shape)?);
        self.maskers.borrow_mut().insert((step, length), Rc::clone(&masker));
        Ok(masker)
    }
}

/// Whether random values of the shape of real ones reach nobody.
fn reaches_nobody(mask: &Mask) -> bool {
    !matches!(
        mask,
        Mask::Email | Mask::Phone | Mask::Url | Mask::Ip | Mask::Mac | Mask::Iban | Mask::Card
    )
}

/// A column's mask as an edit of rows.
struct Travelling {
    field: Rc<Field>,
    format: Format,
    memory: Option<Memory>,
}

impl fmt::Debug for Travelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Travelling({:?}, {:?})", self.field.kind, self.format)
    }
}

impl Rewrite for Travelling {
    fn rewrite(&self, value: &[u8], out: &mut Vec<u8>) -> Result<Rewritten, NotRewritten> {
        let Some(memory) = &self.memory else { return self.mask(value, out) };
        if let Some(rewritten) = memory.recall(value, out) {
            return Ok(rewritten);
        }
        let start = out.len();
        let rewritten = self.mask(value, out)?;
        memory.note(value, rewritten, &out[start..]);
        Ok(rewritten)
    }
}

impl Travelling {
    fn mask(&self, value: &[u8], out: &mut Vec<u8>) -> Result<Rewritten, NotRewritten> {
        let failed = |error: CannotMask| NotRewritten(error.to_string());
        let mut masked = self.field.out.borrow_mut();
        masked.clear();
        let text = self.field.text(value, self.format)?;
        if !self.field.mask(&text, &mut masked).map_err(failed)? {
            return Ok(Rewritten::Null);
        }
        if *masked == text {
            return Ok(Rewritten::Kept);
        }
        let kind = if self.format == Format::Text { &Kind::Text } else { &self.field.kind };
        if masked.len() > LARGE && out.is_empty() && wire::is_text(kind) {
            *out = std::mem::take(&mut *masked).into_bytes();
            return Ok(Rewritten::Changed);
        }
        wire::write(kind, &masked, out).map_err(|error| NotRewritten(error.to_string()))?;
        if masked.len() > LARGE {
            *masked = String::new();
        }
        Ok(Rewritten::Changed)
    }
}

/// Values of a column in some rows, each once.
pub(super) type Values = HashSet<String>;
