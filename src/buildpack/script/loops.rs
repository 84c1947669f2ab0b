//! What a shell knows of the loops around a command, and of what follows.

use super::exits::ends_in_failure;

/// What runs after a list of commands, whatever its result.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Next {
    #[default]
    Nothing,
    /// Something that ends with a failure: `exit 1`.
    Fails,
    Other,
}

/// What a shell knows of the loops around.
#[derive(Clone, Copy, Default)]
pub(super) struct Loops {
    /// What follows the commands that are being read.
    pub(super) next: Next,
    /// Within a loop that tries again: its context says what is hidden.
    pub(super) retries: bool,
    /// Something ends the shell after a time.
    pub(super) is_limited: bool,
}

impl Next {
    pub(super) fn of(next: Option<&str>) -> Self {
        match next {
            None => Next::Nothing,
            Some(next) if ends_in_failure(next) => Next::Fails,
            Some(_) => Next::Other,
        }
    }
}
