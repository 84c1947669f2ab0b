//! bin/build: its decisions, its output, and the files that it writes.

use crate::apps::App;
use crate::package::{Lifecycle, script};

fn two_frameworks() -> App {
    App::plain().with("knexfile.js", "module.exports = { client: 'pg' };\n")
}

#[test]
fn the_configuration_wins_and_needs_no_default() {
    let app = App::plain().with("review-data.toml", "[migrate]\ncommand = \"bin/migrate\"\n");
    let built = Lifecycle::new().build(&app).succeeded();
    assert_eq!(built.default_command(), None);
    insta::assert_snapshot!(built.shown());
}

#[test]
fn the_procfiles_own_release_is_wrapped_with_its_shell_semantics() {
    let app = App::plain().with("Procfile", "release: a | tee log && b \"$X\"; c # 'd'\nweb: w\n");
    let built = Lifecycle::new().with_group(&["heroku/procfile", "review-data/review-data"]);
    let built = built.build(&app).succeeded();
    assert_eq!(built.default_command().as_deref(), Some("a | tee log && b \"$X\"; c # 'd'"));
    insta::assert_snapshot!(built.shown());
}

#[test]
fn a_procfile_buildpack_after_us_is_told_with_the_remedy() {
    let app = App::plain().with("Procfile", "release: rake \"db:migrate\"\n");
    let group = Lifecycle::new().with_group(&["review-data/review-data", "heroku/procfile"]);
    insta::assert_snapshot!(group.build(&app).succeeded().run.output.trim());
}

#[test]
fn without_a_group_file_the_danger_is_told_as_one() {
    let app = App::plain().with("Procfile", "release: bin/migrate\n");
    let run = Lifecycle::new().build(&app).succeeded().run;
    run.saying("A Procfile buildpack after this one would replace our release");
}

#[test]
fn nothing_is_said_of_the_order_where_it_does_no_harm() {
    for (group, procfile) in [
        (["heroku/procfile", "review-data/review-data"], "release: bin/migrate\n"),
        (["heroku/python", "review-data/review-data"], "release: bin/migrate\n"),
        (["review-data/review-data", "heroku/procfile"], "release: review-data release\n"),
        (["review-data/review-data", "heroku/procfile"], "web: bin/server\n"),
    ] {
        let app = App::plain().with("Procfile", procfile);
        let run = Lifecycle::new().with_group(&group).build(&app).succeeded().run;
        run.not_saying("Warning");
    }
}

#[test]
fn a_release_line_that_calls_us_is_kept_word_for_word() {
    let line = "bin/prepare && review-data release";
    let app = App::plain().with("Procfile", format!("release: {line}\n"));
    let built = Lifecycle::new().build(&app).succeeded();
    assert_eq!(built.process("release").unwrap(), ["bash", "-c", line]);
    assert_eq!(built.default_command().as_deref(), Some("alembic upgrade head"));
}

#[test]
fn an_apps_own_postdeploy_is_left_alone_and_that_is_said() {
    let app = App::plain().with("Procfile", "web: w\npostdeploy: bin/seed\n");
    let built = Lifecycle::new().build(&app).succeeded();
    assert_eq!(built.process("postdeploy"), None);
    insta::assert_snapshot!(built.run.output.trim());
}

#[test]
fn a_configured_command_that_puts_the_procfiles_aside_is_said() {
    let app = App::plain()
        .with("review-data.toml", "[migrate]\ncommand = \"bin/migrate\"\n")
        .with("Procfile", "release: bin/other\n");
    let group = Lifecycle::new().with_group(&["heroku/procfile", "review-data/review-data"]);
    insta::assert_snapshot!(group.build(&app).succeeded().run.output.trim());
}

#[test]
fn two_frameworks_are_warned_of_with_the_lines_to_write() {
    let built = Lifecycle::new().build(&two_frameworks());
    insta::assert_snapshot!(built.shown());
}

