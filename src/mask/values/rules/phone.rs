//! `phone`: a number that is reserved for films and books where the country has such numbers, and one
//! that no country assigns elsewhere, in the form of the value.
//!
//! The countries with reserved numbers have too few of them for a unique column. There, the digits are
//! permuted and three zeros come in front of them, which no country assigns.

use super::Rule;
use crate::mask::values::alike::{Alike, is_in_range};
use crate::mask::values::key::{Draw, Keyed};
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
const TWO: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// In front of a number that nobody has: no area, no country and no network begins so.
const NOBODY: &str = "000";
/// The same in a column of numbers, which have no zeros in front: no calling code and no area.
const NOBODY_IN_NUMBERS: &str = "999";
/// A shorter one is an extension.
const SHORTEST: usize = 7;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let number = match shape.kind {
        Kind::Integer(size) => Some(size),
        Kind::Numeric => Some(0),
        _ if shape.kind.is_textual() => None,
        _ => return Err(CannotMask::Type),
    };
    let room = shape.max_chars.unwrap_or(usize::MAX);
    if shape.unique && room < SHORTEST + NOBODY.len() {
        return Err(CannotMask::Short { needed: SHORTEST + NOBODY.len(), has: room });
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
    let two = digits.get(..2).is_some_and(|two| TWO.contains(&two));
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
struct Parts {
    /// The international prefix, the calling code, the zero of the country's own numbers.
    kept: usize,
    code: String,
}

impl Phone {
    fn parts(&self, value: &str, digits: &str) -> Parts {
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
                return Parts { kept: trunk, code: code.to_owned() };
            }
        };
        let length = code_length(rest);
        let code = rest[..length].to_owned();
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
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        if let Some(size) = self.number {
            return self.rewrite_number(value, &digits, size, out);
        }
        let start = out.len();
        if self.unique {
            let plain = value.chars().all(|letter| !letter.is_alphabetic());
            if !plain || digits.is_empty() {
                // the digits alone do not tell this value from others
                let mut draw = self.keyed.draw(value.as_bytes());
                out.push_str("+000");
                for _ in 0..20 {
                    out.push(char::from(b'0' + u8::try_from(draw.below(10)).unwrap_or(0)));
                }
            } else {
                let international = value.trim_start().starts_with('+');
                let code = if international { code_length(&digits) } else { 0 };
                let mut permuted = String::with_capacity(digits.len());
                self.alike.rewrite(&digits[code..], &mut permuted)?;
                permuted.insert_str(0, &digits[..code]);
                spell(value, &permuted, NOBODY, code, out);
            }
            return match out[start..].chars().count() {
                needed if needed > self.room => Err(CannotMask::Short { needed, has: self.room }),
                _ => Ok(()),
            };
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
        Phone::nobody(&mut draw, &parts.code, &digits[parts.kept..], &mut made);
        spell(value, &made, "", usize::MAX, out);
        Ok(())
    }
}

impl Phone {
    fn rewrite_number(
        &self,
        value: &str,
        digits: &str,
        size: u8,
        out: &mut String,
    ) -> Result<(), CannotMask> {
        // a number below zero marks that there is none
        if value.len() != digits.len() {
            return self.alike.rewrite(value, out);
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
            return Err(CannotMask::Form);
        }
        Ok(())
    }
}
