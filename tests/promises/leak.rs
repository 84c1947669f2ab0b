//! No value of a masked column leaves the source: it is neither in the target's data, nor in its
//! WAL, nor in the record, the output, or the environment of the commands.
//!
//! Each kind of value has a mark that no mask would make. The search is for the marks, in any case.

use crate::support::{AppDir, Outcome, Source, Target, Tool, servers};
use std::collections::BTreeSet;
use std::fs;

/// The marks, each with the kind of value that has it.
const MARKS: [(&str, &str); 9] = [
    ("an e-mail address", "qwzxmail"),
    ("a name", "qwzxname"),
    ("a street", "qwzxstreet"),
    ("a phone number", "7788991"),
    ("a card", "4539578763"),
    ("a token", "qwzxtok"),
    ("a digest", "qwzxdigest"),
    ("a user name", "qwzxuser"),
    ("a text within a document", "qwzxdoc"),
];

const SHOP: &str = "
    create extension citext;
    create domain email_address as citext check (value ~ '^[^@]+@[^@]+$');
    create table logins (username varchar(30) primary key);
    insert into logins select 'qwzxuser_' || n from generate_series(1, 400) n;
    create table users (
        id bigint generated always as identity primary key,
        username varchar(30) not null unique references logins,
        email email_address not null unique,
        first_name text not null, last_name text, full_name text,
        phone text check (phone ~ '^[+0-9 ]+$'),
        street text, city text, postcode varchar(10),
        password_digest text not null, api_token text unique,
        email_lower text generated always as (lower(email::text)) stored);
    create unique index on users (lower(email::text));
    insert into users (username, email, first_name, last_name, full_name, phone, street, city,
            postcode, password_digest, api_token)
        select 'qwzxuser_' || n, 'qwzxmail' || n || '@Qwzxmail.com', 'Qwzxname' || translate(n::text, '0123456789', 'abcdefghij'),
            'Qwzxname' || translate(n::text, '0123456789', 'abcdefghij'), 'Qwzxname Qwzxname' || translate(n::text, '0123456789', 'abcdefghij'), '+49 30 7788991' || lpad(n::text, 3, '0'),
            'Qwzxstreetstrasse ' || n, 'Berlin', lpad(n::text, 5, '1'),
            '$2b$12$Qwzxdigest' || rpad(md5(n::text), 43, 'x'),
            'sk_live_qwzxtok' || md5(n::text)
        from generate_series(1, 400) n;
    create table orders (
        id bigserial primary key, login varchar(30) references logins (username),
        card_number text, shipping_street text, contact_email text, total numeric(10, 2));
    create index on orders (login);
    insert into orders (login, card_number, shipping_street, contact_email, total)
        select 'qwzxuser_' || 1 + n % 400, '4539578763' || lpad(n::text, 6, '0'),
            'Qwzxstreet ' || n, 'qwzxmail' || n || '@qwzxmail.org', n
        from generate_series(1, 3000) n;
    create materialized view recent as select username, email from users;
    create table settings (key text primary key, value text);
    insert into settings values ('theme', 'dark'), ('smtp_password', 'Qwzxtok3Qwzxtok'),
        ('reply_to', 'qwzxmail@qwzxmail.org');";

/// Nothing here is named after what it holds.
const HOSTILE: &str = "
    create extension hstore;
    create type box as (label text, line text);
    create table a1 (c1 char(60) primary key, c2 jsonb, c3 text[], c4 json);
    insert into a1 select 'qwzxmail' || n || '@qwzxmail.net',
            jsonb_build_object('email', 'qwzxmail' || n || '@qwzxmail.net', 'n', n,
                'deep', jsonb_build_array(jsonb_build_object('e_mail', 'qwzxmail@qwzxmail.net'))),
            array['qwzxmail' || n || '@qwzxmail.io', null, 'qwzxmail' || n || '@qwzxmail.com'],
            json_build_object('password', 'qwzxdoc' || n, 'first_name', 'Qwzxname')
        from generate_series(1, 200) n;
    create table a2 (id int primary key, c1 char(60) references a1, c5 text, c6 regclass, c7 text,
        constraint c7_is_short check (length(c7) < 40 and c7 = lower(c7)));
    insert into a2 select n, 'qwzxmail' || n || '@qwzxmail.net',
            'https://qwzxuser:qwzxtok' || n || '@internal.qwzxmail.com/x', 'pg_class',
            'qwzxmail' || n || '@qwzxmail.net'
        from generate_series(1, 200) n;
    create table \"Großes Haus\" (\"E-Mail Adresse\" text, \"Straße\" text, nachname text);
    insert into \"Großes Haus\" select 'Qwzxmail' || n || '@qwzxmail.de', 'Qwzxstreet ' || n,
            'Qwzxname' || translate(n::text, '0123456789', 'abcdefghij') from generate_series(1, 50) n;";

fn marks_in(bytes: &[u8]) -> BTreeSet<&'static str> {
    let bytes = bytes.to_ascii_lowercase();
    let found = MARKS.iter().filter(|(_, mark)| {
        let mark = mark.as_bytes();
        bytes.windows(mark.len()).any(|window| window == mark)
    });
    found.map(|(what, _)| *what).collect()
}

