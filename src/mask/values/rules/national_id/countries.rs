//! The numbers of countries, with their check digits, as
//! [python-stdnum](https://arthurdejong.org/python-stdnum/) documents them.

use super::super::card::luhn;
use crate::mask::values::calendar::days_in;
use crate::mask::values::locale::Locale;

/// A kind of number.
pub(super) struct Country {
    pub(super) locale: Option<Locale>,
    /// One sign for each character: `9` a digit, `A` a letter, and any other for itself.
    shape: &'static str,
    /// The characters that stay: what says whose kind of number it is.
    pub(super) kept: &'static [usize],
    /// The characters that follow from the others.
    pub(super) checks: &'static [usize],
    /// Writes the check digits; `false` where the other characters allow none.
    pub(super) complete: fn(&mut [u8]) -> bool,
}

impl Country {
    pub(super) fn is_valid(&self, number: &[u8]) -> bool {
        let fits = number.len() == self.shape.len()
            && number.iter().zip(self.shape.bytes()).all(|(byte, sign)| match sign {
                b'9' => byte.is_ascii_digit(),
                b'A' => byte.is_ascii_uppercase(),
                _ => *byte == sign,
            });
        if !fits {
            return false;
        }
        let mut made = [0; 16];
        let Some(made) = made.get_mut(..number.len()) else { return false };
        made.copy_from_slice(number);
        (self.complete)(made) && made == number
    }
}

/// In the order in which a number is tried, after the locale's countries.
pub(super) const COUNTRIES: &[Country] = &[
    country(Some(Locale::De), "99999999999", &[], &[10], de),
    country(Some(Locale::Hr), "99999999999", &[], &[10], hr),
    country(Some(Locale::Pl), "99999999999", &[], &[10], pl),
    country(Some(Locale::Pl), "9999999999", &[], &[9], pl_tax),
    country(Some(Locale::Nl), "99999999999", &[], &[9, 10], be),
    country(Some(Locale::Sl), "9999999999999", &[4], &[12], si),
    country(Some(Locale::Fr), "999999999999999", &[0], &[13, 14], fr),
    country(Some(Locale::Es), "99999999A", &[], &[8], es),
    country(Some(Locale::Es), "A9999999A", &[0], &[8], es_foreigner),
    country(Some(Locale::It), "AAAAAA99A99A999A", &[], &[15], it),
    country(Some(Locale::Pt), "999999999", &[0], &[8], pt),
    country(Some(Locale::Nl), "999999999", &[], &[8], nl),
    country(Some(Locale::En), "AA999999A", &[8], &[], gb),
    country(Some(Locale::En), "9999999999", &[], &[9], gb_health),
    country(Some(Locale::En), "999999999", &[], &[], us),
    country(Some(Locale::De), "7569999999999", &[0, 1, 2], &[12], ch),
    country(Some(Locale::De), "9999999999", &[], &[3], at),
    country(None, "9999999999", &[], &[9], se),
    country(None, "99999999999", &[], &[9, 10], no),
    country(None, "999999999A", &[], &[9], fi),
    country(None, "9999999999", &[], &[9], cz),
    country(Some(Locale::Pt), "99999999999", &[], &[9, 10], br),
    country(Some(Locale::Pt), "99999999999999", &[8, 9, 10], &[12, 13], br_company),
    country(None, "999999999", &[], &[8], ca),
    country(None, "9999999999999", &[0], &[12], ro),
];

pub(super) const fn country(
    locale: Option<Locale>,
    shape: &'static str,
    kept: &'static [usize],
    checks: &'static [usize],
    complete: fn(&mut [u8]) -> bool,
) -> Country {
    Country { locale, shape, kept, checks, complete }
}

pub(super) fn digit(byte: u8) -> u32 {
    u32::from(byte.wrapping_sub(b'0'))
}

/// Writes a digit; `false` for what is not a single one.
pub(super) fn put(place: &mut u8, number: u32) -> bool {
    match u8::try_from(number) {
        Ok(number @ 0..=9) => {
            *place = b'0' + number;
            true
        }
        _ => false,
    }
}

pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(byte, weight)| digit(*byte) * weight).sum()
}

