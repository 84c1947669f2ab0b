//! A load that a server fails in a way that passes begins again, from a fresh snapshot. What a standby
//! cancels is in `soak.rs`.

use crate::support::{
    AppDir, Cut, Forwarder, OWNER, Outcome, OwnProduction, OwnServer, READER, Running, Source,
    Target, Tool, clients, eventually, fingerprint, servers,
};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// Starts a load, and waits until a session that a load has on this database is in the middle of
/// this.
fn started(tool: Tool, at_work: impl Fn() -> bool) -> Running {
    let mut run = tool.start();
    eventually("the load is in the middle", || !run.is_running() || at_work());
    assert!(run.is_running(), "the load was over before its middle:\n{}", run.wait());
    run
}

/// A production that tests disturb, one at a time.
fn production() -> MutexGuard<'static, OwnProduction> {
    static PRODUCTION: OnceLock<Mutex<OwnProduction>> = OnceLock::new();
    let production = PRODUCTION.get_or_init(|| Mutex::new(OwnProduction::with_standbys(1, "30s")));
    production.lock().unwrap_or_else(PoisonError::into_inner)
}

const SHOP: &str = "
    create table orders (id int primary key, note text);
    create table items (id int primary key, order_id int not null references orders);
    insert into orders select i, md5(i::text) from generate_series(1, 60) i;
    insert into items select i, 1 + i % 60 from generate_series(1, 200) i;
";

const LARGE: &str = "
    create table accounts (id int primary key, name text not null);
    create table entries (id int primary key, account_id int not null references accounts, note text);
    create index on entries (account_id);
    insert into accounts select i, 'account ' || i from generate_series(1, 5000) i;
    insert into entries select i, 1 + i % 5000, repeat(md5(i::text), 6)
        from generate_series(1, 100000) i;
";

/// What an undisturbed load of this source gives.
fn undisturbed(source: &Source) -> BTreeMap<String, String> {
    let target = Target::reused();
    Tool::subset(&source.url(), &target.url(), "1.0").run().succeeded();
    let rows = fingerprint(&target);
    target.drop();
    rows
}

#[test]
fn a_session_on_the_source_that_is_ended_is_no_end_of_the_load() {
    let source = Source::from_sql(LARGE);
    let complete = undisturbed(&source);
    let target = Target::reused();
    let standby = source.on_standby();
    let of_ours = "from pg_stat_activity where datname = current_database() \
         and application_name = 'review-data' and query like 'copy%'";
    let at_work = || standby.ask(&format!("select count(*) {of_ours}")) != "0";
    let run = started(Tool::subset(&source.url(), &target.url(), "1.0"), at_work);
    standby.run(&format!("select pg_terminate_backend(pid) {of_ours}"));
    let outcome = run.wait().succeeded();
    let outcome = outcome.saying("the load begins again (retry 1 of 5): ");
    // what the server said goes to the statement that ran, which may be another one
    let why = ["terminating connection due to administrator command", "is lost"];
    assert!(why.iter().any(|why| outcome.says(why)), "{outcome}");
    assert_eq!(fingerprint(&target), complete, "{outcome}");
}

#[test]
fn a_source_that_goes_away_once_its_rows_are_read_is_no_loss() {
    let source = Source::from_sql(SHOP);
    let standby = source.on_standby();
    let ours = "from pg_stat_activity where datname = current_database() \
         and application_name = 'review-data'";
    for max_size in [None, Some(Tool::ENOUGH)] {
        let target = Target::empty();
        let load = || match max_size {
            Some(size) => Tool::within(&source.url(), &target.url(), size),
            None => Tool::subset(&source.url(), &target.url(), "1.0"),
        };
        load().run().succeeded();
        // the record is written last, and waits for us
        let before_the_end = target.superuser();
        before_the_end.run("begin; lock table review_data.load in share mode");
        let mut run = load().argument("--replace").start();
        let waiting = "select count(*) from pg_locks where not granted \
             and relation = 'review_data.load'::regclass";
        let looking = target.superuser();
        eventually("the record waits", || !run.is_running() || looking.ask(waiting) != "0");
        let held = standby.ask(&format!("select count(*) {ours} and backend_xmin is not null"));
        standby.run(&format!("select pg_terminate_backend(pid) {ours}"));
        before_the_end.run("commit");
        let outcome = run.wait().succeeded().not_saying("begins again");
        // a budget may need another attempt, so its snapshot is kept until it has judged
        assert_eq!(held == "0", max_size.is_none(), "{held}: {outcome}");
        target.drop();
    }
}

