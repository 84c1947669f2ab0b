//! What each mask promises, on random values.
//!
//! A few thousand values for each mask; a hundred thousand where `REVIEW_DATA_LONG` is set.

mod dense;
mod forms;

use std::collections::HashMap;

use super::*;
use crate::config::Secret;

pub(super) fn key() -> MaskKey {
    MaskKey::of(&Secret::new("a key for the tests of the masks")).unwrap()
}

pub(super) fn shape() -> Shape {
    Shape { tie: "tie".to_owned(), ..Shape::default() }
}

pub(super) fn masked(masker: &Masker, value: &str) -> String {
    match masker.mask(value).unwrap() {
        Masked::Value(text) => text,
        Masked::Null => "NULL".to_owned(),
    }
}

/// The masked value in a column of this shape.
pub(super) fn once(mask: &Mask, shape: &Shape, value: &str) -> String {
    masked(&Masker::new(&key(), mask, shape).unwrap(), value)
}

fn how_many() -> u32 {
    if std::env::var_os("REVIEW_DATA_LONG").is_some() { 100_000 } else { 1_000 }
}

/// Pseudo-random numbers that are the same in each run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn of(seed: u32) -> Self {
        Dice(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }

    fn from(&mut self, letters: &str, count: usize) -> String {
        let letters: Vec<char> = letters.chars().collect();
        (0..count).map(|_| letters[self.below(letters.len())]).collect()
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const WIDE: &str = "aąbcčdeéfgABCĆÜÖijkłßzŽ字é0123 -.'@,&<>/+";

fn value(mask: &Mask, dice: &mut Dice) -> String {
    let word = |dice: &mut Dice| {
        let count = 2 + dice.below(8);
        dice.from(LOWER, count)
    };
    if dice.below(8) == 0 {
        let count = 1 + dice.below(30);
        return dice.from(WIDE, count);
    }
    match mask {
        Mask::Email => format!("{}.{}@{}.com", word(dice), word(dice), word(dice)),
        Mask::FullName => format!("{} {}", word(dice), word(dice)),
        Mask::Username => format!("{}{}", word(dice), dice.below(99)),
        Mask::Secret => match dice.below(4) {
            0 => format!("sk_live_{}", dice.from("abcXYZ0123456789", 24)),
            1 => dice.from("0123456789abcdef", 40),
            2 => dice.from("0123456789", 6),
            _ => dice.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32),
        },
        Mask::Text => (0..=dice.below(20)).map(|_| word(dice) + " ").collect(),
        Mask::Uuid => format!(
            "{}-{}-4{}-9{}-{}",
            dice.from("0123456789abcdef", 8),
            dice.from("0123456789abcdef", 4),
            dice.from("0123456789abcdef", 3),
            dice.from("0123456789abcdef", 3),
            dice.from("0123456789abcdef", 12)
        ),
        Mask::Phone => match dice.below(3) {
            0 => format!("+49 {} / {}", dice.from("123456789", 3), dice.from("0123456789", 7)),
            1 => format!("+1{}{}", dice.from("23456789", 1), dice.from("0123456789", 9)),
            _ => format!("({}) {}", dice.from("23456789", 3), dice.from("0123456789", 7)),
        },
        Mask::Postcode => match dice.below(2) {
            0 => dice.from("0123456789", 5),
            _ => format!("{}{} {}", dice.from("ABC", 2), dice.below(9), dice.from("ABC1", 3)),
        },
        Mask::Url => format!("https://{}.com/{}?q={}", word(dice), word(dice), word(dice)),
        Mask::Ip => match dice.below(2) {
            0 => format!("{}.{}.{}.7", dice.below(256), dice.below(256), dice.below(256)),
            _ => format!("2a00:{}::{}", dice.from("123456789abcdef", 3), dice.from("123f", 4)),
        },
        Mask::Mac => {
            let pairs: Vec<String> = (0..5).map(|_| dice.from("0123456789abcdef", 2)).collect();
            format!("00:{}", pairs.join(":"))
        }
        Mask::Iban => match dice.below(3) {
            0 => iban("DE", &dice.from("0123456789", 18)),
            1 => iban("NO", &dice.from("0123456789", 11)),
            _ => format!("GB12 ABCD {} {}", dice.from("0123456789", 4), dice.from("0123456789", 4)),
        },
        Mask::Card => card(&format!("4{}", dice.from("0123456789", 14))),
        Mask::Date => {
            let (year, month, day) =
                (1920 + dice.below(110), 1 + dice.below(12), 1 + dice.below(28));
            format!("{year}-{month:02}-{day:02}")
        }
        Mask::Number => format!("{}.{}", 1 + dice.below(99_999), dice.below(99)),
        Mask::Geo => format!("{}.{}", dice.below(90), dice.from("123456789", 5)),
        Mask::NationalId => dice.from("0123456789", 9),
        Mask::File => format!("{}/{}.jpg", dice.from("0123456789", 3), dice.from("abc0123", 24)),
        Mask::Street => format!("{}street {}", word(dice), dice.below(200)),
        Mask::Company => format!("{} {} GmbH", word(dice), word(dice)),
        _ => word(dice),
    }
}

