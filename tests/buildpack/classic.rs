//! Classic Heroku: what compile leaves in the slug and what release prints, at any place in the
//! list of buildpacks.

use crate::apps::App;
use crate::list::{StandIn, Step, build};
use crate::package::{Run, Slug, classic_tree, package};
use std::path::Path;
use std::process::Command;

#[test]
fn detect_says_our_name_and_nothing_else() {
    let slug = Slug::of(&App::empty());
    let output = slug.script(&package().classic, "detect").output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "Review data\n");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn compile_leaves_the_tool_its_settings_and_the_processes() {
    let app = App::plain().with("Procfile", "web: w\nrelease: bin/migrate | tee log\n");
    let slug = Slug::of(&app);
    let before = slug.files();
    let run = slug.compile().succeeded();
    let mut shown = run.output;
    for (path, content) in slug.files() {
        if before.get(&path) != Some(&content) {
            shown = format!("{}\n\n== {path}\n{content}", shown.trim_end());
        }
    }
    insta::assert_snapshot!(shown.trim_end());
    let version = Run::of(&mut slug.dyno_running("review-data --version", "/usr/bin:/bin"));
    version.succeeded();
}

#[test]
fn release_prints_yaml_with_the_types_that_are_ours() {
    let slug = Slug::of(&App::plain());
    slug.compile().succeeded();
    let run = Run::of(&mut slug.script(&package().classic, "release")).succeeded();
    insta::assert_snapshot!(run.output, @r"
    ---
    default_process_types:
      release: review-data release
      postdeploy: review-data postdeploy
    ");
    let own = App::plain().with("Procfile", "release: a && review-data release\npostdeploy: b\n");
    let slug = Slug::of(&own);
    slug.compile().succeeded();
    let run = Run::of(&mut slug.script(&package().classic, "release")).succeeded();
    insta::assert_snapshot!(run.output, @r"
    ---
    default_process_types: {}
    ");
}

#[test]
fn config_vars_are_read_as_files_and_win_at_run_time_too() {
    let app = App::plain().with("Procfile", "release: bin/migrate\n");
    let name = "REVIEW_DATA_MIGRATE_COMMAND";
    let slug = Slug::of(&app).with_config_var(name, "bin/other\n");
    slug.compile().succeeded().saying("Migration command: bin/other").saying("config var");
    let slug = Slug::of(&app);
    slug.compile().succeeded();
    let mut dyno = slug.dyno_running(&format!("echo ${name}"), "/usr/bin:/bin");
    assert_eq!(Run::of(dyno.env(name, "bin/other")).succeeded().output, "bin/other\n");
}

/// Like Ruby's or Node's: default types, and no Procfile made.
const WITH_DEFAULTS: StandIn = StandIn { compile: "true", release: "echo 'web: default-server'" };

/// Like Go's: makes a Procfile where the app has none.
const WITH_PROCFILE: StandIn = StandIn {
    compile: "[ -f Procfile ] || echo 'web: go-server' >Procfile",
    release: "echo '--- {}'",
};

#[test]
fn it_works_first_in_the_middle_and_last() {
    let (procfile, defaults) = (Step::Theirs(&WITH_PROCFILE), Step::Theirs(&WITH_DEFAULTS));
    for order in [
        [Step::Ours, procfile, defaults],
        [procfile, Step::Ours, defaults],
        [procfile, defaults, Step::Ours],
    ] {
        let app = App::plain().with("Procfile", "web: own-server\nrelease: bin/migrate\n");
        let types = build(&app, &[], &order).types;
        assert_eq!(types["web"], "own-server");
        assert_eq!(types["release"], "review-data release");
        assert_eq!(types["postdeploy"], "review-data postdeploy");
    }
}

#[test]
fn an_app_json_that_lists_other_buildpacks_is_warned_of_outside_review_apps() {
    let lacking = r#"{"buildpacks": [{"url": "heroku/python"}], "scripts": {"postdeploy":
        "review-data postdeploy"}, "env": {"REVIEW_DATA_SOURCE_URL": {}}}"#;
    let slug = Slug::of(&App::plain().with("app.json", lacking));
    let run = slug.compile().succeeded();
    insta::assert_snapshot!(run.output.split_once(" !  ").unwrap().1.trim_end());
    let none = lacking.replace("\"buildpacks\": [{\"url\": \"heroku/python\"}],", "");
    let slug = Slug::of(&App::plain().with("app.json", none));
    slug.compile().succeeded().saying("app.json lists no buildpacks");
    let review = Slug::of(&App::plain().with("app.json", lacking));
    let review = review.with_config_var("HEROKU_PR_NUMBER", "7");
    review.compile().succeeded().not_saying("lack review-data");
}

#[test]
fn switched_off_nothing_is_done_and_no_program_is_looked_for() {
    for value in ["false", " No\n", "0", ""] {
        let slug = Slug::of(&App::plain()).with_config_var("BP_REVIEW_DATA", value);
        let before = slug.files();
        // a checkout without programs, which it would have to build
        let checkout = tempfile::tempdir().unwrap();
        classic_tree(checkout.path());
        let run = Run::of(&mut slug.script(checkout.path(), "compile"));
        run.succeeded().saying("Switched off by BP_REVIEW_DATA");
        assert_eq!(slug.files(), before);
        let release = Run::of(&mut slug.script(checkout.path(), "release"));
        assert_eq!(release.succeeded().output, "--- {}\n");
    }
    let slug = Slug::of(&App::plain()).with_config_var("BP_REVIEW_DATA", "true");
    slug.compile().succeeded().not_saying("Switched off");
}

#[test]
fn the_scripts_are_short_and_valid() {
    for name in ["detect", "compile", "release", "programs"] {
        let path = Path::new(crate::package::ROOT).join("bin").join(name);
        let run = Run::of(Command::new("bash").arg("-n").arg(path));
        run.succeeded();
    }
}
