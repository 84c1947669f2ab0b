//! hstore and XML, read into paths.

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

/// Elements by their names, attributes as `@name`.
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
            path.push(format!("@{}", name.trim()));
            leaves.text(path, value);
            path.pop();
        }
        rest = next.trim_start();
    }
}
