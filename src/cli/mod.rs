//! The commands, a file each: wiring only.

mod app;
mod app_json;
mod argparse;
mod arguments;
mod fault;
mod init;
mod maintenance;
mod overrides;
mod parsing;
mod plan;
mod postdeploy;
mod release;
mod status;
mod subset;
mod why;

use crate::config::malloc;
use crate::failure::Failure;
use crate::postgres;
use crate::report::say;
use arguments::Command;
use std::process::ExitCode;

/// Parses the command line and runs one command.
#[must_use]
pub fn main() -> ExitCode {
    malloc::settle();
    let command = match parsing::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(answer) => return answer.give(),
    };
    postgres::tell_waits(say);
    match fault::caught(|| run(command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&failure.to_string());
            ExitCode::from(failure.exit.code())
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Subset(arguments) => subset::run(*arguments),
        Command::Plan(arguments) => plan::run(*arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Why(arguments) => why::run(arguments),
        Command::Postdeploy(arguments) => postdeploy::run(&arguments),
        Command::Release(arguments) => release::run(&arguments),
        Command::Maintenance(arguments::Maintenance::Restore(arguments)) => {
            maintenance::restore(&arguments)
        }
    }
}