/// A card's number with its check digit.
fn card(digits: &str) -> String {
    let numbers: Vec<u8> = digits.bytes().map(|digit| digit - b'0').collect();
    format!("{digits}{}", super::rules::luhn(&numbers))
}

/// An account with its check digits.
fn iban(country: &str, account: &str) -> String {
    let rest = super::rules::iban_modulo(format!("{account}{country}00").bytes());
    format!("{country}{:02}{account}", 98 - rest)
}

/// The text masks, and the shortest unique column that they accept.
const TEXTUAL: &[(Mask, usize)] = &[
    (Mask::Email, 25),
    (Mask::FirstName, 14),
    (Mask::LastName, 14),
    (Mask::FullName, 14),
    (Mask::Username, 40),
    (Mask::Phone, 40),
    (Mask::Postcode, 60),
    (Mask::Url, 40),
    (Mask::Ip, 80),
    (Mask::Mac, 60),
    (Mask::Iban, 60),
    (Mask::Card, 60),
    (Mask::Date, 60),
    (Mask::Number, 60),
    (Mask::Geo, 60),
    (Mask::File, 60),
    (Mask::NationalId, 60),
    (Mask::Street, 14),
    (Mask::City, 14),
    (Mask::Company, 14),
    (Mask::Text, 200),
    (Mask::Uuid, 36),
    (Mask::Hash, 16),
    (Mask::Secret, 60),
];

#[test]
fn distinct_values_stay_distinct_in_a_unique_column_and_fit_it() {
    for (mask, room) in TEXTUAL {
        for shape in [
            Shape { unique: true, lower_case: true, ..shape() },
            Shape { unique: true, max_chars: Some(*room), ..shape() },
        ] {
            let masker = Masker::new(&key(), mask, &shape).unwrap();
            let again = Masker::new(&key(), mask, &shape).unwrap();
            let mut seen: HashMap<String, String> = HashMap::new();
            for seed in 0..how_many() {
                let mut value = value(mask, &mut Dice::of(seed));
                if shape.lower_case && seed % 2 == 0 {
                    value = value.to_lowercase();
                }
                let value: String = value.chars().take(*room).collect();
                let result = masked(&masker, &value);
                assert_eq!(masked(&again, &value), result, "{mask}: {value}");
                if let Some(room) = shape.max_chars {
                    assert!(result.chars().count() <= room, "{mask}: {value} -> {result}");
                }
                if shape.lower_case {
                    assert_eq!(result.to_lowercase(), result, "{mask}: {value}");
                }
                // the server compares them in lower case
                let value = if shape.lower_case { value.to_lowercase() } else { value };
                if let Some(other) = seen.insert(result.clone(), value.clone()) {
                    assert_eq!(other, value, "{mask}: both give {result}");
                }
            }
        }
    }
}

#[test]
fn results_fit_every_width_and_are_not_the_value() {
    for (mask, _) in TEXTUAL {
        for room in 1..=40 {
            let shape = Shape { max_chars: Some(room), ..shape() };
            let Ok(masker) = Masker::new(&key(), mask, &shape) else {
                assert!(matches!(mask, Mask::Email | Mask::Uuid), "{mask} in {room}");
                continue;
            };
            for seed in 0..how_many() / 40 {
                let value: String = value(mask, &mut Dice::of(seed)).chars().take(room).collect();
                let result = masked(&masker, &value);
                assert!(result.chars().count() <= room, "{mask}: {value} -> {result}");
                if value.chars().filter(|letter| letter.is_alphabetic()).count() > 5 {
                    assert_ne!(result, value, "{mask}");
                }
            }
        }
    }
}

#[test]
fn addresses_are_at_the_domain_and_nowhere_else() {
    let shape = Shape { kept_email_domains: vec!["ours.com".to_owned()], ..shape() };
    let masker = Masker::new(&key(), &Mask::Email, &shape).unwrap();
    for seed in 0..how_many() {
        let result = masked(&masker, &value(&Mask::Email, &mut Dice::of(seed)));
        if result.trim().is_empty() {
            continue;
        }
        for address in result.split(", ") {
            let (local, domain) = address.split_once('@').unwrap();
            assert!(domain == "example.com" && !local.is_empty(), "{result}");
        }
    }
    assert_eq!(masked(&masker, "eva@Ours.com"), "eva@Ours.com");
    let both = masked(&masker, "eva@ours.com, anna@theirs.com");
    let (first, second) = both.split_once(", ").unwrap();
    assert_eq!(first, "eva@ours.com");
    assert_eq!(second, masked(&masker, "anna@theirs.com"));
}

#[test]
fn empty_stays_empty_and_null_is_null() {
    for (mask, _) in TEXTUAL {
        assert_eq!(once(mask, &shape(), ""), "");
        assert_eq!(once(mask, &shape(), "  "), "  ");
    }
    let null = Masker::new(&key(), &Mask::Null, &shape()).unwrap();
    assert_eq!(null.mask("x"), Ok(Masked::Null));
}

