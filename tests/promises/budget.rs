//! Sized: what rows take once they are loaded is known beforehand.

use crate::support::{AppDir, Outcome, Source, Target, Tool, fingerprint};
use review_data::catalog::{self, Table};
use review_data::config::ByteSize;
use review_data::load::measure;
use review_data::postgres::SourceUrl;
use review_data::subset::bytes::Shape;

/// Sources of different shape, a test each: what it takes is estimated, and what fits is found.
macro_rules! shapes {
    ($($name:ident: $budget:expr, $sql:expr, $config:expr;)*) => {
        $(
            #[test]
            fn $name() {
                let source = Source::from_sql($sql);
                let app = AppDir::empty().with("review-data.toml", $config);
                fits(&source, &app, $budget);
                source.drop();
            }
        )*
    };
}

shapes! {
    wide_rows: "20MB",
        "create table customers (id int primary key, name text);
        insert into customers select i, 'customer ' || i from generate_series(1, 2000) i;
        do $$ begin execute 'create table contracts (id int primary key,
            customer_id int not null references customers, '
            || (select string_agg(format('c%s text', i), ', ') from generate_series(1, 40) i)
            || ')'; end $$;
        do $$ begin execute 'insert into contracts select i, (i - 1) % 2000 + 1, '
            || (select string_agg(format('case when i %% 7 = %s then null
                else substr(md5(i || ''/%s''), 1, 4 + (i + %s) %% 28) end', j % 7, j, j), ', ')
                from generate_series(1, 40) j)
            || ' from generate_series(1, 30000) i'; end $$;",
        "";
    values_stored_elsewhere: "25MB",
        "create table authors (id int primary key, name text not null, photo bytea);
        create table documents (id bigint primary key, author_id int not null references authors,
            title text, body text not null);
        alter table documents alter body set storage external;
        insert into authors select i, 'author ' || i, decode(repeat(md5(i::text), 40), 'hex')
            from generate_series(1, 500) i;
        insert into documents select i, (i - 1) % 500 + 1, 'title ' || i,
            (select string_agg(md5(i || '/' || j), '') from generate_series(1, 20 + i * i % 400) j)
            from generate_series(1, 5000) i;",
        "";
    many_indexes: "25MB",
        "create table people (id int primary key, name text, email text unique, city text,
            born date, score numeric, active bool, team int, code uuid);
        insert into people select i, md5(i::text), i || '@shop.example', 'city ' || i % 50,
            date '1950-01-01' + i % 20000, i * 1.37, i % 3 = 0, i % 100,
            md5('code' || i)::uuid from generate_series(1, 80000) i;
        create index on people (name);
        create index on people (city);
        create index on people (born, score);
        create index on people (score desc);
        create index on people (team) where active;
        create index on people (lower(name));
        create index on people (code) include (name);
        create index on people using hash (name);
        create index on people using brin (born);
        create index on people (active);",
        "";
    one_giant_table: "40MB",
        "create table sensors (id int primary key, name text);
        create table readings (id bigint primary key, sensor_id int not null references sensors,
            at timestamptz not null, value float8);
        insert into sensors select i, 'sensor ' || i from generate_series(1, 200) i;
        insert into readings select i, i % 200 + 1, '2024-01-01'::timestamptz + i * interval '1 s',
            i * 0.5 from generate_series(1, 800000) i;",
        "";
    three_hundred_tables: "45MB",
        "do $$ declare i int; begin for i in 1..300 loop
            execute format('create table t%s (id int primary key, parent_id int, a text, b text,
                c timestamptz, d int)', i);
            execute format('insert into t%s select j, (j - 1) / 2 + 1, md5(j::text), md5(j || ''b''),
                now(), j from generate_series(1, 1200) j', i);
            if i % 10 <> 1 then
                execute format('alter table t%s add foreign key (parent_id) references t%s', i, i - 1);
                execute format('create index on t%s (parent_id)', i);
            end if;
        end loop; end $$;",
        "";
    all_tiny: "20MB",
        "do $$ declare i int; begin for i in 1..60 loop
            execute format('create table small%s (id int primary key, name text)', i);
            execute format('insert into small%s select j, ''name '' || j from generate_series(1, %s) j', i, i % 9);
        end loop; end $$;",
        "";
    jsonb_and_gin: "25MB",
        "create table items (id int primary key, data jsonb not null, tags text[] not null,
            words tsvector);
        insert into items select i,
            jsonb_build_object('name', md5(i::text), 'price', i % 1000,
                'attributes', jsonb_build_object('color', i % 12, 'size', i % 40, 'ean', i * 7919)),
            array['tag' || i % 50, 'tag' || i % 333],
            to_tsvector('simple', md5(i::text) || ' word' || i % 2000 || ' term' || i % 77)
            from generate_series(1, 60000) i;
        create index on items using gin (data);
        create index on items using gin (tags);
        create index on items using gin (words);",
        "";
    bloated_tables: "16MB",
        "create table jobs (id int primary key, payload text, state text);
        insert into jobs select i, repeat(md5(i::text), 4), 'done' from generate_series(1, 240000) i;
        create index on jobs (payload);
        create index on jobs (state);
        delete from jobs where id % 3 <> 0 or id between 60000 and 150000;
        update jobs set state = 'open' where id % 2 = 0;",
        "";
    partitions: "30MB",
        "create table shops (id int primary key, name text);
        insert into shops select i, 'shop ' || i from generate_series(1, 300) i;
        create table sales (id bigint, shop_id int not null references shops, sold_at date not null,
            note text, primary key (sold_at, id)) partition by range (sold_at);
        do $$ begin for i in 1..24 loop
            execute format('create table sales_%s partition of sales for values from (%L) to (%L)',
                i, date '2024-01-01' + (i - 1) * 30, date '2024-01-01' + i * 30);
        end loop; end $$;
        create index on sales (shop_id);
        insert into sales select i, i % 300 + 1, date '2024-01-01' + (720 * power(i / 400000.0, 2))::int % 720,
            'note on sale ' || i from generate_series(0, 400000) i;",
        "";
    materialized_views: "35MB",
        "create table clients (id int primary key, name text);
        insert into clients select i, 'client ' || i from generate_series(1, 5000) i;
        create table visits (id int primary key, client_id int not null references clients,
            page text, at timestamptz);
        insert into visits select i, i % 5000 + 1, '/page/' || i % 900, now() + i * interval '1 s'
            from generate_series(1, 250000) i;
        create materialized view visits_by_client as
            select v.*, c.name from visits v join clients c on c.id = v.client_id;
        create index on visits_by_client (client_id);
        create unique index on visits_by_client (id);
        create materialized view pages as select page, count(*) from visits group by page;",
        "";
    a_large_table_with_a_rule: "30MB",
        "create table countries (id int primary key, name text, shape text);
        insert into countries select i, 'country ' || i,
            (select string_agg(md5(i || '/' || j), '') from generate_series(1, 10) j)
            from generate_series(1, 20000) i;
        create table addresses (id int primary key, country_id int not null references countries,
            street text not null, city text not null);
        insert into addresses select i, i % 20000 + 1, md5(i::text), 'city ' || i % 3000
            from generate_series(1, 300000) i;
        create index on addresses (country_id);",
        "[tables.countries]\nrows = \"all\"\n";
}

/// A table of the source with as many rows as the target has: what it should take there, and does.
struct Taken {
    table: String,
    rows: u64,
    estimate: u64,
    truth: u64,
}

fn taken(source: &Source, target: &Target) -> Vec<Taken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("one");
    let (catalog, shapes) = runtime.block_on(async {
        let url = SourceUrl::parse(&source.url()).expect("a URL");
        let session = url.connect().await.expect("a session");
        let begin = "begin isolation level repeatable read; set local search_path = ''";
        session.run(begin).await.expect("a transaction");
        let catalog =
            catalog::read(&session, &catalog::Outside::default()).await.expect("a catalogue");
        let mut rows = Vec::new();
        for table in &catalog.tables {
            let sql = format!("select count(*) from {}", table.name.quoted());
            let answer = session.query(&sql, &[]).await.expect("a number");
            rows.push(u64::try_from(answer[0].get::<_, i64>(0)).expect("a number"));
        }
        let shapes = measure::shapes(&session, &catalog, &rows).await.expect("shapes");
        (catalog, shapes)
    });
    let there = target.superuser();
    let taken = |(table, shape): (&Table, &Shape)| {
        let table = table.name.quoted().to_string();
        let rows = there.count(&format!("select count(*) from {table}"));
        #[allow(clippy::cast_precision_loss, reason = "tests have few rows")]
        let estimate = shape.bytes(&shape.spread(rows as f64)).total();
        let truth = there.count(&format!(
            "select sum(pg_total_relation_size(relid)) from (
                select relid from pg_partition_tree('{table}') where isleaf
                union select '{table}'::regclass) leaves"
        ));
        Taken { table, rows, estimate, truth }
    };
    catalog.tables.iter().zip(&shapes).map(taken).collect()
}

