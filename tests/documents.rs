//! What the documents and the example app say is so.

#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

use review_data::config::Config;

const README: &str = include_str!("../README.md");
const SHOP: &str = include_str!("fixtures/apps/pyramid-shop/review-data.toml");

/// The blocks of README in this language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let parts = README.split(fence.as_str()).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default()).collect()
}

#[test]
fn every_configuration_in_readme_is_a_valid_one() {
    let blocks = blocks("toml");
    let ours = blocks.iter().filter(|block| block.contains("[migrate]")).collect::<Vec<_>>();
    assert!(ours.len() >= 2, "README shows review-data.toml: {blocks:?}");
    for block in ours {
        Config::parse("README.md", block).expect("a valid configuration");
    }
}

#[test]
fn every_key_in_readmes_table_exists() {
    let keys = README.lines().filter_map(|line| {
        let (key, _) = line.strip_prefix("| `[")?.split_once('`')?;
        key.split_once("] ")
    });
    let keys = keys.collect::<Vec<_>>();
    assert!(keys.len() >= 10, "README has a table of keys: {keys:?}");
    for (section, key) in keys {
        // A value that no key takes: a key that exists complains of it, another one of itself.
        let text = format!("[{section}]\n{key} = 1979-05-27\n");
        let mistakes = Config::parse("README.md", &text).expect_err("no key takes a date");
        assert!(!mistakes.to_string().contains("unknown"), "{mistakes}");
    }
}

#[test]
fn the_shops_configuration_is_a_valid_one() {
    Config::parse("review-data.toml", SHOP).expect("a valid configuration");
}

#[test]
fn every_json_in_readme_is_json() {
    let blocks = blocks("json");
    assert!(!blocks.is_empty(), "README shows app.json");
    for block in blocks {
        serde_json::from_str::<serde_json::Value>(block).expect("valid JSON");
    }
}
