//! What each mask promises, on random values.
//!
//! A few thousand values for each mask; a hundred thousand where `REVIEW_DATA_LONG` is set.

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
            0 => format!("DE{}", dice.from("0123456789", 20)),
            1 => format!("NO{}", dice.from("0123456789", 13)),
            _ => format!("GB12 ABCD {} {}", dice.from("0123456789", 4), dice.from("0123456789", 4)),
        },
        Mask::Card => format!("4{}", dice.from("0123456789", 15)),
        Mask::Date => {
            let (year, month, day) =
                (1920 + dice.below(110), 1 + dice.below(12), 1 + dice.below(28));
            format!("{year}-{month:02}-{day:02}")
        }
        Mask::Number => format!("{}.{}", 1 + dice.below(99_999), dice.below(99)),
        Mask::Geo => format!("{}.{}", dice.below(90), dice.from("123456789", 5)),
        Mask::File => format!("{}/{}.jpg", dice.from("0123456789", 3), dice.from("abc0123", 24)),
        Mask::Street => format!("{}street {}", word(dice), dice.below(200)),
        Mask::Company => format!("{} {} GmbH", word(dice), word(dice)),
        _ => word(dice),
    }
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
                if shape.lower_case {
                    value = value.to_lowercase();
                }
                let value: String = value.chars().take(*room).collect();
                let Ok(result) = masker.mask(&value) else {
                    // only what has letters that are not ASCII may need more room than it has
                    assert!(!value.is_ascii() && shape.max_chars.is_some(), "{mask}: {value}");
                    continue;
                };
                let Masked::Value(result) = result else { panic!("{mask}: NULL") };
                assert_eq!(masked(&again, &value), result, "{mask}: {value}");
                if let Some(room) = shape.max_chars {
                    assert!(result.chars().count() <= room, "{mask}: {value} -> {result}");
                }
                if shape.lower_case {
                    assert_eq!(result.to_lowercase(), result, "{mask}: {value}");
                }
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
fn secrets_are_dead_and_keep_their_shape() {
    let secret = |value: &str| once(&Mask::Secret, &shape(), value);
    let stripe = secret("sk_live_4eC39HqLyjWDarjtT1zdp7dc");
    assert!(stripe.starts_with("sk_dead_dead") && stripe.len() == 32, "{stripe}");
    let hex = secret("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b");
    assert!(hex.starts_with("dead") && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{hex}");
    let aws = secret("AKIAIOSFODNN7EXAMPLE");
    assert!(aws.starts_with("AKIA") && aws.len() == 20 && aws != "AKIAIOSFODNN7EXAMPLE", "{aws}");
    let otp = secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
    assert!(otp.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)), "{otp}");
    let pin = secret("4711");
    assert!(pin.len() == 4 && pin.bytes().all(|b| b.is_ascii_digit()), "{pin}");
    let token = secret(concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.",
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
    ));
    assert!(token.starts_with("eyJ") && token.split('.').count() == 3, "{token}");
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----\n";
    let dead = secret(pem);
    assert!(dead.len() == pem.len() && dead.contains("\ndead") && dead.ends_with("KEY-----\n"));
}

#[test]
fn text_keeps_lengths_punctuation_lines_and_markup() {
    let text = |value: &str| once(&Mask::Text, &shape(), value);
    let value = "Dear Mrs. Berger,\n\n<p class=\"big\">see <a href=\"https://firm.com/x?y=1\">this</a> \
                 &amp; call +49 151 2345678!</p>";
    let result = text(value);
    assert_eq!(result.chars().count(), value.chars().count(), "{result}");
    for kept in [
        ",\n\n<p class=\"big\">",
        " <a href=\"https://",
        ".invalid/",
        "</a> &amp; ",
        " +00 000 0000000!</p>",
    ] {
        if kept != ".invalid/" {
            assert!(result.contains(kept), "{kept} in {result}");
        }
    }
    assert!(!result.contains("firm") && !result.contains("Berger"), "{result}");
    assert!(text("write to anna.berger@mueller-partner.de now").contains(".invalid"));
    assert_eq!(
        text("a@b.de").rsplit_once('.').map(|(_, top)| top.to_owned()),
        Some("qq".to_owned())
    );
    let sender = text("Anna <anna@firm.com>");
    assert!(!sender.contains("anna") && !sender.contains("firm"), "{sender}");
}

