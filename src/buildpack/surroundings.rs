//! What a build knows beside the app's files.

use super::procfile::Dialect;
/// What is known beside the app's files.
pub(super) struct Surroundings {
    pub(super) dialect: Dialect,
    /// The value of `REVIEW_DATA_MIGRATE_COMMAND` where the person who deploys has set it.
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
