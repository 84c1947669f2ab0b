//! `plan` says what a load then does, and writes nothing.

use crate::support::{AppDir, Source, Target, Tool};
use serde_json::Value;

/// Self-references, composite keys, partitions, values stored elsewhere, a key to a unique column,
/// tables that are whole and tables that are empty.
const SHOP: &str = "
    create table categories (
        id int primary key, parent_id int references categories, name text not null);
    create table users (
        id bigint primary key, email text not null unique, referred_by bigint references users,
        bio text);
    create table products (
        sku text primary key, category_id int not null references categories, spec text);
    create table orders (
        id bigint primary key, user_id bigint not null references users on delete cascade,
        placed_at timestamptz not null);
    create index on orders (user_id);
    create table items (
        order_id bigint not null references orders on delete cascade, line int not null,
        sku text not null references products, quantity int not null,
        primary key (order_id, line));
    create table notes (
        id uuid primary key, order_id bigint not null, line int not null, note text,
        foreign key (order_id, line) references items);
    create index on notes (order_id, line);
    create index on notes using gin (to_tsvector('simple', note));
    create table events (
        id bigint not null, email text references users (email), at date not null,
        primary key (id, at)) partition by range (at);
    create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
    create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
    create index on events (email);
    create table countries (code text primary key, name text);
    create table nothing (id int primary key);
    create table alembic_version (version_num varchar(32) primary key);
    insert into alembic_version values ('ae1027a6acf');
    insert into categories select i, nullif(i / 3, 0), 'c' || i from generate_series(1, 300) i;
    insert into countries select i::text, repeat('x', i) from generate_series(1, 200) i;
    insert into users select i, 'u' || i || '@x',
        case when i % 6 = 0 then 1 + (i::bigint * 7919) % (i - 1) end, repeat(md5(i::text), i % 5)
        from generate_series(1, 20000) i;
    insert into products select 'p' || i, 1 + i % 300, (
            select string_agg(md5(i::text || n), '') from generate_series(1, 10 * (i % 30)) n)
        from generate_series(1, 1000) i;
    insert into orders select i, 1 + (i::bigint * 7919) % 20000, '2024-01-01'
        from generate_series(1, 40000) i;
    insert into items select 1 + i / 3, i % 3, 'p' || 1 + (i * 31) % 1000, i % 9
        from generate_series(0, 119999) i;
    insert into notes select md5(i::text)::uuid, 1 + i, i % 3, 'note ' || i || ' of ' || i % 99
        from generate_series(1, 20000) i;
    insert into events select i, case when i % 3 > 0 then 'u' || 1 + (i * 7) % 20000 || '@x' end,
        '2024-01-01'::date + i % 730 from generate_series(1, 30000) i;
";

const RULES: &str = "
    [tables.countries]
    rows = \"all\"
    [tables.users]
    always = [\"id = 7\"]
    [tables.notes]
    where = \"note like '%7'\"
    rows = 300
";

fn planned(tool: Tool) -> Value {
    let outcome = tool.argument("--format").argument("json").run().succeeded();
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}:\n{outcome}"))
}

fn table<'a>(plan: &'a Value, name: &str) -> &'a Value {
    let tables = plan["tables"].as_array().expect("tables");
    tables.iter().find(|table| table["table"] == name).expect("the table")
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn the_rows_and_about_the_bytes_of_a_plan_are_those_of_the_load() {
    let source = Source::from_sql(SHOP);
    for (fraction, options) in
        [("0.05", &[][..]), ("0.3", &["--force", "orders:9"]), ("0.6", &["-l"])]
    {
        let app = AppDir::empty().with("review-data.toml", RULES);
        let with = |tool: Tool| options.iter().fold(tool, |tool, option| tool.argument(*option));
        let plan = planned(with(Tool::new(["plan", &source.url(), fraction])).in_dir(&app));
        let target = Target::empty();
        with(Tool::subset(&source.url(), &target.url(), fraction)).in_dir(&app).run().succeeded();
        let mut bytes = 0;
        for table in plan["tables"].as_array().expect("tables") {
            let name = table["table"].as_str().expect("a name");
            let rows = target.superuser().count(&format!("select count(*) from {name}"));
            assert_eq!(number(&table["rows"]), rows, "{name} at {fraction}: {table:#}");
            let size = target.superuser().count(&format!(
                "select sum(pg_total_relation_size(relid)) from (
                    select '{name}'::regclass union select relid from pg_partition_tree('{name}')
                ) as parts (relid)"
            ));
            let planned = number(&table["bytes"]["total"]);
            bytes += size;
            // a page more or less is a large part of a table this small
            let tolerance = size * 15 / 100 + 2 * 8192;
            assert!(
                planned.abs_diff(size) <= tolerance,
                "{name} at {fraction}: planned {planned}, has {size}: {table:#}"
            );
        }
        let planned = number(&plan["bytes"]);
        assert!(
            planned.abs_diff(bytes) <= bytes * 15 / 100,
            "{fraction}: planned {planned}, has {bytes}"
        );
    }
}

