//! A session as its server knows it. Where only the network has ended it, the server keeps it, with
//! its transaction and its locks: another session of ours ends it there.

use super::server::Backend;
use super::session::Writable;
use std::time::Duration;

/// Between two looks whether it is gone.
const INTERVAL: Duration = Duration::from_millis(50);

impl Writable {
    /// Ends a session that our role has had on this server. Returns once the server has no such
    /// session: its transaction is then committed or rolled back.
    ///
    /// # Errors
    /// The server's.
    pub async fn end(&self, backend: &Backend) -> Result<(), tokio_postgres::Error> {
        loop {
            // a role that was switched to another one sees no more than the number
            let rows = self
                .query(
                    "select from pg_catalog.pg_stat_activity a \
                     where a.pid = $1 and coalesce(a.backend_start::text, $2) = $2",
                    &[&backend.pid, &backend.since],
                )
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            let end = "select pg_catalog.pg_terminate_backend($1)";
            match self.query(end, &[&backend.pid]).await {
                Err(error) if error.as_db_error().is_none() => return Err(error),
                // it may be forbidden: then the server notices that the connection is gone
                _ => tokio::time::sleep(INTERVAL).await,
            }
        }
    }
}
