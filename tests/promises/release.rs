//! The story of PRODUCT.md's section 1: production releases, and a review app from its first
//! release to its last push.

use crate::support::{
    AppDir, Outcome, READER, Source, Target, Tool, eventually, fingerprint, servers,
};
use std::time::Duration;

const PRODUCTION: &str = "
    create table users (id int primary key, name text not null);
    create table alembic_version (version_num varchar(32) primary key);
    insert into users select i, 'qwzx user ' || i from generate_series(1, 100) i;
    insert into alembic_version values ('first');
";

/// `app.json` as a review app's that leaves the set-up to us.
const CALLS_US: &str = r#"{"scripts": {"postdeploy": "review-data postdeploy"}}"#;

/// A migration that leaves a line in a file each time it runs.
const NOTED: &str = "[migrate]\ncommand = \"echo migrated >> migrations\"\n";

/// An app, production's database and the app's own database.
struct App {
    dir: AppDir,
    source: Source,
    database: Target,
}

impl App {
    fn with_config(config: &str) -> Self {
        App {
            dir: AppDir::empty().with("review-data.toml", config),
            source: Source::shared(PRODUCTION),
            database: Target::reused(),
        }
    }

    fn with_app_json(self, content: &str) -> Self {
        App { dir: self.dir.with("app.json", content), ..self }
    }

    /// A command with what the platform sets for every app.
    fn run(&self, command: &str) -> Tool {
        Tool::new([command])
            .in_dir(&self.dir)
            .env("DATABASE_URL", self.database.url())
            .env("HEROKU_APP_NAME", "shop-pr-7")
            .env("REVIEW_DATA_SOURCE_URL", self.source.url())
    }

    fn in_production(&self, command: &str) -> Tool {
        self.run(command).env("HEROKU_APP_NAME", "shop")
    }

    fn in_review(&self, command: &str) -> Tool {
        self.run(command).env("HEROKU_PR_NUMBER", "7").env("HEROKU_BRANCH", "a-branch")
    }

    /// How often the migration of [`NOTED`] has run.
    fn migrations(&self) -> usize {
        self.dir.read("migrations").unwrap_or_default().lines().count()
    }

    /// The app's own tables.
    fn tables(&self) -> String {
        self.database.ask(
            "select coalesce(string_agg(relname, ' ' order by relname), '') from pg_class
                where relkind = 'r' and relnamespace = 'public'::regnamespace",
        )
    }

    fn users(&self) -> String {
        self.database.ask("select count(*) from users")
    }
}

#[test]
fn a_production_release_migrates_and_copies_nothing() {
    let app = App::with_config(NOTED).with_app_json(CALLS_US);
    app.in_production("release").run().succeeded().not_saying("failed");
    assert_eq!(app.migrations(), 1);
    assert_eq!(app.database.contents(), Vec::<String>::new());
}

#[test]
fn an_app_without_migrations_releases_and_says_so_in_one_line() {
    let app = App::with_config("");
    let outcome = app.in_production("release").run().succeeded();
    assert_eq!(outcome.all.lines().count(), 1, "{outcome}");
    outcome.saying("no migration command");
    app.in_review("release").run().succeeded();
    assert_eq!(app.users(), "100", "in a review app, release does the set-up");
    let outcome = app.in_review("release").run().succeeded();
    outcome.saying("set up already").saying("no migration command");
}

#[test]
fn a_failed_migration_fails_the_release() {
    let app = App::with_config("[migrate]\ncommand = \"echo not today; exit 7\"\n");
    let outcome = app.in_production("release").run();
    outcome.failed(1).saying("not today").saying("Database migrations failed in shop");
}

#[test]
fn a_failed_migration_lets_the_release_go_on_where_asked_to() {
    let app = App::with_config("[migrate]\ncommand = \"exit 7\"\non_failure = \"warn\"\n");
    let outcome = app.in_production("release").run();
    outcome.succeeded().saying("Database migrations failed in shop");
}

#[test]
fn a_migration_command_that_is_not_there_fails_the_release() {
    let app = App::with_config("[migrate]\ncommand = \"no-such-program upgrade head\"\n");
    let outcome = app.in_production("release").run();
    outcome.failed(1).saying("Database migrations failed in shop");
}

