//! `card`: a number that no bank issues, with a right check digit and the spaces of the value.
//!
//! The first digit says who issues a card (ISO/IEC 7812), and no bank has 0. Numbers that are shortened
//! or starred stay so.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Card {
    keyed: Keyed,
    alike: Alike,
    unique: bool,
    number: bool,
}

/// A card's number has as many digits at least, and at most.
const FEWEST: usize = 12;
const MOST: usize = 19;
/// With fewer, the digits of the hash do not tell numbers apart.
const FEWEST_UNIQUE: usize = 15;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let number = matches!(shape.kind, Kind::Integer(8) | Kind::Numeric);
    if !number && !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Card { keyed: keyed.apart("card"), alike, unique: shape.unique, number }))
}

/// The digit that makes the sum of Luhn's algorithm a multiple of ten.
pub(in crate::mask::values) fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let doubled = u32::from(*digit) * if at % 2 == 0 { 2 } else { 1 };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    u8::try_from((10 - sum % 10) % 10).unwrap_or(0)
}

impl Rule for Card {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let count = value.bytes().filter(u8::is_ascii_digit).count();
        let plain = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-'));
        let most = if self.number { MOST - 1 } else { MOST };
        if !plain || !(FEWEST..=most).contains(&count) {
            return self.alike.rewrite(value, out);
        }
        if self.unique && count < FEWEST_UNIQUE {
            return Err(CannotMask::Short { needed: FEWEST_UNIQUE, has: count });
        }
        let mut draw = self.keyed.draw(value.as_bytes());
        let mut digits = [0u8; MOST];
        // a number of the database has no 0 in front; 9 is the first digit of no bank's card either
        digits[0] = if self.number { 9 } else { 0 };
        digits[1] = if self.number { 9 } else { u8::try_from(draw.below(10)).unwrap_or(0) };
        for digit in &mut digits[2..count - 1] {
            *digit = u8::try_from(draw.below(10)).unwrap_or(0);
        }
        digits[count - 1] = luhn(&digits[..count - 1]);
        let mut next = digits.iter();
        for letter in value.chars() {
            match letter.is_ascii_digit().then(|| next.next()).flatten() {
                Some(digit) => out.push(char::from(b'0' + digit)),
                None => out.push(letter),
            }
        }
        Ok(())
    }
}
