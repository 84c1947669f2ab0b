//! `username`: a given name and 65 bits of the keyed hash. Numbers stay numbers, and addresses stay
//! addresses.

use super::Rule;
use super::email::Email;
use crate::mask::values::alike::Alike;
use crate::mask::values::key::{APART, Keyed};
use crate::mask::values::letters::{Case, push_plain};
use crate::mask::values::words::{Words, words};
use crate::mask::values::{CannotMask, Kind, Shape};

struct Username {
    keyed: Keyed,
    words: &'static Words,
    /// `None` where the column is too short for one.
    email: Option<Email>,
    number: Alike,
    is_number: bool,
    room: usize,
    unique: bool,
    /// No name in front.
    distinct_first: bool,
}

/// With a name longer than that, layouts break.
const LONGEST: usize = 40;

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    let number = Alike::of_numbers(keyed, shape);
    let fits = shape.kind.is_textual() || matches!(shape.kind, Kind::Integer(_) | Kind::Numeric);
    if !fits {
        return Err(CannotMask::Type);
    }
    Ok(Box::new(Username {
        keyed: keyed.apart("username"),
        words: words(shape.locale.unwrap_or_default()),
        email: Email::new(keyed, shape).ok(),
        number,
        is_number: shape.kind.is_number(),
        room: shape.max_chars.unwrap_or(LONGEST).min(LONGEST),
        unique: shape.unique,
        distinct_first: shape.distinct_first,
    }))
}

impl Rule for Username {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        if self.is_number || value.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number.rewrite(value, out);
        }
        let at = value.find('@');
        if at.is_some_and(|at| at > 0)
            && let Some(email) = &self.email
        {
            return email.rewrite(value, out);
        }
        let mut draw = self.keyed.draw(value.as_bytes());
        let start = out.len();
        let room = self.room;
        // a handle
        let sign = usize::from(at == Some(0) && room > APART);
        out.push_str(&"@"[..sign]);
        let separator = value.chars().find(|letter| matches!(letter, '.' | '_' | '-'));
        push_plain(out, draw.pick(self.words.first_names));
        out.extend(separator);
        if self.distinct_first || out.len() - start + APART > room {
            out.truncate(start + sign);
        }
        if self.unique && room < APART + sign {
            return Err(CannotMask::Short { needed: APART, has: room });
        }
        // a letter comes first, as most apps ask
        if !self.distinct_first && out.len() - start == sign && room > APART + sign {
            out.push('u');
        }
        let left = room.saturating_sub(out.len() - start);
        draw.readable(out, APART.min(left));
        let case = if Case::of(value) == Case::Upper { Case::Upper } else { Case::Lower };
        case.write(out, start);
        Ok(())
    }
}
