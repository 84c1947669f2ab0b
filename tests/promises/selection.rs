//! Which rows: connected, as many as asked, representative, and the same every time.

use crate::support::{AppDir, Outcome, Source, Target, Tool, fingerprint};
use std::collections::BTreeSet;

/// 100 users with 10 orders each, 3 items in each order; a category tree that nothing drives.
const SHOP: &str = "
    create table users (id int primary key, name text not null);
    create table orders (
        id int primary key,
        user_id int not null references users on delete cascade,
        placed_at timestamptz not null
    );
    create table items (
        id int primary key,
        order_id int not null references orders on delete cascade,
        quantity int not null
    );
    insert into users select i, 'user ' || i from generate_series(1, 100) i;
    insert into orders
        select i, (i - 1) / 10 + 1, '2024-01-01'::timestamptz + i * interval '1 hour'
        from generate_series(1, 1000) i;
    insert into items select i, (i - 1) / 3 + 1, i % 7 from generate_series(1, 3000) i;
";

/// What a subset of this fraction holds, with further arguments.
fn subset(source: &Source, fraction: &str, arguments: &[&str]) -> Target {
    configured(source, fraction, arguments, "").0
}

fn configured(
    source: &Source,
    fraction: &str,
    arguments: &[&str],
    config: &str,
) -> (Target, Outcome) {
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    let tool = Tool::subset(&source.url(), &target.url(), fraction).in_dir(&app);
    let outcome = arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)).run();
    (target, outcome.succeeded())
}

fn keys(target: &Target, table: &str) -> BTreeSet<String> {
    target.superuser().column(&format!("select id from {table}")).into_iter().collect()
}

#[test]
fn chosen_users_come_with_their_orders_and_the_items_of_those() {
    let source = Source::from_sql(SHOP);
    let target = subset(&source, "0.1", &[]);
    assert_eq!(target.ask("select count(*) from users"), "10", "no user is dragged in");
    assert_eq!(target.ask("select count(*) from orders"), "100");
    assert_eq!(target.ask("select count(*) from items"), "300");
    let whole_orders = "select count(*) from (
        select from items group by order_id having count(*) = 3) whole";
    assert_eq!(target.ask(whole_orders), "100", "an order is there with all of its items");
}

#[test]
fn each_chosen_user_brings_up_to_so_many_children_before_any_brings_more() {
    let source = Source::from_sql(SHOP);
    let (target, _) = configured(
        &source,
        "0.1",
        &["--children", "2"],
        "[subset]\ncoverage = false\n[tables.orders]\nrows = 20\n[tables.items]\nrows = 20\n",
    );
    let spread = "select string_agg(distinct orders::text, ',') from (
        select count(*) orders from orders group by user_id) each_user";
    assert_eq!(target.ask("select count(*) from users"), "10");
    assert_eq!(target.ask(spread), "2", "20 orders are 2 for each of 10 users");
}

#[test]
fn a_forced_user_comes_with_all_descendants() {
    let source = Source::from_sql(SHOP);
    let target = subset(&source, "0.01", &["--force", "users:57"]);
    assert_eq!(target.ask("select count(*) from users where id = 57"), "1");
    assert_eq!(target.ask("select count(*) from orders where user_id = 57"), "10");
    let items = "select count(*) from items join orders on orders.id = order_id where user_id = 57";
    assert_eq!(target.ask(items), "30");
    assert!(target.superuser().count("select count(*) from users") <= 3, "and without strangers");
}

#[test]
fn several_users_can_be_forced() {
    let source = Source::from_sql(SHOP);
    let target = subset(&source, "0.01", &["--force", "users:3", "--force", "users:4"]);
    let orders = "select count(*) from orders where user_id in (3, 4)";
    assert_eq!(target.ask(orders), "20");
}

#[test]
fn rows_that_are_always_wanted_come_with_all_descendants() {
    let source = Source::from_sql(SHOP);
    let config = "[tables.users]\nalways = [\"name = 'user 12'\", \"id > 99\"]\n";
    let (target, _) = configured(&source, "0.01", &[], config);
    assert_eq!(target.ask("select count(*) from users where id in (12, 100)"), "2");
    let orders = "select count(*) from orders where user_id in (12, 100)";
    assert_eq!(target.ask(orders), "20");
    let items = "select count(*) from items join orders on orders.id = order_id
        where user_id in (12, 100)";
    assert_eq!(target.ask(items), "60");
}

