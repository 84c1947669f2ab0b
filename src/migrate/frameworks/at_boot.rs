//! Apps that migrate when they start: a release has nothing to run, and the build says so.

use super::app_files::has_extension;
use super::{AppFiles, FileProblem, Remark};

/// What starts a migration, and the file that says so.
struct AtBoot {
    tool: &'static str,
    evidence: String,
}

/// Source files that are looked into, at most.
const MOST_FILES: usize = 200;

/// Why a release has nothing to run, as far as the app's files show it.
///
/// # Errors
/// Where a file that would tell cannot be read.
pub fn why_nothing_migrates(app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
    let found = [play, spring_boot, quarkus, ef_core_remark, node, go, rust];
    for look in found {
        if let Some(found) = look(app)? {
            return Ok(Some(found.remark()));
        }
    }
    Ok(super::prisma::without_migrations(app))
}

impl AtBoot {
    fn remark(&self) -> Remark {
        Remark::new(
            format!("{} migrates when the app starts", self.tool),
            format!(
                "{}, so a release has nothing to run.\n\
                 Dynos start before postdeploy. Leave postdeploy out of app.json, and the release\n\
                 loads the data before the first start. If it must stay, write in review-data.toml:\n\
                 [target]\n\
                 existing = \"replace\"",
                self.evidence
            ),
        )
    }
}

/// <https://www.playframework.com/documentation/latest/Evolutions>
fn play(app: &AppFiles) -> Result<Option<AtBoot>, FileProblem> {
    let build = app.rough_text("build.sbt")?.unwrap_or_default();
    let has_evolutions = !app.names_in("conf/evolutions").is_empty();
    let applies = has_evolutions && (build.contains("evolutions") || build.contains("PlayScala"));
    let conf = app.rough_text("conf/application.conf")?.unwrap_or_default();
    let is_off = conf.lines().any(|line| {
        let line = line.replace(' ', "");
        line.contains("evolutions") && line.ends_with("enabled=false")
    });
    Ok((applies && !is_off)
        .then(|| AtBoot { tool: "Play", evidence: "conf/evolutions holds migrations".to_owned() }))
}

const SPRING_SETTINGS: &[&str] = &[
    "src/main/resources/application.properties",
    "src/main/resources/application.yml",
    "src/main/resources/application.yaml",
];

/// <https://docs.spring.io/spring-boot/how-to/data-initialization.html>
fn spring_boot(app: &AppFiles) -> Result<Option<AtBoot>, FileProblem> {
    let Some((file, build)) = jvm_build(app)? else { return Ok(None) };
    if !build.contains("spring-boot") && !build.contains("springframework.boot") {
        return Ok(None);
    }
    for (tool, library, key) in
        [("Flyway", "flyway-core", "flyway"), ("Liquibase", "liquibase-core", "liquibase")]
    {
        let starter = format!("spring-boot-starter-{key}");
        if !build.contains(library) && !build.contains(&starter) {
            continue;
        }
        if is_disabled(app, key)? {
            continue;
        }
        let evidence = format!("{library} in {file}: Spring Boot runs it");
        return Ok(Some(AtBoot { tool, evidence }));
    }
    Ok(None)
}

/// `spring.flyway.enabled=false`, in either format.
fn is_disabled(app: &AppFiles, key: &str) -> Result<bool, FileProblem> {
    for file in SPRING_SETTINGS {
        let Some(text) = app.rough_text(file)? else { continue };
        let flat =
            text.lines().any(|line| line.replace(' ', "") == format!("spring.{key}.enabled=false"));
        let nested = text
            .split_once(&format!("{key}:"))
            .and_then(|(_, block)| block.lines().nth(1))
            .is_some_and(|line| line.replace(' ', "") == "enabled:false");
        if flat || nested {
            return Ok(true);
        }
    }
    Ok(false)
}

