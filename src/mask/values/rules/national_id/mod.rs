//! `national_id`: another number of the same country, with right check digits, in the form of the value.
//!
//! A value may be valid in several countries: its result is valid in the same ones and in no other. The
//! digits are permuted among such numbers, so distinct ones stay distinct. A number of no country that
//! [`COUNTRIES`] or [`VAT`] lists becomes one of the same shape. A VAT number keeps the letters of its
//! country.

mod countries;
mod vat;

use countries::{COUNTRIES, Country};
use vat::VAT;

use super::Rule;
use crate::mask::values::alike::{Alike, ranges_of};
use crate::mask::values::key::Keyed;
use crate::mask::values::permute::Permutation;
use crate::mask::values::{CannotMask, Kind, Shape};

struct NationalId {
    keyed: Keyed,
    alike: Alike,
    /// The locale's countries first.
    order: Vec<&'static Country>,
    number: bool,
    /// The size of an integer in bytes.
    size: Option<u8>,
}

pub(in crate::mask::values) fn prepare(
    keyed: &Keyed,
    shape: &Shape,
) -> Result<Box<dyn Rule>, CannotMask> {
    let number = shape.kind.is_number();
    let size = if let Kind::Integer(size) = shape.kind { Some(size) } else { None };
    if !number && !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    let mut order: Vec<&Country> = COUNTRIES.iter().chain(VAT).collect();
    order.sort_by_key(|country| country.locale != Some(shape.locale.unwrap_or_default()));
    Ok(Box::new(NationalId { keyed: keyed.apart("national_id"), alike, order, number, size }))
}

/// The letters and digits of a number, in capitals.
fn characters(value: &str) -> Vec<u8> {
    value.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect()
}

impl NationalId {
    /// The countries in which a number is valid, a bit each.
    fn valid_in(&self, number: &[u8]) -> u64 {
        self.order
            .iter()
            .rev()
            .fold(0, |bits, country| bits << 1 | u64::from(country.is_valid(number)))
    }

