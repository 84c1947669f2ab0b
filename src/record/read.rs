//! Reading the record.

use super::commands::List;
use super::identity::{Identity, identity};
use super::layout::VERSION;
use crate::failure::Failure;
use crate::postgres::Writable;

/// What a database's schema `review_data` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No record.
    Nothing,
    /// There is nothing but the notes of production's releases: this is a production database.
    ProductionNotes,
    /// The record is about another database: this one was copied or upgraded from it.
    OfAnotherDatabase(Identity),
    Ours(Box<Record>),
    /// A newer tool has written the record.
    Newer(Newer),
}

/// A record that this tool cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newer {
    pub version: i32,
    pub tool_version: String,
}

impl From<Newer> for Failure {
    fn from(newer: Newer) -> Self {
        let Newer { version, tool_version: tool } = newer;
        Failure::new("the target's record was written by a newer review-data")
            .because(format!(
                "review-data {tool} wrote it, in version {version}; this is review-data {}, which \
                 knows version {VERSION}",
                env!("CARGO_PKG_VERSION")
            ))
            .because("nothing was touched")
            .remedy(format!("use review-data {tool} or newer"))
    }
}

/// The record of a target's set-up. Times are as the server writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Who wrote it.
    pub tool_version: String,
    /// True where the tables of 0.1.0 are all there is. They do not say what has run since the load.
    pub of_0_1_0: bool,
    /// The app that the platform named when the record was written.
    pub app: Option<String>,
    /// A release ran before anything was loaded.
    pub awaited: Option<Awaited>,
    /// `REVIEW_DATA_ADOPT` recorded a filled database as the app's own.
    pub adopted_at: Option<String>,
    pub loaded: Option<Loaded>,
    /// When migrations last succeeded.
    pub migrated_at: Option<String>,
    /// When they failed, if they have not succeeded since then.
    pub migration_failed_at: Option<String>,
    /// When a migration was interrupted, if none has succeeded since then.
    pub cut_at: Option<String>,
    /// The command that runs now, or was interrupted.
    pub running: Option<Running>,
    pub ended: Ended,
}

impl Record {
    /// Whether the migrations have run, and no later run of them failed or was interrupted.
    #[must_use]
    pub fn is_migrated(&self) -> bool {
        self.migrated_at.is_some()
            && self.migration_failed_at.is_none()
            && self.cut_at.is_none()
            && !self.is_migrating()
    }

    /// Whether migrations were begun whose end is not recorded.
    #[must_use]
    pub fn is_migrating(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.step == Step::Migrations)
    }
}

/// A release that ran before anything was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    pub at: String,
    /// Whether the database was empty then: whatever came later is the app's own.
    pub was_empty: bool,
}

/// The last load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub at: String,
    /// Where from, for messages.
    pub source: String,
    pub snapshot_at: String,
    pub tool_version: String,
    pub masked: bool,
}

/// A command that was begun, and whose end is not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub step: Step,
    pub since: String,
    /// The fingerprint of its text.
    pub command: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Command(List),
    Migrations,
}

impl Step {
    /// As it is recorded.
    pub(super) fn key(self) -> &'static str {
        match self {
            Step::Command(list) => list.name(),
            Step::Migrations => "migrate",
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        [Step::Command(List::Before), Step::Migrations, Step::Command(List::After)]
            .into_iter()
            .find(|step| step.key() == key)
    }

    /// For messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Step::Command(List::Before) => "a command of [postdeploy] before",
            Step::Command(List::After) => "a command of [postdeploy] after",
            Step::Migrations => "the migrations",
        }
    }
}

/// The fingerprints of the commands that have succeeded since the load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    pub before: Vec<String>,
    pub after: Vec<String>,
}

impl Ended {
    #[must_use]
    pub fn of(&self, list: List) -> &[String] {
        match list {
            List::Before => &self.before,
            List::After => &self.after,
        }
    }
}

const READING: &str = "cannot read the target's record";

