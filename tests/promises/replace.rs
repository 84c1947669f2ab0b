//! `--replace` swaps an old set-up for a fresh one in one transaction: readers see the old data or
//! wait, and a swap that fails changes nothing.

use crate::support::{AppDir, Source, Target, Tool, fingerprint, servers};

/// Production, with what a schema may hold.
const PRODUCTION: &str = "
    create extension citext;
    create schema shop;
    create type shop.state as enum ('new', 'paid');
    create domain positive as int check (value > 0);
    create table shop.users (id int primary key, name text not null, email citext);
    create table shop.orders (
        id bigint generated always as identity primary key,
        user_id int not null references shop.users,
        state shop.state not null default 'new',
        amount positive
    );
    create table events (id int, at date not null, order_id bigint references shop.orders)
        partition by range (at);
    create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
    create table events_rest partition of events default;
    create index on events (order_id);
    create function shop.total(int) returns bigint language sql stable
        as 'select count(*) from shop.orders where user_id = $1';
    create view shop.paid as select * from shop.orders where state = 'paid';
    create materialized view totals as select user_id, count(*) as orders from shop.orders group by 1;
    create unique index on totals (user_id);
    create rule nothing as on delete to shop.paid do instead nothing;
    insert into shop.users select n, 'user ' || n, n || '@example.com' from generate_series(1, 300) n;
    insert into shop.orders (user_id, amount) select n % 300 + 1, n from generate_series(1, 900) n;
    insert into events select n, date '2025-12-01' + n % 60, n from generate_series(1, 900) n;
    refresh materialized view totals;
";

fn subset(source: &Source, target: &Target) -> Tool {
    Tool::subset(&source.url(), &target.url(), "0.5")
}

fn swap(source: &Source, target: &Target) -> Tool {
    subset(source, target).argument("--replace")
}

/// A target that was loaded once.
fn loaded(source: &Source) -> Target {
    let target = Target::empty();
    subset(source, &target).run().succeeded();
    target
}

/// All rows, sequences and objects by OID: what is the same after nothing has happened.
fn state(target: &Target) -> String {
    let objects = target.superuser().column(
        "select c.oid || ' ' || c.relname || coalesce(c.relacl::text, '') from pg_class c
            where c.oid >= 16384 and c.relnamespace <> 'pg_toast'::regnamespace
        union all select p.oid || ' ' || p.proname from pg_proc p where p.oid >= 16384
        union all select t.oid || ' ' || t.typname from pg_type t where t.oid >= 16384
        union all select 'loaded ' || loaded_at from review_data.load order by 1",
    );
    format!("{:?}\n{}", fingerprint(target), objects.join("\n"))
}

#[test]
fn a_swap_brings_what_a_load_into_an_empty_database_brings() {
    let source = Source::from_sql(PRODUCTION);
    let target = loaded(&source);
    source.change(
        "insert into shop.users select n, 'user ' || n, null from generate_series(301, 900) n;
        drop function shop.total;
        create function shop.total(bigint) returns bigint language sql as 'select $1';
        alter table events add column note text default 'x';",
    );
    source.grant_select();
    source.replayed();
    let first = target.ask("select loaded_at from review_data.load");
    let outcome = swap(&source, &target).run().succeeded();
    outcome
        .saying("replacing the set-up of the target: 3 tables")
        .saying("stays on disk until the COMMIT")
        .saying("replaced: 3 tables, loaded ")
        .saying("readers waited for ");
    let fresh = loaded(&source);
    assert_eq!(fingerprint(&target), fingerprint(&fresh));
    assert_eq!(target.contents(), fresh.contents());
    assert_eq!(target.ask("select count(*) from review_data.load"), "1");
    assert_ne!(target.ask("select loaded_at from review_data.load"), first);
    let recorded = "select database_size / 1000000 from review_data.load";
    assert_eq!(target.ask(recorded), fresh.ask(recorded), "the old files do not count");
    // and once more
    swap(&source, &target).run().succeeded();
    assert_eq!(fingerprint(&target), fingerprint(&fresh));
    target.drop();
    fresh.drop();
}

