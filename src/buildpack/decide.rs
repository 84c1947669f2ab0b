//! What to do with an app, and why: one set of decisions for both ways in.

use super::app::App;
use super::decision::{Decision, Migration, Origin, POSTDEPLOY, ProcessChoice, RELEASE};
use super::procfile::{Dialect, Procfile};
use super::script::{Effect, read};
use super::scripts::{call_of_us, runs_us};
use super::surroundings::Surroundings;
use super::warning::Warning;
use super::warnings;
use crate::config::{Config, Located};
use crate::failure::Failure;
use crate::migrate::COMMAND_VARIABLE;
use crate::migrate::frameworks::{ALL, Found, by_key, nearest_key};

/// Chooses the migration command and the process types.
///
/// # Errors
/// Where the configuration names an unknown or absent framework.
pub(super) fn decide(app: &App, around: &Surroundings) -> Result<Decision, Failure> {
    let empty = Procfile::empty();
    let procfile = app.procfile.as_ref().unwrap_or(&empty);
    let mut told = Vec::new();
    let mut warned = app.warnings.clone();

    let release = ReleaseLine::of(app, procfile, around);
    let migration = choose_migration(app, around, &release)?;
    if let Some(migration) = &migration {
        warned.extend(check_recursion(app, migration)?);
    }
    match &migration {
        Some(migration) => told.push(tell_migration(migration)),
        None if usable(app).len() > 1 => warned.push(warnings::several_frameworks(app)),
        None => warned.extend(warnings::nothing_migrates(app)),
    }

    if let Some(Migration { origin: Origin::Framework { .. }, .. }) = &migration {
        warned.extend(warnings::obstacle_of_named(app));
    }

    let release_choice = match &release {
        ReleaseLine::CallsUs { line } if line == RELEASE => ProcessChoice::Ours,
        ReleaseLine::CallsUs { line } => ProcessChoice::AppsCallsUs { line: line.clone() },
        ReleaseLine::None | ReleaseLine::Own { .. } => ProcessChoice::Ours,
    };
    let postdeploy_choice = match procfile.get("postdeploy", around.dialect) {
        None => ProcessChoice::Ours,
        Some(process) if process.command == POSTDEPLOY => ProcessChoice::Ours,
        Some(process) if runs_us(process.command, "postdeploy", &app.files) => {
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
    if around.dialect == Dialect::Classic {
        warned.extend(warnings::ignored_lines(procfile));
        warned.extend(warnings::lines_without_colon(procfile));
    }
    for process_type in ["release", "postdeploy"] {
        warned.extend(warnings::duplicates(procfile, process_type, around.dialect));
        warned.extend(warnings::look_alike(procfile, process_type, around.dialect));
    }
    if let Some(migration) = &migration
        && !matches!(migration.origin, Origin::Framework { .. } | Origin::Postdeploy { .. })
    {
        let reading = read(&migration.command, &app.files);
        warned.extend(warnings::release_line(migration, &reading, &app.frameworks));
    }
    warned.extend(warnings::steps(app, migration.as_ref()));
    if let Some(overridden) = app.overridden_postdeploy() {
        told.push(overridden);
    }
    warned.extend(warnings::app_json(app));
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
    fn of(app: &App, procfile: &Procfile, around: &Surroundings) -> Self {
        match procfile.get("release", around.dialect) {
            None => ReleaseLine::None,
            Some(process) if process.command == RELEASE => match &around.wrapped_before {
                Some(command) => ReleaseLine::Own { command: command.clone(), line: None },
                None => ReleaseLine::CallsUs { line: RELEASE.to_owned() },
            },
            Some(process) if runs_us(process.command, "release", &app.files) => {
                ReleaseLine::CallsUs { line: process.command.to_owned() }
            }
            Some(process) => {
                ReleaseLine::Own { command: process.command.to_owned(), line: Some(process.line) }
            }
        }
    }
}

/// A migration command that runs us would start itself again; the tool stops that at run time. Where
/// a script of the app calls us, that may depend on what only the script knows: a warning.
fn check_recursion(app: &App, migration: &Migration) -> Result<Option<Warning>, Failure> {
    let command = migration.command.as_str();
    let reading = read(command, &app.files);
    for ours in ["release", "postdeploy"] {
        let Some(part) = call_of_us(&reading, ours) else { continue };
        if let Some(place) = &part.place {
            return Ok(Some(warnings::recursion(command, &place.file, ours)));
        }
        return Err(Failure::wrong_use("the migration command runs review-data, which runs it")
            .because(tell_migration(migration))
            .because(format!("it calls review-data {ours}"))
            .remedy(
                "name the command that migrates, without review-data, in review-data.toml:\n\
                 [migrate]\ncommand = \"...\"",
            ));
    }
    Ok(None)
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
    Ok(by_framework(app).or_else(|| by_postdeploy(app)))
}

/// The app's only framework, or the only one that is this app's and not another's in a directory
/// below.
fn by_framework(app: &App) -> Option<Migration> {
    let usable = usable(app);
    let own: Vec<&Found> =
        usable.iter().copied().filter(|found| !is_of_another_app(found, app)).collect();
    let found = match (usable.as_slice(), own.as_slice()) {
        ([only], _) | (_, [only]) => *only,
        _ => return None,
    };
    Some(Migration {
        command: found.recognised.command.clone(),
        origin: Origin::Framework {
            name: found.framework.name(),
            evidence: found.recognised.evidence.clone(),
        },
    })
}

/// The frameworks whose command can run in a release.
fn usable(app: &App) -> Vec<&Found> {
    app.frameworks.iter().filter(|found| found.obstacle.is_none()).collect()
}

/// Files that make a directory a separate app or package.
const MANIFESTS: &[&str] = &[
    "package.json",
    "Gemfile",
    "requirements.txt",
    "pyproject.toml",
    "Pipfile",
    "composer.json",
    "go.mod",
    "mix.exs",
    "Cargo.toml",
    "pom.xml",
    "build.gradle",
    "manage.py",
];

/// Whether what shows a framework stands in a directory that has its own manifest.
fn is_of_another_app(found: &Found, app: &App) -> bool {
    let evidence = found.recognised.evidence.split_whitespace();
    let Some(path) = evidence.rev().find(|word| app.files.path(word).exists()) else {
        return false;
    };
    let directories = path.match_indices('/').map(|(at, _)| &path[..at]);
    directories.into_iter().any(|directory| {
        MANIFESTS.iter().any(|manifest| app.files.has(&format!("{directory}/{manifest}")))
    })
}

/// What migrates in `app.json`'s postdeploy, where that is certain.
fn by_postdeploy(app: &App) -> Option<Migration> {
    let line = app.manifest.as_ref()?.postdeploy.as_ref()?.place.line;
    let mut commands: Vec<&str> = Vec::new();
    for part in app.postdeploy.as_ref()?.with(|effect| *effect == Effect::Migrates) {
        if !part.conditions.is_empty() {
            return None;
        }
        commands.push(&part.command);
    }
    let command = commands.join(" && ");
    (!command.is_empty()).then_some(Migration { command, origin: Origin::Postdeploy { line } })
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
        Origin::Postdeploy { line } => format!("in app.json's postdeploy, line {line}"),
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
