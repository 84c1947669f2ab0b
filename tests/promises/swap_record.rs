//! What a swap may drop: what the load and the commands of the set-up left, as the record lists it.

use crate::support::{AppDir, Source, Target, Tool};
use review_data::catalog;
use review_data::load::lock_estimate;
use review_data::postgres::{SourceUrl, TargetUrl};

const SHOP: &str = "
    create schema shop;
    create type shop.state as enum ('new', 'paid');
    create table shop.users (id int primary key, name text not null, state shop.state);
    create table events (id bigserial, at date not null) partition by range (at);
    create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
    create function shop.total() returns bigint language sql as 'select count(*) from shop.users';
    create view shop.paid as select * from shop.users where state = 'paid';
    insert into shop.users select n, 'user ' || n, 'new' from generate_series(1, 50) n;
    insert into events (at) select date '2025-03-01' from generate_series(1, 10);
";

/// One object of each kind that an ordinary role can make.
const BY_HAND: &[(&str, &str)] = &[
    ("create table sessions (id int)", "table public.sessions"),
    ("create view recent as select * from events", "view public.recent"),
    ("create materialized view sums as select 1 as a", "materialized view public.sums"),
    ("create sequence numbers", "sequence public.numbers"),
    ("create function f(int) returns int language sql as 'select 1'", "function public.f(integer)"),
    ("create procedure p() language sql as 'select 1'", "procedure public.p()"),
    ("create aggregate agg(int) (sfunc = int4pl, stype = int)", "aggregate public.agg(integer)"),
    (
        "create operator @+@ (leftarg = int, rightarg = int, function = int4pl)",
        "operator public.@+@",
    ),
    ("create type pair as (a int, b int)", "type public.pair"),
    ("create type mood as enum ('ok')", "type public.mood"),
    ("create domain positive as int check (value > 0)", "type public.positive"),
    ("create collation german (locale = 'C')", "collation public.german"),
    (
        "create text search dictionary dict (template = simple)",
        "text search dictionary public.dict",
    ),
    ("create publication mine for table events", "publication mine"),
    ("create schema \"My Notes\"", "schema \"My Notes\""),
    ("select lo_create(0)", "1 large object"),
];

fn swap(source: &Source, target: &Target) -> Tool {
    Tool::subset(&source.url(), &target.url(), "1").argument("--replace")
}

fn loaded(source: &Source) -> Target {
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "1").run().succeeded();
    target
}

fn existing_replace() -> AppDir {
    AppDir::empty().with("review-data.toml", "[target]\nexisting = \"replace\"\n")
}

/// The names of a message, which is wrapped.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn objects_of_every_kind_that_the_record_does_not_list_stop_the_swap_and_are_named() {
    let source = Source::from_sql(SHOP);
    let target = loaded(&source);
    // what belongs to a table goes with it
    target.run(
        "create index by_hand on shop.users (name); alter table shop.users add other serial;
        create statistics more on id, name from shop.users;
        create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01')",
    );
    swap(&source, &target).run().succeeded();
    let loaded_at = target.ask("select loaded_at from review_data.load");
    for (sql, _) in BY_HAND {
        target.run(sql);
    }
    target.superuser().run("create publication of_others; select lo_create(0)");
    let refused = unwrapped(&swap(&source, &target).run().failed(1).saying("existing =").all);
    for (sql, name) in BY_HAND {
        assert!(refused.contains(name), "{sql}: {refused}");
    }
    for ours in ["users", "paid", "total", "events_2025", "shop.state", "of_others"] {
        assert!(!refused.contains(ours), "{ours}: {refused}");
    }
    assert_eq!(target.ask("select loaded_at from review_data.load"), loaded_at);
    let swapped = swap(&source, &target).in_dir(&existing_replace()).run().succeeded();
    let stays = "of another role, so these stay: publication of_others, 1 large object";
    let swapped = unwrapped(&swapped.saying(stays).all);
    for (sql, name) in BY_HAND {
        assert!(swapped.contains(name), "{sql}: {swapped}");
    }
    let fresh = loaded(&source);
    assert_eq!(target.contents(), fresh.contents());
    fresh.drop();
    target.drop();
}

/// A review app whose migrations and commands make objects.
struct App {
    dir: AppDir,
    source: Source,
    database: Target,
}

const CONFIG: &str = r#"
[subset]
fraction = 1.0
[migrate]
command = "sh step.sh migrate"
[postdeploy]
before = ["sh step.sh before"]
after = ["sh step.sh after"]
"#;

/// Makes objects, and then fails or hangs if the file of its name says so.
const STEP: &str = r#"
echo "$1" >> ran
psql -X -q -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "create table if not exists of_$1 (id serial);
    create or replace view v_$1 as select id from of_$1;
    create or replace function f_$1() returns int language sql as 'select 1'" 2>/dev/null || exit 4
