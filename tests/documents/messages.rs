//! The troubleshooting page shows messages of the code.

use crate::page::{code, files, read, rows};
use std::fs;

/// The string literals of the code, without its tests; continued lines joined.
fn literals() -> Vec<String> {
    let mut literals = Vec::new();
    for path in files("src") {
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap().replace("'\"'", "");
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let text = lines.collect::<Vec<_>>().join("\n");
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once('"') {
            let mut literal = String::new();
            let mut characters = after.char_indices();
            let mut end = after.len();
            while let Some((at, c)) = characters.next() {
                match c {
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    '\\' => match characters.next() {
                        Some((_, '\n')) => literal.push('\\'),
                        Some((_, escaped)) => literal.push(escaped),
                        None => {}
                    },
                    c => literal.push(c),
                }
            }
            // a line that goes on: without its indentation
            let parts: Vec<&str> = literal.split('\\').map(str::trim_start).collect();
            literals.push(parts.concat());
            rest = &after[end..];
        }
    }
    assert!(literals.len() > 1_000, "{}", literals.len());
    literals
}

/// Whether a text has these parts in this order.
fn has(text: &str, pattern: &str) -> bool {
    let mut rest = text;
    pattern.split('…').map(str::trim).filter(|part| !part.is_empty()).all(|part| {
        match rest.find(part) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        }
    })
}

fn messages() -> Vec<String> {
    let page = read("docs/troubleshooting.md");
    let rows = rows(&page.text);
    let messages: Vec<String> = rows.iter().map(|row| code(row[0])[0].to_owned()).collect();
    assert!(messages.len() >= 30, "{messages:?}");
    messages
}

#[test]
fn every_message_on_the_page_is_one_of_the_code() {
    let literals = literals();
    for message in messages() {
        assert!(literals.iter().any(|literal| has(literal, &message)), "no code says: {message}");
    }
}

/// The guards are what people meet first: each of their messages has a line.
#[test]
fn every_refusal_before_a_load_has_a_line() {
    let messages = messages();
    let mut seen = 0;
    for path in files("tests/promises/snapshots") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains("__guards__") || name.contains("forced") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let Some((_, error)) = text.split_once("error: ") else { continue };
        // one snapshot is a single line: its message ends nowhere
        let known = messages.iter().any(|message| has(error, message));
        assert!(known, "{name}: {}", error.lines().next().unwrap_or_default());
        seen += 1;
    }
    assert!(seen >= 20, "{seen}");
}

#[test]
fn a_pattern_is_found_only_in_its_order() {
    assert!(has(
        "the source's role ann may not read 2 objects",
        "the source's role … may not read …"
    ));
    assert!(!has("may not read the source's role", "the source's role … may not read …"));
}
