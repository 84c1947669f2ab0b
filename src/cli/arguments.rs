//! The command line. It may hold URLs with passwords, so no message repeats one.

use super::argparse;
use crate::config::{ByteSize, Force, NamePattern, TableName, TablePattern, without_secrets};
use crate::failure::Failure;
use crate::report::{say, tell};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Fills a review app's database with a small, consistent part of production's data, and runs the
/// migrations on it
#[derive(Debug, Parser)]
#[command(name = "review-data", version, max_term_width = 80, disable_help_subcommand = true)]
#[command(after_help = AFTER_HELP)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Example, in a review app:\n  review-data postdeploy\n\n\
    Exit codes: 0 done, 1 failed, 2 wrong use or configuration.";

/// The answer to `review-data` alone.
const SHORT_HELP: &str = "\
review-data fills a review app's database with a part of production's data, and
runs the migrations on it. Three commands are all that most apps need:

  review-data release      for the Procfile's release line: runs the migrations
  review-data postdeploy   for app.json's postdeploy: copies the data, then runs
                           the migrations
  review-data status       prints what a review app's database holds

All commands: review-data --help";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the migrations of a release
    ///
    /// In a review app, it also does the steps of the set-up that are missing. In the first release
    /// it leaves the set-up to postdeploy, if app.json's postdeploy calls review-data.
    #[command(after_help = "Example, in a Procfile:\n  release: review-data release")]
    Release(Release),
    /// Set up a review app's database: copy rows, run the migrations
    ///
    /// Does the missing steps of: load, `before` commands, migrations, `after` commands.
    #[command(after_help = "Example, to complete a set-up by hand:\n  \
        heroku run review-data postdeploy --app shop-pr-7")]
    Postdeploy(Postdeploy),
    /// Copy a part of one database into another, empty one
    ///
    /// Runs no migrations. Reads review-data.toml in the current directory, if there is one. Options
    /// override it.
    #[command(after_help = "Example:\n  \
        review-data subset \"$FOLLOWER_URL\" \"$DATABASE_URL\" --max-size 1GB --yes")]
    Subset(Box<Subset>),
    /// Print what a load would copy, and write nothing
    ///
    /// In an app, it is about what postdeploy would copy. With SOURCE and FRACTION, it is about what
    /// subset would copy. It selects rows on the source as a load does. It needs no target.
    #[command(after_help = "Example, with a database:\n  \
        review-data plan \"$FOLLOWER_URL\" 0.05 --force users:1")]
    Plan(Box<Plan>),
    /// Print what a review app's database holds, which steps are done and which are missing
    ///
    /// Reads the record in the database. Writes nothing, and needs no source.
    #[command(after_help = "Example:\n  heroku run review-data status --app shop-pr-7")]
    Status(Status),
    /// Print how a row came into the subset, or why it did not
    ///
    /// Takes the settings from the record of the load in the target, and selects the rows again by
    /// them, on the source as it is now. Writes nothing.
    #[command(after_help = "Example:\n  review-data why orders 42")]
    Why(Why),
    /// Restore production's dynos and maintenance mode after a release was killed
    #[command(subcommand)]
    Maintenance(Maintenance),
}

