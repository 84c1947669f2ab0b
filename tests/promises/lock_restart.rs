//! A server that restarts while a run holds the lock, and while a run waits for it.

use crate::support::{AppDir, OWNER, OwnServer, Tool, eventually};
use std::time::Duration;

const WAITS: &str = "[migrate]\ncommand = '''echo begun >> begun
    until test -e go -o ! -e review-data.toml; do sleep 0.05; done; echo ended >> ended'''\n";

#[test]
fn a_server_that_restarts_ends_neither_who_holds_the_lock_nor_who_waits_for_it() {
    let target = OwnServer::with_files(&[], "");
    let server = &target.server;
    server.superuser("postgres").run("create database review owner app_owner");
    let app = AppDir::empty().with("review-data.toml", WAITS);
    let release = || {
        Tool::new(["release"])
            .in_dir(&app)
            .env("DATABASE_URL", server.url(&OWNER, "review"))
            .env("HEROKU_APP_NAME", "shop-pr-7")
            .env("REVIEWAPP", "1")
            .env("REVIEW_DATA_ADOPT", "1")
    };
    server.superuser("review").run("create table users (id int)");

    let run = release().start();
    eventually("the migration is at work", || app.read("begun").is_some());
    server.restart(Duration::from_millis(300));
    eventually("the run has the lock again", || run.has_said("the lock is ours again"));
    std::fs::write(app.path().join("go"), "").expect("a file");
    let outcome = run.wait().succeeded();
    assert_eq!(app.read("ended").as_deref(), Some("ended\n"), "{outcome}");

    let other = server.session(&OWNER, "review");
    other.run("select pg_advisory_lock(32199706509669473)");
    let run = release().start();
    eventually("it waits", || run.has_said("another run is at work on the database"));
    server.restart(Duration::from_millis(300));
    let outcome = run.wait().succeeded().saying("the other run has ended");
    assert_eq!(app.read("ended").as_deref(), Some("ended\nended\n"), "{outcome}");
    drop(other);
}
