//! Names in files: the settings of the tools, by their spelling.

use super::text::{Value, blocks, constant, ends_of, values, without_comments};
use super::{Kind, Name};

/// A setting that names a table or a schema.
struct Setting {
    key: &'static str,
    /// Extensions of the files that it may be in.
    files: &'static [&'static str],
    /// The end of the file's path, or a word that the file contains.
    with: &'static str,
    /// It stands in the block of this word.
    block: Option<&'static str>,
    kind: Kind,
    /// Tables that the tool names after this one.
    endings: &'static [&'static str],
    /// The name is the second argument.
    second: bool,
}

impl Setting {
    const fn of(files: &'static [&'static str], key: &'static str) -> Self {
        let kind = Kind::Migrations;
        Setting { key, files, with: "", block: None, kind, endings: &[], second: false }
    }

    const fn with(self, with: &'static str) -> Self {
        Setting { with, ..self }
    }

    const fn within(self, block: &'static str) -> Self {
        Setting { block: Some(block), ..self }
    }

    const fn naming(self, kind: Kind) -> Self {
        Setting { kind, ..self }
    }

    const fn and(self, endings: &'static [&'static str]) -> Self {
        Setting { endings, ..self }
    }

    const fn second(self) -> Self {
        Setting { second: true, ..self }
    }
}

const PYTHON: &[&str] = &["py", "ini", "cfg", "toml", "conf"];
const RUBY: &[&str] = &["rb"];
const NODE: &[&str] = &["js", "ts", "mjs", "cjs", "mts", "cts", "json", "db-migraterc"];
const PHP: &[&str] = &["php", "yml", "yaml", "json"];
const ELIXIR: &[&str] = &["exs", "ex"];
const CLOJURE: &[&str] = &["clj", "edn"];
const JVM: &[&str] =
    &["properties", "conf", "yml", "yaml", "toml", "xml", "gradle", "kts", "java", "kt", "scala"];
const DOTNET: &[&str] = &["cs", "fs", "vb"];
const GO: &[&str] = &["go"];
const RUST: &[&str] = &["rs", "toml"];
const CONF: &[&str] = &["conf", "yml", "yaml"];

