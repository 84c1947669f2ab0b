//! hstore, XML, and YAML as frameworks write it, read into paths.

use super::leaves::Leaves;

/// `"key"=>"value", …`
pub(super) fn hstore(value: &str, leaves: &mut Leaves) {
    let mut strings: Vec<Option<String>> = Vec::new();
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        if c == '"' {
            let mut text = String::new();
            while let Some(c) = characters.next() {
                match c {
                    '\\' => text.extend(characters.next()),
                    '"' => break,
                    c => text.push(c),
                }
            }
            strings.push(Some(text));
        } else if c == 'N' {
            strings.push(None);
            while characters.peek().is_some_and(|c| c.is_alphabetic()) {
                characters.next();
            }
        }
    }
    let mut document = serde_json::Map::new();
    for pair in strings.chunks_exact(2) {
        if let [Some(key), Some(value)] = pair {
            document.insert(key.clone(), serde_json::Value::String(value.clone()));
        }
    }
    leaves.add(&serde_json::Value::Object(document));
}

/// Elements and attributes by their names.
pub(super) fn xml(value: &str, leaves: &mut Leaves) {
    let mut path: Vec<String> = Vec::new();
    let mut rest = value;
    while let Some(at) = rest.find('<') {
        let text = rest[..at].trim();
        if !text.is_empty() && !path.is_empty() {
            leaves.text(&path, text);
        }
        rest = &rest[at..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if rest.starts_with("<![CDATA[") {
            let end = rest.find("]]>");
            if let Some(text) = end.and_then(|end| rest.get(9..end)) {
                leaves.text(&path, text);
            }
            end.map(|end| end + 3)
        } else {
            rest.find('>').map(|end| end + 1)
        };
        let Some(end) = end else { return };
        let tag = rest[..end].trim_start_matches('<').trim_end_matches('>');
        if let Some(closed) = tag.strip_prefix('/') {
            if path.last().is_some_and(|own| own == closed.trim()) {
                path.pop();
            }
        } else if !tag.starts_with(['?', '!']) {
            let alone = tag.ends_with('/');
            let tag = tag.trim_end_matches('/');
            let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
            path.push(name.to_owned());
            self::attributes(attributes, &mut path, leaves);
            if alone {
                path.pop();
            }
        }
        rest = &rest[end..];
    }
}

fn attributes(text: &str, path: &mut Vec<String>, leaves: &mut Leaves) {
    let mut rest = text.trim();
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return };
        let Some((value, next)) = after[1..].split_once(quote) else { return };
        if !name.trim().starts_with("xmlns") {
            path.push(name.trim().to_owned());
            leaves.text(path, value);
            path.pop();
        }
        rest = next.trim_start();
    }
}

/// A key on each line, blocks by their indentation, lists. A symbol (`:email:`) is a key.
pub(super) fn yaml(value: &str, leaves: &mut Leaves) {
    let mut around: Vec<(usize, String)> = Vec::new();
    for line in value.lines() {
        let body = line.trim_start_matches([' ', '-']);
        if body.is_empty() || line.starts_with("---") && !line.contains(": ") {
            continue;
        }
        let depth = line.len() - body.len();
        let is_item = line.trim_start().starts_with('-');
        let Some((key, rest)) = key_and_rest(body) else {
            // an element of a list, or a further line of a text: a list may stand as deep as its key
            let own = line.len() - line.trim_start().len();
            while around.last().is_some_and(|(other, _)| *other > own || !is_item && *other >= own)
            {
                around.pop();
            }
            add(&around, body, leaves);
            continue;
        };
        while around.last().is_some_and(|(other, _)| *other >= depth) {
            around.pop();
        }
        around.push((depth, key.to_owned()));
        if !matches!(rest, "" | "|" | "|-" | ">" | ">-" | "{}" | "[]") {
            add(&around, rest, leaves);
        }
    }
}

fn add(around: &[(usize, String)], text: &str, leaves: &mut Leaves) {
    let path: Vec<String> = around.iter().map(|(_, key)| key.clone()).collect();
    leaves.text(&path, text.trim_matches(['"', '\'']));
}

fn key_and_rest(line: &str) -> Option<(&str, &str)> {
    let symbol = line.strip_prefix(':').unwrap_or(line);
    let (key, rest) = symbol.split_once(": ").or_else(|| Some((symbol.strip_suffix(':')?, "")))?;
    let key = key.trim_matches(['"', '\'']);
    let plain = |c: char| c.is_alphanumeric() || "_-./?!".contains(c);
    (!key.is_empty() && key.chars().all(plain)).then_some((key, rest.trim()))
}