#[test]
fn a_session_on_the_target_that_is_ended_is_no_end_of_the_load() {
    let source = Source::from_sql(LARGE);
    let complete = undisturbed(&source);
    let target = Target::reused();
    let there = target.superuser();
    let of_ours = "from pg_stat_activity where datname = current_database() \
         and application_name = 'review-data' and query like 'copy%'";
    let at_work = || there.ask(&format!("select count(*) {of_ours}")) != "0";
    let run = started(Tool::subset(&source.url(), &target.url(), "1.0"), at_work);
    there.run(&format!("select pg_terminate_backend(pid) {of_ours}"));
    let outcome = run.wait().succeeded().saying("the load begins again (retry 1 of 5): ");
    assert_eq!(fingerprint(&target), complete, "{outcome}");
}

#[test]
fn a_standby_that_restarts_in_the_middle_is_no_end_of_the_load() {
    let production = production();
    production.create("restarted", LARGE);
    let target = Target::reused();
    let standby = &production.standbys[0];
    let session = standby.superuser("restarted");
    let at_work = || {
        let copies = "select count(*) from pg_stat_activity where query like 'copy%' \
             and application_name = 'review-data'";
        session.ask(copies) != "0"
    };
    let source = standby.url(&READER, "restarted");
    let run = started(Tool::subset(&source, &target.url(), "1.0"), at_work);
    standby.restart(Duration::from_secs(1));
    run.wait().succeeded().saying("the load begins again (retry 1 of 5): ");
    assert_eq!(target.ask("select count(*) from entries"), "100000");
}

#[test]
fn a_role_without_a_free_connection_is_waited_for() {
    let production = production();
    production.create("limited", SHOP);
    production.primary.superuser("postgres").run("alter role reader connection limit 2");
    production.replayed();
    let target = Target::reused();
    let source = production.standbys[0].url(&READER, "limited");
    let another = production.standbys[0].session(&READER, "limited");
    let mut run = Tool::subset(&source, &target.url(), "0.1").start();
    eventually("pg_dump finds no connection", || {
        !run.is_running() || run.has_said("the load begins again (retry 1 of 5)")
    });
    drop(another);
    production.primary.superuser("postgres").run("alter role reader connection limit 5");
    run.wait().succeeded().saying("too many connections");
    assert_eq!(target.ask("select count(*) from items"), "20");
}

/// The server's words are in its own language.
#[test]
fn a_pg_dump_that_a_server_refuses_in_another_language_is_run_again() {
    let source = Source::from_sql(SHOP);
    let target = Target::reused();
    let said = "connection to server at \"192.0.2.1\", port 5432 failed: FATAL:  zu viele \
        Verbindungen für Rolle »reader«";
    let app = AppDir::empty().with(
        "pg_dump",
        &format!(
            "#!/bin/sh\ncase $* in *--version*) exec {0}/pg_dump --version;; esac\n\
             env > \"$(dirname \"$0\")/env\"\n\
             if mkdir \"$(dirname \"$0\")/refused\" 2>/dev/null; then\n\
             echo 'pg_dump: error: {said}' >&2; exit 1; fi\nexec {0}/pg_dump \"$@\"\n",
            clients().display()
        ),
    );
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(app.path().join("pg_dump"), executable).expect("permissions");
    let path = format!("{}:/usr/bin:/bin", app.path().display());
    let tool = Tool::subset(&source.url(), &target.url(), "0.1").env("PATH", path);
    let outcome = tool.env("STRIPE_KEY", "a-secret").env("PGSERVICE", "elsewhere").run();
    outcome.succeeded().saying("the load begins again (retry 1 of 5): ").saying("zu viele");
    // pg_dump has its connection and nothing of the app's
    let environment = app.read("env").expect("what pg_dump had");
    let names = environment.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
    let others: Vec<&str> = names
        .filter(|name| {
            !name.starts_with("PG") && !["PATH", "LC_ALL", "PWD", "_", "SHLVL"].contains(name)
        })
        .collect();
    assert_eq!(others, Vec::<&str>::new());
    assert!(!environment.contains("elsewhere"), "{environment}");
    assert_eq!(target.ask("select count(*) from items"), "20");
}

#[test]
fn a_schema_change_on_the_primary_is_waited_for() {
    let production = production();
    production.create("changed", SHOP);
    let change = production.primary.superuser("changed");
    change.run("begin");
    change.run("alter table orders add column placed date");
    production.primary.superuser("postgres").run("create table flushed ()");
    production.replayed();
    let target = Target::reused();
    let source = production.standbys[0].url(&READER, "changed");
    let mut run = Tool::subset(&source, &target.url(), "0.1").start();
    eventually("the lock was waited for in vain", || {
        !run.is_running() || run.has_said("the load begins again (retry 1 of 5)")
    });
    change.run("commit");
    run.wait().succeeded();
    assert_eq!(target.ask("select count(placed) || ' ' || count(*) from orders"), "0 6");
}

/// The target through a forwarder that cuts the connection once.
fn cut_load(cut: Cut) -> (Outcome, Target) {
    let source = Source::from_sql(
        "create table a (id int primary key); insert into a select generate_series(1, 1000)",
    );
    let target = Target::reused();
    let forwarder = Forwarder::cutting(servers().target.port, cut);
    let port = servers().target.port.to_string();
    let through = target.url().replace(&port, &forwarder.port.to_string());
    let outcome = Tool::subset(&source.url(), &through, "1.0").run();
    (outcome, target)
}