const SETTINGS: &[Setting] = &[
    // Alembic, Flask-Migrate: `EnvironmentContext.configure`; tern: `tern.conf`
    Setting::of(PYTHON, "version_table"),
    // yoyo: `yoyo.ini`
    Setting::of(PYTHON, "migration_table"),
    // Rails: `ActiveRecord::Base`; data_migrate and seed_migration: their READMEs
    Setting::of(RUBY, "schema_migrations_table_name"),
    Setting::of(RUBY, "internal_metadata_table_name").naming(Kind::State),
    Setting::of(RUBY, "data_migrations_table_name"),
    Setting::of(RUBY, "migration_table_name"),
    // Knex, AdonisJS, MikroORM: `migrations.tableName`; Drizzle: `migrations.table`
    Setting::of(NODE, "tableName").within("migrations").and(&["_lock", "_versions"]),
    Setting::of(NODE, "table").within("migrations").and(&["_lock", "_versions"]),
    // umzug: `SequelizeStorage`
    Setting::of(NODE, "tableName").within("SequelizeStorage"),
    // Kysely: `MigratorProps`
    Setting::of(NODE, "migrationTableName"),
    Setting::of(NODE, "migrationLockTableName").naming(Kind::State),
    // TypeORM: `BaseDataSourceOptions`
    Setting::of(NODE, "migrationsTableName"),
    Setting::of(NODE, "metadataTableName").naming(Kind::State),
    // Sequelize: `sequelize-cli`, "Migration Storage"
    Setting::of(NODE, "migrationStorageTableName"),
    Setting::of(NODE, "seederStorageTableName"),
    // node-pg-migrate and Drizzle, programmatically; db-migrate: `.db-migraterc`
    Setting::of(NODE, "migrationsTable"),
    Setting::of(NODE, "migrations-table"),
    Setting::of(NODE, "migration-table"),
    // Postgrator: "Configuration"
    Setting::of(NODE, "schemaTable").with("ostgrator"),
    // Laravel: `config/database.php`
    Setting::of(PHP, "migrations").with("config/database.php"),
    Setting::of(PHP, "table").with("config/database.php").within("migrations"),
    // Doctrine: "Configuration", `table_storage`
    Setting::of(PHP, "table_name").within("table_storage"),
    // Phinx: "Configuration"; Yii: `MigrateController::$migrationTable`
    Setting::of(PHP, "default_migration_table"),
    Setting::of(PHP, "migration_table"),
    Setting::of(PHP, "migrationTable"),
    // Ecto: `Ecto.Migration`, "Repo configuration"
    Setting::of(ELIXIR, "migration_source"),
    // migratus, ragtime: their READMEs
    Setting::of(CLOJURE, "migration-table-name"),
    Setting::of(CLOJURE, "migrations-table"),
    // Flyway: "Table" in its reference; Spring Boot: `spring.flyway`
    Setting::of(JVM, "flyway.table"),
    Setting::of(JVM, "table").within("flyway"),
    Setting::of(JVM, "table").with("flyway-maven-plugin"),
    Setting::of(JVM, "table").with("Flyway.configure"),
    // Liquibase: "database-changelog-table-name"; Spring Boot: `spring.liquibase`
    Setting::of(JVM, "databaseChangeLogTableName"),
    Setting::of(JVM, "databaseChangelogTableName"),
    Setting::of(JVM, "databaseChangeLogTable"),
    Setting::of(JVM, "database-change-log-table"),
    Setting::of(JVM, "databaseChangeLogLockTableName").naming(Kind::State),
    Setting::of(JVM, "databaseChangelogLockTableName").naming(Kind::State),
    Setting::of(JVM, "database-change-log-lock-table").naming(Kind::State),
    // Play: `play.evolutions.metaTable`; Ebean: `ebean.migration.metaTable`
    Setting::of(JVM, "metaTable").and(&["_lock"]),
    // EF Core: "Custom Migrations History Table"; DbUp: `JournalToPostgresqlTable(schema, table)`
    Setting::of(DOTNET, "MigrationsHistoryTable"),
    Setting::of(DOTNET, "JournalToPostgresqlTable").second(),
    // FluentMigrator: `IVersionTableMetaData`
    Setting::of(DOTNET, "TableName").with("VersionTableMetaData"),
    // goose, golang-migrate, bun, sql-migrate, gormigrate: their package documentation
    Setting::of(GO, "SetTableName"),
    Setting::of(GO, "MigrationsTable"),
    Setting::of(GO, "WithTableName").with("bun/migrate"),
    Setting::of(GO, "SetTable").with("sql-migrate"),
    Setting::of(GO, "TableName").with("gormigrate"),
    Setting::of(CONF, "table").with("dbconfig.yml"),
    // refinery, sqlx, SeaORM: their crates' documentation
    Setting::of(RUST, "set_migration_table_name"),
    Setting::of(RUST, "table-name").with("sqlx.toml"),
    Setting::of(RUST, "Alias::new").with("fn migration_table_name"),
    // Sqitch: "registry" in `sqitch-configuration`
    Setting::of(CONF, "registry").with("sqitch.conf").naming(Kind::Schema),
];

