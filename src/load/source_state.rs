//! What a person wants to know of the source when a read of it was cut short: how far a standby's
//! replay is behind, what lets it cancel reads, what is locked.

use super::backoff::patiently;
use crate::failure::{Failure, Side, Transient, TransientKind};
use crate::postgres::{ReadOnly, SourceUrl};
use crate::report::{bytes, duration};
use std::time::{Duration, Instant};

/// The source may be in no state to answer: it is given this long.
const LIMIT: Duration = Duration::from_secs(5);

/// Between two looks at the replay.
const INTERVAL: Duration = Duration::from_millis(200);

/// Locked tables that are named.
const NAMED: i64 = 3;

#[derive(Debug, Default, PartialEq)]
pub(super) struct SourceState {
    standby: Option<Standby>,
    /// Tables that nobody else may read now.
    locked: Vec<String>,
}

#[derive(Debug, Default, PartialEq)]
struct Standby {
    /// `None` where nothing is streamed.
    received: Option<String>,
    /// Bytes of WAL that are received and not replayed.
    behind: u64,
    /// Since the last transaction that was replayed was committed on the primary.
    age: Option<Duration>,
    feedback: String,
    delay: String,
}

/// The state of replay. Where the source is a primary, all of it is NULL.
const STATE: &str = "\
    select pg_catalog.pg_is_in_recovery(), \
           pg_catalog.pg_last_wal_receive_lsn()::text, \
           pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), \
                                      pg_catalog.pg_last_wal_replay_lsn())::int8, \
           extract(epoch from pg_catalog.clock_timestamp() \
                              - pg_catalog.pg_last_xact_replay_timestamp())::float8, \
           pg_catalog.current_setting('hot_standby_feedback'), \
           pg_catalog.current_setting('max_standby_streaming_delay')";

/// Tables of this database under the lock of a schema change.
const LOCKED: &str = "\
    select distinct n.nspname || '.' || c.relname \
    from pg_catalog.pg_locks l \
    join pg_catalog.pg_class c on c.oid = l.relation \
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    join pg_catalog.pg_database d on d.oid = l.database \
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.granted \
      and d.datname = pg_catalog.current_database() and c.relkind in ('r', 'p', 'v', 'm', 'f', 'i', 'I', 'S') \
    order by 1 limit $1";

impl SourceState {
    /// `None` where the source does not answer immediately.
    pub(super) async fn look(source: &SourceUrl) -> Option<Self> {
        let state = async {
            let session = source.connect().await.ok()?;
            Some(SourceState {
                standby: Standby::look(&session).await,
                locked: locked(&session).await.unwrap_or_default(),
            })
        };
        tokio::time::timeout(LIMIT, state).await.ok()?
    }

    /// How far a standby's replay is behind.
    pub(super) fn lag(&self) -> Option<String> {
        let Standby { received, behind, age, .. } = self.standby.as_ref()?;
        let age = age.map(duration);
        Some(match (received, behind, age) {
            (Some(_), 0, _) => "the standby has replayed all that it has received".to_owned(),
            (Some(_), behind, Some(age)) => {
                format!("the standby is {age} behind, with {} of WAL to replay", bytes(*behind))
            }
            (Some(_), behind, None) => {
                format!("the standby is behind, with {} of WAL to replay", bytes(*behind))
            }
            (None, _, Some(age)) => {
                format!("the last transaction that the standby has replayed is {age} old")
            }
            (None, _, None) => "the standby has not replayed a transaction yet".to_owned(),
        })
    }

    /// What prevents that a standby cancels a read.
    pub(super) fn advice(&self) -> Option<String> {
        let Standby { feedback, delay, .. } = self.standby.as_ref()?;
        Some(format!(
            "run the command again off-peak, when the primary vacuums less and changes no table. \
             A standby that waits for its readers cancels none (now it has hot_standby_feedback = \
             {feedback} and max_standby_streaming_delay = {delay}); one of these does it:\n \
             alter system set hot_standby_feedback = on;\n \
             alter system set max_standby_streaming_delay = '15min';"
        ))
    }

    /// What to do about a lock that was not granted in time, with what is locked now.
    pub(super) fn advice_on_lock(&self) -> String {
        let on = match self.locked.as_slice() {
            [] => String::new(),
            locked => format!(" on {}", locked.join(", ")),
        };
        format!(
            "a schema change on the source holds a lock{on}: run the command again when it is over"
        )
    }

