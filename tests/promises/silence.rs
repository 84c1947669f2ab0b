//! A server that stops answering: a load waits for one at work, and for no other. The limit of two
//! minutes is twice the `tcp_user_timeout` of the URL, and each test's URL has a short one.

use crate::support::{
    AppDir, Cut, Forwarder, Outcome, Running, Source, Target, Tool, clients, eventually,
    processes_of, servers,
};
use std::os::unix::fs::PermissionsExt as _;
use std::thread;
use std::time::{Duration, Instant};

/// Silence is noticed after 0.8 s, and a server that lets nobody in after another second.
const SOON: &str = "?tcp_user_timeout=400&connect_timeout=1";

const SHOP: &str = "
    create table orders (id int primary key, note text);
    create table items (id int primary key, order_id int not null references orders);
    insert into orders select i, 'qwzx ' || i from generate_series(1, 60) i;
    insert into items select i, 1 + i % 60 from generate_series(1, 200) i;
";

fn impatient() -> AppDir {
    AppDir::empty().with("review-data.toml", "[source]\npatience = \"0s\"\n")
}

/// The source and the target, each through a forwarder that may do something at a text.
struct Between {
    target: Target,
    source_url: String,
    target_url: String,
    source_forwarder: Forwarder,
    target_forwarder: Forwarder,
}

impl Between {
    fn new(source: Option<Cut>, target: Option<Cut>, parameters: &str) -> Self {
        let forwarder = |port: u16, cut: Option<Cut>| match cut {
            Some(cut) => Forwarder::cutting(port, cut),
            None => Forwarder::new(move |_| port),
        };
        let (standby, there) = (servers().standby.port, servers().target.port);
        let source_forwarder = forwarder(standby, source);
        let target_forwarder = forwarder(there, target);
        let target = Target::reused();
        let source_url = source_forwarder.before(&Source::shared(SHOP).url(), standby) + parameters;
        let target_url = target_forwarder.before(&target.url(), there) + parameters;
        Between { target, source_url, target_url, source_forwarder, target_forwarder }
    }

    fn subset(&self) -> Tool {
        Tool::subset(&self.source_url, &self.target_url, "1")
    }
}

#[test]
fn a_connection_whose_answer_is_lost_is_given_up_and_the_load_begins_again() {
    let cases = [
        // while rows are read; while they are written; while the COMMIT is awaited
        (Some(Cut::Swallowed("copy (")), None),
        (None, Some(Cut::Swallowed("copy \"public\""))),
        (None, Some(Cut::Swallowed("commit\0"))),
        // in pg_dump's own connection
        (Some(Cut::Swallowed("LOCK TABLE ")), None),
    ];
    let load = |(source, target): (Option<Cut>, Option<Cut>)| {
        let between = Between::new(source, target, SOON);
        let outcome = between.subset().run().succeeded();
        let cut = [&between.source_forwarder, &between.target_forwarder];
        assert!(cut.iter().any(|forwarder| forwarder.has_cut()), "{outcome}");
        assert_eq!(between.target.ask("select count(*) from items"), "200");
        outcome.saying("the load begins again (retry 1 of 5): ").saying("is lost")
    };
    thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || load(case));
        }
    });
}

#[test]
fn a_server_that_answers_nobody_ends_the_run() {
    let swallowed = |text| Some(Cut::AllSwallowed(text));
    let silent = |outcome: Outcome, side: &str| {
        outcome.failed(1).saying(&format!("the {side} has not answered for")).saying("proxy")
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let (between, app) = (Between::new(swallowed("copy ("), None, SOON), impatient());
            silent(between.subset().in_dir(&app).run(), "source");
            assert!(between.target.contents().is_empty());
        });
        scope.spawn(|| {
            let cut = swallowed("copy \"public\"");
            let (between, app) = (Between::new(None, cut, SOON), impatient());
            silent(between.subset().in_dir(&app).run(), "target");
            between.target_forwarder.cut_all();
            eventually("the target is as it was", || between.target.contents().is_empty());
        });
        scope.spawn(|| {
            let between = Between::new(None, None, SOON);
            between.source_forwarder.mute();
            let app = impatient();
            let plan = Tool::new(["plan", &between.source_url, "1"]).in_dir(&app).run();
            plan.failed(1).saying("the server did not answer within 1 s");
        });
        scope.spawn(|| {
            let (between, app) = (Between::new(None, swallowed("commit\0"), SOON), impatient());
            let outcome = between.subset().in_dir(&app).run().failed(1);
            outcome.saying("cannot tell whether the load was committed");
        });
        scope.spawn(|| {
            // the schema's reader, and then nobody, gets an answer
            let (between, app) = (Between::new(swallowed("LOCK TABLE "), None, SOON), impatient());
            let outcome = between.subset().in_dir(&app).run().failed(1);
            assert!(
                outcome.says("does not answer") || outcome.says("has not answered"),
                "{outcome}"
            );
        });
    });
}