    /// The number as the countries see it.
    fn other(&self, number: &[u8], valid_in: u64) -> Vec<u8> {
        let country = self.order[valid_in.trailing_zeros() as usize];
        let free: Vec<usize> = (0..number.len())
            .filter(|at| !country.kept.contains(at) && !country.checks.contains(at))
            .collect();
        let range = |byte: u8| if byte.is_ascii_digit() { (b'0', 10u128) } else { (b'A', 26) };
        let (mut index, mut limit) = (0u128, 1u128);
        let mut tweak = valid_in;
        for (at, byte) in number.iter().enumerate() {
            let (first, size) = range(*byte);
            let shown = if free.contains(&at) {
                index = index * size + u128::from(byte - first);
                limit *= size;
                first
            } else if country.kept.contains(&at) {
                *byte
            } else {
                b'#'
            };
            tweak = (tweak ^ u64::from(shown)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        let mut made = number.to_vec();
        Permutation::new(&self.keyed, limit, tweak).within(index, |permuted| {
            let mut permuted = permuted;
            for at in free.iter().rev() {
                let (first, size) = range(number[*at]);
                made[*at] = first + u8::try_from(permuted % size).unwrap_or(0);
                permuted /= size;
            }
            let valid = (country.complete)(&mut made)
                && !(self.number && made[0] == b'0')
                && self.valid_in(&made) == valid_in;
            let text = if self.size.is_some() { str::from_utf8(&made).unwrap_or("") } else { "" };
            (valid, ranges_of(self.size, text))
        });
        made
    }
}

impl Rule for NationalId {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let number = characters(value);
        let plain = value.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'.' | b'/' | b'+')
        });
        let valid_in = if plain { self.valid_in(&number) } else { 0 };
        if valid_in == 0 {
            let (before, behind) = plain.then(|| vat::sides(value)).flatten().unwrap_or((0, 0));
            let end = value.len() - behind;
            let no_country = |made: &str| {
                !plain || self.valid_in(&characters(&format!("{}{made}", &value[..before]))) == 0
            };
            out.push_str(&value[..before]);
            self.alike.rewrite_where(&value[before..end], out, no_country)?;
            out.push_str(&value[end..]);
            return Ok(());
        }
        let made = self.other(&number, valid_in);
        let mut next = made.iter();
        for byte in value.bytes() {
            match byte.is_ascii_alphanumeric().then(|| next.next()).flatten() {
                Some(made) if byte.is_ascii_lowercase() => {
                    out.push(char::from(made.to_ascii_lowercase()));
                }
                Some(made) => out.push(char::from(*made)),
                None => out.push(char::from(byte)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{key, masked, once, shape};
    use super::super::super::{Kind, Locale, Masker, Shape};
    use super::countries::COUNTRIES;
    use super::*;
    use crate::config::Mask;

    /// Examples of the authorities and of the pages that document the numbers.
    const EXAMPLES: &[(&str, &str)] = &[
        ("de", "86095742719"),
        ("hr", "33392005961"),
        ("pl", "44051401359"),
        ("pl tax", "123-456-32-18"),
        ("be", "85.07.30-033 28"),
        ("si", "0101006500006"),
        ("fr", "2 55 08 14 168 025 38"),
        ("es", "12345678Z"),
        ("es foreigner", "X1234567L"),
        ("it", "RSSMRA85T10A562S"),
        ("pt", "123456789"),
        ("nl", "111222333"),
        ("gb", "AB123456C"),
        ("gb health", "943 476 5919"),
        ("us", "219-09-9999"),
        ("ch", "756.9217.0769.85"),
        ("at", "1237 010180"),
        ("se", "811218-9876"),
        ("no", "01010750160"),
        ("fi", "131052-308T"),
        ("cz", "7801233540"),
        ("br", "529.982.247-25"),
        ("br company", "11.222.333/0001-81"),
        ("ca", "046 454 286"),
        ("ro", "1800101221144"),
    ];

    #[test]
    fn each_country_knows_its_example() {
        assert_eq!(EXAMPLES.len(), COUNTRIES.len());
        for ((name, example), country) in EXAMPLES.iter().zip(COUNTRIES) {
            assert!(country.is_valid(&characters(example)), "{name}");
        }
    }

    #[test]
    fn results_are_valid_where_the_value_is_and_keep_its_form() {
        let ids = Shape { locale: Some(Locale::De), unique: true, ..shape() };
        let masker = Masker::new(&key(), &Mask::NationalId, &ids).unwrap();
        for (name, example) in EXAMPLES {
            let result = masked(&masker, example);
            let form = |text: &str| -> String {
                text.chars().map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c }).collect()
            };
            assert!(result != *example && form(&result) == form(example), "{name}: {result}");
            for country in COUNTRIES {
                assert_eq!(
                    country.is_valid(&characters(&result)),
                    country.is_valid(&characters(example)),
                    "{name}: {result}"
                );
            }
        }
    }

    /// Examples of the tax offices and of the pages that document the numbers.
    const VAT_EXAMPLES: &[&str] = &[
        "ATU13585627",
        "BE 0428.759.497",
        "CZ25123891",
        "DE 136,695 976",
        "DK 13585628",
        "EE 100 931 558",
        "EL094259216",
        "ES54362315K",
        "ESA13585625",
        "FI- 2077474-0",
        "Fr 40 303 265 045",
        "GB 980 7806 84",
        "HR 33392005961",
        "HU-12892312",
        "IE 6433435F",
        "IE 6433435OA",
        "IT 00743110157",
        "LU 150 274 42",
        "MT 1167-9112",
        "NL004495445B01",
        "PL 8567346215",
        "PT 501 964 843",
        "SE556036079301",
        "SI 1501 2557",
    ];

    #[test]
    fn vat_numbers_keep_the_letters_of_their_country_and_stay_valid() {
        let masker = Masker::new(&key(), &Mask::NationalId, &shape()).unwrap();
        assert_eq!(VAT_EXAMPLES.len(), VAT.len());
        for (example, country) in VAT_EXAMPLES.iter().zip(VAT) {
            let example = example.replace(',', "");
            assert!(country.is_valid(&characters(&example)), "{example}");
            let result = masked(&masker, &example);
            assert!(country.is_valid(&characters(&result)), "{example}: {result}");
            assert!(result != example && result[..2] == example[..2], "{example}: {result}");
        }
        // without a check digit that is known here, or with a wrong one
        for other in ["CHE-123.456.789 MWST", "RO1234567", "LT123456789012", "DE123456789"] {
            let result = masked(&masker, other);
            assert!(result != other && result[..2] == other[..2], "{other}: {result}");
            assert_eq!(result.ends_with("MWST"), other.ends_with("MWST"), "{other}: {result}");
        }
    }

    #[test]
    fn distinct_numbers_stay_distinct() {
        let ids = Shape { unique: true, ..shape() };
        let masker = Masker::new(&key(), &Mask::NationalId, &ids).unwrap();
        let mut results: Vec<String> =
            (0..3000).map(|n| masked(&masker, &format!("{:09}", 111_222_000 + n))).collect();
        results.sort();
        results.dedup();
        assert_eq!(results.len(), 3000);
        let number = Shape { kind: Kind::Integer(8), ..shape() };
        assert_eq!(once(&Mask::NationalId, &number, "111222333").len(), 9);
        let small = Shape { kind: Kind::Integer(4), unique: true, ..shape() };
        let masker = Masker::new(&key(), &Mask::NationalId, &small).unwrap();
        for n in 0..400 {
            let value = 2_147_480_000 + n * 7;
            assert!(masked(&masker, &value.to_string()).parse::<i32>().is_ok(), "{value}");
        }
        assert_ne!(once(&Mask::NationalId, &shape(), "no number at all"), "no number at all");
    }
}
