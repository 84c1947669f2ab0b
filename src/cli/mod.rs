//! The commands, a file each: wiring only.

use std::process::ExitCode;

/// Parses the command line and runs one command.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
