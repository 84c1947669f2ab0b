//! Every value of a column with few of them is there, where there are rows enough.

use crate::support::{AppDir, Source, Target, Tool};

/// Statuses of very different frequency, a boolean that is nearly always false, a small number, and
/// a foreign key that is nearly always NULL.
const ORDERS: &str = "
    create type status as enum ('new', 'paid', 'shipped', 'returned', 'lost');
    create table coupons (id int primary key);
    create table users (id int primary key, name text not null);
    create table orders (
        id int primary key,
        user_id int not null references users,
        status status not null,
        gift boolean not null,
        priority smallint,
        code char(3) not null,
        coupon_id int references coupons,
        note text not null
    );
    insert into coupons select generate_series(1, 50);
    insert into users select i, 'qwzx user ' || i from generate_series(1, 500) i;
    insert into orders
        select i, 1 + i % 500,
               (case when i = 4321 then 'lost' when i % 1000 = 7 then 'returned'
                     when i % 3 = 0 then 'shipped' when i % 3 = 1 then 'paid' else 'new' end)::status,
               i % 2000 = 11, i % 4, 'c' || i % 9, case when i % 900 = 3 then 1 + i % 50 end,
               'note ' || i
        from generate_series(1, 5000) i;
";

fn subset(source: &Source, fraction: &str, config: &str) -> Target {
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    Tool::subset(&source.url(), &target.url(), fraction).in_dir(&app).run().succeeded();
    target
}

/// The values of the orders' columns in the target.
fn there(target: &Target) -> String {
    target.ask(
        "select count(distinct status) || ' ' || count(distinct gift) || ' '
             || count(distinct priority) || ' ' || count(distinct code) || ' '
             || count(distinct coupon_id is null)
         from orders",
    )
}

#[test]
fn every_value_of_a_column_with_few_of_them_is_there() {
    let source = Source::from_sql(ORDERS);
    let target = subset(&source, "0.02", "");
    assert_eq!(there(&target), "5 2 4 9 2");
    assert_eq!(target.ask("select count(*) from orders"), "100", "no more rows than wanted");
    let users = target.superuser().count("select count(*) from users");
    assert!(users <= 10 + 5, "{users} users: few strangers are dragged in");
    let target = subset(&source, "0.02", "[subset]\ncoverage = false\n");
    assert_ne!(there(&target), "5 2 4 9 2", "such as it falls out");
}

#[test]
fn a_larger_fraction_keeps_the_rows_that_cover_something() {
    let source = Source::from_sql(ORDERS);
    let keys = |fraction: &str| {
        subset(&source, fraction, "").superuser().column("select id from orders order by id")
    };
    let (few, more, most) = (keys("0.004"), keys("0.02"), keys("0.1"));
    assert_eq!((few.len(), more.len(), most.len()), (20, 100, 500));
    assert!(few.iter().all(|key| more.contains(key)));
    assert!(more.iter().all(|key| most.contains(key)));
    assert_eq!(keys("0.02"), more, "and the same twice");
}

#[test]
fn every_row_of_a_small_table_is_named_but_not_every_tenant() {
    let source = Source::from_sql(
        "create table tenants (id int primary key);
        create table statuses (id int primary key);
        create table users (id int primary key, tenant_id int not null references tenants);
        create table orders (
            id int primary key,
            user_id int not null references users,
            tenant_id int not null references tenants,
            status_id int not null references statuses
        );
        create index on orders (user_id);
        insert into tenants select generate_series(1, 15);
        insert into statuses select generate_series(1, 8);
        insert into users select i, 1 + i % 15 from generate_series(1, 3000) i;
        insert into orders
            select i, 1 + i % 3000, 1 + (1 + i % 3000) % 15,
                   case when i % 4001 = 7 then 8 else 1 + abs(hashint4(i)) % 7 end
            from generate_series(1, 15000) i;",
    );
    let target = subset(&source, "0.02", "");
    assert_eq!(target.ask("select count(distinct status_id) from orders"), "8");
    assert_eq!(target.ask("select count(*) from orders"), "300");
    let tenants = target.superuser().count("select count(*) from tenants");
    assert!(
        tenants < 8,
        "{tenants} tenants: one, and the tenants of orders with a status that was missing"
    );
}

