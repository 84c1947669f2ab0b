//! A review app's life: a set-up that any run can resume, on a database that is the app's own.
//!
//! What has gone wrong in review apps before, and the tests of it:
//!
//! | situation | tests |
//! | --- | --- |
//! | `DATABASE_URL` is the parent app's | `life::whose` (named in `app.json`; own add-on under another name; empty database as the source; the source's primary; a small copy's origin; production's notes) |
//! | `[target] url` names another variable | `life::whose::commands_run_on_the_target_that_the_file_names_whatever_database_url_is` |
//! | the first postdeploy fails or is killed during the load | `life::sequence::{after_a_release_that_waits, after_a_load_that_failed, a_load_that_is_killed_in_its_transaction_is_as_if_it_had_not_begun}` |
//! | a migration or an `after` command fails | `life::sequence::{after_migrations_that_failed, after_a_command_after_that_failed, after_a_command_before_that_failed}` |
//! | postdeploy calls us in a way that `release` does not recognise | `life::whose::a_postdeploy_that_release_does_not_recognise_finds_the_database_set_up`; recognised ways: `buildpack`'s `kinds` |
//! | dynos create tables before the load | `replace::what_the_apps_own_processes_created_*`, `life::whose::a_filled_database_without_a_record_is_refused_until_it_is_adopted` |
//! | two runs at a time | `lock`, `lock_restart` |
//! | the follower cancels the read | `soak`, `retries`, `load::retry` and `schema::words` (unit) |
//! | several standbys behind one address | `pools` |
//! | recursion | `lock::a_command_that_calls_us_again_is_refused_with_the_chain`; at build: `buildpack`'s `procfiles` |
//! | no migrations | `release::an_app_without_migrations_releases_and_says_so_in_one_line`; at build: `an_app_without_migrations_builds_and_is_told` |
//! | lock rows of migration tools | `lock_rows` |
//! | monorepos | `buildpack`'s `monorepos` |
//! | a small copy on a schedule | `replace`, `swap_readers` |
//! | the order of a command's output | `lock::output_arrives_in_the_order_in_which_it_was_written` |
//! | the package | `buildpack`'s `package` and `installs`; `.ci/run` runs `scripts/package` |
//! | default process types on classic Heroku | `buildpack`'s `languages` |
//! | `project.toml`, `app.json` and commands in the documents | `documents` |
//! | a `pg_dump` that cannot run, or a newer archive format | `clients`, `guards` |

mod sequence;
mod whose;

use crate::support::{AppDir, OWNER, READER, Role, Source, Target, Tool, servers};

pub(crate) const PRODUCTION: &str = "
    create table users (id int primary key, name text not null);
    create table alembic_version (version_num varchar(32) primary key);
    insert into users select i, 'user ' || i from generate_series(1, 100) i;
    insert into alembic_version values ('first');
";

/// `app.json` as a review app's that leaves the set-up to us.
pub(crate) const CALLS_US: &str = r#"{"scripts": {"postdeploy": "review-data postdeploy"}}"#;

/// A migration that leaves a line in a file, and a row in the database that it is given.
const NOTED: &str = r#"
[migrate]
command = '''
echo migrated >> migrations
psql -X -q "$DATABASE_URL" -c "create table if not exists written_here (at timestamptz)"
'''
"#;

/// An app of a pull request, with production's database and its own.
struct ReviewApp {
    dir: AppDir,
    source: Source,
    database: Target,
}

impl ReviewApp {
    fn new(config: &str) -> Self {
        ReviewApp {
            dir: AppDir::empty().with("review-data.toml", config).with("app.json", CALLS_US),
            source: Source::shared(PRODUCTION),
            database: Target::reused(),
        }
    }

    fn with(self, file: &str, content: &str) -> Self {
        ReviewApp { dir: self.dir.with(file, content), ..self }
    }

    /// A command with what the platform sets, and `DATABASE_URL` as given.
    fn on(&self, command: &[&str], database_url: &str) -> Tool {
        Tool::new(command.iter().copied())
            .in_dir(&self.dir)
            .env("DATABASE_URL", database_url)
            .env("HEROKU_APP_NAME", "shop-pr-7")
            .env("HEROKU_PR_NUMBER", "7")
    }

    /// The same on its own database, with a source.
    fn run(&self, command: &[&str]) -> Tool {
        self.on(command, &self.database.url()).env("REVIEW_DATA_SOURCE_URL", self.source.url())
    }

    fn migrations(&self) -> usize {
        self.dir.read("migrations").unwrap_or_default().lines().count()
    }

    /// `state` of `review-data status --format json`.
    #[track_caller]
    fn state(&self) -> String {
        let outcome = self.run(&["status", "--format", "json"]).run().succeeded();
        let status: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
        status["state"].as_str().expect("a state").to_owned()
    }
}

/// Production's own primary, as its owner reaches it.
fn primary_url(source: &Source, role: &Role) -> String {
    servers().primary.url(role, &source.name)
}

/// A database that another app owns, with its tables.
fn of_the_parent() -> Target {
    let parent = Target::reused();
    parent.run(PRODUCTION);
    parent
}

fn reader() -> &'static Role {
    &READER
}

fn owner() -> &'static Role {
    &OWNER
}
