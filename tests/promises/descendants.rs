//! `always` and `--force` bring all descendants of a row, down self-references too.

use crate::support::{AppDir, Source, Target, Tool};
use std::time::{Duration, Instant};

#[test]
fn a_forced_row_brings_a_line_of_a_thousand_descendants() {
    let source = Source::from_sql(
        "create table nodes (id int primary key, parent_id int references nodes, name text);
        create table marks (id int primary key, node_id int not null references nodes);
        create index on nodes (parent_id);
        insert into nodes select i, case when i % 1000 <> 1 then i - 1 end, 'node ' || i
            from generate_series(1, 4000) i;
        insert into marks select i, i from generate_series(1, 4000) i;",
    );
    let target = Target::empty();
    Tool::subset(&source.url(), &target.url(), "0.0001")
        .argument("--force")
        .argument("nodes:1001")
        .run()
        .succeeded();
    let line = "select count(*) from nodes where id between 1001 and 2000";
    assert_eq!(target.ask(line), "1000");
    let marks = "select count(*) from marks where node_id between 1001 and 2000";
    assert_eq!(target.ask(marks), "1000");
    target.drop();
    source.drop();
}

/// To ask for one level after the other reads the whole table each time: 20,000 times.
#[test]
fn a_deep_tree_without_an_index_does_not_read_its_table_once_a_level() {
    let source = Source::from_sql(
        "-- the last row is the root, and two rows hang from each fourth
        create table nodes (id int primary key, parent_id int references nodes);
        insert into nodes select i, case when i < 20000 then i + 1 + (i % 4 = 1)::int end
            from generate_series(1, 20001) i;
        create table comments (code text primary key, answers text references comments);
        insert into comments select 'c' || i, 'c' || nullif(i - 1, 0)
            from generate_series(1, 3000) i;",
    );
    let target = Target::empty();
    let start = Instant::now();
    Tool::subset(&source.url(), &target.url(), "0.0001")
        .argument("--force")
        .argument("nodes:20000")
        .argument("--force")
        .argument("comments:c500")
        .run()
        .succeeded();
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    let nodes = "select count(*) from nodes where id <= 20000";
    assert_eq!(target.ask(nodes), "20000");
    let comments = "select count(*) from comments where substr(code, 2)::int >= 500";
    assert_eq!(target.ask(comments), "2501");
    target.drop();
    source.drop();
}

#[test]
fn always_follows_trees_cycles_and_composite_keys_and_stops_where_it_is_told() {
    let source = Source::from_sql(
        "create table folders (tenant int, id int, parent_id int, primary key (tenant, id),
            foreign key (tenant, parent_id) references folders);
        insert into folders select t, i, nullif(i / 2, 0) from generate_series(1, 3) t,
            generate_series(1, 500) i;
        -- each names the next, and the last one the first; 100 more hang from each of them
        create table rings (id int primary key, next_id int not null references rings
            deferrable initially deferred);
        begin; insert into rings select i, i % 12 + 1 from generate_series(1, 12) i;
        insert into rings select i, i % 12 + 1 from generate_series(13, 1212) i; commit;
        -- a root that is its own parent
        create table groups (id int primary key, parent_id int not null references groups);
        insert into groups select i, greatest(i / 3, 1) from generate_series(1, 600) i;
        create table staff (id int primary key, boss_id int references staff);
        insert into staff select i, nullif(i - 1, 0) from generate_series(1, 300) i;",
    );
    let target = Target::empty();
    let app = AppDir::empty().with(
        "review-data.toml",
        "[tables.folders]\nalways = [\"tenant = 2 and id = 3\"]\n\
        [tables.rings]\nalways = [\"id = 5\"]\n\
        [tables.groups]\nalways = [\"id = 1\"]\n\
        [tables.staff]\nalways = [\"id = 100\"]\n\
        [[foreign_keys]]\ntable = \"staff\"\nname = \"staff_boss_id_fkey\"\nfollow = false\n",
    );
    Tool::subset(&source.url(), &target.url(), "0.001").in_dir(&app).run().succeeded();
    let below = "with recursive below(id) as (select 3 union all
            select f.id from generate_series(1, 500) f(id) join below b on f.id / 2 = b.id)
        select count(*) = (select count(*) from below)
        from folders f join below b on f.tenant = 2 and f.id = b.id";
    assert_eq!(target.ask(below), "t");
    assert_eq!(target.ask("select count(*) from rings"), "1212");
    assert_eq!(target.ask("select count(*) from groups"), "600");
    let staff = target.ask("select count(*) || ', at most ' || max(id) from staff");
    assert_eq!(staff, "100, at most 100", "row 100 and its bosses, and nobody below it");
    target.drop();
    source.drop();
}