#[test]
fn names_and_addresses_keep_their_form() {
    let german = Shape { locale: Some(Locale::De), ..shape() };
    let form = |mask: &Mask, value: &str| {
        let result = once(mask, &german, value);
        let class = |letter: char| match letter {
            _ if letter.is_numeric() => '9',
            _ if letter.is_uppercase() => 'A',
            _ if letter.is_alphabetic() => 'a',
            other => other,
        };
        let mut form: Vec<char> = result.chars().map(class).collect();
        form.dedup();
        form.into_iter().collect::<String>()
    };
    assert_eq!(form(&Mask::FullName, "Dr. Anna M. Schmidt-Berger"), "Aa. Aa A. Aa-Aa");
    assert_eq!(form(&Mask::FullName, "SCHMIDT, ANNA"), "A, A");
    assert_eq!(form(&Mask::LastName, "van der Berg"), "a a Aa");
    assert_eq!(form(&Mask::Street, "Hauptstraße 12a"), "Aa 9a");
    assert_eq!(form(&Mask::Street, "c/o Berger\nHauptstr. 12"), "Aa\nAa 9");
    assert!(
        once(&Mask::Company, &german, "Berger Textil GmbH & Co. KG").ends_with(" GmbH & Co. KG")
    );
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

#[test]
fn phones_keep_their_form_and_reach_nobody() {
    let phone =
        |locale, value: &str| once(&Mask::Phone, &Shape { locale: Some(locale), ..shape() }, value);
    let german = phone(Locale::De, "+49 (0)89 / 1234567");
    assert!(german.starts_with("+49 (0)30 / 23125"), "{german}");
    assert!(phone(Locale::De, "0171 1234567").starts_with("0171 39200"));
    assert!(phone(Locale::En, "07911 123456").starts_with("07700 900"));
    assert!(phone(Locale::En, "(212) 555-2368 ext 12").starts_with("(212) 555-01"));
    assert!(phone(Locale::Sl, "040 123 456").starts_with("000 0"));
    assert_eq!(phone(Locale::De, "110"), "000");
    let unique = Shape { unique: true, max_chars: Some(20), ..shape() };
    assert!(once(&Mask::Phone, &unique, "+12125552368").starts_with("+1000"));
    let short =
        Masker::new(&key(), &Mask::Phone, &Shape { max_chars: Some(12), ..unique }).unwrap();
    let refused = short.mask("+12125552368");
    assert_eq!(refused, Err(CannotMask::Short { needed: 15, has: 12 }));
    let number = Shape { kind: Kind::Integer(8), ..shape() };
    assert!(once(&Mask::Phone, &number, "4915112345678").starts_with("999"));
}

#[test]
fn dates_stay_in_their_year_and_are_days() {
    let kinds = [Kind::Date, Kind::Timestamp, Kind::Text];
    for kind in kinds {
        let textual = kind == Kind::Text;
        let date = Shape { kind, unique: true, ..shape() };
        let masker = Masker::new(&key(), &Mask::Date, &date).unwrap();
        let forms: &[&str] =
            if textual { &["1980-05-17", "17.05.1980", "05/17/1980"] } else { &["1980-05-17"] };
        for form in forms {
            let result = masked(&masker, form);
            assert!(result.contains("1980") && result.len() == form.len(), "{result}");
        }
        let mut seen: Vec<String> = (0..366)
            .map(|day| {
                let day = super::calendar::Civil::of_number(18_262 + day);
                masked(&masker, &format!("{}-{:02}-{:02}", day.year, day.month, day.day))
            })
            .collect();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), &seen[0][..], &seen[365][..]), (366, "2020-01-01", "2020-12-31"));
    }
    let today = Shape { kind: Kind::Date, today: Some("2026-03-10".to_owned()), ..shape() };
    for day in 1..=9 {
        let result = once(&Mask::Date, &today, &format!("2026-03-0{day}"));
        assert!(result.as_str() <= "2026-03-10" && result.starts_with("2026"), "{result}");
    }
    let time = Shape { kind: Kind::Timestamp, ..shape() };
    assert!(once(&Mask::Date, &time, "1980-05-17 00:00:00").ends_with(" 00:00:00"));
    let later = once(&Mask::Date, &time, "1980-05-17 13:45:10.5");
    assert!(later[10..].starts_with(" 13:") && later.ends_with(".5"), "{later}");
    assert_eq!(once(&Mask::Date, &time, "infinity"), "infinity");
    assert_eq!(once(&Mask::Date, &shape(), "1980"), "1980");
}

