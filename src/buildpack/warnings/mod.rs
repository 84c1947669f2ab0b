//! What the build warns of: each with what it means and how to mend it.

mod app_json;
mod lines;
mod migration;
mod postdeploy;
mod procfile;
mod release_line;
mod steps;

pub(super) use app_json::{app_json, buildpacks_without_us};
pub(super) use migration::{nothing_migrates, obstacle_of_named};
pub(super) use procfile::{
    duplicates, ignored_lines, lines_without_colon, look_alike, own_postdeploy,
    release_line_unused, replaced_by_procfile_buildpack,
};
pub(super) use release_line::release_line;
pub(super) use steps::steps;

use super::app::App;
use super::warning::Warning;

pub(super) fn recursion(command: &str, script: &str, ours: &str) -> Warning {
    Warning::new(
        format!("{script} seems to call review-data {ours}"),
        format!(
            "It is the migration command: {command}\n\
             If it calls review-data, which runs it, each release fails at once.\n\
             Name the command that migrates, without review-data, in review-data.toml:\n\
             [migrate]\n\
             command = \"...\""
        ),
    )
}

/// Several frameworks, and nothing that says which one migrates this app.
pub(super) fn several_frameworks(app: &App) -> Warning {
    let found = app
        .frameworks
        .iter()
        .take(2)
        .map(|found| format!("{}: {}", found.framework.name(), found.recognised.evidence));
    let first = app.frameworks.first().map_or("", |found| found.framework.key());
    Warning::new(
        format!("The app has {} migration frameworks, so release runs none", app.frameworks.len()),
        format!(
            "{}\nWrite in review-data.toml which one migrates this app's database:\n\
             [migrate]\nframework = \"{first}\"",
            found.collect::<Vec<_>>().join("; ")
        ),
    )
}
