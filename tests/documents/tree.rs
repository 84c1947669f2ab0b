//! What the documents say of the repository itself: paths, frameworks, the oldest Rust.

use crate::page::{ROOT, all, code, read};
use review_data::migrate::frameworks;
use std::path::Path;

/// Files of apps, in examples of ours.
const OF_APPS: [&str; 4] =
    ["bin/migrate", "bin/rails", "bin/nothing-pending", "scripts/create_reviewer.py"];

#[test]
fn every_path_that_a_document_names_exists() {
    const TOP: [&str; 6] = ["src/", "tests/", "scripts/", "bin/", "docs/", "examples/"];
    let mut seen = 0;
    for page in all() {
        let prose = page.prose();
        let mut named = code(&prose);
        let blocks = page.blocks();
        named.extend(blocks.iter().flat_map(|block| block.text.split_whitespace()));
        for word in named.iter().flat_map(|code| code.split([' ', ',', '"', '(', ')'])) {
            let word = word.trim_end_matches(['.', ';', ':', '|']);
            if !TOP.iter().any(|top| word.starts_with(top))
                || word.contains(['*', '<', '{', '$', '…'])
            {
                continue;
            }
            // a line of a file; a name in capitals stands for any
            let path = word.split(':').next().unwrap();
            if path.chars().any(|c| c.is_ascii_uppercase()) && !path.contains(".md") {
                continue;
            }
            let exists = Path::new(ROOT).join(path).exists();
            // files of apps, in examples of ours
            assert!(exists || OF_APPS.contains(&path), "{}: {path}", page.path);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn every_framework_is_named_with_its_key() {
    let page = read("docs/migrations.md");
    let text = page.text.replace('\n', " ");
    let known = frameworks::ALL
        .iter()
        .map(|framework| format!("{} (`{}`)", framework.name(), framework.key()));
    let known: Vec<String> = known.collect();
    assert!(known.len() >= 30);
    for framework in &known {
        assert!(text.contains(framework), "{framework} is not on the page");
    }
    let sections = page.sections(2);
    let (_, list) = sections.iter().find(|(heading, _)| *heading == "Frameworks").unwrap();
    let list = list.split("\n\n").nth(1).unwrap();
    let shown = list.matches("(`").count();
    assert_eq!(shown, known.len(), "a framework that is gone: {list}");
}

#[test]
fn the_oldest_rust_is_the_one_of_the_manifest() {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let rust = manifest["package"]["rust-version"].as_str().unwrap();
    assert!(read("README.md").text.contains(&format!("Rust {rust} or newer")));
}
