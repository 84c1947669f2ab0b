//! `street`: a street of the locale, with a house number where the value has one, in its place. Each
//! line of an address is a street, and so is what stands between commas.
//!
//! In a unique column, a coined word with 65 bits of the keyed hash comes first.

use super::Rule;
use super::names::push_pair;
use crate::mask::values::key::{Draw, Keyed};
use crate::mask::values::letters::{Case, FEWEST_LETTERS, fit};
use crate::mask::values::words::{Words, words};
use crate::mask::values::{CannotMask, Shape};

struct Street {
    keyed: Keyed,
    words: &'static Words,
    room: usize,
    unique: bool,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let room = shape.max_chars.unwrap_or(usize::MAX);
    if shape.unique && room < FEWEST_LETTERS {
        return Err(CannotMask::Short { needed: FEWEST_LETTERS, has: room });
    }
    Ok(Box::new(Street {
        keyed: keyed.apart("street"),
        words: words(shape.locale.unwrap_or_default()),
        room,
        unique: shape.unique,
    }))
}

/// Another number with as many digits, and the letter behind it.
fn push_number(draw: &mut Draw, number: &str, out: &mut String) {
    let mut leading = true;
    for letter in number.chars() {
        if letter.is_numeric() {
            let least = u8::from(std::mem::take(&mut leading));
            let digit = least + u8::try_from(draw.below(usize::from(10 - least))).unwrap_or(0);
            out.push(char::from(b'0' + digit));
        } else if letter.is_ascii_alphabetic() {
            let first = if letter.is_ascii_uppercase() { b'A' } else { b'a' };
            out.push(char::from(first + u8::try_from(draw.below(4)).unwrap_or(0)));
        } else if !letter.is_alphabetic() {
            leading = true;
            out.push(letter);
        }
    }
}

/// The word is a house number: it has a digit, and few letters.
fn is_number(word: &str) -> bool {
    word.contains(char::is_numeric)
        && word.chars().filter(|letter| letter.is_alphabetic()).count() <= 2
}

impl Street {
    fn push_street(&self, draw: &mut Draw, value: &str, out: &mut String) {
        let start = out.len();
        let mut words = value.split_whitespace();
        let first = words.clone().next().filter(|word| is_number(word));
        let last = words.rfind(|word| is_number(word)).filter(|_| first.is_none());
        if let Some(number) = first {
            push_number(draw, number.trim_end_matches(','), out);
            out.push(' ');
        }
        push_pair(draw, self.words.streets, out);
        if value.contains(&out[start..]) {
            out.truncate(start);
            push_pair(draw, self.words.streets, out);
        }
        if let Some(number) = last {
            out.push(' ');
            push_number(draw, number, out);
        }
    }
}

impl Rule for Street {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut draw = self.keyed.draw(value.as_bytes());
        let start = out.len();
        for part in value.split_inclusive(['\n', ',']) {
            let around = [' ', '\n', '\r', '\t', ','];
            let behind = part.trim_start_matches(around);
            let content = behind.trim_end_matches(around);
            let (before, after) = (&part[..part.len() - behind.len()], &behind[content.len()..]);
            out.push_str(before);
            if content.chars().any(char::is_alphabetic) {
                self.push_street(&mut draw, content, out);
            } else {
                push_number(&mut draw, content, out);
            }
            out.push_str(after);
        }
        fit(&mut draw, out, start, self.room, self.unique);
        Case::of(value).write(out, start);
        Ok(())
    }
}
