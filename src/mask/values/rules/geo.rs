//! `geo`: a place within about ten kilometres. Of each coordinate, what stands in front of the point and
//! the first digit behind it stay.
//!
//! The other digits are permuted, so distinct places stay distinct. A coordinate without a second digit
//! behind the point says no more than a region, and gets another last digit.

use super::Rule;
use crate::mask::values::alike::Alike;
use crate::mask::values::digits;
use crate::mask::values::key::Keyed;
use crate::mask::values::{CannotMask, Kind, Shape};

struct Geo {
    keyed: Keyed,
    alike: Alike,
}

/// What a text of coordinates may say besides numbers.
const WORDS: &[&str] = &[
    "point",
    "srid",
    "n",
    "s",
    "e",
    "w",
    "o",
    "z",
    "lat",
    "lng",
    "lon",
    "long",
    "latitude",
    "longitude",
    "type",
    "coordinates",
    "geo",
    "linestring",
    "polygon",
    "multipolygon",
    "multipoint",
];

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let kind = &shape.kind;
    if !kind.is_textual() && !kind.is_number() && *kind != Kind::Point {
        return Err(CannotMask::Type);
    }
    let alike = Alike::new(keyed, shape);
    Ok(Box::new(Geo { keyed: keyed.apart("geo"), alike }))
}

/// Degrees of a whole number have at most three digits; more are parts of a degree.
const DEGREES: usize = 3;

/// Numbers, and the words around them.
fn is_place(value: &str) -> bool {
    let known = |word: &str| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let mut words = value.split(|letter: char| !letter.is_alphabetic());
    value.contains(|letter: char| letter.is_ascii_digit())
        && words.all(|word| word.is_empty() || known(word))
}

impl Rule for Geo {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        if !is_place(value) {
            return self.alike.rewrite_where(value, out, |made| !is_place(made));
        }
        let mut rest = value;
        while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
            out.push_str(&rest[..start]);
            let number = &rest[start..];
            let end = number
                .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
                .unwrap_or(number.len());
            let (number, after) = number.split_at(end);
            let number = number.trim_end_matches('.');
            let after = &rest[start + number.len()..][..after.len() + end - number.len()];
            match number.find('.') {
                Some(point) if number.matches('.').count() == 1 => {
                    let behind = number.len() - point - 1;
                    let from = if behind > 1 { point + 2 } else { point + 1 };
                    push_digits(&self.keyed, number, from, out);
                }
                None if number.len() > DEGREES => push_digits(&self.keyed, number, DEGREES, out),
                // the parts of 52° 31' 12"
                _ => push_digits(&self.keyed, number, number.len() - 1, out),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(())
    }
}

/// A latitude up to 90 and a longitude up to 180 stay so.
fn push_digits(keyed: &Keyed, number: &str, from: usize, out: &mut String) {
    let degrees = |made: &str| made.parse::<f64>().unwrap_or(0.0);
    let limit = match degrees(number) {
        ..=90.0 => 90.0,
        ..=180.0 => 180.0,
        _ => f64::INFINITY,
    };
    digits::rewrite(keyed, number, from, out, |made| degrees(made) <= limit);
}
