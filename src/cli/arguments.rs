//! The command line. It may hold URLs with passwords, so no message repeats one.

use crate::config::{Force, without_secrets};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Fills a review app's PostgreSQL with a small, whole subset of production's data, and runs
/// migrations on it.
#[derive(Debug, Parser)]
#[command(name = "review-data", version, max_term_width = 80, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 wrong use or configuration.")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the migrations on each release; set up a review app's database if postdeploy will not
    ///
    /// In production, and in a review app whose database is set up, runs the migrations. In a
    /// review app whose database is not, does nothing where app.json's postdeploy calls
    /// review-data; where it does not, does all that postdeploy does.
    Release,
    /// Set up a review app's database: copy a subset, run the migrations, then the `after` commands
    Postdeploy(Postdeploy),
    /// Copy a subset of one database into another, empty one
    ///
    /// Reads review-data.toml in the current directory, where there is one; what the command line
    /// says wins.
    Subset(Subset),
}

#[derive(Debug, clap::Args)]
pub(super) struct Postdeploy {
    /// Do it although this is not a review app
    #[arg(long)]
    pub(super) outside_review_app: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Subset {
    /// The database to copy from: a postgres:// URL or key=value pairs; it is only read
    pub(super) source: String,
    /// The empty database to copy into
    pub(super) target: String,
    /// The share of each table's rows, from 0 to 1; at least one row
    #[arg(value_parser = fraction)]
    pub(super) fraction: f64,
    /// Take rows^FRACTION of each table instead of rows * FRACTION
    #[arg(long, short)]
    pub(super) logarithmic: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Bring this row and all that belongs to it; may be given several times. KEY is the primary
    /// key, its columns separated by commas
    #[arg(long, short, value_name = "TABLE:KEY")]
    pub(super) force: Vec<Force>,
    /// Child rows to bring along for each chosen row and foreign key [default: 3]
    #[arg(long, short, value_name = "N")]
    pub(super) children: Option<u32>,
    /// Same data and same seed: same rows [default: 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) seed: Option<i64>,
}

fn fraction(text: &str) -> Result<f64, &'static str> {
    match text.parse::<f64>() {
        Ok(fraction) if (0.0..=1.0).contains(&fraction) => Ok(fraction),
        _ => Err("a number from 0 to 1 is expected, after SOURCE and TARGET"),
    }
}

/// What is said instead of running a command: the help, the version, or what is wrong.
#[derive(Debug)]
pub(super) struct Answer {
    text: String,
    is_mistake: bool,
}

impl Answer {
    /// Says it: help where output goes, mistakes where errors go.
    pub(super) fn give(&self) -> ExitCode {
        if self.is_mistake {
            super::say(&self.text);
            return ExitCode::from(crate::failure::Exit::WrongUse.code());
        }
        let _ = writeln!(std::io::stdout().lock(), "{}", self.text);
        ExitCode::SUCCESS
    }
}

pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Answer> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    CommandLine::try_parse_from(&arguments).map(|line| line.command).map_err(|error| {
        let is_mistake =
            !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        let text = error.render().to_string().trim_end().to_owned();
        Answer { text: if is_mistake { without_urls(text, &arguments) } else { text }, is_mistake }
    })
}

/// The parser's message repeats what it does not understand: a URL out of place among it.
fn without_urls(mut text: String, arguments: &[OsString]) -> String {
    for argument in arguments.iter().map(|argument| argument.to_string_lossy()) {
        let value = argument.split_once('=').map_or("", |(_, value)| value);
        for secret in [argument.as_ref(), value] {
            if without_secrets(secret) != secret {
                text = text.replace(secret, "(a connection string)");
            }
        }
    }
    text.lines().map(without_secrets).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &[&str]) -> String {
        let arguments = ["review-data"].iter().chain(line).map(OsString::from);
        match parse(arguments) {
            Ok(command) => format!("{command:?}"),
            Err(answer) => answer.text,
        }
    }

    const SOURCE: &str = "postgres://ann:secret@db/shop";
    const TARGET: &str = "host=localhost password=secret dbname=small";

    fn subset(line: &[&str]) -> Subset {
        let words = ["review-data", "subset"].iter().chain(line).map(OsString::from);
        match parse(words) {
            Ok(Command::Subset(subset)) => subset,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_command_line_of_2019_is_understood() {
        let subset = subset(&[
            SOURCE,
            TARGET,
            "--logarithmic",
            "0.2",
            "--yes",
            "--force",
            "users:1",
            "--force=public.orders:7",
            "--children",
            "5",
        ]);
        assert_eq!((subset.source.as_str(), subset.target.as_str()), (SOURCE, TARGET));
        assert!(subset.logarithmic && subset.yes);
        assert_eq!(subset.fraction.to_string(), "0.2");
        assert_eq!(subset.force.len(), 2);
        assert_eq!((subset.children, subset.seed), (Some(5), None));
    }

    #[test]
    fn flags_may_come_before_and_between() {
        let subset = subset(&["-y", SOURCE, "-l", TARGET, "--seed", "-3", "1"]);
        assert!(subset.logarithmic && subset.yes);
        assert_eq!(subset.fraction.to_string(), "1");
        assert_eq!(subset.seed, Some(-3));
    }

    #[test]
    fn no_message_repeats_a_url() {
        for line in [
            &["subset", SOURCE, "0.5", TARGET][..],
            &["subset", SOURCE, TARGET, SOURCE],
            &["subset", SOURCE, TARGET, "0.5", SOURCE],
            &["subset", SOURCE, TARGET, "0.5", "--seed", SOURCE],
            &["subset", SOURCE, TARGET, "0.5", "--force", TARGET],
            &["subset", SOURCE, TARGET, "0.5", "--children=postgres://ann:secret@db/shop"],
            &["subset", "--source=postgres://ann:secret@db/shop", TARGET, "0.5"],
            &["subset", SOURCE],
            &[SOURCE],
            &["postdeploy", TARGET],
        ] {
            let told = told(line);
            assert!(told.starts_with("error: "), "{line:?}: {told}");
            assert!(!told.contains("secret"), "{line:?}: {told}");
        }
    }

    #[test]
    fn the_help_of_each_command() {
        for command in ["release", "postdeploy", "subset"] {
            insta::assert_snapshot!(format!("help_of_{command}"), told(&[command, "--help"]));
        }
        insta::assert_snapshot!("help", told(&["--help"]));
    }

    #[test]
    fn what_is_wrong_with_the_command_line() {
        insta::assert_snapshot!(
            "arguments_in_the_wrong_order",
            told(&["subset", SOURCE, "0.5", TARGET])
        );
        insta::assert_snapshot!(
            "a_forced_row_without_a_key",
            told(&["subset", SOURCE, TARGET, "1", "--force", "users"])
        );
        insta::assert_snapshot!("no_target", told(&["subset", SOURCE]));
        insta::assert_snapshot!("no_such_command", told(&["realease"]));
    }
}
