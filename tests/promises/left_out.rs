//! `[schema] leave_out`: what the reader may not read, or nobody wants, with all that needs it.

use crate::support::{AppDir, Source, Target, Tool};

/// The reader has no privilege on `vault`, on `payroll`, and on one partition.
const VAULT: &str = r#"
    create table customers (id int primary key, name text); insert into customers select n, 'c' || n from generate_series(1, 300) n;
    create schema vault; create table vault.cards (id int primary key, customer_id int not null references customers, number text not null);
    insert into vault.cards select n, n, 'secret' from generate_series(1, 300) n;
    create table vault.keys (id int primary key); alter table customers add column key_id int references vault.keys;
    create function vault.f(int) returns int language sql as 'select $1';
    create function vault.low(text) returns text language sql immutable as 'select lower($1)';
    create index customers_low on customers (vault.low(name));
    create rule watch as on delete to customers do also select vault.f(old.id);
    create view masked as select c.name, v.number from customers c join vault.cards v on v.customer_id = c.id;
    create view plain as select name from customers;
    create function uses_type(vault.cards) returns int language sql as 'select 1';
    create table logs (id int, at date) partition by range (at);
    create table logs_1 partition of logs for values from ('2026-01-01') to ('2026-02-01');
    create table logs_2 partition of logs for values from ('2026-02-01') to ('2026-03-01');
    insert into logs select n, date '2026-01-01' + n % 50 from generate_series(1, 500) n;
    create table "Odd.Name" (id serial); create table payroll (id serial primary key); create table pay_log (id int references payroll);
    create domain dpos as int check (vault.f(value) > 0); create table uses_dpos (x dpos);
    create extension hstore; create table has_h (h hstore);
    create materialized view paid_seq as select count(*) as n from plain;
    create sequence paid; create sequence "it's (|.*)";
    do $$ begin for i in 1..40 loop
        execute 'create table vault.wide_' || i || ' (' || (select string_agg('c' || n || ' int', ', ') from generate_series(1, 500) n) || ')';
    end loop; end $$;
    create materialized view vault.large as select repeat(md5(n::text), 20) from generate_series(1, 12000) n;
"#;

/// Takes privileges that the tests' reader has.
const REVOKED: &str = "
    revoke all on schema vault from reader, public;
    revoke all on all tables in schema vault from reader, public;
    revoke all on payroll, logs_1, has_h, uses_dpos, masked from reader, public;
    revoke all on all sequences in schema public from reader, public;
";

#[test]
fn what_is_left_out_needs_no_privilege_and_goes_with_all_that_needs_it() {
    let source = Source::from_sql(VAULT);
    source.change(REVOKED);
    let target = Target::empty();
    let config = "[schema]\nleave_out = [\"vault.*\", \"payroll\", \"logs_[!2]\"]\n\
        leave_out_extensions = [\"hst*\"]\n";
    let app = AppDir::empty().with("review-data.toml", config);
    let outcome = Tool::subset(&source.url(), &target.url(), "1").in_dir(&app).run();
    assert_eq!(outcome.code(), Some(0), "{outcome}");
    let plan = Tool::new(["plan", &source.url(), "1"]).in_dir(&app).run();
    assert_eq!(plan.code(), Some(0), "{plan}");
    // the 20,000 columns and 8 MB of a view that are left out take no part of a budget
    let budget = Tool::new(["plan", &source.url(), "--max-size", "12MB"]).in_dir(&app).run();
    assert_eq!(budget.code(), Some(0), "{budget}");
    for line in [
        "schema vault: [schema] leave_out",
        "table public.payroll: [schema] leave_out",
        "table public.logs_1: [schema] leave_out",
        "extension hstore: [schema] leave_out_extensions",
        "constraint customers_key_id_fkey on table public.customers: needs what is left out",
        "constraint pay_log_id_fkey on table public.pay_log: needs what is left out",
        "function public.uses_type(vault.cards): needs what is left out",
        "table public.has_h: needs what is left out",
        "table public.uses_dpos: needs what is left out",
        "type public.dpos: needs what is left out",
        "view public.masked: needs what is left out",
        "index public.customers_low: needs what is left out",
        "rule watch on table public.customers: needs what is left out",
    ] {
        assert!(outcome.says(line), "{line}\n{outcome}");
        let unwrapped = plan.all.replace("\n  ", " ");
        assert!(unwrapped.contains(line), "{line}\n{plan}");
    }
    for (sql, expected) in [
        ("select count(*) from customers", "300"),
        ("select count(*) from logs", "190"),
        // its REFRESH stands in the dump beside the state of sequences, which is not read
        ("select n from paid_seq", "300"),
        (
            "select string_agg(relname, ' ' order by relname) from pg_class \
             where relkind in ('r', 'p', 'v', 'm', 'S') and relnamespace = 'public'::regnamespace",
            "Odd.Name Odd.Name_id_seq customers it's (|.*) logs logs_2 paid paid_seq pay_log plain",
        ),
        ("select count(*) from pg_namespace where nspname = 'vault'", "0"),
    ] {
        assert_eq!(target.ask(sql), expected, "{sql}\n{outcome}");
    }
    // without the rule: the first remedy is to leave them out, the second one grants everything
    let refused = Tool::new(["plan", &source.url(), "1"]).run();
    assert_eq!(refused.code(), Some(1), "{refused}");
    let (first, second) = refused.all.split_once("or, on the source's primary").expect("both");
    assert!(first.contains("leave_out = [\"vault.*\", "), "{refused}");
    assert!(second.contains("alter default privileges in schema \"vault\""), "{refused}");
    let wrong = app.with("review-data.toml", "[schema]\nleave_out = [\"valt.*\"]\n");
    let wrong = Tool::new(["plan", &source.url(), "1"]).in_dir(&wrong).run();
    assert_eq!(wrong.code(), Some(2), "{wrong}");
    assert!(wrong.says("no object of the source matches valt.*"), "{wrong}");
    source.drop();
    target.drop();
}