#[test]
fn what_says_which_framework_settles_it() {
    let framework = two_frameworks().with("review-data.toml", "[migrate]\nframework = \"knex\"\n");
    let built = Lifecycle::new().build(&framework).succeeded();
    assert_eq!(built.default_command().as_deref(), Some("npx knex migrate:latest"));

    let procfile = two_frameworks().with("Procfile", "release: bin/migrate\n");
    let built = Lifecycle::new().build(&procfile).succeeded();
    assert_eq!(built.default_command().as_deref(), Some("bin/migrate"));

    let command = two_frameworks().with("review-data.toml", "[migrate]\ncommand = \"x\"\n");
    assert_eq!(Lifecycle::new().build(&command).succeeded().default_command(), None);

    let variable = Lifecycle::new().with_variable("REVIEW_DATA_MIGRATE_COMMAND", "bin/migrate");
    let built = variable.build(&two_frameworks()).succeeded();
    // the launch does not get the build's variable
    assert_eq!(built.default_command().as_deref(), Some("bin/migrate"));
    built.run.saying("the config var REVIEW_DATA_MIGRATE_COMMAND");
}

#[test]
fn other_buildpacks_are_heard() {
    let plan = "[[entries]]\nname = \"review-data\"\n\n[[entries]]\nname = \"review-data\"\n[entries.metadata]\ncommand = \"bin/from-the-plan\"\n";
    let built = Lifecycle::new().with_plan(plan).build(&two_frameworks()).succeeded();
    assert_eq!(built.default_command().as_deref(), Some("bin/from-the-plan"));
    built.run.saying("asked for by another buildpack");

    let unknown = plan.replace("command", "comand");
    let built = Lifecycle::new().with_plan(&unknown).build(&App::plain());
    insta::assert_snapshot!(built.shown());

    let contradiction =
        format!("{plan}[[entries]]\nname = \"review-data\"\n[entries.metadata]\ncommand = \"b\"\n");
    let built = Lifecycle::new().with_plan(&contradiction).build(&App::plain());
    built.run.failed(1).saying("two buildpacks ask for different migration commands");
}

#[test]
fn what_app_json_lacks_is_said() {
    let said = |app: App| Lifecycle::new().build(&app).succeeded().run.output;
    insta::assert_snapshot!("no_app_json", said(App::fixture("alembic")).trim());
    let lacks = App::fixture("alembic").with("app.json", r#"{"env": {"REVIEWAPP": "1"}}"#);
    insta::assert_snapshot!("app_json_without_postdeploy", said(lacks).trim());
    let other = App::fixture("alembic").with(
        "app.json",
        r#"{"scripts": {"postdeploy": "rake db:seed"}, "env": {"HEROKU_POSTGRESQL_PINK_URL": {}}}"#,
    );
    insta::assert_snapshot!("app_json_with_another_postdeploy", said(other).trim());
}

#[test]
fn the_source_that_the_configuration_names_must_be_declared() {
    let config = "[source]\nurl = \"PRODUCTION_URL\"\n";
    let app = App::plain().with("review-data.toml", config);
    let run = Lifecycle::new().build(&app).succeeded().run;
    run.saying("Its env does not name PRODUCTION_URL");
}

#[test]
fn an_absent_or_old_pg_dump_is_said() {
    let empty = tempfile::tempdir().unwrap();
    let path = empty.path().display().to_string();
    let run = Lifecycle::new().with_path(path.clone()).build(&App::plain()).succeeded().run;
    run.saying("No pg_dump in the build image");
    script(&empty.path().join("pg_dump"), "echo 'pg_dump (PostgreSQL) 15.18'");
    let path = format!("{path}:/usr/bin:/bin");
    let run = Lifecycle::new().with_path(path).build(&App::plain()).succeeded().run;
    run.saying("pg_dump 15 is older than PostgreSQL 18");
}

#[test]
fn an_app_without_migrations_builds_and_is_told() {
    let app =
        App::empty().with("review-data.toml", "").with("app.json", crate::apps::GOOD_APP_JSON);
    let built = Lifecycle::new().build(&app).succeeded();
    assert_eq!(built.default_command(), None);
    built.run.saying("No migration command");
}

#[test]
fn a_rebuild_over_the_same_layers_gives_the_same() {
    let app = App::plain().with("Procfile", "release: bin/migrate\n");
    let built = Lifecycle::new().build(&app).succeeded();
    let before = built.written();
    let changed =
        app.with("Procfile", "web: w\n").with("review-data.toml", "[migrate]\ncommand = \"x\"\n");
    let after = built.again(&changed).succeeded();
    assert_eq!(after.default_command(), None, "the default of before is gone");
    let back = changed.with("Procfile", "release: bin/migrate\n").with("review-data.toml", "");
    assert_eq!(after.again(&back).succeeded().written(), before);
}
