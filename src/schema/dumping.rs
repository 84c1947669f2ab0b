//! `pg_dump` at work, on the server that holds the snapshot.
//!
//! An address may lead to several servers. `pg_dump` is on the right one once the session that
//! exported the snapshot sees it there. A known identifier of the snapshot does not prove it, since
//! another server may have given the same one to another moment.

use super::archive::{self, ArchiveError, Entry};
use super::dump::{DumpError, PgDump, Status};
use super::excluded::Excluded;
use super::output::output_of;
use super::words::{self, Words};
use crate::failure::{Failure, Side, Transient, TransientKind};
use crate::postgres::{MOST_ELSEWHERE, ReadOnly, Server, Sign};
use std::hash::{BuildHasher as _, RandomState};
use std::pin::Pin;
use std::process::Output;
use std::time::{Duration, Instant};
use tokio_postgres::types::ToSql;

/// Between two looks for `pg_dump`'s session.
const INTERVAL: Duration = Duration::from_millis(3);

/// A `pg_dump` that was not seen for this long is on another server, or has opened no session at all.
const UNSEEN_LIMIT: Duration = Duration::from_secs(30);

/// This many times.
const MOST_SILENT: u32 = 2;

/// How long our own session may take to learn that it was ended.
const LAST_WORD_LIMIT: Duration = Duration::from_secs(2);

/// Sessions that are opened to tell which servers an address leads to.
const PROBES: usize = 6;

/// More than the schema of any database that a load could make in one transaction (bytes).
const MOST: u64 = 256 << 20;

/// A server that answers and lets nobody ask about `pg_dump` is waited for this many times.
const MOST_UNKNOWN: u32 = 10;

/// How long `pg_dump` may take to end once the server has ended its session.
const END_LIMIT: Duration = Duration::from_secs(3);

/// A `pg_dump` that reads the right server.
pub struct Dumping<'a> {
    pg_dump: &'a PgDump,
    exporter: &'a ReadOnly,
    output: Pin<Box<dyn Future<Output = Result<Output, DumpError>> + 'a>>,
    /// Its session's name, where the exporting session can see it.
    name: Option<String>,
    started: Instant,
    /// Reads that the standby had cancelled before.
    conflicts: i64,
}

/// What became of a start.
enum Met {
    Here,
    /// The server that `pg_dump` reached does not know the snapshot.
    Unknown,
    /// The exporting session did not see it, and it has ended.
    Unseen,
    /// The exporting session does not see it.
    Silent,
}

impl PgDump {
    /// Starts to read the schema as of a snapshot that this session has exported.
    ///
    /// # Errors
    /// Where `pg_dump` cannot be started, fails, or reaches other servers each time.
    pub async fn begin<'a>(
        &'a self,
        exporter: &'a ReadOnly,
        snapshot: &str,
        excluded: &Excluded,
    ) -> Result<Dumping<'a>, DumpError> {
        let conflicts = conflicts(exporter).await.map_err(|error| ended(exporter, &error))?;
        let (mut unknown, mut unseen, mut silent) = (0, 0, 0);
        while unknown + unseen < MOST_ELSEWHERE && silent < MOST_SILENT {
            let name = unique_name();
            let mut command = self.command(&exporter.place(), snapshot, excluded);
            let child = command.env("PGAPPNAME", &name).spawn().map_err(DumpError::Start)?;
            let output =
                Box::pin(async { output_of(child, MOST).await.map_err(DumpError::Output) });
            let started = Instant::now();
            let mut dumping =
                Dumping { pg_dump: self, exporter, output, name: None, started, conflicts };
            match dumping.meet(&name).await? {
                Met::Here => return Ok(dumping),
                Met::Unknown => unknown += 1,
                Met::Unseen => unseen += 1,
                Met::Silent => silent += 1,
            }
        }
        let others = others(exporter).await;
        if silent == MOST_SILENT && others.is_empty() {
            return Err(DumpError::Silent { seconds: UNSEEN_LIMIT.as_secs() });
        }
        unseen += silent;
        Err(DumpError::Elsewhere { unknown, unseen, here: exporter.server(), others })
    }
}

