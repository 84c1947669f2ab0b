//! The commands and their options.

use crate::config::{ByteSize, Force, NamePattern, TableName, TablePattern};
use crate::failure::Failure;
use crate::report;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Fills a review app's database with a small, consistent part of production's data, and runs the
/// migrations on it
#[derive(Debug, Parser)]
#[command(name = "review-data", version, max_term_width = 80, disable_help_subcommand = true)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub(super) command: Command,
}

const AFTER_HELP: &str = "Example, in a review app:\n  review-data postdeploy\n\n\
    Exit codes: 0 done, 1 failed, 2 wrong use or configuration.";

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
    /// Write a first review-data.toml, with the decisions about masks as comments
    ///
    /// Reads the source's catalogue and samples of its values. Writes no value of the source.
    #[command(after_help = "Example, with a database:\n  review-data init \"$FOLLOWER_URL\"")]
    Init(Init),
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
    /// Copy personal data and secrets as they are [default: as review-data.toml says]
    #[arg(long)]
    pub(super) no_mask: bool,
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
    /// Copy personal data and secrets as they are [default: as review-data.toml says]
    #[arg(long)]
    pub(super) no_mask: bool,
    /// Output format of the load's result. With json, the commands' output goes to standard error
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) format: Format,
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
    /// Output format of the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) format: Format,
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
    /// Copy personal data and secrets as they are [default: as review-data.toml says]
    #[arg(long)]
    pub(super) no_mask: bool,
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
    /// Print which columns would be masked, and why, instead of the rows [default: off]
    #[arg(long)]
    pub(super) masks: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(super) format: Format,
}

impl Plan {
    /// Source and fraction. Either may be missing: a number alone is the fraction.
    pub(super) fn source_and_fraction(&self) -> Result<(Option<&str>, Option<f64>), Failure> {
        let (source, number) = match (&self.source, &self.fraction) {
            (Some(only), None)
                if only.trim_end_matches(['%', ' ']).trim().parse::<f64>().is_ok() =>
            {
                (None, Some(only))
            }
            (source, fraction) => (source.as_deref(), fraction.as_ref()),
        };
        let fraction = number.map(|number| {
            share(number).ok_or_else(|| {
                let example = of_percent(number).unwrap_or(0.05);
                Failure::wrong_use("the share of the rows must be a number from 0 to 1").remedy(
                    format!(
                        "for example, in an app or with a database:\n review-data plan {example}\n \
                         review-data plan SOURCE {example}"
                    ),
                )
            })
        });
        Ok((source, fraction.transpose()?))
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Init {
    /// Database to inspect: a postgres:// URL or key=value pairs [default: the app's source]
    pub(super) source: Option<String>,
    /// Overwrite review-data.toml [default: refuse]
    #[arg(long)]
    pub(super) force: bool,
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

impl From<Format> for report::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => report::Format::Text,
            Format::Json => report::Format::Json,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Missing {
    /// End with an error
    #[default]
    Fail,
    /// Print a warning and continue
    Warn,
}

fn fraction(text: &str) -> Result<f64, String> {
    let expected = "a number from 0 to 1 is expected, after SOURCE and TARGET";
    share(text).ok_or_else(|| match of_percent(text) {
        Some(fraction) => format!("{expected}: write {} as {fraction}", text.trim()),
        None => expected.to_owned(),
    })
}

/// `0.3` of `30%`
fn of_percent(text: &str) -> Option<f64> {
    let percent: f64 = text.trim().strip_suffix('%')?.trim().parse().ok()?;
    Some(percent / 100.0).filter(|fraction| (0.0..=1.0).contains(fraction))
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
