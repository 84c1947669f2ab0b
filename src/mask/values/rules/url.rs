//! `url`: a URL that leads nowhere, at a host in `.invalid` (RFC 2606), with the scheme of the value and
//! as many parts of the path. The names of parameters and the ending of a file stay.
//!
//! The host has 65 bits of the keyed hash, so distinct URLs stay distinct.

use super::Rule;
use super::email::Email;
use crate::mask::values::key::{APART, Draw, Keyed};
use crate::mask::values::{CannotMask, Shape};

pub(super) struct Url {
    keyed: Keyed,
    email: Option<Email>,
    room: usize,
    unique: bool,
}

const NOWHERE: &str = ".invalid";

pub(super) fn prepare(keyed: &Keyed, shape: &Shape) -> Result<Box<dyn Rule>, CannotMask> {
    if !shape.kind.is_textual() {
        return Err(CannotMask::Type);
    }
    let url = Url::new(keyed, shape);
    let needed = "https://".len() + APART + NOWHERE.len();
    if shape.unique && url.room < needed {
        return Err(CannotMask::Short { needed, has: url.room });
    }
    Ok(Box::new(url))
}

/// The scheme with what follows it in front of the host, and the rest.
fn split_scheme(value: &str) -> (&str, &str) {
    if let Some(at) = value.find("://") {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        if value[..at].bytes().all(plain) {
            return value.split_at(at + 3);
        }
    }
    if value.starts_with("//") { value.split_at(2) } else { ("", value) }
}

/// The path keeps its signs and the names of its parameters.
pub(super) fn push_path(draw: &mut Draw, path: &str, out: &mut String) {
    let (address, query) = match path.find(['?', '#']) {
        Some(at) => path.split_at(at),
        None => (path, ""),
    };
    let ending = ending(address);
    push_letters(draw, &address[..address.len() - ending.len()], out);
    out.push_str(ending);
    for part in query.split_inclusive(['&', '#', '?', ';']) {
        match part.split_once('=') {
            Some((name, value)) => {
                out.push_str(name);
                out.push('=');
                push_letters(draw, value, out);
            }
            None => push_letters(draw, part, out),
        }
    }
}

/// `.jpg` of a file.
pub(super) fn ending(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, ending))
            if !stem.is_empty()
                && (1..=5).contains(&ending.len())
                && ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            &path[path.len() - ending.len() - 1..]
        }
        _ => "",
    }
}

/// Letters and digits are exchanged, signs stay. Bytes that are written with a percent sign go.
pub(super) fn push_letters(draw: &mut Draw, text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '0'..='9' => out.push(char::from(b'0' + u8::try_from(draw.below(10)).unwrap_or(0))),
            'A'..='Z' => out.push(char::from(b'A' + u8::try_from(draw.below(26)).unwrap_or(0))),
            '%' => out.push('-'),
            '@' | ':' => out.push(letter),
            _ if letter.is_alphanumeric() => {
                out.push(char::from(b'a' + u8::try_from(draw.below(26)).unwrap_or(0)));
            }
            _ => out.push(letter),
        }
    }
}

impl Url {
    pub(super) fn new(keyed: &Keyed, shape: &Shape) -> Self {
        Url {
            keyed: keyed.apart("url"),
            email: Email::new(keyed, shape).ok(),
            room: shape.max_chars.unwrap_or(usize::MAX),
            unique: shape.unique,
        }
    }
}

impl Rule for Url {
    fn rewrite(&self, value: &str, out: &mut String) -> Result<(), CannotMask> {
        let mut draw = self.keyed.draw(value.as_bytes());
        let start = out.len();
        let lower = value.get(..7).unwrap_or_default().to_ascii_lowercase();
        if lower == "mailto:"
            && let Some(email) = &self.email
        {
            return email.rewrite(value, out);
        }
        if lower.starts_with("tel:") || lower.starts_with("data:") {
            let colon = value.find(':').map_or(0, |at| at + 1);
            out.push_str(&value[..colon]);
            out.push_str(if lower.starts_with("tel:") { "+00000" } else { "," });
            if self.unique {
                draw.readable(out, APART);
            }
        } else {
            let (scheme, rest) = split_scheme(value);
            let (host, path) = match rest.find(['/', '?', '#']) {
                Some(at) => rest.split_at(at),
                None => (rest, ""),
            };
            // a host with its port; the user and the password go
            let host = host.rsplit('@').next().unwrap_or(host);
            let only_path = host.is_empty() && scheme.is_empty() && !self.unique;
            if !only_path {
                out.push_str(scheme);
                if host.get(..4).is_some_and(|www| www.eq_ignore_ascii_case("www.")) {
                    out.push_str("www.");
                }
                if out.len() - start + APART + NOWHERE.len() > self.room {
                    out.truncate(start);
                }
                let label = self.room.saturating_sub(out.len() - start + NOWHERE.len());
                if self.unique && label < APART {
                    return Err(CannotMask::Long(self.room));
                }
                draw.readable(out, APART.min(label));
                out.push_str(NOWHERE);
                if let Some((_, port)) = host.rsplit_once(':')
                    && port.parse::<u16>().is_ok()
                {
                    out.push(':');
                    out.push_str(port);
                }
            }
            push_path(&mut draw, path, out);
        }
        if out.len() - start > self.room {
            out.truncate(start + self.room);
            // never a part of the host
            if !out[start..].contains(NOWHERE) && out[start..].contains('.') {
                out.truncate(start);
                out.extend(std::iter::repeat_n('x', self.room.min(8)));
            }
        }
        Ok(())
    }
}
