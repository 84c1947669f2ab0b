//! A session as its server knows it. Where only the network has ended it, the server keeps it, with
//! its transaction and its locks: another session of ours ends it there.

use super::session::Writable;
use std::time::Duration;

/// Between two looks whether it is gone.
const INTERVAL: Duration = Duration::from_millis(50);

/// The server's process for one session: its number may be given to another one later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backend {
    pub(super) pid: i32,
    /// When it began.
    pub(super) since: String,
}

impl Writable {
    /// Ends a session that our role has had on this server. Returns once the server has no such
    /// session: its transaction is then committed or rolled back.
    ///
    /// # Errors
    /// The server's.
    pub async fn end(&self, backend: &Backend) -> Result<(), tokio_postgres::Error> {
        loop {
            let rows = self
                .query(
                    "select pg_catalog.pg_terminate_backend(a.pid) \
                     from pg_catalog.pg_stat_activity a \
                     where a.pid = $1 and a.backend_start::text = $2",
                    &[&backend.pid, &backend.since],
                )
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(INTERVAL).await;
        }
    }
}
