//! `phone`: a number that is reserved for films and books where the country has such numbers, and one
//! that no country assigns elsewhere, in the form of the value.
//!
//! The countries with reserved numbers have too few of them for a unique column. There, the digits are
//! permuted and three zeros come in front of them, which no country assigns. Where the column has no
//! room for three more digits, the permuted digits are written with letters, in as many characters as
//! before: a number that begins with zeros and has letters in it is nobody's either.
//!
//! (The crate `phonenumber` validates numbers that exist, and these must not. It adds 2.9 MB to the tool
//! and takes 0.2 s to begin.)

use super::Rule;
use crate::mask::values::alike::{Alike, is_in_range};
use crate::mask::values::key::{APART, Draw, Keyed};
use crate::mask::values::locale::Locale;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Phone {
    keyed: Keyed,
    alike: Alike,
    /// The calling code of numbers without one.
    home: &'static str,
    unique: bool,
    number: Option<u8>,
    room: usize,
}

/// A country's numbers for fiction: the first digits behind the calling code.
struct Fiction {
    code: &'static str,
    mobile: &'static [&'static str],
    first: &'static str,
    mobile_first: &'static str,
}

/// Of Ofcom, the Bundesnetzagentur, Arcep, ACMA, `ComReg` and PTS. North America is apart: its area code
/// stays.
const FICTION: &[Fiction] = &[
    Fiction { code: "44", mobile: &["7"], first: "2079460", mobile_first: "7700900" },
    Fiction { code: "49", mobile: &["15", "16", "17"], first: "3023125", mobile_first: "17139200" },
    Fiction { code: "33", mobile: &["6", "7"], first: "19900", mobile_first: "63998" },
    Fiction { code: "61", mobile: &[], first: "25550", mobile_first: "25550" },
    Fiction { code: "353", mobile: &[], first: "2091", mobile_first: "2091" },
    Fiction { code: "46", mobile: &[], first: "8465004", mobile_first: "8465004" },
];

/// Calling codes of one and of two digits; all others have three (ITU E.164).
const ONE: &[u8] = b"17";
const TWO: &[u8] = &[
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56,
    57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];

/// In front of a number that nobody has: no area, no country and no network begins so.
const NOBODY: &str = "000";
/// The same in a column of numbers, which have no zeros in front: no calling code and no area.
const NOBODY_IN_NUMBERS: &str = "999";
/// In front of a number for which that is too large.
const SMALL_NOBODY: &str = "100";
/// A shorter one is an extension.
const SHORTEST: usize = 7;
/// The longest number that a country assigns.
const LONGEST: usize = 15;
/// The length of a number whose digits tell values apart by a hash: 66 bits.
const HASHED: usize = 24;
/// Letters of a hash: 40 bits. In a column of phone numbers, few values are anything else.
const FEWEST_LETTERS: usize = 8;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let number = match shape.kind {
        Kind::Integer(size) => Some(size),
        Kind::Numeric | Kind::Float(_) => Some(0),
        _ if shape.kind.is_textual() => None,
        _ => return Err(CannotMask::Type),
    };
    let room = shape.max_chars.unwrap_or(usize::MAX);
    // smaller numbers have no place for digits in front
    if let (true, Kind::Integer(size @ 2..=4)) = (shape.unique, &shape.kind) {
        let has = if *size == 2 { 4 } else { 9 };
        return Err(CannotMask::Digits { needed: SHORTEST + NOBODY.len(), has });
    }
    Ok(Box::new(Phone {
        keyed: keyed.apart("phone"),
        alike: Alike::new(keyed, shape),
        home: home(shape.locale.unwrap_or_default()),
        unique: shape.unique,
        number,
        room,
    }))
}

fn home(locale: Locale) -> &'static str {
    match locale {
        Locale::En => "1",
        Locale::De => "49",
        Locale::Fr => "33",
        Locale::Es => "34",
        Locale::Pt => "351",
        Locale::It => "39",
        Locale::Nl => "31",
        Locale::Pl => "48",
        Locale::Sl => "386",
        Locale::Hr => "385",
    }
}

/// How many of the digits are the calling code.
fn code_length(digits: &str) -> usize {
    let one = digits.bytes().next().is_some_and(|digit| ONE.contains(&digit));
    let two =
        digits.get(..2).and_then(|two| two.parse().ok()).is_some_and(|two| TWO.contains(&two));
    let length = if one {
        1
    } else if two {
        2
    } else {
        3
    };
    length.min(digits.len())
}

/// The digits of a number, taken apart.
struct Parts<'a> {
    /// The international prefix, the calling code, the zero of the country's own numbers.
    kept: usize,
    code: &'a str,
}

