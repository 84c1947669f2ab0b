//! XML: the names of elements are the keys of a path, and an attribute is the last one.

use super::Document;
use crate::mask::values::CannotMask;

pub(super) fn mask(document: &Document, text: &str, out: &mut String) -> Result<(), CannotMask> {
    let mut keys: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let Some(start) = rest.find('<') else {
            push_text(document, &keys, rest, out)?;
            break;
        };
        push_text(document, &keys, &rest[..start], out)?;
        rest = &rest[start..];
        let (opening, closing) = match rest {
            _ if rest.starts_with("<!--") => ("<!--", "-->"),
            _ if rest.starts_with("<![CDATA[") => ("<![CDATA[", "]]>"),
            _ if rest.starts_with("<?") => ("<?", "?>"),
            _ if rest.starts_with("<!") => ("<!", ">"),
            _ => ("<", ">"),
        };
        let end = if opening == "<" { end_of_tag(rest) } else { rest.find(closing) };
        let end = end.ok_or(CannotMask::Form)?;
        let inner = &rest[opening.len()..end];
        match opening {
            "<![CDATA[" => {
                out.push_str(opening);
                let start = out.len();
                document.push(&keys, inner, out)?;
                if out[start..].contains("]]>") {
                    return Err(CannotMask::Form);
                }
                out.push_str(closing);
            }
            "<" => push_tag(document, &mut keys, inner, out)?,
            _ => out.push_str(&rest[..end + closing.len()]),
        }
        rest = &rest[end + closing.len()..];
    }
    if keys.is_empty() { Ok(()) } else { Err(CannotMask::Form) }
}

/// The sign that closes a tag stands behind its quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    text.bytes().position(|byte| {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            _ => {}
        }
        quote.is_none() && byte == b'>'
    })
}

/// The name without its namespace.
fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

fn push_tag(
    document: &Document,
    keys: &mut Vec<String>,
    inner: &str,
    out: &mut String,
) -> Result<(), CannotMask> {
    if let Some(name) = inner.strip_prefix('/') {
        if keys.pop() != Some(local(name.trim_end())) {
            return Err(CannotMask::Form);
        }
        out.push('<');
        out.push_str(inner);
        out.push('>');
        return Ok(());
    }
    let ends = |letter: char| letter.is_whitespace() || letter == '/';
    let end = inner.find(ends).unwrap_or(inner.len());
    if end == 0 {
        return Err(CannotMask::Form);
    }
    keys.push(local(&inner[..end]));
    out.push('<');
    out.push_str(&inner[..end]);
    let mut rest = &inner[end..];
    while let Some(equals) = rest.find('=') {
        let (name, after) = rest.split_at(equals);
        out.push_str(name);
        out.push('=');
        let after = &after[1..];
        let quote = after.trim_start().chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let quote = quote.ok_or(CannotMask::Form)?;
        let open = after.find(quote).ok_or(CannotMask::Form)? + 1;
        out.push_str(&after[..open]);
        let length = after[open..].find(quote).ok_or(CannotMask::Form)?;
        keys.push(local(name.trim()));
        let done = push_text(document, keys, &after[open..open + length], out);
        keys.pop();
        done?;
        out.push(quote);
        rest = &after[open + length + 1..];
    }
    out.push_str(rest);
    out.push('>');
    if inner.ends_with('/') {
        keys.pop();
    }
    Ok(())
}

fn push_text(
    document: &Document,
    keys: &[String],
    text: &str,
    out: &mut String,
) -> Result<(), CannotMask> {
    let trimmed = text.trim();
    if trimmed.is_empty() || document.find(keys).is_none() {
        out.push_str(text);
        return Ok(());
    }
    let (before, after) = text.split_once(trimmed).unwrap_or_default();
    let plain = trimmed
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&");
    let mut masked = String::new();
    document.push(keys, &plain, &mut masked)?;
    out.push_str(before);
    for letter in masked.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ => out.push(letter),
        }
    }
    out.push_str(after);
    Ok(())
}
