//! Links lead somewhere, and every page can be reached.

use crate::page::{Page, ROOT, all, for_users, read};
use std::collections::BTreeSet;
use std::path::Path;

/// The targets of the links of a page, without links that leave the repository.
fn links(page: &Page) -> Vec<String> {
    let text = page.prose();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let targets = targets.map(|(target, _)| target.to_owned());
    targets.filter(|target| !target.contains("://")).collect()
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.collect::<String>().replace(' ', "-")
}

fn anchors(page: &Page) -> Vec<String> {
    let text = page.prose();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

/// The path of a link's file from the root, and its anchor.
fn resolve(page: &Page, target: &str) -> (String, Option<String>) {
    let (file, anchor) = match target.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor.to_owned())),
        None => (target, None),
    };
    if file.is_empty() {
        return (page.path.clone(), anchor);
    }
    let mut parts: Vec<&str> = page.path.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            ".." => {
                parts.pop().unwrap_or_else(|| panic!("{}: {target} leaves the tree", page.path));
            }
            "." => {}
            part => parts.push(part),
        }
    }
    (parts.join("/"), anchor)
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut seen = 0;
    for page in all() {
        for target in links(&page) {
            let (file, anchor) = resolve(&page, &target);
            assert!(Path::new(ROOT).join(&file).exists(), "{}: no file {target}", page.path);
            if let Some(anchor) = anchor {
                let anchors = anchors(&read(&file));
                assert!(anchors.contains(&anchor), "{}: {target}: {anchors:?}", page.path);
            }
            seen += 1;
        }
    }
    assert!(seen >= 60, "the pages point at each other: {seen}");
}

#[test]
fn a_heading_becomes_the_anchor_that_github_makes() {
    for (heading, expected) in [
        ("How much is copied", "how-much-is-copied"),
        ("`[[foreign_keys]]`", "foreign_keys"),
        ("A review app's life", "a-review-apps-life"),
        ("pg_dump", "pg_dump"),
        ("`[migrate.production]`", "migrateproduction"),
    ] {
        assert_eq!(anchor(heading), expected);
    }
}

#[test]
fn every_page_can_be_reached_from_readme() {
    let mut reached = BTreeSet::new();
    let mut open = vec!["README.md".to_owned()];
    while let Some(path) = open.pop() {
        if reached.insert(path.clone()) {
            let page = read(&path);
            let files = links(&page).into_iter().map(|target| resolve(&page, &target).0);
            open.extend(files.filter(|file| {
                Path::new(file).extension().is_some_and(|extension| extension == "md")
            }));
        }
    }
    for page in for_users() {
        assert!(reached.contains(&page.path), "no link leads to {}", page.path);
    }
}

/// Tables break a line where they like; other lines stay readable in an editor.
#[test]
fn lines_are_no_longer_than_130_columns() {
    for page in all().iter().filter(|page| page.path != "CHANGELOG.md") {
        for line in page.prose().lines().filter(|line| !line.starts_with('|')) {
            assert!(line.chars().count() <= 130, "{}: {line}", page.path);
        }
    }
}