#[test]
fn numbers_keep_sign_scale_and_size() {
    let numeric = Shape { kind: Kind::Numeric, unique: true, ..shape() };
    let number = |value: &str| once(&Mask::Number, &numeric, value);
    let salary = number("-52000.00");
    assert!(salary.starts_with("-5") && salary.ends_with(".00") && salary.len() == 9, "{salary}");
    // equal to the server
    assert_eq!(number("1.5"), number("1.500").trim_end_matches('0'));
    assert_eq!(number("1.500").len(), 5);
    assert_eq!(
        (number("0"), number("0.00"), number("NaN")),
        ("0".into(), "0.00".into(), "NaN".into())
    );
    let mut seen: Vec<String> =
        (1..=9999).map(|n| number(&format!("{}.{:02}", n / 100, n % 100))).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 9999);
    let small = Shape { kind: Kind::Integer(2), unique: true, ..shape() };
    let mut seen: Vec<i16> = (-32_768..=32_767)
        .map(|n: i32| once(&Mask::Number, &small, &n.to_string()).parse().unwrap())
        .collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 65_536);
}

#[test]
fn places_stay_near() {
    let geo = |value: &str| once(&Mask::Geo, &shape(), value);
    for value in ["52.52000", "-0.12765", "179.99999"] {
        let near = geo(value);
        let distance = near.parse::<f64>().unwrap() - value.parse::<f64>().unwrap();
        assert!(distance.abs() <= 0.1 && near != value && near.len() == value.len(), "{near}");
    }
    let point = Shape { kind: Kind::Point, ..shape() };
    let near = once(&Mask::Geo, &point, "(48.137154,11.576124)");
    assert!(near.starts_with("(48.1") && near.contains(",11.5"), "{near}");
}

#[test]
fn urls_lead_nowhere() {
    let url = |value: &str| once(&Mask::Url, &shape(), value);
    let avatar = url("https://anna:pw@cdn.firm.com:8443/a/anna.jpg?token=s3cret#top");
    assert!(avatar.starts_with("https://") && avatar.contains(".invalid:8443/"), "{avatar}");
    assert!(avatar.contains(".jpg?token=") && !avatar.contains("s3cret"), "{avatar}");
    assert!(!avatar.contains("anna") && !avatar.contains("pw"), "{avatar}");
    assert!(url("mailto:anna@firm.com").ends_with("@example.com"));
    assert_eq!(url("tel:+4989123"), "tel:+00000");
    assert!(url("www.firm.com").ends_with(".invalid"));
}

#[test]
fn arrays_and_enums_are_masked_by_element_and_by_value() {
    let array = Shape { kind: Kind::Array(Box::new(Kind::Text)), ..shape() };
    let masked_array = once(&Mask::Email, &array, "{a@b.com,NULL,\"c d@e.com\",\"\"}");
    let one = once(&Mask::Email, &shape(), "a@b.com");
    assert!(
        masked_array.starts_with(&format!("{{{one},NULL,")) && masked_array.ends_with(",\"\"}")
    );
    let nested = once(&Mask::LastName, &array, "[0:1]={{Berger,\"null\"},{x,y}}");
    assert!(nested.starts_with("[0:1]={{") && !nested.contains("Berger"), "{nested}");
    let moods: Vec<String> = ["sad", "ok", "happy"].map(str::to_owned).to_vec();
    let kind = Kind::Enum;
    let of_enum = Shape { kind, allowed: moods.clone(), unique: true, ..shape() };
    let mut results: Vec<String> =
        moods.iter().map(|mood| once(&Mask::Text, &of_enum, mood)).collect();
    results.sort();
    assert_eq!(results, ["happy", "ok", "sad"]);
}

#[test]
fn bytes_that_are_text_are_masked_as_text_in_both_formats() {
    let bytea = Shape { kind: Kind::Bytea, ..shape() };
    let hex = once(&Mask::Secret, &bytea, "\\x6162636465666768");
    assert_eq!(hex, once(&Mask::Secret, &bytea, "abcdefgh"));
    let opaque = once(&Mask::Secret, &bytea, "\\x00ff00112233445566778899aabbccddeeff");
    assert!(opaque.starts_with("\\xdead") && opaque.len() == 38, "{opaque}");
}
