//! Migration tools themselves, from their registries: after a load at 5 %, the tool's own answer to
//! "what is pending?" is the same as on production, and a push runs the new migration only.
//!
//! `cargo test --test buildpack real_tools -- --ignored`, or `scripts/test --long`.

use crate::apps::App;
use crate::package::{Lifecycle, Run};
use crate::support::{OWNER, Source, Target, python};
use review_data::migrate::frameworks::{AppFiles, PendingCheck, recognise_all};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The migrations that production has run: at 5 %, a sample would be two.
const MIGRATIONS: usize = 40;

/// A tool, and an app that uses it.
struct RealTool {
    key: &'static str,
    /// npm packages.
    npm: &'static [&'static str],
    /// Python packages, as the fixture's requirements.
    requirements: Option<&'static str>,
    files: &'static [(&'static str, &'static str)],
    /// A migration's file and text, by its number and its statement.
    migration: fn(usize, &str) -> (String, String),
    /// Where the tool notes what has run.
    noted: &'static str,
}

const KYSELY: RealTool = RealTool {
    key: "kysely",
    npm: &["kysely@0.28", "kysely-ctl@0.20", "pg@8"],
    requirements: None,
    files: &[(
        "kysely.config.ts",
        "import { PostgresDialect } from 'kysely'\nimport pg from 'pg'\n\
         import { defineConfig } from 'kysely-ctl'\n\
         const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })\n\
         export default defineConfig({ dialect: new PostgresDialect({ pool }) })\n",
    )],
    migration: |number, statement| {
        let text = format!(
            "import {{ sql }} from 'kysely'\n\
             export async function up(db) {{ await sql`{statement}`.execute(db) }}\n"
        );
        (format!("migrations/{number:04}_m.ts"), text)
    },
    noted: "select count(*) from kysely_migration",
};

const DB_MIGRATE: RealTool = RealTool {
    key: "db-migrate",
    npm: &["db-migrate@0.11", "db-migrate-pg@1", "pg@8"],
    requirements: None,
    files: &[],
    migration: |number, statement| {
        let text = format!(
            "exports.up = (db) => db.runSql('{statement}');\nexports._meta = {{ version: 1 }};\n"
        );
        (format!("migrations/2024010100{number:04}-m.js"), text)
    },
    noted: "select count(*) from migrations",
};

const GRAPHILE_MIGRATE: RealTool = RealTool {
    key: "graphile-migrate",
    npm: &["graphile-migrate@1", "pg@8"],
    requirements: None,
    files: &[(".gmrc", "{}\n"), ("migrations/current.sql", "")],
    // each names the one before it by its hash: see `chained`
    migration: |number, statement| {
        (format!("migrations/committed/{number:06}.sql"), format!("{statement};"))
    },
    noted: "select count(*) from graphile_migrate.migrations",
};

const AERICH: RealTool = RealTool {
    key: "aerich",
    npm: &[],
    requirements: Some("aerich/requirements.txt"),
    files: &[
        (
            "settings.py",
            "import os\nURL = os.environ['DATABASE_URL'].replace('postgresql:', 'postgres:')\n\
             APP = {'models': ['models', 'aerich.models'], 'default_connection': 'default'}\n\
             TORTOISE_ORM = {'connections': {'default': URL}, 'apps': {'models': APP}}\n",
        ),
        (
            "models.py",
            "from tortoise import fields\nfrom tortoise.models import Model\n\
             class User(Model):\n    id = fields.IntField(primary_key=True)\n",
        ),
    ],
    migration: |number, statement| {
        let own = "create table aerich (id serial primary key, version varchar(255) not null, \
                   app varchar(100) not null, content jsonb not null);";
        let own = if number == 0 { own } else { "" };
        let text = format!(
            "async def upgrade(db):\n    return '''{own}{statement};'''\n\
             async def downgrade(db):\n    return ''\n"
        );
        (format!("migrations/models/{number}_2024010100{number:04}_m.py"), text)
    },
    noted: "select count(*) from aerich",
};

