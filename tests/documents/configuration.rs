//! The configuration page and `review-data.toml` have the same keys, defaults and examples.

use crate::page::{ROOT, code, files, for_users, read, rows};
use review_data::config::{Config, FileText, file_keys};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// A key's line of the page.
struct Line {
    kind: String,
    default: String,
    example: bool,
}

/// The section of a heading such as `` `[tables.NAME]` ``.
fn section(heading: &str) -> String {
    heading.trim_matches(['`', '[', ']']).to_owned()
}

fn page() -> BTreeMap<(String, String), Line> {
    let page = read("docs/configuration.md");
    let mut lines = BTreeMap::new();
    for (heading, text) in page.sections(2) {
        let blocks: Vec<&str> = text.split("```toml\n").skip(1).collect();
        for row in rows(text) {
            let key = code(row[0])[0].to_owned();
            let assigned = format!("{key} =");
            let mut examples = blocks.iter().flat_map(|block| block.lines());
            let line = Line {
                kind: row[1].to_owned(),
                default: row[2].to_owned(),
                example: examples.any(|line| line.starts_with(&assigned)),
            };
            let twice = lines.insert((section(heading), key.clone()), line);
            assert!(twice.is_none(), "{heading} has two lines for {key}");
        }
    }
    lines
}

#[test]
fn every_key_has_a_line_and_every_line_a_key() {
    let page: BTreeSet<_> = page().into_keys().collect();
    let code: BTreeSet<_> =
        file_keys().map(|(section, key)| (section.to_owned(), key.to_owned())).collect();
    assert!(code.len() > 40, "{code:?}");
    let missing: Vec<_> = code.difference(&page).collect();
    let stale: Vec<_> = page.difference(&code).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:?}\nno key: {stale:?}");
}

#[test]
fn every_key_has_an_example() {
    for ((section, key), line) in page() {
        assert!(line.example, "no example for {key} of [{section}]");
    }
}

/// The head of a section, and what it needs beside a key.
fn around(section: &str, key: &str) -> (String, &'static str) {
    match section {
        "tables.NAME" => ("[tables.t]".to_owned(), ""),
        "foreign_keys" => ("[[foreign_keys]]".to_owned(), "table = \"t\"\ncolumns = [\"c\"]\n"),
        "only" => ("[[only]]".to_owned(), "column = \"c\"\nvalues = [1]\n"),
        "subset" if key == "logarithmic" => ("[subset]".to_owned(), "fraction = 0.5\n"),
        "migrate.production" if key == "scale_down" => {
            ("[migrate.production]".to_owned(), "maintenance = true\n")
        }
        _ => (format!("[{section}]"), ""),
    }
}

/// Values that the code must accept, and values that it must refuse, for a type as the page has it.
fn values(kind: &str) -> (Vec<String>, Vec<String>) {
    let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let literals: Vec<String> = own(&code(kind));
    let first = kind.split([' ', ',']).next().unwrap_or_default();
    match first {
        "string" => (vec![], own(&["5", "true", "[\"a\"]"])),
        "size" => (own(&["\"20MB\""]), own(&["true", "\"5 parsecs\"", "[\"20MB\"]"])),
        "time" => {
            let mut refused: Vec<String> = own(&["5", "true", "\"5 parsecs\""]);
            if let [least, most] = &literals[..] {
                let unit = most.trim_matches(|c: char| c == '"' || c.is_ascii_digit());
                let number: u32 = most.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap();
                refused.push(format!("\"{}{unit}\"", number + 1));
                if least != "\"0s\"" {
                    refused.push("\"0s\"".to_owned());
                }
            }
            (literals, refused)
        }
        "number" => (own(&["0.5"]), own(&["1.5", "-0.5", "\"x\""])),
        "integer" => {
            let below = kind.contains("0 or more").then(|| "-1".to_owned());
            let refused: Vec<String> = own(&["1.5", "\"x\"", "true"]);
            (own(&["0", "7"]), refused.into_iter().chain(below).collect())
        }
        "boolean" if kind.contains("array") => (own(&["true", "false"]), own(&["1", "\"x\""])),
        "boolean" => (own(&["true", "false"]), own(&["1", "\"true\"", "[true]"])),
        "array" => (vec![], own(&["\"a\"", "5", "true", "[{ a = 1 }]"])),
        "table" => (vec![], own(&["\"a\"", "5", "[\"a\"]"])),
        _ if first.starts_with("`\"") => {
            let open = kind.contains("SQL") || kind.contains("such as");
            let other = if open { "[1]" } else { "\"zebra\"" };
            (literals, own(&["true", other]))
        }
        _ => panic!("the page has a type that this test does not know: {kind}"),
    }
}

