//! Text within the width of what people read.

use crate::failure::visible;

/// The width of what people read.
pub(super) const WIDTH: usize = 80;

/// `public.orders`
pub(super) fn table_name(schema: &str, table: &str) -> String {
    format!("{}.{}", visible(schema), visible(table))
}

/// A paragraph, broken between words; its lines after the first are indented by two.
pub(super) fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut column = 0;
    for word in visible(text).split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            out.push_str("\n  ");
            column = 2;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// `user_id`, where a foreign key of `orders` has the name that the server gave it,
/// `orders_user_id_fkey`.
pub(super) fn short_key<'a>(table: &str, key: &'a str) -> &'a str {
    key.strip_prefix(table)
        .and_then(|rest| rest.strip_prefix('_')?.strip_suffix("_fkey"))
        .unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words() {
        let text = wrapped(&["word"; 40].join(" "));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.lines().skip(1).all(|line| line.starts_with("  word")), "{text}");
        assert_eq!(text.split_whitespace().count(), 40);
        assert_eq!(wrapped("short"), "short");
    }
}
