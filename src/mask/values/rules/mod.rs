//! The masks: one file each, and one list.
//!
//! To add one: write its file (what it makes of a value, what it promises), and add it to [`ALL`].

mod allowed;
mod card;
mod constant;
mod date;
mod email;
mod file;
mod geo;
mod hash;
mod iban;
mod ip;
mod mac;
mod names;
mod national_id;
mod number;
mod password;
mod phone;
mod place;
mod postcode;
mod redact;
mod scheme;
mod secret;
mod street;
mod text;
mod url;
mod username;
mod uuid;

#[cfg(test)]
pub(super) use card::luhn;
#[cfg(test)]
pub(super) use iban::modulo as iban_modulo;

use super::key::Keyed;
use super::{CannotMask, Kind, Shape};
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
    (Mask::Phone, phone::prepare),
    (Mask::Street, street::prepare),
    (Mask::City, place::city),
    (Mask::Postcode, postcode::prepare),
    (Mask::Company, place::company),
    (Mask::Url, url::prepare),
    (Mask::Ip, ip::prepare),
    (Mask::Mac, mac::prepare),
    (Mask::Iban, iban::prepare),
    (Mask::Card, card::prepare),
    (Mask::NationalId, national_id::prepare),
    (Mask::Date, date::prepare),
    (Mask::Number, number::prepare),
    (Mask::Geo, geo::prepare),
    (Mask::Text, text::prepare),
    (Mask::Uuid, uuid::prepare),
    (Mask::Hash, hash::prepare),
    (Mask::Redact, redact::prepare),
    (Mask::Password, password::prepare),
    (Mask::Secret, secret::prepare),
    (Mask::File, file::prepare),
];

pub(super) fn prepare(
    mask: &Mask,
    keyed: &Keyed,
    shape: &Shape,
) -> Result<Box<dyn Rule>, CannotMask> {
    if let Mask::Constant(text) = mask {
        return constant::prepare(text, shape);
    }
    if !shape.allowed.is_empty() || shape.kind == Kind::Enum {
        return allowed::prepare(keyed, shape);
    }
    let listed = ALL.iter().find(|(listed, _)| listed == mask);
    let (_, prepare) = listed.ok_or(CannotMask::NoValue)?;
    match (prepare(keyed, shape), &shape.kind) {
        // what the app keeps as bytes, or names by a UUID, has no form that a person reads
        (Err(CannotMask::Type), Kind::Bytea) => secret::prepare(keyed, shape),
        (Err(CannotMask::Type), Kind::Uuid) if is_text(mask) => uuid::prepare(keyed, shape),
        (prepared, _) => prepared,
    }
}

/// The mask makes any text of a text.
fn is_text(mask: &Mask) -> bool {
    matches!(mask, Mask::Username | Mask::Secret | Mask::Text | Mask::File | Mask::NationalId)
}
