//! Sized: what rows take once they are loaded is known beforehand.

use crate::support::{AppDir, Source, Target, Tool};
use review_data::catalog::{self, Table};
use review_data::load::measure;
use review_data::postgres::SourceUrl;
use review_data::subset::bytes::Shape;

/// Sources of different shape, a test each: what it takes is estimated.
macro_rules! shapes {
    ($($name:ident: $sql:expr, $config:expr;)*) => {
        $(
            #[test]
            fn $name() {
                is_estimated($sql, $config);
            }
        )*
    };
}

shapes! {
    wide_rows:
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
    values_stored_elsewhere:
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
    many_indexes:
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
    one_giant_table:
        "create table sensors (id int primary key, name text);
        create table readings (id bigint primary key, sensor_id int not null references sensors,
            at timestamptz not null, value float8);
        insert into sensors select i, 'sensor ' || i from generate_series(1, 200) i;
        insert into readings select i, i % 200 + 1, '2024-01-01'::timestamptz + i * interval '1 s',
            i * 0.5 from generate_series(1, 800000) i;",
        "";
    three_hundred_tables:
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
    all_tiny:
        "do $$ declare i int; begin for i in 1..60 loop
            execute format('create table small%s (id int primary key, name text)', i);
            execute format('insert into small%s select j, ''name '' || j from generate_series(1, %s) j', i, i % 9);
        end loop; end $$;",
        "";
    jsonb_and_gin:
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
    bloated_tables:
        "create table jobs (id int primary key, payload text, state text);
        insert into jobs select i, repeat(md5(i::text), 4), 'done' from generate_series(1, 240000) i;
        create index on jobs (payload);
        create index on jobs (state);
        delete from jobs where id % 3 <> 0 or id between 60000 and 150000;
        update jobs set state = 'open' where id % 2 = 0;",
        "";
    partitions:
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
    materialized_views:
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
    a_large_table_with_a_rule:
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
        let catalog = catalog::read(&session).await.expect("a catalogue");
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
        let estimate = shape.bytes(&shape.spread(rows)).total();
        let truth = there.count(&format!(
            "select sum(pg_total_relation_size(relid)) from (
                select relid from pg_partition_tree('{table}') where isleaf
                union select '{table}'::regclass) leaves"
        ));
        Taken { table, rows, estimate, truth }
    };
    catalog.tables.iter().zip(&shapes).map(taken).collect()
}

/// Every table that takes more than a few pages within 15 %.
fn is_estimated(sql: &str, config: &str) {
    const FEW_PAGES: u64 = 16 * 8192;
    let source = Source::from_sql(sql);
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    Tool::subset(&source.url(), &target.url(), "0.2").in_dir(&app).run().succeeded();
    for Taken { table, rows, estimate, truth } in taken(&source, &target) {
        let off = estimate.abs_diff(truth);
        assert!(
            off * 100 <= truth * 15 || off <= FEW_PAGES,
            "{table} with {rows} rows: estimated {estimate}, takes {truth}"
        );
    }
    target.drop();
    source.drop();
}
