//! The tables in which migration tools keep their state are copied whole, whatever they are called.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

/// A migration table of the app's own name, a business table with a name of that kind, and one
/// whose name is known.
const SHOP: &str = "
    create table shop_schema_migrations (version varchar primary key);
    insert into shop_schema_migrations
        select (20190101000000 + n)::text from generate_series(1, 400) n;
    create table data_changelog_entries (
        id bigserial primary key, entity text not null, name text, changed_at timestamptz);
    insert into data_changelog_entries (entity, name, changed_at)
        select 'order', 'n' || n, now() from generate_series(1, 400) n;
    create table schema_migrations (version varchar primary key);
    insert into schema_migrations select n::text from generate_series(1, 400) n;
    create table users (id int primary key);
    insert into users select generate_series(1, 1000);
";

fn load(sql: &str, arguments: &[&str], config: &str) -> (Target, Outcome) {
    let source = Source::from_sql(sql);
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    let tool = Tool::subset(&source.url(), &target.url(), "0.1").in_dir(&app);
    let outcome = arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)).run();
    (target, outcome.succeeded())
}

fn rows(target: &Target, table: &str) -> String {
    target.ask(&format!("select count(*) from {table}"))
}

/// The line about a table in the result or the plan; a long name has the line before it to itself.
fn line<'a>(outcome: &'a Outcome, table: &str) -> &'a str {
    let mut lines = outcome.stdout.lines().skip_while(|line| !line.starts_with(table));
    let first = lines.next().unwrap_or_default();
    if first == table { lines.next().unwrap_or_default() } else { first }
}

#[test]
fn a_table_that_looks_like_one_is_whole_and_the_result_and_the_plan_say_so() {
    let (target, outcome) = load(SHOP, &[], "");
    assert_eq!(rows(&target, "shop_schema_migrations"), "400");
    assert_eq!(rows(&target, "data_changelog_entries"), "40");
    assert_eq!(rows(&target, "users"), "100");
    let guessed = line(&outcome, "public.shop_schema_migrations");
    assert!(guessed.ends_with("looks like a migration table"), "{outcome}");

    let plan = Tool::new(["plan", &Source::from_sql(SHOP).url(), "0.1"]).run().succeeded();
    let guessed = line(&plan, "public.shop_schema_migrations");
    assert!(guessed.ends_with("looks like a migration table"), "{plan}");
    assert!(line(&plan, "public.data_changelog_entries").ends_with("fraction"), "{plan}");
}

#[test]
fn with_more_than_ten_thousand_rows_it_is_an_ordinary_table() {
    let sql = |rows| {
        format!(
            "create table app_migrations (name text primary key, applied_at timestamptz);
            insert into app_migrations select 'm' || n from generate_series(1, {rows}) n;"
        )
    };
    let (target, _) = load(&sql(10_000), &[], "");
    assert_eq!(rows(&target, "app_migrations"), "10000");
    let (target, _) = load(&sql(10_001), &[], "");
    assert_eq!(rows(&target, "app_migrations"), "1000");
}

#[test]
fn a_rule_wins_over_a_guess_and_the_output_warns() {
    for rule in ["rows = 5", "where = \"version < '20190101000006'\""] {
        let config = format!("[tables.shop_schema_migrations]\n{rule}\n");
        let (target, outcome) = load(SHOP, &[], &config);
        assert_eq!(rows(&target, "shop_schema_migrations"), "5", "{rule}");
        outcome.saying("public.shop_schema_migrations looks like a migration table, and its rule");
    }
    let (target, outcome) = load(SHOP, &[], "[tables.shop_schema_migrations]\nrows = \"all\"\n");
    assert_eq!(rows(&target, "shop_schema_migrations"), "400");
    outcome.not_saying("warning: public.shop_schema_migrations");
    let (target, _) = load(SHOP, &["-T", "shop_*"], "");
    assert_eq!(rows(&target, "shop_schema_migrations"), "0");
    let (target, _) = load(SHOP, &["-t", "users"], "");
    assert_eq!(rows(&target, "shop_schema_migrations"), "400");
}

#[test]
fn no_rule_of_the_file_wins_over_a_known_name() {
    for rule in ["rows = 5", "rows = \"none\"", "where = \"version = '1'\""] {
        let (target, outcome) = load(SHOP, &[], &format!("[tables.schema_migrations]\n{rule}\n"));
        assert_eq!(rows(&target, "schema_migrations"), "400", "{rule}");
        outcome.saying("the rule for public.schema_migrations does not apply");
    }
}

#[test]
fn a_business_table_with_a_common_name_follows_its_own_rule() {
    let sql = "create table species (id int primary key);
        insert into species select generate_series(1, 50);
        create table migrations (
            id int primary key, species_id int not null references species, name text);
        insert into migrations select n, 1 + n % 50, 'to the south' from generate_series(1, 400) n;";
    let (target, outcome) = load(sql, &[], "[tables.migrations]\nrows = 20\n");
    assert_eq!(rows(&target, "migrations"), "20");
    assert!(line(&outcome, "public.migrations").contains("rule"), "{outcome}");
}

#[test]
fn a_name_from_the_apps_own_configuration_is_a_known_name() {
    let sql = "create schema meta;
        create table meta.journal (id serial primary key, name text, batch int, at timestamptz);
        insert into meta.journal (name) select 'm' || n from generate_series(1, 400) n;
        create table meta.journal_lock (index serial primary key, is_locked int);
        insert into meta.journal_lock (is_locked) select 0 from generate_series(1, 3);
        create table ledger (rev text primary key, version text, by text);
        insert into ledger select n::text, n::text from generate_series(1, 400) n;
        create table history (entry text primary key);
        insert into history select n::text from generate_series(1, 400) n;";
    let source = Source::from_sql(sql);
    let app = AppDir::empty()
        .with("knexfile.js", "module.exports = { migrations: { tableName: 'journal' } };")
        .with("Procfile", "release: goose -table ledger up\n")
        .with("review-data.toml", "[tables.\"meta.journal\"]\nrows = 3\n");
    let target = Target::empty();
    let subset = |target: &Target, app: &AppDir| {
        Tool::subset(&source.url(), &target.url(), "0.1").in_dir(app).run().succeeded()
    };
    let outcome = subset(&target, &app);
    let tables = ["meta.journal", "meta.journal_lock", "ledger", "history"];
    assert_eq!(tables.map(|table| rows(&target, table)), ["400", "3", "400", "40"]);
    assert!(line(&outcome, "meta.journal").contains("migration table"), "{outcome}");
    outcome.saying("the rule for meta.journal does not apply");

    let elsewhere = Target::empty();
    subset(&elsewhere, &AppDir::empty());
    assert_eq!(tables.map(|table| rows(&elsewhere, table)), ["40", "3", "40", "40"]);
}
