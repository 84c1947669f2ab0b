//! A failure as the reader sees it: what failed, why, and what to do.
//!
//! Each room has its own error enum. Each of these errors becomes a [`Failure`] at the room's
//! edge, and only [`Failure`] is ever turned into text for people.

mod transient;
mod visible;

pub use transient::{Side, Transient, TransientKind};
pub use visible::{is_hidden, visible, visible_json, visible_lines};

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
    /// Whether another attempt may succeed.
    pub transient: Option<Transient>,
}

impl Failure {
    #[must_use]
    pub fn new(what: impl Into<String>) -> Self {
        Failure {
            what: what.into(),
            why: Vec::new(),
            remedy: None,
            exit: Exit::Failed,
            transient: None,
        }
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

    /// Says that another attempt may succeed, if it may.
    #[must_use]
    pub fn passing(mut self, transient: Option<Transient>) -> Self {
        self.transient = transient;
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
        write!(f, "error: {}", visible(&self.what))?;
        for line in self.why.iter().flat_map(|why| why.lines()) {
            wrapped(f, "  ", "  ", line)?;
        }
        for (index, line) in self.remedy.iter().flat_map(|remedy| remedy.lines()).enumerate() {
            let first = if index == 0 { "  what to do: " } else { "    " };
            wrapped(f, first, "    ", line)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

/// The width of what people read.
const WIDTH: usize = 80;

/// A line, broken between words; one that begins with a space is a picture of a file, kept as is.
fn wrapped(f: &mut fmt::Formatter<'_>, first: &str, rest: &str, line: &str) -> fmt::Result {
    write!(f, "\n{first}")?;
    if line.starts_with(char::is_whitespace) {
        return f.write_str(line);
    }
    let mut column = first.chars().count();
    for (index, word) in line.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > WIDTH {
            write!(f, "\n{rest}")?;
            column = rest.chars().count();
        } else if index > 0 {
            f.write_str(" ")?;
            column += 1;
        }
        f.write_str(word)?;
        column += length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_within_eighty_columns() {
        let failure = Failure::new("cannot do it (on what)")
            .because("the server said something that is rather longer than the width of a page, so")
            .because("first\n  3 | a picture is not broken, whatever its width, since its mark would be lost\n    | ^")
            .remedy("do this, or that, or whatever else comes to mind when one reads this long line\nand this");
        insta::assert_snapshot!(failure);
    }
}