impl Phone {
    fn parts<'a>(&self, value: &str, digits: &'a str) -> Parts<'a> {
        let (before, rest) = match () {
            () if value.trim_start_matches(['(', ' ']).starts_with('+') => (0, digits),
            () if digits.starts_with("00") => (2, &digits[2..]),
            () if self.home == "1" && digits.len() == 11 && digits.starts_with('1') => (0, digits),
            () if self.home != "1" && digits.starts_with(self.home) && digits.len() > 10 => {
                (0, digits)
            }
            () => {
                let trunk = usize::from(digits.starts_with('0') && self.home != "39");
                // in Britain, numbers of English texts begin with a zero
                let code = if self.home == "1" && trunk == 1 { "44" } else { self.home };
                return Parts { kept: trunk, code };
            }
        };
        let length = code_length(rest);
        let code = &rest[..length];
        let trunk = usize::from(rest[length..].starts_with('0') && code != "39");
        Parts { kept: before + length + trunk, code }
    }

    /// As many digits that reach nobody.
    fn nobody(draw: &mut Draw, code: &str, own: &str, out: &mut String) {
        let start = out.len();
        let count = own.len();
        if code == "1" && count >= 10 {
            let area = &own[..3];
            let exists = matches!(area.as_bytes(), [b'2'..=b'9', b'0'..=b'8', _]);
            out.push_str(if exists { area } else { "202" });
            out.push_str("55501");
        } else if let Some(fiction) = FICTION.iter().find(|one| one.code == code)
            && count > fiction.first.len().max(fiction.mobile_first.len())
        {
            let is_mobile = fiction.mobile.iter().any(|first| own.starts_with(first));
            out.push_str(if is_mobile { fiction.mobile_first } else { fiction.first });
        } else {
            out.push_str(NOBODY);
        }
        // a number that ends early or late reaches nobody either
        while out.len() - start < count {
            out.push(char::from(b'0' + u8::try_from(draw.below(10)).unwrap_or(0)));
        }
        out.truncate(start + count);
    }
}

/// Words that say what a number is.
const WORDS: &[&str] = &[
    "tel",
    "telefon",
    "telephone",
    "phone",
    "fon",
    "fax",
    "mobil",
    "mobile",
    "handy",
    "cell",
    "ext",
    "x",
    "durchwahl",
    "int",
    "whatsapp",
];

/// The value with these digits in the places of the old ones. `extra` stand in front of the digit at `at`.
fn spell(value: &str, digits: &str, extra: &str, at: usize, out: &mut String) {
    let mut next = digits.chars();
    let mut seen = 0;
    let mut rest = value;
    out.reserve(value.len() + extra.len());
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            if seen == at {
                out.push_str(extra);
            }
            seen += 1;
            out.push(next.next().unwrap_or('0'));
            rest = &rest[1..];
        } else if first.is_alphabetic() {
            let end = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
            let word = &rest[..end];
            if WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                out.push_str(word);
            } else {
                out.extend(word.chars().map(|_| 'x'));
            }
            rest = &rest[end..];
        } else {
            out.push(if first.is_numeric() { '0' } else { first });
            rest = &rest[first.len_utf8()..];
        }
    }
    if seen <= at {
        out.push_str(extra);
    }
}

impl Rule for Phone {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut digits = String::with_capacity(value.len());
        digits.extend(value.bytes().filter(u8::is_ascii_digit).map(char::from));
        if let Some(size) = self.number {
            return self.rewrite_number(value, &digits, size, out);
        }
        if self.unique {
            return self.rewrite_unique(value, &digits, out);
        }
        let mut draw = self.keyed.draw(value.as_bytes());
        let mut made = String::with_capacity(digits.len());
        if digits.len() < SHORTEST {
            Phone::nobody(&mut draw, "", &digits, &mut made);
            spell(value, &made, "", usize::MAX, out);
            return Ok(());
        }
        let parts = self.parts(value, &digits);
        made.push_str(&digits[..parts.kept]);
        Phone::nobody(&mut draw, parts.code, &digits[parts.kept..], &mut made);
        spell(value, &made, "", usize::MAX, out);
        Ok(())
    }
}

