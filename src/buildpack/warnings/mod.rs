//! What the build warns of: each with what it means and how to mend it.

mod app_json;
mod procfile;

pub(super) use app_json::app_json;
pub(super) use procfile::{
    duplicates, ignored_lines, lines_without_colon, look_alike, own_postdeploy,
    release_line_unused, replaced_by_procfile_buildpack,
};

use super::warning::Warning;

pub(super) fn no_migration() -> Warning {
    Warning::new(
        "No migration command",
        "Nothing says how this app migrates its database; until something does,\n\
         release and postdeploy will fail. Name the command in review-data.toml:\n\
         [migrate]\n\
         command = \"...\"",
    )
}