#[test]
fn another_key_or_tie_gives_another_value() {
    let other_key = MaskKey::random().unwrap();
    for (mask, _) in TEXTUAL {
        let value = "anna.berger@firm.com or 0123456789abcdef";
        let here = once(mask, &shape(), value);
        let tie = Shape { tie: "another".to_owned(), unique: true, ..shape() };
        let unique = Shape { unique: true, ..shape() };
        assert_ne!(once(mask, &unique, value), once(mask, &tie, value), "{mask}");
        let masker = Masker::new(&other_key, mask, &unique).unwrap();
        assert_ne!(masked(&masker, value), once(mask, &unique, value), "{mask}");
        assert!(!here.is_empty());
    }
}

#[test]
fn equal_as_the_server_compares_is_equal() {
    for (mask, _) in TEXTUAL {
        let citext = Shape { kind: Kind::Citext, unique: true, ..shape() };
        assert_eq!(once(mask, &citext, "Anna@Firm.com"), once(mask, &citext, "anna@firm.COM"));
        let bpchar = Shape { kind: Kind::Bpchar, unique: true, ..shape() };
        assert_eq!(once(mask, &bpchar, "anna@firm.com"), once(mask, &bpchar, "anna@firm.com   "));
    }
}

#[test]
fn what_cannot_hold_is_refused_with_the_reason() {
    let refused = |mask: &Mask, shape: &Shape| Masker::new(&key(), mask, shape).err().unwrap();
    let unique = |room| Shape { unique: true, max_chars: Some(room), ..shape() };
    assert_eq!(refused(&Mask::Email, &unique(20)), CannotMask::Short { needed: 25, has: 20 });
    assert_eq!(refused(&Mask::LastName, &unique(10)), CannotMask::Short { needed: 14, has: 10 });
    assert_eq!(refused(&Mask::Redact, &unique(99)), CannotMask::Equal);
    assert_eq!(refused(&Mask::Constant("x".to_owned()), &unique(99)), CannotMask::Equal);
    let short = Shape { max_chars: Some(2), ..shape() };
    assert_eq!(refused(&Mask::Constant("long".to_owned()), &short), CannotMask::Long(2));
    let integer = Shape { kind: Kind::Integer(4), ..shape() };
    assert_eq!(refused(&Mask::Email, &integer), CannotMask::Type);
    let not_null = Shape { not_null: true, ..shape() };
    assert_eq!(refused(&Mask::Null, &not_null), CannotMask::NotNull);
}

#[test]
fn numbers_of_accounts_cards_and_devices_are_valid_and_nobodys() {
    let ours = shape();
    let maskers: Vec<(Mask, Masker)> = [Mask::Iban, Mask::Card, Mask::Mac, Mask::Ip, Mask::Phone]
        .into_iter()
        .map(|mask| (mask.clone(), Masker::new(&key(), &mask, &ours).unwrap()))
        .collect();
    for seed in 0..how_many() {
        for (mask, masker) in &maskers {
            let value = value(mask, &mut Dice::of(seed));
            let result = masked(masker, &value);
            let digits: Vec<u8> =
                result.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect();
            match mask {
                Mask::Iban if value.starts_with("DE") => {
                    let bytes = result.as_bytes();
                    let moved = bytes[4..].iter().chain(&bytes[..4]).copied();
                    assert_eq!(super::rules::iban_modulo(moved), 1, "{result}");
                    assert!(result.starts_with("DE") && result[4..].starts_with("00000000"));
                    assert_eq!(result.len(), 22);
                }
                Mask::Card if value.starts_with('4') => {
                    let (last, others) = digits.split_last().unwrap();
                    assert_eq!(super::rules::luhn(others), *last, "{result}");
                    assert!(result.len() == 16 && result.starts_with('0'), "{result}");
                }
                Mask::Mac if value.starts_with("00:") => {
                    assert_eq!(u8::from_str_radix(&result[..2], 16).unwrap() & 3, 2, "{result}");
                }
                Mask::Ip if value.ends_with(".7") => {
                    let known = ["192.0.2.", "198.51.100.", "203.0.113."];
                    assert!(known.iter().any(|known| result.starts_with(known)), "{result}");
                }
                Mask::Ip if value.starts_with("2a00:") => {
                    assert!(result.starts_with("2001:db8:"), "{result}");
                }
                Mask::Phone if value.starts_with("+49") => {
                    let compact: String = result.chars().filter(char::is_ascii_digit).collect();
                    let known = ["493023125", "4917139200"];
                    assert!(known.iter().any(|known| compact.starts_with(known)), "{result}");
                    assert_eq!(result.len(), value.len());
                }
                Mask::Phone if value.starts_with("+1") && digits.len() == 11 => {
                    assert_eq!(&result[5..10], "55501", "{result}");
                }
                _ => {}
            }
        }
    }
}
