//! Tables that are left empty, and foreign keys to them: they become NULL, or the load is refused
//! before a row has travelled.

use crate::support::{AppDir, Outcome, Source, Target, Tool};
use std::fmt::Write as _;

fn load(sql: &str, config: &str) -> (Target, Outcome) {
    let source = Source::from_sql(sql);
    let target = Target::empty();
    let app = AppDir::empty().with("review-data.toml", config);
    let outcome = Tool::subset(&source.url(), &target.url(), "0.5").in_dir(&app).run();
    (target, outcome)
}

#[test]
fn a_foreign_key_that_cannot_become_null_refuses_the_load() {
    let teams = "create table teams (id int primary key);
        insert into teams select generate_series(1, 9);";
    let without_teams = "[tables.teams]\nrows = \"none\"\n";
    let cases = [
        (
            "what would become NULL is referenced itself",
            "create table people (id int primary key, team int unique references teams);
            create table posts (id int primary key, team int not null references people (team));
            insert into people select n, n from generate_series(1, 9) n;
            insert into posts select n, n from generate_series(1, 9) n;",
            "",
        ),
        (
            "what would become NULL is part of a key that is all NULL or not at all",
            "create table seats (team int, number int, primary key (team, number));
            create table people (id int primary key, team int references teams, seat int,
                foreign key (team, seat) references seats match full);
            insert into seats select n, n from generate_series(1, 9) n;
            insert into people select n, n, n from generate_series(1, 9) n;",
            "",
        ),
        (
            "the column is generated",
            "create table people (id int primary key, code int not null,
                team int generated always as (code) stored references teams);
            insert into people select n, n from generate_series(1, 9) n;",
            "",
        ),
        (
            "its rows come as descendants, though none is chosen",
            "create table people (id int primary key, team int not null references teams);
            insert into people select n, n from generate_series(1, 9) n;",
            "[tables.people]\nwhere = \"false\"\nalways = [\"id = 1\"]\n",
        ),
        (
            "its rows come as ancestors, though none is chosen",
            "create table people (id int primary key, team int not null references teams);
            create table posts (id int primary key, author int not null references people);
            insert into people select n, n from generate_series(1, 9) n;
            insert into posts select n, n from generate_series(1, 9) n;",
            "[tables.people]\nwhere = \"false\"\n",
        ),
    ];
    let mut told = String::new();
    for (what, sql, config) in cases {
        let (target, outcome) = load(&format!("{teams}{sql}"), &format!("{without_teams}{config}"));
        let outcome = outcome.failed(2);
        assert_eq!(target.contents(), Vec::<String>::new(), "{what}: the target is untouched");
        let start = outcome.stderr.find("error: ").unwrap_or_default();
        writeln!(told, "{what}:\n{}", &outcome.stderr[start..]).expect("a string takes all");
    }
    insta::assert_snapshot!("foreign_keys_that_cannot_become_null", told.trim_end());
}

/// A tenant is named by two foreign keys: the one that stays says more than none.
#[test]
fn columns_that_other_foreign_keys_need_do_not_become_null_with_those_that_can() {
    let (target, outcome) = load(
        "create table tenants (id int primary key);
        create table projects (tenant int references tenants, number int,
            primary key (tenant, number));
        create table tasks (id int primary key, tenant int references tenants, project int,
            foreign key (tenant, project) references projects);
        insert into tenants select generate_series(1, 3);
        insert into projects select 1 + n % 3, n from generate_series(1, 30) n;
        insert into tasks select n, 1 + n % 3, n from generate_series(1, 30) n;",
        "[tables.projects]\nrows = \"none\"\n",
    );
    outcome.succeeded().saying("public.tasks: NULL in project of 15 rows,");
    assert_eq!(target.ask("select distinct (tenant is null, project is null) from tasks"), "(f,t)");
}

#[test]
fn a_table_of_which_nothing_comes_needs_nothing() {
    let (target, outcome) = load(
        "create table teams (id int primary key);
        create table people (id int primary key, team int not null references teams);
        create table posts (id int primary key, author int references people);
        create table guests (id int primary key, team int not null references teams);
        create table rooms (id int primary key, team int not null references teams);
        insert into teams select generate_series(1, 9);
        insert into people select n, n from generate_series(1, 9) n;
        insert into posts select n, case n when 1 then 1 end from generate_series(1, 9) n;",
        "[tables.teams]\nrows = \"none\"\n[tables.people]\nwhere = \"false\"\n\
         [tables.posts]\nwhere = \"author is null\"\n[tables.guests]\nrows = \"all\"\n\
         [tables.rooms]\nrows = \"none\"\nalways = [\"id = 7\"]\n",
    );
    outcome.succeeded();
    let counts = "select (select count(*) from people) || ' ' || (select count(*) from posts)";
    assert_eq!(target.ask(counts), "0 4");
}
