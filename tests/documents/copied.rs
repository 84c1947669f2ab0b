//! Blocks that people copy: `app.json`, `project.toml`, Procfile, `pack build`, versions.

use crate::page::{Page, for_users, read};
use review_data::buildpack::AppJson;

fn user_pages() -> Vec<Page> {
    for_users().into_iter().filter(|page| page.path != "docs/json.md").collect()
}

#[test]
fn every_app_json_sets_up_review_apps() {
    let (mut seen, mut listing) = (0, 0);
    for page in user_pages() {
        for block in page.blocks_in("json") {
            let place = &block.place;
            let manifest = AppJson::parse(&block.text);
            assert_eq!(manifest.problems, [], "{place}");
            let postdeploy = manifest.postdeploy.as_ref();
            let postdeploy = postdeploy.map(|postdeploy| postdeploy.script.as_str());
            assert_eq!(postdeploy, Some("review-data postdeploy"), "{place}");
            assert!(manifest.variable("REVIEWAPP").is_some(), "{place}");
            assert!(manifest.variable("DATABASE_URL").is_none(), "{place}");
            // at the top level it would count for every app that is made from the file
            let json: serde_json::Value = serde_json::from_str(&block.text).unwrap();
            assert_eq!(json.pointer("/env/REVIEWAPP"), None, "{place}");
            assert_eq!(json.pointer("/addons/0"), Some(&"heroku-postgresql".into()), "{place}");
            if let Some(buildpacks) = manifest.buildpacks {
                listing += 1;
                assert!(buildpacks[0].contains("/review-data-buildpack-"), "{place}");
                assert!(buildpacks.len() > 1, "{place}: the language's own too");
            }
            seen += 1;
        }
    }
    assert!(seen >= 3 && listing >= 2, "{seen}; {listing} list buildpacks");
}

/// The same block on two pages says the same.
#[test]
fn the_quick_start_and_its_details_agree() {
    let (readme, details) = (read("README.md"), read("docs/getting-started.md"));
    for language in ["json", "sql"] {
        let shown = &readme.blocks_in(language)[0].text;
        let again = details.blocks_in(language);
        assert!(again.iter().any(|block| block.text == *shown), "{language}: {shown}");
    }
    let project = |page: &Page| {
        let blocks = page.blocks_in("toml").into_iter();
        let mut blocks = blocks.filter(|block| block.text.contains("io.buildpacks"));
        blocks.next().expect("project.toml").text
    };
    assert_eq!(project(&readme), project(&details));
}

#[test]
fn every_project_toml_names_ours_last() {
    let mut seen = 0;
    for page in user_pages() {
        for block in page.blocks_in("toml") {
            if !block.text.contains("io.buildpacks") {
                continue;
            }
            let project: toml::Table = block.text.parse().unwrap();
            assert_eq!(project["_"]["schema-version"].as_str(), Some("0.2"), "{}", block.place);
            let group = project["io"]["buildpacks"]["group"].as_array().unwrap();
            let uri = group.last().and_then(|last| last["uri"].as_str()).unwrap();
            assert!(uri.contains("/review-data-cnb-"), "{}: {uri}", block.place);
            let before = group.iter().filter_map(|one| one.get("id")?.as_str());
            assert!(before.collect::<Vec<_>>().contains(&"heroku/procfile"), "{}", block.place);
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}

#[test]
fn pack_build_names_the_apps_directory_and_what_the_script_makes() {
    let page = read("docs/getting-started.md");
    let blocks = page.blocks_in("sh");
    let block = blocks.iter().find(|block| block.text.contains("pack build")).expect("pack build");
    let words: Vec<&str> = block.text.split_whitespace().filter(|word| *word != "\\").collect();
    let after = |option: &str| {
        let values = words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1]);
        values.collect::<Vec<_>>()
    };
    // Without --path, pack builds the directory that it is started in, which is not the app's.
    assert_eq!(after("--path").len(), 1, "{}", block.text);
    // The checkout is cloned there, packages itself, and ours is the last of the buildpacks.
    assert!(block.text.contains("git clone") && words.contains(&"review-data/scripts/package"));
    assert_eq!(after("--buildpack").last(), Some(&"review-data/packaged/cnb"));
    let package = include_str!("../../scripts/package");
    assert!(package.contains("to=$root/packaged") && package.contains("cnb=$to/cnb"));
}

#[test]
fn every_release_that_is_named_is_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let mut seen = 0;
    for page in user_pages() {
        for rest in page.text.split("releases/download/v").skip(1) {
            let line = rest.lines().next().unwrap_or_default();
            assert!(rest.starts_with(version), "{}: {line}", page.path);
            let file = line.split(['"', ' ']).next().unwrap();
            assert!(file.contains(&format!("-{version}")), "{}: {file}", page.path);
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen}");
}

#[test]
fn readme_keeps_the_two_commands() {
    let page = read("README.md");
    let blocks = page.blocks_in("sh");
    let block = blocks.iter().find(|block| block.text.contains("scripts/demo")).unwrap();
    let commands = block.text.lines().map(|line| line.split('#').next().unwrap().trim());
    assert_eq!(commands.collect::<Vec<_>>(), ["scripts/demo", "scripts/test"]);
    let lines = page.text.lines().count();
    assert!(lines <= 165, "README is {lines} lines: move details to docs/");
}