#[test]
fn only_rows_that_meet_a_condition_are_chosen() {
    let source = Source::from_sql(
        "create table events (id int primary key, kind text);
        insert into events select i, case i % 4 when 0 then 'kept' else 'other' end
            from generate_series(1, 1000) i;",
    );
    let (target, _) =
        configured(&source, "0.1", &[], "[tables.events]\nwhere = \"kind = 'kept'\"\n");
    assert_eq!(target.ask("select distinct kind from events"), "kept");
    assert_eq!(target.ask("select count(*) from events"), "25", "a tenth of those 250");
}

#[test]
fn a_condition_that_few_rows_meet_gives_those_few() {
    let source = Source::from_sql(
        "create table events (id int primary key, kind text);
        insert into events select i, case i when 500 then 'rare' end
            from generate_series(1, 1000) i;",
    );
    let (target, _) =
        configured(&source, "0.1", &[], "[tables.events]\nwhere = \"kind = 'rare'\"\n");
    assert_eq!(target.ask("select id from events"), "500");
}

#[test]
fn a_table_has_all_rows_or_none_or_a_number_or_a_percentage() {
    let table = |name: &str| {
        format!(
            "create table {name} (id int primary key);
            insert into {name} select generate_series(1, 200);"
        )
    };
    let source =
        Source::from_sql(&["whole", "nothing", "number", "share", "rest"].map(table).join("\n"));
    let config = "
        [tables.whole]
        rows = \"all\"
        [tables.nothing]
        rows = \"none\"
        [tables.\"public.number\"]
        rows = 17
        [tables.share]
        rows = \"2.5%\"
    ";
    let (target, _) = configured(&source, "0.1", &[], config);
    let count = |table: &str| target.ask(&format!("select count(*) from {table}"));
    let counts = ["whole", "nothing", "number", "share", "rest"].map(count);
    assert_eq!(counts, ["200", "0", "17", "5", "20"]);
}

#[test]
fn more_rows_than_there_are_is_all_of_them() {
    let source = Source::from_sql(
        "create table few (id int primary key); insert into few values (1), (2), (3);",
    );
    let (target, _) = configured(&source, "0.1", &[], "[tables.few]\nrows = 500\n");
    assert_eq!(target.ask("select count(*) from few"), "3");
}

#[test]
fn the_logarithmic_formula_is_that_of_2019() {
    let sizes = [0, 1, 9, 100, 1000, 5000];
    let table = |size: u32| {
        format!(
            "create table t{size} (id int primary key);
            insert into t{size} select generate_series(1, {size});"
        )
    };
    let source = Source::from_sql(&sizes.map(table).join("\n"));
    let target = subset(&source, "0.5", &["--logarithmic"]);
    let count = |size: u32| target.ask(&format!("select count(*) from t{size}"));
    // int(10 ** (log10(n) * 0.5)), at least 1 where there is a row
    assert_eq!(sizes.map(count), ["0", "1", "3", "10", "31", "70"]);
}

#[test]
fn each_table_with_rows_keeps_at_least_one() {
    let source = Source::from_sql(
        "create table one (id int primary key); insert into one values (7);
        create table several (id int primary key); insert into several select generate_series(1, 50);
        create table nobody (id int primary key);",
    );
    let target = subset(&source, "0.001", &[]);
    assert_eq!(target.ask("select count(*) from one"), "1");
    assert_eq!(target.ask("select count(*) from several"), "1");
    assert_eq!(target.ask("select count(*) from nobody"), "0");
}

#[test]
fn the_tables_of_migration_tools_are_whole() {
    let source = Source::from_sql(
        "create table alembic_version (version_num varchar(32) primary key);
        insert into alembic_version values ('ae1027a6acf'), ('1975ea83b712');
        create table schema_migrations (version text primary key);
        insert into schema_migrations select to_char(i, 'FM00000000') from generate_series(1, 90) i;
        create table django_migrations (id serial primary key, app text, name text);
        insert into django_migrations (app, name) select 'shop', i::text from generate_series(1, 80) i;
        create table others (id int primary key);
        insert into others select generate_series(1, 100);",
    );
    let target = subset(&source, "0.02", &[]);
    let count = |table: &str| target.ask(&format!("select count(*) from {table}"));
    let counts = ["alembic_version", "schema_migrations", "django_migrations", "others"].map(count);
    assert_eq!(counts, ["2", "90", "80", "2"]);
}

#[test]
fn the_same_seed_gives_the_same_rows_and_another_seed_gives_others() {
    let source = Source::from_sql(SHOP);
    let first = subset(&source, "0.1", &["--seed", "7"]);
    let again = subset(&source, "0.1", &["--seed", "7"]);
    let other = subset(&source, "0.1", &["--seed", "8"]);
    assert_eq!(fingerprint(&first), fingerprint(&again));
    assert_ne!(keys(&first, "users"), keys(&other, "users"));
    assert_ne!(keys(&first, "orders"), keys(&other, "orders"));
}

#[test]
fn a_larger_fraction_keeps_the_rows_of_a_smaller_one() {
    let source = Source::from_sql(SHOP);
    let small = subset(&source, "0.05", &[]);
    let large = subset(&source, "0.2", &[]);
    for table in ["users", "orders", "items"] {
        let (small, large) = (keys(&small, table), keys(&large, table));
        assert!(small.is_subset(&large), "{table}: lost {:?}", small.difference(&large));
        assert!(small.len() < large.len(), "{table}: {} and {}", small.len(), large.len());
    }
}

#[test]
fn rows_of_an_unrelated_table_change_nothing_elsewhere() {
    let source = Source::from_sql(SHOP);
    let before = subset(&source, "0.1", &[]);
    source.change("create table news (id int primary key); insert into news values (1)");
    source.grant_select();
    source.replayed();
    let after = subset(&source, "0.1", &[]);
    for table in ["users", "orders", "items"] {
        assert_eq!(keys(&before, table), keys(&after, table), "{table}");
    }
}

#[test]
fn a_source_gives_the_same_rows_whether_or_not_it_was_analysed() {
    let source = Source::from_sql(SHOP);
    let never =
        "select bool_and(reltuples = -1) from pg_class where relname in ('users', 'orders')";
    assert_eq!(source.ask(never), "t", "the source has no statistics");
    let without = subset(&source, "0.1", &[]);
    source.change("analyze");
    assert_eq!(source.ask(never), "f");
    let with = subset(&source, "0.1", &[]);
    assert_eq!(fingerprint(&without), fingerprint(&with));
}

#[test]
fn wrong_statistics_change_nothing() {
    let source = Source::from_sql(SHOP);
    let without = subset(&source, "0.1", &[]);
    source.change(
        "update pg_class set reltuples = case relname when 'users' then 1e9 else 0 end
        where relname in ('users', 'orders', 'items')",
    );
    let with = subset(&source, "0.1", &[]);
    assert_eq!(fingerprint(&without), fingerprint(&with));
}

/// Of 2,000 rows 200 are chosen: by tenths of the table about 20 each. The bounds are 5 standard
/// deviations away, and the seed is fixed.
#[test]
fn samples_are_spread_over_the_table_and_are_not_its_first_rows() {
    let kinds = [
        ("integers", "int", "i"),
        ("bigintegers", "bigint", "i::bigint * 1000000007"),
        ("texts", "text", "'key ' || i"),
        ("uuids", "uuid", "md5(i::text)::uuid"),
        ("dates", "date", "'2020-01-01'::date + i"),
    ];
    let table = |(name, kind, value): (&str, &str, &str)| {
        format!(
            "create table {name} (id {kind} primary key, n int not null);
            insert into {name} select {value}, i from generate_series(1, 2000) i;"
        )
    };
    let keyless = "create table keyless (n int not null);
        insert into keyless select generate_series(1, 2000);";
    let source = Source::from_sql(&(kinds.map(table).join("\n") + keyless));
    let target = subset(&source, "0.1", &[]);
    for name in kinds.map(|(name, ..)| name).into_iter().chain(["keyless"]) {
        assert_eq!(target.ask(&format!("select count(*) from {name}")), "200", "{name}");
        let tenths = target.superuser().column(&format!(
            "select count(n) from generate_series(0, 9) tenth
            left join {name} on (n - 1) / 200 = tenth group by tenth order by tenth"
        ));
        let even = tenths.iter().all(|count| (1..=42).contains(&count.parse::<u32>().unwrap_or(0)));
        assert!(even, "{name} by tenths of the table: {tenths:?}");
    }
}

#[test]
fn equal_rows_of_a_table_without_a_key_are_not_chosen_together() {
    let source = Source::from_sql(
        "create table visits (page text, at int) partition by range (at);
        create table visits_1 partition of visits for values from (0) to (50);
        create table visits_2 partition of visits for values from (50) to (100);
        create table hits (page text);
        insert into visits select 'page ' || i % 5, i % 100 from generate_series(1, 20000) i;
        insert into hits select 'page ' || i % 5 from generate_series(1, 20000) i;",
    );
    let (target, _) = configured(&source, "0.05", &[], "[subset]\ncoverage = false\n");
    for table in ["hits", "visits"] {
        let few =
            format!("select min(n) > 100 from (select count(*) n from {table} group by page) x");
        assert_eq!(target.ask(&few), "t", "a fifth of 1,000 {table} are about 200");
    }
    let parts = "select min(n) > 300 from (select count(*) n from visits group by tableoid) x";
    assert_eq!(target.ask(parts), "t");
}

#[test]
fn a_tree_brings_ancestors_and_is_not_expanded_downward() {
    // A binary tree of 10 levels: a row has at most 9 ancestors.
    let source = Source::from_sql(
        "create table employees (id int primary key, manager_id int references employees);
        insert into employees select i, nullif(i / 2, 0) from generate_series(1, 1023) i;",
    );
    let target = subset(&source, "0.01", &[]);
    let count = target.superuser().count("select count(*) from employees");
    assert!((10..=100).contains(&count), "10 rows with at most 9 ancestors each, got {count}");
}

#[test]
fn rows_pulled_in_as_parents_bring_no_children_of_their_own() {
    // Each of 40 posts is by another of 100 authors; each author has 20 badges.
    let source = Source::from_sql(
        "create table authors (id int primary key);
        create table posts (id int primary key, author_id int not null references authors);
        create table badges (id int primary key, author_id int not null references authors);
        insert into authors select generate_series(1, 100);
        insert into posts select i, i from generate_series(1, 100) i;
        insert into badges select i, (i - 1) % 100 + 1 from generate_series(1, 2000) i;",
    );
    let config = "[tables.authors]\nrows = 2\n[tables.posts]\nrows = 40\n";
    let (target, _) = configured(&source, "0.02", &["--children", "20"], config);
    assert_eq!(target.ask("select count(*) from posts"), "40");
    assert_eq!(target.ask("select count(*) from badges"), "40", "those of two chosen authors");
    let badged = target.superuser().count("select count(distinct author_id) from badges");
    assert_eq!(badged, 2, "authors pulled in by their posts bring no badges");
}

/// Some users have many orders, most have few; an order has one to four items, of any product;
/// every other event is nobody's.
const UNEVEN: &str = "
    create table users (id int primary key, referred_by int references users);
    create table products (id int primary key);
    create table orders (
        id int primary key,
        user_id int not null references users,
        gift_for int references users
    );
    create table items (
        order_id int not null references orders on delete cascade,
        product_id int not null references products,
        line int not null,
        primary key (order_id, line)
    );
    create table events (id int primary key, user_id int references users);
    insert into users select i, case when i % 6 = 0 then i / 2 end from generate_series(1, 2000) i;
    insert into products select generate_series(1, 100);
    insert into orders select i, 1 + (1999 * power(i * 7919 % 5000 / 5000.0, 3))::int,
        case when i % 9 = 0 then 1 + i * 31 % 2000 end from generate_series(1, 5000) i;
    insert into items select i, 1 + (i * 13 + line * 7) % 100, line
        from generate_series(1, 5000) i, generate_series(1, 1 + i % 4) line;
    insert into events select i, case when i % 2 = 0 then 1 + i * 17 % 2000 end
        from generate_series(1, 30000) i;
";

#[test]
fn however_uneven_the_children_a_larger_fraction_keeps_the_rows_of_a_smaller_one() {
    let source = Source::from_sql(UNEVEN);
    let rows = |target: &Target, table: &str| -> BTreeSet<String> {
        let rows = target.superuser().column(&format!("select t::text from {table} t"));
        rows.into_iter().collect()
    };
    let nested = |fractions: &[&str], arguments: &[&str]| {
        let targets = fractions.iter().map(|fraction| subset(&source, fraction, arguments));
        let targets: Vec<Target> = targets.collect();
        for pair in targets.windows(2) {
            for table in ["users", "products", "orders", "items", "events"] {
                let (small, large) = (rows(&pair[0], table), rows(&pair[1], table));
                let lost: Vec<&String> = small.difference(&large).collect();
                assert!(lost.is_empty(), "{table} at {fractions:?}: lost {lost:?}");
            }
        }
    };
    nested(&["0.004", "0.0045", "0.02", "0.021", "0.3"], &[]);
    nested(&["0.2", "0.25", "0.4"], &["--logarithmic"]);
}

#[test]
fn rows_that_need_no_others_fill_up_a_table_first() {
    let source = Source::from_sql(UNEVEN);
    let target = subset(&source, "0.05", &[]);
    assert_eq!(target.ask("select count(*) from events"), "1500");
    let users = target.superuser().count("select count(*) from users");
    // 100 are chosen; people who referred them or get orders as gifts come too
    assert!((100..=250).contains(&users), "{users} users");
    let nobodys = target.superuser().count("select count(*) from events where user_id is null");
    assert!((600..=900).contains(&nobodys), "{nobodys} of 1500 events are nobody's, as half are");
}

#[test]
fn many_to_many_links_are_chosen_where_both_sides_are() {
    let source = Source::from_sql(
        "create table students (id int primary key);
        create table courses (id int primary key);
        create table places (
            student_id int references students, course_id int references courses,
            primary key (student_id, course_id)
        );
        insert into students select generate_series(1, 400);
        insert into courses select generate_series(1, 400);
        insert into places select s, c from generate_series(1, 400) s, generate_series(1, 400) c
            where (s * 7 + c) % 4 = 0;",
    );
    let (target, _) = configured(&source, "0.1", &[], "[tables.places]\nrows = 300\n");
    let counts = ["students", "courses", "places"]
        .map(|table| target.ask(&format!("select count(*) from {table}")));
    assert_eq!(counts, ["40", "40", "300"], "40 x 40 / 4 links have both sides chosen");
}

#[test]
fn few_tenants_come_whole_rather_than_many_in_shreds() {
    let source = Source::from_sql(
        "create table tenants (id int primary key);
        create table people (
            id int, tenant_id int references tenants, primary key (tenant_id, id)
        );
        create table tasks (
            id int, tenant_id int not null references tenants, person_id int not null,
            primary key (tenant_id, id),
            foreign key (tenant_id, person_id) references people
        );
        insert into tenants select generate_series(1, 100);
        insert into people select i, 1 + i % 100 from generate_series(1, 3000) i;
        insert into tasks select i, 1 + i % 100, 1 + (i - 1) % 3000
            from generate_series(1, 30000) i;",
    );
    let target = subset(&source, "0.05", &[]);
    let count = |sql: &str| target.superuser().count(sql);
    assert_eq!(count("select count(*) from people"), 150);
    assert_eq!(count("select count(*) from tasks"), 1500);
    assert_eq!(count("select count(*) from tenants"), 5, "and they have all of their rows");
}

#[test]
fn a_large_table_is_counted_in_ranges_of_its_key_and_gets_its_rows() {
    // 60 MB each; the second one lacks a fifth of its keys
    let source = Source::from_sql(
        "create table dense (id int primary key, filler text not null);
        insert into dense select i, repeat('x', 100) from generate_series(1, 400000) i;
        create table gaps (id int primary key, filler text not null);
        insert into gaps select i, repeat('x', 120) from generate_series(1, 500000) i
            where hashint4(i) % 5 <> 0;",
    );
    let (target, outcome) = configured(&source, "0.01", &[], "");
    assert_eq!(target.ask("select count(*) from dense"), "4000");
    outcome.saying("~400,000");
    let truth = source.primary().count("select count(*) from gaps");
    let (rows, wanted) = (target.superuser().count("select count(*) from gaps"), truth / 100);
    assert!((wanted..=wanted + wanted / 60).contains(&rows), "{rows} of {wanted}");
}
