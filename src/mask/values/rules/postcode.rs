//! `postcode`: another one of the same shape. Its first digit or letter stays: it names a region of
//! the country, and says which postcodes exist.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Postcode {
    alike: Alike,
    is_number: bool,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() && !matches!(shape.kind, Kind::Integer(_) | Kind::Numeric) {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Postcode { alike, is_number: shape.kind.is_number() }))
}

impl Rule for Postcode {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let first = value.chars().position(|letter| letter.is_ascii_alphanumeric());
        let region = match first {
            Some(at) if !self.is_number && value.is_ascii() && value.len() >= at + 4 => at + 1,
            _ => 0,
        };
        out.push_str(&value[..region]);
        self.alike.rewrite(&value[region..], out)
    }
}
