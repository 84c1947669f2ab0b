//! The lock rows of migration tools arrive unlocked, and nothing else in their tables is changed.

use crate::support::{AppDir, Source, Target, Tool};

/// Production while a migration runs, or after one was killed.
const LOCKED: &str = r#"
    create schema tools;
    create table knex_migrations (id serial primary key, name varchar(255));
    create table knex_migrations_lock (index serial primary key, is_locked int);
    create table shop_lock (index serial primary key, is_locked int);
    create table tools."DATABASECHANGELOGLOCK" (
        "ID" int primary key, "LOCKED" boolean not null, "LOCKGRANTED" timestamp,
        "LOCKEDBY" varchar(255));
    create table act_databasechangeloglock (
        id int primary key, locked boolean not null, lockgranted timestamp, lockedby varchar(255));
    create table bun_migration_locks (id bigserial primary key, table_name varchar unique);
    create table yoyo_lock (locked int default 1 primary key, ctime timestamp, pid int not null);
    create table schema_migrations (
        id bigint unique not null, applied timestamp, description varchar(1024));
    create table tools.schema_migrations (version bigint primary key, dirty boolean not null);
    create table seat_lock (index int primary key, is_locked int, seat int);
    create table users (id int primary key, name text);
    create table cache_locks (key varchar primary key, owner varchar not null, expiration int not null);
    create table cache (key varchar primary key, value text not null, expiration int not null);
    insert into cache_locks
        values ('shop_framework/command-migrate', 'a', 9), ('shop_orders', 'b', 9);
    insert into cache values ('shop_framework/command-migrate', 'b:1;', 9), ('shop_home', 'x', 9);

    insert into knex_migrations (name) select 'm' || n from generate_series(1, 70) n;
    insert into knex_migrations_lock (is_locked) values (1);
    insert into shop_lock (is_locked) values (1);
    insert into tools."DATABASECHANGELOGLOCK" values
        (1, true, '2026-11-28 20:00:00', 'dyno (10.0.0.1)'), (1001, false, null, null);
    insert into act_databasechangeloglock values (1, false, null, null);
    insert into bun_migration_locks (table_name) values ('bun_migrations');
    insert into yoyo_lock values (1, now(), 4711);
    insert into schema_migrations values
        (-1, null, null), (20260101000000, '2026-01-01', 'users'), (20260102000000, '2026-01-02', 'x');
    insert into tools.schema_migrations values (7, true);
    insert into seat_lock values (1, 1, 1);
    insert into users select n, 'user ' || n from generate_series(1, 100) n;
"#;

const UNLOCKED: [&str; 8] = [
    "unlocked: public.bun_migration_locks",
    "unlocked: public.cache",
    "unlocked: public.cache_locks",
    "unlocked: public.knex_migrations_lock",
    "unlocked: public.schema_migrations",
    "unlocked: public.shop_lock",
    "unlocked: public.yoyo_lock",
    "unlocked: tools.DATABASECHANGELOGLOCK",
];

fn assert_unlocked(target: &Target) {
    for (question, answer) in [
        ("select count(*) from knex_migrations", "70"),
        ("select index || ' ' || is_locked from knex_migrations_lock", "1 0"),
        ("select index || ' ' || is_locked from shop_lock", "1 0"),
        (
            r#"select string_agg(t::text, ' ' order by "ID") from tools."DATABASECHANGELOGLOCK" t"#,
            "(1,f,,) (1001,f,,)",
        ),
        ("select act_databasechangeloglock::text from act_databasechangeloglock", "(1,f,,)"),
        ("select count(*) from bun_migration_locks", "0"),
        ("select count(*) from yoyo_lock", "0"),
        (
            "select string_agg(id::text, ' ' order by id) from schema_migrations",
            "20260101000000 20260102000000",
        ),
        ("select schema_migrations::text from tools.schema_migrations", "(7,t)"),
        ("select is_locked from seat_lock", "1"),
        ("select key from cache_locks", "shop_orders"),
        ("select key from cache", "shop_home"),
    ] {
        assert_eq!(target.ask(question), answer, "{question}");
    }
}

