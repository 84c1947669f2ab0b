//! The app's migration command, and who names it.

use crate::config::{Config, Environment, FILE_NAME};

/// The variable in which the buildpack leaves the command that it found at build time.
pub const COMMAND_VARIABLE: &str = "REVIEW_DATA_MIGRATE_COMMAND";

/// The app's migration command, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationCommand {
    /// For the shell.
    pub command: String,
    pub origin: Origin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `[migrate] command`
    File,
    /// The buildpack, at build time.
    Buildpack,
}

impl Origin {
    /// For messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Origin::File => "[migrate] command in review-data.toml",
            Origin::Buildpack => "found by the buildpack",
        }
    }
}

/// The command that the file names, else the one that the buildpack found; `None` where nothing
/// migrates.
#[must_use]
pub fn migration_command(config: &Config, environment: &Environment) -> Option<MigrationCommand> {
    if let Some(command) = &config.migrate.command {
        return Some(MigrationCommand { command: command.clone(), origin: Origin::File });
    }
    let command = environment.get(COMMAND_VARIABLE)?;
    Some(MigrationCommand { command: command.to_owned(), origin: Origin::Buildpack })
}

/// The line that a release prints where nothing migrates.
#[must_use]
pub fn no_migrations(app: &str) -> String {
    format!(
        "{app} has no migration command: {FILE_NAME} names none ([migrate] command), and the \
         buildpack found none; no migrations run"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_file_names_the_command_else_the_buildpack() {
        let found = environment(&[(COMMAND_VARIABLE, "rails db:migrate")]);
        let config = Config::parse(FILE_NAME, "[migrate]\ncommand = \"alembic upgrade head\"");
        let named = migration_command(&config.unwrap(), &found).unwrap();
        assert_eq!(named.command, "alembic upgrade head");
        assert_eq!(named.origin, Origin::File);
        let named = migration_command(&Config::default(), &found).unwrap();
        assert_eq!(named.command, "rails db:migrate");
        assert_eq!(named.origin, Origin::Buildpack);
    }

    #[test]
    fn no_command() {
        let none = environment(&[(COMMAND_VARIABLE, "")]);
        assert_eq!(migration_command(&Config::default(), &none), None);
    }
}
