//! Classic Heroku: what compile leaves in the slug and what release prints, at any place in the
//! list of buildpacks.

use crate::apps::App;
use crate::package::{Run, Slug, package, script};
use std::collections::BTreeMap;
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

#[test]
fn languages_that_make_a_procfile_of_their_own_are_not_disturbed() {
    for (file, language) in [("go.mod", "Go"), ("Shop.csproj", ".NET")] {
        let slug = Slug::of(&App::plain().with(file, "module shop\n"));
        slug.compile().succeeded().saying(&format!("{language}'s buildpack"));
        assert_eq!(slug.read("Procfile"), None);
    }
}

/// Another buildpack: a script for compile and what its release prints.
struct Other {
    compile: &'static str,
    release: &'static str,
}

/// Like Ruby's or Node's: default types, and no Procfile made.
const WITH_DEFAULTS: Other = Other { compile: "true", release: "web: default-server" };

/// Like Go's: a Procfile where there is none.
const WITH_PROCFILE: Other = Other {
    compile: "[ -f \"$1/Procfile\" ] || echo 'web: go-server' >\"$1/Procfile\"",
    release: "",
};

/// The process types of an app after a build: the Procfile's, and of the last buildpack's default
/// types those that the Procfile lacks.
fn process_types(app: &App, buildpacks: &[Option<&Other>]) -> BTreeMap<String, String> {
    let slug = Slug::of(app);
    let home = tempfile::tempdir().unwrap();
    let mut defaults = String::new();
    for buildpack in buildpacks {
        if let Some(other) = buildpack {
            script(&home.path().join("compile"), other.compile);
            let mut compile = Command::new(home.path().join("compile"));
            Run::of(compile.arg(slug.path())).succeeded();
            other.release.clone_into(&mut defaults);
        } else {
            slug.compile().succeeded();
            defaults = Run::of(&mut slug.script(&package().classic, "release")).succeeded().output;
        }
    }
    let types = |text: &str| -> BTreeMap<String, String> {
        text.lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, command)| (name.trim().to_owned(), command.trim().to_owned()))
            .collect()
    };
    let mut all = types(&defaults);
    all.extend(types(&slug.read("Procfile").unwrap_or_default()));
    all
}

#[test]
fn it_works_first_in_the_middle_and_last() {
    let orders: &[&[Option<&Other>]] = &[
        &[None, Some(&WITH_PROCFILE), Some(&WITH_DEFAULTS)],
        &[Some(&WITH_PROCFILE), None, Some(&WITH_DEFAULTS)],
        &[Some(&WITH_PROCFILE), Some(&WITH_DEFAULTS), None],
    ];
    for order in orders {
        let app = App::plain().with("Procfile", "web: own-server\nrelease: bin/migrate\n");
        let types = process_types(&app, order);
        assert_eq!(types["web"], "own-server");
        assert_eq!(types["release"], "review-data release");
        assert_eq!(types["postdeploy"], "review-data postdeploy");
    }
}

#[test]
fn without_a_procfile_the_languages_own_types_stay() {
    // The language's buildpack is last, as Heroku asks for.
    let types = process_types(&App::plain(), &[None, Some(&WITH_DEFAULTS)]);
    assert_eq!(types["web"], "default-server");
    assert_eq!(types["release"], "review-data release");
    // Go's makes its Procfile, wherever we are.
    let go = || App::plain().with("go.mod", "module shop\n");
    assert_eq!(process_types(&go(), &[None, Some(&WITH_PROCFILE)])["web"], "go-server");
    let types = process_types(&go(), &[Some(&WITH_PROCFILE), None]);
    assert_eq!(types["web"], "go-server");
    assert_eq!(types["release"], "review-data release");
}

#[test]
fn the_scripts_are_short_and_valid() {
    for name in ["detect", "compile", "release", "programs"] {
        let path = Path::new(crate::package::ROOT).join("bin").join(name);
        let run = Run::of(Command::new("bash").arg("-n").arg(path));
        run.succeeded();
    }
}