#[test]
fn a_load_whose_commit_was_not_answered_is_not_done_again() {
    let (outcome, target) = cut_load(Cut::Answer("commit\0"));
    let outcome = outcome.succeeded().not_saying("begins again (retry");
    outcome.saying("the target's record says that the load is complete");
    assert_eq!(target.ask("select count(*) from a"), "1000");
    assert_eq!(target.ask("select count(*) from review_data.load"), "1");
}

#[test]
fn a_load_whose_commit_did_not_arrive_is_done_again() {
    for cut in [Cut::Before("commit\0"), Cut::Silently("commit\0")] {
        let (outcome, target) = cut_load(cut);
        outcome.succeeded().saying("the load begins again (retry 1 of 5): cannot commit");
        assert_eq!(target.ask("select count(*) from a"), "1000");
        assert_eq!(target.ask("select count(*) from review_data.load"), "1");
    }
}

/// The record that is there before is not taken for the new one.
#[test]
fn a_replacement_whose_commit_was_cut_is_decided_by_its_own_record() {
    for (cut, again) in [(Cut::Answer("commit\0"), false), (Cut::Before("commit\0"), true)] {
        let source = Source::from_sql(
            "create table a (id int primary key); insert into a select generate_series(1, 1000)",
        );
        let target = Target::reused();
        Tool::subset(&source.url(), &target.url(), "1.0").run().succeeded();
        source.change("insert into a values (2000)");
        let forwarder = Forwarder::cutting(servers().target.port, cut);
        let port = servers().target.port.to_string();
        let through = target.url().replace(&port, &forwarder.port.to_string());
        let tool = Tool::subset(&source.url(), &through, "1.0").argument("--replace");
        let outcome = tool.run().succeeded();
        assert_eq!(outcome.says("the load begins again (retry 1 of 5)"), again, "{outcome}");
        assert_eq!(target.ask("select count(*) from a"), "1001", "{outcome}");
    }
}

#[test]
fn a_session_that_the_target_does_not_know_to_be_lost_is_ended_there() {
    let (outcome, target) = cut_load(Cut::Silently("copy "));
    let outcome = outcome.succeeded().saying("the load begins again (retry 1 of 5): ");
    outcome.not_saying("another run is filling the target");
    assert_eq!(target.ask("select count(*) from a"), "1000");
}

#[test]
fn a_target_that_restarts_in_the_middle_is_no_end_of_the_load() {
    let source = Source::from_sql(LARGE);
    let target = OwnServer::with_files(&[], "");
    let server = &target.server;
    let admin = server.superuser("postgres");
    admin.run("create database review owner app_owner");
    drop(admin);
    let session = server.superuser("review");
    let at_work = || {
        let copies = "select count(*) from pg_stat_activity where query like 'copy%' \
             and application_name = 'review-data'";
        session.ask(copies) != "0"
    };
    let url = server.url(&OWNER, "review");
    let run = started(Tool::subset(&source.url(), &url, "1.0"), at_work);
    server.restart(Duration::from_secs(1));
    run.wait().succeeded().saying("the load begins again (retry 1 of 5): ");
    assert_eq!(server.superuser("review").ask("select count(*) from entries"), "100000");
}

/// The session that asks whose database it is, and the one that takes the lock.
#[test]
fn a_set_up_waits_for_a_target_without_a_free_connection() {
    for free in [0, 1] {
        let target = Target::reused();
        let limit = |limit: i32| {
            target
                .superuser()
                .run(&format!("alter database {} connection limit {limit}", target.name));
        };
        let others: Vec<_> = (free..2).map(|_| target.as_owner()).collect();
        limit(2);
        let mut run = Tool::new(["release"])
            .env("DATABASE_URL", target.url())
            .env("REVIEWAPP", "1")
            .env("REVIEW_DATA_SOURCE_URL", Source::shared(SHOP).url())
            .start();
        eventually("it finds no connection", || {
            !run.is_running() || run.has_said("trying again (retry 1 of 5): cannot connect to the")
        });
        drop(others);
        limit(-1);
        run.wait().succeeded().saying("too many connections for database");
        assert_eq!(target.ask("select count(*) from items"), "200");
    }
}

#[test]
fn a_plan_waits_for_a_source_without_a_free_connection() {
    let source = Source::from_sql(SHOP);
    source.change(&format!("alter database {} connection limit 0", source.name));
    let mut run = Tool::new(["plan", &source.url(), "0.5"]).start();
    eventually("it finds no connection", || {
        !run.is_running() || run.has_said("trying again (retry 1 of 5): cannot connect to the")
    });
    source.change(&format!("alter database {} connection limit -1", source.name));
    run.wait().succeeded().saying("items");
}
