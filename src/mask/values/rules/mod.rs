//! The masks: one file each, and one list.
//!
//! To add one: write its file (what it makes of a value, what it promises), and add it to [`ALL`].

mod constant;
mod email;
mod hash;
mod names;
mod place;
mod redact;
mod secret;
mod street;
mod text;
mod username;
mod uuid;

use super::key::Keyed;
use super::{CannotMask, Shape};
use crate::config::Mask;

/// What a mask makes of the values of one column.
pub(super) trait Rule: Send + Sync {
    /// Appends the masked value. `value` is neither NULL nor empty.
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask>;
}

/// Prepares a mask for a column.
type Prepare = fn(&Keyed, &Shape) -> Result<Box<dyn Rule>, CannotMask>;

/// All masks without an argument that make text of text.
const ALL: &[(Mask, Prepare)] = &[
    (Mask::Email, email::prepare),
    (Mask::FirstName, names::first_name),
    (Mask::LastName, names::last_name),
    (Mask::FullName, names::full_name),
    (Mask::Username, username::prepare),
    (Mask::Street, street::prepare),
    (Mask::City, place::city),
    (Mask::Company, place::company),
    (Mask::Text, text::prepare),
    (Mask::Uuid, uuid::prepare),
    (Mask::Hash, hash::prepare),
    (Mask::Redact, redact::prepare),
    (Mask::Secret, secret::prepare),
];

pub(super) fn prepare(
    mask: &Mask,
    keyed: &Keyed,
    shape: &Shape,
) -> Result<Box<dyn Rule>, CannotMask> {
    if let Mask::Constant(text) = mask {
        return constant::prepare(text, shape);
    }
    match ALL.iter().find(|(listed, _)| listed == mask) {
        Some((_, prepare)) => prepare(keyed, shape),
        None => Err(CannotMask::NoValue),
    }
}