fn is_in(path: &str, extensions: &[&str]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// Whether a file of this path may hold a setting.
pub(super) fn may_hold_settings(path: &str) -> bool {
    SETTINGS.iter().any(|setting| is_in(path, setting.files))
}

/// Formats in which a value needs no quotes.
const PLAIN: &[&str] = &["ini", "cfg", "conf", "properties", "yml", "yaml", "xml"];

/// Reads the settings of one file.
pub(super) fn read(path: &str, text: &str, variables: &[(&str, &str)], names: &mut Vec<Name>) {
    let mut code = None;
    for setting in SETTINGS {
        let is_about_it = || path.ends_with(setting.with) || text.contains(setting.with);
        if !is_in(path, setting.files) || !text.contains(setting.key) || !is_about_it() {
            continue;
        }
        let code: &String = code.get_or_insert_with(|| without_comments(text));
        let file = File { path, code, variables };
        let found: Vec<String> = match setting.block {
            Some(word) => blocks(code, word).flat_map(|block| setting.read(&file, block)).collect(),
            None => setting.read(&file, code),
        };
        for text in found {
            let after_it = setting.endings.iter().map(|ending| format!("{text}{ending}"));
            let after_it: Vec<String> = after_it.collect();
            names.push(Name { text, kind: setting.kind });
            names.extend(after_it.into_iter().map(|text| Name { text, kind: Kind::State }));
        }
    }
}

struct File<'a> {
    path: &'a str,
    code: &'a str,
    variables: &'a [(&'a str, &'a str)],
}

impl Setting {
    fn read(&self, file: &File<'_>, part: &str) -> Vec<String> {
        let ends = ends_of(part, self.key).filter(|end| self.second || is_set(&part[*end..]));
        let found = ends.filter_map(|end| {
            let after = &part[end..];
            if self.second { after.split_once(',').map(|(_, second)| second) } else { Some(after) }
        });
        found.flat_map(values).filter_map(|value| file.resolve(value)).collect()
    }
}

/// Whether a value follows the key: it may also be a method or a type of that name.
fn is_set(after: &str) -> bool {
    let after = after.trim_start_matches(['"', '\'', '`']).trim_start();
    after.starts_with([':', '=', '(', '>', '"'])
}

impl File<'_> {
    fn resolve(&self, value: Value) -> Option<String> {
        let name = match value {
            // Yii writes {{%table}} for a table with the configured prefix
            Value::Literal(literal) => return Some(literal.replace("{{%", "").replace("}}", "")),
            Value::Named(name) => name,
        };
        let variable = self.variables.iter().find(|(known, _)| *known == name);
        match variable {
            Some((_, value)) => Some((*value).to_owned()),
            None if is_in(self.path, PLAIN) => Some(name),
            None => constant(self.code, &name),
        }
    }
}

/// The names that Rails puts together from a prefix, a name and a suffix.
#[derive(Default)]
pub(super) struct Rails {
    prefix: Option<String>,
    suffix: Option<String>,
}

impl Rails {
    pub(super) fn read(&mut self, path: &str, text: &str) {
        if !is_in(path, RUBY) || !text.contains("table_name_") {
            return;
        }
        for line in without_comments(text).lines() {
            // a model's own prefix is not the tool's
            if !line.contains("active_record.") && !line.contains("ActiveRecord::Base.") {
                continue;
            }
            let set = |key: &str| {
                let end = ends_of(line, key).next()?;
                values(&line[end..]).into_iter().find_map(|value| match value {
                    Value::Literal(literal) => Some(literal),
                    Value::Named(_) => None,
                })
            };
            self.prefix = set("table_name_prefix").or(self.prefix.take());
            self.suffix = set("table_name_suffix").or(self.suffix.take());
        }
    }

    pub(super) fn finish(self, names: &mut Vec<Name>) {
        if self.prefix.is_none() && self.suffix.is_none() {
            return;
        }
        let (prefix, suffix) = (self.prefix.unwrap_or_default(), self.suffix.unwrap_or_default());
        let own = |kind| names.iter().find(|name| name.kind == kind).map(|name| name.text.as_str());
        let made = |base: &str, kind| Name { text: format!("{prefix}{base}{suffix}"), kind };
        let made = [
            made(own(Kind::Migrations).unwrap_or("schema_migrations"), Kind::Migrations),
            made(own(Kind::State).unwrap_or("ar_internal_metadata"), Kind::State),
            made("data_migrations", Kind::Migrations),
        ];
        names.extend(made);
    }
}