/// <https://quarkus.io/guides/flyway>, <https://quarkus.io/guides/liquibase>
fn quarkus(app: &AppFiles) -> Result<Option<AtBoot>, FileProblem> {
    let file = SPRING_SETTINGS[0];
    let text = app.rough_text(file)?.unwrap_or_default();
    for (tool, key) in [("Flyway", "flyway"), ("Liquibase", "liquibase")] {
        let setting = format!("quarkus.{key}.migrate-at-start=true");
        if text.lines().any(|line| line.replace(' ', "") == setting) {
            return Ok(Some(AtBoot { tool, evidence: format!("{setting} in {file}") }));
        }
    }
    Ok(None)
}

/// The build file of a Java app.
pub(super) fn jvm_build(app: &AppFiles) -> Result<Option<(&'static str, String)>, FileProblem> {
    for file in ["pom.xml", "build.gradle", "build.gradle.kts"] {
        if let Some(text) = app.rough_text(file)? {
            return Ok(Some((file, text)));
        }
    }
    Ok(None)
}

/// `context.Database.Migrate()` at the app's start:
/// <https://learn.microsoft.com/ef/core/managing-schemas/migrations/applying#apply-migrations-at-runtime>
pub(super) fn ef_core(app: &AppFiles) -> Result<Option<String>, FileProblem> {
    for file in files_near_root(app, |name| has_extension(name, "cs")) {
        let text = app.rough_text(&file)?.unwrap_or_default();
        if text.contains("Database.Migrate(") || text.contains("Database.MigrateAsync(") {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

fn ef_core_remark(app: &AppFiles) -> Result<Option<AtBoot>, FileProblem> {
    let file = ef_core(app)?;
    Ok(file
        .map(|file| AtBoot { tool: "EF Core", evidence: format!("{file} calls Database.Migrate") }))
}

/// Strapi migrates at its start: <https://docs.strapi.io/cms/database-migrations>; `TypeORM` does where
/// its data source says `migrationsRun: true`.
fn node(app: &AppFiles) -> Result<Option<AtBoot>, FileProblem> {
    if super::manifest::npm(app, "@strapi/strapi")? {
        let evidence = "@strapi/strapi is in package.json".to_owned();
        return Ok(Some(AtBoot { tool: "Strapi", evidence }));
    }
    if !super::manifest::npm(app, "typeorm")? {
        return Ok(None);
    }
    let is_source = |name: &str| has_extension(name, "ts") || has_extension(name, "js");
    find(app, is_source, &["migrationsRun: true"], "TypeORM")
}

/// golang-migrate and goose as libraries.
fn go(app: &AppFiles) -> Result<Option<AtBoot>, FileProblem> {
    if !app.has("go.mod") {
        return Ok(None);
    }
    let is_source = |name: &str| has_extension(name, "go") && !name.ends_with("_test.go");
    let goose = find(app, is_source, &["goose.Up(", "goose.UpContext("], "goose")?;
    if goose.is_some() || !super::manifest::go(app, "golang-migrate/migrate")? {
        return Ok(goose);
    }
    find(app, is_source, &["migrate.New(", "migrate.NewWithDatabaseInstance("], "golang-migrate")
}

/// Migrations that are compiled into the program.
fn rust(app: &AppFiles) -> Result<Option<AtBoot>, FileProblem> {
    if !app.has("Cargo.toml") {
        return Ok(None);
    }
    let is_source = |name: &str| has_extension(name, "rs");
    for (words, tool) in [
        (&["sqlx::migrate!("][..], "sqlx"),
        (&["run_pending_migrations("], "Diesel"),
        (&["Migrator::up("], "SeaORM"),
    ] {
        let found = find(app, is_source, words, tool)?;
        // SeaORM's own migration crate has such a call in its command line
        if found.as_ref().is_some_and(|found| !found.evidence.starts_with("migration/")) {
            return Ok(found);
        }
    }
    Ok(None)
}

fn find(
    app: &AppFiles,
    is_source: impl Fn(&str) -> bool,
    words: &[&str],
    tool: &'static str,
) -> Result<Option<AtBoot>, FileProblem> {
    for file in files_near_root(app, is_source) {
        let text = app.rough_text(&file)?.unwrap_or_default();
        let word = words.iter().find(|word| {
            text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(*word))
        });
        if let Some(word) = word {
            let evidence = format!("{file} has {}", word.trim_end_matches('('));
            return Ok(Some(AtBoot { tool, evidence }));
        }
    }
    Ok(None)
}

/// Files of such names at the root and up to two directories below it, in order.
pub(super) fn files_near_root(app: &AppFiles, fits: impl Fn(&str) -> bool) -> Vec<String> {
    const SKIPPED: &[&str] = &["node_modules", "vendor", "target", "dist", "build", "obj", "tests"];
    let mut found = Vec::new();
    let mut directories = vec![String::new()];
    for _ in 0..3 {
        let mut below = Vec::new();
        for directory in &directories {
            for name in app.names_in(directory) {
                let path =
                    if directory.is_empty() { name.clone() } else { format!("{directory}/{name}") };
                if app.has(&path) {
                    if fits(&name) && found.len() < MOST_FILES {
                        found.push(path);
                    }
                } else if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                    below.push(path);
                }
            }
        }
        directories = below;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(files: &[(&str, &str)]) -> String {
        let app = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = app.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let remark = why_nothing_migrates(&AppFiles::new(app.path())).unwrap();
        remark.map_or_else(|| "-".to_owned(), |remark| remark.title)
    }

    #[test]
    fn apps_that_migrate_at_their_start() {
        let spring = "spring-boot-starter-parent flyway-core";
        for (files, tool) in [
            (
                &[("build.sbt", "PlayScala evolutions"), ("conf/evolutions/default/1.sql", "")][..],
                "Play",
            ),
            (&[("pom.xml", spring)], "Flyway"),
            (&[("build.gradle", "org.springframework.boot liquibase-core")], "Liquibase"),
            (
                &[(
                    "src/main/resources/application.properties",
                    "quarkus.flyway.migrate-at-start=true",
                )],
                "Flyway",
            ),
            (&[("src/Shop/Program.cs", "db.Database.Migrate();")], "EF Core"),
            (&[("package.json", "{\"dependencies\": {\"@strapi/strapi\": \"5\"}}")], "Strapi"),
            (
                &[
                    ("package.json", "{\"dependencies\": {\"typeorm\": \"1\"}}"),
                    ("src/app.module.ts", "migrationsRun: true,"),
                ],
                "TypeORM",
            ),
            (&[("go.mod", "pressly/goose"), ("main.go", "goose.Up(db, \"m\")")], "goose"),
            (&[("Cargo.toml", ""), ("src/main.rs", "sqlx::migrate!().run(&db)")], "sqlx"),
        ] {
            assert_eq!(title(files), format!("{tool} migrates when the app starts"), "{files:?}");
        }
    }

    #[test]
    fn apps_that_do_not() {
        let spring = ("pom.xml", "spring-boot-starter-parent flyway-core");
        for files in [
            &[("build.sbt", "PlayScala"), ("conf/application.conf", "")][..],
            &[
                spring,
                ("src/main/resources/application.properties", "spring.flyway.enabled = false"),
            ],
            &[
                spring,
                ("src/main/resources/application.yml", "spring:\n  flyway:\n    enabled: false\n"),
            ],
            &[("pom.xml", "flyway-core")],
            &[("Program.cs", "// nothing")],
            &[("go.mod", "pressly/goose"), ("main_test.go", "goose.Up(db, \"m\")")],
            &[("Cargo.toml", ""), ("src/main.rs", "// sqlx::migrate!().run(&db)")],
        ] {
            assert_eq!(title(files), "-", "{files:?}");
        }
    }
}
