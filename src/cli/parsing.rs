//! Reading the command line. It may hold URLs with passwords, so no message repeats one.

use super::argparse;
use super::arguments::{Command, CommandLine};
use crate::config::without_secrets;
use crate::report::{say, tell};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use std::ffi::OsString;
use std::process::ExitCode;

/// The answer to `review-data` alone.
const SHORT_HELP: &str = "\
review-data fills a review app's database with a part of production's data, and
runs the migrations on it. Three commands are all that most apps need:

  review-data release      for the Procfile's release line: runs the migrations
  review-data postdeploy   for app.json's postdeploy: copies the data, then runs
                           the migrations
  review-data status       prints what a review app's database holds

All commands: review-data --help";

/// An answer instead of a run: the help, the version, or what is wrong.
#[derive(Debug)]
pub(super) struct Answer {
    text: String,
    is_mistake: bool,
}

impl Answer {
    /// Prints it: help to standard output, mistakes to standard error.
    pub(super) fn give(&self) -> ExitCode {
        if self.is_mistake {
            say(&self.text);
            return ExitCode::from(crate::failure::Exit::WrongUse.code());
        }
        match tell(&self.text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                say(&failure.to_string());
                ExitCode::from(failure.exit.code())
            }
        }
    }
}

pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, Answer> {
    let arguments = argparse::under_our_name(arguments.into_iter().collect());
    if arguments.len() < 2 {
        return Err(Answer { text: SHORT_HELP.to_owned(), is_mistake: true });
    }
    let arguments = argparse::in_full(arguments, &CommandLine::command())
        .map_err(|text| Answer { text: format!("error: {text}"), is_mistake: true })?;
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
    use crate::cli::arguments::Subset;

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
            Ok(Command::Subset(subset)) => *subset,
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
        assert!(subset.selection.logarithmic && subset.yes);
        assert_eq!(subset.fraction.unwrap().to_string(), "0.2");
        assert_eq!(subset.selection.force.len(), 2);
        assert_eq!((subset.selection.children, subset.selection.seed), (Some(5), None));
    }

    /// Each of these was compared with what Python's argparse made of it.
    #[test]
    fn options_are_written_as_argparse_took_them() {
        let line = subset(&["-lyc5", SOURCE, "-fusers:1", "-f=a.b:2", "-t", "a*", TARGET, "0.2"]);
        assert!(line.selection.logarithmic && line.yes);
        assert_eq!(
            (line.selection.children, line.selection.force.len(), line.selection.table.len()),
            (Some(5), 2, 1)
        );
        let line =
            subset(&["--loga", "--tab=a", SOURCE, TARGET, "--excl", "b", ".5", "--full", "c"]);
        assert!(line.selection.logarithmic && line.fraction.unwrap().to_string() == "0.5");
        assert_eq!(
            (
                line.selection.table.len(),
                line.selection.exclude_table.len(),
                line.selection.full_table.len()
            ),
            (1, 1, 1)
        );
        let line = subset(&["-c", "1", "-l", "-c", "2", "-l", "--", SOURCE, TARGET, "1e-1"]);
        assert_eq!(line.selection.children, Some(2), "the last one counts");
        let line = subset(&[SOURCE, TARGET, "0", "-Ta", "-Tb", "--sch", "x", "--schema=y.z"]);
        assert_eq!((line.selection.exclude_table.len(), line.selection.schema.len()), (2, 2));
        let line = subset(&[SOURCE, TARGET, "1", "-b", "-1", "--loglevel", "warning", "-i", "m"]);
        assert_eq!((line.buffer, line.loglevel.as_deref()), (Some(-1), Some("warning")));
        assert_eq!(line.import, ["m"]);
    }

    #[test]
    fn flags_may_come_before_and_between() {
        let subset = subset(&["-y", SOURCE, "-l", TARGET, "--seed", "-3", "1"]);
        assert!(subset.selection.logarithmic && subset.yes);
        assert_eq!(subset.fraction.unwrap().to_string(), "1");
        assert_eq!(subset.selection.seed, Some(-3));
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
            &["plan", SOURCE, "0.5", TARGET],
            &["plan", "--seed", SOURCE],
        ] {
            let told = told(line);
            assert!(told.starts_with("error: "), "{line:?}: {told}");
            assert!(!told.contains("secret"), "{line:?}: {told}");
        }
    }

    #[test]
    fn the_help_of_each_command() {
        for command in ["release", "postdeploy", "subset", "plan", "status", "why", "maintenance"] {
            insta::assert_snapshot!(format!("help_of_{command}"), told(&[command, "--help"]));
        }
        insta::assert_snapshot!(
            "help_of_maintenance_restore",
            told(&["maintenance", "restore", "--help"])
        );
        insta::assert_snapshot!("help", told(&["--help"]));
        insta::assert_snapshot!("no_command", told(&[]));
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
        insta::assert_snapshot!("a_fraction_below_zero", told(&["subset", SOURCE, TARGET, "-0.5"]));
        insta::assert_snapshot!(
            "fewer_children_than_none",
            told(&["subset", SOURCE, TARGET, "1", "--children", "-1"])
        );
        for (name, words) in [
            ("a_budget_without_a_unit", &["--max-size", "200"][..]),
            ("a_budget_that_is_logarithmic", &["-l", "--max-size=1GB"]),
        ] {
            insta::assert_snapshot!(name, told(&[&["subset", SOURCE, TARGET], words].concat()));
        }
        insta::assert_snapshot!(
            "a_buffer_of_no_number",
            told(&["subset", SOURCE, TARGET, "1", "-b", "many"])
        );
        insta::assert_snapshot!(
            "a_log_level_that_does_not_exist",
            told(&["subset", SOURCE, TARGET, "1", "--loglevel", "loud"])
        );
        insta::assert_snapshot!(
            "a_table_of_three_parts",
            told(&["subset", SOURCE, TARGET, "1", "-T", "a.b.c"])
        );
        insta::assert_snapshot!(
            "an_unknown_policy_for_missing_rows",
            told(&["subset", SOURCE, TARGET, "1", "--force-missing", "wran"])
        );
    }
}
