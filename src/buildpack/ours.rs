//! Is there anything for us to do in this app? Where its review apps use no buildpack, or its
//! database is not PostgreSQL, the build adds nothing.

use super::app::App;
use super::procfile::Procfile;
use super::script::Effect;
use super::scripts::runs_us;
use crate::config::FILE_NAME;
use crate::migrate::frameworks::{AppFiles, postgres_sign};
use std::path::Path;

/// What the build knows besides the app's files.
pub(super) struct Known {
    /// Whether a person has asked for us.
    pub(super) asked: bool,
    /// The value of `DATABASE_URL`, where the build has it.
    pub(super) database_url: Option<String>,
    /// Whether another buildpack names a migration command.
    pub(super) plan_command: bool,
}

/// One line that says why nothing is added; `None` where there is something to do.
pub(super) fn nothing_to_add(app: &App, known: &Known) -> Option<String> {
    let files = &app.files;
    if known.asked || files.path(FILE_NAME).symlink_metadata().is_ok() || calls(app) {
        return None;
    }
    let ask = format!("To ask for it, add {FILE_NAME}.");
    if let Some(sign) = container(app) {
        return Some(format!(
            "{sign}: its review apps are built without buildpacks, so nothing is added here. {ask}"
        ));
    }
    let url = known.database_url.as_deref();
    if url.is_some_and(|url| url.starts_with("postgres")) || postgres(files) {
        return None;
    }
    let other = other_database(files);
    let scheme = url.and_then(|url| url.split_once("://")).map(|(scheme, _)| scheme);
    match (scheme, other) {
        (Some(scheme), _) => {
            Some(format!("DATABASE_URL is {scheme}, not PostgreSQL: nothing is added. {ask}"))
        }
        (None, Some(sign)) => {
            Some(format!("{sign} and no sign of PostgreSQL: nothing is added. {ask}"))
        }
        (None, None) if shows_no_database(app, known) => {
            Some(format!("No sign of a database or of migrations: nothing is added. {ask}"))
        }
        (None, None) => None,
    }
}

/// Whether the app's own files run our tool.
fn calls(app: &App) -> bool {
    let by_process = app.procfile.iter().flat_map(Procfile::processes).any(|process| {
        ["release", "postdeploy"].iter().any(|ours| runs_us(process.command, ours, &app.files))
    });
    by_process
        || app.manifest.as_ref().is_some_and(|manifest| manifest.postdeploy_calls_us(&app.files))
}

/// Review apps of the container stack are built from a Dockerfile or an image.
fn container(app: &App) -> Option<&'static str> {
    let stack = app.manifest.as_ref().and_then(|manifest| manifest.stack.as_deref());
    if stack == Some("container") {
        Some("app.json has the stack container")
    } else if app.files.has("heroku.yml") && !lists_buildpacks(&app.files) {
        Some("heroku.yml is here")
    } else {
        None
    }
}

/// `build: buildpacks:` stands where images usually stand.
fn lists_buildpacks(files: &AppFiles) -> bool {
    let Ok(Some(text)) = files.rough_text("heroku.yml") else { return false };
    let has = |key: &str| text.lines().any(|line| line.trim_start().starts_with(key));
    has("buildpacks:") && !has("docker:") && !has("image:")
}

fn shows_no_database(app: &App, known: &Known) -> bool {
    let types = ["release", "postdeploy"];
    let has_release = app
        .procfile
        .iter()
        .flat_map(Procfile::processes)
        .any(|process| types.contains(&process.name.to_ascii_lowercase().as_str()));
    let postdeploy = app
        .postdeploy
        .as_ref()
        .is_some_and(|reading| reading.with(|effect| *effect != Effect::Nothing).next().is_some());
    let source = app
        .manifest
        .as_ref()
        .is_some_and(|manifest| manifest.env.iter().any(|variable| variable.name.contains("DATA")));
    app.frameworks.is_empty()
        && app.steps.is_empty()
        && !(has_release || postdeploy || source || known.plan_command)
}

