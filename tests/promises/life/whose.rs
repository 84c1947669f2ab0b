//! Whose database is it: nothing is written or run before the target is known to be the app's own.

use super::{CALLS_US, NOTED, PRODUCTION, ReviewApp, of_the_parent, owner, primary_url, reader};
use crate::support::{AppDir, OWNER, Source, Target, Tool, fingerprint, servers};

/// Refused with this exit code, before anything was written or run.
#[track_caller]
fn refused(app: &ReviewApp, tool: Tool, database: &Target, code: i32, saying: &str) {
    let before = (database.contents(), fingerprint(database), app.migrations());
    tool.run().failed(code).saying(saying).not_saying("pg:reset");
    assert_eq!((database.contents(), fingerprint(database), app.migrations()), before);
}

const COMMANDS: [&[&str]; 2] = [&["release"], &["postdeploy"]];

#[test]
fn a_database_url_that_app_json_names_is_the_parents() {
    let inherited = [
        r#"{"env": {"DATABASE_URL": {"required": true}}}"#,
        r#"{"environments": {"review": {"env": {"DATABASE_URL": "postgres://x/y"}}},
            "scripts": {"postdeploy": "review-data postdeploy"}}"#,
    ];
    for app_json in inherited {
        let app = ReviewApp::new(NOTED).with("app.json", app_json);
        let parent = of_the_parent();
        for command in COMMANDS {
            for adopt in ["0", "1"] {
                let run = app
                    .on(command, &parent.url())
                    .env("REVIEW_DATA_SOURCE_URL", app.source.url())
                    .env("REVIEW_DATA_ADOPT", adopt);
                refused(&app, run, &parent, 2, "app.json's env names DATABASE_URL");
            }
        }
    }
}

#[test]
fn a_database_url_is_the_parents_where_the_own_database_is_attached_under_another_name() {
    for file in [NOTED.to_owned(), format!("{NOTED}\n[source]\nurl = \"REVIEW_DATA_SOURCE_URL\"\n")]
    {
        let app = ReviewApp::new(&file);
        let parent = of_the_parent();
        for command in COMMANDS {
            for source in [app.source.url(), String::new()] {
                if source.is_empty() && file.contains("[source]") {
                    continue;
                }
                let run = app
                    .on(command, &parent.url())
                    .env("HEROKU_POSTGRESQL_AMBER_URL", app.database.url())
                    .env("REVIEW_DATA_SOURCE_URL", source)
                    .env("REVIEW_DATA_ADOPT", "1");
                refused(&app, run, &parent, 2, "HEROKU_POSTGRESQL_AMBER_URL");
                assert_eq!(app.database.contents(), Vec::<String>::new());
            }
        }
    }
}

#[test]
fn the_apps_own_empty_database_is_never_the_source() {
    let app = ReviewApp::new(NOTED);
    let second = Target::reused();
    let run = app
        .on(&["postdeploy"], &app.database.url())
        .env("HEROKU_POSTGRESQL_AMBER_URL", second.url());
    refused(&app, run, &app.database, 2, "cannot find a source to copy from");
    // with a follower beside it, the follower is the source
    app.on(&["postdeploy"], &app.database.url())
        .env("HEROKU_POSTGRESQL_AMBER_URL", second.url())
        .env("HEROKU_POSTGRESQL_PINK_URL", app.source.url())
        .run()
        .succeeded();
    assert_eq!(app.database.ask("select count(*) from users"), "100");
    assert_eq!(second.contents(), Vec::<String>::new());
}

/// `release` does the set-up before Heroku calls the postdeploy script, whose call of us then finds
/// everything done.
#[test]
fn a_postdeploy_that_release_does_not_recognise_finds_the_database_set_up() {
    let app_json = r#"{"scripts": {"postdeploy": "python manage.py setup_review"}}"#;
    let app = ReviewApp::new(NOTED).with("app.json", app_json);
    app.run(&["release"]).run().succeeded();
    assert_eq!(app.database.ask("select count(*) from users"), "100");
    app.run(&["postdeploy"]).run().succeeded().saying("is set up already");
    assert_eq!(app.migrations(), 1);
}