impl Phone {
    fn rewrite_unique(
        &self,
        value: &str,
        digits: &str,
        out: &mut String,
    ) -> Result<(), CannotMask> {
        let plain = value.chars().all(|letter| !letter.is_alphabetic());
        if !plain || digits.is_empty() {
            // the digits alone do not tell this value from others
            let mut draw = self.keyed.draw(value.as_bytes());
            if self.room >= HASHED {
                out.push_str("+000");
                for _ in 0..HASHED - 4 {
                    out.push(char::from(b'0' + u8::try_from(draw.below(10)).unwrap_or(0)));
                }
                return Ok(());
            }
            let letters = APART.min(self.room.saturating_sub(NOBODY.len()));
            if letters < FEWEST_LETTERS && digits.len() < SHORTEST {
                // nobody has a number of so few digits
                return self.alike.rewrite(value, out);
            }
            if letters < FEWEST_LETTERS {
                let needed = FEWEST_LETTERS + NOBODY.len();
                return Err(CannotMask::Short { needed, has: self.room });
            }
            out.push_str(NOBODY);
            draw.readable(out, letters);
            return Ok(());
        }
        let international = value.trim_start().starts_with('+');
        let code = if international { code_length(digits) } else { 0 };
        if value.chars().count() + NOBODY.len() <= self.room {
            let mut permuted = String::with_capacity(digits.len());
            self.alike.rewrite(&digits[code..], &mut permuted)?;
            permuted.insert_str(0, &digits[..code]);
            spell(value, &permuted, NOBODY, code, out);
            return Ok(());
        }
        let mut permuted = String::with_capacity(digits.len());
        self.alike.rewrite(digits, &mut permuted)?;
        spell(value, &with_letters(&permuted)?, "", usize::MAX, out);
        Ok(())
    }

    fn rewrite_number(
        &self,
        value: &str,
        digits: &str,
        size: u8,
        out: &mut String,
    ) -> Result<(), CannotMask> {
        // a number below zero marks that no number is known
        if value.len() != digits.len() {
            return self.alike.rewrite(value, out);
        }
        // a longer one is nobody's: E.164
        if self.unique && digits.len() > LONGEST {
            return self.alike.rewrite(digits, out);
        }
        let start = out.len();
        out.push_str(NOBODY_IN_NUMBERS);
        if self.unique {
            self.alike.rewrite(digits, out)?;
        } else {
            let mut draw = self.keyed.draw(digits.as_bytes());
            while out.len() - start < digits.len() {
                out.push(char::from(b'0' + u8::try_from(draw.below(10)).unwrap_or(0)));
            }
            out.truncate(start + digits.len());
        }
        if size > 0 && !is_in_range(size, &out[start..]) {
            // no area and no country begins so either
            out.replace_range(start..start + NOBODY_IN_NUMBERS.len(), SMALL_NOBODY);
        }
        Ok(())
    }
}

/// The number that the digits are, in as many characters: zeros, a letter, then letters and digits.
/// Distinct numbers of as many digits stay distinct.
fn with_letters(digits: &str) -> Result<String, CannotMask> {
    let count = u32::try_from(digits.len()).unwrap_or(u32::MAX);
    let number: u128 = digits.parse().map_err(|_| CannotMask::Form)?;
    let values = 10_u128.checked_pow(count).ok_or(CannotMask::Form)?;
    let holds = |characters: u32| {
        let rest = 36_u128.checked_pow(characters.saturating_sub(1));
        rest.and_then(|rest| rest.checked_mul(26)).is_none_or(|all| all >= values)
    };
    let most = u32::try_from(NOBODY.len()).unwrap_or(0);
    let zeros = (0..=most.min(count - 1)).rev().find(|zeros| holds(count - zeros)).unwrap_or(0);
    let mut letters = Vec::with_capacity(digits.len());
    let mut rest = number;
    for _ in 1..count - zeros {
        let digit = u8::try_from(rest % 36).unwrap_or(0);
        letters.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
        rest /= 36;
    }
    letters.push(b'a' + u8::try_from(rest).unwrap_or(0));
    letters.extend(std::iter::repeat_n(b'0', zeros as usize));
    Ok(letters.iter().rev().map(|letter| char::from(*letter)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_with_letters_stay_distinct_and_begin_with_zeros() {
        for count in 1..=5_usize {
            let all: HashSet<String> = (0..10_usize.pow(u32::try_from(count).unwrap()))
                .map(|number| with_letters(&format!("{number:0count$}")).unwrap())
                .collect();
            assert_eq!(all.len(), 10_usize.pow(u32::try_from(count).unwrap()));
            assert!(all.iter().all(|text| text.len() == count));
            assert!(
                all.iter().all(|text| text.contains(|letter: char| letter.is_ascii_lowercase()))
            );
        }
        for count in 9..=25 {
            let last = with_letters(&"9".repeat(count)).unwrap();
            assert!(last.starts_with("000") && last.len() == count, "{last}");
        }
    }
}
