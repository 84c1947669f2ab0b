//! What does not fit into memory goes to files, and nothing else changes.

use crate::support::{AppDir, Outcome, Source, Target, Tool, fingerprint};

/// Keys of several types, most of them of chosen rows; many children of one parent, an order, rows that
/// need others, a tree, rows that come with all their descendants.
const MANY: &str = r"
    create table shops (id int primary key);
    insert into shops values (1), (2);
    create table visits (id int primary key, shop_id int not null references shops, at int not null);
    insert into visits select n, 1, n * 7919 % 4001 from generate_series(1, 4000) n;
    create index on visits (shop_id);
    create table users (id uuid primary key, parent_id uuid references users);
    insert into users select md5(n::text)::uuid, case when n > 9 then md5((n / 3)::text)::uuid end
        from generate_series(1, 3000) n;
    create index on users (parent_id);
    create table products (id bigint primary key, name text not null);
    insert into products select n::bigint * 1000003, 'product ' || n from generate_series(1, 3000) n;
    create table orders (id text primary key, user_id uuid not null references users);
    insert into orders select repeat('k', 30) || n, md5((1 + n * 31 % 3000)::text)::uuid
        from generate_series(1, 5000) n;
    create index on orders (user_id);
    create table items (id int primary key, order_id text not null references orders,
        product_id bigint not null references products);
    insert into items select n, repeat('k', 30) || 1 + n * 17 % 5000, (1 + n * 13 % 3000)::bigint * 1000003
        from generate_series(1, 9000) n;
    create index on items (order_id);
    create table events (id int primary key, at int not null, note text);
    insert into events select n, n * 7919 % 6007, repeat('e', 20) || n from generate_series(1, 6000) n;
";

const CONFIG: &str = "[tables.events]\norder = \"at desc\"\n[tables.shops]\nrows = \"all\"\n\
    [tables.products]\nrows = 10\n[tables.users]\nalways = [\"id = md5('500')::uuid\"]\n";

fn load(source: &Source, size: &str, settings: &[(&str, &str)]) -> (Target, Outcome) {
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", CONFIG);
    let tool = Tool::subset(&source.url(), &target.url(), size).in_dir(&app);
    let outcome = settings.iter().fold(tool, |tool, (name, value)| tool.env(name, *value)).run();
    (target, outcome)
}

#[test]
fn keys_and_rows_that_do_not_fit_into_memory_go_to_files_and_the_same_rows_come() {
    let source = Source::from_sql(MANY);
    for size in ["0.5", "0.08"] {
        let (in_memory, outcome) = load(&source, size, &[]);
        outcome.succeeded();
        let (in_files, outcome) = load(&source, size, &[("REVIEW_DATA_SPILL_ABOVE", "0")]);
        outcome.succeeded();
        assert_eq!(fingerprint(&in_files), fingerprint(&in_memory), "{size}");
    }
    let nowhere = [("REVIEW_DATA_SPILL_ABOVE", "0"), ("TMPDIR", "/nowhere")];
    let (target, outcome) = load(&source, "0.5", &nowhere);
    outcome
        .failed(1)
        .saying("the keys of the chosen rows do not fit into memory")
        .saying("cannot make a temporary file in /nowhere: No such file or directory")
        .saying("name another directory in TMPDIR");
    assert_eq!(target.ask("select count(*) from pg_class where relname = 'users'"), "0");
}