/// The index takes the target seconds. The source is idle meanwhile.
#[test]
fn a_server_at_work_is_waited_for_and_an_idle_one_is_left_alone() {
    let source = Source::from_sql(
        "create function slow(int) returns int immutable language plpgsql as
            'begin perform pg_catalog.pg_sleep(0.15); return $1; end';
        create table a (id int primary key);
        insert into a select generate_series(1, 12);
        create index on a (slow(id));",
    );
    let target = Target::reused();
    let (source_url, target_url) = (source.url() + SOON, target.url() + SOON);
    let outcome = Tool::subset(&source_url, &target_url, "1").run().succeeded();
    let outcome = outcome.saying("the target has not answered for").saying("at work on it (creat");
    outcome.not_saying("the source has not answered").not_saying("begins again (retry");
    // and a source at work
    let app = AppDir::empty().with(
        "review-data.toml",
        "[tables.a]\nwhere = \"id > (select count(pg_sleep(2)) from (values (1)) as v) - 1\"\n",
    );
    let plan = Tool::new(["plan", &source_url, "1"]).in_dir(&app).run().succeeded();
    plan.saying("the source has not answered for").saying("at work on it; waiting");
}

/// Sends SIGTERM, and says how long the end took.
fn stopped(run: Running, what: &str) -> Outcome {
    let group = run.group();
    let begun = Instant::now();
    run.signal("TERM");
    let outcome = run.wait();
    let took = begun.elapsed();
    println!("{what}: ended {took:?} after SIGTERM");
    assert!(took < Duration::from_secs(5), "{what}: {took:?}\n{outcome}");
    eventually("nothing that the tool started is left", || processes_of(group).is_empty());
    outcome.failed(1).saying("stopped by SIGTERM")
}

#[test]
fn a_signal_ends_a_wait_for_a_silent_server() {
    let swallowed = |text| Some(Cut::AllSwallowed(text));
    let caught = |between: &Between, tool: Tool, what: &str| {
        let mut run = tool.start();
        eventually("the cut", || {
            !run.is_running()
                || between.source_forwarder.has_cut()
                || between.target_forwarder.has_cut()
        });
        thread::sleep(Duration::from_millis(100));
        stopped(run, what)
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let between = Between::new(swallowed("copy ("), None, "");
            let outcome = caught(&between, between.subset(), "a silent source");
            outcome.saying("the target is as it was");
        });
        scope.spawn(|| {
            let between = Between::new(None, swallowed("copy \"public\""), "");
            let outcome = caught(&between, between.subset(), "a silent target");
            outcome.saying("whether the load was complete is unknown");
        });
        scope.spawn(|| {
            let between = Between::new(None, swallowed("commit\0"), "");
            let outcome = caught(&between, between.subset(), "a COMMIT that is not answered");
            outcome.saying("whether the load was complete is unknown");
        });
        scope.spawn(|| {
            let between = Between::new(swallowed("LOCK TABLE "), None, "");
            caught(&between, between.subset(), "a silent pg_dump");
        });
        scope.spawn(|| {
            let between = Between::new(None, None, "");
            between.source_forwarder.mute();
            let mut run = Tool::new(["plan", &between.source_url, "1"]).start();
            eventually("it connects", || !run.is_running() || between.source_forwarder.came() > 0);
            stopped(run, "connecting to a silent source");
        });
        scope.spawn(|| {
            let between = Between::new(None, None, "");
            between.target_forwarder.mute();
            let mut run = between.subset().start();
            eventually("it connects", || !run.is_running() || between.target_forwarder.came() > 0);
            stopped(run, "connecting to a silent target");
        });
    });
}

