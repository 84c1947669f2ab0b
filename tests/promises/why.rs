//! `why` tells how a row came into the subset, or why it did not.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

/// A load, and the questions about it.
struct Loaded {
    source: Source,
    target: Target,
}

impl Loaded {
    fn new(sql: &str, fraction: &str, arguments: &[&str], config: &str) -> Self {
        let loaded = Loaded { source: Source::from_sql(sql), target: Target::empty() };
        let app = AppDir::empty().with("review-data.toml", config);
        let tool = Tool::subset(&loaded.source.url(), &loaded.target.url(), fraction).in_dir(&app);
        arguments.iter().fold(tool, |tool, argument| tool.argument(*argument)).run().succeeded();
        loaded
    }

    /// Asked as in an app, whose configuration may be another one by then.
    fn ask(&self, table: &str, key: &str) -> Outcome {
        Tool::new(["why", table, key])
            .env("REVIEW_DATA_SOURCE_URL", self.source.url())
            .env("DATABASE_URL", self.target.url())
            .run()
    }

    /// The output, one line a paragraph.
    fn why(&self, table: &str, key: &str) -> String {
        let told = self.ask(table, key).succeeded().stdout;
        for line in told.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        told.trim_end().replace("\n  ", " ")
    }
}

/// Each row has one row after it: nothing is left to chance.
const CHAIN: &str = "
    create table countries (code text primary key);
    create table people (
        id int primary key, country text not null references countries,
        boss_id int references people);
    create table orders (
        shop int, number int, person_id int not null references people on delete cascade,
        primary key (shop, number));
    create table parcels (
        id uuid primary key, shop int not null, number int not null,
        foreign key (shop, number) references orders);
    create table notes (parcel_id uuid not null references parcels, note text);
    insert into countries select 'c' || i from generate_series(1, 100) i;
    insert into people select i, 'c' || i, nullif(i - 1, 0) from generate_series(1, 100) i;
    insert into orders select i % 7, i, i from generate_series(1, 100) i;
    insert into parcels select md5(i::text)::uuid, i % 7, i from generate_series(1, 100) i;
    insert into notes select md5(i::text)::uuid, 'note' from generate_series(1, 100) i;
";

#[test]
fn the_way_goes_from_the_forced_row_down_to_its_descendants() {
    let loaded = Loaded::new(CHAIN, "0", &["--force", "people:50"], "");
    let parcel = loaded.source.ask("select md5('50')::uuid");
    let way = [
        &format!("public.parcels {parcel} is in the subset, and in the target:"),
        "1. public.people 50: asked for by --force",
        "2. public.orders 1,50: comes with that row, as all its descendants do, by \
         public.orders(person_id)",
        &format!(
            "3. public.parcels {parcel}: comes with that row, as all its descendants do, by \
             public.parcels(shop, number)"
        ),
    ];
    assert_eq!(loaded.why("parcels", &parcel), way.join("\n"));
}

#[test]
fn the_way_goes_up_through_all_that_needed_the_row() {
    let config = "[tables.people]\nalways = [\"id = 4\"]\n[tables.orders]\nrows = \"none\"\n\
        [tables.parcels]\nrows = \"none\"\n[tables.notes]\nrows = \"none\"\n";
    let loaded = Loaded::new(CHAIN, "0", &[], config);
    let way = [
        "public.countries c2 is in the subset, and in the target:",
        "1. public.people 4: a condition of always is true for it",
        "2. public.people 3: needed by that row, which references it by public.people(boss_id)",
        "3. public.people 2: needed by that row, which references it by public.people(boss_id)",
        "4. public.countries c2: needed by that row, which references it by public.people(country)",
    ];
    assert_eq!(loaded.why("countries", "c2"), way.join("\n"));
}