#[derive(Debug, clap::Args)]
pub(super) struct Release {
    /// App whose maintenance mode and dynos change, for [migrate.production] [default: the app
    /// that this runs in]
    #[arg(long)]
    pub(super) app: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Maintenance {
    /// Restore the dynos, then the maintenance mode, that a killed release wrote down
    ///
    /// The next release does so too, before anything else. Without a note in the database, this does
    /// nothing.
    #[command(after_help = "Example:\n  heroku run review-data maintenance restore --app shop")]
    Restore(Restore),
}

#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// App name [default: the app that this runs in]
    #[arg(long)]
    pub(super) app: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Postdeploy {
    /// Run although this is not a review app [default: refuse]
    #[arg(long)]
    pub(super) outside_review_app: bool,
    /// Swap the existing set-up for a fresh one [default: do what is missing]
    ///
    /// One transaction drops everything outside extensions and loads it again. Readers see the old
    /// data, then wait. The commands and the migrations follow.
    #[arg(long)]
    pub(super) replace: bool,
}

/// The command line of rdbms-subsetter, and a few options more.
#[derive(Debug, clap::Args)]
#[command(args_override_self = true)]
pub(super) struct Subset {
    /// Database to copy from: a postgres:// URL or key=value pairs. It is only read
    pub(super) source: String,
    /// Database to copy into: an empty one, or with --replace one that was loaded before
    pub(super) target: String,
    /// Share of each table's rows, from 0 to 1, and at least one row [default: what fits --max-size]
    #[arg(value_parser = fraction, allow_negative_numbers = true)]
    pub(super) fraction: Option<f64>,
    /// Do not ask before the load [default: ask on a terminal]
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Swap what an earlier load brought for a fresh load, in one transaction [default: refuse]
    #[arg(long)]
    pub(super) replace: bool,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Accepted for rdbms-subsetter's sake, without effect
    #[arg(long, short, value_name = "N", value_parser = integer, allow_negative_numbers = true)]
    pub(super) buffer: Option<i64>,
    /// Accepted for rdbms-subsetter's sake, without effect
    #[arg(long, value_name = "LEVEL", value_parser = log_level, allow_negative_numbers = true)]
    pub(super) loglevel: Option<String>,
    /// Refused, with what to do instead
    #[arg(long, short, value_name = "MODULE", hide = true)]
    pub(super) import: Vec<String>,
}

/// Which rows.
#[derive(Debug, clap::Args)]
pub(super) struct Selection {
    /// Copy as much as fits a database of this size [default without FRACTION: 200MB]
    #[arg(long, value_name = "SIZE", conflicts_with = "logarithmic")]
    pub(super) max_size: Option<ByteSize>,
    /// Copy rows^FRACTION of each table instead of rows x FRACTION [default: off]
    #[arg(long, short)]
    pub(super) logarithmic: bool,
    /// Copy this row with all its descendants. Repeatable
    ///
    /// KEY is the primary key. Separate several columns by commas, or give a JSON array if a value
    /// holds a comma: 'items:["a,b", 2]'.
    #[arg(long, short, value_name = "TABLE:KEY")]
    pub(super) force: Vec<Force>,
    /// What a --force that names no row is
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub(super) force_missing: Missing,
    /// Child rows to copy for each chosen row and foreign key [default: 3]
    #[arg(long, short, value_name = "N", value_parser = children, allow_negative_numbers = true)]
    pub(super) children: Option<u32>,
    /// Choose rows from this table only; others give what foreign keys need [default: all tables]
    ///
    /// TABLE is a name or a pattern such as 'audit_*' or 'shop.*'. Repeatable, as are the next two.
    /// -T wins over both others.
    #[arg(long, short, value_name = "TABLE")]
    pub(super) table: Vec<TablePattern>,
    /// Copy no row of this table
    #[arg(long, short = 'T', value_name = "TABLE")]
    pub(super) exclude_table: Vec<TablePattern>,
    /// Copy every row of this table
    #[arg(long, short = 'F', value_name = "TABLE")]
    pub(super) full_table: Vec<TablePattern>,
    /// Choose rows from tables in this schema and in public only; others give what foreign keys
    /// need. Repeatable [default: all schemas]
    #[arg(long, value_name = "SCHEMA")]
    pub(super) schema: Vec<NamePattern>,
    /// JSON file as rdbms-subsetter takes it, with more foreign keys, tables and schemas
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The same data and seed give the same rows [default: 1]
    #[arg(long, value_name = "N", value_parser = integer, allow_negative_numbers = true)]
    pub(super) seed: Option<i64>,
}

#[derive(Debug, clap::Args)]
#[command(args_override_self = true)]
pub(super) struct Plan {
    /// Database to copy from: a postgres:// URL or key=value pairs [default: the app's source]
    pub(super) source: Option<String>,
    /// Share of each table's rows, from 0 to 1 [default: as review-data.toml says, or what fits
    /// --max-size]
    #[arg(allow_negative_numbers = true)]
    pub(super) fraction: Option<String>,
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) format: Format,
}

impl Plan {
    /// Source and fraction. Either may be missing: a number alone is the fraction.
    pub(super) fn source_and_fraction(&self) -> Result<(Option<&str>, Option<f64>), Failure> {
        let (source, number) = match (&self.source, &self.fraction) {
            (Some(only), None) if only.trim().parse::<f64>().is_ok() => (None, Some(only)),
            (source, fraction) => (source.as_deref(), fraction.as_ref()),
        };
        let fraction = number.map(|number| {
            share(number).ok_or_else(|| {
                Failure::wrong_use("the share of the rows must be a number from 0 to 1").remedy(
                    "for example, in an app or with a database:\n review-data plan 0.05\n \
                             review-data plan SOURCE 0.05",
                )
            })
        });
        Ok((source, fraction.transpose()?))
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// Database [default: the app's target]
    #[arg(long, value_name = "URL")]
    pub(super) target: Option<String>,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Why {
    /// The row's table: a name, or schema.name
    pub(super) table: TableName,
    /// Its primary key, written as for --force of subset
    #[arg(allow_hyphen_values = true)]
    pub(super) key: String,
    /// Database that was copied from [default: the app's source]
    #[arg(long, value_name = "URL")]
    pub(super) source: Option<String>,
    /// Database that was copied into [default: the app's target]
    #[arg(long, value_name = "URL")]
    pub(super) target: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs, in the shape that docs/json.md documents
    Json,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Missing {
    /// End with an error
    #[default]
    Fail,
    /// Print a warning and continue
    Warn,
}

fn fraction(text: &str) -> Result<f64, &'static str> {
    share(text).ok_or("a number from 0 to 1 is expected, after SOURCE and TARGET")
}

fn share(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|fraction| (0.0..=1.0).contains(fraction))
}

fn children(text: &str) -> Result<u32, &'static str> {
    text.trim().parse().map_err(|_| "a whole number is expected, 0 or more")
}

fn integer(text: &str) -> Result<i64, &'static str> {
    text.trim().parse().map_err(|_| "a whole number is expected")
}

/// As in 2019: a name in any case, or a number.
fn log_level(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 7] = ["CRITICAL", "FATAL", "ERROR", "WARN", "WARNING", "INFO", "DEBUG"];
    let name = text.trim();
    if name.parse::<i64>().is_ok() || LEVELS.contains(&name.to_uppercase().as_str()) {
        return Ok(name.to_owned());
    }
    Err(format!("a number or one of {} is expected", LEVELS.join(", ")))
}

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
