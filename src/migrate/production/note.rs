//! What was there before the first change, written down in the production database itself: a run
//! that is killed outright leaves it for the next one.

use crate::failure::Failure;
use crate::migrate::signals::Signals;
use crate::postgres::{TargetUrl, Writable};
use crate::report::say;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// The advisory lock that one release holds on its database, of our own choosing ("release").
const LOCK: i64 = 0x0072_656c_6561_7365;

/// How long opening the session may take.
const OPEN_LIMIT: Duration = Duration::from_secs(20);

/// Any statement of ours is a matter of milliseconds. One that waits for a lock is given up.
const STATEMENT_LIMIT: Duration = Duration::from_secs(15);

/// The pause between two tries of the lock, and between two lines about it.
const LOCK_PAUSE: Duration = Duration::from_millis(300);
const HEARTBEAT: Duration = Duration::from_secs(20);

/// The server notes within a minute that a machine with a session of ours is gone, and then the
/// lock is free; and what it says is committed is on disk, whatever the role's settings.
const SETTINGS: &str = "set tcp_keepalives_idle = 20; set tcp_keepalives_interval = 10; \
     set tcp_keepalives_count = 3; set synchronous_commit = on; \
     set statement_timeout = '15s'; set lock_timeout = '10s'";

/// In a separate schema, so that no migration tool and no subset sees it.
const TABLE: &str = "review_data.production_note";

const MAKE: &str = "\
    do $$ begin \
      if pg_catalog.to_regnamespace('review_data') is null then create schema review_data; end if; \
    end $$; \
    create table if not exists review_data.production_note ( \
      id bigint generated always as identity primary key, \
      noted_at timestamptz not null default pg_catalog.now(), \
      tool_version text not null, \
      app_id text not null unique, \
      app_name text not null, \
      maintenance boolean not null, \
      formation jsonb not null)";

/// Leaves nothing behind: not the table, nor the schema if it is empty then.
const CLEAR: &str = "\
    do $$ begin \
      if not exists (select from review_data.production_note) then \
        drop table review_data.production_note; \
        begin \
          drop schema review_data; \
        exception when dependent_objects_still_exist or insufficient_privilege then null; \
        end; \
      end if; \
    end $$";

/// What an app was like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) id: i64,
    pub(super) noted_at: String,
    pub(super) app_id: String,
    pub(super) app_name: String,
    pub(super) maintenance: bool,
    pub(super) formation: Vec<Noted>,
}

/// A process type before the release.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(super) struct Noted {
    #[serde(rename = "type")]
    pub(super) process_type: String,
    pub(super) quantity: u32,
    pub(super) size: Option<String>,
    /// Whether the release scales it to zero.
    pub(super) scaled: bool,
}

impl Note {
    pub(super) fn scaled(&self) -> impl Iterator<Item = &Noted> {
        self.formation.iter().filter(|noted| noted.scaled)
    }
}

/// A session on the production database: it holds the lock and keeps the notes.
pub(super) struct Notebook<'a> {
    database: &'a TargetUrl,
    session: Writable,
}

impl<'a> Notebook<'a> {
    /// # Errors
    /// Where the database cannot be reached.
    pub(super) async fn open(database: &'a TargetUrl) -> Result<Self, Failure> {
        let opened = async {
            let session = database.connect().await?;
            let failed = |error| session.failure("cannot prepare the session", &error);
            session.run(SETTINGS).await.map_err(failed)?;
            Ok::<_, Failure>(session)
        };
        match tokio::time::timeout(OPEN_LIMIT, opened).await {
            Ok(session) => Ok(Notebook { database, session: session? }),
            Err(_) => Err(silent(OPEN_LIMIT)),
        }
    }

