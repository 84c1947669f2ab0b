//! The command line of rdbms-subsetter, literally, on a database of that kind.

use crate::support::{AppDir, Expectations, Outcome, Source, Target, Tool, broken_promises};

/// A shop of 2019, as SQLAlchemy and alembic make one: serial keys, few indexes, a JSON column, a
/// table that most others point at, and one row that says which revision it is.
const SHOP: &str = "
    create table alembic_version (version_num varchar(32) not null primary key);
    insert into alembic_version values ('5b5ba3fbc2f1');
    create table users (
        id serial primary key, email text not null unique, referrer_id int references users,
        preferences jsonb, created timestamp not null);
    create table countries (code char(2) primary key, name text not null);
    create table addresses (
        id serial primary key, user_id int not null references users,
        country char(2) not null references countries, street text not null);
    create table products (id serial primary key, name text not null, price numeric(10, 2) not null);
    create table orders (
        id serial primary key, user_id int not null references users,
        address_id int references addresses, placed timestamp not null);
    create table order_items (
        order_id int not null references orders, line int not null,
        product_id int not null references products, quantity int not null,
        primary key (order_id, line));
    create table refunds (
        id serial primary key, order_id int not null, line int not null, reason text,
        foreign key (order_id, line) references order_items);
    create table reviews (
        id serial primary key, user_id int not null references users,
        product_id int not null references products, stars int not null);
    create table tags (id serial primary key, name text not null unique);
    create table product_tags (
        product_id int references products, tag_id int references tags,
        primary key (product_id, tag_id));

    insert into users select i, 'user' || i || '@shop.example', nullif(i / 3, 0),
        case when i % 3 > 0 then jsonb_build_object('theme', i % 4) end,
        '2019-01-01'::timestamp + i * interval '1 hour' from generate_series(1, 500) i;
    insert into countries select chr(65 + i / 26) || chr(65 + i % 26), 'country ' || i
        from generate_series(0, 99) i;
    insert into addresses select i, (i * 7) % 500 + 1,
        chr(65 + i % 100 / 26) || chr(65 + i % 100 % 26), i || ' Main Street'
        from generate_series(1, 700) i;
    insert into products select i, 'product ' || i, i * 0.99 from generate_series(1, 200) i;
    insert into orders select i, (i * 11) % 500 + 1, nullif((i * 13) % 701, 0),
        '2019-03-01'::timestamp + i * interval '10 minutes' from generate_series(1, 2000) i;
    insert into order_items select o, l, (o * l) % 200 + 1, l
        from generate_series(1, 2000) o, generate_series(1, 3) l where (o + l) % 4 > 0;
    insert into refunds select row_number() over (), order_id, line, 'broken'
        from order_items where order_id % 40 = 20;
    insert into reviews select i, (i * 3) % 500 + 1, (i * 17) % 200 + 1, i % 5 + 1
        from generate_series(1, 900) i;
    insert into tags select i, 'tag ' || i from generate_series(1, 40) i;
    insert into product_tags select p, (p * t) % 40 + 1 from generate_series(1, 200) p,
        generate_series(1, 2) t on conflict do nothing;
    select setval('users_id_seq', 500), setval('orders_id_seq', 2000);
";

/// Table, and the condition for what descends from user 1: not down the self-reference, since
/// those whom a user has referred do not belong to that user.
const OF_USER_1: [(&str, &str); 6] = [
    ("users", "id = 1"),
    ("addresses", "user_id = 1"),
    ("orders", "user_id = 1"),
    ("order_items", "order_id in (select id from orders where user_id = 1)"),
    ("refunds", "order_id in (select id from orders where user_id = 1)"),
    ("reviews", "user_id = 1"),
];

fn run(source: &Source, target: &Target, arguments: &[&str]) -> Outcome {
    let directory = AppDir::empty();
    let tool = Tool::new([source.url(), target.url()]).called("rdbms-subsetter", &directory);
    arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)).run()
}

#[test]
fn the_literal_command_of_2019_brings_enough_rows_user_1_and_all_that_is_theirs() {
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    run(&source, &target, &["--logarithmic", "0.2", "--yes", "--force", "users:1"]).succeeded();

    let tables = source.primary().column(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
    );
    assert_eq!(tables.len(), 11);
    for table in tables {
        let count = format!("select count(*) from {table}");
        let (all, got) = (source.primary().count(&count), target.superuser().count(&count));
        // math.pow(10, math.log10(n) * f), truncated, and at least 1
        let wanted =
            target.ask(&format!("select greatest(1, floor(10 ^ (log({all}) * 0.2)))::int"));
        assert!(got >= wanted.parse().unwrap(), "{table}: {got} of {all}, {wanted} wanted");
    }
    for (table, condition) in OF_USER_1 {
        let count = format!("select count(*) from {table} where {condition}");
        let there = source.ask(&count);
        assert_ne!(there, "0", "{table} has something of user 1");
        assert_eq!(target.ask(&count), there, "{table}");
    }
    let expected = Expectations {
        fraction: 0.2,
        logarithmic: true,
        more_by_request: true,
        ..Expectations::default()
    };
    assert_eq!(broken_promises(&source, &target, &expected), Vec::<String>::new());
    let next = "select nextval('users_id_seq') > max(id) from users";
    assert_eq!(target.ask(next), "t", "the next user can sign up");
    assert_eq!(target.ask("select version_num from alembic_version"), "5b5ba3fbc2f1");
}