if [ -f "fail_$1" ]; then rm "fail_$1"; exit 3; fi
if [ -f "hang_$1" ]; then rm "hang_$1"; while :; do sleep 0.02; done; fi
"#;

impl App {
    fn new() -> Self {
        let dir = AppDir::empty().with("review-data.toml", CONFIG).with("step.sh", STEP);
        App { dir, source: Source::from_sql(SHOP), database: Target::empty() }
    }

    fn run(&self, command: &[&str]) -> Tool {
        Tool::new(command.iter().copied())
            .in_dir(&self.dir)
            .env("DATABASE_URL", self.database.url())
            .env("HEROKU_APP_NAME", "shop-pr-7")
            .env("REVIEW_DATA_SOURCE_URL", self.source.url())
            .env("HEROKU_PR_NUMBER", "7")
    }

    fn swap(&self) -> Tool {
        self.run(&["postdeploy", "--replace"])
    }

    fn fault(&self, file: &str) {
        std::fs::write(self.dir.path().join(file), "").expect("a file");
    }

    fn state(&self) -> String {
        let outcome = self.run(&["status", "--format", "json"]).run().succeeded();
        let status: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        status["state"].as_str().expect("a state").to_owned()
    }
}

#[test]
fn what_commands_of_the_set_up_make_is_ours_and_what_was_there_before_them_is_not() {
    let app = App::new();
    app.run(&["postdeploy"]).run().succeeded();
    // a migration that fails, and one that is killed, leave objects, too
    app.database.run("drop table of_migrate, of_after cascade; drop function f_migrate, f_after");
    app.fault("fail_migrate");
    app.run(&["release"]).run().failed(1);
    app.swap().run().succeeded();
    app.fault("hang_migrate");
    app.database.run("drop table of_migrate cascade");
    let mut run = app.run(&["release"]).start();
    crate::support::eventually("the migration hangs", || {
        !run.is_running() || !app.dir.path().join("hang_migrate").exists()
    });
    run.signal("KILL");
    run.wait();
    app.swap().run().succeeded();
    // by hand, before another run of the migrations
    app.database.run("create view mine as select 1");
    app.run(&["release"]).run().succeeded();
    let refused = app.swap().run().failed(1).saying("view public.mine");
    refused.not_saying("of_").not_saying("v_").not_saying("f_");
    app.database.run("drop view mine");
    app.swap().run().succeeded();
}

#[test]
fn after_a_swap_whose_commands_fail_the_next_release_completes_the_set_up() {
    let app = App::new();
    app.run(&["postdeploy"]).run().succeeded();
    for (step, left) in [
        ("before", "before\nmigrate\nafter\n"),
        ("migrate", "migrate\nafter\n"),
        ("after", "migrate\nafter\n"),
    ] {
        app.fault(&format!("fail_{step}"));
        app.swap().run().failed(1).saying("replaced: ").saying(step);
        assert_eq!(app.state(), "loaded", "{step}");
        std::fs::remove_file(app.dir.path().join("ran")).expect("steps ran");
        app.run(&["release"]).run().succeeded();
        assert_eq!(app.dir.read("ran").as_deref(), Some(left), "{step}");
    }
    assert_eq!(app.state(), "set_up");
}

/// The record of 0.1.0: two tables, whose rows a sequence numbers.
const OLD_RECORD: &str = "
    drop table review_data.setup, review_data.setup_command, review_data.left_table,
        review_data.left_object, review_data.origin;
    alter table review_data.load drop column settings;
    alter table review_data.load alter id add generated always as identity;
";

#[test]
fn a_record_of_0_1_0_is_upgraded_by_a_swap() {
    let source = Source::from_sql(SHOP);
    let target = loaded(&source);
    target.run(OLD_RECORD);
    target.run("create view mine as select 1");
    let refused = unwrapped(&swap(&source, &target).run().failed(1).all);
    assert!(refused.contains("created them: view public.mine the record is"), "{refused}");
    target.run("drop view mine");
    // a release upgrades the record, and its tables about the load keep their form
    let app = AppDir::empty().with("review-data.toml", "[migrate]\ncommand = \"true\"\n");
    Tool::new(["release"])
        .in_dir(&app)
        .env("DATABASE_URL", target.url())
        .env("HEROKU_PR_NUMBER", "7")
        .env("REVIEW_DATA_SOURCE_URL", source.url())
        .run()
        .succeeded();
    swap(&source, &target).run().succeeded();
    assert_eq!(target.ask("select version from review_data.setup"), "3");
    let loads = "select count(*) from review_data.load where settings is not null";
    assert_eq!(target.ask(loads), "1");
    target.run("create view mine as select 1");
    swap(&source, &target).run().failed(1).saying("view public.mine").not_saying("older");
    target.drop();
}

