//! Code that migrates when a program starts, in languages with braces.

use super::code::{Code, Language, reached};
use super::{AtBoot, Does};
use crate::migrate::frameworks::app_files::{AppFiles, has_extension};
use crate::migrate::frameworks::near_root::files_near_root;

/// Calls, and what they do.
struct Call {
    language: Language,
    texts: &'static [&'static str],
    tool: &'static str,
    does: Does,
}

impl Call {
    const fn of(
        language: Language,
        tool: &'static str,
        does: Does,
        texts: &'static [&'static str],
    ) -> Self {
        Call { language, texts, tool, does }
    }
}

/// By each library's own documentation.
const CALLS: &[Call] = &[
    Call::of(
        Language::CSharp,
        "EF Core",
        Does::Migrates,
        &["Database.Migrate(", "Database.MigrateAsync("],
    ),
    Call::of(
        Language::CSharp,
        "EF Core",
        Does::Changes,
        &["Database.EnsureCreated(", "Database.EnsureCreatedAsync("],
    ),
    Call::of(
        Language::Go,
        "goose",
        Does::Migrates,
        &["goose.Up(", "goose.UpContext(", "goose.RunContext("],
    ),
    Call::of(
        Language::Go,
        "golang-migrate",
        Does::Migrates,
        &["migrate.New(", "migrate.NewWithDatabaseInstance(", "migrate.NewWithSourceInstance("],
    ),
    Call::of(Language::Go, "GORM", Does::Changes, &[".AutoMigrate("]),
    Call::of(Language::Rust, "sqlx", Does::Migrates, &["sqlx::migrate!(", "MIGRATOR.run("]),
    Call::of(Language::Rust, "Diesel", Does::Migrates, &[".run_pending_migrations("]),
    Call::of(Language::Rust, "SeaORM", Does::Migrates, &["Migrator::up("]),
    Call::of(
        Language::Rust,
        "refinery",
        Does::Migrates,
        &["migrations::runner().run(", "migrations::runner().run_async("],
    ),
    Call::of(Language::Script, "Sequelize", Does::Changes, &["sequelize.sync("]),
    Call::of(Language::Script, "Knex", Does::Migrates, &[".migrate.latest("]),
    Call::of(Language::Script, "TypeORM", Does::Migrates, &[".runMigrations("]),
    Call::of(Language::Script, "MikroORM", Does::Migrates, &["getMigrator().up("]),
    Call::of(Language::Script, "Kysely", Does::Migrates, &[".migrateToLatest("]),
];

pub(super) fn found(app: &AppFiles) -> Vec<AtBoot> {
    let go = app.has("go.mod");
    let rust = app.has("Cargo.toml");
    let mut found = Vec::new();
    let mut look = |language: Language, files: Vec<String>| {
        if files.is_empty() {
            return;
        }
        let files = of_the_process(app, &files);
        let texts =
            files.iter().map(|file| app.rough_text(file).ok().flatten().unwrap_or_default());
        let codes: Vec<Code> = texts.map(|text| Code::of(&text, language)).collect();
        for call in CALLS.iter().filter(|call| call.language == language) {
            if let Some((file, line, text)) = reached(&codes, call.texts) {
                found.push(AtBoot {
                    tool: call.tool,
                    does: call.does,
                    place: format!("{}:{line}", files[file]),
                    text: text.trim_matches(['.', '(']).to_owned(),
                });
            }
        }
    };
    look(Language::CSharp, files_near_root(app, |name| has_extension(name, "cs")));
    if go {
        let is_source = |name: &str| has_extension(name, "go") && !name.ends_with("_test.go");
        look(Language::Go, files_near_root(app, is_source));
    }
    if rust {
        look(Language::Rust, files_near_root(app, |name| has_extension(name, "rs")));
    }
    look(Language::Script, node_entries(app));
    found
}

/// Without the programs that no process of the Procfile starts, where there are several: migrations
/// often have a separate program.
fn of_the_process(app: &AppFiles, files: &[String]) -> Vec<String> {
    let procfile = app.rough_text("Procfile").ok().flatten().unwrap_or_default();
    // release and postdeploy are not what starts the app
    let starting = procfile.lines().filter(|line| {
        !["release", "postdeploy"].iter().any(|process| line.trim_start().starts_with(process))
    });
    let words: Vec<&str> = starting
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && !"_-".contains(c)))
        .collect();
    let programs: Vec<(String, String)> =
        files.iter().filter_map(|file| Some((file.clone(), program(file)?))).collect();
    let is_named =
        |name: &str| words.contains(&name) || name.split('.').any(|part| words.contains(&part));
    let any_named = programs.iter().any(|(_, name)| is_named(name));
    let dropped = |file: &String| {
        let Some((_, name)) = programs.iter().find(|(own, _)| own == file) else { return false };
        let lower = name.to_lowercase();
        let other_task = ["migrat", "seed", "test", "tool", "script", "example"]
            .iter()
            .any(|word| lower.contains(word));
        if any_named && !name.is_empty() { !is_named(name) } else { other_task }
    };
    files.iter().filter(|file| !dropped(file)).cloned().collect()
}

/// The name of the program that a file is the entry of: `""` for the one at the root.
fn program(file: &str) -> Option<String> {
    let (directory, name) = file.rsplit_once('/').unwrap_or(("", file));
    let last = directory.rsplit('/').next().unwrap_or_default();
    match name {
        "main.go" | "Program.cs" | "Startup.cs" => Some(last.to_owned()),
        "main.rs" if ["src", ""].contains(&directory) => Some(String::new()),
        "main.rs" => Some(directory.trim_end_matches("/src").to_owned()),
        _ if last == "bin" => name.strip_suffix(".rs").map(str::to_owned),
        _ => None,
    }
}

/// The files that start a Node.js app, by package.json and by their usual names.
fn node_entries(app: &AppFiles) -> Vec<String> {
    let Ok(Some(manifest)) = app.json("package.json") else { return Vec::new() };
    let start = manifest.get("scripts").and_then(|scripts| scripts.get("start")?.as_str());
    let named = start
        .unwrap_or_default()
        .split_whitespace()
        .chain(manifest.get("main").and_then(serde_json::Value::as_str));
    let usual = [
        "server.js",
        "index.js",
        "app.js",
        "server.ts",
        "index.ts",
        "src/server.js",
        "src/index.js",
        "src/app.js",
        "src/main.js",
        "src/server.ts",
        "src/index.ts",
        "src/app.ts",
        "src/main.ts",
    ];
    let mut files: Vec<String> = Vec::new();
    for file in named.chain(usual) {
        let file = file.trim_start_matches("./");
        let is_source = [".js", ".ts", ".mjs", ".cjs"].iter().any(|end| file.ends_with(end));
        if is_source && app.has(file) && !files.iter().any(|known| known == file) {
            files.push(file.to_owned());
        }
    }
    files
}
