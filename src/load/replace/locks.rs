//! All exclusive locks of a swap, taken together before the first drop.
//!
//! No reader may become the victim of a deadlock with us. While we wait for one lock, we hold
//! others, and a reader may wait for those. PostgreSQL looks for a deadlock once a session has
//! waited for `deadlock_timeout`. So an attempt of ours takes less time than that: then it gives up
//! all that it holds, and tries again. After a minute of such attempts, readers that overlap all
//! the time are in the way: then an attempt takes longer, and new readers wait behind us.

use super::inventory::Inventory;
use crate::failure::Failure;
use crate::load::gate::GATE;
use crate::postgres::{QuotedLiteral, Writable};
use crate::record;
use crate::report::Progress;
use std::time::{Duration, Instant};
use tokio_postgres::error::SqlState;

/// For how long locks are tried for.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// For how long attempts stay below `deadlock_timeout`.
const POLITE: Duration = Duration::from_secs(60);

/// The longest attempt.
const LONGEST: Duration = Duration::from_secs(10);

/// Between two attempts, others get their turn.
const PAUSE: Duration = Duration::from_millis(500);

/// Who is in the way is reported again after this long.
const REPORT: Duration = Duration::from_secs(30);

const LOCKING: &str = "cannot lock the tables that are to be replaced";

/// Takes the gate and all locks in the transaction that is open. Returns when the attempt began that
/// took them: whoever has to wait for us has waited no longer.
pub(super) async fn take(
    target: &Writable,
    inventory: &Inventory,
    progress: &Progress,
) -> Result<Instant, Failure> {
    let polite = deadlock_timeout(target).await?.mul_f64(0.8).min(LONGEST);
    let mut waiting =
        Waiting { target, inventory, progress, begun: Instant::now(), reported: None };
    // new loads wait behind us, and loads that read already come to their end
    let gate = format!("select pg_catalog.pg_advisory_xact_lock({GATE})");
    while let Err(error) = waiting.attempt(&gate, LONGEST).await? {
        waiting.wait(&error).await?;
    }
    let mut each =
        if record::is_of_today(target).await? { Vec::new() } else { old_record(target).await? };
    each.extend(statements(inventory));
    if each.is_empty() {
        return Ok(Instant::now());
    }
    let locks = QuotedLiteral::new(&format!("begin {}; end", each.join("; ")));
    let locks = format!("do {locks}");
    loop {
        let limit = if waiting.begun.elapsed() < POLITE { polite } else { LONGEST };
        let attempt = Instant::now();
        let Err(error) = waiting.attempt(&locks, limit).await? else { return Ok(attempt) };
        waiting.wait(&error).await?;
        tokio::time::sleep(PAUSE).await;
    }
}

/// Attempts until the locks are ours.
struct Waiting<'a> {
    target: &'a Writable,
    inventory: &'a Inventory,
    progress: &'a Progress,
    begun: Instant,
    reported: Option<Instant>,
}

impl Waiting<'_> {
    /// One attempt. The inner error: somebody is in the way. Whatever was locked by then is free
    /// again.
    async fn attempt(
        &self,
        statement: &str,
        limit: Duration,
    ) -> Result<Result<(), tokio_postgres::Error>, Failure> {
        let failed = |error| self.target.failure(LOCKING, &error);
        let limit = limit.as_millis();
        let begin = format!("savepoint locks; set local statement_timeout = {limit}");
        self.target.run(&begin).await.map_err(failed)?;
        let done = self.target.run(statement).await;
        let end = match &done {
            Ok(()) => "set local statement_timeout = 0; release savepoint locks",
            Err(error) if is_in_the_way(error) => "rollback to savepoint locks",
            Err(error) => return Err(self.target.failure(LOCKING, error)),
        };
        self.target.run(end).await.map_err(failed)?;
        Ok(done)
    }

    /// Reports who is in the way, or gives up.
    async fn wait(&mut self, error: &tokio_postgres::Error) -> Result<(), Failure> {
        let holders = holders(self.target, self.inventory).await?;
        if self.begun.elapsed() > PATIENCE {
            let failure = self.target.failure(LOCKING, error);
            return Err(Failure {
                // five minutes are enough
                transient: None,
                remedy: Some(
                    "end the sessions that hold the locks, or wait until they have ended, then run \
                     the command again. On Heroku:\n heroku pg:ps\n heroku pg:kill PID"
                        .to_owned(),
                ),
                ..holders.into_iter().fold(failure, Failure::because).because(format!(
                    "tried for {} min; nothing was changed",
                    PATIENCE.as_secs() / 60
                ))
            });
        }
        let due = self.reported.is_none_or(|reported| reported.elapsed() > REPORT);
        if due && !holders.is_empty() {
            self.reported = Some(Instant::now());
            self.progress.line(&format!("waiting for locks: {}", holders.join("; ")));
        }
        Ok(())
    }
}

