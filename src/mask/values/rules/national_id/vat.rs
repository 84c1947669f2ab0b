//! VAT numbers of the European Union and of Britain, with their check digits, as
//! [python-stdnum](https://arthurdejong.org/python-stdnum/) documents them. The letters of the country
//! stay.

use super::super::card::luhn;
use super::countries::{Country, country, digit, mod_11_10, pl_tax, pt, put, value, weighted};

pub(super) const VAT: &[Country] = &[
    country(None, "ATU99999999", &[0, 1, 2], &[10], at),
    country(None, "BE9999999999", &[0, 1, 2], &[10, 11], be),
    country(None, "CZ99999999", &[0, 1], &[9], cz),
    country(None, "DE999999999", &[0, 1], &[10], de),
    country(None, "DK99999999", &[0, 1], &[9], dk),
    country(None, "EE999999999", &[0, 1], &[10], ee),
    country(None, "EL999999999", &[0, 1], &[10], el),
    country(None, "ES99999999A", &[0, 1], &[10], es),
    country(None, "ESA99999999", &[0, 1, 2], &[10], es_company),
    country(None, "FI99999999", &[0, 1], &[9], fi),
    country(None, "FR99999999999", &[0, 1], &[2, 3, 12], fr),
    country(None, "GB999999999", &[0, 1], &[9, 10], gb),
    country(None, "HR99999999999", &[0, 1], &[12], hr),
    country(None, "HU99999999", &[0, 1], &[9], hu),
    country(None, "IE9999999A", &[0, 1], &[9], ie),
    country(None, "IE9999999AA", &[0, 1, 10], &[9], ie),
    country(None, "IT99999999999", &[0, 1, 9, 10, 11], &[12], it),
    country(None, "LU99999999", &[0, 1], &[8, 9], lu),
    country(None, "MT99999999", &[0, 1], &[8, 9], mt),
    country(None, "NL999999999B99", &[0, 1, 11, 12, 13], &[10], nl),
    country(None, "PL9999999999", &[0, 1], &[11], |id| pl_tax(&mut id[2..])),
    country(None, "PT999999999", &[0, 1, 2], &[10], |id| pt(&mut id[2..])),
    country(None, "SE999999999901", &[0, 1, 12, 13], &[11], se),
    country(None, "SI99999999", &[0, 1], &[9], si),
];

/// The country's letters at the beginning of a VAT number, and what stands behind its digits: `CHE` and
/// `MWST`. `None` for any other number.
pub(super) fn sides(number: &str) -> Option<(usize, usize)> {
    const COUNTRIES: &[&str] = &[
        "AT", "BE", "BG", "CHE", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "EU", "FI", "FR", "GB",
        "GR", "HR", "HU", "IE", "IM", "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO",
        "SE", "SI", "SK", "XI",
    ];
    const ENDS: &[&str] = &["MWST", "TVA", "IVA", "TPV", "MVA"];
    let upper = number.to_ascii_uppercase();
    let country = COUNTRIES.iter().find(|country| upper.starts_with(**country))?;
    let end = ENDS.iter().find(|end| upper.ends_with(**end)).map_or(0, |end| end.len());
    let between = upper.get(country.len()..upper.len().checked_sub(end)?)?;
    let digits = between.bytes().filter(u8::is_ascii_digit).count();
    let letters = between.bytes().filter(u8::is_ascii_alphabetic).count();
    ((7..=13).contains(&digits) && letters <= 3).then_some((country.len(), end))
}

/// The digits as [`luhn`] takes them.
fn digits<const N: usize>(id: &[u8], from: usize) -> [u8; N] {
    let mut digits = [0; N];
    for (digit, byte) in digits.iter_mut().zip(&id[from..]) {
        *digit = byte.wrapping_sub(b'0');
    }
    digits
}

fn put_two(id: &mut [u8], at: usize, number: u32) -> bool {
    put(&mut id[at], number / 10) && put(&mut id[at + 1], number % 10)
}

