//! What to do with an app, and why: one set of decisions for both ways in.

use super::app::App;
use super::procfile::{Dialect, Procfile, calls_us};
use super::warnings::{self, Warning};
use crate::config::{Config, Located};
use crate::failure::Failure;
use crate::migrate::COMMAND_VARIABLE;
use crate::migrate::frameworks::{ALL, by_key, nearest_key};

/// What our process types run.
pub(super) const RELEASE: &str = "review-data release";
pub(super) const POSTDEPLOY: &str = "review-data postdeploy";

/// What is known beside the app's files.
pub(super) struct Surroundings {
    pub(super) dialect: Dialect,
    /// The value of [`COMMAND_VARIABLE`] where the person who deploys has set it.
    pub(super) command_variable: Option<String>,
    /// The migration command that another buildpack asks for in the build plan.
    pub(super) plan_command: Option<String>,
    pub(super) procfile_buildpack: ProcfileBuildpack,
    /// The app's own release command, which an earlier edit of this same Procfile has wrapped.
    pub(super) wrapped_before: Option<String>,
}

/// Where the buildpack that turns a Procfile into processes stands in the group: of processes of one
/// type, the last buildpack's wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProcfileBuildpack {
    After,
    Before,
    Absent,
    Unknown,
}

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
    /// [`COMMAND_VARIABLE`], set by a person.
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

/// Chooses the migration command and the process types.
///
/// # Errors
/// Where the configuration names an unknown or absent framework, or several frameworks are there
/// and nothing says which.
pub(super) fn decide(app: &App, around: &Surroundings) -> Result<Decision, Failure> {
    let empty = Procfile::empty();
    let procfile = app.procfile.as_ref().unwrap_or(&empty);
    let mut told = Vec::new();
    let mut warned = Vec::new();

    let release = ReleaseLine::of(procfile, around);
    let migration = choose_migration(app, around, &release)?;
    match &migration {
        Some(migration) => told.push(tell_migration(migration)),
        None => warned.push(warnings::no_migration()),
    }

    let release_choice = match &release {
        ReleaseLine::CallsUs { line } if line == RELEASE => ProcessChoice::Ours,
        ReleaseLine::CallsUs { line } => ProcessChoice::AppsCallsUs { line: line.clone() },
        ReleaseLine::None | ReleaseLine::Own { .. } => ProcessChoice::Ours,
    };
    let postdeploy_choice = match procfile.get("postdeploy", around.dialect) {
        None => ProcessChoice::Ours,
        Some(process) if process.command == POSTDEPLOY => ProcessChoice::Ours,
        Some(process) if calls_us(process.command, "postdeploy") => {
            ProcessChoice::AppsCallsUs { line: process.command.to_owned() }
        }
        Some(process) => {
            warned.push(warnings::own_postdeploy(&process));
            ProcessChoice::Apps
        }
    };
    tell_process(&mut told, "release", &release_choice, RELEASE);
    tell_process(&mut told, "postdeploy", &postdeploy_choice, POSTDEPLOY);

    if let ReleaseLine::Own { command, line } = &release {
        let not_run = migration.as_ref().filter(|migration| migration.command != *command);
        if let Some(migration) = not_run {
            warned.push(warnings::release_line_unused(command, *line, &migration.origin));
        }
        if around.dialect == Dialect::CloudNative {
            warned.extend(warnings::replaced_by_procfile_buildpack(
                command,
                around.procfile_buildpack,
            ));
        }
    }
    for process_type in ["release", "postdeploy"] {
        warned.extend(warnings::duplicates(procfile, process_type, around.dialect));
        warned.extend(warnings::look_alike(procfile, process_type, around.dialect));
    }
    warned.extend(warnings::app_json_postdeploy(app));
    warned.extend(warnings::source_not_declared(app));
    Ok(Decision {
        migration,
        release: release_choice,
        postdeploy: postdeploy_choice,
        told,
        warnings: warned,
    })
}

/// What the Procfile's `release:` line means.
enum ReleaseLine {
    None,
    /// Calls `review-data release` itself.
    CallsUs {
        line: String,
    },
    /// The app's own release command: what we wrap. `line` where it still stands in the Procfile.
    Own {
        command: String,
        line: Option<usize>,
    },
}

impl ReleaseLine {
    fn of(procfile: &Procfile, around: &Surroundings) -> Self {
        match procfile.get("release", around.dialect) {
            None => ReleaseLine::None,
            Some(process) if process.command == RELEASE => match &around.wrapped_before {
                Some(command) => ReleaseLine::Own { command: command.clone(), line: None },
                None => ReleaseLine::CallsUs { line: RELEASE.to_owned() },
            },
            Some(process) if calls_us(process.command, "release") => {
                ReleaseLine::CallsUs { line: process.command.to_owned() }
            }
            Some(process) => {
                ReleaseLine::Own { command: process.command.to_owned(), line: Some(process.line) }
            }
        }
    }
}

