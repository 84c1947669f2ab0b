//! Advisory locks: the session that holds one, and who holds it, for messages.

use super::error::{ConnectError, Refusal};
use super::session::Writable;
use super::url::TargetUrl;
use crate::failure::Side;
use std::fmt;

/// The server probes an idle connection after 30 s and gives it up after 30 s more; an answer that
/// is not acknowledged within a minute ends it too. A holder that has died is gone by then.
const HOLDERS_SETTINGS: &str = "select pg_catalog.set_config('tcp_keepalives_idle', '30', false), \
     pg_catalog.set_config('tcp_keepalives_interval', '10', false), \
     pg_catalog.set_config('tcp_keepalives_count', '3', false), \
     pg_catalog.set_config('tcp_user_timeout', '60000', false)";

/// The session that holds an advisory lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: i32,
    /// What it says of itself; another role's session may not be asked.
    pub application: Option<String>,
    /// When it began, by the server's clock.
    pub since: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.application.as_deref().unwrap_or("a session");
        write!(f, "{name} with pid {}", self.pid)?;
        self.since.as_deref().map_or(Ok(()), |since| write!(f, ", since {since}"))
    }
}

impl TargetUrl {
    /// A session that stays open and idle for a long time, only to hold a lock. What stops all work
    /// of this process does not end it: its owner gives the lock back when the work has ended.
    ///
    /// # Errors
    /// Where the server cannot be reached or refuses us.
    pub async fn connect_to_hold(&self, application: &str) -> Result<Writable, ConnectError> {
        let session = self.connect_to_hand_on().await?;
        session.set_apart();
        let refused = |error: tokio_postgres::Error| ConnectError {
            side: Side::Target,
            address: self.0.display(),
            refusal: Refusal::from(error),
        };
        let name = "select pg_catalog.set_config('application_name', $1, false)";
        session.query(name, &[&application]).await.map_err(refused)?;
        match session.run(HOLDERS_SETTINGS).await {
            // a system without these settings has none that could be lost
            Err(error) if error.as_db_error().is_none() => Err(refused(error)),
            _ => Ok(session),
        }
    }
}

impl Writable {
    /// Takes a session-level lock if it is free.
    ///
    /// # Errors
    /// The server's.
    pub async fn try_advisory_lock(&self, lock: i64) -> Result<bool, tokio_postgres::Error> {
        let rows = self.query("select pg_catalog.pg_try_advisory_lock($1)", &[&lock]).await?;
        Ok(rows[0].get(0))
    }

    /// The session that holds this advisory lock of the session's database, if there is one.
    ///
    /// # Errors
    /// The server's.
    pub async fn who_holds(&self, lock: i64) -> Result<Option<Holder>, tokio_postgres::Error> {
        let rows = self
            .query(
                "select l.pid, a.application_name::text, a.backend_start::timestamptz(0)::text \
                 from pg_catalog.pg_locks l \
                 left join pg_catalog.pg_stat_activity a on a.pid = l.pid \
                 where l.locktype = 'advisory' and l.granted and l.objsubid = 1 \
                   and (l.classid::int8 << 32 | l.objid::int8) = $1 \
                   and l.database = (select d.oid from pg_catalog.pg_database d \
                                     where d.datname = pg_catalog.current_database())",
                &[&lock],
            )
            .await?;
        Ok(rows.first().map(|row| Holder {
            pid: row.get(0),
            application: row.get::<_, Option<String>>(1).filter(|name| !name.is_empty()),
            since: row.get(2),
        }))
    }

    /// The same in words.
    ///
    /// # Errors
    /// The server's.
    pub async fn advisory_lock_holder(&self, lock: i64) -> Result<String, tokio_postgres::Error> {
        Ok(match self.who_holds(lock).await? {
            Some(holder) => holder.to_string(),
            None => "a session that has just ended".to_owned(),
        })
    }
}