/// A lock was not granted in time, or somebody else was spared a deadlock.
fn is_in_the_way(error: &tokio_postgres::Error) -> bool {
    [
        SqlState::QUERY_CANCELED,
        SqlState::LOCK_NOT_AVAILABLE,
        SqlState::T_R_DEADLOCK_DETECTED,
        // somebody has dropped a table since we looked
        SqlState::UNDEFINED_TABLE,
    ]
    .iter()
    .any(|state| error.code() == Some(state))
}

/// One statement for each relation, always in the same order. To change an owner to itself changes
/// nothing, takes the exclusive lock on every kind of relation, and needs no other right.
fn statements(inventory: &Inventory) -> Vec<String> {
    inventory
        .relations()
        .map(|(object, relation)| {
            format!("alter {} {} owner to {}", object.kind, object.identity, relation.owner)
        })
        .collect()
}

/// The tables of an old record, which a load makes anew at its end.
async fn old_record(target: &Writable) -> Result<Vec<String>, Failure> {
    let rows = target
        .query(
            "select pg_catalog.format('alter table review_data.%I owner to %I', c.relname, \
               pg_catalog.pg_get_userbyid(c.relowner)) \
             from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = 'review_data' and c.relname in ('load', 'load_table') \
             order by c.relname",
            &[],
        )
        .await
        .map_err(|error| target.failure(LOCKING, &error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn deadlock_timeout(target: &Writable) -> Result<Duration, Failure> {
    let rows = target
        .query(
            "select setting::int8 from pg_catalog.pg_settings where name = 'deadlock_timeout'",
            &[],
        )
        .await
        .map_err(|error| target.failure("cannot read the target's settings", &error))?;
    let limit = rows.first().map_or(1000, |row| row.get::<_, i64>(0));
    Ok(Duration::from_millis(u64::try_from(limit).unwrap_or(1000)))
}

/// The sessions that hold a lock on what is to be replaced, or the gate, a line each.
async fn holders(target: &Writable, inventory: &Inventory) -> Result<Vec<String>, Failure> {
    let oids: Vec<u32> = inventory.relations().map(|(_, relation)| relation.oid).collect();
    let rows = target
        .query(
            "select l.pid, nullif(max(a.application_name::text), ''), \
               max(coalesce(a.xact_start, a.backend_start)::timestamptz(0)::text), \
               max(a.state) \
             from pg_catalog.pg_locks l \
             left join pg_catalog.pg_stat_activity a on a.pid = l.pid \
             where l.granted and l.pid <> pg_catalog.pg_backend_pid() \
               and l.database = (select d.oid from pg_catalog.pg_database d \
                                 where d.datname = pg_catalog.current_database()) \
               and (l.locktype = 'relation' and (l.relation = any ($1) \
                   or l.relation in (pg_catalog.to_regclass('review_data.load'), \
                                     pg_catalog.to_regclass('review_data.load_table'))) \
                 or l.locktype = 'advisory' and l.objsubid = 1 \
                   and (l.classid::int8 << 32 | l.objid::int8) = $2) \
             group by l.pid order by 3, 1 limit 5",
            &[&oids, &GATE],
        )
        .await
        .map_err(|error| target.failure(LOCKING, &error))?;
    Ok(rows
        .iter()
        .map(|row| {
            let name: Option<String> = row.get(1);
            let since: Option<String> = row.get(2);
            let state: Option<String> = row.get(3);
            format!(
                "{} with pid {} holds locks{}{}",
                name.unwrap_or_else(|| "a session".to_owned()),
                row.get::<_, i32>(0),
                since.map(|since| format!(", since {since}")).unwrap_or_default(),
                state.map(|state| format!(" ({state})")).unwrap_or_default()
            )
        })
        .collect())
}
