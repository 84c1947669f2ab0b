//! Files as they should not be. A mistake in our own file fails both builds, which say where and what
//! to do and leave nothing half-written. What the platform itself accepts is a warning.

use crate::apps::App;
use crate::package::{Lifecycle, Slug};
use std::fs;

/// A name, and how the plain app is spoilt.
type Spoilt = (&'static str, fn(App) -> App);

/// What fails both builds.
const FATAL: &[Spoilt] = &[
    ("procfile_is_a_directory", |app| app.with("Procfile/keep", "")),
    ("procfile_that_cannot_be_read", |app| {
        // reading it is an error for everybody, root too
        std::os::unix::fs::symlink("/proc/self/mem", app.path().join("Procfile")).unwrap();
        app
    }),
    ("config_not_toml", |app| app.with("review-data.toml", "[migrate\ncommand = \"x\"\n")),
    ("config_with_an_unknown_key", |app| {
        app.with("review-data.toml", "[migrate]\ncomand = \"x\"\n")
    }),
    ("config_with_a_wrong_type", |app| app.with("review-data.toml", "[migrate]\ncommand = 7\n")),
    ("config_with_an_unknown_framework", |app| {
        app.with("review-data.toml", "[migrate]\nframework = \"alembik\"\n")
    }),
    ("config_with_a_framework_that_is_not_there", |app| {
        app.with("review-data.toml", "[migrate]\nframework = \"django\"\n")
    }),
    ("config_is_a_directory", |app| app.with("review-data.toml/keep", "")),
    ("config_is_a_dangling_link", |app| {
        std::os::unix::fs::symlink("nowhere", app.path().join("review-data.toml")).unwrap();
        app
    }),
    ("several_mistakes_at_once", |app| {
        app.with("Procfile", "web w\n").with("app.json", "[]\n").with("review-data.toml", "x = 1\n")
    }),
];

/// What the Procfile buildpack of Cloud Native Buildpacks refuses, and classic Heroku does not.
const STRICT: &[Spoilt] = &[
    ("procfile_without_colon", |app| {
        app.with("Procfile", "web: w\nrelease alembic upgrade head\n")
    }),
    ("procfile_with_a_name_of_two_words", |app| app.with("Procfile", "my web: w\n")),
    ("procfile_with_an_empty_command", |app| app.with("Procfile", "web: w\r\nrelease:\t\r\n")),
    ("procfile_without_a_name", |app| app.with("Procfile", ": w\n")),
    ("procfile_not_utf8", |app| app.with("Procfile", b"web: caf\xe9\n")),
    ("procfile_with_a_comment_of_another_language", |app| {
        app.with("Procfile", "// processes\nweb: w\n/* release: x */\n-- end\n")
    }),
    ("procfile_with_no_blank_before_the_colon_and_none_after", |app| {
        app.with("Procfile", "web: w\n=====\nrelease:\n")
    }),
    ("procfile_with_a_blank_before_the_colon", |app| {
        app.with("Procfile", "release : alembic upgrade head\n")
    }),
    ("procfile_with_a_command_of_the_heroku_cli", |app| {
        app.with("Procfile", "web: w\nheroku ps:scale web=1\n")
    }),
];

/// What fails no build.
const WARNED: &[Spoilt] = &[
    ("app_json_with_hash_comments", |app| {
        app.with(
            "app.json",
            "{\n  \"scripts\": {\n    \"postdeploy\": \"review-data postdeploy\" # once\n  }\n}\n",
        )
    }),
    ("app_json_with_slash_comments", |app| {
        app.with("app.json", "{\n  // review apps\n  \"env\": {\"URL\": \"https://x/#y\"}\n}\n")
    }),
    ("app_json_with_a_trailing_comma", |app| app.with("app.json", "{\n  \"name\": \"shop\",\n}\n")),
    ("app_json_with_single_quotes", |app| app.with("app.json", "{'name': 'shop'}\n")),
    ("app_json_cut_off", |app| app.with("app.json", "{\"scripts\": {\n")),
    ("app_json_empty", |app| app.with("app.json", "")),
    ("app_json_with_scripts_of_a_wrong_type", |app| {
        app.with("app.json", "{\n  \"scripts\": [\"review-data postdeploy\"]\n}\n")
    }),
    ("app_json_with_a_postdeploy_of_a_wrong_type", |app| {
        app.with("app.json", "{\"environments\": {\"review\": {\n  \"scripts\": {\"postdeploy\": {\"command\": \"x\"}}\n}}}\n")
    }),
    ("app_json_with_an_env_of_a_wrong_type", |app| {
        app.with("app.json", "{\"env\": [\"REVIEWAPP\"]}\n")
    }),
    ("a_manifest_of_the_language_is_broken", |app| {
        app.with("package.json", "{\"dependencies\": }\n")
    }),
    ("app_json_with_odd_values_everywhere", |app| {
        app.with(
            "app.json",
            "{\n  \"env\": {\"DEBUG\": true, \"WORKERS\": 2, \"HOSTS\": []},\n  \"addons\": null,\n  \"scripts\": {\"postdeploy\": \"review-data postdeploy\"}\n}\n",
        )
    }),
    ("app_json_with_a_postdeploy_of_null", |app| {
        app.with(
            "app.json",
            "{\"scripts\": {\"postdeploy\": null}, \"env\": {\"REVIEW_DATA_SOURCE_URL\": {}}}\n",
        )
    }),
    ("app_json_with_an_empty_postdeploy", |app| {
        app.with(
            "app.json",
            "{\"scripts\": {\"postdeploy\": \"  \"}, \"env\": {\"REVIEW_DATA_SOURCE_URL\": {}}}\n",
        )
    }),
    ("app_json_not_utf8", |app| app.with("app.json", b"{\"name\": \"caf\xe9\"}\n")),
    ("app_json_is_a_directory", |app| {
        fs::remove_file(app.path().join("app.json")).unwrap();
        app.with("app.json/keep", "")
    }),
    ("app_json_with_the_parents_database_and_a_near_miss", |app| {
        app.with(
            "app.json",
            "{\n  \"scripts\": {\"postdeploy\": \"review-data postdeploy\"},\n  \"env\": {\n    \"REVIEW_APP\": \"true\",\n    \"DATABASE_URL\": {\"required\": true},\n    \"REVIEW_DATA_SOURCE_URL\": {}\n  }\n}\n",
        )
    }),
];

fn shown(name: &str, built: &str, compiled: &str) {
    let shown = format!("{}\n---\n{}", built.trim(), compiled.trim_end());
    insta::with_settings!({ snapshot_suffix => name }, {
        insta::assert_snapshot!("told", shown);
    });
}

#[test]
fn both_builds_fail_clearly_and_write_nothing() {
    for (name, spoil) in FATAL {
        let app = spoil(App::plain());
        let built = Lifecycle::new().build(&app);
        assert_eq!(built.run.code, 1, "{name}: {}", built.run.output);
        assert_eq!(built.written().len(), 0, "{name}: {:?}", built.written());

        let slug = Slug::of(&app);
        let before = slug.files();
        let compiled = slug.compile().failed(1).saying("what to do: ");
        assert_eq!(slug.files(), before, "{name}");
        shown(name, &built.run.output, &compiled.output);
    }
}

#[test]
fn a_procfile_that_only_classic_heroku_accepts_fails_only_the_other_build() {
    for (name, spoil) in STRICT {
        let app = spoil(App::plain());
        let built = Lifecycle::new().build(&app);
        assert_eq!(built.run.code, 1, "{name}: {}", built.run.output);
        assert_eq!(built.written().len(), 0, "{name}: {:?}", built.written());
        let compiled = Slug::of(&app).compile().succeeded();
        shown(name, &built.run.output, &compiled.output);
        // a group without the Procfile buildpack does not read the file
        let group = Lifecycle::new().with_group(&["review-data/review-data"]);
        group.build(&app).succeeded().run.saying("the Procfile is not used");
    }
}

#[test]
fn what_heroku_accepts_is_a_warning() {
    for (name, spoil) in WARNED {
        let app = spoil(App::plain());
        let built = Lifecycle::new().build(&app).succeeded();
        let compiled = Slug::of(&app).compile().succeeded();
        shown(name, &built.run.output, &compiled.output);
    }
}

#[test]
fn bytes_that_are_not_utf8_stay_as_they_are() {
    let slug = Slug::of(&App::plain().with("Procfile", b"web: caf\xe9\n"));
    slug.compile().succeeded();
    let bytes = fs::read(slug.path().join("Procfile")).unwrap();
    assert!(bytes.starts_with(b"web: caf\xe9\nrelease: review-data release\n"));
}

#[test]
fn a_secret_in_a_broken_line_is_not_shown() {
    let line = "{\"env\": {\"SOURCE\": \"postgres://reader:s3cret@host/db\" \"X\": 1}}\n";
    let run = Lifecycle::new().build(&App::plain().with("app.json", line)).succeeded().run;
    run.not_saying("s3cret").saying("app.json:1:");
}

#[test]
fn a_secret_in_a_command_is_not_shown_and_reaches_the_process() {
    let command = "DB=postgres://owner:s3cret@host/db bin/migrate";
    let app = App::plain().with("Procfile", format!("release: {command}\n"));
    let built = Lifecycle::new().build(&app).succeeded();
    assert_eq!(built.default_command().as_deref(), Some(command));
    built.run.not_saying("s3cret").saying("postgres://owner:******@host/db");
    Slug::of(&app).compile().succeeded().not_saying("s3cret");
}

#[test]
fn a_build_directory_that_cannot_be_written_fails_the_build() {
    let app = App::plain().with("Procfile", "web: w\n").with(".profile.d", "a file in our way");
    let slug = Slug::of(&app);
    slug.compile().failed(1).saying("could not be written");
    assert_eq!(slug.read("Procfile").as_deref(), Some("web: w\n"), "the Procfile is edited last");
    let left = fs::read_dir(slug.path()).unwrap().filter_map(Result::ok);
    let left = left.filter(|entry| entry.file_name().to_string_lossy().ends_with("-new"));
    assert_eq!(left.count(), 0);
}
