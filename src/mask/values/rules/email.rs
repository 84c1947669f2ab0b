//! `email`: an address that nobody reads, at `example.com` or the configured domain.
//!
//! The part in front of the `@` ends with 65 bits of the keyed hash, so that distinct addresses stay
//! distinct, whether the column is unique or not: the columns of an app that hold the same address
//! without a foreign key hold the same masked address.

use super::Rule;
use crate::mask::values::key::{APART, Keyed};
use crate::mask::values::letters::push_plain;
use crate::mask::values::words::{Words, words};
use crate::mask::values::{CannotMask, Shape};

/// Reserved by RFC 2606.
const NOBODY: &str = "example.com";

pub(super) struct Email {
    keyed: Keyed,
    words: &'static Words,
    domain: String,
    kept: Vec<String>,
    /// Characters in front of the `@`.
    room: usize,
    /// Of the value.
    longest: usize,
    /// No name in front.
    distinct_first: bool,
}

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    Ok(Box::new(Email::new(keyed, shape)?))
}

impl Email {
    pub(super) fn new(keyed: &Keyed, shape: &Shape) -> Result<Self, CannotMask> {
        let domain = shape.email_domain.as_deref().unwrap_or(NOBODY).to_lowercase();
        let least = if shape.unique { APART } else { 1 };
        let needed = domain.chars().count() + 1 + least;
        // RFC 5321: at most 64 in front of the @
        let has = shape.max_chars.unwrap_or(usize::MAX);
        if has < needed {
            return Err(if shape.unique {
                CannotMask::Short { needed, has }
            } else {
                CannotMask::Narrow { needed, has }
            });
        }
        Ok(Email {
            keyed: keyed.apart("email"),
            words: words(shape.locale.unwrap_or_default()),
            room: (has - domain.chars().count() - 1).min(64),
            kept: shape.kept_email_domains.iter().map(|domain| domain.to_lowercase()).collect(),
            domain,
            longest: has,
            distinct_first: shape.distinct_first,
        })
    }

    fn is_kept(&self, address: &str) -> bool {
        if self.kept.is_empty() {
            return false;
        }
        let Some((_, domain)) = address.rsplit_once('@') else { return false };
        self.kept.iter().any(|kept| kept.eq_ignore_ascii_case(domain))
    }

    /// The address that stands for `value`.
    pub(super) fn address(&self, value: &str, out: &mut String) {
        let mut draw = self.keyed.draw(value.as_bytes());
        let name = draw.pick(self.words.first_names);
        let start = out.len();
        push_plain(out, name);
        out[start..].make_ascii_lowercase();
        out.push('.');
        if self.distinct_first || out.len() - start + APART > self.room {
            out.truncate(start);
        }
        draw.readable(out, APART.min(self.room));
        out.push('@');
        out.push_str(&self.domain);
    }
}

/// Whether something separates two addresses, or stands around one.
fn is_separated(value: &str) -> bool {
    if value.is_ascii() {
        return value.bytes().any(|byte| separates(char::from(byte)));
    }
    value.contains(separates)
}

/// Stands between two addresses, or around one.
fn separates(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ',' | ';' | '<' | '>' | '"' | '(' | ')' | '[' | ']')
}

impl Rule for Email {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        if !is_separated(value) {
            let (scheme, address) = match value.split_at_checked(7) {
                Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => {
                    (scheme, address)
                }
                _ => ("", value),
            };
            if self.is_kept(address) {
                out.push_str(value);
            } else if scheme.len() <= self.room.saturating_sub(APART) {
                out.push_str(scheme);
                self.address(address, out);
            } else {
                self.address(address, out);
            }
            return Ok(());
        }
        // `Name <address>, address; …`: the addresses stay addresses, and the names go
        let addresses = value.split(separates).filter(|part| part.contains('@'));
        let start = out.len();
        let mut all = 0;
        for (at, address) in addresses.enumerate() {
            all += 1;
            if at > 0 {
                out.push_str(", ");
            }
            if self.is_kept(address) {
                out.push_str(address);
            } else {
                self.address(address, out);
            }
        }
        if all < 2 || out.len() - start > self.longest {
            out.truncate(start);
            self.address(value, out);
        }
        Ok(())
    }
}