#[test]
fn a_lock_that_production_holds_arrives_released() {
    let source = Source::from_sql(LOCKED);
    for size in [&["0.2"][..], &["--max-size", "100MB"]] {
        let target = Target::empty();
        let urls = [source.url(), target.url()];
        let arguments = [&["subset", &urls[0], &urls[1], "--yes"], size].concat();
        let mut outcome = Tool::new(arguments).run().succeeded();
        for line in UNLOCKED {
            outcome = outcome.saying(line);
        }
        outcome
            .not_saying("act_databasechangeloglock, the lock")
            .not_saying("unlocked: public.seat_lock");
        assert_unlocked(&target);
        target.drop();
    }
    assert_eq!(
        source.ask("select is_locked from knex_migrations_lock"),
        "1",
        "production is unchanged"
    );
}

/// A table with a type that has no binary form travels as text, and one that has a rule
/// travels while others are still being selected.
#[test]
fn a_lock_is_released_on_every_way_that_rows_take() {
    let source = Source::from_sql(
        "create table knex_migrations_lock (is_locked int, rights aclitem, at regclass);
        insert into knex_migrations_lock select n % 3, null, 'pg_class' from generate_series(1, 9) n;
        create table schema_migrations (id bigint primary key, applied timestamp, description text);
        insert into schema_migrations select n - 2, case when n > 1 then now() end, 'a' || chr(9) || 'b'
            from generate_series(1, 40) n;",
    );
    let app = AppDir::empty().with("review-data.toml", "[tables.schema_migrations]\nrows = 100\n");
    let target = Target::empty();
    let outcome = Tool::subset(&source.url(), &target.url(), "1").in_dir(&app).run().succeeded();
    outcome
        .saying("unlocked: public.knex_migrations_lock")
        .saying("unlocked: public.schema_migrations");
    assert_eq!(
        target.ask(
            "select count(*), min(is_locked), max(is_locked), count(at) from knex_migrations_lock"
        ),
        "9"
    );
    assert_eq!(target.ask("select count(*) from knex_migrations_lock where is_locked <> 0"), "0");
    assert_eq!(target.ask("select min(id) || ' ' || count(*) from schema_migrations"), "0 39");
    target.drop();
}

/// A row that others reference is not removed: the subset stays whole.
#[test]
fn a_lock_row_that_is_referenced_stays() {
    let source = Source::from_sql(
        "create table bun_migration_locks (id bigint primary key, table_name varchar);
        create table notes (lock_id bigint references bun_migration_locks);
        insert into bun_migration_locks values (1, 'bun_migrations');
        insert into notes values (1);",
    );
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "1").run().succeeded().not_saying("unlocked");
    assert_eq!(target.ask("select count(*) from bun_migration_locks"), "1");
    target.drop();
}

/// What Knex does first: it takes the lock, and fails where another holds it.
#[test]
fn the_first_migration_of_a_review_app_gets_its_lock() {
    let source = Source::from_sql(LOCKED);
    let target = Target::empty();
    let migrate = "psql -X -q -v ON_ERROR_STOP=1 \"$DATABASE_URL\" -c \"do \\$\\$ begin \
        update knex_migrations_lock set is_locked = 1 where is_locked = 0; \
        if not found then raise 'Migration table is already locked'; end if; end \\$\\$\"";
    let app = AppDir::empty()
        .with("review-data.toml", &format!("[migrate]\ncommand = '''{migrate}'''\n"));
    Tool::new(["postdeploy"])
        .in_dir(&app)
        .env("DATABASE_URL", target.url())
        .env("REVIEW_DATA_SOURCE_URL", source.url())
        .env("HEROKU_APP_NAME", "shop-pr-7")
        .env("HEROKU_PR_NUMBER", "7")
        .run()
        .succeeded();
    assert_eq!(target.ask("select is_locked from knex_migrations_lock"), "1");
    target.drop();
}
