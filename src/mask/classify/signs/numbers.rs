//! Numbers with check digits: cards, IBANs and national ids.

/// Letters and digits only, in capitals.
pub(super) fn compact(value: &str) -> String {
    let kept = value.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '/'));
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

/// As the number plates of many states are: short, capitals and digits in turns.
pub(super) fn is_plate(value: &str) -> bool {
    let bare: Vec<char> = value.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    let turns = bare.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit());
    let written = bare.iter().all(|c| c.is_ascii_digit() || c.is_uppercase());
    (5..=9).contains(&bare.len())
        && written
        && (1..=4).contains(&turns.count())
        && bare.iter().filter(|c| c.is_ascii_digit()).count() >= 2
        && bare.iter().filter(|c| c.is_uppercase()).count() >= 2
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| if index % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum.is_multiple_of(10)
}

pub(super) fn is_card(value: &str) -> bool {
    if !value.bytes().all(|b| b.is_ascii_digit() || b == b' ' || b == b'-') {
        return false;
    }
    let Some(digits) = digits(&compact(value)) else { return false };
    (13..=19).contains(&digits.len())
        && (2..=6).contains(&digits[0])
        && digits.iter().any(|digit| *digit != digits[0])
        && luhn(&digits)
}

/// The number of a product (EAN, UPC, ISBN) with its check digit.
pub(super) fn is_barcode(value: &str) -> bool {
    let bare: String = value.chars().filter(|c| *c != '-').collect();
    let Some(digits) = digits(&bare) else { return false };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| digit * if at % 2 == 0 { 1 } else { 3 })
        .sum();
    matches!(digits.len(), 8 | 12 | 13 | 14) && sum.is_multiple_of(10)
}

pub(super) fn is_iban(value: &str) -> bool {
    let iban = compact(value);
    if !(15..=34).contains(&iban.len()) || !iban.is_ascii() {
        return false;
    }
    let (head, rest) = iban.split_at(4);
    let country = head.bytes().take(2).all(|b| b.is_ascii_uppercase());
    let check = head.bytes().skip(2).all(|b| b.is_ascii_digit());
    if !country || !check || !rest.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    remainder_97(&format!("{rest}{head}")) == Some(1)
}

/// Begins with a country and has the length of its IBANs: made-up IBANs have wrong check digits.
pub(super) fn is_like_iban(value: &str) -> bool {
    let iban = compact(value);
    let length = LENGTHS.iter().find(|(country, _)| iban.starts_with(country));
    length.is_some_and(|(_, length)| iban.len() == *length)
        && iban.bytes().skip(2).take(2).all(|b| b.is_ascii_digit())
        && iban.bytes().skip(4).all(|b| b.is_ascii_alphanumeric())
        && iban.bytes().skip(4).filter(u8::is_ascii_digit).count() * 2 > iban.len()
}

/// Of IBANs, by country.
const LENGTHS: [(&str, usize); 26] = [
    ("AT", 20),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IT", 27),
    ("LU", 20),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
];

/// Of the number that the text is when its letters count from 10.
fn remainder_97(text: &str) -> Option<u32> {
    text.chars().try_fold(0u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    })
}

/// What a state gives to people and firms, each with its own check.
type Check = fn(&str) -> bool;

pub(super) const NATIONAL: [(&str, Check); 25] = [
    ("de", iso_7064_11), // Steuer-ID; the Croatian OIB
    ("at", austria),
    ("ch", switzerland),
    ("fr", france),
    ("es", spain),
    ("es-ss", spain_social),
    ("pt", portugal),
    ("br", brazil),
    ("br-firm", brazil_firm),
    ("it", italy),
    ("it-like", like_italy),
    ("it-firm", italy_firm),
    ("nl", netherlands),
    ("pl", pesel),
    ("pl-nip", nip),
    ("pl-regon", regon),
    ("si", emso),
    ("si-tax", slovene_tax),
    ("us", ssn),
    ("gb", nino),
    ("gb-nhs", nhs),
    ("mx", mexico),
    ("de-rv", german_pension),
    ("de-kv", german_health),
    ("vat", vat),
];

/// These have a check that one in ten random numbers passes or a shape of their own.
pub(super) fn is_certain(which: usize) -> bool {
    !matches!(NATIONAL[which].0, "pl-regon")
}

fn exactly(text: &str, count: usize) -> Option<Vec<u32>> {
    let digits = digits(text)?;
    (digits.len() == count && digits.iter().any(|digit| *digit != digits[0])).then_some(digits)
}

