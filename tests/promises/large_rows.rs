//! Rows so large that memory matters: each is in memory once, or the load stops before it is read.

use crate::support::{AppDir, Source, Target, Tool};

/// Bytes of address space. A row may take 66 MB then.
const ROOM: &str = "--as=200000000";

fn limited() -> Tool {
    Tool::new(Vec::<String>::new()).through("prlimit", &[ROOM]).argument("subset")
}

/// `users` are narrow on average, so that their rows are read together with their keys.
const ROWS: &str = "
    create table docs (id int primary key, body bytea);
    alter table docs alter body set storage external;
    insert into docs select n, convert_to(repeat('x', case when n = 3 then 60000000 else 9 end), 'UTF8')
        from generate_series(1, 5) n;
    create table teams (id int primary key);
    insert into teams select n from generate_series(1, 900) n;
    create table users (id int primary key, team_id int not null references teams, email text,
        photo bytea, cv text);
    alter table users alter photo set storage external, alter cv set storage external;
    create index on users (team_id);
    insert into users select n, 1 + n % 900, 'user' || n || '@shop.test',
        case when n % 1000 = 0 then convert_to(repeat('p', 400000), 'UTF8') end,
        case when n % 1000 = 0 then repeat('c', 300000) end
        from generate_series(1, 9000) n;";

const SAME: &str = "select count(*), md5(string_agg(id || md5(photo), ' ' order by id)) from users
    where photo is not null";

#[test]
fn a_large_row_is_in_memory_once_and_arrives_as_it_is() {
    let source = Source::from_sql(ROWS);
    let (plain, masked) = (Target::empty(), Target::empty());
    let arguments = |tool: Tool, target: &Target, size: &str| {
        tool.argument(source.url()).argument(target.url()).argument(size).argument("--yes")
    };
    arguments(limited(), &plain, "0.999").run().succeeded();
    assert_eq!(plain.ask("select sum(length(body)) >= 60000027 from docs"), "t");
    let ids = plain.ask("select string_agg(id::text, ',') from users where photo is not null");
    let of_these = format!("{SAME} and id in ({ids})");
    assert_eq!(plain.ask(SAME), source.ask(&of_these));
    assert_eq!(plain.ask("select count(distinct md5(cv)) from users"), "1");

    let app = AppDir::empty().with(
        "review-data.toml",
        "[mask.columns]\n\"users.cv\" = \"redact\"\n\"users.photo\" = \"keep\"\n",
    );
    arguments(limited().masked().in_dir(&app), &masked, "1").run().succeeded();
    assert_eq!(masked.ask(SAME), source.ask(SAME));
    assert_eq!(
        masked.ask("select count(*) from users where email like '%shop.test' or cv like 'ccc%'"),
        "0"
    );
    assert_eq!(masked.ask("select sum(length(body)) from docs"), "60000036");
}

#[test]
fn a_row_that_does_not_fit_into_memory_is_named_and_nothing_is_loaded() {
    let source = Source::from_sql(
        "create table docs (id int, at date, body text, more jsonb, primary key (id, at)) partition by range (id);
        create table docs_1 partition of docs for values from (0) to (10);
        create table docs_2 partition of docs for values from (10) to (99);
        insert into docs select n, '2026-01-01', 'x', '{}' from generate_series(1, 20) n;
        update docs set body = repeat('x', 40000000), more = to_jsonb(repeat('y', 40000000)) where id = 17;
        create table files (\"Id\" uuid primary key, data bytea);
        insert into files values ('00000000-0000-0000-0000-000000000007', convert_to(repeat('x', 80000000), 'UTF8'));
        create table logs (line text);
        insert into logs values ('x'), (repeat('y', 80000000));",
    );
    let target = Target::empty();
    let load = |fraction: &str, app: &AppDir| {
        let tool = limited().in_dir(app).argument(source.url()).argument(target.url());
        tool.argument(fraction).argument("--yes").run()
    };
    let configured = |text: &str| AppDir::empty().with("review-data.toml", text);
    let no_others = "[tables.logs]\nrows = \"none\"\n[tables.files]\nrows = \"none\"\n";
    let some = "[tables.docs]\nalways = [\"id = 17\"]\n";
    let of_docs = "a row of public.docs is too large: ctid = '(0,12)' and tableoid = \
        'public.docs_2'::regclass";
    for fraction in ["0.5", "1"] {
        load(fraction, &configured(&format!("{no_others}{some}")))
            .failed(1)
            .saying(of_docs)
            .saying("the row takes 80 MB");
    }
    let no_docs = "[tables.docs]\nrows = \"none\"\n";
    let without = "where = \"not (\\\"Id\\\" = '00000000-0000-0000-0000-000000000007')\"";
    load("1", &configured(no_docs))
        .failed(1)
        .saying("a row of public.files is too large: Id = 00000000-0000-0000-0000-000000000007")
        .saying(without);
    load("1", &configured(&format!("{no_docs}[tables.files]\n{without}\n")))
        .failed(1)
        .saying("a row of public.logs is too large: ctid = '(0,2)'")
        .saying("the row takes 80 MB")
        .saying("it needs 227 MB of memory, and this process is limited to 200 MB");
    assert_eq!(target.ask("select count(*) from pg_class where relname in ('docs', 'logs')"), "0");
}

/// Many rows, keys, tables and columns: a tenth of what `scripts/bench --memory` measures.
#[test]
fn loads_that_need_much_stay_within_half_a_gigabyte() {
    if std::env::var_os("REVIEW_DATA_LONG").is_none() {
        return;
    }
    let bench = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/bench");
    let ended = std::process::Command::new(bench)
        .args(["--memory", "--quick"])
        .env("REVIEW_DATA", env!("CARGO_BIN_EXE_review-data"))
        .output()
        .expect("scripts/bench");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
}
