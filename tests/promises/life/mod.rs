//! A review app's life: a set-up that any run can resume, on a database that is the app's own.

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

/// An app of a pull request, with production and a database of its own.
struct ReviewApp {
    dir: AppDir,
    source: Source,
    database: Target,
}

impl ReviewApp {
    fn new(config: &str) -> Self {
        ReviewApp {
            dir: AppDir::empty().with("review-data.toml", config).with("app.json", CALLS_US),
            source: Source::from_sql(PRODUCTION),
            database: Target::empty(),
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
    let parent = Target::empty();
    parent.run(PRODUCTION);
    parent
}

fn reader() -> &'static Role {
    &READER
}

fn owner() -> &'static Role {
    &OWNER
}
