//! `card`: a number that no bank issues, with a right check digit and the spaces of the value. Numbers
//! that are shortened or starred keep their shape.
//!
//! The first digit says who issues a card (ISO/IEC 7812): banks have 2 to 6. Each of these becomes
//! another digit that no bank has, and the digits behind it are permuted, so distinct numbers stay
//! distinct. A number that is not valid, or not a bank's, becomes one that is not valid.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::Keyed;
use crate::mask::values::permute::Permutation;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Card {
    keyed: Keyed,
    alike: Alike,
    number: bool,
}

/// A card's number has as many digits at least, and at most.
const FEWEST: usize = 12;
const MOST: usize = 19;

/// The first digits of banks' cards, and what they become. Most cards begin with 4.
const FIRST: [(u8, u8); 5] = [(4, 0), (5, 9), (3, 8), (6, 7), (2, 1)];
/// The same in a column of numbers, which have no zero in front.
const FIRST_OF_NUMBERS: [(u8, u8); 4] = [(4, 9), (5, 8), (3, 7), (2, 1)];

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let number = matches!(shape.kind, Kind::Integer(8) | Kind::Numeric | Kind::Float(_));
    if !number && !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Card { keyed: keyed.apart("card"), alike, number }))
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
        let mut digits = [0u8; MOST];
        let given = value.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0');
        for (digit, given) in digits.iter_mut().zip(given) {
            *digit = given;
        }
        // how far the check digit is from the right one
        let off = (digits[count - 1] + 10 - luhn(&digits[..count - 1])) % 10;
        let firsts = if self.number { &FIRST_OF_NUMBERS[..] } else { &FIRST[..] };
        let nobodys = firsts.iter().find(|(first, _)| *first == digits[0] && off == 0);
        let is_bank = FIRST.iter().any(|(first, _)| *first == digits[0]);
        let kept = digits[0];
        let made_off = match nobodys {
            Some((_, first)) => {
                digits[0] = *first;
                0
            }
            // a bank has none that is not valid
            None if is_bank && firsts.len() == FIRST.len() => off,
            None => (off + 1).min(9),
        };
        let between = &mut digits[1..count - 1];
        let number = between.iter().fold(0u128, |number, digit| number * 10 + u128::from(*digit));
        let limit = 10u128.pow(u32::try_from(between.len()).unwrap_or(0));
        let tweak = u64::from(kept) * 10 + u64::from(off);
        let mut made = Permutation::new(&self.keyed, limit, tweak).apply(number);
        for digit in between.iter_mut().rev() {
            *digit = u8::try_from(made % 10).unwrap_or(0);
            made /= 10;
        }
        digits[count - 1] = (luhn(&digits[..count - 1]) + made_off) % 10;
        let mut next = digits[..count].iter();
        for letter in value.chars() {
            match letter.is_ascii_digit().then(|| next.next()).flatten() {
                Some(digit) => out.push(char::from(b'0' + digit)),
                None => out.push(letter),
            }
        }
        Ok(())
    }
}
