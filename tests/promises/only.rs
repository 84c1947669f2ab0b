//! `[[only]]`: one tenant and no other, by whatever path a row might come.

use crate::support::{AppDir, Source, Target, Tool};

/// Tenant 3 among ten. Users have managers of other tenants, projects have owners of other tenants,
/// boxes stand in boxes of other tenants. Items, notes, addresses and comments have no tenant.
const TENANTS: &str = "
    create table tenants (id int primary key, name text, parent_id int references tenants);
    insert into tenants select n, 't' || n, nullif(n - 1, 0) from generate_series(1, 10) n;
    create table users (id int primary key, tenant_id int not null references tenants, manager_id int references users, name text);
    insert into users select n, 1 + n % 10, nullif(n - 1, 0), 'u' || n from generate_series(1, 200) n;
    create table projects (tenant_id int not null references tenants, id int not null, owner_id int not null references users, primary key (tenant_id, id));
    insert into projects select 1 + n % 10, n, case when n % 30 = 2 then n - 1 else n end from generate_series(1, 200) n;
    create table tasks (tenant_id int not null, id int primary key, project_id int not null,
      foreign key (tenant_id, project_id) references projects);
    insert into tasks select 1 + n % 10, n, n from generate_series(1, 200) n;
    create table items (id int primary key, task_id int not null references tasks, body text);
    insert into items select n, 1 + n % 200, 'item of ' || (1 + n % 200) from generate_series(1, 600) n;
    create table notes (id int primary key, user_id int references users, body text);
    insert into notes select n, nullif(n % 201, 0), 'note' from generate_series(1, 600) n;
    create table countries (code text primary key, created_by int references users);
    insert into countries select 'c' || n, n from generate_series(1, 20) n;
    create table addresses (id int primary key, user_id int not null references users, country text not null references countries);
    insert into addresses select n, n, 'c' || 1 + n % 20 from generate_series(1, 200) n;
    create table plans (id int primary key, tenant_id int references tenants, name text);
    insert into plans select n, nullif(n % 11, 0), 'p' || n from generate_series(1, 44) n;
    create table events (tenant_id int not null, at date not null, what text) partition by range (at);
    create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
    create table events_2 (what text, at date not null, tenant_id int not null);
    alter table events attach partition events_2 for values from ('2026-02-01') to ('2026-03-01');
    insert into events select 1 + n % 10, date '2026-01-01' + n % 50, 'e' from generate_series(1, 500) n;
    create table docs (id int, tenant_id int); create table docs_archive () inherits (docs);
    insert into docs select n, 1 + n % 10 from generate_series(1, 100) n; insert into docs_archive select n, 1 + n % 10 from generate_series(1, 100) n;
    create table comments (id int primary key, commentable_type text, commentable_id int, body text);
    insert into comments select n, case when n % 2 = 0 then 'User' else 'Task' end, 1 + n % 200, 'c' from generate_series(1, 400) n;
    create table schema_migrations (version text primary key); insert into schema_migrations select n::text from generate_series(1, 300) n;
    create table data_migrations (tenant_id int, version text); insert into data_migrations select 1 + n % 10, n::text from generate_series(1, 100) n;
    create table boxes (id int primary key, tenant_id int not null, inside int not null references boxes);
    insert into boxes select n, case when n < 3 then 1 else 3 end, greatest(n - 1, 1) from generate_series(1, 6) n;
    insert into boxes select n, 3, case when n = 11 then 11 else n - 1 end from generate_series(11, 16) n;
    create table settings (id int primary key, tenant_slug text);
    insert into settings values (1, 'x');
    create unlogged table scratch (tenant_id int);
    create materialized view names as select name from users;
";

const ONLY: &str = r#"
[[only]]
column = "tenant_id"
values = [3]
[tables.users]
always = ["id in (12, 13)"]
[tables.docs]
rows = "all"
[[foreign_keys]]
table = "comments"
polymorphic = "commentable"
"#;

