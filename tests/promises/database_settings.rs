//! The settings of the source's database decide how its functions work, and the app finds them in
//! the target.

use crate::support::{AppDir, Session, Source, Target, Tool};

/// Each value that depends on a setting, in the source and in the target.
const VALUES: [&str; 8] = [
    "select string_agg(d::text, ',' order by d) from shop.daily d",
    "select string_agg(s::text, ',' order by s) from shop.shown s",
    "select string_agg(i::text, ',' order by i) from shop.items i",
    "select string_agg(p.tableoid::regclass || p.name, ',' order by p.id) from shop.parts p",
    "select sum(hashtext(t::text)) from shop.cross_table t",
    "select string_agg(word || ndoc, ',' order by word) from shop.words",
    "select count(*) from shop.items where shop.slug(title) = 'clanek 17'",
    "select pg_get_functiondef('shop.slug(text)'::regprocedure)",
];

#[test]
fn settings_decide_what_functions_find_and_how_values_are_written_as_in_the_source() {
    let source = Source::from_sql(
        "create schema shop; create schema ext; create extension unaccent schema ext; create extension tablefunc schema ext;
        do $$ declare d text := current_database(); begin
            execute format('alter database %I set search_path = shop, \"$user\", ext', d);
            execute format('alter database %I set timezone = ''Pacific/Auckland''', d);
            execute format('alter database %I set datestyle = ''SQL, DMY''', d);
            execute format('alter database %I set intervalstyle = ''iso_8601''', d);
            execute format('alter database %I set bytea_output = ''escape''', d);
            execute format('alter database %I set app.tax = ''1.5''', d);
            execute format('alter database %I set app.key = ''a secret''', d);
            execute format('alter database %I set work_mem = ''8MB''', d);
            execute format('alter database %I set statement_timeout = ''70s''', d);
            execute format('alter database %I set default_transaction_read_only = off', d);
            execute format('alter database %I set log_min_duration_statement = ''5s''', d);
        end $$;
        set search_path = shop, ext; set timezone = 'Pacific/Auckland'; set datestyle = 'SQL, DMY'; set intervalstyle = 'iso_8601';
        set bytea_output = 'escape'; set app.tax = '1.5';
        create function slug(t text) returns text language plpgsql immutable strict as
          $$ begin return lower(unaccent(t)); end $$;
        create function price(n int) returns numeric language sql immutable as $$ select n * current_setting('app.tax')::numeric $$;
        create function shown(at timestamptz) returns text language sql immutable as $$ select at::text || age(at, '2020-01-01')::text $$;
        create function part(name text) returns int language plpgsql immutable as $$ begin return length(slug(name)) % 2; end $$;
        create table items (id int primary key, title text not null check (slug(title) <> ''), at timestamptz, raw bytea,
            slug text generated always as (slug(title)) stored, price numeric generated always as (price(id)) stored,
            text text generated always as (shown(at)) stored);
        insert into items (id, title, at, raw) select n, 'Článek ' || n, timestamptz '2026-01-01 00:30+00' + n * interval '1 hour', '\\x00ff' from generate_series(1, 300) n;
        create unique index items_slug on items (slug(title)); create statistics items_stats on (slug(title)), at from items;
        create table parts (id int, name text) partition by list (part(name));
        create table parts_0 partition of parts for values in (0); create table parts_1 partition of parts for values in (1);
        insert into parts select n, 'á' || n from generate_series(1, 120) n;
        create materialized view daily as select at::date as day, count(*) as n from items group by 1;
        create materialized view shown as select id, at::text || raw::text || (at - '2026-01-01')::text as t from items where id < 9;
        create view known as select * from items;
        create function newest() returns bigint language plpgsql stable as $$ begin return (select max(id) from known); end $$;
        create materialized view newest as select newest();
        create table ct (k text, a text, v text); insert into ct values ('x', 'a', '1'), ('x', 'b', '2'), ('y', 'a', '3');
        create materialized view cross_table as select * from crosstab('select k, a, v from ct order by 1, 2') as c(k text, a text, b text);
        create table docs (v tsvector); insert into docs values ('one two'), ('two');
        create materialized view words as select * from ts_stat('select v from docs');",
    );
    let target = Target::empty();
    let said = Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .succeeded()
        .saying("not set: app.tax: the target's role may not set it")
        .saying("not set: work_mem: it fits the source's server")
        .saying("not set: log_min_duration_statement: it belongs to the platform")
        .not_saying("a secret");
    let settled = |session: Session| {
        session.run("set search_path = shop, ext; set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'postgres'; set bytea_output = 'hex'");
        session
    };
    let (there, here) = (settled(source.primary()), settled(target.superuser()));
    for sql in VALUES {
        assert_eq!(there.ask(sql), here.ask(sql), "{sql}: {said}");
    }
    assert!(!said.says("not valid:") && !said.says("not populated:"), "{said}");
    let owner = target.as_owner();
    assert_eq!(owner.ask("show search_path"), "shop, \"$user\", ext");
    assert_eq!(owner.ask("show timezone"), "Pacific/Auckland");
    assert_eq!(owner.ask("show datestyle"), "SQL, DMY");
    let set =
        "select count(*) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
        where d.datname = current_database() and 'statement_timeout=70s' = any (s.setconfig)";
    assert_eq!(owner.ask(set), "1");
    assert_ne!(owner.ask("show work_mem"), "8MB");
    assert_eq!(owner.ask("select count(*) from items"), "300");
    // A load that fails leaves no setting.
    let failed = Target::empty();
    failed.run("create function review_data_stops() returns void language sql as ''");
    Tool::subset(&source.url(), &failed.url(), "1").run().failed(1);
    assert_eq!(failed.ask("select count(*) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = current_database()"), "0");
}

