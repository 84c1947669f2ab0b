//! What the documents and the example app say is so.

#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

use review_data::buildpack::AppJson;
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

#[test]
fn every_app_json_in_readme_sets_up_review_apps() {
    let blocks = blocks("json");
    let manifests: Vec<_> = blocks.iter().filter(|block| block.contains("postdeploy")).collect();
    assert!(manifests.len() >= 2, "README shows app.json: {blocks:?}");
    let mut listing = 0;
    for block in manifests {
        let manifest = AppJson::parse(block);
        assert_eq!(manifest.problems, [], "{block}");
        let postdeploy = manifest.postdeploy.as_ref().map(|postdeploy| postdeploy.script.as_str());
        assert_eq!(postdeploy, Some("review-data postdeploy"));
        assert!(manifest.variable("REVIEWAPP").is_some(), "{block}");
        assert!(manifest.variable("DATABASE_URL").is_none(), "{block}");
        // at the top level it would count for every app that is made from the file
        let json: serde_json::Value = serde_json::from_str(block).expect("valid JSON");
        assert_eq!(json.pointer("/env/REVIEWAPP"), None, "{block}");
        assert_eq!(json.pointer("/addons/0"), Some(&"heroku-postgresql".into()), "{block}");
        if let Some(buildpacks) = manifest.buildpacks {
            listing += 1;
            assert!(buildpacks[0].contains("/review-data-buildpack-"), "{buildpacks:?}");
            assert!(buildpacks.len() > 1, "the language's own too: {buildpacks:?}");
        }
    }
    assert_eq!(listing, 1, "the one for an app with the buildpack lists the buildpacks");
}

#[test]
fn pack_build_in_readme_names_the_apps_directory_and_what_the_script_makes() {
    let blocks = blocks("sh");
    let block = blocks.iter().find(|block| block.contains("pack build")).expect("pack build");
    let words: Vec<&str> = block.split_whitespace().filter(|word| *word != "\\").collect();
    let after = |option: &str| {
        let values = words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1]);
        values.collect::<Vec<_>>()
    };
    // Without --path, pack builds the directory that it is started in, which is not the app's.
    assert_eq!(after("--path").len(), 1, "{block}");
    // The checkout is cloned there, packages itself, and ours is the last of the buildpacks.
    assert!(
        block.contains("git clone") && words.contains(&"review-data/scripts/package"),
        "{block}"
    );
    assert_eq!(after("--buildpack").last(), Some(&"review-data/packaged/cnb"));
    let package = include_str!("../scripts/package");
    assert!(package.contains("to=$root/packaged") && package.contains("cnb=$to/cnb"));
}

#[test]
fn the_versions_in_readme_are_this_one() {
    let version = env!("CARGO_PKG_VERSION");
    let released = README.split("releases/download/v").skip(1);
    let mut seen = 0;
    for rest in released {
        assert!(rest.starts_with(version), "{}", rest.lines().next().unwrap_or_default());
        seen += 1;
    }
    assert!(seen >= 3, "the classic tarball twice, and the other one");
}
