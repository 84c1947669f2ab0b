//! Poolers in transaction mode are refused by what they do, whatever they are called.

use crate::support::{AppDir, OWNER, Outcome, PgBouncer, READER, Source, Target, Tool, servers};

const PRODUCTION: &str = "
    create table users (id int primary key, name text not null);
    insert into users select i, 'qwzx user ' || i from generate_series(1, 100) i;
";

/// What a pooler takes of our settings: none of them reaches the server.
const TAKES_NOTHING: &str = "ignore_startup_parameters = options\n";

/// The server gives every session the settings that we ask for, as if the pooler passed them on.
fn with_our_settings(database: &Target) {
    database
        .superuser()
        .run(&format!("alter database {0} set synchronize_seqscans = off", database.name));
}

/// Which session of the server the pooler hands out is a matter of moments: two of ours share one, or
/// one of ours gets another.
const SHARED_OR_MOVED: &str = "it leads to a connection pooler (";

#[track_caller]
fn refused(outcome: Outcome, how: &str) {
    let outcome = outcome.failed(1).saying("it leads to a connection pooler");
    let text = outcome.all.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(how), "{how:?}:\n{outcome}");
    assert!(text.contains("direct URL"), "{outcome}");
}

#[test]
fn a_target_behind_a_pooler_in_transaction_mode_is_refused() {
    let source = Source::shared(PRODUCTION);
    let modes = ["", "default_pool_size = 1\n", "server_round_robin = 1\nmin_pool_size = 5\n"];
    for mode in modes {
        let target = Target::reused();
        with_our_settings(&target);
        let settings = format!("pool_mode = transaction\n{TAKES_NOTHING}{mode}");
        let pooler = PgBouncer::before(&servers().target, &settings);
        let url = pooler.url(&OWNER, &target.name);
        let outcome = Tool::subset(&source.url(), &url, "0.5").run();
        refused(outcome, "(");
        assert_eq!(target.contents(), Vec::<String>::new(), "{mode}");
    }
}

#[test]
fn a_busy_pooler_in_transaction_mode_is_refused_too() {
    let source = Source::shared(PRODUCTION);
    let target = Target::reused();
    with_our_settings(&target);
    let settings = format!("pool_mode = transaction\n{TAKES_NOTHING}default_pool_size = 8\n");
    let pooler = PgBouncer::before(&servers().target, &settings);
    let url = pooler.url(&OWNER, &target.name);
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let config: tokio_postgres::Config = url.parse().expect("a URL");
            let over = &over;
            scope.spawn(move || {
                let session = crate::support::Session::open(&config);
                while !over.load(std::sync::atomic::Ordering::Relaxed) {
                    session.run("select pg_sleep(0.002)");
                }
            });
        }
        for _ in 0..5 {
            refused(Tool::subset(&source.url(), &url, "0.5").run(), "(");
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(target.contents(), Vec::<String>::new());
}

#[test]
fn a_pooler_that_drops_our_settings_is_refused_on_both_sides() {
    let source = Source::shared(PRODUCTION);
    let target = Target::reused();
    for mode in ["transaction", "session"] {
        let settings = format!("pool_mode = {mode}\n{TAKES_NOTHING}");
        let pooler = PgBouncer::before(&servers().target, &settings);
        let outcome = Tool::subset(&source.url(), &pooler.url(&OWNER, &target.name), "0.5").run();
        refused(outcome, "the settings of the session are not passed on to the server");
        let pooler = PgBouncer::before(&servers().standby, &settings);
        let outcome = Tool::subset(&pooler.url(&READER, &source.name), &target.url(), "0.5").run();
        refused(outcome, "the settings of the session are not passed on to the server");
    }
}

#[test]
fn a_source_behind_a_pooler_in_transaction_mode_is_refused() {
    let source = Source::from_sql(PRODUCTION);
    let target = Target::reused();
    source.change(&format!(
        "alter database {0} set synchronize_seqscans = off;
         alter database {0} set default_transaction_read_only = on",
        source.name
    ));
    let settings = format!("pool_mode = transaction\n{TAKES_NOTHING}");
    let pooler = PgBouncer::before(&servers().standby, &settings);
    let url = pooler.url(&READER, &source.name);
    refused(Tool::subset(&url, &target.url(), "0.5").run(), SHARED_OR_MOVED);
    let outcome = Tool::new(["plan", &url, "0.5"]).run();
    refused(outcome, SHARED_OR_MOVED);
}

#[test]
fn a_release_behind_a_pooler_in_transaction_mode_is_refused_before_it_migrates() {
    let target = Target::reused();
    with_our_settings(&target);
    let settings = format!("pool_mode = transaction\n{TAKES_NOTHING}");
    let pooler = PgBouncer::before(&servers().target, &settings);
    let app = AppDir::empty().with("review-data.toml", "[migrate]\ncommand = \"touch migrated\"\n");
    let run = Tool::new(["release"]).in_dir(&app).env("REVIEWAPP", "1");
    let outcome = run.env("DATABASE_URL", pooler.url(&OWNER, &target.name)).run();
    refused(outcome, SHARED_OR_MOVED);
    assert_eq!(app.read("migrated"), None);
}

#[test]
fn a_pooler_in_session_mode_that_keeps_our_settings_is_a_target_like_any() {
    let source = Source::shared(PRODUCTION);
    let target = Target::reused();
    with_our_settings(&target);
    let settings = format!("pool_mode = session\n{TAKES_NOTHING}");
    let pooler = PgBouncer::before(&servers().target, &settings);
    let url = pooler.url(&OWNER, &target.name);
    Tool::subset(&source.url(), &url, "0.5").run().succeeded();
    assert_eq!(target.ask("select count(*) from users"), "50");
}
