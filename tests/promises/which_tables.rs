//! Which tables and which rows by name: patterns, `-t`, `-T`, `-F`, schemas, `--force`.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

const SHOP: &str = "
    create table alembic_version (version_num text primary key);
    insert into alembic_version values ('a'), ('b');
    create table people (id int primary key, name text not null);
    create table coupons (id int primary key, code text not null);
    create table orders (
        id int primary key, person_id int not null references people,
        coupon_id int references coupons);
    create table items (
        order_id int references orders, line int, label text, primary key (order_id, line));
    create table audit_log (id int primary key, person_id int references people);
    create table audit_trail (id int primary key);
    insert into people select i, 'qwzx person ' || i from generate_series(1, 100) i;
    insert into coupons select i, 'code ' || i from generate_series(1, 20) i;
    insert into orders select i, (i - 1) / 10 + 1, i % 20 + 1 from generate_series(1, 1000) i;
    insert into items select o, l, 'label' from generate_series(1, 1000) o, generate_series(1, 2) l;
    insert into audit_log select i, i % 100 + 1 from generate_series(1, 300) i;
    insert into audit_trail select generate_series(1, 300);
    create schema stock;
    create table stock.shelves (id int primary key);
    create table stock.goods (
        id int primary key, shelf_id int not null references stock.shelves,
        order_id int references orders);
    insert into stock.shelves select generate_series(1, 50);
    insert into stock.goods select i, i % 50 + 1, i from generate_series(1, 400) i;
    create schema stock_archive;
    create table stock_archive.goods (id int primary key);
    insert into stock_archive.goods select generate_series(1, 60);
";

/// What came of a run with these arguments and this configuration.
fn run(source: &Source, arguments: &[&str], config: &str) -> (Target, Outcome) {
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    let tool = Tool::subset(&source.url(), &target.url(), "0.1").in_dir(&app);
    let outcome = arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)).run();
    (target, outcome)
}

/// The numbers of rows of these tables, where the run succeeded.
#[track_caller]
fn counts<const N: usize>(run: (Target, Outcome), tables: [&str; N]) -> [String; N] {
    run.1.succeeded();
    tables.map(|table| run.0.ask(&format!("select count(*) from {table}")))
}

/// The failure, wrapped as a person reads it; the target is untouched.
#[track_caller]
fn refused(run: (Target, Outcome), code: i32) -> String {
    let outcome = run.1.failed(code);
    assert_eq!(run.0.contents(), Vec::<String>::new(), "the target is untouched:\n{outcome}");
    let start = outcome.stderr.find("error: ").unwrap_or_default();
    outcome.stderr[start..].trim_end().to_owned()
}

#[test]
fn excluded_tables_are_there_without_rows_and_what_named_them_is_null() {
    let source = Source::from_sql(SHOP);
    let (target, outcome) = run(&source, &["-T", "coupons", "--exclude-table=audit_*"], "");
    let outcome = outcome.succeeded();
    let of = |table: &str| target.ask(&format!("select count(*) from {table}"));
    let empty = ["coupons", "audit_log", "audit_trail"].map(of);
    assert_eq!(empty, ["0", "0", "0"]);
    assert_ne!(of("orders"), "0");
    assert_eq!(target.ask("select count(coupon_id) from orders"), "0");
    assert!(outcome.says("public.orders: NULL in coupon_id"), "{outcome}");
}

#[test]
fn a_table_that_others_cannot_do_without_is_not_excluded() {
    let source = Source::from_sql(SHOP);
    insta::assert_snapshot!(refused(run(&source, &["-T", "people"], ""), 2));
    // with those that need it, it can be
    let without = run(&source, &["-T", "people", "-T", "orders", "-T", "items"], "");
    assert_eq!(counts(without, ["people", "items", "audit_log"]), ["0", "0", "30"]);
}

