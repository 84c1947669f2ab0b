//! `hash`: hexadecimal digits of the keyed hash; another number for a number.

use super::Rule;
use super::uuid;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Hash {
    keyed: Keyed,
    prefix: &'static str,
    most: usize,
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// The usual length, and the longest.
const USUAL: usize = 32;
const LONGEST: usize = 64;
/// 64 bits.
const FEWEST: usize = 16;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let (most, prefix) = match &shape.kind {
        Kind::Text | Kind::Bpchar | Kind::Citext => (shape.max_chars.unwrap_or(LONGEST), ""),
        Kind::Bytea => (LONGEST, "\\x"),
        Kind::Uuid => return uuid::prepare(keyed, shape),
        Kind::Integer(_) | Kind::Numeric => {
            return Ok(Box::new(Number(Alike::new(keyed, shape))));
        }
        _ => return Err(CannotMask::Type),
    };
    if shape.unique && most < FEWEST {
        return Err(CannotMask::Short { needed: FEWEST, has: most });
    }
    Ok(Box::new(Hash { keyed: keyed.apart("hash"), prefix, most }))
}

impl Rule for Hash {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let digest = self.keyed.digest(value.as_bytes());
        let text = value.strip_prefix(self.prefix).unwrap_or(value);
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let length =
            if is_hex && (FEWEST..=LONGEST).contains(&text.len()) { text.len() } else { USUAL };
        out.push_str(self.prefix);
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        for digit in digits.take(length.min(self.most)) {
            out.push(char::from(DIGITS[usize::from(digit)]));
        }
        Ok(())
    }
}

/// Another number with as many digits.
struct Number(Alike);

impl Rule for Number {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        self.0.rewrite(value, out)
    }
}
