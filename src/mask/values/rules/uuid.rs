//! `uuid`: another UUID, of the same version, in the same spelling.
//!
//! 122 bits of the keyed hash tell values apart.

use super::Rule;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Uuid {
    keyed: Keyed,
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";
const LENGTH: usize = 36;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let fits = matches!(shape.kind, Kind::Text | Kind::Bpchar | Kind::Citext | Kind::Uuid);
    if !fits {
        return Err(CannotMask::Type);
    }
    match shape.max_chars {
        Some(has @ ..32) => Err(CannotMask::Short { needed: LENGTH, has }),
        _ => Ok(Box::new(Uuid { keyed: keyed.apart("uuid") })),
    }
}

impl Rule for Uuid {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut bytes = [0; 32];
        let mut count = 0;
        for byte in value.bytes().filter(u8::is_ascii_hexdigit) {
            if count < bytes.len() {
                bytes[count] = byte.to_ascii_lowercase();
            }
            count += 1;
        }
        let is_uuid = count == bytes.len();
        // spellings of the same UUID are the same value
        let digest = self.keyed.digest(if is_uuid { &bytes } else { value.as_bytes() });
        let version = if is_uuid && bytes[12].is_ascii_digit() { bytes[12] } else { b'4' };
        let mut made = [0; 32];
        for (at, digit) in made.iter_mut().enumerate() {
            *digit = match at {
                12 => version,
                16 => DIGITS[usize::from(8 | digest[at] & 3)],
                _ => DIGITS[usize::from(digest[at] & 15)],
            };
        }
        if !is_uuid {
            for (at, digit) in made.iter().enumerate() {
                if matches!(at, 8 | 12 | 16 | 20) {
                    out.push('-');
                }
                out.push(char::from(*digit));
            }
            return Ok(());
        }
        let upper = value.bytes().any(|byte| matches!(byte, b'A'..=b'F'));
        let mut digits = made.iter();
        for letter in value.chars() {
            match letter.is_ascii_hexdigit().then(|| digits.next()).flatten() {
                Some(digit) if upper => out.push(char::from(digit.to_ascii_uppercase())),
                Some(digit) => out.push(char::from(*digit)),
                None => out.push(letter),
            }
        }
        Ok(())
    }
}