#[test]
fn every_type_is_the_one_of_the_code() {
    let mut seen = 0;
    for ((section, key), line) in page() {
        let (head, beside) = around(&section, &key);
        // a key that the section needs is given once
        let needed: Vec<_> = beside.lines().filter(|line| !line.starts_with(&key)).collect();
        let beside = needed.join("\n");
        let parse = |value: &str| {
            Config::parse("review-data.toml", &format!("{head}\n{beside}\n{key} = {value}\n"))
        };
        let (accepted, refused) = values(&line.kind);
        for value in accepted {
            let parsed = parse(&value);
            assert!(parsed.is_ok(), "{key} of [{section}]: {}", parsed.unwrap_err());
            seen += 1;
        }
        for value in refused {
            let Err(mistakes) = parse(&value) else {
                panic!("{key} = {value} of [{section}] is not refused: {}", line.kind)
            };
            let text = mistakes.to_string();
            assert!(text.contains(&key), "{key} = {value} of [{section}]: {text}");
            seen += 1;
        }
    }
    assert!(seen >= 120, "values that were tried: {seen}");
}

/// A default that is written as TOML is what the absence of the key means.
#[test]
fn every_default_is_the_one_of_the_code() {
    let mut seen = 0;
    for ((section, key), line) in page() {
        let literals = code(&line.default);
        let [literal] = literals[..] else { continue };
        if literal.parse::<toml::Value>().is_err() || line.default != format!("`{literal}`") {
            continue;
        }
        let (head, beside) = around(&section, &key);
        let given = format!("{head}\n{beside}{key} = {literal}\n");
        let absent = format!("{head}\n{beside}");
        let parse = |text: &str| {
            let config = Config::parse("review-data.toml", text);
            let config = config.unwrap_or_else(|mistakes| panic!("{text}{mistakes}"));
            // places in the file, and its text, differ
            let mut config = format!("{:?}", Config { text: FileText::default(), ..config });
            for (place, _) in
                config.clone().match_indices("Location {").collect::<Vec<_>>().iter().rev()
            {
                let end = config[*place..].find('}').unwrap() + place;
                config.replace_range(*place..=end, "");
            }
            config
        };
        assert_eq!(parse(&given), parse(&absent), "the default of {key} of [{section}]");
        seen += 1;
    }
    assert!(seen >= 15, "defaults that were compared: {seen}");
}

#[test]
fn every_configuration_in_the_documents_is_a_valid_one() {
    let mut seen = 0;
    for page in for_users() {
        for block in page.blocks_in("toml") {
            if block.text.contains("[[io.buildpacks") {
                continue;
            }
            let parsed = Config::parse("review-data.toml", &block.text);
            assert!(parsed.is_ok(), "{}: {}", block.place, parsed.unwrap_err());
            seen += 1;
        }
    }
    assert!(seen >= 15, "the documents show review-data.toml: {seen}");
}

#[test]
fn every_key_that_prose_names_exists() {
    let known: BTreeSet<String> =
        file_keys().map(|(section, key)| format!("[{section}] {key}")).collect();
    let mut seen = 0;
    for page in for_users() {
        let prose = page.prose();
        for code in code(&prose).into_iter().filter(|code| code.starts_with('[')) {
            // `[subset] max_size = "1GB"` and `[postdeploy] wait`
            let Some((section, rest)) = code.rsplit_once("] ") else { continue };
            let Some(key) = rest.split([' ', '=']).next() else { continue };
            let section = section.trim_matches(['[', ']']);
            assert!(known.contains(&format!("[{section}] {key}")), "{}: {code}", page.path);
            seen += 1;
        }
    }
    assert!(seen >= 20, "prose names keys: {seen}");
}

#[test]
fn every_file_of_the_repository_is_a_valid_one() {
    let examples = files("examples");
    let shop = format!("{ROOT}/tests/fixtures/apps/pyramid-shop/review-data.toml");
    assert!(examples.len() >= 8, "{examples:?}");
    for path in examples.into_iter().chain([shop.into()]) {
        if path.extension().is_some_and(|extension| extension == "toml") {
            let parsed = Config::parse("review-data.toml", &fs::read_to_string(&path).unwrap());
            assert!(parsed.is_ok(), "{}: {}", path.display(), parsed.unwrap_err());
        }
    }
}
