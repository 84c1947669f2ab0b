//! Running `pg_dump`.

use super::archive::{self, ArchiveError, Entry};
use super::client::{self, ClientError, NEWEST};
use super::restore::{self, RestoreError};
use crate::failure::Failure;
use crate::postgres::{QuotedName, Side, SourceUrl};
use std::path::Path;
use std::process::Stdio;
use tokio::process::Command;

/// How long `pg_dump` waits for its locks, in milliseconds: behind a schema change in production
/// it must not make others wait.
const LOCK_WAIT: &str = "--lock-wait-timeout=10000";

/// Why there is no schema.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("pg_dump cannot be started: {0}")]
    Start(std::io::Error),
    #[error("pg_dump failed")]
    Failed { said: String },
    #[error("pg_dump wrote something unexpected: {0}")]
    Archive(#[from] ArchiveError),
    /// The archive is newer than we know, and the client's `pg_restore` did not help.
    #[error("pg_dump {client} writes a format that is newer than we know ({archive})")]
    TooNew { client: u32, archive: ArchiveError, restore: RestoreError },
}

impl From<DumpError> for Failure {
    fn from(error: DumpError) -> Self {
        let failure = Failure::new("cannot read the source's schema").because(error.to_string());
        match error {
            DumpError::Client(error) => error.into(),
            DumpError::Failed { said } => {
                let lock = said.contains("lock timeout") || said.contains("LOCK TABLE");
                let failure = said.lines().take(8).fold(failure, Failure::because);
                if lock {
                    failure.remedy(
                        "a schema change on the source holds a lock: run again when it is over",
                    )
                } else {
                    failure.remedy("mend on the source what pg_dump names, then run again")
                }
            }
            DumpError::Archive(_) => {
                failure.remedy("check which pg_dump is the first on the PATH: type pg_dump")
            }
            DumpError::TooNew { restore, .. } => failure
                .because(format!("its own pg_restore did not help: {restore}"))
                .remedy(format!(
                    "use pg_dump 13 to {NEWEST}, at least as new as the source's server\n{}",
                    client::recipes(NEWEST)
                )),
            DumpError::Start(_) => failure.remedy("make sure that pg_dump can be run here"),
        }
    }
}

/// The `pg_dump` on the PATH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PgDump {
    /// Its major version.
    pub major: u32,
    /// The major version of the server that it is for.
    server: u32,
}

impl PgDump {
    /// Asks for its version.
    ///
    /// # Errors
    /// Where there is none, or it is older than the server of major version `server`.
    pub async fn find(server: u32) -> Result<Self, DumpError> {
        let output = Command::new("pg_dump")
            .arg("--version")
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await;
        let major = client::major_of(output)?;
        if major < server {
            return Err(ClientError::TooOld { client: major, server }.into());
        }
        Ok(PgDump { major, server })
    }

    /// The schema as of an exported snapshot: what comes before and after the rows.
    ///
    /// `pg_dump` reads the state of every sequence, though that is in neither section, and a role
    /// with SELECT on tables only may not: so all `sequences` are named as having no data.
    ///
    /// # Errors
    /// Where `pg_dump` fails, or writes an archive that we do not know.
    pub async fn entries(
        &self,
        source: &SourceUrl,
        snapshot: &str,
        sequences: &[QuotedName],
    ) -> Result<Vec<Entry>, DumpError> {
        let mut command = Command::new("pg_dump");
        command
            .args(["--format=custom", "--compress=0", "--encoding=UTF8", LOCK_WAIT])
            .args(["--section=pre-data", "--section=post-data"])
            .args(["--exclude-schema=_heroku", "--exclude-schema=review_data"])
            .args(["--no-security-labels", "--no-tablespaces", "--no-password"])
            .arg(format!("--snapshot={snapshot}"))
            .args(sequences.iter().map(|name| format!("--exclude-table-data={name}")))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        source.0.prepare_libpq(Side::Source, self.server, &mut command);
        let output = command.output().await.map_err(DumpError::Start)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(DumpError::Failed { said });
        }
        self.read(output.stdout).await
    }

    /// The entries of an archive; of one in a newer format, by the same client's `pg_restore`.
    async fn read(&self, archive: Vec<u8>) -> Result<Vec<Entry>, DumpError> {
        let newer = match archive::read(&archive) {
            Err(newer @ ArchiveError::Version(..)) => newer,
            read => return Ok(read?),
        };
        let restored =
            tokio::task::spawn_blocking(move || restore::read(&archive, Path::new("pg_restore")))
                .await;
        restored
            .unwrap_or_else(|panic| Err(RestoreError::Unexpected(panic.to_string())))
            .map_err(|restore| DumpError::TooNew { client: self.major, archive: newer, restore })
    }
}