const YOYO: RealTool = RealTool {
    key: "yoyo",
    npm: &[],
    requirements: Some("yoyo/requirements.txt"),
    files: &[],
    migration: |number, statement| {
        (format!("migrations/{number:04}.m.sql"), format!("{statement};"))
    },
    noted: "select count(*) from _yoyo_migration",
};

const FLYWAY: RealTool = RealTool {
    key: "flyway",
    npm: &[],
    requirements: None,
    files: &[
        ("pom.xml", include_str!("real_tools_pom.xml")),
        // stands for the wrapper, which would fetch Maven itself
        ("mvnw", "#!/bin/sh\nexec mvn \"$@\"\n"),
    ],
    migration: |number, statement| {
        (format!("src/main/resources/db/migration/V{}__m.sql", number + 1), format!("{statement};"))
    },
    noted: "select count(*) from flyway_schema_history",
};

impl RealTool {
    /// The app with this number of migrations.
    fn app(&self, migrations: usize) -> App {
        let base = if self.files.iter().any(|(file, _)| *file == "pom.xml") {
            App::empty()
        } else {
            App::fixture(self.key)
        };
        let mut app = base.with("review-data.toml", "[subset]\nfraction = 0.05\n");
        for (file, text) in self.files {
            app = app.with(file, text);
        }
        let mut previous = String::from("-");
        for number in 0..migrations {
            let statement = match number {
                0 => "create table users as select generate_series(1, 1000) as id".to_owned(),
                _ => format!("create table t{number} (id int)"),
            };
            let (file, mut text) = (self.migration)(number, &statement);
            if self.key == "graphile-migrate" {
                text = chained(&mut previous, &text);
            }
            app = app.with(&file, text);
        }
        if app.path().join("mvnw").exists() {
            Run::of(Command::new("chmod").arg("+x").arg(app.path().join("mvnw"))).succeeded();
        }
        if !self.npm.is_empty() {
            let packages = self.installed();
            std::os::unix::fs::symlink(
                packages.join("node_modules"),
                app.path().join("node_modules"),
            )
            .unwrap();
            std::fs::copy(packages.join("package.json"), app.path().join("package.json")).unwrap();
        }
        app
    }

    /// npm packages, installed once and kept.
    fn installed(&self) -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let directory = root.join("target/real-tools").join(self.key);
        if !directory.join("node_modules").exists() {
            std::fs::create_dir_all(&directory).unwrap();
            std::fs::write(directory.join("package.json"), "{ \"private\": true }\n").unwrap();
            let mut npm = Command::new("npm");
            npm.args(["install", "--no-audit", "--no-fund"]).args(self.npm);
            Run::of(npm.current_dir(&directory)).succeeded();
        }
        directory
    }

    fn play(&self) {
        let python = self.requirements.map(python);
        let python = python.map_or_else(String::new, |path| format!("{}:", path.display()));
        let path = format!("{python}{}:/usr/bin:/bin", crate::stories::clients().display());
        let app = self.app(MIGRATIONS);
        let built = Lifecycle::new().build(&app).succeeded();

        let production = Target::empty();
        let mut release = built.launch("release", &app, &path);
        Run::of(environment(&mut release, &production)).succeeded();
        assert_eq!(production.ask("select count(*) from users"), "1000", "{}", self.key);
        let all = production.ask(self.noted);
        let follower = Source::from_sql(&crate::stories::dump(&production));

        let review = Target::empty();
        let in_review = |app: &App, process_type: &str| {
            let built = Lifecycle::new().build(app).succeeded();
            let mut command = built.launch(process_type, app, &path);
            environment(&mut command, &review).env("HEROKU_APP_NAME", "shop-pr-7");
            command.env("REVIEWAPP", "true").env("HEROKU_PR_NUMBER", "7");
            command.env("REVIEW_DATA_SOURCE_URL", follower.url());
            Run::of(&mut command)
        };
        in_review(&app, "postdeploy").succeeded();
        assert_eq!(review.ask("select count(*) from users"), "50", "{}", self.key);
        assert_eq!(review.ask(self.noted), all, "{}: every migration is noted", self.key);
        let of = |app: &App, database: &Target| self.pending(app, database, &path);
        assert_eq!(of(&app, &review), of(&app, &production), "{}: nothing is pending", self.key);

        let pushed = self.app(MIGRATIONS + 1);
        let pending = of(&pushed, &review);
        assert_eq!(pending, of(&pushed, &production), "{}: one is pending", self.key);
        assert_ne!(pending, of(&app, &review), "{}: the answer tells", self.key);
        in_review(&pushed, "release").succeeded();
        let new = format!("select to_regclass('t{MIGRATIONS}') is not null");
        assert_eq!(review.ask(&new), "t", "{}: the new migration has run", self.key);
        assert_eq!(review.ask("select count(*) from users"), "50", "{}: no other", self.key);
        follower.drop();
        review.drop();
        production.drop();
    }

    /// The tool's own answer: what it prints, and its exit code.
    fn pending(&self, app: &App, database: &Target, path: &str) -> String {
        let found = recognise_all(&AppFiles::new(app.path())).unwrap();
        let found = found.iter().find(|found| found.framework.key() == self.key).unwrap();
        let command = match &found.recognised.pending {
            PendingCheck::Output { command, .. } | PendingCheck::ExitCode { command, .. } => {
                command
            }
            other => panic!("{}: {other:?}", self.key),
        };
        let mut shell = Command::new("bash");
        shell.args(["-c", command]).current_dir(app.path()).env_clear().env("PATH", path);
        let output = environment(&mut shell, database).output().unwrap();
        let mut answer = format!("{:?}\n", output.status.code());
        for stream in [output.stdout, output.stderr] {
            let text = String::from_utf8_lossy(&stream).into_owned();
            // the address and the time of the question do not belong to the answer
            let is_answer = |line: &&str| {
                !["Database:", "Total time", "Finished at", &database.name]
                    .iter()
                    .any(|other| line.contains(other))
            };
            for line in text.lines().filter(is_answer) {
                writeln!(answer, "{line}").unwrap();
            }
        }
        answer
    }
}