#[test]
fn commands_run_on_the_target_that_the_file_names_whatever_database_url_is() {
    let config = format!(
        "[target]\nurl = \"OWN_URL\"\n{NOTED}\n[postdeploy]\n\
         before = [\"env > before\"]\nafter = [\"env > after\"]\n"
    );
    let app = ReviewApp::new(&config);
    let parent = of_the_parent();
    let before = (parent.contents(), fingerprint(&parent));
    let run = |command| {
        app.on(command, &parent.url())
            .env("OWN_URL", app.database.url())
            .env("REVIEW_DATA_SOURCE_URL", app.source.url())
            .env("JDBC_DATABASE_URL", "jdbc:postgresql://production:5432/shop")
            .env("SPRING_DATASOURCE_URL", "jdbc:postgresql://production:5432/shop")
    };
    run(&["postdeploy"]).run().succeeded();
    run(&["release"]).run().succeeded();
    assert_eq!((parent.contents(), fingerprint(&parent)), before);
    assert_eq!(app.migrations(), 2);
    assert_eq!(app.database.ask("select count(*) from written_here"), "0");
    for file in ["before", "after"] {
        let environment = app.dir.read(file).expect("the command ran");
        let value = |name: &str| {
            let prefix = format!("{name}=");
            let line = environment.lines().find_map(|line| line.strip_prefix(&prefix));
            line.unwrap_or_else(|| panic!("no {name} in {file}")).to_owned()
        };
        assert_eq!(value("DATABASE_URL"), app.database.url());
        for prefix in ["JDBC_DATABASE", "SPRING_DATASOURCE"] {
            assert!(value(&format!("{prefix}_URL")).contains(&app.database.name));
            assert_eq!(value(&format!("{prefix}_USERNAME")), OWNER.name);
            assert_eq!(value(&format!("{prefix}_PASSWORD")), OWNER.password);
        }
        assert!(!environment.contains(&reader().encoded_password()), "{file}");
        assert!(!environment.contains("production:5432"), "{file}");
    }
}

#[test]
fn the_sources_primary_is_not_migrated() {
    let app = ReviewApp { source: Source::from_sql(PRODUCTION), ..ReviewApp::new(NOTED) };
    app.source.primary().run(&format!("grant all on schema public to {}", owner().name));
    for command in COMMANDS {
        for adopt in ["0", "1"] {
            let url = primary_url(&app.source, owner());
            let outcome = app
                .on(command, &url)
                .env("REVIEW_DATA_SOURCE_URL", app.source.url())
                .env("REVIEW_DATA_ADOPT", adopt)
                .run();
            outcome.failed(1).saying("the target is the source");
            assert_eq!(app.migrations(), 0);
            assert_eq!(app.source.ask("select to_regclass('written_here') is null"), "t");
        }
    }
}

#[test]
fn a_database_that_a_small_copy_came_from_is_not_migrated() {
    let app = ReviewApp::new(NOTED);
    // production -> a small copy -> a smaller one, which is the app's source
    let (small, smaller) = (Target::reused(), Target::empty());
    let subset = |from: &str, to: &str| Tool::subset(from, to, "1").run().succeeded();
    subset(&app.source.url(), &small.url());
    subset(&small.url(), &smaller.url());
    for database in [&small, &smaller] {
        database.run(&format!("grant select on all tables in schema public to {}", reader().name));
    }
    let source = servers().target.url(reader(), &smaller.name);
    for command in COMMANDS {
        for url in [primary_url(&app.source, owner()), small.url()] {
            let run = app
                .on(command, &url)
                .env("REVIEW_DATA_SOURCE_URL", &source)
                .env("REVIEW_DATA_ADOPT", "1");
            run.run().failed(1).saying("a database that the source was loaded from");
            assert_eq!(app.migrations(), 0);
        }
    }
    // a review app's own database is loaded from it, by a role that may read nothing else of ours
    app.on(&["postdeploy"], &app.database.url())
        .env("REVIEW_DATA_SOURCE_URL", &source)
        .run()
        .succeeded();
    assert_eq!(app.database.ask("select count(*) from review_data.origin"), "3");
}

#[test]
fn a_production_database_is_recognised_by_its_notes() {
    let app = ReviewApp::new(NOTED);
    app.database.run(
        "create schema review_data;
        create table review_data.production_note (id bigint generated always as identity)",
    );
    for command in COMMANDS {
        let run = app.run(command).env("REVIEW_DATA_ADOPT", "1");
        refused(&app, run, &app.database, 1, "leads to a production database");
    }
    assert_eq!(app.state(), "production");
}

#[test]
fn a_filled_database_without_a_record_is_refused_until_it_is_adopted() {
    let app = ReviewApp::new(NOTED);
    app.database.run(PRODUCTION);
    for command in COMMANDS {
        for adopt in ["", "0", "false"] {
            let run = app.run(command).env("REVIEW_DATA_ADOPT", adopt);
            refused(&app, run, &app.database, 1, "is not known to be its own");
        }
    }
    assert_eq!(app.state(), "unknown");
    app.run(&["release"]).env("REVIEW_DATA_ADOPT", "1").run().succeeded();
    assert_eq!(app.migrations(), 1);
    // once is enough
    app.run(&["release"]).run().succeeded().saying("as the app's own");
    app.run(&["postdeploy"]).run().succeeded();
    assert_eq!(app.migrations(), 3);
    assert_eq!(app.state(), "adopted");
    assert_eq!(app.database.ask("select count(*) from users"), "100");
}

