//! What to do with an app, and why: one set of decisions for both ways in.

use super::app::App;
use super::procfile::{Dialect, Process, Procfile, calls_us};
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
    /// The migration command where our setting must carry it: the tool finds the others by itself.
    #[must_use]
    pub(super) fn default_command(&self) -> Option<&str> {
        let migration = self.migration.as_ref()?;
        let found_anyway = matches!(migration.origin, Origin::Config | Origin::Variable);
        (!found_anyway).then_some(migration.command.as_str())
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

/// Something that a person should know; the build goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Warning {
    pub(super) title: String,
    pub(super) body: String,
}

impl Warning {
    pub(super) fn new(title: impl Into<String>, body: impl Into<String>) -> Self {
        Warning { title: title.into(), body: body.into() }
    }
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
    let mut warnings = Vec::new();

    let release = ReleaseLine::of(procfile, around);
    let migration = choose_migration(app, around, &release)?;
    match &migration {
        Some(migration) => told.push(tell_migration(migration)),
        None => warnings.push(no_migration()),
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
            warnings.push(own_postdeploy(&process));
            ProcessChoice::Apps
        }
    };
    tell_process(&mut told, "release", &release_choice, RELEASE);
    tell_process(&mut told, "postdeploy", &postdeploy_choice, POSTDEPLOY);

    if let ReleaseLine::Own { command, line } = &release {
        let not_run = migration.as_ref().filter(|migration| migration.command != *command);
        if let Some(migration) = not_run {
            warnings.push(release_line_unused(command, *line, &migration.origin));
        }
        if around.dialect == Dialect::CloudNative {
            warnings.extend(replaced_by_procfile_buildpack(command, around.procfile_buildpack));
        }
    }
    for process_type in ["release", "postdeploy"] {
        warnings.extend(duplicates(procfile, process_type, around.dialect));
        warnings.extend(look_alike(procfile, process_type, around.dialect));
    }
    warnings.extend(app_json_postdeploy(app));
    warnings.extend(source_not_declared(app));
    Ok(Decision {
        migration,
        release: release_choice,
        postdeploy: postdeploy_choice,
        told,
        warnings,
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

fn no_migration() -> Warning {
    Warning::new(
        "No migration command",
        "Nothing says how this app migrates its database; until something does,\n\
         release and postdeploy will fail. Name the command in review-data.toml:\n\
         [migrate]\n\
         command = \"...\"",
    )
}

fn own_postdeploy(process: &Process<'_>) -> Warning {
    Warning::new(
        "The app has a postdeploy process of its own",
        format!(
            "The Procfile's postdeploy (line {}) does not call review-data and is left\n\
             alone: {}\n\
             Ours is not added under that name. Let app.json call it instead:\n\
             \"scripts\": {{ \"postdeploy\": \"review-data postdeploy\" }}",
            process.line, process.command
        ),
    )
}

fn release_line_unused(command: &str, line: Option<usize>, origin: &Origin) -> Warning {
    let winner = match origin {
        Origin::Variable => format!("the config var {COMMAND_VARIABLE}"),
        _ => "[migrate] command in review-data.toml".to_owned(),
    };
    let place = line.map_or_else(String::new, |line| format!(" (line {line})"));
    Warning::new(
        "The Procfile's release command will not run",
        format!(
            "{winner} takes the place of\n\
             the Procfile's release{place}: {command}\n\
             If both must run, join them in one command with &&.\n\
             If not, write release: {RELEASE} in the Procfile."
        ),
    )
}

fn replaced_by_procfile_buildpack(command: &str, place: ProcfileBuildpack) -> Option<Warning> {
    let title = match place {
        ProcfileBuildpack::After => "The Procfile's release replaces ours",
        ProcfileBuildpack::Unknown => {
            "A Procfile buildpack after this one would replace our release"
        }
        ProcfileBuildpack::Before | ProcfileBuildpack::Absent => return None,
    };
    let first = match place {
        ProcfileBuildpack::After => {
            "The Procfile buildpack comes after this one, and the last one wins: each\n\
             release would run the Procfile's line alone, on an empty database too:"
        }
        _ => {
            "Of two buildpacks the last one wins. Where the Procfile buildpack comes\n\
             after this one, each release runs the Procfile's line alone:"
        }
    };
    Some(Warning::new(
        title,
        format!(
            "{first}\n\
             release: {command}\n\
             Either put this buildpack after it (in project.toml, the later\n\
             [[io.buildpacks.group]]), or write in the Procfile\n\
             release: {RELEASE}\n\
             and in review-data.toml\n\
             [migrate]\n\
             command = {}",
            toml::Value::String(command.to_owned())
        ),
    ))
}

fn duplicates(procfile: &Procfile, process_type: &str, dialect: Dialect) -> Option<Warning> {
    let all = procfile.all(process_type, dialect);
    if all.len() < 2 {
        return None;
    }
    let lines: Vec<String> = all.iter().map(|process| process.line.to_string()).collect();
    Some(Warning::new(
        format!("The Procfile has {process_type} more than once"),
        format!("It is on lines {}. The last one counts; delete the others.", lines.join(" and ")),
    ))
}

/// On classic Heroku `Release` is not `release`.
fn look_alike(procfile: &Procfile, process_type: &str, dialect: Dialect) -> Option<Warning> {
    if dialect != Dialect::Classic {
        return None;
    }
    let other = procfile.processes().find(|process| {
        process.name != process_type && process.name.eq_ignore_ascii_case(process_type)
    })?;
    Some(Warning::new(
        format!("The Procfile's {} is not {process_type}", other.name),
        format!(
            "Process types are told apart by case, so line {} never runs on a {process_type}.\n\
             Write it in lower case if it should; it is left alone as it is.",
            other.line
        ),
    ))
}

fn app_json_postdeploy(app: &App) -> Option<Warning> {
    const LINE: &str = "\"scripts\": { \"postdeploy\": \"review-data postdeploy\" }";
    const THEN: &str = "The first release of a review app will therefore do the whole set-up.";
    let Some(manifest) = &app.manifest else {
        return Some(Warning::new(
            "No app.json",
            format!(
                "No postdeploy script calls review-data.\n{THEN}\nTo have postdeploy do it, add app.json with\n{LINE}"
            ),
        ));
    };
    match &manifest.postdeploy {
        Some(_) if manifest.postdeploy_calls_us(&app.files) => None,
        Some(command) => Some(Warning::new(
            "app.json's postdeploy does not call review-data",
            format!(
                "It is: {command}\n{THEN}\nTo have postdeploy do it, begin the script with\nreview-data postdeploy &&"
            ),
        )),
        None => Some(Warning::new(
            "app.json has no postdeploy",
            format!("{THEN}\nTo have postdeploy do it, add to app.json\n{LINE}"),
        )),
    }
}

fn source_not_declared(app: &App) -> Option<Warning> {
    let env = &app.manifest.as_ref()?.env;
    let (declared, wanted) = match &app.config.source.url {
        Some(name) => (env.contains(&name.value), name.value.clone()),
        None => (
            env.iter().any(|name| {
                name == crate::config::SOURCE_VARIABLE
                    || (name.starts_with("HEROKU_POSTGRESQL_") && name.ends_with("_URL"))
            }),
            crate::config::SOURCE_VARIABLE.to_owned(),
        ),
    };
    (!declared).then(|| {
        Warning::new(
            "app.json declares no source of data",
            format!(
                "Its env does not name {wanted}. Unless the pipeline's\n\
                 review apps have that config var, add to app.json\n\
                 \"env\": {{ \"{wanted}\": {{ \"required\": true }} }}"
            ),
        )
    })
}
