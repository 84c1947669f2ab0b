//! What the build warns of: each with what it means and how to mend it.

mod app_json;
mod migration;
mod procfile;

pub(super) use app_json::{app_json, buildpacks_without_us};
pub(super) use migration::nothing_migrates;
pub(super) use procfile::{
    duplicates, ignored_lines, lines_without_colon, look_alike, own_postdeploy,
    release_line_unused, replaced_by_procfile_buildpack,
};

use super::warning::Warning;

pub(super) fn no_migration() -> Warning {
    Warning::new(
        "No migration command",
        "Nothing says how this app migrates its database. Releases will say so and exit 0.\n\
         If it has migrations, name the command in review-data.toml:\n\
         [migrate]\n\
         command = \"...\"",
    )
}

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
