//! `mac`: a locally administered address of one device, in the spelling of the value.
//!
//! No maker has such addresses. The other 46 bits are permuted, so distinct addresses stay distinct.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::Keyed;
use crate::mask::values::permute::Permutation;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Mac {
    keyed: Keyed,
    alike: Alike,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() && !matches!(shape.kind, Kind::MacAddr | Kind::MacAddr8) {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Mac { keyed: keyed.apart("mac"), alike }))
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl Rule for Mac {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let digits = value.bytes().filter(u8::is_ascii_hexdigit).count();
        let plain = value
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'-' | b'.'));
        if !plain || !matches!(digits, 12 | 16) {
            return self.alike.rewrite(value, out);
        }
        let number = value
            .chars()
            .filter_map(|letter| letter.to_digit(16))
            .fold(0u128, |number, digit| number << 4 | u128::from(digit));
        // the two lowest bits of the first byte: locally administered, and one device
        let first = (digits - 2) * 4;
        let low = number & ((1 << first) - 1);
        let high = number >> (first + 2);
        let bits = digits * 4 - 2;
        let permutation = Permutation::new(&self.keyed, 1 << bits, 0);
        let permuted = permutation.apply(high << first | low);
        let made = (permuted >> first) << (first + 2) | 2 << first | permuted & ((1 << first) - 1);
        let upper = value.bytes().any(|byte| byte.is_ascii_uppercase());
        let mut place = digits;
        for letter in value.chars() {
            if !letter.is_ascii_hexdigit() {
                out.push(letter);
                continue;
            }
            place -= 1;
            let digit = DIGITS[usize::try_from(made >> (4 * place) & 15).unwrap_or(0)];
            out.push(char::from(if upper { digit.to_ascii_uppercase() } else { digit }));
        }
        Ok(())
    }
}
