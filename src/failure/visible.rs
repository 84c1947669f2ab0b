//! Foreign text as people see it. A name or a message may hold anything: a newline forges a line of
//! ours, an escape sequence moves the cursor, a bidirectional mark turns text around.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A name: on one line, and with each character that is not seen written out, such as `\n`.
#[must_use]
pub fn visible(name: &str) -> Cow<'_, str> {
    escaped(name, is_hidden)
}

/// Text of several lines, whose lines stay.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\n' && c != '\t' && is_hidden(c))
}

fn escaped(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !hidden(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // a string takes all that is written to it
            c => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
        }
    }
    Cow::Owned(out)
}

/// JSON whose strings hold no character that is not seen.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    let hidden = |c: char| !c.is_ascii_whitespace() && is_hidden(c);
    if !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    // outside of strings JSON has no such character, and all are within four digits
    Cow::Owned(json.chars().fold(String::with_capacity(json.len() + 8), |mut out, c| {
        if hidden(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
        out
    }))
}

/// Controls (C0, DEL, C1), the separators of lines and paragraphs, and marks that turn text around.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(visible("orders"), "orders");
        assert_eq!(visible("naïve 表"), "naïve 表");
        assert_eq!(visible("x\nerror: gone"), "x\\nerror: gone");
        assert_eq!(visible("a\u{85}b\r\u{1b}[2J\u{202e}c"), "a\\u{85}b\\r\\u{1b}[2J\\u{202e}c");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(visible_json("{\n\"a\u{9b}\u{202e}\"}"), "{\n\"a\\u009b\\u202e\"}");
        assert_eq!(visible_lines("a\n\tb\u{1b}[1m\u{7f}"), "a\n\tb\\u{1b}[1m\\u{7f}");
    }
}