/// Each is a number of rows that may not be there.
const OTHERS: [&str; 12] = [
    "select count(*) from users where tenant_id <> 3",
    "select count(*) from tenants where id <> 3",
    "select count(*) from projects where tenant_id <> 3",
    "select count(*) from tasks where tenant_id <> 3",
    "select count(*) from plans where tenant_id <> 3",
    "select count(*) from events where tenant_id <> 3",
    "select count(*) from docs where tenant_id <> 3",
    "select count(*) from data_migrations where tenant_id <> 3",
    "select count(*) from names where name not in (select name from users)",
    "select count(*) from notes where user_id not in (select id from users)",
    "select count(*) from boxes where tenant_id <> 3 or id < 10",
    "select count(*) from comments c where not exists (select from users where id = c.commentable_id \
       and c.commentable_type = 'User') and not exists (select from tasks \
       where id = c.commentable_id and c.commentable_type = 'Task')",
];

#[test]
fn no_row_of_another_tenant_is_copied_by_any_path() {
    let source = Source::from_sql(TENANTS);
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", ONLY);
    for arguments in [&["1"][..], &["0.3"], &["--children", "50", "0.1"], &[]] {
        target.empty_again();
        let tool = Tool::new(["subset", &source.url(), &target.url(), "--yes"]).in_dir(&app);
        let outcome = arguments.iter().fold(tool, |tool, word| tool.argument(*word)).run();
        assert_eq!(outcome.code(), Some(0), "{outcome}");
        for sql in OTHERS {
            assert_eq!(target.ask(sql), "0", "{arguments:?} {sql}\n{outcome}");
        }
        assert_eq!(target.ask("select count(*) from users where id = 12"), "1", "{outcome}");
        assert_eq!(target.ask("select count(*) from schema_migrations"), "300");
        assert!(outcome.says("NULL in manager_id of"), "{outcome}");
        assert!(outcome.says("[[only]] does not hold (tenant_id = 3 or NULL)"), "{outcome}");
        if arguments == ["1"] {
            for (sql, expected) in [
                ("select count(*) from users", "20"),
                ("select count(*) from tenants where parent_id is null", "1"),
                // of 20 projects, 7 are owned by users of another tenant; what needs them is gone
                ("select count(*) from projects", "13"),
                ("select count(*) from tasks", "13"),
                ("select count(*) from items", "39"),
                // the chain 11 to 16 alone: boxes 3 to 6 stand in boxes of tenant 1
                ("select string_agg(id::text, ' ' order by id) from boxes", "11 12 13 14 15 16"),
                ("select count(*) from events", "50"),
                ("select concat_ws('|', count(*), count(tenant_id)) from plans", "8|4"),
                // countries that others created come as parents only
                ("select concat_ws('|', count(*), count(created_by)) from countries", "4|2"),
                ("select count(*) from addresses", "20"),
            ] {
                assert_eq!(target.ask(sql), expected, "{sql}\n{outcome}");
            }
        }
    }
    let plan = Tool::new(["plan", &source.url(), "1", "--format", "json"]).in_dir(&app).run();
    assert!(plan.says("\"severed\""), "{plan}");
    let why = |table: &str, row: &str| {
        let urls = ["--source", &source.url(), "--target", &target.url()];
        let tool = Tool::new(["why", table, row]).in_dir(&app);
        urls.iter().fold(tool, |tool, word| tool.argument(*word)).run()
    };
    assert!(why("users", "13").says("[[only]]"), "{}", why("users", "13"));
    // nobody of the tenant lives there, and another tenant has created it
    let gone = source.ask(
        "select code from countries where created_by % 10 <> 2 and code not in (
            select country from addresses where user_id % 10 = 2) order by 1 limit 1",
    );
    why("countries", &gone).saying("references a row that [[only]] excludes").not_saying("exists");
    source.drop();
    target.drop();
}

