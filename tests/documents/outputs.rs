//! Outputs in the documents are outputs of the tool.

use crate::page::{Block, ROOT, for_users};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The file that an output's comment names.
fn origin<'a>(block: &Block<'a>, word: &str) -> &'a str {
    let comment = block.comment.and_then(|comment| comment.strip_prefix(word));
    comment.unwrap_or_else(|| panic!("{}: where is this output from?", block.place))
}

/// Whether the lines are all there, in this order and, but for `…`, one after the other.
fn missing_line<'a>(shown: &'a str, whole: &str) -> Option<&'a str> {
    let mut rest: Vec<&str> = whole.lines().collect();
    let mut anywhere = true;
    for line in shown.lines() {
        if line == "…" {
            anywhere = true;
            continue;
        }
        let at = rest.iter().position(|other| other.trim_end() == line.trim_end());
        match at {
            Some(at) if anywhere || at == 0 => rest.drain(..=at),
            _ => return Some(line),
        };
        anywhere = false;
    }
    None
}

#[test]
fn every_output_is_one_of_the_tool() {
    let mut seen = 0;
    for page in for_users() {
        for block in page.blocks_in("text") {
            let origin = origin(&block, "shown by: ");
            let path = Path::new(ROOT).join(origin);
            assert!(path.exists(), "{}: {origin}", block.place);
            seen += 1;
            // scripts/newcomer compares what it shows itself
            if origin != "scripts/newcomer" {
                let whole = fs::read_to_string(path).unwrap();
                let missing = missing_line(&block.text, &whole);
                assert_eq!(missing, None, "{}: not in {origin}", block.place);
            }
        }
    }
    assert!(seen >= 4, "the documents show outputs: {seen}");
}

#[test]
fn a_line_that_is_not_shown_is_found_missing() {
    assert_eq!(missing_line("a\n…\nc\n", "a\nb\nc\n"), None);
    assert_eq!(missing_line("a\nc\n", "a\nb\nc\n"), Some("c"));
    assert_eq!(missing_line("a\n…\nd\n", "a\nb\nc\n"), Some("d"));
}

/// The names of a JSON value's fields, each with the way to it.
fn fields(value: &Value, way: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let way = format!("{way}.{name}");
                fields(value, &way, found);
                found.insert(way);
            }
        }
        Value::Array(items) => {
            for item in items {
                fields(item, &format!("{way}[]"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn json_in_the_documents_has_the_shape_of_the_tools() {
    let mut seen = 0;
    for page in for_users().iter().filter(|page| page.path == "docs/json.md") {
        for block in page.blocks_in("json") {
            let origin = origin(&block, "shape of: ");
            let snapshot = fs::read_to_string(Path::new(ROOT).join(origin)).unwrap();
            let json = &snapshot[snapshot.find("\n{").unwrap()..];
            let [mut shown, mut printed] = [BTreeSet::new(), BTreeSet::new()];
            fields(&serde_json::from_str(&block.text).unwrap(), "", &mut shown);
            fields(&serde_json::from_str(json).unwrap(), "", &mut printed);
            assert_eq!(shown, printed, "{}", block.place);
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}

#[test]
fn every_json_in_the_documents_is_json() {
    for page in for_users() {
        for block in page.blocks_in("json") {
            let parsed = serde_json::from_str::<Value>(&block.text);
            assert!(parsed.is_ok(), "{}: {}", block.place, parsed.unwrap_err());
        }
    }
}