    /// All notes of the database, of whatever app.
    ///
    /// # Errors
    /// The server's.
    pub(super) async fn notes(&self) -> Result<Vec<Note>, Failure> {
        let what = "cannot look for the note of an earlier release";
        let there = format!("select pg_catalog.to_regclass('{TABLE}') is not null");
        if !self.query(what, &there, &[]).await?[0].get::<_, bool>(0) {
            return Ok(Vec::new());
        }
        let rows = self
            .query(
                what,
                &format!(
                    "select id, noted_at::timestamptz(0)::text, app_id, app_name, maintenance, \
                       formation::text from {TABLE} order by id"
                ),
                &[],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let formation: String = row.get(5);
                Ok(Note {
                    id: row.get(0),
                    noted_at: row.get(1),
                    app_id: row.get(2),
                    app_name: row.get(3),
                    maintenance: row.get(4),
                    formation: serde_json::from_str(&formation).map_err(|error| {
                        Failure::new(format!("the note in {TABLE} cannot be read"))
                            .because(error.to_string())
                            .remedy(format!(
                                "put back by hand what it says, then remove it:\n \
                                 heroku pg:psql -c 'drop table {TABLE}'"
                            ))
                    })?,
                })
            })
            .collect()
    }

    /// Writes a note, and gives it its number. It is on disk when this returns.
    ///
    /// # Errors
    /// The server's; it is not certain then whether the note is there.
    pub(super) async fn write(&self, note: &mut Note) -> Result<(), Failure> {
        let what = "cannot write down what the app is like";
        let formation = serde_json::to_string(&note.formation)
            .map_err(|error| Failure::new(what).because(error.to_string()))?;
        self.run(what, MAKE).await?;
        let rows = self
            .query(
                what,
                &format!(
                    "insert into {TABLE} (tool_version, app_id, app_name, maintenance, formation) \
                     values ($1, $2, $3, $4, $5::text::jsonb) \
                     returning id, noted_at::timestamptz(0)::text"
                ),
                &[
                    &env!("CARGO_PKG_VERSION"),
                    &note.app_id,
                    &note.app_name,
                    &note.maintenance,
                    &formation,
                ],
            )
            .await?;
        note.id = rows[0].get(0);
        note.noted_at = rows[0].get(1);
        Ok(())
    }

    /// Maintenance mode turns out to be a person's doing.
    ///
    /// # Errors
    /// The server's.
    pub(super) async fn note_maintenance(&self, note: &mut Note) -> Result<(), Failure> {
        let change = format!("update {TABLE} set maintenance = true where id = $1");
        self.query("cannot correct what was written down", &change, &[&note.id]).await?;
        note.maintenance = true;
        Ok(())
    }

    /// Everything is restored: the note goes.
    ///
    /// # Errors
    /// The server's.
    pub(super) async fn forget(&self, note: &Note) -> Result<(), Failure> {
        let what = "cannot remove the note of this release";
        self.query(what, &format!("delete from {TABLE} where id = $1"), &[&note.id]).await?;
        self.run(what, CLEAR).await
    }

    pub(super) fn is_lost(&self) -> bool {
        self.session.is_closed()
    }

    /// A new session instead of a lost one. `None` if the note is gone: another run has made
    /// it good meanwhile.
    ///
    /// # Errors
    /// Where the database cannot be reached.
    pub(super) async fn reopened(&self, note: &Note) -> Result<Option<Self>, Failure> {
        let notebook = Notebook::open(self.database).await?;
        if !notebook.notes().await?.iter().any(|other| other.id == note.id) {
            return Ok(None);
        }
        // The server may not have noticed yet that the lost session is gone, and so the lock may
        // not be had; while the note is there, nobody else has begun.
        notebook.try_lock().await?;
        Ok(Some(notebook))
    }

    /// Takes the lock that keeps two releases apart; held until the session ends. True where it had
    /// to be waited for.
    ///
    /// # Errors
    /// Where a signal comes, or the lock is held for longer than `limit`.
    pub(super) async fn lock(
        &self,
        limit: Duration,
        signals: &mut Signals,
    ) -> Result<bool, Failure> {
        let begun = Instant::now();
        let mut said = None::<Instant>;
        while !self.try_lock().await? {
            if begun.elapsed() > limit {
                return Err(Failure::new("another release is under way")
                    .because(format!("{} holds our lock on the database", self.holder().await?))
                    .because(format!("waited {} s for it; nothing was changed", limit.as_secs()))
                    .remedy("wait until it is over, then try again"));
            }
            if said.is_none_or(|said| said.elapsed() > HEARTBEAT) {
                said = Some(Instant::now());
                let holder = self.holder().await?;
                say(&format!("another release is under way ({holder}): waiting for it"));
            }
            signals.pause(LOCK_PAUSE).await.map_err(|stop| {
                Failure::new(format!("stopped by {stop}; nothing was changed"))
                    .remedy("deploy again")
            })?;
        }
        Ok(said.is_some())
    }

    async fn try_lock(&self) -> Result<bool, Failure> {
        let lock = "select pg_catalog.pg_try_advisory_lock($1)";
        Ok(self.query("cannot lock the database", lock, &[&LOCK]).await?[0].get(0))
    }

    async fn holder(&self) -> Result<String, Failure> {
        self.session
            .advisory_lock_holder(LOCK)
            .await
            .map_err(|error| self.session.failure("cannot lock the database", &error))
    }

    async fn query(
        &self,
        what: &str,
        sql: &str,
        parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, Failure> {
        let limit = STATEMENT_LIMIT * 2;
        match tokio::time::timeout(limit, self.session.query(sql, parameters)).await {
            Ok(rows) => rows.map_err(|error| self.session.failure(what, &error)),
            Err(_) => Err(Failure::new(what).because(silent(limit).what)),
        }
    }

    async fn run(&self, what: &str, sql: &str) -> Result<(), Failure> {
        let limit = STATEMENT_LIMIT * 2;
        match tokio::time::timeout(limit, self.session.run(sql)).await {
            Ok(done) => done.map_err(|error| self.session.failure(what, &error)),
            Err(_) => Err(Failure::new(what).because(silent(limit).what)),
        }
    }
}

fn silent(limit: Duration) -> Failure {
    Failure::new(format!("the database did not answer within {} s", limit.as_secs()))
        .remedy("see whether it is up, and deploy again")
}
