//! Which rows go first, where a rule says so.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

/// 50 users with 40 events each; the ids run against the time, and every 20 events share a day.
const EVENTS: &str = "
    create table users (id int primary key, name text not null);
    create table events (
        id int primary key,
        user_id int references users,
        score numeric,
        created_at date
    );
    insert into users select i, 'qwzx user ' || i from generate_series(1, 50) i;
    insert into events
        select i, 1 + i % 50, case when i % 7 > 0 then i * 37 % 1000 end,
               date '2026-01-01' - i / 20
        from generate_series(1, 2000) i;
";

fn subset(source: &Source, config: &str) -> (Target, Outcome) {
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    let outcome = Tool::subset(&source.url(), &target.url(), "0.1").in_dir(&app).run();
    (target, outcome)
}

fn chosen(source: &Source, config: &str) -> Target {
    let (target, outcome) = subset(source, config);
    outcome.succeeded();
    target
}

/// The keys of the source's first rows in this order.
fn first(source: &Source, table: &str, order: &str, rows: usize) -> Vec<String> {
    let mut keys =
        source.primary().column(&format!("select id from {table} order by {order} limit {rows}"));
    keys.sort();
    keys
}

fn keys(target: &Target, table: &str) -> Vec<String> {
    let mut keys = target.superuser().column(&format!("select id from {table}"));
    keys.sort();
    keys
}

#[test]
fn the_newest_rows_are_chosen_and_the_oldest() {
    let source = Source::from_sql(
        "create table notes (id int primary key, created_at timestamptz, updated_at timestamptz);
        insert into notes
            select i, '2026-01-01'::timestamptz - i * interval '1 hour', now()
            from generate_series(1, 500) i;
        insert into notes values (501, null, now());",
    );
    let target = chosen(&source, "[tables.notes]\nrows = 30\norder = \"newest\"\n");
    assert_eq!(keys(&target, "notes"), first(&source, "notes", "id", 30), "NULL is not the newest");
    let target = chosen(&source, "[tables.notes]\nrows = 30\norder = \"oldest\"\n");
    let oldest = first(&source, "notes where created_at is not null", "id desc", 30);
    assert_eq!(keys(&target, "notes"), oldest);
}

#[test]
fn an_order_may_be_any_sql() {
    let source = Source::from_sql(EVENTS);
    let order =
        "score is null, score % 10 desc -- the last digit\\n, length(user_id::text), id desc";
    let config = format!("[tables.events]\nrows = 37\norder = \"{order}\"\n")
        + "[[foreign_keys]]\ntable = \"events\"\ncolumns = [\"user_id\"]\nfollow = false\n";
    let target = chosen(&source, &config);
    let sql = order.replace("\\n", "\n");
    assert_eq!(keys(&target, "events"), first(&source, "events", &sql, 37));
}

#[test]
fn each_chosen_parent_brings_its_newest_children_first() {
    let source = Source::from_sql(EVENTS);
    let config = "
        [subset]
        children = 2
        [tables.events]
        rows = 10
        order = \"newest\"
    ";
    let target = chosen(&source, config);
    assert_eq!(target.ask("select count(*) from users"), "5");
    assert_eq!(target.ask("select count(*) from events"), "10");
    for user in keys(&target, "users") {
        let of_user = format!("events where user_id = {user}");
        let newest = first(&source, &of_user, "created_at desc, id", 2);
        assert_eq!(keys(&target, &of_user), newest, "events of user {user}");
    }
}

#[test]
fn a_larger_fraction_keeps_the_rows_of_a_smaller_one_in_an_order_too() {
    let source = Source::from_sql(EVENTS);
    let rows = |fraction: &str| {
        let target = Target::empty();
        let app = AppDir::empty().with("review-data.toml", "[tables.events]\norder = \"oldest\"\n");
        Tool::subset(&source.url(), &target.url(), fraction).in_dir(&app).run().succeeded();
        keys(&target, "events")
    };
    let (fewer, more) = (rows("0.05"), rows("0.2"));
    assert_eq!((fewer.len(), more.len()), (100, 400));
    assert!(fewer.iter().all(|key| more.contains(key)), "{fewer:?}");
    assert_eq!(rows("0.05"), fewer, "and the same rows twice");
}

#[test]
fn the_order_is_told_by_plan_and_why() {
    let source = Source::from_sql(EVENTS);
    let app = AppDir::empty().with("review-data.toml", "[tables.events]\norder = \"newest\"\n");
    let plan = Tool::new(["plan", &source.url(), "0.01", "--format", "json"]).in_dir(&app).run();
    plan.succeeded().saying("\"fraction, newest first, by created_at\"");
    let target = chosen(
        &source,
        "[tables.events]\nrows = 3\norder = \"newest\"\n[tables.users]\nrows = 1\n[[foreign_keys]]\ntable = \"events\"\ncolumns = [\"user_id\"]\nfollow = false\n",
    );
    let key = &keys(&target, "events")[0];
    Tool::new(["why", "events", key, "--source", &source.url(), "--target", &target.url()])
        .run()
        .succeeded()
        .saying("its turn comes by the rule's order (newest");
}

#[test]
fn plan_says_which_index_an_order_wants() {
    let source = Source::from_sql(
        "create table events (id int primary key, created_at date, filler text);
        insert into events select i, date '2026-01-01' - i, repeat('x', 400)
            from generate_series(1, 4000) i;",
    );
    let app = AppDir::empty().with("review-data.toml", "[tables.events]\norder = \"newest\"\n");
    let plan = || Tool::new(["plan", &source.url(), "0.01"]).in_dir(&app).run().succeeded();
    let statement = "create index concurrently on \"public\".\"events\" (\"created_at\");";
    plan().saying("no index on public.events(created_at)").saying(statement);
    source.change(&statement.replace("concurrently ", ""));
    plan().not_saying("no index");
}

#[test]
fn an_order_that_cannot_be_followed_is_told_with_its_place() {
    let source = Source::from_sql(
        "create table codes (code text primary key, seen date, heard date);
        insert into codes values ('a', now(), now());",
    );
    let fails = |order: &str| {
        let (target, outcome) = subset(&source, &format!("[tables.codes]\norder = \"{order}\"\n"));
        assert!(target.contents().is_empty());
        outcome.failed(2)
    };
    fails("newest")
        .saying("no column of public.codes tells for sure which rows are")
        .saying("review-data.toml:2:9")
        .saying("as in order = \"updated_at");
    fails("newset").saying("did you mean newest?").saying("review-data.toml:2:9");
    fails("seen dsec").saying("syntax error").saying("what would stand behind ORDER BY");
    fails("herd desc").saying("did you mean heard?");
}