    /// Waits until the standby has replayed what it had received at the look; false where it
    /// takes longer than this.
    pub(super) async fn caught_up(&self, source: &SourceUrl, limit: Duration) -> bool {
        let Some(received) = self.standby.as_ref().and_then(|standby| standby.received.as_ref())
        else {
            return true;
        };
        let begun = Instant::now();
        let replayed = async {
            let session = source.connect().await.ok()?;
            loop {
                let rows = session
                    .query(
                        "select pg_catalog.pg_last_wal_replay_lsn() \
                           operator(pg_catalog.>=) $1::text::pg_catalog.pg_lsn",
                        &[received],
                    )
                    .await
                    .ok()?;
                // a server that was promoted meanwhile has nothing to replay
                if rows[0].get::<_, Option<bool>>(0).unwrap_or(true) {
                    return Some(());
                }
                tokio::time::sleep(INTERVAL).await;
            }
        };
        // where it cannot be asked, the next attempt says so itself
        tokio::time::timeout(limit, replayed).await.is_ok() || begun.elapsed() < limit
    }
}

impl Standby {
    /// `None` where the source is a primary, or a service that does not tell.
    async fn look(session: &ReadOnly) -> Option<Self> {
        let rows = session.query(STATE, &[]).await.ok()?;
        let row = rows.first().filter(|row| row.get(0))?;
        let seconds: Option<f64> = row.get(3);
        Some(Standby {
            received: row.get(1),
            behind: u64::try_from(row.get::<_, Option<i64>>(2).unwrap_or(0)).unwrap_or(0),
            age: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            feedback: row.get(4),
            delay: row.get(5),
        })
    }
}

async fn locked(session: &ReadOnly) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = session.query(LOCKED, &[&NAMED]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Does work that only asks the source, as [`patiently`] does; a lock that ends it is named.
///
/// # Errors
/// The last failure.
pub async fn reading_patiently<T>(
    source: &SourceUrl,
    patience: Duration,
    tell: impl Fn(&str),
    work: impl AsyncFnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    const BY_LOCK: Transient = Transient { side: Side::Source, kind: TransientKind::Lock };
    match patiently(patience, tell, work).await {
        Err(failure) if failure.transient == Some(BY_LOCK) => {
            let state = SourceState::look(source).await.unwrap_or_default();
            Err(failure.remedy(state.advice_on_lock()))
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standby(received: bool, behind: u64, age: Option<u64>) -> SourceState {
        SourceState {
            standby: Some(Standby {
                received: received.then(|| "0/3000060".to_owned()),
                behind,
                age: age.map(Duration::from_millis),
                feedback: "off".to_owned(),
                delay: "30s".to_owned(),
            }),
            locked: Vec::new(),
        }
    }

    #[test]
    fn the_lag_is_told_in_one_sentence() {
        let told = [
            standby(true, 0, Some(86_400_000)),
            standby(true, 5_000_000, Some(1_240)),
            standby(true, 5_000_000, None),
            standby(false, 0, Some(95_000)),
            standby(false, 0, None),
        ];
        insta::assert_snapshot!(told.map(|state| state.lag().unwrap_or_default()).join("\n"), @r"
        the standby has replayed all that it has received
        the standby is 1.2 s behind, with 5.0 MB of WAL to replay
        the standby is behind, with 5.0 MB of WAL to replay
        the last transaction that the standby has replayed is 95 s old
        the standby has not replayed a transaction yet
        ");
        assert_eq!(SourceState::default().lag(), None, "a primary has none");
    }

    #[test]
    fn the_advice_names_what_is_set_now() {
        let state = standby(true, 0, None);
        let failure = crate::failure::Failure::new("cannot read the rows of public.orders")
            .remedy(state.advice().unwrap_or_default());
        insta::assert_snapshot!(failure, @r"
        error: cannot read the rows of public.orders
          what to do: run the command again off-peak, when the primary vacuums less and
            changes no table. A standby that waits for its readers cancels none (now it
            has hot_standby_feedback = off and max_standby_streaming_delay = 30s); one
            of these does it:
             alter system set hot_standby_feedback = on;
             alter system set max_standby_streaming_delay = '15min';
        ");
        assert_eq!(SourceState::default().advice(), None);
        let locked = vec!["public.orders".to_owned(), "public.items".to_owned()];
        let state = SourceState { locked, ..SourceState::default() };
        assert_eq!(
            state.advice_on_lock(),
            "a schema change on the source holds a lock on public.orders, public.items: run the \
             command again when it is over"
        );
    }
}
