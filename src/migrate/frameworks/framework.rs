//! What each framework tells of an app.

use super::app_files::AppFiles;
use super::pending::PendingCheck;
use super::problem::FileProblem;
use super::remark::Remark;
use super::simple_command::SimpleCommand;

/// A tool that brings a database's schema up to date.
pub trait Framework: Sync {
    /// As people write it in `[migrate] framework`: lower case, no blanks.
    fn key(&self) -> &'static str;

    /// As its project writes it.
    fn name(&self) -> &'static str;

    /// Looks at the app's own files; `None` where the app does not use this framework.
    ///
    /// # Errors
    /// Where a file that would tell cannot be read or is malformed.
    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem>;

    /// Why the command cannot run in a release although the framework is there.
    ///
    /// # Errors
    /// Where a file that would tell cannot be read or is malformed.
    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        let _ = app;
        Ok(None)
    }

    /// How to ask whether anything is pending, of a command as people write it that does nothing
    /// but migrate: their own options stay.
    fn pending_check_of(&self, command: &SimpleCommand) -> Option<PendingCheck> {
        let _ = command;
        None
    }
}

/// A framework found in an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The file, and what in it, that says so.
    pub evidence: String,
    /// The shell command that runs what is pending, in the app's directory.
    pub command: String,
    /// How to ask whether anything is pending.
    pub pending: PendingCheck,
}