/// What a lock is on, the statements that take it on the primary, and whether it must be waited for.
const LOCKS: [(&str, &str, bool); 8] = [
    ("a table", "lock table a in access exclusive mode", true),
    ("a partition", "lock table p1 in access exclusive mode", true),
    ("a parent of inheritance", "lock table only parent in access exclusive mode", true),
    ("an index", "reindex index a_pkey", false),
    ("a sequence", "alter sequence s rename to other", false),
    ("a view", "lock table v in access exclusive mode", false),
    ("a catalogue", "lock table pg_catalog.pg_constraint in access exclusive mode", true),
    ("a catalogue of sizes", "lock table pg_catalog.pg_index in access exclusive mode", true),
];

/// Row 1 of what was seen: the standby replays the lock, and readers waited forever.
#[test]
fn a_lock_on_the_primary_is_not_waited_for_forever() {
    let long = std::env::var_os("REVIEW_DATA_LONG").is_some();
    let app = impatient();
    thread::scope(|scope| {
        for (what, lock, must_wait) in LOCKS
            .iter()
            .filter(|(what, ..)| long || ["a table", "a partition", "a catalogue"].contains(what))
        {
            let app = &app;
            scope.spawn(move || {
                let source = Source::from_sql(
                    "create table a (id int primary key, note text);
                    create table p (id int primary key) partition by range (id);
                    create table p1 partition of p for values from (0) to (100);
                    create table parent (id int);
                    create table child () inherits (parent);
                    create sequence s;
                    create view v as select id from a;
                    insert into a select generate_series(1, 50);
                    insert into p select generate_series(1, 50);",
                );
                let holder = source.primary();
                holder.run("begin");
                holder.run(lock);
                // a lock is on its way with the next record that is flushed
                servers().primary.superuser("postgres").run("checkpoint");
                source.replayed();
                let target = Target::reused();
                let begun = Instant::now();
                let runs = [
                    Tool::subset(&source.url(), &target.url(), "1").in_dir(app).start(),
                    Tool::new(["plan", &source.url(), "1"]).in_dir(app).start(),
                ];
                for run in runs {
                    let outcome = run.wait();
                    let took = begun.elapsed();
                    println!("{what}: exit {:?} after {took:?}", outcome.code());
                    assert!(took < Duration::from_secs(60), "{what}: {took:?}\n{outcome}");
                    if *must_wait {
                        assert_eq!(outcome.code(), Some(1), "{what}: {outcome}");
                    }
                    if outcome.code() != Some(0) {
                        let words = outcome.all.split_whitespace().collect::<Vec<_>>().join(" ");
                        let remedies =
                            ["schema change on the source", "the server did not answer within"];
                        assert!(remedies.iter().any(|remedy| words.contains(remedy)), "{outcome}");
                        if !what.starts_with("a catalogue") {
                            assert!(words.contains("a lock on public."), "{outcome}");
                        }
                    }
                }
                holder.run("rollback");
            });
        }
    });
}

/// Row 9 of what was seen: a `pg_dump` that prints forever.
#[test]
fn a_pg_dump_that_prints_forever_ends_the_load() {
    let app = AppDir::empty().with(
        "pg_dump",
        &format!(
            "#!/bin/sh\ncase $* in *--version*) yes;; esac\nexec {}/pg_dump \"$@\"\n",
            clients().display()
        ),
    );
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(app.path().join("pg_dump"), executable).expect("permissions");
    let path = format!("{}:/usr/bin:/bin", app.path().display());
    let target = Target::reused();
    let tool = Tool::subset(&Source::shared(SHOP).url(), &target.url(), "1").env("PATH", path);
    tool.run().failed(1).saying("it printed more than 1 MB");
}