#[test]
fn a_copied_database_does_not_take_over_the_record() {
    let app = ReviewApp::new(NOTED);
    app.run(&["postdeploy"]).run().succeeded();
    let copy = Target::empty();
    let admin = servers().target.superuser("postgres");
    admin.run(&format!("drop database {}", copy.name));
    admin.run(&format!(
        "create database {} template {} owner {}",
        copy.name, app.database.name, OWNER.name
    ));
    let before = app.migrations();
    let run =
        |command| app.on(command, &copy.url()).env("REVIEW_DATA_SOURCE_URL", app.source.url());
    for command in COMMANDS {
        run(command).run().failed(1).saying("its record is about another database");
    }
    assert_eq!(app.migrations(), before);
    run(&["release"]).env("REVIEW_DATA_ADOPT", "1").run().succeeded();
    run(&["release"]).run().succeeded();
    assert_eq!(app.migrations(), before + 2);
}

#[test]
fn a_record_that_names_another_app_is_refused() {
    let app = ReviewApp::new(NOTED);
    app.run(&["postdeploy"]).run().succeeded();
    for command in COMMANDS {
        let run = app.run(command).env("HEROKU_APP_NAME", "shop-pr-8");
        refused(&app, run, &app.database, 2, "it belongs to shop-pr-7; this app is shop-pr-8");
    }
    let renamed = |command| app.run(command).env("HEROKU_APP_NAME", "shop-pr-8");
    renamed(&["release"]).env("REVIEW_DATA_ADOPT", "1").run().succeeded();
    renamed(&["release"]).run().succeeded();
    assert_eq!(app.migrations(), 3);
}

#[test]
fn a_record_of_a_newer_tool_is_refused_and_status_reports_it() {
    let app = ReviewApp::new(NOTED);
    app.run(&["postdeploy"]).run().succeeded();
    app.database.run("update review_data.setup set version = 99, tool_version = '9.9.9'");
    for command in COMMANDS {
        refused(&app, app.run(command), &app.database, 1, "review-data 9.9.9");
    }
    assert_eq!(app.state(), "newer");
}

#[test]
fn a_record_of_0_1_0_is_read_and_the_set_up_completed() {
    let app =
        ReviewApp::new(&format!("{NOTED}\n[postdeploy]\nafter = [\"echo after >> after\"]\n"));
    app.run(&["postdeploy"]).run().succeeded();
    app.database.run(
        "drop table review_data.setup, review_data.setup_command, review_data.left_table,
            review_data.left_object, review_data.origin",
    );
    assert_eq!(app.state(), "loaded");
    app.run(&["release"]).run().succeeded().saying("0.1.0");
    assert_eq!(app.migrations(), 2);
    assert_eq!(app.dir.read("after").as_deref(), Some("after\nafter\n"));
    app.run(&["postdeploy"]).run().succeeded().saying("set up already");
    assert_eq!(app.migrations(), 2);
    assert_eq!(app.database.ask("select count(*) from review_data.origin"), "1");
}

#[test]
fn what_extensions_and_the_platform_bring_does_not_fill_a_database() {
    let app = ReviewApp::new(NOTED);
    let available = "select count(*) from pg_available_extensions where name = 'hstore'";
    app.database.superuser().run(
        "create schema _heroku; create table _heroku.stats (id int);
        create function _heroku.nothing() returns int language sql as 'select 1';
        create schema heroku_ext; create view heroku_ext.statistics as select 1",
    );
    if app.database.ask(available) == "1" {
        app.database.superuser().run("create extension hstore");
    }
    app.run(&["release"]).run().succeeded().saying("the database is empty");
    app.run(&["postdeploy"]).run().succeeded();
    assert_eq!(app.state(), "set_up");
}

#[test]
fn a_release_needs_no_source_once_the_app_is_set_up() {
    let app = ReviewApp::new(NOTED);
    app.run(&["postdeploy"]).run().succeeded();
    for source in ["", "postgres://reader@127.0.0.1:1/gone"] {
        let run = app.on(&["release"], &app.database.url());
        run.env("REVIEW_DATA_SOURCE_URL", source).run().succeeded();
    }
    assert_eq!(app.migrations(), 3);
}

#[test]
fn no_guard_is_for_production() {
    let production = Target::reused();
    production.run(PRODUCTION);
    let dir = AppDir::empty().with("review-data.toml", NOTED).with("app.json", CALLS_US);
    let source = Source::shared(PRODUCTION);
    Tool::new(["release"])
        .in_dir(&dir)
        .env("DATABASE_URL", production.url())
        .env("HEROKU_POSTGRESQL_AMBER_URL", Target::reused().url())
        .env("REVIEW_DATA_SOURCE_URL", source.url())
        .run()
        .succeeded();
    assert_eq!(production.ask("select to_regnamespace('review_data') is null"), "t");
    assert_eq!(production.ask("select count(*) from written_here"), "0");
}