#[test]
fn a_target_without_room_keeps_the_old_data_and_the_reason_is_given() {
    let source = Source::from_sql(SHOP);
    let target = loaded(&source);
    let before = target.ask("select string_agg(oid::text, ',' order by oid) from pg_class");
    target.superuser().run(
        "create schema _heroku; create function _heroku.full() returns event_trigger language plpgsql
            as $$ begin raise disk_full using message = 'could not extend file'; end $$;
        create event trigger full_disk on ddl_command_end when tag in ('CREATE INDEX', 'ALTER TABLE')
            execute function _heroku.full()",
    );
    let before = before + "," + &target.ask("select count(*) from shop.users");
    let failed = swap(&source, &target).run().failed(1);
    let failed = unwrapped(&failed.saying("the target needs room for it").all);
    assert!(failed.contains("the target's old data is unchanged"), "{failed}");
    assert!(failed.contains("the server needs room for both"), "{failed}");
    target.superuser().run("drop event trigger full_disk; drop schema _heroku cascade");
    let after = target.ask("select string_agg(oid::text, ',' order by oid) from pg_class");
    assert_eq!(after + "," + &target.ask("select count(*) from shop.users"), before);
    target.drop();
}

/// Tables with everything that takes a lock, and views over tables that take few.
const SHAPES: [&str; 2] = [
    "do $$ begin for i in 1..15 loop
        execute format('create table t%s (id bigserial primary key, name text not null, parent bigint,
            at timestamptz default now(), check (parent <> id))', i);
        execute format('create index on t%s (parent)', i);
        if i > 1 then
            execute format('alter table t%s add foreign key (parent) references t%s', i, i - 1);
        end if;
    end loop; end $$",
    "create function touched() returns trigger language plpgsql as 'begin return new; end';
    create table parted (id int, at int, primary key (id, at)) partition by range (at);
    do $$ begin for i in 1..10 loop
        execute format('create table p%s partition of parted for values from (%s) to (%s)', i, i, i + 1);
        execute format('create table n%s (a int, b int default 3)', i);
        execute format('create view v%s as select a, b from n%s', i, i);
        execute format('create trigger touched before insert on n%s for each row
            execute function touched()', i);
    end loop; end $$;
    create materialized view counts as select a, count(*) from n1 group by 1",
];

#[test]
fn the_estimate_of_locks_is_what_a_transaction_holds_at_its_end() {
    for shape in SHAPES {
        let source = Source::from_sql(shape);
        let target = loaded(&source);
        let (of_load, of_drops) = estimates(&source, &target);
        // the swap's last statements wait for us
        let before_the_end = target.superuser();
        before_the_end.run("begin; lock table review_data.setup in share mode");
        let run = swap(&source, &target).start();
        let looking = target.superuser();
        let waiting = "select pid from pg_locks where not granted and locktype = 'relation' \
            and relation = 'review_data.setup'::regclass";
        crate::support::eventually("the swap waits", || !looking.ask(waiting).is_empty());
        let held = |which: &str| {
            looking.count(&format!(
                "select count(distinct (locktype, relation::text, classid::text, objid::text))
                from pg_locks l where pid in ({waiting}) and {which}"
            ))
        };
        // what other sessions do not see yet
        let made = held(
            "locktype = 'relation' and relation not in (select oid from pg_class where oid >= 16384)
            and relation >= 16384",
        );
        let all = held("true");
        before_the_end.run("commit");
        run.wait().succeeded();
        for (estimate, truth) in [(of_load, made), (of_load + of_drops, all)] {
            let exact = estimate.abs_diff(truth) <= 40 + truth / 20;
            assert!(exact, "estimate {estimate}, held {truth}: {shape}");
        }
        target.drop();
    }
}

fn estimates(source: &Source, target: &Target) -> (u64, u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("one");
    let (load, drops) = runtime.block_on(async {
        let session = SourceUrl::parse(&source.url()).expect("a URL").connect().await;
        let session = session.expect("a session");
        session.run("begin isolation level repeatable read").await.expect("a transaction");
        let catalog =
            catalog::read(&session, &catalog::Outside::default()).await.expect("a catalogue");
        let load = lock_estimate::of_load(&session, &catalog).await.expect("an estimate");
        let target = TargetUrl::parse(&target.url()).expect("a URL").connect().await;
        let target = target.expect("a session");
        (load, lock_estimate::of_drops(&target).await.expect("an estimate"))
    });
    (load as u64, drops as u64)
}
