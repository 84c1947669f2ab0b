//! Running `pg_dump`.

use super::archive::{self, ArchiveError, Entry};
use crate::failure::Failure;
use crate::postgres::{QuotedName, Side, SourceUrl};
use std::process::Stdio;
use tokio::process::Command;

/// How long `pg_dump` waits for its locks, in milliseconds: behind a schema change in production
/// it must not make others wait.
const LOCK_WAIT: &str = "--lock-wait-timeout=10000";

/// Why there is no schema.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    #[error("pg_dump is not on the PATH")]
    Missing,
    #[error("pg_dump cannot be started: {0}")]
    Start(std::io::Error),
    #[error("pg_dump --version says {0:?}")]
    UnknownVersion(String),
    #[error("pg_dump {client} is older than the source's server, {server}")]
    TooOld { client: u32, server: u32 },
    #[error("pg_dump failed")]
    Failed { said: String },
    #[error("pg_dump wrote something unexpected: {0}")]
    Archive(#[from] ArchiveError),
}

impl From<DumpError> for Failure {
    fn from(error: DumpError) -> Self {
        let failure = Failure::new("cannot read the source's schema").because(error.to_string());
        match error {
            DumpError::Missing => failure.remedy(
                "install PostgreSQL's client programs (postgresql-client); Heroku's images have \
                 them",
            ),
            DumpError::TooOld { server, .. } => {
                failure.remedy(format!("put pg_dump {server} or newer first on the PATH"))
            }
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
            DumpError::Archive(_) | DumpError::UnknownVersion(_) => {
                failure.remedy("use pg_dump 13 to 18, as the first on the PATH")
            }
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
        let output = Command::new("pg_dump").arg("--version").kill_on_drop(true).output().await;
        let output = output.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => DumpError::Missing,
            _ => DumpError::Start(error),
        })?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let major = major(&said).ok_or(DumpError::UnknownVersion(said))?;
        if major < server {
            return Err(DumpError::TooOld { client: major, server });
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
        Ok(archive::read(&output.stdout)?)
    }
}

/// The major version in `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(said: &str) -> Option<u32> {
    let version = said.split_once(") ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(major("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("pg_dump (PostgreSQL) 19devel"), Some(19));
        assert_eq!(major("something else"), None);
    }
}