/// What Heroku and its language's buildpack set.
fn environment<'a>(command: &'a mut Command, database: &Target) -> &'a mut Command {
    let url = database.url();
    let (_, rest) = url.rsplit_once('@').unwrap();
    command.env("JDBC_DATABASE_URL", format!("jdbc:postgresql://{rest}"));
    command.env("JDBC_DATABASE_USERNAME", OWNER.name);
    command.env("JDBC_DATABASE_PASSWORD", OWNER.password);
    for variable in ["HOME", "JAVA_HOME"] {
        if let Some(value) = std::env::var_os(variable) {
            command.env(variable, value);
        }
    }
    command.env("LANG", "C.UTF-8").env("DATABASE_URL", url).env("NO_UPDATE_NOTIFIER", "1")
}

/// A committed migration of graphile-migrate, whose header names the one before it.
fn chained(previous: &mut String, body: &str) -> String {
    let before = if previous == "-" { "" } else { previous.as_str() };
    let hashed = format!("{}\n", format!("{before}\n{body}").trim());
    let script = "printf %s \"$1\" | sha1sum | cut -d' ' -f1";
    // the shell cuts a newline at the end of an argument in no case
    let mut sha1 = Command::new("bash");
    let sum = Run::of(sha1.args(["-c", script, "sha1", &hashed])).succeeded().output;
    let hash = format!("sha1:{}", sum.trim());
    let text = format!("--! Previous: {previous}\n--! Hash: {hash}\n\n{body}\n");
    *previous = hash;
    text
}

macro_rules! real_tool {
    ($name:ident, $tool:expr) => {
        #[test]
        #[ignore = "needs a registry: scripts/test --long, or cargo test --test buildpack real_tools -- --ignored"]
        fn $name() {
            $tool.play();
        }
    };
}

real_tool!(kysely_answers_the_same_after_a_load, KYSELY);
real_tool!(db_migrate_answers_the_same_after_a_load, DB_MIGRATE);
real_tool!(graphile_migrate_answers_the_same_after_a_load, GRAPHILE_MIGRATE);
real_tool!(aerich_answers_the_same_after_a_load, AERICH);
real_tool!(yoyo_answers_the_same_after_a_load, YOYO);
real_tool!(flyway_by_maven_answers_the_same_after_a_load, FLYWAY);
