//! What a database holds of a set-up: its record, as people and programs read it.

use super::lines::wrapped;
use super::masks::{MaskedColumn, by_table};
use super::numbers::{counted, grouped};
use crate::failure::visible;
use serde::Serialize;
use std::fmt;

/// The version of the JSON's shape.
pub const STATUS_VERSION: u32 = 1;

/// The record of a database, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    pub version: u32,
    /// The database, without a password.
    pub database: String,
    pub state: SetUpState,
    /// The app that the record names.
    pub app: Option<String>,
    /// Without a load: what the database holds that an unused one would not.
    pub holds: Option<String>,
    pub awaited_at: Option<String>,
    pub adopted_at: Option<String>,
    pub loaded: Option<LoadStatus>,
    pub migrated_at: Option<String>,
    /// The steps that are done, in their order.
    pub done: Vec<String>,
    /// The steps that are missing, in their order.
    pub missing: Vec<String>,
    /// The command that was begun, and whose end is not recorded.
    pub running: Option<RunningStatus>,
    /// What is gone, where nothing is left of the load.
    pub gone: Option<String>,
    /// What will complete the set-up, or what to do.
    pub next: Option<String>,
}

/// What kind of database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SetUpState {
    /// It holds nothing, and has no record.
    Empty,
    /// It is filled, and has no record.
    Unknown,
    /// Its record is about the database that it was copied from.
    Copied,
    /// A newer tool wrote its record.
    Newer,
    /// It holds the notes of production's releases.
    Production,
    /// A release ran, and nothing is loaded yet.
    Awaited,
    /// A person said that it is the app's own; nothing was loaded.
    Adopted,
    /// Loaded, with steps missing.
    Loaded,
    /// Everything is done.
    SetUp,
    /// Loaded, and nothing of it is left.
    Gone,
}

