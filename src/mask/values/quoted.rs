//! Quoted text within the texts of arrays and hstore: a backslash stands before a quote or another.

use super::CannotMask;

/// Up to the closing quote.
pub(super) fn take_quoted<'a>(text: &'a str, value: &mut String) -> Result<&'a str, CannotMask> {
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok(&text[at + 1..]),
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            _ => value.push(letter),
        }
    }
    Err(CannotMask::Form)
}

/// In quotes.
pub(super) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
}
