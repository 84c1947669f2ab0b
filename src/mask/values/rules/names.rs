//! `first_name`, `last_name`, `full_name`: names of the locale, as many as the value has, in the
//! case of the value. Titles, particles and initials keep their places.
//!
//! In a unique column, a coined word with 65 bits of the keyed hash comes last.

use super::Rule;
use crate::mask::values::key::{Draw, Keyed};
use crate::mask::values::letters::{COINED, Case, FEWEST_LETTERS, coin, mentions};
use crate::mask::values::words::{Pairs, Words, words};
use crate::mask::values::{CannotMask, Shape};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    First,
    Last,
    Full,
}

struct Name {
    keyed: Keyed,
    words: &'static Words,
    part: Part,
    room: usize,
    unique: bool,
    /// The coined word stands alone.
    distinct_first: bool,
}

/// Titles, in lower case, without a full stop.
const TITLES: &[&str] = &[
    "dr", "prof", "mr", "mrs", "ms", "mx", "sir", "herr", "frau", "hr", "fr", "ing", "dipl", "mag",
    "msc", "bsc", "phd", "md", "jr", "sr", "ii", "iii", "iv", "sra", "dott", "ssa", "mme", "mlle",
    "monsieur", "madame", "señor", "señora", "dhr", "mevr", "pan", "pani", "gospod", "gospa",
];

/// What stands within a name and is not part of it. Written with a capital, it can be a name.
const PARTICLES: &[&str] = &[
    "von", "van", "vom", "zu", "zur", "de", "der", "den", "del", "della", "di", "da", "do", "dos",
    "das", "du", "des", "la", "le", "les", "el", "y", "e", "und", "and", "et", "ter", "ten", "op",
    "bin", "ibn", "al",
];

/// How many family names are looked at for one that fits a short column.
const SHORT_TRIES: usize = 8;
/// More are left out.
const MOST_NAMES: usize = 4;

pub(super) fn first_name(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    prepare(keyed, shape, Part::First)
}

pub(super) fn last_name(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    prepare(keyed, shape, Part::Last)
}

pub(super) fn full_name(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    prepare(keyed, shape, Part::Full)
}

fn prepare(keyed: &Keyed, shape: &Shape, part: Part) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let room = shape.max_chars.unwrap_or(usize::MAX);
    if shape.unique && room < FEWEST_LETTERS {
        return Err(CannotMask::Short { needed: FEWEST_LETTERS, has: room });
    }
    Ok(Box::new(Name {
        keyed: keyed.apart("name"),
        words: words(shape.locale.unwrap_or_default()),
        part,
        room,
        unique: shape.unique,
        distinct_first: shape.distinct_first,
    }))
}

/// A word of the list that the value does not mention.
pub(super) fn pick_other(draw: &mut Draw, list: &[&'static str], value: &str) -> &'static str {
    let first = draw.below(list.len());
    let mut others = (0..list.len()).map(|step| list[(first + step) % list.len()]);
    others.find(|word| !mentions(value, word)).unwrap_or(list[first])
}

/// Appends one of the pairs' words.
pub(super) fn push_pair(draw: &mut Draw, pairs: Pairs, out: &mut String) {
    out.push_str(draw.pick(pairs.front));
    out.push_str(draw.pick(pairs.back));
}

impl Name {
    /// Appends a name for the token, the last one of the value or not.
    fn push_name(&self, draw: &mut Draw, first: bool, value: &str, out: &mut String) {
        if first {
            out.push_str(pick_other(draw, self.words.first_names, value));
            return;
        }
        let start = out.len();
        push_pair(draw, self.words.family_names, out);
        if mentions(value, &out[start..]) {
            out.truncate(start);
            push_pair(draw, self.words.family_names, out);
        }
    }

    /// A single name that fits.
    fn push_short(&self, draw: &mut Draw, out: &mut String) {
        let start = out.len();
        if self.part == Part::Last {
            for _ in 0..SHORT_TRIES {
                push_pair(draw, self.words.family_names, out);
                if out[start..].chars().count() <= self.room {
                    return;
                }
                out.truncate(start);
            }
        }
        let list = self.words.first_names;
        let first = draw.below(list.len());
        let mut others = (0..list.len()).map(|step| list[(first + step) % list.len()]);
        match others.find(|name| name.chars().count() <= self.room) {
            Some(name) => out.push_str(name),
            None => out.extend(list[first].chars().take(self.room)),
        }
    }
}

fn is_around(token: &str) -> bool {
    token.len() <= 8
        && (PARTICLES.contains(&token)
            || TITLES.iter().any(|title| title.eq_ignore_ascii_case(token)))
}

fn separates(letter: char) -> bool {
    !(letter.is_alphanumeric() || matches!(letter, '\'' | '’' | '\u{300}'..='\u{36f}'))
}

impl Rule for Name {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut draw = self.keyed.draw(value.as_bytes());
        let start = out.len();
        let names = value
            .split(separates)
            .filter(|token| token.chars().nth(1).is_some() && !is_around(token))
            .count();
        let last_comes_first = self.part == Part::Full && value.contains(',');
        let (mut seen, mut written) = (0, 0);
        let mut rest = value;
        while !rest.is_empty() {
            let end = rest.find(separates).unwrap_or(rest.len());
            let (token, after) = rest.split_at(end);
            if token.is_empty() {
                let width = after.chars().next().map_or(0, char::len_utf8);
                if written < MOST_NAMES {
                    out.push_str(&after[..width]);
                }
                rest = &after[width..];
                continue;
            }
            rest = after;
            if token.chars().nth(1).is_none() {
                // an initial
                let initial = u8::try_from(draw.below(26)).unwrap_or(0);
                let letter = token.chars().all(char::is_alphabetic);
                let (from, count) = if letter { (b'A', initial) } else { (b'0', initial % 10) };
                out.push(char::from(from + count));
            } else if names > 0 && is_around(token) {
                out.push_str(token);
            } else if written < MOST_NAMES {
                let first = match self.part {
                    Part::First => true,
                    Part::Last => false,
                    Part::Full if last_comes_first => seen > 0,
                    Part::Full => names == 1 || seen + 1 < names,
                };
                self.push_name(&mut draw, first, value, out);
                written += 1;
            }
            seen += usize::from(token.chars().nth(1).is_some() && !is_around(token));
        }
        let trimmed = out.trim_end().len().max(start);
        out.truncate(trimmed);
        if written == 0 {
            out.truncate(start);
            self.push_name(&mut draw, self.part != Part::Last, value, out);
        }
        if self.unique {
            let used = out[start..].chars().count() + 1;
            if self.distinct_first || used + COINED > self.room {
                out.truncate(start);
            } else {
                out.push(' ');
            }
            let left = self.room - out[start..].chars().count();
            coin(&mut draw, out, left);
        } else if out.len() - start > self.room && out[start..].chars().count() > self.room {
            out.truncate(start);
            self.push_short(&mut draw, out);
        }
        Case::of(value).write(out, start);
        Ok(())
    }
}