/// Whatever the target has: a dump of all data, with the record.
fn dump(target: &Target) -> Vec<u8> {
    let mut dump = servers().target.client("pg_dump", &target.name);
    dump.output().expect("pg_dump").stdout
}

/// The WAL that was written between two positions.
fn wal(from: &str, to: &str) -> Vec<u8> {
    let session = servers().target.superuser("postgres");
    let names = session.column(&format!(
        "select name from pg_ls_waldir() where name between
            pg_walfile_name('{from}') and pg_walfile_name('{to}') order by 1"
    ));
    assert!(!names.is_empty(), "no segment between {from} and {to}");
    let data = session.ask("show data_directory");
    let read = |name: String| fs::read(format!("{data}/pg_wal/{name}")).expect("a segment");
    names.into_iter().flat_map(read).collect()
}

fn position() -> String {
    servers().target.superuser("postgres").ask("select pg_current_wal_insert_lsn()")
}

/// All that a load leaves behind.
struct Left {
    target: Target,
    outcome: Outcome,
    marks: BTreeSet<String>,
}

fn load(tool: Tool, target: Target, app: &AppDir) -> Left {
    let from = position();
    let outcome = tool.masked().in_dir(app).run().succeeded();
    // writes what is still in memory; the server keeps some segments, whatever others do meanwhile
    servers().target.superuser("postgres").run("select pg_switch_wal()");
    let places = [
        ("the data", dump(&target)),
        ("the WAL", wal(&from, &position())),
        ("the output", outcome.all.clone().into_bytes()),
        ("the environment", app.read("environment").unwrap_or_default().into_bytes()),
    ];
    let found = places.iter().flat_map(|(place, bytes)| {
        marks_in(bytes).into_iter().map(move |what| format!("{what} in {place}"))
    });
    Left { marks: found.collect(), target, outcome }
}

#[test]
fn no_value_of_a_masked_column_of_the_shop_leaves_the_source() {
    let source = Source::from_sql(SHOP);
    let key = "a key of masks for the leak test";
    let target = Target::empty();
    let tool = Tool::subset(&source.url(), &target.url(), "0.4").env("REVIEW_DATA_MASK_KEY", key);
    let app = AppDir::empty().with(
        "review-data.toml",
        "[tables.users]\nalways = [\"email = 'qwzxmail7@qwzxmail.com'\"]\n",
    );
    let tool = tool.argument("--force").argument("logins:qwzxuser_9");
    let left = load(tool, target, &app);
    assert_eq!(left.marks, BTreeSet::new(), "{}", left.outcome);
    let ask = |sql: &str| left.target.ask(sql);
    assert_ne!(ask("select count(*) from users"), "0");
    assert_eq!(
        ask("select count(*) from users join logins using (username)"),
        ask("select count(*) from users"),
        "joins stay whole"
    );
    assert_eq!(ask("select bool_and(email_lower = lower(email::text)) from users"), "t");
    assert_eq!(ask("select bool_and(email::text like '%@example.com') from users"), "t");

    // a set-up, by a budget: its commands see nothing either
    let target = Target::empty();
    let app =
        AppDir::empty().with("review-data.toml", "[postdeploy]\nafter = [\"env > environment\"]\n");
    let tool = Tool::new(["postdeploy"])
        .env("REVIEWAPP", "1")
        .env("REVIEW_DATA_MASK_KEY", key)
        .env("REVIEW_DATA_SOURCE_URL", source.url())
        .env("DATABASE_URL", target.url());
    let left = load(tool, target, &app);
    assert_eq!(left.marks, BTreeSet::new(), "{}", left.outcome);
    let environment = app.read("environment").expect("the command ran");
    assert!(!environment.contains(key), "{environment}");
    assert!(environment.contains("DATABASE_URL"), "{environment}");

    // the search finds what it looks for: one mask is switched off
    let target = Target::empty();
    let app =
        AppDir::empty().with("review-data.toml", "[mask.columns]\n\"users.street\" = \"keep\"\n");
    let left = load(Tool::subset(&source.url(), &target.url(), "0.1"), target, &app);
    let found: Vec<&str> = left.marks.iter().map(String::as_str).collect();
    assert_eq!(found, ["a street in the WAL", "a street in the data"], "{}", left.outcome);
}

#[test]
fn no_value_of_a_masked_column_of_a_hostile_schema_leaves_the_source() {
    let source = Source::from_sql(HOSTILE);
    for tool in [
        |source: &str, target: &str| Tool::subset(source, target, "0.5"),
        |source: &str, target: &str| Tool::within(source, target, Tool::ENOUGH),
    ] {
        let target = Target::empty();
        let tool = tool(&source.url(), &target.url());
        let left = load(tool, target, &AppDir::empty());
        assert_eq!(left.marks, BTreeSet::new(), "{}", left.outcome);
        let joined = "select count(*) from a2 join a1 using (c1)";
        assert_eq!(left.target.ask(joined), left.target.ask("select count(*) from a2"));
        assert_ne!(left.target.ask(joined), "0");
    }
}