#[test]
fn a_review_apps_first_release_leaves_the_set_up_to_postdeploy() {
    let app = App::with_config(NOTED).with_app_json(CALLS_US);
    app.in_review("release").run().succeeded().saying("postdeploy will set up the database");
    assert_eq!(app.migrations(), 0);
    assert_eq!(app.tables(), "");
    assert_eq!(app.database.ask("select awaited_empty from review_data.setup"), "t");
}

#[test]
fn a_database_that_others_have_filled_is_neither_loaded_nor_migrated() {
    for command in ["release", "postdeploy"] {
        let app = App::with_config(NOTED).with_app_json(CALLS_US);
        app.database.run("create table of_others (id int)");
        let before = app.database.contents();
        let outcome = app.in_review(command).run().failed(1);
        outcome.saying("it holds public.of_others").saying("REVIEW_DATA_ADOPT=1");
        assert_eq!(app.migrations(), 0);
        assert_eq!(app.database.contents(), before);
    }
}

#[test]
fn a_postdeploy_that_calls_us_among_others_is_ours_too() {
    let app_json = r#"{
        "name": "shop",
        "environments": {"review": {"scripts": {
            "postdeploy": "bin/prepare && review-data postdeploy && bin/finish"
        }}}
    }"#;
    let app = App::with_config(NOTED).with_app_json(app_json);
    app.in_review("release").run().succeeded();
    assert_eq!(app.tables(), "");
}

