//! Where text leaves the tool.

use crate::failure::{Failure, visible_json, visible_lines};
use std::io::{self, ErrorKind, Write as _};

/// Who reads a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// People.
    #[default]
    Text,
    /// Programs: docs/json.md documents the shapes.
    Json,
}

/// Prints one line to standard error. A closed standard error is ignored.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible_lines(text));
}

/// Prints a result for people to standard output.
///
/// # Errors
/// Where it cannot be written, unless nobody reads it any more.
pub fn tell(result: &str) -> Result<(), Failure> {
    write(&visible_lines(result))
}

/// Prints a result for programs to standard output.
///
/// # Errors
/// As [`tell`].
pub fn tell_json(result: &str) -> Result<(), Failure> {
    write(&visible_json(result))
}

fn write(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new("cannot write the result to standard output")
                .because(error.to_string()))
        }
        _ => Ok(()),
    }
}
