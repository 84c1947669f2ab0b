//! Time limits of the migrations' statements, and who stands in their way.

use super::{MIGRATES, Shop};
use crate::support::{AppDir, OWNER, Target, Tool, servers};

const ALTERS: &str = "[migrate]\nlock_timeout = \"200ms\"\n\
    command = \"psql -X -q -v ON_ERROR_STOP=1 -c 'alter table users add nickname text' $DATABASE_URL\"\n";

struct Busy {
    database: Target,
    dir: AppDir,
}

impl Busy {
    fn new(config: &str) -> Self {
        let database = Target::reused();
        database.run("create table users (id int)");
        Busy { database, dir: AppDir::empty().with("review-data.toml", config) }
    }

    fn release(&self) -> Tool {
        let tool = Tool::new(["release"]).in_dir(&self.dir).env("HEROKU_APP_NAME", "shop");
        tool.env("DATABASE_URL", self.database.url())
    }

    fn is_migrated(&self) -> bool {
        self.database.ask("select count(*) from pg_attribute where attname = 'nickname'") == "1"
    }
}

#[test]
fn a_migration_that_waits_for_a_lock_is_tried_again() {
    let busy = Busy::new(ALTERS);
    let app = busy.database.as_owner();
    app.run("set application_name = 'web.1'; begin; select 'secret-of-a-query' from users");
    let pid = app.ask("select pg_backend_pid()");
    let run = busy.release().start();
    crate::support::eventually("it is in the way", || run.has_said("Running the command again"));
    app.run("commit");
    let outcome = run.wait().succeeded().not_saying("secret-of-a-query");
    let told = "a lock was not had within 0.2 s (lock_timeout): in the way was pid";
    let outcome = outcome.saying(&format!("{told} {pid} (web.1), idle in transaction, its last"));
    assert!(outcome.says("canceling statement due to lock timeout"), "the output is live");
    assert!(busy.is_migrated());
}

#[test]
fn a_lock_that_is_never_had_fails_the_release_and_names_who_holds_it() {
    let busy = Busy::new(ALTERS);
    let app = busy.database.superuser();
    app.run("set application_name = 'nightly report'; begin; select from users");
    let pid = app.ask("select pg_backend_pid()");
    let outcome = busy.release().run().failed(1);
    let outcome = outcome.saying("in each of 4 runs").saying(&format!("pid {pid} (nightly"));
    let outcome = outcome.saying("of another role").saying("end what is in the way");
    assert_eq!(outcome.all.matches("canceling statement").count(), 4, "{outcome}");
    assert!(!busy.is_migrated());
}

#[test]
fn under_maintenance_the_app_is_put_back_after_the_last_try() {
    let config = MIGRATES.replace("create table migrated ()", "alter table users add migrated int");
    let shop =
        Shop::with_config(&config.replace("[migrate]", "[migrate]\nlock_timeout = \"100ms\""));
    let before = shop.heroku.shown();
    shop.database.run("create table users (id int)");
    let app = shop.database.as_owner();
    app.run("begin; select from users");
    shop.release().run().failed(1).saying("in each of 4 runs").saying("shop is restored");
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note());
}

#[test]
fn limits_are_handed_on_beside_what_pgoptions_holds() {
    let show = "[migrate]\nlock_timeout = \"5s\"\nstatement_timeout = \"10min\"\n\
        command = \"psql -X -A -t -c 'show lock_timeout' -c 'show statement_timeout' \
        -c 'show application_name' -c 'show work_mem' $DATABASE_URL\"\n";
    let busy = Busy::new(show);
    let outcome = busy.release().env("PGOPTIONS", "-c work_mem=7MB").run().succeeded();
    outcome.saying("\n5s\n10min\npsql\n7MB\n");
    // in review apps too
    busy.database.run("create table alembic_version (version_num text)");
    let review = busy.release().env("REVIEWAPP", "1").env("REVIEW_DATA_ADOPT", "1");
    let outcome = review.run().succeeded();
    outcome.saying("\n5s\n10min\n");
}

#[test]
fn a_statement_that_takes_too_long_is_not_tried_again() {
    let busy = Busy::new(
        "[migrate]\nlock_timeout = \"5s\"\nstatement_timeout = \"100ms\"\n\
         command = \"psql -X -v ON_ERROR_STOP=1 -c 'select pg_sleep(60)' $DATABASE_URL\"\n",
    );
    let outcome = busy.release().run().failed(1).saying("due to statement timeout");
    outcome.not_saying("again in");
}

#[test]
fn where_nobody_can_be_seen_the_migration_runs_all_the_same() {
    // a database that lets us in only once
    let busy = Busy::new(ALTERS);
    let gone = servers().target.url(&OWNER, "no_such_database");
    let config = ALTERS.replace("[migrate]", "[target]\nurl = \"ELSEWHERE\"\n[migrate]");
    std::fs::write(busy.dir.path().join("review-data.toml"), config).expect("a file");
    let outcome = busy.release().env("ELSEWHERE", gone).run().succeeded();
    outcome.saying("warning: who holds locks cannot be seen");
    assert!(busy.is_migrated());
}