#[test]
fn chosen_rows_bring_children_and_their_turn_comes_by_the_seed() {
    let loaded = Loaded::new(CHAIN, "0.05", &[], "[subset]\ncoverage = false\n");
    // a chosen child's way begins at a row that was chosen for itself
    let child = "select shop || ',' || number from orders order by number limit 1";
    let key = loaded.target.ask(child);
    let told = loaded.why("orders", &key);
    let person = loaded.target.ask("select person_id from orders order by number limit 1");
    let way = [
        format!("public.orders {key} is in the subset, and in the target:"),
        format!("1. public.countries c{person}: chosen, as its turn comes in the seeded order"),
        format!(
            "2. public.people {person}: chosen as a child of that row, by public.people(country)"
        ),
        format!(
            "3. public.orders {key}: chosen as a child of that row, by public.orders(person_id)"
        ),
    ];
    assert_eq!(told, way.join("\n"));
}

#[test]
fn every_row_of_the_target_has_a_way() {
    let loaded = Loaded::new(CHAIN, "0.03", &["--force", "orders:3,17"], "");
    let keys = [
        ("countries", "select code from countries"),
        ("people", "select id from people order by id % 3 limit 25"),
        ("orders", "select shop || ',' || number from orders"),
        ("parcels", "select id from parcels"),
    ];
    for (table, sql) in keys {
        for key in loaded.target.superuser().column(sql).iter().take(6) {
            let told = loaded.why(table, key);
            let head = format!("public.{table} {key} is in the subset, and in the target:\n1. ");
            assert!(told.starts_with(&head), "{told}");
            let steps: Vec<&str> = told.lines().skip(1).collect();
            assert!(!steps[0].contains("that row"), "the first was chosen: {told}");
            let others = &steps[1..];
            assert!(others.iter().all(|step| step.contains("that row")), "{told}");
            let last = steps.last().expect("a step");
            assert!(last.contains(&format!(". public.{table} {key}: ")), "{told}");
        }
    }
}

#[test]
fn whole_tables_and_partitions_have_ways_too() {
    let loaded = Loaded::new(
        "create table regions (id int primary key);
        create table shops (id int primary key, region_id int references regions);
        create table sales (id int, at date, shop_id int references shops, again int, again_at date,
            primary key (id, at), foreign key (again, again_at) references sales)
            partition by range (at);
        create table sales_1 partition of sales for values from (minvalue) to ('2024-01-01');
        create table sales_2 partition of sales for values from ('2024-01-01') to (maxvalue);
        create table alembic_version (version_num text primary key);
        insert into alembic_version values ('abc');
        insert into regions select generate_series(1, 50);
        insert into shops select i, i from generate_series(1, 50) i;
        insert into sales select i, '2023-12-01'::date + i, i % 50 + 1,
            case when i not in (1, 40) then i - 1 end,
            case when i not in (1, 40) then '2023-12-01'::date + i - 1 end
            from generate_series(1, 60) i;",
        "0",
        &[],
        "[tables.shops]\nrows = \"all\"\n[tables.sales]\nalways = [\"id = 33\"]\nrows = \"none\"\n",
    );
    let whole = "1. public.alembic_version abc: every row of its table comes (migration table)";
    assert!(loaded.why("alembic_version", "abc").ends_with(whole));
    let needed = "1. public.shops 7: every row of its table comes (rule)\n\
        2. public.regions 7: needed by that row, which references it by public.shops(region_id)";
    assert!(loaded.why("regions", "7").ends_with(needed), "{}", loaded.why("regions", "7"));
    let way = [
        "public.sales 31,2024-01-01 is in the subset, and in the target:",
        "1. public.sales 33,2024-01-03: a condition of always is true for it",
        "2. public.sales 32,2024-01-02: needed by that row, which references it by \
         public.sales(again, again_at)",
        "3. public.sales 31,2024-01-01: needed by that row, which references it by \
         public.sales(again, again_at)",
    ];
    assert_eq!(loaded.why("sales", "31,2024-01-01"), way.join("\n"));
    let not_there = [
        "public.sales 40,2024-01-10 is not in the subset:",
        "- of its table (rule) only rows come that foreign keys need, or that always or --force \
         asks for",
        "- no row of the subset references it",
    ];
    assert_eq!(loaded.why("sales", "40,2024-01-10"), not_there.join("\n"));
}

