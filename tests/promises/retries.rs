//! A load that a server fails in a way that passes begins again, from a fresh snapshot; one that
//! fails for good says what would help.

use crate::support::{
    AppDir, Cut, Forwarder, OWNER, Outcome, OwnProduction, OwnServer, READER, Running, Source,
    Target, Tool, eventually, fingerprint, servers,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A load of it takes about two seconds.
const SHOP: &str = "
    create table customers (id int primary key, name text not null);
    create table orders (id int primary key, customer_id int not null references customers);
    create table items (id int primary key, order_id int not null references orders, note text);
    create index on orders (customer_id);
    create index on items (order_id);
    create table churn (n int);
    insert into churn values (1);
    insert into customers select i, md5(i::text) from generate_series(1, 20000) i;
    insert into orders select i, 1 + i % 20000 from generate_series(1, 60000) i;
    insert into items select i, 1 + i % 60000, repeat(md5(i::text), 4)
        from generate_series(1, 200000) i;
";

const SHOP_ROWS: &str = "select (select count(*) from customers) || ' ' ||
    (select count(*) from orders) || ' ' || (select count(*) from items)";

/// Writes and vacuums on the primary, again and again, until it is dropped.
struct Churn {
    over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Churn {
    fn every(interval: Duration, production: &OwnProduction, database: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let session = production.primary.superuser(database);
        let until = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut next = Instant::now();
            while !until.load(Ordering::SeqCst) {
                if Instant::now() >= next {
                    next = Instant::now() + interval;
                    session.run("update churn set n = n + 1");
                    session.run("vacuum churn");
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        Churn { over, thread: Some(thread) }
    }
}

impl Drop for Churn {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn patience(time: &str) -> AppDir {
    AppDir::empty().with("review-data.toml", &format!("[source]\npatience = \"{time}\"\n"))
}

/// Starts a load, and waits until a session that a load has on this database is in the middle of
/// this.
fn started(tool: Tool, at_work: impl Fn() -> bool) -> Running {
    let mut run = tool.start();
    eventually("the load is in the middle", || !run.is_running() || at_work());
    assert!(run.is_running(), "the load was over before its middle:\n{}", run.wait());
    run
}

#[test]
fn loads_from_a_standby_that_vacuums_cancel_succeed() {
    let production = OwnProduction::with_standbys(1, "1s");
    production.create("shop", SHOP);
    let source = production.standbys[0].url(&READER, "shop");
    let load = || {
        let target = Target::empty();
        let begun = Instant::now();
        let outcome = Tool::subset(&source, &target.url(), "1.0").run().succeeded();
        assert_eq!(target.ask(SHOP_ROWS), "20000 60000 200000");
        target.drop();
        (begun.elapsed(), outcome.says("the load begins again (retry 1 of 5)"))
    };
    // two seconds on an idle machine: on a busy one the primary vacuums less often, too
    let (alone, _) = load();
    let _churn = Churn::every(Duration::from_secs(5).max(alone * 5 / 2), &production, "shop");
    let long = std::env::var_os("REVIEW_DATA_LONG").is_some();
    let loads = if long { 20 } else { 4 };
    let again = (0..loads).filter(|_| load().1).count();
    println!("{loads} loads, {again} of them began again; one alone takes {alone:?}");
    assert!(!long || again > 0, "no load was cancelled");
}

#[test]
fn a_standby_that_cancels_every_read_is_given_up_with_advice() {
    let production = OwnProduction::with_standbys(1, "100ms");
    production.create("shop", SHOP);
    let _churn = Churn::every(Duration::from_millis(200), &production, "shop");
    let target = Target::empty();
    let source = production.standbys[0].url(&READER, "shop");
    let begun = Instant::now();
    let outcome =
        Tool::subset(&source, &target.url(), "1.0").in_dir(&patience("60s")).run().failed(1);
    assert!(begun.elapsed() < Duration::from_secs(60), "within the patience:\n{outcome}");
    let outcome = outcome
        .saying("the load begins again (retry 1 of 5): ")
        .saying("; the standby ")
        .saying("conflict with recovery");
    for advice in [
        "hot_standby_feedback = off",
        "max_standby_streaming_delay = 100ms",
        "off-peak",
        "this was attempt 6",
    ] {
        assert!(words(&outcome).contains(advice), "{advice}:\n{outcome}");
    }
    assert_eq!(target.contents(), Vec::<String>::new());

    let app = patience("0s");
    let outcome = Tool::subset(&source, &target.url(), "1.0").in_dir(&app).run().failed(1);
    let outcome = outcome.not_saying("begins again (retry");
    assert!(words(&outcome).contains("[source] patience = 0 s"), "{outcome}");
}

/// Lines are broken at 80 columns.
fn words(outcome: &Outcome) -> String {
    outcome.all.split_whitespace().collect::<Vec<_>>().join(" ")
}

const LARGE: &str = "
    create table accounts (id int primary key, name text not null);
    create table entries (id int primary key, account_id int not null references accounts, note text);
    create index on entries (account_id);
    insert into accounts select i, 'account ' || i from generate_series(1, 5000) i;
    insert into entries select i, 1 + i % 5000, repeat(md5(i::text), 6)
        from generate_series(1, 200000) i;
";

/// What an undisturbed load of this source gives.
fn undisturbed(source: &Source) -> BTreeMap<String, String> {
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "1.0").run().succeeded();
    let rows = fingerprint(&target);
    target.drop();
    rows
}

#[test]
fn a_session_on_the_source_that_is_ended_is_no_end_of_the_load() {
    let source = Source::from_sql(LARGE);
    let complete = undisturbed(&source);
    let target = Target::empty();
    let standby = source.on_standby();
    let of_ours = "from pg_stat_activity where datname = current_database() \
         and application_name = 'review-data' and query like 'copy%'";
    let at_work = || standby.ask(&format!("select count(*) {of_ours}")) != "0";
    let run = started(Tool::subset(&source.url(), &target.url(), "1.0"), at_work);
    standby.run(&format!("select pg_terminate_backend(pid) {of_ours}"));
    let outcome = run.wait().succeeded();
    let outcome = outcome.saying("the load begins again (retry 1 of 5): ");
    let outcome = outcome.saying("terminating connection due to administrator command");
    assert_eq!(fingerprint(&target), complete, "{outcome}");
}

#[test]
fn a_session_on_the_target_that_is_ended_is_no_end_of_the_load() {
    let source = Source::from_sql(LARGE);
    let complete = undisturbed(&source);
    let target = Target::empty();
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
    let production = OwnProduction::with_standbys(1, "30s");
    production.create("shop", LARGE);
    let target = Target::empty();
    let standby = &production.standbys[0];
    let session = standby.superuser("shop");
    let at_work = || {
        let copies = "select count(*) from pg_stat_activity where query like 'copy%' \
             and application_name = 'review-data'";
        session.ask(copies) != "0"
    };
    let source = standby.url(&READER, "shop");
    let run = started(Tool::subset(&source, &target.url(), "1.0"), at_work);
    standby.restart(Duration::from_secs(1));
    run.wait().succeeded().saying("the load begins again (retry 1 of 5): ");
    assert_eq!(target.ask("select count(*) from entries"), "200000");
}

#[test]
fn a_role_without_a_free_connection_is_waited_for() {
    let production = OwnProduction::with_standbys(1, "30s");
    production.create("shop", SHOP);
    production.primary.superuser("postgres").run("alter role reader connection limit 1");
    production.replayed();
    let target = Target::empty();
    let source = production.standbys[0].url(&READER, "shop");
    let mut run = Tool::subset(&source, &target.url(), "0.1").start();
    eventually("pg_dump finds no connection", || {
        !run.is_running() || run.has_said("the load begins again (retry 1 of 5)")
    });
    production.primary.superuser("postgres").run("alter role reader connection limit 5");
    run.wait().succeeded().saying("too many connections");
    assert_eq!(target.ask("select count(*) from items"), "20000");
}

#[test]
fn a_schema_change_on_the_primary_is_waited_for() {
    let production = OwnProduction::with_standbys(1, "30s");
    production.create("shop", SHOP);
    let change = production.primary.superuser("shop");
    change.run("begin");
    change.run("alter table orders add column placed date");
    production.primary.superuser("postgres").run("create table flushed ()");
    production.replayed();
    let target = Target::empty();
    let source = production.standbys[0].url(&READER, "shop");
    let mut run = Tool::subset(&source, &target.url(), "0.1").start();
    eventually("the lock was waited for in vain", || {
        !run.is_running() || run.has_said("the load begins again (retry 1 of 5)")
    });
    change.run("commit");
    run.wait().succeeded();
    assert_eq!(target.ask("select count(placed) || ' ' || count(*) from orders"), "0 6000");
}

/// The target through a forwarder that cuts the connection once.
fn cut_load(cut: Cut) -> (Outcome, Target) {
    let source = Source::from_sql(
        "create table a (id int primary key); insert into a select generate_series(1, 1000)",
    );
    let target = Target::empty();
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
        let target = Target::empty();
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
    assert_eq!(server.superuser("review").ask("select count(*) from entries"), "200000");
}
