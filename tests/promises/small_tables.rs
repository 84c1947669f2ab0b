//! Complete where it is small: under a budget, the cut falls on large tables.

use crate::support::{AppDir, Outcome, Source, Target, Tool};

fn load(source: &Source, target: &Target, app: &AppDir, budget: &str) -> Outcome {
    Tool::new(["subset", &source.url(), &target.url(), "--yes", "--max-size", budget])
        .in_dir(app)
        .run()
}

/// `name: rows reason` of each table, from the record.
fn recorded(target: &Target) -> String {
    target.ask(
        "select string_agg(format('%s: %s %s', table_name, rows, reason), ', ' order by table_name)
        from review_data.load_table",
    )
}

#[test]
fn settings_and_roles_come_whole_and_large_tables_are_cut() {
    let source = Source::from_sql(
        "create table settings (name text primary key, value text);
        create table roles (id int primary key, name text);
        create table permissions (role_id int references roles, name text, primary key (role_id, name));
        create table plans (id int primary key, name text);
        create table flags (id int primary key, scope text, name text);
        create table users (id int primary key, role_id int references roles, plan_id int references plans, name text);
        insert into settings select 'setting ' || i, 'value ' || i from generate_series(1, 300) i;
        insert into roles select i, 'role ' || i from generate_series(1, 50) i;
        insert into permissions select r, 'permission ' || p from generate_series(1, 50) r,
            generate_series(1, 20) p;
        insert into plans select i, 'plan ' || i from generate_series(1, 1001) i;
        insert into flags select i, case when i % 2 = 0 then 'web' else 'mail' end, 'flag ' || i
            from generate_series(1, 900) i;
        insert into users select i, i % 50 + 1, i % 1001 + 1, repeat('name ' || i, 5)
            from generate_series(1, 80000) i;",
    );
    let target = Target::empty();
    let app =
        AppDir::empty().with("review-data.toml", "[tables.flags]\nwhere = \"scope = 'web'\"\n");
    load(&source, &target, &app, "12MB").succeeded().saying("small");
    let rows = recorded(&target);
    for whole in
        ["settings: 300 small", "roles: 50 small", "permissions: 1000 small", "flags: 450 small"]
    {
        assert!(rows.contains(whole), "{whole} is not in {rows}");
    }
    assert!(rows.contains("plans: ") && rows.contains("users: "), "{rows}");
    assert!(!rows.contains("plans: 1001 small") && !rows.contains("users: 80000"), "{rows}");

    // the record says which tables were small: the same rows are selected again
    let why =
        Tool::new(["why", "--target", &target.url(), "--source", &source.url(), "roles", "7"]);
    let told = why.run().succeeded();
    assert!(!told.says("rows now"), "the record and the source agree: {told}");
    target.drop();
    source.drop();
}

#[test]
fn small_tables_take_a_tenth_of_the_budget_at_most_the_smallest_first() {
    let source = Source::from_sql(
        "do $$ begin for i in 1..40 loop
            execute format('create table lookup_%s (id int primary key, name text)', i);
            execute format('insert into lookup_%s select j, repeat(md5(j::text), 8)
                from generate_series(1, %s) j', i, 20 * i);
        end loop; end $$;
        create table events (id int primary key, note text);
        insert into events select i, md5(i::text) from generate_series(1, 150000) i;",
    );
    let target = Target::empty();
    load(&source, &target, &AppDir::empty(), "14MB").succeeded();
    let small = "select coalesce(sum(pg_total_relation_size(table_name::regclass)), 0)
        from review_data.load_table where reason = 'small'";
    let taken: u64 = target.ask(small).parse().expect("a number");
    assert!((1_000_000..=1_450_000).contains(&taken), "{taken}: {}", recorded(&target));
    let cut = "select count(*) from review_data.load_table l, review_data.load_table s
        where l.table_name like 'lookup%' and l.reason <> 'small' and s.reason = 'small'
            and l.source_rows < s.rows";
    assert_eq!(target.ask(cut), "0", "a smaller table is cut: {}", recorded(&target));
    target.drop();
    source.drop();
}

#[test]
fn small_tables_that_need_too_much_of_others_are_cut_too() {
    let source = Source::from_sql(
        "create table documents (id int primary key, body text not null);
        create table featured (document_id int primary key references documents);
        insert into documents select i,
            (select string_agg(md5(i || '/' || j), '') from generate_series(1, 900) j)
            from generate_series(1, 900) i;
        insert into featured select i from generate_series(1, 900) i;",
    );
    let target = Target::empty();
    load(&source, &target, &AppDir::empty(), "16MB")
        .succeeded()
        .saying("small tables are not copied whole");
    let size = target.superuser().count("select pg_database_size(current_database())");
    assert!(size <= 16_000_000, "{size}: {}", recorded(&target));
    target.drop();
    source.drop();
}