/// The last load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoadStatus {
    pub at: String,
    /// The version of review-data that loaded.
    pub tool_version: String,
    /// Where from, without a password.
    pub source: String,
    /// The time of the source's snapshot.
    pub snapshot_at: String,
    pub masked: bool,
    /// The kind of key that values were masked under.
    pub mask_key: Option<String>,
    /// The masked columns, by table.
    pub masks: Vec<MaskedColumn>,
    /// The databases that the rows came from: the source, the source's own source, and so on.
    pub came_from: Vec<String>,
    pub tables: Vec<LoadedTable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoadedTable {
    pub table: String,
    /// Rows that the load copied.
    pub rows: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunningStatus {
    pub step: String,
    pub since: String,
    /// The run that has the lock, if one has it: without one, the command was interrupted.
    pub by: Option<String>,
}

impl Status {
    /// As JSON.
    ///
    /// # Errors
    /// The serialiser's.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    fn state_text(&self) -> String {
        let holds = self.holds.clone().unwrap_or_default();
        match self.state {
            SetUpState::Empty => "it is empty, and has no record of review-data".to_owned(),
            SetUpState::Unknown => format!("it has no record of review-data; it holds {holds}"),
            SetUpState::Copied => format!(
                "its record is about another database, which it was copied or upgraded from; it \
                 holds {holds}"
            ),
            SetUpState::Newer => "its record was written by a newer review-data".to_owned(),
            SetUpState::Production => {
                "it is a production database: it holds the notes of production's releases"
                    .to_owned()
            }
            SetUpState::Awaited => "a release ran, and nothing is loaded yet".to_owned(),
            SetUpState::Adopted => "it was recorded as the app's own, without a load".to_owned(),
            SetUpState::Loaded => "it is loaded, and steps are missing".to_owned(),
            SetUpState::SetUp => "it is set up".to_owned(),
            SetUpState::Gone => "it was loaded, and nothing of the load is left".to_owned(),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |text: &str| writeln!(f, "{}", wrapped(text));
        line(&format!("{}: {}", self.database, self.state_text()))?;
        if let Some(app) = &self.app {
            line(&format!("app: {app}"))?;
        }
        if let Some(at) = &self.awaited_at {
            line(&format!("first release: {at}"))?;
        }
        if let Some(at) = &self.adopted_at {
            line(&format!("adopted: {at}"))?;
        }
        if let Some(loaded) = &self.loaded {
            let masked = if loaded.masked { "masked" } else { "unmasked" };
            line(&format!(
                "loaded: {} by review-data {}, {masked}, from {} as of {}",
                loaded.at, loaded.tool_version, loaded.source, loaded.snapshot_at
            ))?;
            if let Some(key) = &loaded.mask_key {
                line(&format!("masked under a {key} key"))?;
            }
            for masked in by_table(&loaded.masks) {
                line(&masked)?;
            }
            for origin in &loaded.came_from {
                line(&format!("rows came from: {origin}"))?;
            }
        }
        if let Some(at) = &self.migrated_at {
            line(&format!("migrated: {at}"))?;
        }
        for (what, steps) in [("done", &self.done), ("missing", &self.missing)] {
            if !steps.is_empty() {
                line(&format!("{what}: {}", steps.join(", ")))?;
            }
        }
        if let Some(running) = &self.running {
            line(&match &running.by {
                Some(by) => format!("running since {}: {} ({by})", running.since, running.step),
                None => format!("interrupted: {}, begun at {}", running.step, running.since),
            })?;
        }
        if let Some(gone) = &self.gone {
            line(&format!("gone: {gone}"))?;
        }
        if let Some(loaded) = &self.loaded {
            let rows = loaded.tables.iter().map(|table| table.rows).sum();
            writeln!(
                f,
                "{}, {} when it was loaded:",
                counted(loaded.tables.len() as u64, "table"),
                counted(rows, "row")
            )?;
            let names: Vec<_> =
                loaded.tables.iter().map(|table| (visible(&table.table), table.rows)).collect();
            let width = names.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            for (name, rows) in &names {
                writeln!(f, "  {name:width$} {:>12}", grouped(*rows))?;
            }
        }
        match &self.next {
            Some(next) => write!(f, "next: {next}"),
            None => write!(f, "next: nothing; each release runs the migrations"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::masks::MaskedPath;
    use super::*;

    fn status() -> Status {
        Status {
            version: STATUS_VERSION,
            database: "ann@db:5432/review".to_owned(),
            state: SetUpState::Loaded,
            app: Some("shop-pr-7".to_owned()),
            holds: None,
            awaited_at: Some("2026-11-28 09:00:00+00".to_owned()),
            adopted_at: None,
            loaded: Some(LoadStatus {
                at: "2026-11-28 09:01:00+00".to_owned(),
                tool_version: "0.2.0".to_owned(),
                source: "reader@follower:5432/shop".to_owned(),
                snapshot_at: "2026-11-28 09:00:59+00".to_owned(),
                masked: true,
                mask_key: Some("random".to_owned()),
                masks: vec![MaskedColumn {
                    schema: "public".to_owned(),
                    table: "users".to_owned(),
                    column: "email".to_owned(),
                    mask: "email".to_owned(),
                    paths: vec![MaskedPath {
                        path: "address.street".to_owned(),
                        mask: "street".to_owned(),
                    }],
                    reason: "values are e-mail addresses".to_owned(),
                    values: 12_345,
                }],
                came_from: vec!["shop (system identifier 7, database OID 5)".to_owned()],
                tables: vec![
                    LoadedTable { table: "public.users".to_owned(), rows: 12_345 },
                    LoadedTable { table: "public.a".to_owned(), rows: 1 },
                ],
            }),
            migrated_at: None,
            done: vec!["load".to_owned(), "1 command of [postdeploy] before".to_owned()],
            missing: vec!["the migrations (interrupted)".to_owned()],
            running: Some(RunningStatus {
                step: "the migrations".to_owned(),
                since: "2026-11-28 09:02:00+00".to_owned(),
                by: None,
            }),
            gone: None,
            next: Some(
                "the next release does what is missing; by hand:\n heroku run review-data \
                 postdeploy --app shop-pr-7"
                    .to_owned(),
            ),
        }
    }

    #[test]
    fn the_status_reads_line_by_line() {
        insta::assert_snapshot!(status());
        let empty = Status {
            state: SetUpState::Empty,
            app: None,
            awaited_at: None,
            loaded: None,
            done: Vec::new(),
            missing: Vec::new(),
            running: None,
            ..status()
        };
        insta::assert_snapshot!("the_status_of_an_empty_database", empty);
    }

    #[test]
    fn the_status_as_json() {
        insta::assert_snapshot!(status().json().unwrap());
    }
}