#[test]
fn the_first_run_with_replace_finds_an_empty_database() {
    let source = Source::from_sql(PRODUCTION);
    let target = Target::empty();
    swap(&source, &target).run().succeeded().not_saying("replac");
    swap(&source, &target).run().succeeded().saying("replaced: 3 tables");
    subset(&source, &target).run().failed(1).saying("set up already").saying("--replace");
    target.drop();
}

/// Every kind of object, made by the app's own role, and objects of extensions, which stay.
#[test]
fn a_swap_drops_every_kind_of_object_and_keeps_extensions() {
    let source = Source::from_sql(PRODUCTION);
    let target = loaded(&source);
    let admin = target.superuser();
    admin.run(
        "create extension hstore schema public; create schema ext authorization app_owner;
        create extension ltree schema ext;",
    );
    target.run(
        "create schema old;
        create table old.t (id serial primary key, x hstore, y ext.ltree);
        create table old.u (t_id int references old.t, s shop.state);
        create table crossing (u_id int references shop.users, id int generated by default as identity);
        create table ext.notes (id int);
        create sequence old.s;
        create view v as select t.x from old.t join crossing on crossing.u_id = t.id;
        create materialized view m as select * from v;
        create type pair as (a int, b shop.state);
        create type span as range (subtype = int);
        create function old.add(int, int) returns int language sql as 'select $1 + $2';
        create procedure old.act(inout a int) language plpgsql as 'begin a := 1; end';
        create aggregate old.sum2(int) (sfunc = old.add, stype = int, initcond = '0');
        create aggregate old.nothing(*) (sfunc = int8inc, stype = int8, initcond = '0');
        create operator old.@+@ (leftarg = int, rightarg = int, function = old.add);
        create function pair_to_int(pair) returns int language sql as 'select 1';
        create cast (pair as int) with function pair_to_int(pair);
        create collation old.german (locale = 'C');
        create conversion old.conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
        create text search dictionary old.dict (template = simple);
        create text search configuration old.conf (copy = simple);
        create statistics old.stats on id, x from old.t;
        create function old.noted() returns trigger language plpgsql as 'begin return new; end';
        create trigger noted before insert on crossing for each row execute function old.noted();
        create publication mine for table crossing;
        select lo_from_bytea(0, 'large');
        comment on table crossing is 'soon gone';",
    );
    admin.run(
        "create operator family old.fam using btree;
        alter operator family old.fam using btree owner to app_owner;",
    );
    let app = AppDir::empty().with("review-data.toml", "[target]\nexisting = \"replace\"\n");
    swap(&source, &target).in_dir(&app).run().succeeded();
    let fresh = Target::empty();
    fresh.superuser().run(
        "create extension hstore schema public; create schema ext authorization app_owner;
        create extension ltree schema ext;",
    );
    subset(&source, &fresh).run().succeeded();
    assert_eq!(target.contents(), fresh.contents());
    for nothing in [
        "select count(*) from pg_largeobject_metadata",
        "select count(*) from pg_publication",
        "select count(*) from pg_cast where oid >= 16384 and castsource = 'pg_catalog.int4'::regtype",
        "select count(*) from pg_operator where oprname = '@+@'",
        "select count(*) from pg_ts_dict where dictname = 'dict'",
    ] {
        assert_eq!(target.ask(nothing), "0", "{nothing}");
    }
    assert_eq!(target.ask("select 'a=>1'::hstore -> 'a'"), "1");
    target.drop();
    fresh.drop();
}

#[test]
fn a_database_without_our_record_is_not_swapped() {
    let source = Source::from_sql(PRODUCTION);
    let target = Target::empty();
    target.run("create table of_others (id int)");
    let refused = swap(&source, &target).run().failed(1);
    refused.saying("not empty").saying("of_others").saying("no record of ours");
    // outside of a review app, the file's word is not enough
    let app = AppDir::empty().with("review-data.toml", "[target]\nexisting = \"replace\"\n");
    swap(&source, &target).in_dir(&app).run().failed(1).saying("of_others");
    assert_eq!(target.ask("select count(*) from of_others"), "0");
    // a record that was copied from another database does not count
    let other = loaded(&source);
    let dump = servers().target.client("pg_dump", &other.name).output().expect("pg_dump");
    let copy = Target::empty();
    restore(&copy, &dump.stdout);
    swap(&source, &copy).run().failed(1).saying("no record of ours");
    copy.drop();
    other.drop();
    target.drop();
}