/// Of a key with several columns that one becomes NULL which nothing else needs; MATCH FULL wants
/// all of them NULL, and a computed column cannot be.
#[test]
fn as_few_columns_as_possible_become_null() {
    let source = Source::from_sql(
        "create table tenants (id int primary key);
        create table accounts (tenant_id int, id int, primary key (tenant_id, id));
        create table invoices (
            id int primary key, tenant_id int references tenants, account_id int,
            foreign key (tenant_id, account_id) references accounts);
        create table pairs (
            id int primary key, t int, a int,
            foreign key (t, a) references accounts match full);
        create table computed (
            id int primary key, tenant_id int, account_id int generated always as (id) stored,
            foreign key (tenant_id, account_id) references accounts);
        insert into tenants select generate_series(1, 10);
        insert into accounts select i % 10 + 1, i from generate_series(1, 100) i;
        insert into invoices select i, i % 10 + 1, i from generate_series(1, 100) i;
        insert into pairs select id, tenant_id, account_id from invoices;
        insert into computed select id, tenant_id from invoices;
        create table copies (
            id int primary key, account_id int generated always as (id) stored,
            tenant_id int not null, foreign key (tenant_id, account_id) references accounts);",
    );
    let (target, outcome) = run(&source, &["-T", "accounts"], "");
    outcome.succeeded();
    let of = |sql: &str| target.ask(&format!("select count(*) from {sql}"));
    assert_eq!(of("invoices where tenant_id is not null and account_id is null"), "10");
    assert_eq!(of("pairs where t is null and a is null"), "10");
    let (target, outcome) = run(&source, &["-T", "accounts", "-T", "tenants"], "");
    outcome.succeeded();
    let neither = "select count(*) from invoices where tenant_id is null and account_id is null";
    assert_eq!(target.ask(neither), "10");
    assert_eq!(of("computed where tenant_id is null and account_id = id"), "10");
    source.change(
        "create table parted (tenant_id int references tenants) partition by list (tenant_id);
        create table parted_all partition of parted for values in (1, 2, 3);
        insert into parted values (1), (2)",
    );
    source.grant_select();
    source.replayed();
    insta::assert_snapshot!(refused(run(&source, &["-T", "tenants"], ""), 2));
    source.change("drop table parted");
    source.change("insert into copies (id, tenant_id) select id, tenant_id from invoices");
    insta::assert_snapshot!(refused(run(&source, &["-T", "accounts"], ""), 2));
}

#[test]
fn of_tables_that_are_not_included_come_the_rows_that_foreign_keys_need() {
    let source = Source::from_sql(SHOP);
    let (target, outcome) = run(&source, &["-t", "orders", "--force", "people:7"], "");
    outcome.succeeded();
    let of = |sql: &str| target.ask(&format!("select count(*) from {sql}"));
    assert_eq!(of("orders"), "100");
    assert_eq!(of("people where id not in (select person_id from orders)"), "0");
    assert_eq!(of("orders where person_id = 7"), "10", "descendants in a table that is included");
    assert_eq!(["items", "audit_log", "stock.goods"].map(of), ["0", "0", "0"]);
    assert_eq!(of("orders where coupon_id is null"), "0");
    assert_eq!(of("alembic_version"), "2", "a migration tool's table is whole all the same");
}

#[test]
fn a_table_that_is_not_included_and_not_needed_needs_nothing() {
    let source = Source::from_sql(SHOP);
    // orders need people, but nothing is ordered
    let got = run(&source, &["-t", "audit_trail", "-T", "people"], "");
    assert_eq!(counts(got, ["audit_trail", "orders", "people"]), ["30", "0", "0"]);
}

#[test]
fn full_tables_have_every_row() {
    let source = Source::from_sql(SHOP);
    let config = "[tables.coupons]\nrows = 3\nwhere = \"id < 5\"\n";
    let got = run(&source, &["-F", "coupons", "--full-table", "audit_*"], config);
    let tables = ["coupons", "audit_log", "audit_trail", "people"];
    assert_eq!(counts(got, tables), ["20", "300", "300", "100"], "all people are in the log");
}

#[test]
fn exclusion_wins_over_inclusion_and_over_full_tables() {
    let source = Source::from_sql(SHOP);
    let arguments = ["-t", "audit_*", "-F", "audit_*", "-T", "audit_log", "-F", "coupons"];
    let got = run(&source, &arguments, "");
    assert_eq!(counts(got, ["audit_log", "audit_trail", "coupons"]), ["0", "300", "0"]);
}

#[test]
fn a_migration_tools_table_is_left_out_by_its_own_name_only() {
    let source = Source::from_sql(SHOP);
    let all = ["-T", "a*"];
    assert_eq!(counts(run(&source, &all, ""), ["alembic_version", "audit_log"]), ["2", "0"]);
    let named = ["-T", "alembic_version"];
    assert_eq!(counts(run(&source, &named, ""), ["alembic_version"]), ["0"]);
}

#[test]
fn schemas_are_included_with_what_their_foreign_keys_need_of_others() {
    let source = Source::from_sql(SHOP);
    let tables = ["stock.goods", "stock.shelves", "stock_archive.goods", "people", "audit_trail"];
    let only = "[subset]\nschemas = [\"stock\"]\n";
    let (target, outcome) = run(&source, &[], only);
    let orders = "select count(*) from orders where id not in (select order_id from stock.goods)";
    assert_eq!(target.ask(orders), "0", "only the orders of the goods");
    assert_eq!(target.ask("select count(*) from stock.goods where order_id is null"), "0");
    let got = counts((target, outcome), tables);
    assert_eq!([&got[0], &got[2], &got[4]], ["40", "0", "0"]);

    let got = counts(run(&source, &[], "[subset]\nschemas = [\"stock*\"]\n"), tables);
    assert_eq!([&got[0], &got[2], &got[4]], ["40", "6", "0"]);

    // as in 2019: public goes without saying
    let got = counts(run(&source, &["--schema", "stock"], only), tables);
    assert_eq!([&got[0], &got[2], &got[4]], ["40", "0", "30"]);
}

