//! Signs that an app's database is PostgreSQL, from the app's own files.

use super::app_files::{AppFiles, has_extension};
use super::manifest::has_word;
use super::near_root::files_near_root;
use super::problem::FileProblem;

/// A file, and words: any one of them says that PostgreSQL is used. Clients have the names of
/// their registries (`PyPI`, npm, `RubyGems`, Hex, Packagist, crates.io, Maven Central, Go modules).
const SIGNS: &[(&str, &[&str])] = &[
    ("requirements.txt", PYTHON_CLIENTS),
    ("requirements/base.txt", PYTHON_CLIENTS),
    ("requirements/prod.txt", PYTHON_CLIENTS),
    ("requirements/production.txt", PYTHON_CLIENTS),
    ("requirements-prod.txt", PYTHON_CLIENTS),
    ("pyproject.toml", PYTHON_CLIENTS),
    ("Pipfile", PYTHON_CLIENTS),
    ("setup.py", PYTHON_CLIENTS),
    ("setup.cfg", PYTHON_CLIENTS),
    ("Gemfile", &["\"pg\"", "'pg'"]),
    ("mix.exs", &[":postgrex"]),
    ("go.mod", &["github.com/lib/pq", "github.com/jackc/pgx"]),
    ("composer.json", &["ext-pgsql", "ext-pdo_pgsql", "ext-pdo-pgsql"]),
    (
        "package.json",
        &[
            "\"pg\"",
            "\"pg-promise\"",
            "\"postgres\"",
            "\"slonik\"",
            "\"pg-native\"",
            "\"@prisma/adapter-pg\"",
            "\"@mikro-orm/postgresql\"",
            "\"@neondatabase/serverless\"",
        ],
    ),
    ("Cargo.toml", &["postgres", "tokio-postgres", "sqlx-postgres"]),
    ("migration/Cargo.toml", &["sqlx-postgres", "postgres"]),
    ("pom.xml", &["org.postgresql"]),
    ("build.gradle", &["org.postgresql"]),
    ("build.gradle.kts", &["org.postgresql"]),
    ("prisma/schema.prisma", &["postgresql", "postgres"]),
    ("schema.prisma", &["postgresql", "postgres"]),
    ("drizzle.config.ts", &["postgresql"]),
    ("drizzle.config.js", &["postgresql"]),
    ("drizzle.config.mjs", &["postgresql"]),
    ("drizzle.config.json", &["postgresql"]),
    ("knexfile.js", &["pg", "postgres", "postgresql"]),
    ("knexfile.ts", &["pg", "postgres", "postgresql"]),
    ("config/database.yml", &["postgresql", "postgis"]),
    ("config/database.php", &["pgsql"]),
    ("config/config.json", &["postgres"]),
    (".env.example", &["pgsql", "postgres", "postgresql"]),
    ("phinx.php", &["pgsql"]),
    ("phinx.yml", &["pgsql"]),
    ("phinx.yaml", &["pgsql"]),
    ("phinx.json", &["pgsql"]),
    ("flyway.conf", &["jdbc:postgresql", "postgresql"]),
    ("flyway.toml", &["jdbc:postgresql", "postgresql"]),
    ("conf/flyway.conf", &["jdbc:postgresql", "postgresql"]),
    ("liquibase.properties", &["jdbc:postgresql", "postgresql"]),
    ("refinery.toml", &["Postgres"]),
    ("diesel.toml", &["postgres"]),
    ("atlas.hcl", &["postgres"]),
    ("alembic.ini", &["postgresql", "postgres"]),
    ("production.ini", &["postgresql", "postgres"]),
    ("etc/production.ini", &["postgresql", "postgres"]),
    ("config/production.ini", &["postgresql", "postgres"]),
    ("project.clj", &["org.postgresql"]),
    ("deps.edn", &["org.postgresql"]),
    ("build.sbt", &["org.postgresql"]),
    ("docker-compose.yml", &["postgres", "postgis/postgis"]),
    ("docker-compose.yaml", &["postgres", "postgis/postgis"]),
    ("compose.yaml", &["postgres", "postgis/postgis"]),
    ("app.json", &["heroku-postgresql", "HEROKU_POSTGRESQL"]),
];

const PYTHON_CLIENTS: &[&str] = &[
    "psycopg",
    "psycopg2",
    "psycopg2-binary",
    "psycopg-binary",
    "asyncpg",
    "pg8000",
    "postgresql",
];

/// The first sign found, told as `psycopg2 in requirements.txt`.
///
/// # Errors
/// Where a file that would tell cannot be read.
pub fn postgres_sign(app: &AppFiles) -> Result<Option<String>, FileProblem> {
    for (file, words) in SIGNS {
        let Some(text) = app.rough_text(file)? else { continue };
        if let Some(word) = words.iter().find(|word| named(&text, word)) {
            return Ok(Some(format!("{} in {file}", word.trim_matches(['"', '\'', ':']))));
        }
    }
    let is_project = |name: &str| has_extension(name, "csproj");
    for file in files_near_root(app, is_project) {
        if app.rough_text(&file)?.is_some_and(|text| text.contains("Npgsql")) {
            return Ok(Some(format!("Npgsql in {file}")));
        }
    }
    Ok(None)
}

/// Words with punctuation of their own are looked for as they are.
fn named(text: &str, word: &str) -> bool {
    if word.chars().all(|c| c.is_alphanumeric() || c == '-') {
        has_word(text, word)
    } else {
        text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(file: &str, text: &str) -> Option<String> {
        let app = tempfile::tempdir().unwrap();
        std::fs::write(app.path().join(file), text).unwrap();
        postgres_sign(&AppFiles::new(app.path())).unwrap()
    }

    #[test]
    fn clients_in_manifests_are_signs() {
        assert_eq!(
            sign("requirements.txt", "Django\npsycopg2-binary==2.9.9\n").as_deref(),
            Some("psycopg2-binary in requirements.txt")
        );
        assert_eq!(sign("Gemfile", "gem \"pg\", \"~> 1\"\n").as_deref(), Some("pg in Gemfile"));
        assert_eq!(
            sign("mix.exs", "{:postgrex, \">= 0.0.0\"}").as_deref(),
            Some("postgrex in mix.exs")
        );
        assert_eq!(sign("requirements.txt", "mysqlclient\n# psycopg2\n"), None);
        assert_eq!(sign("package.json", "{\"dependencies\":{\"mysql2\":\"1\"}}"), None);
    }
}
