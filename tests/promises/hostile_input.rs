//! Names, files and connection strings that somebody made to harm, or by mistake.

use crate::support::{AppDir, Source, Target, Tool};
use std::fs::File;
use std::process::Command;

#[test]
fn a_name_forges_no_line_and_moves_no_cursor() {
    let source = Source::from_sql(
        "create table \"x\nerror: the target was dropped\" (id int primary key);
        create table \"y\u{1b}[2J\u{85}\u{202e}\" (id int primary key);
        insert into \"x\nerror: the target was dropped\" values (1);
        insert into \"y\u{1b}[2J\u{85}\u{202e}\" values (1);",
    );
    let target = Target::empty();
    let runs = [
        Tool::subset(&source.url(), &target.url(), "1").run().succeeded(),
        Tool::new(["plan", &source.url(), "1"]).run().succeeded(),
        Tool::new(["status", "--target", &target.url()]).run(),
        Tool::new(["plan", &source.url(), "1", "--format", "json"]).run().succeeded(),
        Tool::new(["status", "--target", "postgres://u@127.0.0.1:1/x\nerror: the target"]).run(),
        Tool::new(["plan", &source.url(), "1", "-T", "nothing"]).run().failed(2),
    ];
    for run in runs {
        assert!(!run.all.lines().any(|line| line.starts_with("error: the target")), "{run}");
        assert!(!run.all.contains(['\u{1b}', '\u{85}', '\u{202e}']), "{run}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let source = Source::from_sql("create table a (id int primary key)");
    let full = || File::options().write(true).open("/dev/full").expect("/dev/full");
    for arguments in [vec!["plan", &source.url(), "1"], vec!["--help"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_review-data"));
        let output = command.args(&arguments).stdout(full()).output().expect("the tool");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("error: cannot write the result to standard output"), "{told}");
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let source = Source::from_sql("create table a (id int primary key)");
    let pipe = |app: &AppDir, name: &str| {
        let made = Command::new("mkfifo").arg(app.path().join(name)).status();
        assert!(made.expect("mkfifo").success());
    };
    let app = AppDir::empty();
    for name in ["app.json", "Procfile", "package.json", "alembic.ini"] {
        pipe(&app, name);
    }
    Tool::new(["plan", &source.url(), "1"]).in_dir(&app).run().succeeded();
    let app = AppDir::empty();
    pipe(&app, "review-data.toml");
    let outcome = Tool::new(["plan", &source.url(), "1"]).in_dir(&app).run().failed(2);
    outcome.saying("it is not a regular file");
}

#[test]
fn the_first_of_many_mistakes_are_shown_and_the_rest_counted() {
    let app = AppDir::empty().with(
        "review-data.toml",
        &(0..30_000).fold(String::new(), |text, n| text + &format!("[tables.t{n}]\nrowz = 1\n")),
    );
    let outcome = Tool::new(["plan", "postgres://127.0.0.1:1/a", "1"]).in_dir(&app).run().failed(2);
    let outcome = outcome.saying("review-data.toml has 30000 mistakes").saying("and 29980 more");
    assert!(outcome.stderr.lines().count() < 100);
    let app = AppDir::empty().with("review-data.toml", &"#".repeat(1_000_001));
    let outcome = Tool::new(["plan", "postgres://127.0.0.1:1/a", "1"]).in_dir(&app).run().failed(2);
    outcome.saying("it has 1000001 bytes, and at most 1000000 are read");
}

#[test]
fn a_connection_string_that_cannot_be_valid_is_not_repeated() {
    for url in [
        "postgres://u:sec/RET@127.0.0.1:1/prod",
        "postgres://u:12/RET@127.0.0.1:1/prod",
        "postgres://u:12?RET=1@127.0.0.1:1/prod",
        "postgres://u:a@b/RET@127.0.0.1:1/prod",
        "postgres://u:a@127.0.0.1:1/prod postgres://u:RET@127.0.0.1:1/prod",
        "postgres://u:a@127.0.0.1:1/prod,postgres://u:RET@127.0.0.1:1/prod",
    ] {
        let outcome = Tool::new(["plan", url, "1"]).run().failed(2).not_saying("RET");
        outcome.saying("SOURCE cannot be used").saying("%2F for /");
    }
}