/// Settings of the role that owns the tables, and its own schema, count as the database's.
#[test]
fn the_settings_of_the_owner_are_set_on_the_targets_database() {
    let role = "owner_of_the_settings_test";
    let source = Source::from_sql(&format!(
        "do $$ begin if not exists (select from pg_roles where rolname = '{role}') then create role {role}; end if; end $$;
        create schema {role} authorization {role};
        create table {role}.things (id int primary key, at timestamptz, made date);
        insert into {role}.things select n, timestamptz '2026-01-01 23:30+00' + n * interval '1 day' from generate_series(1, 300) n;
        alter table {role}.things owner to {role};
        create materialized view {role}.days as select id, at::date as day from {role}.things;
        do $$ begin execute format('alter role {role} in database %I set timezone = ''Asia/Tokyo''', current_database()); end $$;
        set timezone = 'Asia/Tokyo'; refresh materialized view {role}.days;"
    ));
    let target = Target::empty();
    let app = AppDir::empty().with(
        "review-data.toml",
        "[tables.things]\nwhere = \"at::date = '2026-01-03'\"\nrows = \"all\"\n",
    );
    Tool::subset(&source.url(), &target.url(), "1").in_dir(&app).run().succeeded();
    let owner = target.as_owner();
    assert_eq!(owner.ask("show search_path"), format!("\"{role}\", public"));
    assert_eq!(owner.ask("show timezone"), "Asia/Tokyo");
    assert_eq!(owner.ask("select string_agg(id::text, ',') from things"), "1");
    assert_eq!(owner.ask("select day::text from days where id = 1"), "2026-01-03");
}

/// What the source no longer sets is reset, unless someone else has changed it meanwhile.
#[test]
fn a_swap_resets_the_settings_that_the_source_has_dropped() {
    let source = Source::from_sql(
        "create table t (id int primary key); insert into t select generate_series(1, 60);
        do $$ declare d text := current_database(); begin
            execute format('alter database %I set search_path = shop, public', d);
            execute format('alter database %I set timezone = ''Asia/Tokyo''', d);
            execute format('alter database %I set intervalstyle = ''iso_8601''', d);
        end $$;",
    );
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "1").run().succeeded();
    assert_eq!(target.as_owner().ask("show timezone"), "Asia/Tokyo");
    target.run(&format!(
        "alter database {0} set intervalstyle = 'sql_standard'; alter database {0} set datestyle = 'SQL'",
        target.name
    ));
    source.change(&format!("alter database {} reset all", source.name));
    let swap = || Tool::subset(&source.url(), &target.url(), "1").argument("--replace");
    swap().run().succeeded();
    let set = || {
        target.ask(
            "select unnest(setconfig) from pg_db_role_setting s
            join pg_database d on d.oid = s.setdatabase where d.datname = current_database() order by 1",
        )
    };
    assert_eq!(set(), "DateStyle=SQL,IntervalStyle=sql_standard");
    source.change(&format!("alter database {} set timezone = 'Asia/Tokyo'", source.name));
    swap().run().succeeded();
    assert_eq!(set(), "DateStyle=SQL,IntervalStyle=sql_standard,TimeZone=Asia/Tokyo");
}