#[test]
fn a_plan_needs_no_target() {
    let source = Source::from_sql(SHOP);
    let plan = planned(Tool::new(["plan", &source.url(), "0.05"]));
    assert_eq!(plan["version"], 1);
    let users = table(&plan, "users");
    assert_eq!((number(&users["source_rows"]), number(&users["target_rows"])), (20_000, 1_000));
    assert_eq!(users["source_rows_estimated"], false);
    let whole = table(&plan, "alembic_version");
    assert_eq!((whole["reason"].as_str(), number(&whole["rows"])), (Some("migration table"), 1));
    assert_eq!(number(&table(&plan, "nothing")["rows"]), 0);
}

#[test]
fn in_an_app_a_plan_is_of_what_postdeploy_would_copy() {
    let source = Source::from_sql(SHOP);
    let app = AppDir::empty().with("review-data.toml", "[subset]\nfraction = 0.1\n");
    let in_app = |arguments: &[&str]| {
        let tool = Tool::new(["plan"]).env("REVIEW_DATA_SOURCE_URL", source.url()).in_dir(&app);
        planned(arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)))
    };
    assert_eq!(number(&table(&in_app(&[]), "orders")["target_rows"]), 4_000);
    let orders = number(&table(&in_app(&["0.01"]), "orders")["target_rows"]);
    assert_eq!(orders, 400, "a number is not a source");
    let logarithmic = in_app(&["-l", "0.5", "-T", "notes", "--seed", "3"]);
    assert_eq!(number(&table(&logarithmic, "orders")["target_rows"]), 200);
    assert_eq!(table(&logarithmic, "notes")["reason"], "excluded");
    assert_eq!(logarithmic["subset"]["seed"], 3);
}

#[test]
fn a_plan_says_which_foreign_keys_bring_rows() {
    let source = Source::from_sql(
        "create table teams (id int primary key, parent_id int references teams);
        create table people (id int primary key, team_id int not null references teams);
        insert into teams select i, nullif(i - 1, 0) from generate_series(1, 9) i;
        insert into people select i, 9 from generate_series(1, 9) i;",
    );
    let app = AppDir::empty().with("review-data.toml", "[tables.teams]\nrows = 1\n");
    let plan =
        planned(Tool::new(["plan", &source.url(), "0.2", "--force", "people:3"]).in_dir(&app));
    let teams = table(&plan, "teams");
    assert_eq!(number(&teams["rows"]), 9, "the line of teams up to the first");
    let pulled: Vec<u64> = teams["pulled_in"]
        .as_array()
        .expect("what was pulled in")
        .iter()
        .map(|pulled| number(&pulled["rows"]))
        .collect();
    assert_eq!(pulled.iter().sum::<u64>(), 8);
    let told = Tool::new(["plan", &source.url(), "0.2"]).in_dir(&app).run().succeeded();
    told.saying("public.teams: 8 rows besides, referenced by").saying("public.people(team_id)");
}

#[test]
fn an_index_that_would_spare_a_scan_is_named_and_helps() {
    let source = Source::from_sql(
        "create schema \"My Shop\";
        create table people (id int primary key);
        create table \"My Shop\".\"Orders\" (id int primary key, \"Person\" int not null references people,
            note text);
        create table visits (id int, person_id int references people, at date, primary key (id, at))
            partition by range (at);
        create table visits_1 partition of visits for values from (minvalue) to ('2024-01-01')
            partition by range (at);
        create table visits_1_1 partition of visits_1 default;
        create table visits_2 partition of visits for values from ('2024-01-01') to (maxvalue);
        create table few (id int primary key, person_id int references people);
        insert into people select generate_series(1, 1000);
        insert into few select i, i from generate_series(1, 100) i;
        insert into \"My Shop\".\"Orders\" select i, 1 + i % 1000, repeat('x', 60) from generate_series(1, 20000) i;
        insert into visits select i, 1 + i % 1000, '2023-01-01'::date + i % 700 from generate_series(1, 40000) i;",
    );
    let plan = planned(Tool::new(["plan", &source.url(), "0.05"]));
    let statements: Vec<String> = plan["missing_indexes"]
        .as_array()
        .expect("missing indexes")
        .iter()
        .flat_map(|missing| missing["statements"].as_array().expect("statements"))
        .map(|statement| statement.as_str().expect("SQL").to_owned())
        .collect();
    assert_eq!(
        statements,
        [
            r#"create index concurrently on "My Shop"."Orders" ("Person");"#,
            r#"create index concurrently on "public"."visits_1_1" ("person_id");"#,
            r#"create index concurrently on "public"."visits_2" ("person_id");"#,
            r#"create index on "public"."visits" ("person_id");"#,
        ],
        "none for a table that is read at a glance"
    );
    for statement in &statements {
        source.change(statement);
    }
    let plan = planned(Tool::new(["plan", &source.url(), "0.05"]));
    assert_eq!(plan["missing_indexes"].as_array().expect("missing indexes").len(), 0, "{plan:#}");
    let indexes = "select count(*) from pg_index where indrelid = 'visits_2'::regclass";
    assert_eq!(source.ask(indexes), "2", "the key's and the new one: none was made twice");
}