/// Loads a subset by a budget.
fn within(source: &Source, target: &Target, app: &AppDir, budget: &str) -> Outcome {
    Tool::new(["subset", &source.url(), &target.url(), "--yes", "--max-size", budget])
        .in_dir(app)
        .run()
}

fn size_of(target: &Target) -> u64 {
    target.superuser().count("select pg_database_size(current_database())")
}

/// The database has 80 to 100 % of the budget, or all that the source has. Every table that takes
/// more than a few pages was estimated within 15 %.
fn fits(source: &Source, app: &AppDir, budget: &str) {
    const FEW_PAGES: u64 = 16 * 8192;
    let target = Target::empty();
    let outcome = within(source, &target, app, budget).succeeded();
    let (size, most) = (size_of(&target), budget.parse::<ByteSize>().expect("a size").0);
    let all = outcome.says("budget: all rows fit");
    assert!(size <= most, "{size} of {most}: {outcome}");
    assert!(all || size * 100 >= most * 80, "{size} of {most}: {outcome}");
    for Taken { table, rows, estimate, truth } in taken(source, &target) {
        let off = estimate.abs_diff(truth);
        assert!(
            off * 100 <= truth * 15 || off <= FEW_PAGES,
            "{table} with {rows} rows: estimated {estimate}, takes {truth}"
        );
    }
    target.drop();
}