fn iso_7064_11(text: &str) -> bool {
    let Some(digits) = exactly(text, 11) else { return false };
    let rest = digits[..10].iter().fold(10, |rest, digit| {
        let sum = (rest + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - rest) % 10 == digits[10]
}

fn day_and_month(day: u32, month: u32) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

fn pair(digits: &[u32], at: usize) -> u32 {
    digits[at] * 10 + digits[at + 1]
}

fn austria(text: &str) -> bool {
    let Some(d) = exactly(text, 10) else { return false };
    let body: Vec<u32> =
        d.iter().enumerate().filter(|(index, _)| *index != 3).map(|(_, d)| *d).collect();
    weighted(&body, &[3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11 == d[3]
        && day_and_month(pair(&d, 4), pair(&d, 6))
}

fn switzerland(text: &str) -> bool {
    let Some(d) = exactly(text, 13) else { return false };
    text.starts_with("756")
        && (10 - weighted(&d[..12], &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10 == d[12]
}

fn france(text: &str) -> bool {
    if text.len() != 15
        || !text.is_ascii()
        || !matches!(text.as_bytes()[0], b'1'..=b'4' | b'7' | b'8')
    {
        return false;
    }
    let body = text[..13].replacen("2A", "19", 1).replacen("2B", "18", 1);
    match (body.parse::<u64>(), text[13..].parse::<u64>()) {
        (Ok(body), Ok(check)) => 97 - body % 97 == check,
        _ => false,
    }
}

fn spain(text: &str) -> bool {
    if text.len() != 9 || !text.is_ascii() {
        return false;
    }
    let first = text.as_bytes()[0];
    let number = match first {
        b'X' => format!("0{}", &text[1..8]),
        b'Y' => format!("1{}", &text[1..8]),
        b'Z' => format!("2{}", &text[1..8]),
        // a firm's: a letter, seven digits, a check digit or letter
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U' | b'V' | b'W' => return spanish_firm(text),
        _ => text[..8].to_owned(),
    };
    let letters = b"TRWAGMYFPDXBNJZSQVHLCKE";
    number.parse::<usize>().is_ok_and(|number| letters[number % 23] == text.as_bytes()[8])
}

fn spanish_firm(text: &str) -> bool {
    let Some(d) = digits(&text[1..8]) else { return false };
    let odd: u32 = d.iter().step_by(2).map(|d| d * 2 / 10 + d * 2 % 10).sum();
    let even: u32 = d.iter().skip(1).step_by(2).sum();
    let check = (10 - (odd + even) % 10) % 10;
    let last = text.as_bytes()[8];
    last == b"0123456789"[check as usize] || last == b"JABCDEFGHI"[check as usize]
}

fn spain_social(text: &str) -> bool {
    if exactly(text, 12).is_none() {
        return false;
    }
    match (text[..10].parse::<u64>(), text[10..].parse::<u64>()) {
        (Ok(body), Ok(check)) => body % 97 == check && text[..2] <= *"53",
        _ => false,
    }
}

fn portugal(text: &str) -> bool {
    let Some(d) = exactly(text, 9) else { return false };
    let rest = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    d[8] == if rest < 2 { 0 } else { 11 - rest }
}

fn modulo_11_of(d: &[u32], weights: &[u32]) -> u32 {
    let rest = weighted(d, weights) % 11;
    if rest < 2 { 0 } else { 11 - rest }
}

fn brazil(text: &str) -> bool {
    let Some(d) = exactly(text, 11) else { return false };
    modulo_11_of(&d[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) == d[9]
        && modulo_11_of(&d[..10], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == d[10]
}

fn brazil_firm(text: &str) -> bool {
    let Some(d) = exactly(text, 14) else { return false };
    modulo_11_of(&d[..12], &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == d[12]
        && modulo_11_of(&d[..13], &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == d[13]
}

/// What each letter or digit at an odd place counts in a codice fiscale.
const ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

fn italy(text: &str) -> bool {
    if text.len() != 16 || !text.is_ascii() {
        return false;
    }
    let bytes = text.as_bytes();
    let letters = [0, 1, 2, 3, 4, 5, 8, 11, 15].iter().all(|at| bytes[*at].is_ascii_uppercase());
    let known = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if !letters || !bytes.iter().all(known) {
        return false;
    }
    let sum: u32 = bytes[..15]
        .iter()
        .enumerate()
        .map(|(index, byte)| {
            let value = if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' };
            if index % 2 == 0 { ODD[usize::from(value)] } else { u32::from(value) }
        })
        .sum();
    sum % 26 == u32::from(bytes[15] - b'A')
}

/// Written as one, whatever its check letter.
fn like_italy(text: &str) -> bool {
    let bytes = text.as_bytes();
    let letters = |at: &usize| bytes[*at].is_ascii_uppercase();
    let digits = |at: &usize| bytes[*at].is_ascii_digit();
    bytes.len() == 16
        && [0, 1, 2, 3, 4, 5, 11, 15].iter().all(letters)
        && [6, 7, 9, 10, 12, 13, 14].iter().all(digits)
        && b"ABCDEHLMPRST".contains(&bytes[8])
}

fn italy_firm(text: &str) -> bool {
    exactly(text, 11).is_some_and(|d| luhn(&d))
}

fn netherlands(text: &str) -> bool {
    let Some(d) = exactly(text, 9) else { return false };
    let sum = weighted(&d[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum % 11 == d[8]
}

fn pesel(text: &str) -> bool {
    let Some(d) = exactly(text, 11) else { return false };
    let sum = weighted(&d[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    (10 - sum % 10) % 10 == d[10] && day_and_month(pair(&d, 4), pair(&d, 2) % 20)
}

fn nip(text: &str) -> bool {
    let Some(d) = exactly(text.strip_prefix("PL").unwrap_or(text), 10) else { return false };
    weighted(&d[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == d[9]
}

fn regon(text: &str) -> bool {
    let Some(d) = exactly(text, 9) else { return false };
    weighted(&d[..8], &[8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == d[8]
}

fn emso(text: &str) -> bool {
    let Some(d) = exactly(text, 13) else { return false };
    let sum = weighted(&d[..12], &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let check = (11 - sum % 11) % 11;
    check == d[12] && day_and_month(pair(&d, 0), pair(&d, 2)) && matches!(d[4], 0 | 9)
}

fn slovene_tax(text: &str) -> bool {
    let Some(d) = exactly(text.strip_prefix("SI").unwrap_or(text), 8) else { return false };
    let rest = 11 - weighted(&d[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
    d[0] != 0 && rest != 11 && rest % 10 == d[7]
}

/// Only with its own separators or without any: nine digits alone may be anything.
fn ssn(text: &str) -> bool {
    let Some(d) = exactly(text, 9) else { return false };
    let area = d[0] * 100 + pair(&d, 1);
    area != 0 && area != 666 && area < 900 && pair(&d, 3) != 0 && d[5..].iter().any(|d| *d != 0)
}

fn nino(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 9
        && bytes[..2].iter().all(|b| b.is_ascii_uppercase() && !b"DFIQUV".contains(b))
        && bytes[2..8].iter().all(u8::is_ascii_digit)
        && bytes[8].is_ascii_uppercase()
}

fn nhs(text: &str) -> bool {
    let Some(d) = exactly(text, 10) else { return false };
    let check = 11 - weighted(&d[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    check != 10 && check % 11 == d[9]
}

/// CURP of people and RFC of people: four letters, a day, and more.
fn mexico(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 13 | 18)
        && text.is_ascii()
        && bytes[..4].iter().all(u8::is_ascii_uppercase)
        && digits(&text[4..10]).is_some_and(|d| day_and_month(pair(&d, 4), pair(&d, 2)))
        && bytes[10..].iter().all(u8::is_ascii_alphanumeric)
        && (bytes.len() == 13 || matches!(bytes[10], b'H' | b'M' | b'X'))
}

/// An area, a day of birth, a letter, a serial number.
fn german_pension(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 12
        && text.is_ascii()
        && bytes[8].is_ascii_uppercase()
        && digits(&text[9..]).is_some()
        && digits(&text[..8]).is_some_and(|d| day_and_month(pair(&d, 2) % 50, pair(&d, 4)))
}

fn german_health(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || !bytes[0].is_ascii_uppercase() {
        return false;
    }
    let Some(rest) = digits(&text[1..]) else { return false };
    let letter = u32::from(bytes[0] - b'A') + 1;
    let mut all = vec![letter / 10, letter % 10];
    all.extend(&rest[..8]);
    let sum: u32 = all
        .iter()
        .enumerate()
        .map(|(index, digit)| {
            let product = digit * if index % 2 == 0 { 1 } else { 2 };
            product / 10 + product % 10
        })
        .sum();
    sum % 10 == rest[8]
}

/// A VAT number: the country and 8 to 12 characters, nearly all digits.
fn vat(text: &str) -> bool {
    const COUNTRIES: &[&str] = &[
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GB", "GR", "HR",
        "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    ];
    let Some((country, rest)) = text.split_at_checked(2) else { return false };
    COUNTRIES.contains(&country)
        && (8..=12).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        && rest.bytes().filter(u8::is_ascii_digit).count() + 3 > rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_their_check_digits_pass_and_others_do_not() {
        assert!(is_card("4111 1111 1111 1111") && !is_card("4111 1111 1111 1112"));
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && !is_iban("DE89 3704 0044 0532 0130 01"));
        let good: [(&str, &str); 12] = [
            ("de", "86095742719"),
            ("fr", "255081416802538"),
            ("es", "12345678Z"),
            ("br", "52998224725"),
            ("it", "RSSMRA85T10A562S"),
            ("nl", "111222333"),
            ("pl", "44051401359"),
            ("si", "0101006500006"),
            ("gb-nhs", "9434765919"),
            ("pt", "123456789"),
            ("pl-nip", "1234563218"),
            ("ch", "7569217076985"),
        ];
        for (which, number) in good {
            let check = NATIONAL.iter().find(|(name, _)| *name == which).map(|(_, check)| check);
            assert!(check.is_some_and(|check| check(number)), "{which} {number}");
            let mut wrong = number.to_owned();
            let digit = wrong.pop().map_or('0', |last| if last == '0' { '1' } else { '0' });
            wrong.push(digit);
            assert!(check.is_some_and(|check| !check(&wrong)), "{which} {wrong}");
        }
    }
}