#[test]
fn without_a_postdeploy_that_calls_us_release_does_the_whole_set_up() {
    let nothing_of_ours = [None, Some("{}"), Some(r#"{"scripts": {"postdeploy": "bin/seed"}}"#)];
    for app_json in nothing_of_ours {
        let mut app = App::with_config(NOTED);
        if let Some(content) = app_json {
            app = app.with_app_json(content);
        }
        app.in_review("release").run().succeeded();
        assert_eq!(app.users(), "100", "{app_json:?}");
        assert_eq!(app.migrations(), 1, "{app_json:?}");
    }
}

#[test]
fn postdeploy_copies_then_migrates_then_runs_what_comes_after() {
    // Each step notes what it finds of the one before.
    let app = App::with_config(
        r#"
        [subset]
        fraction = 0.2
        [migrate]
        command = '''psql -X -q -c 'alter table users add column nickname text' "$DATABASE_URL"'''
        [postdeploy]
        after = [
            '''psql -X -qAt -c "update users set nickname = 'first' returning 1" "$DATABASE_URL" | wc -l >> after''',
            "echo second >> after; echo heard",
        ]
        "#,
    );
    let run = app.in_review("postdeploy").argument("--format").argument("json").run();
    let run = run.succeeded().saying("shop-pr-7 is set up");
    // The commands write to standard output, too.
    let result: serde_json::Value = serde_json::from_str(&run.stdout).expect("nothing but JSON");
    let users = result["tables"].as_array().into_iter().flatten();
    let mut users = users.filter(|table| table["table"] == "users");
    assert_eq!(users.next().map(|table| table["rows"].to_string()).as_deref(), Some("20"), "{run}");
    assert_eq!(app.users(), "20");
    assert_eq!(app.database.ask("select count(nickname) from users"), "20");
    assert_eq!(app.dir.read("after").as_deref(), Some("20\nsecond\n"));
    assert_eq!(app.database.ask("select version_num from alembic_version"), "first");
}

#[test]
fn a_load_without_masks_says_so_in_capitals() {
    let app = App::with_config(NOTED);
    app.in_review("postdeploy").run().succeeded().saying("NOTHING IS MASKED");
}

#[test]
fn a_later_push_only_migrates() {
    let source = Source::from_sql(PRODUCTION);
    let app = App { source, ..App::with_config(NOTED).with_app_json(CALLS_US) };
    app.in_review("postdeploy").run().succeeded();
    let before = fingerprint(&app.database);
    app.source.change("insert into users select i, 'new' from generate_series(101, 500) i");
    app.in_review("release").run().succeeded();
    assert_eq!(app.migrations(), 2, "once at postdeploy, once at the push");
    assert_eq!(fingerprint(&app.database), before);
}

#[test]
fn a_later_push_only_migrates_where_release_did_the_set_up() {
    let app = App::with_config(NOTED);
    app.in_review("release").run().succeeded();
    let before = fingerprint(&app.database);
    app.in_review("release").run().succeeded();
    assert_eq!(app.migrations(), 2);
    assert_eq!(fingerprint(&app.database), before);
}

#[test]
fn a_later_push_whose_migration_fails_is_refused_and_the_data_stays() {
    let app = App::with_config("[migrate]\ncommand = \"test ! -e broken\"\n");
    app.in_review("postdeploy").run().succeeded();
    let before = fingerprint(&app.database);
    std::fs::write(app.dir.path().join("broken"), "").expect("a file");
    let outcome = app.in_review("release").run();
    outcome.failed(1).saying("Database migrations failed in shop-pr-7");
    assert_eq!(fingerprint(&app.database), before);
}

#[test]
fn a_migration_that_fails_at_postdeploy_fails_it_and_the_next_push_migrates() {
    let app = App::with_config("[migrate]\ncommand = \"test -e mended && touch migrated\"\n")
        .with_app_json(CALLS_US);
    let outcome = app.in_review("postdeploy").run();
    outcome.failed(1).saying("Database migrations failed in shop-pr-7");
    assert_eq!(app.users(), "100", "the data is there: the load was done before the migration");
    std::fs::write(app.dir.path().join("mended"), "").expect("a file");
    app.in_review("release").run().succeeded();
    assert_eq!(app.dir.read("migrated").as_deref(), Some(""));
}

#[test]
fn a_command_after_the_migration_that_fails_fails_postdeploy() {
    let app = App::with_config(
        "[migrate]\ncommand = \"true\"\n[postdeploy]\nafter = [\"exit 3\", \"touch reached\"]\n",
    );
    app.in_review("postdeploy").run().failed(1).saying("exit 3");
    assert_eq!(app.dir.read("reached"), None, "what comes after a failure is not run");
}

#[test]
fn a_second_postdeploy_changes_nothing() {
    let app = App::with_config("[migrate]\ncommand = \"true\"\n");
    app.in_review("postdeploy").run().succeeded();
    app.database.run("update users set name = 'a reviewer was here'");
    let before = fingerprint(&app.database);
    app.in_review("postdeploy").run().succeeded().saying("set up already");
    assert_eq!(fingerprint(&app.database), before);
}

#[test]
fn the_migration_runs_through_the_shell_in_the_apps_directory() {
    let app = App::with_config(
        "[migrate]\ncommand = \"echo one && echo $HEROKU_APP_NAME | tr a-z A-Z > words; pwd > place\"\n",
    );
    app.in_production("release").run().succeeded().saying("one");
    assert_eq!(app.dir.read("words").as_deref(), Some("SHOP\n"));
    let place = app.dir.path().canonicalize().expect("a directory");
    assert_eq!(app.dir.read("place"), Some(format!("{}\n", place.display())));
}

#[test]
fn the_migrations_output_is_live() {
    let app =
        App::with_config("[migrate]\ncommand = \"echo the first; sleep 2; echo the second\"\n");
    let outcome = app.in_production("release").run().succeeded();
    let at = |text: &str| {
        let mut moments = outcome.moments.iter().filter(|(_, line)| line == text);
        moments.next().map_or_else(|| panic!("no {text:?} in:\n{outcome}"), |(at, _)| *at)
    };
    let between = at("the second").saturating_sub(at("the first"));
    assert!(between > Duration::from_secs(1), "the first line was held back:\n{outcome}");
}

#[test]
fn a_signal_is_passed_on_to_the_migration() {
    let app = App::with_config(
        "[migrate]\ncommand = '''trap 'echo gone > signalled; exit 3' TERM
            echo at work; while :; do sleep 0.05; done'''\n",
    );
    let run = app.in_production("release").start();
    eventually("the migration is at work", || run.has_said("at work"));
    run.signal("TERM");
    let outcome: Outcome = run.wait();
    assert_ne!(outcome.code(), Some(0), "{outcome}");
    assert_eq!(app.dir.read("signalled").as_deref(), Some("gone\n"), "{outcome}");
}

#[test]
fn the_sources_address_is_not_in_the_migrations_environment() {
    for name in ["REVIEW_DATA_SOURCE_URL", "HEROKU_POSTGRESQL_PINK_URL"] {
        let app = App::with_config(
            "[migrate]\ncommand = \"env > environment\"\n[postdeploy]\nafter = [\"env > later\"]\n",
        );
        let run = Tool::new(["postdeploy"])
            .in_dir(&app.dir)
            .env("DATABASE_URL", app.database.url())
            .env("HEROKU_PR_NUMBER", "7")
            .env("HEROKU_APP_NAME", "shop-pr-7")
            .env(name, app.source.url());
        // nothing in its text says so: it leads to the primary, as another role, by its socket
        let primary = &servers().primary;
        let socket = primary.socket_dir.display().to_string().replace('/', "%2F");
        let leader = format!("postgres://postgres@{socket}:{}/{}", primary.port, app.source.name);
        let (port, database) = (primary.port.to_string(), app.source.name.clone());
        let directory = primary.socket_dir.display().to_string();
        let pairs = format!("Host={directory};Port={port};Database={database};Username=postgres");
        let run = run
            .env("LEADERS", format!("redis://127.0.0.1:1,{leader}"))
            .env("LEADER_JSON", format!("{{\"a\":{{\"url\":\"{}\"}}}}", leader.replace('/', "\\/")))
            .env("LEADER_NET", pairs)
            .env("PGHOST", directory)
            .env("PGPORT", port)
            .env("PGDATABASE", database)
            .env("PGUSER", "postgres");
        let run = run.env("LEADER_URL", leader).env("DEAD_URL", "postgres://a:b@127.0.0.1:1/c");
        let outcome = run.run().succeeded();
        let outcome = outcome.saying("do not answer, so the app's commands keep them: DEAD_URL");
        // the harness has seen what each program got
        for program in ["bash", "sh", "pg_dump"] {
            assert!(outcome.started.contains(program), "{program} in {:?}", outcome.started);
        }
        for file in ["environment", "later"] {
            let environment = app.dir.read(file).expect("the command ran");
            assert!(
                environment.contains("\nDATABASE_URL=") || environment.starts_with("DATABASE_URL=")
            );
            assert!(!environment.contains(&READER.encoded_password()), "{name} in {file}");
            assert!(
                !environment.contains("LEADER") && !environment.contains("PGHOST"),
                "{environment}"
            );
            assert!(environment.contains("DEAD_URL="), "{environment}");
        }
    }
}

/// `release` tells by what it does: production migrates, a review app waits for postdeploy.
#[test]
fn reviewapp_decides_where_it_is_set_and_else_the_pull_requests_number() {
    let rules: [(Option<&str>, Option<&str>, bool); 10] = [
        (None, None, false),
        (None, Some("7"), true),
        (Some("true"), None, true),
        (Some("1"), None, true),
        (Some("yes"), None, true),
        (Some(""), None, false),
        (Some("0"), None, false),
        (Some("false"), None, false),
        (Some("0"), Some("7"), false),
        (Some("false"), Some("7"), false),
    ];
    for (reviewapp, number, is_review_app) in rules {
        let app = App::with_config(NOTED).with_app_json(CALLS_US);
        let mut run = app.run("release");
        if let Some(value) = reviewapp {
            run = run.env("REVIEWAPP", value);
        }
        if let Some(value) = number {
            run = run.env("HEROKU_PR_NUMBER", value);
        }
        run.run().succeeded();
        let waited = app.migrations() == 0;
        assert_eq!(waited, is_review_app, "REVIEWAPP {reviewapp:?}, HEROKU_PR_NUMBER {number:?}");
    }
}

#[test]
fn a_run_ends_when_its_time_is_over_and_the_next_one_does_what_is_missing() {
    let app = App::with_config(
        "[postdeploy]\nmax_duration = \"2s\"\n\
         [migrate]\ncommand = \"test -e go || sleep 60; touch migrated\"\n",
    );
    let run = |command: &str| app.run(command).env("HEROKU_PR_NUMBER", "7");
    run("postdeploy").run().failed(1).saying("[postdeploy] max_duration, which is 2");
    assert_eq!(app.dir.read("migrated"), None);
    std::fs::write(app.dir.path().join("go"), "").expect("a file");
    // on a machine that has much to do, the load may be what is missing
    eventually("the next runs do what is missing", || run("postdeploy").run().code() == Some(0));
    assert_eq!(app.database.ask("select count(*) from users"), "100");
    assert_eq!(app.dir.read("migrated").as_deref(), Some(""));
}
