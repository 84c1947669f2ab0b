//! The environment page and the code name the same variables.

use crate::page::{code, files, read, rows};
use std::collections::BTreeSet;
use std::fs;

/// Variables that the code knows only as words of apps' own files.
const OF_APPS: [&str; 9] = [
    "REVIEWAPPS",
    "HEROKU_REVIEW_APP",
    "HEROKU_REVIEWAPP",
    "HEROKU_PARENT_APP_NAME",
    "HEROKU_BRANCH",
    "HEROKU_POSTGRESQL",
    "HEROKU_POSTGRESQL_",
    "HEROKU_BUILD_COMMIT",
    "HEROKU_SLUG_COMMIT",
];

/// The names in the first column of the page's tables.
fn documented() -> BTreeSet<String> {
    let page = read("docs/environment.md");
    let rows = rows(&page.text);
    let names = rows.iter().map(|row| code(row[0])[0].to_owned()).collect::<BTreeSet<_>>();
    assert!(names.len() >= 14, "{names:?}");
    names
}

/// Names of this project's and of Heroku's variables in the code, without tests.
fn named() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let ours = ["REVIEW_DATA_", "BP_REVIEW", "HEROKU_", "REVIEWAPP", "PGOPTIONS", "DATABASE_URL"];
    let scripts = files("bin");
    let sources =
        files("src").into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    for path in scripts.into_iter().chain(sources) {
        if path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let words =
            text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        // a name, not the beginning of one that is spelled with a star or a dot
        names.extend(
            words.filter(|word| ours.iter().any(|ours| word.starts_with(ours))).map(str::to_owned),
        );
    }
    names.retain(|name| {
        !OF_APPS.contains(&name.as_str()) && !name.starts_with("HEROKU_POSTGRESQL_")
    });
    names.retain(|name| !name.ends_with('_'));
    names
}

#[test]
fn every_variable_has_a_line_and_every_line_a_variable() {
    let mut documented = documented();
    assert!(documented.remove("HEROKU_POSTGRESQL_*_URL"));
    let mut named = named();
    named.extend(["MIGRATE_API_SECRET_HEROKU", "TMPDIR"].map(str::to_owned));
    let missing: Vec<_> = named.difference(&documented).collect();
    let stale: Vec<_> = documented.difference(&named).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:?}\nnot read: {stale:?}");
}