#[test]
fn every_option_of_2019_is_taken_in_any_place() {
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    let directory = AppDir::empty();
    let line = format!(
        "-l -b 500 --loglevel=ERROR {} --children 2 -Fcountr* {} -T reviews --force Users:1 \
         --schema public 0.3 -y -t users -t orders --table=countries -t reviews",
        source.url(),
        target.url()
    );
    let outcome = Tool::new(line.split_whitespace())
        .called("rdbms-subsetter", &directory)
        .run()
        .succeeded()
        .saying("--buffer and --loglevel mean nothing here and are ignored");
    let count = |table: &str| target.superuser().count(&format!("select count(*) from {table}"));
    assert_eq!(count("countries"), 100, "every row:\n{outcome}");
    assert_eq!(count("reviews"), 0, "excluded");
    assert_eq!(count("order_items"), 0, "not included");
    assert!(count("users") >= 6 && count("orders") >= 9, "int(10 ** (log10(n) * 0.3))");
    let orders = "select count(*) from orders where user_id = 1";
    assert_eq!(target.ask(orders), source.ask(orders), "--force");
}

#[test]
fn modules_to_import_are_refused_with_what_to_do_instead() {
    let source = Source::from_sql("create table t (id int primary key)");
    let target = Target::empty();
    let outcome = run(&source, &target, &["0.1", "-y", "--import", "my.handlers"]).failed(2);
    assert!(target.contents().is_empty());
    insta::assert_snapshot!(outcome.stderr);
}

#[test]
fn urls_of_sqlalchemy_may_name_a_driver() {
    let source = Source::from_sql("create table t (id int primary key)");
    let target = Target::empty();
    let with_driver = |url: String| url.replacen("://", "ql+psycopg2://", 1);
    assert!(source.url().starts_with("postgres://"), "{}", source.url());
    let urls = [with_driver(source.url()), with_driver(target.url())];
    Tool::new(["subset"]).argument(&urls[0]).argument(&urls[1]).argument("0.1").run().succeeded();
    assert_eq!(target.ask("select count(*) from t"), "0");
}

#[test]
fn the_json_file_of_2019_adds_to_the_command_line() {
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    let file = r#"{"tables": ["tags", "public.product?"], "full_tables": ["tags"],
        "schemas": ["public"]}"#;
    let directory = AppDir::empty().with("subset.json", file);
    Tool::subset(&source.url(), &target.url(), "0.1")
        .argument("--config=subset.json")
        .argument("--table")
        .argument("countries")
        .in_dir(&directory)
        .run()
        .succeeded();
    let count = |table: &str| target.ask(&format!("select count(*) from {table}"));
    let tables = ["tags", "products", "countries", "product_tags", "users"];
    assert_eq!(tables.map(count), ["40", "20", "10", "0", "0"]);
}

#[test]
fn constraints_of_the_json_file_are_foreign_keys() {
    let source = Source::from_sql(
        "create table owners (tenant int, id int, primary key (tenant, id));
        insert into owners select i % 7, i from generate_series(1, 300) i;
        create schema stock;
        create table stock.goods (id int primary key, tenant int, owner_id int, shelf int);
        insert into stock.goods select i, i % 7, i, i % 40 from generate_series(1, 300) i;
        insert into stock.goods values (301, 0, 9999, null);
        create table stock.shelves (id int primary key);
        insert into stock.shelves select generate_series(0, 39);",
    );
    let file = r#"{"constraints": {"stock.goods": [
        {"referred_schema": null, "referred_table": "owners",
         "referred_columns": ["tenant", "id"], "constrained_columns": ["tenant", "owner_id"]},
        {"referred_schema": "stock", "referred_table": "shelves",
         "referred_columns": ["id"], "constrained_columns": ["shelf"]}]}}"#;
    let directory = AppDir::empty().with("subset.json", file);
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "0.1")
        .argument("--config=subset.json")
        .argument("--force=stock.goods:301")
        .in_dir(&directory)
        .run()
        .succeeded();
    assert!(target.superuser().count("select count(*) from stock.goods") >= 30);
    let lonely = "select string_agg(g.id::text, ' ') from stock.goods g
        left join owners o on (o.tenant, o.id) = (g.tenant, g.owner_id)
        left join stock.shelves s on s.id = g.shelf
        where o.id is null or s.id is null and g.shelf is not null";
    assert_eq!(target.ask(lonely), "301", "but for what names nothing in the source either");
}

#[test]
fn what_is_wrong_with_the_json_file_is_told_with_its_place() {
    let source = Source::from_sql("create table users (id int primary key)");
    let told = |file: &str| {
        let target = Target::empty();
        let directory = AppDir::empty().with("subset.json", file);
        let tool = Tool::subset(&source.url(), &target.url(), "0.1").in_dir(&directory);
        let outcome = tool.argument("--config").argument("subset.json").run().failed(2);
        assert!(target.contents().is_empty());
        let start = outcome.stderr.find("error: ").unwrap_or_default();
        outcome.stderr[start..].to_owned()
    };
    insta::assert_snapshot!(told("{\"tables\": [\"user\"]}"));
    insta::assert_snapshot!(told("{\"tabels\": [\"users\"]}"));
    insta::assert_snapshot!(told("{\"tables\": [\"users\",]}"));
    insta::assert_snapshot!(told(
        r#"{"constraints": {"users": [{"referred_table": "nobody",
            "referred_columns": ["id"], "constrained_columns": ["id"]}]}}"#
    ));
    insta::assert_snapshot!(told(
        r#"{"constraints": {"users": [{"referred_table": "users",
            "referred_columns": ["id"], "constrained_columns": ["boss_id"]}]}}"#
    ));
    let target = Target::empty();
    let missing = ["--config", "nowhere.json", "-y", "0.1"];
    insta::assert_snapshot!(run(&source, &target, &missing).failed(2).stderr);
}
