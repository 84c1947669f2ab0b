//! YAML as Rails and other frameworks write it into text columns: a key on each line, indented blocks,
//! lists, and texts of several lines. Symbols (`:email:`) are keys like others.

use super::Document;
use crate::mask::values::CannotMask;

/// The text begins a document, or each of its lines has a key.
pub(super) fn is_yaml(text: &str) -> bool {
    text.starts_with("---")
        || text.lines().filter(|line| !line.trim().is_empty()).all(|line| {
            key(line.trim_start().trim_start_matches("- "))
                .is_some_and(|(key, _)| !key.is_empty() && key.chars().all(is_of_key))
        })
}

fn is_of_key(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | '?' | '!')
}

/// The key of a line, and what follows the colon.
fn key(line: &str) -> Option<(&str, &str)> {
    let quote = line.chars().next().filter(|letter| matches!(letter, '"' | '\''));
    let (name, rest) = if let Some(quote) = quote {
        let end = line[1..].find(quote)? + 1;
        (&line[1..end], line[end + 1..].strip_prefix(':')?)
    } else {
        let symbol = usize::from(line.starts_with(':'));
        let end = line[symbol..].find(": ").or_else(|| {
            line.ends_with(':').then(|| line.len() - 1 - symbol).filter(|end| *end > 0)
        })?;
        (&line[symbol..symbol + end], &line[symbol + end + 1..])
    };
    (rest.is_empty() || rest.starts_with(' ')).then_some((name, rest))
}

pub(super) fn mask(document: &Document, text: &str, out: &mut String) -> Result<(), CannotMask> {
    // the keys around a line, with their indentation
    let mut around: Vec<(usize, String)> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let content = line.trim_end_matches(['\n', '\r']);
        let ending = &line[content.len()..];
        let body = content.trim_start_matches([' ', '-']);
        let indent = content.len() - body.len();
        // a list may stand at the indentation of its key
        let is_item = content.trim_start().starts_with("- ") || content.trim() == "-";
        let own = content.len() - content.trim_start().len();
        if body.is_empty() || content.starts_with("---") && !content.contains(": ") {
            push_head(document, content, out)?;
            out.push_str(ending);
            continue;
        }
        let depth = if is_item && key(body).is_none() { own + 1 } else { indent };
        while around.last().is_some_and(|(other, _)| *other >= depth || (is_item && *other > own)) {
            around.pop();
        }
        let (scalar, prefix) = match key(body) {
            Some((name, rest)) => {
                around.push((indent, name.to_owned()));
                let scalar = rest.trim_start();
                (scalar, &content[..content.len() - scalar.len()])
            }
            None => (body, &content[..indent]),
        };
        keys.clear();
        keys.extend(around.iter().map(|(_, key)| key.clone()));
        let is_block = scalar.starts_with(['|', '>']);
        let is_nested =
            scalar.is_empty() || scalar.starts_with(['!', '&']) && !scalar.contains(' ');
        let is_flow = scalar.starts_with(['{', '[']) && document.leads_into(&keys);
        if document.find(&keys).is_none() && !is_flow || is_nested && !is_block {
            out.push_str(line);
            continue;
        }
        out.push_str(prefix);
        if is_flow {
            document.push_whole(scalar, out)?;
            out.push_str(ending);
            continue;
        }
        if !is_block {
            // a text in quotes may go on on the next lines
            let mut joined = scalar.to_owned();
            while is_open(&joined)
                && let Some(next) = lines.next()
            {
                joined.push(' ');
                joined.push_str(next.trim());
            }
            push_scalar(document, &keys, &joined, out)?;
            out.push_str(ending);
            continue;
        }
        // a text of several lines goes on while they are indented more
        let mut masked: Vec<(&str, String, &str)> = Vec::new();
        let mut is_null = false;
        while let Some(next) = lines.next_if(|next| {
            let spaces = next.len() - next.trim_start_matches(' ').len();
            next.trim().is_empty() || spaces > own
        }) {
            let inner = next.trim_end_matches(['\n', '\r']);
            let own = inner.trim_start();
            let mut value = String::new();
            is_null |= !document.push(&keys, own, &mut value)?;
            let spaces = &inner[..inner.len() - own.len()];
            masked.push((spaces, value.replace('\n', " "), &next[inner.len()..]));
        }
        if is_null {
            out.push_str("null");
            out.push_str(ending);
            continue;
        }
        out.push_str(scalar);
        out.push_str(ending);
        for (spaces, value, ending) in masked {
            out.push_str(spaces);
            out.push_str(&value);
            out.push_str(ending);
        }
    }
    Ok(())
}

/// A text whose closing quote is missing.
fn is_open(scalar: &str) -> bool {
    let Some(quote @ (b'"' | b'\'')) = scalar.bytes().next() else { return false };
    let mut escaped = false;
    let mut open = false;
    for byte in scalar.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quote == b'"' => escaped = true,
            _ if byte == quote => open = !open,
            _ => {}
        }
    }
    open
}

/// The line that begins a document, which may hold a value.
fn push_head(document: &Document, line: &str, out: &mut String) -> Result<(), CannotMask> {
    match line.split_once(' ') {
        Some((mark, value))
            if !value.trim().is_empty()
                && !value.starts_with(['!', '|', '>', '&'])
                && document.find(&[]).is_some() =>
        {
            out.push_str(mark);
            out.push(' ');
            push_scalar(document, &[], value, out)
        }
        _ => {
            out.push_str(line);
            Ok(())
        }
    }
}

/// A value on one line, in its quotes.
fn push_scalar(
    document: &Document,
    keys: &[String],
    scalar: &str,
    out: &mut String,
) -> Result<(), CannotMask> {
    let quote = scalar.chars().next().filter(|quote| matches!(quote, '"' | '\''));
    let quoted = quote.and_then(|quote| scalar[1..].strip_suffix(quote));
    let inner = quoted.unwrap_or(scalar);
    if matches!(inner, "" | "null" | "~" | "true" | "false" | "{}" | "[]") {
        out.push_str(scalar);
        return Ok(());
    }
    let mut masked = String::new();
    if !document.push(keys, inner, &mut masked)? {
        out.push_str("null");
        return Ok(());
    }
    let plain = |letter: char| {
        letter.is_alphanumeric() || matches!(letter, '.' | '@' | '_' | ' ' | '/' | '-')
    };
    let needs_quotes = !masked.chars().all(plain)
        || masked.trim() != masked
        || !masked.starts_with(|letter: char| letter.is_alphanumeric());
    match (quote.filter(|_| quoted.is_some()), needs_quotes) {
        (None, false) => out.push_str(&masked),
        (Some('\''), _) => {
            out.push('\'');
            out.push_str(&masked.replace('\'', "''"));
            out.push('\'');
        }
        _ => {
            out.push('"');
            for letter in masked.chars() {
                match letter {
                    '"' | '\\' => out.extend(['\\', letter]),
                    '\n' => out.push_str("\\n"),
                    _ => out.push(letter),
                }
            }
            out.push('"');
        }
    }
    Ok(())
}
