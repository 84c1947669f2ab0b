//! What the build warns of in other steps that change the database.

use crate::buildpack::app::App;
use crate::buildpack::decision::{Migration, Origin};
use crate::buildpack::script::shortened;
use crate::buildpack::steps::{Step, When};
use crate::buildpack::warning::Warning;
use crate::migrate::frameworks::why_nothing_migrates;

/// One warning for the build, one for processes that start; further steps are named in it.
pub(crate) fn steps(app: &App, migration: Option<&Migration>) -> Vec<Warning> {
    // where nothing else migrates, the reason for that says so
    let told = migration.is_none() && matches!(why_nothing_migrates(&app.files), Ok(Some(_)));
    let (build, boot): (Vec<&Step>, Vec<&Step>) = app
        .steps
        .iter()
        .filter(|step| !(told && step.when == When::Boot(None)))
        .partition(|step| step.when == When::Build);
    during_build(&build, migration).into_iter().chain(at_boot(app, &boot, migration)).collect()
}

fn during_build(steps: &[&Step], migration: Option<&Migration>) -> Option<Warning> {
    let first = steps.first()?;
    let remedy = match migration {
        Some(_) => "Delete it there\n\
             (release migrates), or let the load replace such tables, in review-data.toml:\n\
             [target]\n\
             existing = \"replace\""
            .to_owned(),
        None => format!(
            "Delete it there,\n\
             and let the release do it: write in the Procfile\n\
             release: {}",
            first.command
        ),
    };
    let body = format!(
        "{} runs: {}{}\n\
         The database is then not empty at the load, and the load is refused. {remedy}",
        first.place,
        shortened(&first.command),
        others(steps)
    );
    Some(Warning::new("The build changes the database", body))
}

fn at_boot(app: &App, steps: &[&Step], migration: Option<&Migration>) -> Option<Warning> {
    let first = steps.first()?;
    let mut lines =
        vec![format!("{}: {}{}", first.place, shortened(&first.command), others(steps))];
    let release_migrates =
        migration.is_some_and(|migration| !matches!(migration.origin, Origin::Postdeploy { .. }));
    let process = match &first.when {
        When::Boot(Some(process)) => Some(process),
        _ => None,
    };
    let title = match process {
        Some(process) => format!("Process {process} changes the database when it starts"),
        None => "The app changes the database when it starts".to_owned(),
    };
    match (process, &first.rest) {
        (Some(process), Some(rest)) if first.place.starts_with("Procfile") => {
            lines.push(
                "It runs before postdeploy, or at the same time. release comes first, so write"
                    .to_owned(),
            );
            lines.push("in the Procfile:".to_owned());
            if !release_migrates {
                lines.push(format!("release: {}", without_start(&first.command)));
            }
            lines.push(format!("{process}: {rest}"));
        }
        (Some(_), _) => {
            lines.push(
                "It runs before postdeploy, or at the same time. release comes first: let it migrate,\n\
                 and delete this. Write in the Procfile:"
                    .to_owned(),
            );
            lines.push(format!("release: {}", without_start(&first.command)));
        }
        (None, _) => {
            let calls_us = app
                .manifest
                .as_ref()
                .is_some_and(|manifest| manifest.postdeploy_calls_us(&app.files));
            lines.push(if calls_us {
                "Dynos start before postdeploy and then find an empty database. The first release\n\
                 comes before them: it loads the data if app.json's postdeploy does not call\n\
                 review-data. Delete that line, and the app starts on the loaded data."
                    .to_owned()
            } else {
                "The first release loads the data before a dyno starts, so the app migrates the\n\
                 loaded data. Let app.json's postdeploy not call review-data."
                    .to_owned()
            });
        }
    }
    Some(Warning::new(title, lines.join("\n")))
}

/// The migration of a command that migrates and then serves: a release that serves never ends.
fn without_start(command: &str) -> String {
    match command.strip_suffix("start --with-migrations") {
        Some(keystone) => format!("{keystone}prisma migrate deploy"),
        None => command.to_owned(),
    }
}

/// The places of further steps.
fn others(steps: &[&Step]) -> String {
    let mut places: Vec<&str> = steps.iter().map(|step| step.place.as_str()).collect();
    places.dedup();
    match places.get(1..) {
        None | Some([]) => String::new(),
        Some(others) => format!("; also {}", others.join("; ")),
    }
}
