//! Numbers that follow each other, as a unique column has them: the hash of a few digits would not tell
//! all of them apart.

use std::collections::HashSet;

use super::*;

/// Each value masked in a unique column of this room; all distinct, and as long as the column allows.
fn distinct(mask: &Mask, room: Option<usize>, values: impl Iterator<Item = String>) -> Vec<String> {
    let shape = Shape { unique: true, max_chars: room, ..shape() };
    let masker = Masker::new(&key(), mask, &shape).unwrap();
    let results: Vec<String> = values.map(|value| masked(&masker, &value)).collect();
    let all: HashSet<&String> = results.iter().collect();
    assert_eq!(all.len(), results.len(), "{mask} in {room:?}");
    let room = room.unwrap_or(usize::MAX);
    assert!(results.iter().all(|result| result.chars().count() <= room), "{mask} in {room}");
    results
}

#[test]
fn phones_fit_their_column_and_begin_with_zeros() {
    let numbers = || 0..how_many();
    for (room, zeros) in [(None, "0000"), (Some(14), "0000"), (Some(11), "000")] {
        let results = distinct(&Mask::Phone, room, numbers().map(|n| format!("0170{n:07}")));
        assert!(results.iter().all(|result| result.starts_with(&zeros[..3])), "{}", results[0]);
    }
    let dashed = numbers().map(|n| format!("555-{:03}-{:04}", n / 10_000, n % 10_000));
    let results = distinct(&Mask::Phone, Some(12), dashed);
    assert!(results.iter().all(|result| result.starts_with("000-") && result.len() == 12));
    let abroad = distinct(&Mask::Phone, Some(13), numbers().map(|n| format!("+49170{n:07}")));
    assert!(abroad.iter().all(|result| result.starts_with("+000")), "{}", abroad[0]);
    let short = numbers().take(9_999).map(|n| format!("{n:04}"));
    distinct(&Mask::Phone, Some(4), short);
    let words = numbers().map(|n| format!("ext {n:06}"));
    distinct(&Mask::Phone, Some(16), words);
}

#[test]
fn cards_of_banks_are_valid_and_no_banks() {
    for first in ["4", "51", "37", "60", "22"] {
        let digits = |n: u32| format!("{first}{n:0width$}", width = 15 - first.len());
        let results = distinct(&Mask::Card, Some(16), (0..how_many()).map(|n| card(&digits(n))));
        for result in &results {
            let digits: Vec<u8> = result.bytes().map(|digit| digit - b'0').collect();
            assert_eq!(crate::mask::values::rules::luhn(&digits[..15]), digits[15], "{result}");
            assert!(matches!(digits[0], 0 | 1 | 7..=9), "{result}");
        }
    }
    // whatever the check digit is
    let all = (0..how_many()).map(|n| format!("4000{n:012}"));
    let results = distinct(&Mask::Card, Some(16), all);
    for result in &results {
        let digits: Vec<u8> = result.bytes().map(|digit| digit - b'0').collect();
        let valid = crate::mask::values::rules::luhn(&digits[..15]) == digits[15];
        assert_eq!(valid, digits[0] == 0, "{result}");
    }
    let number = Shape { kind: Kind::Integer(8), unique: true, ..shape() };
    let masker = Masker::new(&key(), &Mask::Card, &number).unwrap();
    let brands = ["4", "5", "3", "6", "2"]
        .iter()
        .flat_map(|first| (0..how_many() / 5).map(move |n| card(&format!("{first}{n:014}"))));
    let results: Vec<String> = brands.map(|value| masked(&masker, &value)).collect();
    assert_eq!(results.iter().collect::<HashSet<_>>().len(), results.len());
}

#[test]
fn accounts_are_valid_and_no_banks() {
    for (country, width) in [("NO", 11), ("BE", 12), ("DE", 18)] {
        let valid = (0..how_many()).map(|n| iban(country, &format!("{n:0width$}")));
        for result in distinct(&Mask::Iban, Some(34), valid) {
            let moved = result[4..].bytes().chain(result[..4].bytes());
            assert_eq!(crate::mask::values::rules::iban_modulo(moved), 1, "{result}");
            assert!(result[4..].starts_with('X') && result.len() == width + 4, "{result}");
        }
        // whatever the check digits are
        let all = (0..how_many()).map(|n| format!("{country}{:02}{:0width$}", n % 100, n / 100));
        distinct(&Mask::Iban, Some(34), all);
    }
    let british = (0..how_many()).map(|n| iban("GB", &format!("WEST{n:014}")));
    distinct(&Mask::Iban, None, british);
}

#[test]
fn texts_are_in_the_characters_and_in_the_language_that_the_column_has() {
    for (mask, _) in TEXTUAL {
        for (_, locale) in Locale::ALL {
            let shape = Shape { ascii: true, locale: Some(locale), ..shape() };
            let masker = Masker::new(&key(), mask, &shape).unwrap();
            for seed in 0..how_many() / 10 {
                let value: String = value(mask, &mut Dice::of(seed));
                let result = masked(&masker, &value);
                let kept = value.chars().filter(|letter| !letter.is_ascii()).count();
                assert!(kept > 0 || result.is_ascii(), "{mask} {locale}: {value} -> {result}");
            }
        }
    }
    // another language has other names
    let names: HashSet<String> = Locale::ALL
        .iter()
        .map(|(_, locale)| {
            let shape = Shape { locale: Some(*locale), ..shape() };
            (0..20).map(|n| once(&Mask::LastName, &shape, &format!("Name{n}"))).collect()
        })
        .collect();
    assert_eq!(names.len(), Locale::ALL.len());
}