/// Each parent has many more children than are chosen: which of them covers something first must
/// not depend on how many are wanted.
#[test]
fn among_many_children_the_same_ones_cover_something() {
    let source = Source::from_sql(
        "create table parents (id int primary key);
        create table children (
            id int primary key, parent_id int references parents, kind int not null
        );
        create index on children (parent_id);
        create table grandchildren (id int primary key, child_id int not null references children);
        create index on grandchildren (child_id);
        insert into parents select generate_series(1, 200);
        insert into children
            select i, 1 + abs(hashint4(i)) % 200,
                   greatest(abs(hashint4(-i)) % 14 - 10, 0)
            from generate_series(1, 5000) i;
        insert into grandchildren select i, 1 + i * 7907 % 5000 from generate_series(1, 10000) i;",
    );
    let keys = |fraction: &str| {
        let target = subset(&source, fraction, "[subset]\nseed = 9\n");
        ["parents", "children", "grandchildren"]
            .map(|table| target.superuser().column(&format!("select id from {table} order by id")))
    };
    let fractions = ["0.002", "0.003", "0.0034", "0.006"].map(keys);
    for pair in fractions.windows(2) {
        for (fewer, more) in pair[0].iter().zip(&pair[1]) {
            let lost: Vec<_> = fewer.iter().filter(|key| !more.contains(key)).collect();
            assert!(lost.is_empty(), "{lost:?} of {fewer:?}");
        }
    }
}

#[test]
fn only_rows_that_meet_the_condition_cover_anything() {
    let source = Source::from_sql(ORDERS);
    let target = subset(&source, "0.02", "[tables.orders]\nwhere = \"status <> 'lost'\"\n");
    assert_eq!(target.ask("select count(distinct status) from orders"), "4");
    assert_eq!(target.ask("select count(*) from orders where status = 'lost'"), "0");
}

#[test]
fn who_asks_for_an_order_gets_that_order() {
    let source = Source::from_sql(ORDERS);
    let config = "[tables.orders]\nrows = 40\norder = \"id\"\n\
        [[foreign_keys]]\ntable = \"orders\"\ncolumns = [\"user_id\"]\nfollow = false\n";
    let target = subset(&source, "0.02", config);
    assert_eq!(target.ask("select max(id) from orders"), "40");
}

/// 60,000 rows, too many to be read for this; two kinds are rare, and one of them has an index.
const EVENTS: &str = "
    create table events (
        id bigint primary key, kind text not null, level int not null, seen boolean not null);
    insert into events
        select i, case when i % 6000 = 7 then 'crash' when i % 2 = 0 then 'click' else 'view' end,
               case when i % 30000 = 14 then 9 else i % 3 end, i % 300 = 0
        from generate_series(1, 60000) i;
    create index on events (kind);
";

#[test]
fn of_a_large_table_the_statistics_tell_the_values() {
    let source = Source::from_sql(EVENTS);
    let kinds = "select count(distinct kind) || ' ' || count(distinct level)
        || ' ' || count(distinct seen) from events";
    let target = subset(&source, "0.001", "");
    assert_eq!(target.ask(kinds), "2 3 1", "nobody has looked at the table");
    // every row is looked at
    source.change(
        "alter table events alter kind set statistics 1000, alter seen set statistics 1000,
        alter level set statistics 1000; analyze events",
    );
    let target = subset(&source, "0.001", "");
    assert_eq!(target.ask(kinds), "3 3 2", "9 has no index, and is not among the first rows");
    assert_eq!(target.ask("select count(*) from events"), "60");
}

#[test]
fn tables_of_few_rows_stay_connected() {
    // each note has another text: there are at most twenty, and nobody else is dragged in
    let source = Source::from_sql(
        "create table teams (id int primary key);
        create table notes (id int primary key, team_id int not null references teams, note text);
        insert into teams select generate_series(1, 9);
        insert into notes select i, 1 + i % 9, 'note ' || i from generate_series(1, 18) i;",
    );
    let target = subset(&source, "0.34", "");
    assert_eq!(target.ask("select count(*) from notes"), "6");
    assert_eq!(target.ask("select count(*) from teams"), "3");
}
