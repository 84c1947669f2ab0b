//! hstore's text form: <https://www.postgresql.org/docs/current/hstore.html>.

use super::Document;
use crate::mask::values::CannotMask;
use crate::mask::values::quoted::{quote, take_quoted};

pub(super) fn mask(document: &Document, text: &str, out: &mut String) -> Result<(), CannotMask> {
    let mut keys = [String::new()];
    let mut is_value = false;
    let mut rest = text;
    let (mut value, mut masked) = (String::new(), String::new());
    while let Some(first) = rest.chars().next() {
        match first {
            '"' => {
                value.clear();
                let after = take_quoted(&rest[1..], &mut value)?;
                let raw = &rest[..rest.len() - after.len()];
                rest = after;
                if !is_value {
                    keys[0].clone_from(&value);
                    out.push_str(raw);
                } else if document.find(&keys).is_some() {
                    masked.clear();
                    if document.push(&keys, &value, &mut masked)? {
                        quote(&masked, out);
                    } else {
                        out.push_str("NULL");
                    }
                } else {
                    out.push_str(raw);
                }
                continue;
            }
            '=' => is_value = true,
            ',' => is_value = false,
            _ => {}
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    Ok(())
}