fn choose_migration(
    app: &App,
    around: &Surroundings,
    release: &ReleaseLine,
) -> Result<Option<Migration>, Failure> {
    // A name that is wrong is an error even where another source would win.
    let named = app.config.migrate.framework.as_ref();
    let named = named.map(|name| named_framework(app, name)).transpose()?;
    let made = |command: &String, origin| Migration { command: command.clone(), origin };
    if let Some(command) = &app.config.migrate.command {
        return Ok(Some(made(command, Origin::Config)));
    }
    if let Some(command) = &around.command_variable {
        return Ok(Some(made(command, Origin::Variable)));
    }
    if let ReleaseLine::Own { command, line } = release {
        return Ok(Some(made(command, Origin::Procfile { line: *line })));
    }
    if let Some(migration) = named {
        return Ok(Some(migration));
    }
    if let Some(command) = &around.plan_command {
        return Ok(Some(made(command, Origin::BuildPlan)));
    }
    match app.frameworks.as_slice() {
        [] => Ok(None),
        [found] => Ok(Some(Migration {
            command: found.recognised.command.clone(),
            origin: Origin::Framework {
                name: found.framework.name(),
                evidence: found.recognised.evidence.clone(),
            },
        })),
        several => {
            let first = several[0].framework.key();
            let told: Vec<String> = several
                .iter()
                .map(|found| {
                    format!(
                        "{} ({}): {}",
                        found.framework.name(),
                        found.recognised.evidence,
                        found.recognised.command
                    )
                })
                .collect();
            Err(Failure::wrong_use(format!(
                "the app has {} migration frameworks, and nothing says which one runs",
                several.len()
            ))
            .because(told.join("\n"))
            .remedy(format!(
                "say it in review-data.toml:\n[migrate]\nframework = \"{first}\"\nor give the command itself:\ncommand = \"...\""
            )))
        }
    }
}

/// The framework that `[migrate] framework` names, which must be in the app.
fn named_framework(app: &App, name: &Located<String>) -> Result<Migration, Failure> {
    let config: &Config = &app.config;
    let Some(framework) = by_key(&name.value) else {
        let nearest = nearest_key(&name.value)
            .map_or_else(String::new, |nearest| format!("; did you mean \"{nearest}\"?"));
        let message = format!("unknown migration framework \"{}\"{nearest}", name.value);
        let known: Vec<&str> = ALL.iter().map(|framework| framework.key()).collect();
        return Err(Failure::wrong_use("review-data.toml has a mistake")
            .because(config.point_at(name.location, &message))
            .remedy(format!(
                "name one of {}; or give [migrate] command instead",
                known.join(", ")
            )));
    };
    let mut found = app.frameworks.iter();
    let Some(found) = found.find(|found| found.framework.key() == framework.key()) else {
        let message = format!("the app's files show nothing of {}", framework.name());
        return Err(Failure::wrong_use("review-data.toml has a mistake")
            .because(config.point_at(name.location, &message))
            .remedy("name the framework that the app has, or give [migrate] command instead"));
    };
    let evidence = format!("{}, named in review-data.toml", found.recognised.evidence);
    Ok(Migration {
        command: found.recognised.command.clone(),
        origin: Origin::Framework { name: framework.name(), evidence },
    })
}

fn tell_migration(migration: &Migration) -> String {
    let why = match &migration.origin {
        Origin::Config => "[migrate] command in review-data.toml".to_owned(),
        Origin::Variable => format!("the config var {COMMAND_VARIABLE}"),
        Origin::Procfile { line: Some(line) } => format!("the Procfile's own release, line {line}"),
        Origin::Procfile { line: None } => "the Procfile's own release, wrapped before".to_owned(),
        Origin::BuildPlan => "asked for by another buildpack".to_owned(),
        Origin::Framework { name, evidence } => format!("{name}: {evidence}"),
    };
    format!("Migration command: {}\n  ({why})", migration.command)
}

fn tell_process(told: &mut Vec<String>, process_type: &str, choice: &ProcessChoice, ours: &str) {
    told.push(match choice {
        ProcessChoice::Ours => format!("Process type {process_type}: {ours}"),
        ProcessChoice::AppsCallsUs { line } => {
            format!("Process type {process_type}, as the Procfile has it: {line}")
        }
        ProcessChoice::Apps => format!("Process type {process_type}: the app's own, left alone"),
    });
}