impl Dumping<'_> {
    /// Waits until the exporting session sees this one.
    async fn meet(&mut self, name: &str) -> Result<Met, DumpError> {
        // A role that the settings of a login switch to another one may not see its own sessions. The
        // session may have the database's search_path by now: whoever samples values shares it.
        const SEES: &str = "\
            select pg_catalog.bool_or(a.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() \
                                      and a.application_name operator(pg_catalog.<>) ''), \
                   pg_catalog.bool_or(pg_catalog.starts_with(a.application_name, $1)) \
            from pg_catalog.pg_stat_activity a";
        let exporter = self.exporter;
        let failed = |error| ended(exporter, &error);
        let question = exporter.prepare(SEES).await.map_err(failed)?;
        loop {
            // within a transaction the server would repeat its first answer
            let look = async {
                let name: [&(dyn ToSql + Sync); 1] = [&name];
                let (cleared, rows) = tokio::join!(
                    exporter.run("select pg_catalog.pg_stat_clear_snapshot()"),
                    exporter.query_prepared(&question, &name)
                );
                cleared?;
                rows
            };
            let rows = look.await.map_err(failed)?;
            let seen = |column| rows[0].get::<_, Option<bool>>(column).unwrap_or(false);
            if seen(1) {
                self.name = Some(name.to_owned());
                return Ok(Met::Here);
            }
            let can_see = seen(0);
            if let Ok(output) = tokio::time::timeout(INTERVAL, &mut self.output).await {
                let output = output?;
                // our own session may be the reason
                exporter.run("select 1").await.map_err(failed)?;
                if output.status.success() && !can_see {
                    self.output = Box::pin(std::future::ready(Ok(output)));
                    return Ok(Met::Here);
                }
                return Box::pin(self.ended_unseen(&output)).await;
            }
            if can_see && self.started.elapsed() > UNSEEN_LIMIT {
                return Ok(Met::Silent);
            }
        }
    }

    async fn ended_unseen(&self, output: &Output) -> Result<Met, DumpError> {
        if output.status.success() {
            // a program that is no pg_dump has no session either
            return match archive::read(&output.stdout) {
                Ok(_) | Err(ArchiveError::Version(..)) => Ok(Met::Unseen),
                Err(error) => Err(error.into()),
            };
        }
        let words = Words::of(&output.stderr);
        if words.snapshot_failed() {
            return Ok(Met::Unknown);
        }
        let found = self.found_elsewhere(&words).await;
        Err(self.failed(words, output, found))
    }

    /// The schema: what comes before and after the rows.
    ///
    /// # Errors
    /// Where `pg_dump` fails, or writes an archive that we do not know.
    pub async fn entries(mut self) -> Result<Vec<Entry>, DumpError> {
        let stopped = stopped(self.exporter, self.name.as_deref());
        let output = tokio::select! {
            biased;
            output = &mut self.output => output?,
            stopped = stopped => return Err(stopped),
        };
        if output.status.success() {
            return self.pg_dump.read(output.stdout).await;
        }
        let words = Words::of(&output.stderr);
        let found = Box::pin(self.found_elsewhere(&words)).await;
        Err(self.failed(words, &output, found))
    }

    /// What `pg_dump` cannot know of its end. A standby that wants to remove rows ends every session
    /// with our snapshot, one after the other: where the snapshot is gone, or the session, our own
    /// session soon knows why. A standby counts the reads that it has cancelled besides.
    async fn found_elsewhere(&self, words: &Words) -> Option<TransientKind> {
        let kind = words.kind(self.waited());
        let cut = words.snapshot_failed() || kind == Some(TransientKind::Lost);
        if !cut && kind.is_some() {
            return None;
        }
        let begun = Instant::now();
        while cut && !self.exporter.is_closed() && begun.elapsed() < LAST_WORD_LIMIT {
            tokio::time::sleep(INTERVAL).await;
        }
        if let Some(said) = self.exporter.last_word() {
            let transient = Transient::of_state(Side::Source, said.code().code());
            return transient.map(|transient| transient.kind);
        }
        let session = match self.exporter.another().await {
            Ok(session) => session,
            // what refuses this session has refused pg_dump's, in whatever language it said so
            Err(error) => {
                return Failure::from(error).transient.map(|transient| match transient.kind {
                    TransientKind::Unreachable => TransientKind::Lost,
                    kind => kind,
                });
            }
        };
        let conflicts = conflicts(&session).await.ok()?;
        if conflicts > self.conflicts {
            return Some(TransientKind::Conflict);
        }
        // the same role was let in before and after: the reason has passed
        if words.was_refused() {
            return Some(TransientKind::Connections);
        }
        self.exporter.is_closed().then_some(TransientKind::Lost)
    }

    /// It took as long as it waits for locks.
    fn waited(&self) -> bool {
        self.started.elapsed() >= words::LOCK_WAIT
    }

    fn failed(&self, words: Words, output: &Output, found: Option<TransientKind>) -> DumpError {
        let kind = found.or_else(|| words.kind(self.waited()));
        DumpError::Failed {
            said: words.text,
            status: Status(output.status),
            transient: kind.map(|kind| Transient { side: Side::Source, kind }),
        }
    }
}

