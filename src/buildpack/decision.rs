//! What the build decides for an app, for both ways in.

use super::procfile::Dialect;
use super::warning::Warning;

/// What our process types run.
pub(super) const RELEASE: &str = "review-data release";
pub(super) const POSTDEPLOY: &str = "review-data postdeploy";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// `None`: no migrations will run.
    pub(super) migration: Option<Migration>,
    pub(super) release: ProcessChoice,
    pub(super) postdeploy: ProcessChoice,
    /// What was decided and why, a line each.
    pub(super) told: Vec<String>,
    pub(super) warnings: Vec<Warning>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Migration {
    /// A shell command, to be run by `bash -c` in the app's directory.
    pub(super) command: String,
    pub(super) origin: Origin,
}

impl Decision {
    /// The migration command where our setting must carry it: the tool reads the configuration by
    /// itself, and on classic Heroku a config var of the build is there at run time too.
    #[must_use]
    pub(super) fn default_command(&self, dialect: Dialect) -> Option<&str> {
        let migration = self.migration.as_ref()?;
        let there_anyway = match migration.origin {
            Origin::Config => true,
            Origin::Variable => dialect == Dialect::Classic,
            _ => false,
        };
        (!there_anyway).then_some(migration.command.as_str())
    }
}

/// Where a migration command comes from; the first that there is, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// `[migrate] command`
    Config,
    /// `REVIEW_DATA_MIGRATE_COMMAND`, set by a person.
    Variable,
    /// The Procfile's own `release:` line.
    Procfile {
        line: Option<usize>,
    },
    /// Another buildpack's `requires`.
    BuildPlan,
    Framework {
        name: &'static str,
        evidence: String,
    },
    /// The migrating part of `app.json`'s postdeploy.
    Postdeploy {
        line: usize,
    },
}

/// Whose command a process type runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProcessChoice {
    Ours,
    /// The app's own line, which calls us among other things: kept word for word.
    AppsCallsUs {
        line: String,
    },
    /// The app's own line, which has nothing to do with us: left alone.
    Apps,
}