/// 3,000 groups of 50 rows each.
const GROUPS: &str = "
    create table facts (id int primary key, grp int not null, note text);
    insert into facts select i, i % 3000, md5(i::text) from generate_series(1, 150000) i;
";

#[test]
fn a_load_that_exceeds_the_budget_is_rolled_back_and_made_smaller() {
    // a materialized view that has as much to say of a tenth of the rows
    let source = Source::from_sql(&format!(
        "{GROUPS}
        create materialized view summary as select grp, count(*),
            (select string_agg(md5(grp || '/' || i), '') from generate_series(1, 100) i)
            from facts group by grp;"
    ));
    let target = Target::empty();
    let outcome = within(&source, &target, &AppDir::empty(), "24MB").succeeded();
    let outcome =
        outcome.saying("try 1: rows^").saying("more than the budget of 24 MB: rolled back");
    let size = size_of(&target);
    assert!((19_200_000..=24_000_000).contains(&size), "{size}: {outcome}");
    assert_eq!(target.ask("select count(*) from review_data.load"), "1");
}

#[test]
fn a_load_that_leaves_much_of_the_budget_is_rolled_back_and_made_larger() {
    // a materialized view that grows with the square of the rows
    let source = Source::from_sql(&format!(
        "{GROUPS}
        create materialized view pairs as select a.id, b.id as other, a.note
            from facts a join facts b on a.grp = b.grp and b.id <= a.id;"
    ));
    let target = Target::empty();
    let outcome = within(&source, &target, &AppDir::empty(), "70MB").succeeded();
    let outcome = outcome.saying("try 1: rows^").saying("too little of the budget of 70 MB");
    let size = size_of(&target);
    assert!((56_000_000..=70_000_000).contains(&size), "{size}: {outcome}");
}

#[test]
fn a_budget_gives_the_same_rows_again_and_those_of_the_fraction_that_it_found() {
    let source = Source::from_sql(GROUPS);
    let (first, again) = (Target::empty(), Target::empty());
    within(&source, &first, &AppDir::empty(), "15MB").succeeded();
    within(&source, &again, &AppDir::empty(), "15MB").succeeded();
    let rows = fingerprint(&first);
    assert_eq!(rows, fingerprint(&again));
    let fraction = first.ask("select fraction from review_data.load where logarithmic");
    let third = Target::empty();
    let tool = Tool::subset(&source.url(), &third.url(), &fraction);
    tool.argument("--logarithmic").run().succeeded();
    assert_eq!(rows, fingerprint(&third), "rows^{fraction}");
}