fn rest(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn at(id: &mut [u8]) -> bool {
    let doubled = |byte: u8| digit(byte) / 5 + digit(byte) * 2 % 10;
    let odd: u32 = [3, 5, 7, 9].iter().map(|at| digit(id[*at])).sum();
    let even: u32 = [4, 6, 8].iter().map(|at| doubled(id[*at])).sum();
    put(&mut id[10], (10 - (odd + even + 4) % 10) % 10)
}

fn be(id: &mut [u8]) -> bool {
    let check = 97 - rest(value(&id[2..10]) % 97);
    matches!(id[2], b'0' | b'1') && put_two(id, 10, check)
}

fn cz(id: &mut [u8]) -> bool {
    let check = (11 - weighted(&id[2..9], &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    id[2] != b'9' && put(&mut id[9], if check == 0 { 1 } else { check % 10 })
}

fn de(id: &mut [u8]) -> bool {
    let check = mod_11_10(&id[2..10]);
    id[2] != b'0' && put(&mut id[10], check)
}

fn dk(id: &mut [u8]) -> bool {
    let check = (11 - weighted(&id[2..9], &[2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    id[2] != b'0' && put(&mut id[9], check)
}

fn ee(id: &mut [u8]) -> bool {
    let sum = weighted(&id[2..10], &[3, 7, 1, 3, 7, 1, 3, 7]);
    put(&mut id[10], (10 - sum % 10) % 10)
}

fn el(id: &mut [u8]) -> bool {
    let sum = weighted(&id[2..10], &[256, 128, 64, 32, 16, 8, 4, 2]);
    put(&mut id[10], sum % 11 % 10)
}

fn es(id: &mut [u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    id[10] = LETTERS[usize::try_from(value(&id[2..10]) % 23).unwrap_or(0)];
    true
}

fn es_company(id: &mut [u8]) -> bool {
    let check = luhn(&digits::<7>(id, 3));
    b"ABCDEFGHJUV".contains(&id[2]) && put(&mut id[10], u32::from(check))
}

fn fi(id: &mut [u8]) -> bool {
    let check = (11 - weighted(&id[2..9], &[7, 9, 10, 5, 8, 4, 2]) % 11) % 11;
    put(&mut id[9], check)
}

fn fr(id: &mut [u8]) -> bool {
    let check = luhn(&digits::<8>(id, 4));
    put(&mut id[12], u32::from(check)) && {
        let key = (12 + 3 * (value(&id[4..13]) % 97)) % 97;
        put_two(id, 2, rest(key))
    }
}

/// Newer numbers have a check that is 55 apart.
fn gb(id: &mut [u8]) -> bool {
    let sum = weighted(&id[2..9], &[8, 7, 6, 5, 4, 3, 2]);
    let (old, new) = (97 - sum % 97, 97 - (sum + 55) % 97);
    let given = rest(value(&id[9..11]));
    id[2] != b'0' && put_two(id, 9, if given == new { new } else { old })
}

fn hr(id: &mut [u8]) -> bool {
    let check = mod_11_10(&id[2..12]);
    put(&mut id[12], check)
}

fn hu(id: &mut [u8]) -> bool {
    let sum = weighted(&id[2..9], &[9, 7, 3, 1, 9, 7, 3]);
    put(&mut id[9], (10 - sum % 10) % 10)
}

fn ie(id: &mut [u8]) -> bool {
    let second = id.get(10).map_or(0, |letter| u32::from(letter - b'A') + 1);
    let sum = weighted(&id[2..9], &[8, 7, 6, 5, 4, 3, 2]) + 9 * second;
    id[9] = b"WABCDEFGHIJKLMNOPQRSTUV"[sum as usize % 23];
    second < 10
}

fn it(id: &mut [u8]) -> bool {
    let check = luhn(&digits::<10>(id, 2));
    put(&mut id[12], u32::from(check))
}

fn lu(id: &mut [u8]) -> bool {
    let check = rest(value(&id[2..8]) % 89);
    put_two(id, 8, check)
}

fn mt(id: &mut [u8]) -> bool {
    let check = 37 - weighted(&id[2..8], &[3, 4, 6, 7, 8, 9]) % 37;
    id[2] != b'0' && put_two(id, 8, check)
}

fn nl(id: &mut [u8]) -> bool {
    let sum = weighted(&id[2..10], &[9, 8, 7, 6, 5, 4, 3, 2]);
    put(&mut id[10], sum % 11)
}

fn se(id: &mut [u8]) -> bool {
    let check = luhn(&digits::<9>(id, 2));
    put(&mut id[11], u32::from(check))
}

fn si(id: &mut [u8]) -> bool {
    let check = 11 - weighted(&id[2..9], &[8, 7, 6, 5, 4, 3, 2]) % 11;
    id[2] != b'0' && check < 11 && put(&mut id[9], check % 10)
}