/// All that a person may ask for by name or down a self-reference stays within the tenant.
#[test]
fn forced_rows_and_descents_stay_with_the_tenant() {
    let source = Source::from_sql(
        "create table orgs (region text, id int, primary key (region, id));
        insert into orgs select r, n from unnest(array['eu', 'us']) r, generate_series(1, 5) n;
        create table staff (id int primary key, region text not null, org_id int not null, boss_id int references staff,
            mentor_id int not null references staff, foreign key (region, org_id) references orgs);
        insert into staff select n, case when n % 3 = 0 then 'us' else 'eu' end, 1 + n % 5, nullif((n / 2), 0),
            case when n % 7 = 0 then n - 1 else n end from generate_series(1, 120) n;
        create table badges (id int primary key, staff_id int not null references staff);
        insert into badges select n, n from generate_series(1, 120) n;",
    );
    let target = Target::empty();
    let app = AppDir::empty().with(
        "review-data.toml",
        "[[only]]\ncolumn = \"region\"\nvalues = [\"eu\"]\n[[only]]\ncolumn = \"org_id\"\nwhere = \"org_id <= 3\"\n\
         [[foreign_keys]]\ntable = \"staff\"\ncolumns = [\"boss_id\"]\ndescend = true\n\
         [tables.orgs]\nalways = [\"true\"]\n",
    );
    let load = |options: &[&str]| {
        target.empty_again();
        let tool = Tool::subset(&source.url(), &target.url(), "0.2").in_dir(&app);
        options.iter().fold(tool, |tool, option| tool.argument(*option)).run()
    };
    for options in [&["--force", "staff:5"][..], &["--force", "orgs:eu,2", "--children", "9"]] {
        let outcome = load(options).succeeded();
        for (sql, expected) in [
            ("select count(*) from staff where region <> 'eu' or org_id > 3", "0"),
            // the table that the columns reference, by each of them
            ("select string_agg(region || id, ' ' order by id) from orgs", "eu1 eu2 eu3"),
            ("select count(*) from staff where mentor_id not in (select id from staff)", "0"),
            ("select count(*) from badges where staff_id not in (select id from staff)", "0"),
        ] {
            assert_eq!(target.ask(sql), expected, "{options:?} {sql}\n{outcome}");
        }
        let severed = target
            .ask("select count(*) from staff where boss_id is null and id > 1 and region = 'eu'");
        let line = format!("NULL in boss_id of {severed} row");
        assert!(outcome.says(&line), "{line}\n{outcome}");
    }
    load(&["--force", "staff:6"]).failed(1).saying("[[only]] excludes it");
    load(&["--force", "staff:6", "--force-missing", "warn"]).succeeded();
    source.drop();
    target.drop();
}

#[test]
fn rows_without_a_tenant_conditions_and_names_that_do_not_exist() {
    let source = Source::from_sql(
        "create table accounts (id text primary key);
        create table parts (id int primary key, account_id text, kind text, legacy text);
        create schema other;
        create table other.parts (id int primary key, part_id int references public.parts,
            account_id text);
        insert into accounts select 'a' || n from generate_series(1, 9) n;
        insert into parts select n, case when n % 10 > 0 then 'a' || n % 10 end, 'k', 'x'
            from generate_series(1, 100) n;
        insert into other.parts select n, 101 - n, 'a' || 1 + n % 9 from generate_series(1, 100) n;",
    );
    let target = Target::empty();
    let load = |only: &str| {
        target.empty_again();
        let app = AppDir::empty().with("review-data.toml", only);
        Tool::subset(&source.url(), &target.url(), "1").in_dir(&app).run()
    };
    let rows = "select concat_ws('|', (select string_agg(distinct coalesce(account_id, '-'), ',') from parts), \
        (select string_agg(id, ',' order by id) from accounts), \
        (select string_agg(distinct account_id, ',') from other.parts))";
    for (only, expected) in [
        ("values = [\"a2\", \"it's\"]", "-,a2|a2|a2"),
        ("values = [\"a2\"]\nnull = false", "a2|a2|a2"),
        ("where = \"account_id in ('a2', 'a3') -- theirs\"\nnull = false", "a2,a3|a2,a3|a2,a3"),
        ("where = \"account_id > 'a7'\"", "-,a8,a9|a8,a9|a8,a9"),
    ] {
        let outcome = load(&format!("[[only]]\ncolumn = \"account_id\"\n{only}\n"));
        assert_eq!(outcome.code(), Some(0), "{only}\n{outcome}");
        assert_eq!(target.ask(rows), expected, "{only}\n{outcome}");
    }
    for (only, said) in [
        ("column = \"acount_id\"\nvalues = [1]", "did you mean account_id?"),
        ("column = \"id\"\nvalues = [\"a2\"]", "column id (integer)"),
        ("column = \"account_id\"\nwhere = \"kind = 'k'\"", "table other.parts"),
        ("column = \"account_id\"", "needs values"),
        ("column = \"account_id\"\nvalues = []", "must not be empty"),
    ] {
        let outcome = load(&format!("[[only]]\n{only}\n"));
        assert_eq!(outcome.code(), Some(2), "{only}\n{outcome}");
        assert!(outcome.says(said), "{only}\n{outcome}");
    }
    source.drop();
    target.drop();
}