#[test]
fn a_row_that_is_not_in_the_subset_is_told_what_speaks_against_it() {
    let config = "[tables.parcels]\nrows = \"none\"\n[tables.notes]\nrows = \"none\"\n\
        [tables.countries]\nwhere = \"code > 'c3'\"\n\
        [[foreign_keys]]\ntable = \"people\"\nname = \"people_boss_id_fkey\"\nfollow = false\n";
    let loaded = Loaded::new(CHAIN, "0", &["--force", "people:5", "-T", "parcels"], config);
    let parcel = loaded.source.ask("select md5('50')::uuid");
    let empty = format!(
        "public.parcels {parcel} is not in the subset:\n- its table is left empty (excluded)"
    );
    assert_eq!(loaded.why("parcels", &parcel), empty);
    let condition = "public.countries c20 is not in the subset:\n\
        - it does not meet its table's condition: code > 'c3'\n\
        - no row of the subset references it";
    assert_eq!(loaded.why("countries", "c20"), condition);
    let order = loaded.why("orders", "0,70");
    assert!(order.contains("orders(person_id), is not in the subset"), "{order}");
    let nobody = loaded.why("people", "999");
    assert_eq!(nobody, "neither the source nor the target has a row public.people 999");
}

#[test]
fn where_source_and_target_have_changed_no_way_is_invented() {
    let loaded = Loaded::new(CHAIN, "0", &["--force", "people:3"], "");
    // the row itself is gone from the source
    loaded.source.change(
        "delete from notes where parcel_id = md5('3')::uuid; delete from parcels where number = 3;
        delete from orders where number = 3",
    );
    let told = loaded.why("orders", "3,3");
    assert!(told.starts_with("public.orders 3,3 is in the target, and the source has no such row"));
    assert!(told.contains("is no longer known"), "{told}");
    // the source has a row more that would come
    loaded.source.change("insert into orders values (9, 9, 3)");
    let told = loaded.why("orders", "9,9");
    assert!(told.starts_with("public.orders 9,9 is not in the target, though"), "{told}");
    assert!(told.contains("the source has changed since it was loaded"), "{told}");
}

#[test]
fn a_row_that_others_brought_then_is_not_explained_by_those_of_today() {
    let loaded = Loaded::new(
        "create table countries (code text primary key);
        create table people (id int primary key, country text not null references countries);
        insert into countries select 'c' || i from generate_series(1, 100) i;
        insert into people select i, 'c' || i from generate_series(1, 100) i;",
        "0",
        &["--force", "people:3", "--force", "people:4"],
        "",
    );
    loaded.source.change("update people set country = 'c5' where id = 3");
    let told = loaded.why("countries", "c3");
    assert!(told.starts_with("public.countries c3 is in the target, though"), "{told}");
    assert!(told.contains("the way by which it came is no longer known"), "{told}");
    loaded.source.change("delete from people where id = 3");
    let told = loaded.why("countries", "c4");
    assert!(told.contains("1. public.people 4: asked for by --force"), "{told}");
    assert!(told.contains("changed since the load: --force public.people:3"), "{told}");
    loaded.target.run("delete from people where id = 4");
    let told = loaded.why("countries", "c4");
    assert!(told.contains("--force (not in the target)"), "{told}");
    assert!(told.contains("not all of these rows are in the target"), "{told}");
}

#[test]
fn a_target_that_migrations_have_changed_is_no_obstacle() {
    let loaded = Loaded::new(CHAIN, "0", &["--force", "people:3"], "");
    loaded.target.run("alter table people rename column id to number");
    let told = loaded.why("people", "3");
    assert!(told.contains("is unknown (column \"id\" does not exist)"), "{told}");
}

