//! Rows that users added to the configuration tables of extensions.

use crate::support::{Source, Target, Tool};

/// The tables of an extension, as a superuser prepares them.
const EXTENSION: &str = "
    create extension hstore;
    create table parents (name text primary key, every text not null);
    create table children (parent text not null references parents, name text primary key);
    create table secrets (id int primary key);
    alter extension hstore add table parents; alter extension hstore add table children;
    alter extension hstore add table secrets;
    create sequence numbers; alter extension hstore add sequence numbers;
    update pg_extension set extconfig = array['children'::regclass::oid, 'parents'::regclass, 'secrets'::regclass, 'numbers'::regclass],
      extcondition = array['', 'where name <> ''default''', '', ''] where extname = 'hstore';
    insert into parents values ('default', 'never');
";

#[test]
fn rows_of_an_extension_are_replaced_by_a_swap_or_named_where_the_owner_may_not_write() {
    let source = Source::from_sql(&format!(
        "{EXTENSION} insert into parents values ('events', 'day'), ('logs', 'week');
        insert into children values ('events', 'events_1'), ('logs', 'logs_1');
        create table events (id int primary key);
        insert into events select generate_series(1, 30);"
    ));
    source.change("revoke select on secrets from reader");
    source.change("grant select on sequence numbers to reader");
    source.change("select setval('numbers', 7)");
    let target = Target::empty();
    for sql in EXTENSION.split(';').map(str::trim).filter(|sql| !sql.is_empty()) {
        target.superuser().run(sql);
    }
    let load = |options: &[&str]| {
        let tool = Tool::subset(&source.url(), &target.url(), "1");
        options.iter().fold(tool, |tool, option| tool.argument(*option)).run()
    };
    let all = "select string_agg(p.name || ' ' || p.every || ' ' || coalesce(c.name, '-'), ', ' order by p.name)
        from parents p left join children c on c.parent = p.name";

    // nothing may be written there
    let plan = Tool::new(["plan", &source.url(), "1"]).run().succeeded();
    plan.saying(
        "left out: the rows that were added to public.parents, of extension hstore, unless",
    );
    load(&[])
        .succeeded()
        .saying("left out: 2 rows that were added to public.parents, of extension hstore: the target's role may not write there")
        .saying("grant select, insert, delete on \"public\".\"children\" to \"app_owner\"")
        .saying("the rows that were added to public.secrets, of extension hstore: the source's role may not read it");
    assert_eq!(target.superuser().ask(all), "default never -");

    // what an earlier load or somebody else put there goes, and what the extension brought stays
    target.superuser().run("grant all on parents, children, secrets to app_owner");
    target.superuser().run("grant all on sequence numbers to app_owner");
    target.superuser().run("insert into parents values ('logs', 'year')");
    target.superuser().run("insert into children values ('logs', 'logs_7')");
    load(&["--replace"]).succeeded().not_saying("added to public.parents");
    assert_eq!(target.ask(all), "default never -, events day events_1, logs week logs_1");
    assert_eq!(target.ask("select nextval('numbers')"), "8");
    source.change("delete from children where parent = 'events'");
    source.change("delete from parents where name = 'events'");
    load(&["--replace"]).succeeded();
    assert_eq!(target.ask(all), "default never -, logs week logs_1");

    // a row that the target refuses fails nothing
    source.change("delete from children");
    target.superuser().run("alter table parents add check (every <> 'week') not valid");
    load(&["--replace"]).succeeded().saying(
        "1 row that was added to public.parents, of extension hstore: new row for relation",
    );
    assert_eq!(target.ask("select count(*) from events"), "30");

    // nothing masks the rows of an extension
    source.change("delete from parents where name <> 'default'");
    source.change(
        "insert into parents select 'n' || n, 'user' || n || '@shop.test' from generate_series(1, 9) n",
    );
    let tool = Tool::subset(&source.url(), &target.url(), "1").masked().argument("--replace");
    tool.run().succeeded().saying(
        "9 rows that were added to public.parents, of extension hstore: every is likely personal or \
         secret (values are e-mail addresses)",
    );
    assert_eq!(target.ask("select count(*) from parents where every like '%@%'"), "0");

    // more than is kept: they are streamed
    source.change("delete from parents where name <> 'default'");
    source.change(
        "insert into parents select 'many ' || n, repeat('x', 900) from generate_series(1, 20000) n",
    );
    load(&["--replace"]).succeeded().not_saying("added to public.parents");
    let many = "select count(*) || ' ' || sum(length(every)) from parents where name like 'many %'";
    assert_eq!(target.ask(many), "20000 18000000");
    source.drop();
    target.drop();
}