#[test]
fn columns_that_become_null_are_planned_and_those_that_cannot_are_an_error() {
    let source = Source::from_sql(
        "create table coupons (id int primary key);
        create table people (id int primary key);
        create table orders (id int primary key, coupon_id int references coupons,
            person_id int not null references people);
        insert into coupons values (1); insert into people values (1);
        insert into orders values (1, 1, 1);",
    );
    let with = |rules: &str| AppDir::empty().with("review-data.toml", rules);
    let app = with("[tables.coupons]\nrows = \"none\"\n");
    let plan = planned(Tool::new(["plan", &source.url()]).in_dir(&app));
    let nulled = &table(&plan, "orders")["nulled"][0];
    assert_eq!(nulled["columns"][0], "coupon_id");
    assert_eq!(nulled["references"], "public.coupons");
    assert_eq!(number(&table(&plan, "coupons")["source_rows"]), 1);
    let told = Tool::new(["plan", &source.url()]).in_dir(&app).run().succeeded();
    told.saying("public.orders: coupon_id becomes NULL, since public.coupons is left empty");

    let app = with("[tables.people]\nrows = \"none\"\n");
    let told = Tool::new(["plan", &source.url()]).in_dir(&app).run().failed(2);
    let same =
        Tool::subset(&source.url(), &Target::empty().url(), "0.05").in_dir(&app).run().failed(2);
    let error = |stderr: &str| stderr[stderr.find("error: ").expect("an error")..].to_owned();
    assert_eq!(error(&told.stderr), error(&same.stderr));
    told.saying("public.orders references public.people through orders_person_id_fkey");
}

#[test]
fn the_plan_is_told_in_eighty_columns() {
    let source = Source::from_sql(SHOP);
    source.change("create unlogged table scratch (id int primary key)");
    source.grant_select();
    source.replayed();
    let told = Tool::new(["plan", &source.url(), "0.05"]).run().succeeded();
    for line in told.stdout.lines().filter(|line| !line.starts_with("    ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    told.saying("left out: the rows of public.scratch").saying("nothing was written");
}

#[test]
fn a_plan_without_a_source_or_with_a_wrong_share_is_wrong_use() {
    Tool::new(["plan"]).run().failed(2).saying("cannot find a source to copy from");
    Tool::new(["plan", "1.5"]).run().failed(2).saying("must be a number from 0 to 1");
    let nobody = "postgres://127.0.0.1:1/nothing";
    Tool::new(["plan", nobody, "half"]).run().failed(2).saying("must be a number from 0 to 1");
    Tool::new(["plan", "30%"]).run().failed(2).saying("review-data plan 0.3");
    Tool::new(["plan", nobody, "0.5"]).run().failed(1);
}

#[test]
fn columns_that_look_like_foreign_keys_are_named_with_the_entry_that_follows_them() {
    let source = Source::from_sql(
        "create table users (id int primary key);
        create table visits (id int primary key, user_id int not null, at date);
        insert into users select generate_series(1, 100);
        insert into visits select i, i from generate_series(1, 100) i;",
    );
    let plan = planned(Tool::new(["plan", &source.url(), "0.1"]));
    let undeclared = plan["undeclared"].as_array().expect("a list");
    assert_eq!(undeclared.len(), 1, "{plan:#}");
    assert_eq!(undeclared[0]["references"], "public.users(id)");
    let told = Tool::new(["plan", &source.url(), "0.1"]).run().succeeded();
    told.saying("public.visits(user_id) looks like a foreign key to public.users(id)");
    let entry = undeclared[0]["entry"].as_str().expect("an entry");
    let app = AppDir::empty().with("review-data.toml", entry);
    let plan = planned(Tool::new(["plan", &source.url(), "0.1"]).in_dir(&app));
    assert_eq!(plan["undeclared"].as_array().expect("a list").len(), 0);
    assert_eq!(table(&plan, "visits")["driven_by"], "user_id -> users");
}