fn restore(target: &Target, dump: &[u8]) {
    use std::io::Write;
    use std::process::Stdio;
    let mut psql = servers().target.client("psql", &target.name);
    psql.args(["-X", "-q"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut psql = psql.spawn().expect("psql");
    let mut stdin = psql.stdin.take().expect("psql's standard input");
    stdin.write_all(dump).expect("psql takes the dump");
    drop(stdin);
    psql.wait().expect("psql ends");
}

#[test]
fn objects_of_another_role_stop_the_swap_and_are_named() {
    let source = Source::from_sql(PRODUCTION);
    let target = loaded(&source);
    let app = AppDir::empty().with("review-data.toml", "[target]\nexisting = \"replace\"\n");
    target.superuser().run(
        "create table audit (id int); create function audited() returns int language sql as 'select 1';",
    );
    let before = state(&target);
    let outcome = swap(&source, &target).in_dir(&app).run().failed(1);
    outcome.saying("table public.audit").saying("function public.audited()");
    assert_eq!(state(&target), before);
    target.drop();
}

/// An extension in the target may have been given an object of the app's.
#[test]
fn what_an_extension_needs_is_not_dropped() {
    let source = Source::from_sql(PRODUCTION);
    let target = loaded(&source);
    target.superuser().run(
        "create extension hstore; create view watched as select id from shop.users;
        alter extension hstore add view watched",
    );
    let before = state(&target);
    swap(&source, &target).run().failed(1).saying("view public.watched");
    assert_eq!(state(&target), before);
    target.drop();
}

#[test]
fn a_swap_that_fails_leaves_the_old_data() {
    // the index is unique on the source only because nobody has checked it there
    let source = Source::from_sql(
        "create table parents (id int not null);
        create unique index parents_id on parents (id);
        create table children (id int primary key, parent_id int references parents (id));
        insert into parents values (1); insert into children values (1, 1);",
    );
    let target = loaded(&source);
    let before = state(&target);
    source.change(
        "alter table children drop constraint children_parent_id_fkey; drop index parents_id;
        insert into parents values (1); create index parents_id on parents (id);
        update pg_index set indisunique = true where indexrelid = 'parents_id'::regclass;
        alter table children add foreign key (parent_id) references parents (id);",
    );
    let outcome = Tool::subset(&source.url(), &target.url(), "1").argument("--replace").run();
    outcome.failed(1).saying("parents_id");
    assert_eq!(state(&target), before);
    target.drop();
}

/// A review app whose processes have created tables before the load.
struct App {
    dir: AppDir,
    source: Source,
    database: Target,
}

impl App {
    fn new(config: &str) -> Self {
        let dir = AppDir::empty().with("review-data.toml", config);
        App { dir, source: Source::from_sql(PRODUCTION), database: Target::empty() }
    }

    fn run(&self, command: &str) -> Tool {
        Tool::new([command])
            .in_dir(&self.dir)
            .env("DATABASE_URL", self.database.url())
            .env("HEROKU_APP_NAME", "shop-pr-7")
            .env("REVIEW_DATA_SOURCE_URL", self.source.url())
            .env("HEROKU_PR_NUMBER", "7")
    }
}

const AT_BOOT: &str = "
    create schema pgboss;
    create type pgboss.job_state as enum ('created', 'done');
    create table pgboss.job (id int, state pgboss.job_state);
    create function pgboss.work() returns int language sql as 'select 1';
    create table sessions (id text primary key);
    create table shop_users (id int);
    insert into sessions values ('a');
";

const MIGRATING: &str = "[migrate]\ncommand = \"echo migrated >> migrations\"\n";

#[test]
fn what_the_apps_own_processes_created_is_replaced_where_the_file_says_so() {
    let app = App::new(&format!("{MIGRATING}[target]\nexisting = \"replace\"\n"));
    app.database.run(AT_BOOT);
    let outcome = app.run("postdeploy").run().succeeded();
    outcome
        .saying("the app's own processes created 3 tables and 2 other objects before the load")
        .saying("pgboss.job, public.sessions, public.shop_users")
        .saying("replaced: 3 tables, created by the app's own processes");
    assert_eq!(app.database.ask("select to_regclass('sessions') is null"), "t");
    assert_eq!(app.database.ask("select to_regnamespace('pgboss') is null"), "t");
    assert_eq!(app.dir.read("migrations").unwrap_or_default(), "migrated\n");
}

#[test]
fn much_that_the_apps_own_processes_created_is_not_dropped() {
    for (much, said) in [
        ("create table jobs as select n from generate_series(1, 10001) n", "more than 10,000 rows"),
        (
            "create table files (a text); alter table files alter a set storage external;
            insert into files select repeat('x', 30000000) from generate_series(1, 4)",
            "more than 100 MB",
        ),
    ] {
        let app = App::new(&format!("{MIGRATING}[target]\nexisting = \"replace\"\n"));
        app.database.run(much);
        app.run("postdeploy").run().failed(1).saying(said).saying("nothing was touched");
        assert_eq!(app.dir.read("migrations"), None);
        app.database.drop();
    }
}

#[test]
fn what_the_apps_own_processes_created_stays_if_the_source_does_not_answer() {
    let app = App::new(&format!("{MIGRATING}[target]\nexisting = \"replace\"\n"));
    app.database.run(AT_BOOT);
    let nowhere = "postgres://reader:x@127.0.0.1:1/shop";
    app.run("postdeploy").env("REVIEW_DATA_SOURCE_URL", nowhere).run().failed(1);
    assert_eq!(app.database.ask("select count(*) from sessions"), "1");
}

#[test]
fn postdeploy_swaps_then_migrates() {
    let app = App::new(MIGRATING);
    app.run("postdeploy").run().succeeded();
    app.source.change("insert into shop.users select n, 'new' from generate_series(301, 400) n");
    let outcome = app.run("postdeploy").argument("--replace").run().succeeded();
    outcome.saying("point of no return").saying("replaced: 3 tables");
    assert_eq!(app.dir.read("migrations").unwrap_or_default(), "migrated\nmigrated\n");
    assert_eq!(app.database.ask("select count(*) > 300 from shop.users"), "t");
}

/// Dynos start before postdeploy: what they create in a database that was empty at the app's first
/// release is the app's own.
#[test]
fn what_the_apps_own_processes_created_since_its_first_release_is_replaced() {
    let app = App::new(MIGRATING);
    let postdeploy = r#"{"scripts": {"postdeploy": "review-data postdeploy"}}"#;
    let app = App { dir: app.dir.with("app.json", postdeploy), ..app };
    app.run("release").run().succeeded();
    app.database.run(AT_BOOT);
    let outcome = app.run("postdeploy").run().succeeded();
    outcome
        .saying("the app's own processes created 3 tables and 2 other")
        .saying("public.sessions");
    assert_eq!(app.database.ask("select to_regclass('sessions') is null"), "t");
    assert_eq!(app.dir.read("migrations").unwrap_or_default(), "migrated\n");
}

/// A migration's tables are in the record, so a swap needs nobody's word for them.
#[test]
fn a_swap_drops_what_our_migrations_created() {
    let app = App::new(
        "[migrate]\ncommand = 'psql -X -q \"$DATABASE_URL\" -c \
         \"create table if not exists of_the_branch (id int)\"'\n",
    );
    app.run("postdeploy").run().succeeded();
    app.database.run("insert into of_the_branch values (1)");
    app.run("postdeploy").argument("--replace").run().succeeded().saying("replaced: 4 tables");
    assert_eq!(app.database.ask("select count(*) from of_the_branch"), "0");
}

/// The budget counts what the load adds, though the old files stay until the COMMIT.
#[test]
fn a_swap_within_a_byte_budget_counts_the_new_files_only() {
    let source = Source::from_sql(
        "create table notes (id int primary key, note text);
        insert into notes select n, repeat(md5(n::text), 30) from generate_series(1, 20000) n;",
    );
    let target = Target::empty();
    let (from, into) = (source.url(), target.url());
    let load = || Tool::new(["subset", &from, &into, "--yes", "--max-size=14MB"]);
    load().run().succeeded();
    let rows = target.ask("select count(*) from notes");
    assert_ne!(rows, "20000");
    for _ in 0..2 {
        load().argument("--replace").run().succeeded();
        assert_eq!(target.ask("select count(*) from notes"), rows);
    }
    target.drop();
}

/// `rails db:schema:load`, `artisan migrate:fresh`: all that was loaded is gone. The tables
/// that are there instead are dropped.
#[test]
fn a_swap_loads_again_after_something_has_dropped_all_that_was_loaded() {
    let app = App::new(MIGRATING);
    app.run("postdeploy").run().succeeded();
    app.database.run(
        "drop schema shop cascade; drop table events cascade; create schema shop;
        create table shop.users (id int primary key); create table of_the_branch (id int);",
    );
    app.run("postdeploy").run().failed(1).saying("--replace");
    let outcome = app.run("postdeploy").argument("--replace").run().succeeded();
    outcome.saying("shop.users").saying("public.of_the_branch");
    assert_ne!(app.database.ask("select count(*) from shop.orders"), "0");
    assert_eq!(app.database.ask("select to_regclass('of_the_branch') is null"), "t");
}

/// Only a superuser makes some of these, as on a laptop or in CI.
#[test]
fn what_only_a_superuser_makes_is_swapped_as_well() {
    const MADE: &str = "
        create type pair as (a int, b int);
        create function as_pair(text) returns pair language sql as 'select row(1, 2)::pair';
        create cast (text as pair) with function as_pair(text);
        create cast (bytea as varbit) with inout as assignment;
        create function as_int(text) returns int language sql immutable as 'select 7';
        create cast (text as int) with function as_int(text);
        create access method other_heap type table handler heap_tableam_handler;
        create text search parser words (
            start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
        create text search template plain (lexize = dsimple_lexize);
        create table users (id int primary key);
        insert into users select n from generate_series(1, 20) n;";
    let source = Source::from_sql(MADE);
    let target = Target::empty();
    let server = &servers().target;
    let socket = server.socket_dir.display().to_string().replace('/', "%2F");
    let url = format!("postgres://postgres@{socket}:{}/{}", server.port, target.name);
    target.superuser().run("create cast (bytea as varbit) with inout");
    let load = || Tool::subset(&source.primary_url(), &url, "1.0");
    load().run().succeeded().saying("cast CAST (bytea AS bit varying)").saying("has another one");
    let made = "select (select count(*) from pg_cast where oid >= 16384) || ' ' || \
        (select count(*) from pg_am where oid >= 16384) || ' ' || \
        (select count(*) from pg_ts_parser where oid >= 16384)";
    assert_eq!(target.ask(made), "3 1 1");
    for _ in 0..2 {
        load().argument("--replace").run().succeeded().not_saying("has another one");
        assert_eq!(target.ask(made), "3 1 1");
    }
    // a subscription would go on writing into the new tables
    target.superuser().run(
        "create subscription feed connection 'host=127.0.0.1 port=1' publication x
            with (connect = false, enabled = false, slot_name = none)",
    );
    let refused = load().argument("--replace").run().failed(1);
    refused.saying("has the subscription feed").saying("drop subscription feed;");
    target.superuser().run("drop subscription feed");
    target.drop();
}

#[test]
fn a_target_whose_capacity_a_load_would_exceed_stays_as_it_is() {
    let source = Source::from_sql(PRODUCTION);
    let target = Target::empty();
    let run = |capacity: &str, budget: Option<&str>| {
        let config = format!("[target]\ncapacity = \"{capacity}\"\n");
        let app = AppDir::empty().with("review-data.toml", &config);
        let load = match budget {
            Some(budget) => Tool::within(&source.url(), &target.url(), budget),
            None => subset(&source, &target),
        };
        load.argument("--replace").in_dir(&app).run()
    };
    run("100MB", Some("200MB")).failed(1).saying("no room for the load").saying("max_size = \"");
    // a fraction is measured when its rows are there
    let size = target.ask("select pg_database_size(current_database())");
    let refused = run(&format!("{size}B"), None).failed(1);
    refused.saying("exceeds the target's capacity").saying("nothing was committed");
    assert_eq!(target.ask("select count(*) from pg_namespace where nspname = 'shop'"), "0");
    run("100MB", None).succeeded();
    let before = state(&target);
    let refused = run("12MB", Some("12MB")).failed(1);
    refused.saying("the old data stays on disk until the COMMIT").saying("[target] capacity is");
    assert_eq!(state(&target), before);
    target.drop();
}
