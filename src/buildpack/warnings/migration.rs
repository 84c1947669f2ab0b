//! Why a release has no migration to run.

use crate::buildpack::app::App;
use crate::buildpack::steps::{Step, When};
use crate::buildpack::warning::Warning;
use crate::migrate::frameworks::{Remark, why_nothing_migrates};

/// What stands in the way of each framework that is there; else that the app migrates elsewhere;
/// else that nothing is known. A warning about a step that migrates says what to run instead.
pub(crate) fn nothing_migrates(app: &App) -> Vec<Warning> {
    let obstacles: Vec<Warning> =
        app.frameworks.iter().filter_map(|found| found.obstacle.as_ref()).map(of_remark).collect();
    if !obstacles.is_empty() {
        return obstacles;
    }
    match why_nothing_migrates(&app.files) {
        Ok(Some(remark)) => vec![of_remark(&remark)],
        Ok(None) if app.steps.iter().any(has_command) => Vec::new(),
        Ok(None) => vec![no_migration()],
        Err(problem) => vec![Warning::of_file(&problem, "The build goes on."), no_migration()],
    }
}

/// The warning about the step gives a release line.
fn has_command(step: &Step) -> bool {
    step.migrates && step.when != When::Boot(None)
}

/// What stands in the way of the framework that `[migrate] framework` names: a person's word counts,
/// so its command is set all the same.
pub(crate) fn obstacle_of_named(app: &App) -> Option<Warning> {
    let name = app.config.migrate.framework.as_ref()?;
    let found = app.frameworks.iter().find(|found| found.framework.key() == name.value)?;
    let remark = found.obstacle.as_ref()?;
    let told = "[migrate] framework sets its command all the same: a release may fail.";
    Some(of_remark(&Remark { consequence: Some(told), or: None, ..remark.clone() }))
}

fn of_remark(remark: &Remark) -> Warning {
    let Remark { title, cause, consequence, remedy, or } = remark;
    let lines = [Some(cause.as_str()), *consequence, Some(remedy.as_str()), or.as_deref()];
    let lines: Vec<&str> = lines.into_iter().flatten().collect();
    Warning::new(title, lines.join("\n"))
}

fn no_migration() -> Warning {
    Warning::new(
        "No migration command",
        "Nothing says how this app migrates its database. Releases will say so and exit 0.\n\
         If it has migrations, name the command in review-data.toml:\n\
         [migrate]\n\
         command = \"...\"",
    )
}