#[test]
fn the_record_says_the_budget_the_fraction_that_was_found_and_the_size_reached() {
    let source = Source::from_sql(GROUPS);
    let target = Target::empty();
    within(&source, &target, &AppDir::empty(), "15MB").succeeded();
    let found =
        "select max_size, database_size = pg_database_size(current_database()), logarithmic,
        fraction between 0.5 and 0.99 from review_data.load";
    let row: Vec<String> = target.superuser().rows(found).remove(0).into_iter().flatten().collect();
    assert_eq!(row, ["15000000", "t", "t", "t"]);
}

#[test]
fn where_nothing_is_said_of_sizes_the_budget_is_two_hundred_megabytes() {
    let source = Source::from_sql(GROUPS);
    let target = Target::empty();
    let tool = Tool::new(["subset", &source.url(), &target.url(), "--yes"]);
    tool.run().succeeded().saying("budget: all rows fit").saying("of 200 MB");
    assert_eq!(target.ask("select count(*) from facts"), "150000");
    assert_eq!(target.ask("select max_size from review_data.load"), "200000000");
}

#[test]
fn a_budget_of_the_file_gives_way_to_a_fraction_of_the_command_line() {
    let source = Source::from_sql(GROUPS);
    let app = AppDir::empty().with("review-data.toml", "[subset]\nmax_size = \"15MB\"\n");
    let (budget, fraction) = (Target::empty(), Target::empty());
    let words = ["subset", &source.url(), &budget.url(), "--yes"];
    Tool::new(words).in_dir(&app).run().succeeded().saying("of 15 MB");
    let tool = Tool::subset(&source.url(), &fraction.url(), "0.01").in_dir(&app);
    tool.run().succeeded().not_saying("budget");
    assert_eq!(fraction.ask("select count(*) from facts"), "1500");
}

#[test]
fn rules_that_alone_exceed_the_budget_are_told_with_what_would_shrink_them() {
    let source = Source::from_sql(&format!(
        "{GROUPS} create table tags (id int primary key, name text);
        insert into tags select i, 'tag ' || i from generate_series(1, 100) i;"
    ));
    let config = "[tables.facts]\nrows = \"all\"\n";
    let app = AppDir::empty().with("review-data.toml", config);
    let target = Target::empty();
    within(&source, &target, &app, "12MB")
        .failed(1)
        .saying("the subset does not fit the budget of 12 MB")
        .saying("public.facts takes 15 MB (rule; the source has 150,000 rows)")
        .saying("let public.facts have fewer rows")
        .saying("a budget that would do: max_size = ")
        .not_saying("public.tags takes");
    assert_eq!(target.contents(), Vec::<String>::new());
    within(&source, &target, &app, "1MB").failed(1).saying("the database without any row takes");
    assert_eq!(target.contents(), Vec::<String>::new());
    within(&source, &target, &app, "30MB").succeeded();
}

#[test]
fn conditions_mean_under_a_budget_what_they_mean_without() {
    let source = Source::from_sql(&format!(
        "create type kind as enum ('bulk', 'fine');
        {GROUPS} alter table facts add column kind kind not null default 'bulk';
        update facts set kind = 'fine' where id % 10 = 0;"
    ));
    let target = Target::empty();
    let told = |condition: &str| {
        let config = format!("[tables.facts]\nwhere = \"{condition}\"\n");
        let app = AppDir::empty().with("review-data.toml", &config);
        within(&source, &target, &app, "11MB")
    };
    told("knid = 'fine'").failed(2).saying("did you mean kind?");
    assert_eq!(target.contents(), Vec::<String>::new());
    told("kind = 'fine'::kind").succeeded().saying("budget: all rows fit");
    assert_eq!(target.ask("select distinct kind from facts"), "fine");
    assert_eq!(target.ask("select count(*) from facts"), "15000");
}
