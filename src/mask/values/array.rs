//! The text form of arrays: <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO>.

use super::quoted::{quote, take_quoted};
use super::{CannotMask, Masker};

/// Masks each element of an array and keeps its dimensions, its bounds and its NULLs.
pub(super) fn mask(element: &Masker, array: &str, out: &mut String) -> Result<(), CannotMask> {
    let Some(start) = array.find('{') else {
        return if array.is_empty() { Ok(()) } else { Err(CannotMask::Form) };
    };
    out.push_str(&array[..start]);
    let mut rest = &array[start..];
    let mut value = String::new();
    let mut masked = String::new();
    while let Some(first) = rest.chars().next() {
        if matches!(first, '{' | '}' | ',') {
            out.push(first);
            rest = &rest[1..];
            continue;
        }
        value.clear();
        let quoted = first == '"';
        rest = if quoted {
            take_quoted(&rest[1..], &mut value)?
        } else {
            take_plain(rest, &mut value)
        };
        if !quoted && value.eq_ignore_ascii_case("null") {
            out.push_str("NULL");
            continue;
        }
        masked.clear();
        if element.mask_into(&value, &mut masked)? {
            put(&masked, out);
        } else {
            out.push_str("NULL");
        }
    }
    Ok(())
}

fn take_plain<'a>(text: &'a str, value: &mut String) -> &'a str {
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            ',' | '}' => return &text[at..],
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            _ => value.push(letter),
        }
    }
    ""
}

/// With quotes where the server would read something else without them.
fn put(value: &str, out: &mut String) {
    let special = |letter: char| {
        letter.is_whitespace() || matches!(letter, '{' | '}' | ',' | '"' | '\\' | ';' | ':')
    };
    if !value.is_empty() && !value.contains(special) && !value.eq_ignore_ascii_case("null") {
        out.push_str(value);
        return;
    }
    quote(value, out);
}