#[test]
fn extensions_that_the_target_cannot_have_are_left_out_where_nothing_needs_them() {
    let source = Source::from_sql(
        "create extension pageinspect; create extension pg_buffercache;
        create schema ext; create extension citext schema ext; create extension hstore;
        create extension unaccent;
        create function slug(t text) returns text language plpgsql as
            $$ begin return unaccent(t); end $$;
        create table users (id int primary key, name text);
        insert into users select n, 'qwzx user ' || n from generate_series(1, 300) n;",
    );
    let target = Target::empty();
    target.superuser().run("create extension citext");
    let load = || Tool::subset(&source.url(), &target.url(), "1").run();
    let outcome = load();
    assert_eq!(outcome.code(), Some(0), "{outcome}");
    assert_eq!(target.ask("select count(*) from users"), "300");
    for line in
        ["extension citext: nothing needs it", "extension pageinspect, pg_buffercache: nothing"]
    {
        assert!(outcome.says(line), "{line}\n{outcome}");
    }
    // what the owner may create is created: a function's body may need it
    assert_eq!(
        target.ask("select string_agg(extname, ' ' order by extname) from pg_extension"),
        "citext hstore plpgsql unaccent"
    );
    // a table needs one of them, and an index another one
    source.change(
        "create table people (id int primary key, email ext.citext);
        create table pages (id int primary key, page bytea);
        create view headers as select (public.page_header(page)).lsn from pages;",
    );
    source.grant_select();
    target.superuser().run("drop table users; drop schema review_data cascade; drop function slug");
    let outcome = load();
    assert_eq!(outcome.code(), Some(1), "{outcome}");
    for said in [
        "citext is in schema public, and in ext in the source",
        "pageinspect may be created by a superuser only",
        "create extension \"citext\" schema \"ext\";",
        "leave_out_extensions = [\"citext\", \"pageinspect\"]",
    ] {
        assert!(outcome.says(said), "{said}\n{outcome}");
    }
    let config = "[schema]\nleave_out_extensions = [\"citext\", \"pageinspect\"]\n";
    let app = AppDir::empty().with("review-data.toml", config);
    let outcome = Tool::subset(&source.url(), &target.url(), "1").in_dir(&app).run();
    assert_eq!(outcome.code(), Some(0), "{outcome}");
    assert!(outcome.says("table public.people: needs what is left out"), "{outcome}");
    assert_eq!(target.ask("select count(*) from users"), "300");
    source.drop();
    target.drop();
}

#[test]
fn what_the_target_does_not_understand_is_left_out_or_stops_the_load_before_a_row_is_read() {
    let source = Source::from_sql(
        "create extension pg_trgm;
        create collation missing (provider = libc, locale = 'C');
        create table words (id int primary key, word text); insert into words select n, 'w' || n from generate_series(1, 50) n;
        create view likeness as select strict_word_similarity(word, 'w1') as n from words;
        create view sorted as select word collate missing as word from words;
        update pg_collation set collcollate = 'tlh_XX.utf8', collctype = 'tlh_XX.utf8' where collname = 'missing';",
    );
    let target = Target::empty();
    target.superuser().run("create extension pg_trgm version '1.3'");
    Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .succeeded()
        .saying("left out: view public.likeness: function ")
        .saying("extension pg_trgm has version 1.3 on the target, and ")
        .saying("left out: collation public.missing: could not create locale")
        .saying("left out: view public.sorted: needs collation public.missing");
    assert_eq!(target.ask("select count(*) from words"), "50");
    let source = Source::from_sql(
        "create collation missing (provider = libc, locale = 'C'); create table t (n text collate missing);
        update pg_collation set collcollate = 'tlh_XX.utf8', collctype = 'tlh_XX.utf8' where collname = 'missing';",
    );
    Tool::subset(&source.url(), &Target::empty().url(), "1")
        .run()
        .failed(1)
        .saying("table public.t needs collation public.missing")
        .saying("leave_out = [\"public.t\"]")
        .not_saying("selecting rows");
    let source = Source::from_sql(
        "create extension pg_trgm;
        create table likes (how real default strict_word_similarity('a', 'b'));",
    );
    let target = Target::empty();
    target.superuser().run("create extension pg_trgm version '1.3'");
    Tool::subset(&source.url(), &target.url(), "1")
        .run()
        .failed(1)
        .saying("cannot make table public.likes on the target")
        .saying("extension pg_trgm has version 1.3 on the target, and ")
        .saying("alter extension NAME update;")
        .not_saying("selecting rows");
}
