//! Names in commands: flags of the tools, parameters of a URL, variables.

use super::text::{bare, quoted};
use super::{Kind, Name};
use crate::migrate::frameworks::has_extension;

/// A program, its flag, and what the flag names.
type Flag = (&'static str, &'static str, Kind);

/// The programs are words of the line that the flag is on.
const FLAGS: &[Flag] = &[
    // `goose -h`
    ("goose", "-table", Kind::Migrations),
    // `dbmate --help`
    ("dbmate", "--migrations-table", Kind::Migrations),
    // https://salsita.github.io/node-pg-migrate/cli
    ("node-pg-migrate", "--migrations-table", Kind::Migrations),
    ("node-pg-migrate", "-t", Kind::Migrations),
    // `knex migrate:latest --help`
    ("knex", "--migrations-table-name", Kind::Migrations),
    // https://db-migrate.readthedocs.io/en/latest/Getting%20Started/usage/
    ("db-migrate", "--migration-table", Kind::Migrations),
    // https://ollycope.com/software/yoyo/latest/#command-line-usage
    ("yoyo", "--migration-table", Kind::Migrations),
    // `tern migrate --help`
    ("tern", "--version-table", Kind::Migrations),
    // https://documentation.red-gate.com/flyway/reference/configuration
    ("flyway", "-table", Kind::Migrations),
    ("flyway:migrate", "-Dflyway.table", Kind::Migrations),
    ("flywayMigrate", "-Pflyway.table", Kind::Migrations),
    // https://docs.liquibase.com/parameters/database-changelog-table-name.html
    ("liquibase", "--database-changelog-table-name", Kind::Migrations),
    ("liquibase", "--databaseChangeLogTableName", Kind::Migrations),
    ("liquibase", "--database-changelog-lock-table-name", Kind::State),
    // https://sqitch.org/docs/manual/sqitch-deploy
    ("sqitch", "--registry", Kind::Schema),
];

/// Variables that the tools read themselves.
const VARIABLES: &[(&str, Kind)] = &[
    ("DBMATE_MIGRATIONS_TABLE", Kind::Migrations),
    ("GOOSE_TABLE", Kind::Migrations),
    ("FLYWAY_TABLE", Kind::Migrations),
    ("SPRING_FLYWAY_TABLE", Kind::Migrations),
    ("LIQUIBASE_DATABASE_CHANGELOG_TABLE_NAME", Kind::Migrations),
    ("LIQUIBASE_DATABASE_CHANGELOG_LOCK_TABLE_NAME", Kind::State),
    ("SPRING_LIQUIBASE_DATABASE_CHANGE_LOG_TABLE", Kind::Migrations),
    ("SPRING_LIQUIBASE_DATABASE_CHANGE_LOG_LOCK_TABLE", Kind::State),
    ("TYPEORM_MIGRATIONS_TABLE_NAME", Kind::Migrations),
];

/// golang-migrate's parameter of the database's URL.
const URL_PARAMETER: &str = "x-migrations-table=";

const COMMAND_FILES: &[&str] = &[
    "Procfile",
    "app.json",
    "package.json",
    "composer.json",
    "Makefile",
    "makefile",
    "justfile",
    "Justfile",
    "Rakefile",
    "Taskfile.yml",
    "Taskfile.yaml",
    ".env",
    "mix.exs",
];

/// Whether a file of this path holds commands: a list of them, or a script.
pub(super) fn may_hold_commands(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let directory = path.rsplit('/').nth(1).unwrap_or_default();
    COMMAND_FILES.contains(&name)
        || has_extension(name, "sh")
        || (["bin", "scripts", "script"].contains(&directory) && !name.contains('.'))
}

/// Reads the commands of a text, a line each.
pub(super) fn read(text: &str, names: &mut Vec<Name>) {
    for line in text.replace("\\\n", " ").lines() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        let ends_a_word = |c: char| c.is_whitespace() || "\"';&|()".contains(c);
        let words: Vec<&str> = line.split(ends_a_word).collect();
        let runs =
            |program: &str| words.iter().any(|word| word.rsplit('/').next() == Some(program));
        for (program, flag, kind) in FLAGS {
            if line.contains(flag) && runs(program) {
                names.extend(value_of(line, flag).map(|text| Name { text, kind: *kind }));
            }
        }
        names.extend(url_parameter(line));
        names.extend(assignment(line));
    }
}

pub(super) fn read_variables(variables: &[(&str, &str)], names: &mut Vec<Name>) {
    for (name, value) in variables {
        names.extend(kind_of(name).map(|kind| Name { text: (*value).to_owned(), kind }));
        names.extend(url_parameter(value));
    }
}

fn kind_of(variable: &str) -> Option<Kind> {
    VARIABLES.iter().find(|(known, _)| *known == variable).map(|(_, kind)| *kind)
}

/// `export NAME=value`, also before a command.
fn assignment(line: &str) -> Option<Name> {
    let (at, variable) =
        VARIABLES.iter().find_map(|(known, _)| Some((line.find(&format!("{known}="))?, *known)))?;
    let value = &line[at + variable.len() + 1..];
    let text = quoted(value).map(|(literal, _)| literal).or_else(|| bare(value))?;
    Some(Name { text, kind: kind_of(variable)? })
}

/// `--flag value`, `--flag=value`, quoted or not.
fn value_of(line: &str, flag: &str) -> Option<String> {
    line.match_indices(flag).find_map(|(at, _)| {
        let before = line[..at].chars().next_back();
        let value = line[at + flag.len()..].strip_prefix(['=', ' '])?.trim_start();
        if before.is_some_and(|c| !c.is_whitespace() && !"\"'".contains(c)) {
            return None;
        }
        quoted(value).map(|(literal, _)| literal).or_else(|| bare(value))
    })
}

fn url_parameter(text: &str) -> Option<Name> {
    let (_, value) = text.split_once(URL_PARAMETER)?;
    let end = value.find(|c: char| c.is_whitespace() || "&\"';".contains(c)).unwrap_or(value.len());
    let text = value[..end].replace("%22", "").replace("%2E", ".");
    Some(Name { text, kind: Kind::Migrations })
}