#[test]
fn what_cannot_be_answered_is_said() {
    let loaded = Loaded::new(CHAIN, "0.1", &[], "");
    loaded.ask("poeple", "1").failed(2).saying("did you mean people?");
    loaded.ask("people", "one").failed(2).saying("its key is id (integer)");
    loaded.ask("orders", "1").failed(2).saying("they are shop, number, and 1 gives 1");
    loaded.ask("notes", "1").failed(2).saying("public.notes has no key that names a row");

    let other = Source::from_sql(CHAIN);
    let asked = |source: &Source, target: &Target| {
        let (source, target) = (source.url(), target.url());
        Tool::new(["why", "people", "1", "--source", &source, "--target", &target]).run()
    };
    asked(&other, &loaded.target).failed(2).saying("the source is not the one");
    asked(&loaded.source, &Target::empty()).failed(1).saying("the target holds no record");
    // as another version wrote it
    loaded.target.run("update review_data.load set settings = '{\"version\": 99}'");
    asked(&loaded.source, &loaded.target).failed(1).saying("they have version 99");
    loaded.target.run("alter table review_data.load drop column settings");
    asked(&loaded.source, &loaded.target).failed(1).saying("it has no settings");
}

#[test]
fn rows_that_a_standby_cannot_read_are_told_without_asking_for_them() {
    let sql = format!("{CHAIN} create unlogged table scratch (id int primary key)");
    let loaded = Loaded::new(&sql, "0.1", &[], "");
    let told = loaded.why("scratch", "1");
    assert!(told.contains("- its table is left empty (left out)"), "{told}");
}

#[test]
fn ways_lead_along_foreign_keys_that_only_the_configuration_knows() {
    let loaded = Loaded::new(
        "create table tags (id int primary key);
        create table posts (id int primary key, tag_ids int[]);
        create table comments (id int primary key, about text, about_id text);
        insert into tags select generate_series(1, 90);
        insert into posts select i, array[i, i + 1, null] from generate_series(1, 80) i;
        insert into comments select i, case i % 2 when 0 then 'Post' else 'Other' end, i::text
            from generate_series(1, 80) i;",
        "0",
        &["--force", "posts:10"],
        "[tables.comments]\nrows = \"none\"\nalways = [\"id = 20\"]\n[tables.tags]\nrows = \"none\"\n\
            always = [\"id = 90\"]\n\
        [[foreign_keys]]\ntable = \"posts\"\ncolumns = [\"tag_ids[]\"]\nreferences = \"tags\"\n\
        [[foreign_keys]]\ntable = \"comments\"\ncolumns = [\"about_id\"]\nreferences = \"posts\"\n\
        when = \"about = 'Post'\"\n",
    );
    let way = [
        "public.tags 11 is in the subset, and in the target:",
        "1. public.posts 10: asked for by --force",
        "2. public.tags 11: needed by that row, which references it by public.posts(tag_ids[])",
    ];
    assert_eq!(loaded.why("tags", "11"), way.join("\n"));
    let way = [
        "public.tags 21 is in the subset, and in the target:",
        "1. public.comments 20: a condition of always is true for it",
        "2. public.posts 20: needed by that row, which references it by public.comments(about_id)",
        "3. public.tags 21: needed by that row, which references it by public.posts(tag_ids[])",
    ];
    assert_eq!(loaded.why("tags", "21"), way.join("\n"));
    let down = "2. public.comments 10: comes with that row, as all its descendants do, by \
        public.comments(about_id)";
    assert!(loaded.why("comments", "10").ends_with(down), "{}", loaded.why("comments", "10"));
}

#[test]
fn a_load_by_budget_can_be_asked_about_too() {
    let loaded = Loaded { source: Source::from_sql(CHAIN), target: Target::empty() };
    loaded.source.change(
        "create function is_shown(int) returns bool language sql immutable as 'select $1 % 3 = 1'",
    );
    let app = AppDir::empty().with(
        "review-data.toml",
        "[subset]\nmax_size = \"8700kB\"\n[tables.people]\nwhere = \"is_shown(id)\"\n",
    );
    let (source, target) = (loaded.source.url(), loaded.target.url());
    Tool::new(["subset", &source, &target, "--yes"]).in_dir(&app).run().succeeded();
    for key in loaded.target.superuser().column("select id from people order by id limit 4") {
        let told = loaded.why("people", &key);
        assert!(told.contains(&format!("public.people {key} is in the subset, and in")), "{told}");
        assert!(!told.contains("changed since the load"), "{told}");
    }
}