#[test]
fn excluded_schemas_give_no_rows_but_for_tables_with_rules_of_their_own() {
    let source = Source::from_sql(SHOP);
    let excluded = "[subset]\nexclude_schemas = [\"stock*\"]\n";
    let tables = ["stock.goods", "stock_archive.goods", "orders"];
    assert_eq!(counts(run(&source, &[], excluded), tables), ["0", "0", "100"]);
    let but = format!("{excluded}[tables.\"stock_archive.goods\"]\nrows = 7\n");
    assert_eq!(counts(run(&source, &[], &but), tables), ["0", "7", "100"]);
}

#[test]
fn a_name_wins_over_a_pattern_and_two_patterns_are_refused() {
    let source = Source::from_sql(SHOP);
    let config = "
        [tables.\"audit_*\"]
        rows = \"none\"
        [tables.audit_trail]
        rows = 7
        [tables.\"stock*.goods\"]
        rows = \"50%\"
    ";
    let tables = ["audit_log", "audit_trail", "stock.goods", "stock_archive.goods"];
    assert_eq!(counts(run(&source, &[], config), tables), ["0", "7", "200", "30"]);
    let twice = "[tables.\"audit_*\"]\nrows = 1\n[tables.\"*_log\"]\nrows = 2\n";
    insta::assert_snapshot!(refused(run(&source, &[], twice), 2));
}

#[test]
fn patterns_and_schemas_that_match_nothing_are_told() {
    let source = Source::from_sql(SHOP);
    let told = |arguments: &[&str], config: &str| refused(run(&source, arguments, config), 2);
    insta::assert_snapshot!(told(&[], "[tables.\"audti_*\"]\nrows = 1\n"));
    insta::assert_snapshot!(told(&["-T", "log_*"], ""));
    insta::assert_snapshot!(told(&["-F", "stock.god"], ""));
    insta::assert_snapshot!(told(&["--schema", "stocks"], ""));
    insta::assert_snapshot!(told(&[], "[subset]\nexclude_schemas = [\"archive_*\"]\n"));
}

#[test]
fn a_row_is_forced_by_a_key_of_any_text() {
    let source = Source::from_sql(
        "create table notes (book text, title text, body text, primary key (book, title));
        create table words (word text primary key, n int);
        insert into notes select 'b', i::text, 'x' from generate_series(1, 500) i;
        insert into notes values ('a, b', 'c:d', 'x'), ('', '[e]', 'x'), ('é\"''\\', E'f\\ng', 'x');
        insert into words select 'word ' || i, i from generate_series(1, 500) i;
        insert into words values (''), ('[\"a\"]'), ('a,b:c');",
    );
    let forced = [
        "notes:b,77",
        r#"notes:["a, b", "c:d"]"#,
        r#"notes:["","[e]"]"#,
        r#"notes:["\u00e9\"'\\","f\ng"]"#,
        r#"words:[""]"#,
        r#"words:["[\"a\"]"]"#,
        "words:a,b:c",
    ];
    let arguments: Vec<&str> = forced.iter().flat_map(|force| ["--force", *force]).collect();
    let config = "[tables.\"*\"]\nrows = 0\n";
    assert_eq!(counts(run(&source, &arguments, config), ["notes", "words"]), ["4", "3"]);
}

#[test]
fn a_forced_row_that_is_not_there_is_an_error_or_a_warning() {
    let source = Source::from_sql(SHOP);
    let missing = ["--force", "people:1000", "--force", "items:7,[x]"];
    insta::assert_snapshot!(refused(run(&source, &missing[..2], ""), 1));
    insta::assert_snapshot!(refused(run(&source, &missing[2..], ""), 2));
    let warned = ["--force", "people:1000", "--force-missing=warn", "--force", "people:3"];
    let (target, outcome) = run(&source, &warned, "");
    outcome.succeeded().saying("warning: --force public.people:1000 names no row of the source");
    assert_eq!(target.ask("select count(*) from people where id = 3"), "1");
}

#[test]
fn a_forced_row_that_cannot_be_is_told() {
    let source = Source::from_sql(SHOP);
    let told = |arguments: &[&str]| refused(run(&source, arguments, ""), 2);
    insta::assert_snapshot!(told(&["--force", "person:1"]));
    insta::assert_snapshot!(told(&["--force", "items:7"]));
    insta::assert_snapshot!(told(&["--force", "people:1,2"]));
    insta::assert_snapshot!(told(&["-T", "people", "--force", "people:1"]));
}
