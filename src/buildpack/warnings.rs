//! What the build warns of: each with what it means and how to mend it.

use super::app::App;
use super::decide::{Origin, ProcfileBuildpack, RELEASE};
use super::procfile::{Dialect, Process, Procfile};
use crate::config::SOURCE_VARIABLE;
use crate::migrate::COMMAND_VARIABLE;

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

pub(super) fn no_migration() -> Warning {
    Warning::new(
        "No migration command",
        "Nothing says how this app migrates its database; until something does,\n\
         release and postdeploy will fail. Name the command in review-data.toml:\n\
         [migrate]\n\
         command = \"...\"",
    )
}

pub(super) fn own_postdeploy(process: &Process<'_>) -> Warning {
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

pub(super) fn release_line_unused(command: &str, line: Option<usize>, origin: &Origin) -> Warning {
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

pub(super) fn replaced_by_procfile_buildpack(
    command: &str,
    place: ProcfileBuildpack,
) -> Option<Warning> {
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

pub(super) fn duplicates(
    procfile: &Procfile,
    process_type: &str,
    dialect: Dialect,
) -> Option<Warning> {
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
pub(super) fn look_alike(
    procfile: &Procfile,
    process_type: &str,
    dialect: Dialect,
) -> Option<Warning> {
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

pub(super) fn app_json_postdeploy(app: &App) -> Option<Warning> {
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

pub(super) fn source_not_declared(app: &App) -> Option<Warning> {
    let env = &app.manifest.as_ref()?.env;
    let (declared, wanted) = match &app.config.source.url {
        Some(name) => (env.contains(&name.value), name.value.clone()),
        None => (
            env.iter().any(|name| {
                name == SOURCE_VARIABLE
                    || (name.starts_with("HEROKU_POSTGRESQL_") && name.ends_with("_URL"))
            }),
            SOURCE_VARIABLE.to_owned(),
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