/// Ends when the server no longer answers `pg_dump`. That connection is not ours, so this session asks
/// the server what it does there, as often as it would ask about itself.
async fn stopped(exporter: &ReadOnly, name: Option<&str>) -> DumpError {
    let (mut before, mut unknown) = (None, 0);
    let (kind, why) = loop {
        tokio::time::sleep(exporter.silence()).await;
        let sign = exporter.look_for(name).await;
        unknown = if matches!(sign, Sign::Unknown(_)) { unknown + 1 } else { 0 };
        match &sign {
            // between two of its questions it may be at work itself; it is not for so long
            Sign::Idle(_) if before.as_ref() == Some(&sign) => {
                let why = "the source waits for it: what was sent between the two is lost";
                break (TransientKind::Lost, why.to_owned());
            }
            Sign::Locked if before.as_ref() == Some(&sign) => {
                break (TransientKind::Lock, "the source makes it wait for a lock".to_owned());
            }
            Sign::Gone => {
                tokio::time::sleep(END_LIMIT).await;
                break (TransientKind::Lost, "the source does not know its session".to_owned());
            }
            Sign::Silent(why) => {
                break (TransientKind::Lost, format!("the source does not answer: {why}"));
            }
            Sign::Unknown(why) if unknown == MOST_UNKNOWN => {
                let why = format!("the source cannot be asked what it does: {why}");
                break (TransientKind::Connections, why);
            }
            Sign::AtWork(_) | Sign::Idle(_) | Sign::Locked | Sign::Unknown(_) => {}
        }
        before = Some(sign);
    };
    DumpError::Stopped { why, transient: Transient { side: Side::Source, kind } }
}

/// How many reads of this database a standby has cancelled.
async fn conflicts(session: &ReadOnly) -> Result<i64, tokio_postgres::Error> {
    let rows = session
        .query(
            "select confl_tablespace operator(pg_catalog.+) confl_lock \
               operator(pg_catalog.+) confl_snapshot operator(pg_catalog.+) confl_bufferpin \
               operator(pg_catalog.+) confl_deadlock \
             from pg_catalog.pg_stat_database_conflicts \
             where datname operator(pg_catalog.=) pg_catalog.current_database()",
            &[],
        )
        .await?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

/// Our own session was ended.
fn ended(exporter: &ReadOnly, error: &tokio_postgres::Error) -> DumpError {
    let what = "the session that holds the source's snapshot ended";
    DumpError::Exporter(Box::new(exporter.failure(what, error)))
}

/// `review-data pg_dump 5be1a3d29c07f846`: no other session has it.
fn unique_name() -> String {
    let random = RandomState::new().hash_one(std::process::id());
    format!("review-data pg_dump {random:016x}")
}

/// The other servers that the address leads to.
async fn others(exporter: &ReadOnly) -> Vec<Server> {
    let (place, here) = (exporter.place(), exporter.server());
    let mut others = Vec::new();
    for _ in 0..PROBES {
        let Ok(session) = place.connect().await else { break };
        let server = session.server();
        if server != here && !others.contains(&server) {
            others.push(server);
        }
    }
    others
}