pub(super) fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, byte| value * 10 + u64::from(digit(*byte)))
}

fn two(digits: &[u8], at: usize) -> u8 {
    (digits[at] - b'0') * 10 + (digits[at + 1] - b'0')
}

/// A day of any year.
fn is_day(month: u8, day: u8) -> bool {
    (1..=12).contains(&month) && (1..=days_in(2000, month)).contains(&day)
}

/// ISO 7064, MOD 11,10.
pub(super) fn mod_11_10(digits: &[u8]) -> u32 {
    let rest = digits.iter().fold(10, |rest, byte| {
        let sum = (rest + digit(*byte)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - rest) % 10
}

/// The tax number: of its first ten digits, one stands two or three times.
fn de(id: &mut [u8]) -> bool {
    let mut counts = [0; 10];
    for byte in &id[..10] {
        counts[digit(*byte) as usize % 10] += 1;
    }
    let often = counts.iter().filter(|count| **count > 1).count();
    let check = mod_11_10(&id[..10]);
    id[0] != b'0' && often == 1 && !counts.iter().any(|count| *count > 3) && put(&mut id[10], check)
}

fn hr(id: &mut [u8]) -> bool {
    let check = mod_11_10(&id[..10]);
    put(&mut id[10], check)
}

/// The century is in the month.
fn pl(id: &mut [u8]) -> bool {
    let sum = weighted(&id[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    is_day(two(id, 2) % 20, two(id, 4)) && put(&mut id[10], (10 - sum % 10) % 10)
}

pub(super) fn pl_tax(id: &mut [u8]) -> bool {
    let sum = weighted(&id[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]);
    id[0] != b'0' && put(&mut id[9], sum % 11)
}

/// From 2000 on, the check is computed from the number with a 2 in front.
fn be(id: &mut [u8]) -> bool {
    let (old, new) = (97 - value(&id[..9]) % 97, 97 - (2_000_000_000 + value(&id[..9])) % 97);
    let given = value(&id[9..11]);
    let check = if given == new { new } else { old };
    let check = u32::try_from(check).unwrap_or(0);
    is_day(two(id, 2), two(id, 4)) && put(&mut id[9], check / 10) && put(&mut id[10], check % 10)
}

fn si(id: &mut [u8]) -> bool {
    let sum = weighted(&id[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    is_day(two(id, 2), two(id, 0)) && put(&mut id[12], (11 - sum % 11) % 11)
}

fn fr(id: &mut [u8]) -> bool {
    let check = u32::try_from(97 - value(&id[..13]) % 97).unwrap_or(0);
    matches!(id[0], b'1' | b'2')
        && (1..=12).contains(&two(id, 3))
        && put(&mut id[13], check / 10)
        && put(&mut id[14], check % 10)
}

const ES_LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn es(id: &mut [u8]) -> bool {
    id[8] = ES_LETTERS[usize::try_from(value(&id[..8]) % 23).unwrap_or(0)];
    true
}

fn es_foreigner(id: &mut [u8]) -> bool {
    if !matches!(id[0], b'X'..=b'Z') {
        return false;
    }
    let number = u64::from(id[0] - b'X') * 10_000_000 + value(&id[1..8]);
    id[8] = ES_LETTERS[usize::try_from(number % 23).unwrap_or(0)];
    true
}

/// The values of digits and letters at odd places.
const IT_ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

fn it(id: &mut [u8]) -> bool {
    let day = two(id, 9) % 40;
    let months = b"ABCDEHLMPRST";
    let sum: u32 = id[..15]
        .iter()
        .enumerate()
        .map(|(at, byte)| {
            let number = if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' };
            if at % 2 == 0 { IT_ODD[usize::from(number)] } else { u32::from(number) }
        })
        .sum();
    id[15] = b'A' + u8::try_from(sum % 26).unwrap_or(0);
    two(id, 9) <= 71 && (1..=31).contains(&day) && months.contains(&id[8])
}

pub(super) fn pt(id: &mut [u8]) -> bool {
    let rest = 11 - weighted(&id[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    id[0] != b'0' && put(&mut id[8], if rest > 9 { 0 } else { rest })
}

fn nl(id: &mut [u8]) -> bool {
    let sum = weighted(&id[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    value(&id[..8]) > 0 && put(&mut id[8], sum % 11)
}

/// National insurance: it has no check digit, and not all letters.
fn gb(id: &mut [u8]) -> bool {
    !b"DFIQUV".contains(&id[0])
        && !b"DFIQUVO".contains(&id[1])
        && !matches!(&id[..2], b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ")
        && matches!(id[8], b'A'..=b'D')
}

fn gb_health(id: &mut [u8]) -> bool {
    let rest = 11 - weighted(&id[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    put(&mut id[9], if rest == 11 { 0 } else { rest })
}

/// Social security: it has no check digit, and not all areas.
fn us(id: &mut [u8]) -> bool {
    id[0] != b'9'
        && !matches!(&id[..3], b"000" | b"666")
        && &id[3..5] != b"00"
        && &id[5..] != b"0000"
}

fn ch(id: &mut [u8]) -> bool {
    let sum = weighted(&id[..12], &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    put(&mut id[12], (10 - sum % 10) % 10)
}

/// The day may be one of a thirteenth month.
fn at(id: &mut [u8]) -> bool {
    let sum = weighted(&id[..3], &[3, 7, 9]) + weighted(&id[4..], &[5, 8, 4, 2, 1, 6]);
    let (day, month) = (two(id, 4), two(id, 6));
    id[0] != b'0'
        && is_day(month.clamp(1, 12), day)
        && (1..=13).contains(&month)
        && put(&mut id[3], sum % 11)
}

fn se(id: &mut [u8]) -> bool {
    let mut digits = [0; 9];
    for (digit, byte) in digits.iter_mut().zip(&*id) {
        *digit = byte - b'0';
    }
    // of a number for those who are not registered, the day is 60 later
    let day = two(id, 4);
    is_day(two(id, 2), if day > 60 { day - 60 } else { day })
        && put(&mut id[9], u32::from(luhn(&digits)))
}

fn no(id: &mut [u8]) -> bool {
    let first = (11 - weighted(&id[..9], &[3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11;
    let day = two(id, 0) % 40;
    if !put(&mut id[9], first) {
        return false;
    }
    let second = (11 - weighted(&id[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    is_day(two(id, 2) % 40, day) && put(&mut id[10], second)
}

fn fi(id: &mut [u8]) -> bool {
    const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let number = value(&id[..9]);
    id[9] = CHECKS[usize::try_from(number % 31).unwrap_or(0)];
    id[9].is_ascii_uppercase() && is_day(two(id, 2), two(id, 0))
}

/// Of a woman, the month is 50 later.
fn cz(id: &mut [u8]) -> bool {
    let rest = u32::try_from(value(&id[..9]) % 11).unwrap_or(0);
    let month = two(id, 2) % 50;
    is_day(if month > 20 { month - 20 } else { month }, two(id, 4))
        && put(&mut id[9], if rest == 10 { 0 } else { rest })
}

fn br_check(digits: &[u8], weights: &[u32]) -> u32 {
    let rest = 11 - weighted(digits, weights) % 11;
    if rest > 9 { 0 } else { rest }
}

fn br(id: &mut [u8]) -> bool {
    let first = br_check(&id[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    let all_the_same = id[..9].iter().all(|byte| *byte == id[0]);
    put(&mut id[9], first) && !all_the_same && {
        let second = br_check(&id[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
        put(&mut id[10], second)
    }
}

fn br_company(id: &mut [u8]) -> bool {
    let first = br_check(&id[..12], &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    put(&mut id[12], first) && {
        let second = br_check(&id[..13], &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
        put(&mut id[13], second)
    }
}

fn ca(id: &mut [u8]) -> bool {
    let mut digits = [0; 8];
    for (digit, byte) in digits.iter_mut().zip(&*id) {
        *digit = byte - b'0';
    }
    put(&mut id[8], u32::from(luhn(&digits)))
}

fn ro(id: &mut [u8]) -> bool {
    let rest = weighted(&id[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    id[0] != b'0'
        && is_day(two(id, 3), two(id, 5))
        && put(&mut id[12], if rest == 10 { 1 } else { rest })
}
