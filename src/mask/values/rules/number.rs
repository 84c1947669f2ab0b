//! `number`: a number of the same sign, with as many digits, the same first digit, and as many digits
//! after the point. A number of one digit becomes another one from 1 to 9, and 0 stays 0.
//!
//! The digits are permuted, so distinct numbers stay distinct.

use super::Rule;
use crate::mask::values::alike::{Alike, ranges_of};
use crate::mask::values::digits;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Number {
    keyed: Keyed,
    alike: Alike,
    kind: Kind,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let fits = shape.kind.is_textual() || shape.kind.is_number() || shape.kind == Kind::Money;
    if !fits {
        return Err(CannotMask::Type);
    }
    let alike = Alike::of_numbers(keyed, shape);
    Ok(Box::new(Number { keyed: keyed.apart("number"), alike, kind: shape.kind.clone() }))
}

impl Rule for Number {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let (sign, rest) = value.split_at(usize::from(value.starts_with(['-', '+'])));
        let (number, exponent) = match rest.find(['e', 'E']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let power = exponent.get(1..).unwrap_or_default().trim_start_matches(['-', '+']);
        let is_number = (exponent.is_empty() || !power.is_empty())
            && power.bytes().all(|byte| byte.is_ascii_digit())
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && number.bytes().any(|byte| byte.is_ascii_digit())
            && number.bytes().filter(|byte| *byte == b'.').count() < 2;
        if !is_number {
            // NaN and the infinities say nothing about anybody
            if self.kind.is_number() {
                out.push_str(value);
                return Ok(());
            }
            return self.alike.rewrite(value, out);
        }
        let first = number.bytes().position(|byte| matches!(byte, b'1'..=b'9'));
        let digits = number.bytes().skip(first.unwrap_or(0)).filter(u8::is_ascii_digit).count();
        let from = first.map_or(0, |first| if digits > 1 { first + 1 } else { first });
        out.push_str(sign);
        let size = if let Kind::Integer(size) = self.kind { Some(size) } else { None };
        digits::rewrite(&self.keyed, number, from, out, |made| {
            ranges_of(size, &format!("{sign}{made}"))
        });
        out.push_str(exponent);
        Ok(())
    }
}
