//! JSON: keys, numbers and spaces stay as they are written.

use super::Document;
use crate::mask::values::CannotMask;

enum Container {
    Array,
    /// Whether the key of the value that comes next is known.
    Object {
        keyed: bool,
    },
}

pub(super) fn mask(document: &Document, text: &str, out: &mut String) -> Result<(), CannotMask> {
    let mut containers: Vec<Container> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let (mut value, mut masked) = (String::new(), String::new());
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let mut length = 1;
        match first {
            b'{' => containers.push(Container::Object { keyed: false }),
            b'[' => containers.push(Container::Array),
            b'}' | b']' => match containers.pop() {
                Some(Container::Object { keyed: true }) => {
                    keys.pop();
                }
                Some(_) => {}
                None => return Err(CannotMask::Form),
            },
            b',' => {
                if let Some(Container::Object { keyed }) = containers.last_mut()
                    && std::mem::take(keyed)
                {
                    keys.pop();
                }
            }
            b'"' => {
                length = end_of_string(rest).ok_or(CannotMask::Form)?;
                let inner = &rest[1..length - 1];
                if let Some(Container::Object { keyed: keyed @ false }) = containers.last_mut() {
                    *keyed = true;
                    value.clear();
                    unescape(inner, &mut value)?;
                    keys.push(value.clone());
                } else if let Some(leaf) = document.find(&keys) {
                    value.clear();
                    masked.clear();
                    unescape(inner, &mut value)?;
                    if leaf.text.mask_into(&value, &mut masked)? {
                        escape(&masked, out);
                    } else {
                        out.push_str("null");
                    }
                    rest = &rest[length..];
                    continue;
                }
            }
            b' ' | b'\n' | b'\r' | b'\t' | b':' => {}
            _ => {
                let ends =
                    |byte: u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
                length = rest.bytes().position(ends).unwrap_or(rest.len());
                let number = first == b'-' || first.is_ascii_digit();
                if number && let Some(leaf) = document.find(&keys) {
                    push_number(leaf, &rest[..length], out)?;
                    rest = &rest[length..];
                    continue;
                }
            }
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    if containers.is_empty() { Ok(()) } else { Err(CannotMask::Form) }
}

/// A number stays one, or becomes a text where the mask makes a text of it.
fn push_number(leaf: &super::Leaf, number: &str, out: &mut String) -> Result<(), CannotMask> {
    let mut masked = String::new();
    if !leaf.number.mask_into(number, &mut masked)? {
        out.push_str("null");
    } else if super::is_json(&masked) {
        out.push_str(&masked);
    } else {
        escape(&masked, out);
    }
    Ok(())
}

/// Behind the closing quote.
fn end_of_string(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn unescape(text: &str, out: &mut String) -> Result<(), CannotMask> {
    if !text.contains('\\') {
        out.push_str(text);
        return Ok(());
    }
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = rest.as_bytes().get(at + 1).ok_or(CannotMask::Form)?;
        rest = &rest[at + 1..];
        let mut length = 1;
        out.push(match escape {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = |from: usize| {
                    rest.get(from..from + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok())
                };
                let high = unit(1).ok_or(CannotMask::Form)?;
                length = 5;
                let low = if rest[5..].starts_with("\\u") { unit(7) } else { None };
                let pair = low.filter(|low| {
                    (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(low)
                });
                let code = pair.map_or(high, |low| {
                    length = 11;
                    0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                });
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                let letter = rest.chars().next().ok_or(CannotMask::Form)?;
                length = letter.len_utf8();
                letter
            }
        });
        rest = &rest[length..];
    }
    out.push_str(rest);
    Ok(())
}

fn escape(text: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                out.push(char::from(DIGITS[letter as usize >> 4]));
                out.push(char::from(DIGITS[letter as usize & 15]));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}
