//! What the reader is told when something fails: what, why, and what to do.
//!
//! Each room has an error enum of its own; each such error becomes a [`Failure`] at the room's
//! edge, and only [`Failure`] is ever turned into text for people.

use std::fmt;

/// The exit codes of the tool, as scripts may rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 1: what was asked for could not be done.
    Failed,
    /// 2: the command line or the configuration is wrong.
    WrongUse,
}

impl Exit {
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Exit::Failed => 1,
            Exit::WrongUse => 2,
        }
    }
}

/// One failure, told to a person. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What failed, and on what: one line, no full stop.
    pub what: String,
    /// Why, a line each: what was being done, what the server said.
    pub why: Vec<String>,
    /// What to do about it.
    pub remedy: Option<String>,
    pub exit: Exit,
}

impl Failure {
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Failure { what: what.into(), why: Vec::new(), remedy: None, exit: Exit::Failed }
    }

    /// A failure of the command line or the configuration.
    #[must_use]
    pub fn wrong_use(what: impl Into<String>) -> Self {
        Failure { exit: Exit::WrongUse, ..Failure::new(what) }
    }

    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why.push(why.into());
        self
    }

    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        for line in self.why.iter().flat_map(|why| why.lines()) {
            write!(f, "\n  {line}")?;
        }
        if let Some(remedy) = &self.remedy {
            let mut lines = remedy.lines();
            write!(f, "\n  what to do: {}", lines.next().unwrap_or_default())?;
            for line in lines {
                write!(f, "\n    {line}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
