//! The tool: parses the command line, runs one command, maps its result to an exit code.

#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

use std::process::ExitCode;

fn main() -> ExitCode {
    review_data::cli::main()
}