/// Files in which a driver or a setting names the database, with what names another one than
/// PostgreSQL.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "requirements.txt",
        &[
            "mysqlclient",
            "pymysql",
            "mysql-connector-python",
            "aiomysql",
            "pymongo",
            "mongoengine",
            "motor",
        ],
    ),
    ("pyproject.toml", &["\"mysqlclient", "\"pymysql", "\"aiomysql", "\"pymongo", "\"mongoengine"]),
    ("Pipfile", &["mysqlclient", "pymysql", "pymongo", "mongoengine"]),
    (
        "Gemfile",
        &[
            "'mysql2'",
            "\"mysql2\"",
            "'trilogy'",
            "\"trilogy\"",
            "'mongoid'",
            "\"mongoid\"",
            "'sqlite3'",
            "\"sqlite3\"",
        ],
    ),
    (
        "package.json",
        &[
            "\"mysql2\"",
            "\"mysql\"",
            "\"mariadb\"",
            "\"mongoose\"",
            "\"mongodb\"",
            "\"sqlite3\"",
            "\"better-sqlite3\"",
            "\"mssql\"",
            "\"tedious\"",
        ],
    ),
    (
        "composer.json",
        &["\"ext-mysqli\"", "\"ext-pdo_mysql\"", "\"ext-mongodb\"", "\"ext-pdo_sqlite\""],
    ),
    (
        "go.mod",
        &[
            "go-sql-driver/mysql",
            "mattn/go-sqlite3",
            "modernc.org/sqlite",
            "go.mongodb.org/mongo-driver",
        ],
    ),
    ("mix.exs", &[":myxql", ":ecto_sqlite3", ":tds"]),
    ("Cargo.toml", &["rusqlite", "mysql_async", "mongodb"]),
    ("pom.xml", &["mysql-connector", "mariadb-java-client", "mssql-jdbc", "sqlite-jdbc"]),
    ("build.gradle", &["mysql-connector", "mariadb-java-client", "mssql-jdbc", "sqlite-jdbc"]),
    ("build.gradle.kts", &["mysql-connector", "mariadb-java-client", "mssql-jdbc", "sqlite-jdbc"]),
    ("build.sbt", &["mysql-connector", "mariadb-java-client"]),
    ("prisma/schema.prisma", &["\"mysql\"", "\"sqlite\"", "\"mongodb\"", "\"sqlserver\""]),
    ("config/database.yml", &["adapter: mysql2", "adapter: trilogy", "adapter: sqlite3"]),
    (".env.example", &["DB_CONNECTION=mysql", "DB_CONNECTION=mariadb", "DB_CONNECTION=sqlite"]),
    ("app.json", &["jawsdb", "cleardb", "mongolab", "ormongo"]),
];

/// The first driver or setting of another database, as `mysql2 in Gemfile`.
fn other_database(files: &AppFiles) -> Option<String> {
    let named = |file: &str, words: &[&str]| {
        let text = uncommented(files, file);
        let word = words.iter().find(|word| text.contains(&word.to_ascii_lowercase()))?;
        Some(format!("{} in {file}", word.trim_matches(['"', '\'', ':'])))
    };
    OTHERS
        .iter()
        .find_map(|(file, words)| named(file, words))
        .or_else(|| {
            let root = files.names_in("");
            let project = root.iter().find(|file| has_extension(file, "csproj"))?;
            named(
                project,
                &[
                    "EntityFrameworkCore.SqlServer",
                    "EntityFrameworkCore.Sqlite",
                    "EntityFrameworkCore.MySql",
                    "MySql.Data",
                ],
            )
        })
        .or_else(|| {
            let directories = files.names_in("").into_iter();
            let settings = directories.map(|name| format!("{name}/settings.py"));
            settings.into_iter().find_map(|file| {
                named(&file, &["django.db.backends.sqlite3", "django.db.backends.mysql"])
            })
        })
}

/// Further signs of PostgreSQL.
fn postgres(files: &AppFiles) -> bool {
    // each Laravel app has every database in config/database.php
    let sign = postgres_sign(files).ok().flatten();
    let is_laravels = |sign: &str| sign.ends_with("config/database.php");
    if sign.is_some_and(|sign| !is_laravels(&sign) || other_database(files).is_none()) {
        return true;
    }
    let words =
        ["npgsql", "dj_database_url", "dj-database-url", "django-heroku", "postgres", "psycopg"];
    let names = files.names_in("");
    let projects =
        names.iter().filter(|name| has_extension(name, "csproj") || has_extension(name, "fsproj"));
    let settings = names.iter().map(|name| format!("{name}/settings.py"));
    let lists =
        ["requirements.txt", "pyproject.toml", "Pipfile", "build.sbt", "project.clj", "deps.edn"];
    projects.cloned().chain(settings).chain(lists.iter().map(|file| (*file).to_owned())).any(
        |file| {
            let text = uncommented(files, &file);
            words.iter().any(|word| text.contains(word))
        },
    )
}

/// A file's text in lower case without lines that are comments.
fn uncommented(files: &AppFiles, file: &str) -> String {
    let text = files.rough_text(file).ok().flatten().unwrap_or_default();
    let lines = text.lines().filter(|line| {
        let line = line.trim_start();
        !line.starts_with('#') && !line.starts_with("//")
    });
    lines.collect::<Vec<_>>().join("\n").to_ascii_lowercase()
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}
