//! Which command runs.

/// The command that was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    Release,
    Postdeploy {
        /// Swap an existing set-up for a fresh one.
        replace: bool,
    },
}

impl Occasion {
    /// The command's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Occasion::Release => "release",
            Occasion::Postdeploy { .. } => "postdeploy",
        }
    }
}