/// Whether the record's tables about the load have the form of today. The tables of 0.1.0
/// lack columns and number their rows by a sequence; an upgrade of the record keeps them until the next load.
///
/// # Errors
/// The server's.
pub async fn is_of_today(target: &Writable) -> Result<bool, Failure> {
    let rows = target
        .query(
            "select count(*) filter (where a.attname = 'settings') = 1 \
               and bool_and(a.attidentity = '') \
               and pg_catalog.to_regclass('review_data.load_table') is not null \
             from pg_catalog.pg_attribute a \
             where a.attrelid = pg_catalog.to_regclass('review_data.load') and a.attnum > 0 \
             having count(*) > 0",
            &[],
        )
        .await
        .map_err(|error| target.failure(READING, &error))?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// Reads the record of a target.
///
/// # Errors
/// The server's.
pub async fn read(target: &Writable) -> Result<Found, Failure> {
    let failed = |error| target.failure(READING, &error);
    let names: Vec<String> = target
        .query(
            "select c.relname::text from pg_catalog.pg_class c \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = 'review_data' and c.relkind = 'r'",
            &[],
        )
        .await
        .map_err(failed)?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let has = |name: &str| names.iter().any(|other| other == name);
    if !has("setup") {
        if has("load")
            && let Some(loaded) = last_load(target).await?
        {
            return Ok(Found::Ours(Box::new(of_0_1_0(loaded))));
        }
        let only_notes = has("production_note") && names.len() == 1;
        return Ok(if only_notes { Found::ProductionNotes } else { Found::Nothing });
    }
    // the two columns that a record of every version has: what else there is, they say
    let rows = target
        .query("select version, tool_version from review_data.setup", &[])
        .await
        .map_err(failed)?;
    let Some(row) = rows.first() else {
        return Ok(Found::Nothing);
    };
    let (version, tool): (i32, String) = (row.get(0), row.get(1));
    if version > VERSION {
        return Ok(Found::Newer(Newer { version, tool_version: tool }));
    }
    let (of, record) = set_up(target, tool).await?;
    let own = identity(target).await?;
    Ok(if of == own { Found::Ours(Box::new(record)) } else { Found::OfAnotherDatabase(of) })
}

async fn set_up(target: &Writable, tool_version: String) -> Result<(Identity, Record), Failure> {
    let failed = |error| target.failure(READING, &error);
    let rows = target
        .query(
            "select system_identifier, database_oid, app, awaited_at::timestamptz(0)::text, \
               awaited_empty, adopted_at::timestamptz(0)::text, loaded_at is not null, \
               migrated_at::timestamptz(0)::text, migration_failed_at::timestamptz(0)::text, \
               cut_at::timestamptz(0)::text, running_step, running_since::timestamptz(0)::text, \
               running_command, \
               array(select command from review_data.setup_command where list = 'before'), \
               array(select command from review_data.setup_command where list = 'after') \
             from review_data.setup",
            &[],
        )
        .await
        .map_err(failed)?;
    let row = &rows[0];
    let of =
        Identity { system: row.get(0), database: u32::try_from(row.get::<_, i64>(1)).unwrap_or(0) };
    let loaded = if row.get(6) { last_load(target).await? } else { None };
    let awaited = row
        .get::<_, Option<String>>(3)
        .map(|at| Awaited { at, was_empty: row.get::<_, Option<bool>>(4).unwrap_or(false) });
    let running = row.get::<_, Option<String>>(10).and_then(|key| {
        Some(Running {
            step: Step::of_key(&key)?,
            since: row.get::<_, Option<String>>(11)?,
            command: row.get::<_, Option<String>>(12)?,
        })
    });
    let record = Record {
        tool_version,
        of_0_1_0: false,
        app: row.get(2),
        awaited,
        adopted_at: row.get(5),
        loaded,
        migrated_at: row.get(7),
        migration_failed_at: row.get(8),
        cut_at: row.get(9),
        running,
        ended: Ended { before: row.get(13), after: row.get(14) },
    };
    Ok((of, record))
}

/// A record that says that the database was loaded, and nothing of what came next.
fn of_0_1_0(loaded: Loaded) -> Record {
    Record {
        tool_version: "0.1.0".to_owned(),
        of_0_1_0: true,
        app: None,
        awaited: None,
        adopted_at: None,
        loaded: Some(loaded),
        migrated_at: None,
        migration_failed_at: None,
        cut_at: None,
        running: None,
        ended: Ended::default(),
    }
}

async fn last_load(target: &Writable) -> Result<Option<Loaded>, Failure> {
    let rows = target
        .query(
            "select loaded_at::timestamptz(0)::text, source, snapshot_at::timestamptz(0)::text, \
                    tool_version, masked \
             from review_data.load order by id desc limit 1",
            &[],
        )
        .await
        .map_err(|error| target.failure(READING, &error))?;
    Ok(rows.first().map(|row| Loaded {
        at: row.get(0),
        source: row.get(1),
        snapshot_at: row.get(2),
        tool_version: row.get(3),
        masked: row.get(4),
    }))
}

/// The tables of the last load, by qualified name, with the rows that it copied.
///
/// # Errors
/// The server's.
pub async fn loaded_tables(target: &Writable) -> Result<Vec<(String, u64)>, Failure> {
    let rows = target
        .query(
            "select t.schema_name || '.' || t.table_name, t.rows from review_data.load_table t \
             where t.load_id = (select max(id) from review_data.load) order by 1",
            &[],
        )
        .await
        .map_err(|error| target.failure(READING, &error))?;
    Ok(rows
        .iter()
        .map(|row| (row.get(0), u64::try_from(row.get::<_, i64>(1)).unwrap_or(0)))
        .collect())
}
