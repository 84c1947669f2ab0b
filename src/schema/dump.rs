//! Running `pg_dump`.

use super::archive::ArchiveError;
use super::words::LOCK_WAIT;
use crate::failure::{Failure, Transient, TransientKind};
use crate::postgres::{ONE_SERVER, QuotedName, Server, Side, SourceUrl, listed};
use std::fmt;
use std::process::{ExitStatus, Stdio};
use tokio::process::Command;

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
    #[error("pg_dump failed ({status})")]
    Failed { said: String, status: Status, transient: Option<Transient> },
    #[error("the session that holds the snapshot ended")]
    Exporter(Box<Failure>),
    #[error("the sessions of one load must reach one server")]
    Elsewhere { unknown: u32, unseen: u32, here: Server, others: Vec<Server> },
    #[error("pg_dump wrote something unexpected: {0}")]
    Archive(#[from] ArchiveError),
}

/// How `pg_dump` ended.
#[derive(Clone, Copy, Debug)]
pub struct Status(pub(super) ExitStatus);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.code() {
            Some(code) => write!(f, "exit status {code}"),
            // `signal: 9 (SIGKILL)`
            None => self.0.fmt(f),
        }
    }
}

impl From<DumpError> for Failure {
    fn from(error: DumpError) -> Self {
        let error = match error {
            DumpError::Exporter(failure) => return *failure,
            error => error,
        };
        let cannot = Failure::new("cannot read the source's schema");
        let failure = cannot.clone().because(error.to_string());
        match error {
            DumpError::Missing => failure.remedy(
                "install PostgreSQL's client programs (postgresql-client); Heroku's images have \
                 them",
            ),
            DumpError::TooOld { server, .. } => {
                failure.remedy(format!("put pg_dump {server} or newer first on the PATH"))
            }
            DumpError::Failed { said, status, transient } => {
                let failure = said.lines().take(8).fold(cannot, Failure::because);
                let failure = failure.because(format!("pg_dump ended with {status}"));
                failure.remedy(remedy(transient)).passing(transient)
            }
            DumpError::Elsewhere { unknown, unseen, here, others } => failure
                .because(format!("the snapshot is on the server {here}"))
                .because(format!(
                    "pg_dump reached another server {} times: {unknown} times the snapshot was \
                     unknown there, and {unseen} times the first server did not see its session",
                    unknown + unseen
                ))
                .because(match others.as_slice() {
                    [] => "our own sessions reach no other server".to_owned(),
                    others => format!("other servers at this address: {}", listed(others)),
                })
                .because("nothing was touched")
                .remedy(ONE_SERVER),
            DumpError::Exporter(_) => failure,
            DumpError::Archive(_) | DumpError::UnknownVersion(_) => {
                failure.remedy("use pg_dump 13 to 18, as the first on the PATH")
            }
            DumpError::Start(_) => failure.remedy("make sure that pg_dump can be run here"),
        }
    }
}

fn remedy(transient: Option<Transient>) -> &'static str {
    match transient.map(|transient| transient.kind) {
        Some(TransientKind::Lock) => {
            "a schema change on the source holds a lock: run the command again when it is over"
        }
        Some(TransientKind::Connections) => {
            "wait, or stop something that holds connections; pg_dump needs one besides ours"
        }
        Some(_) => "run the command again",
        None => "mend on the source what pg_dump names, then run the command again",
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

    /// What reads the schema as of an exported snapshot, from this place.
    ///
    /// `pg_dump` reads the state of every sequence, though that is in neither section, and a role
    /// with SELECT on tables only may not: so all `sequences` are named as having no data.
    pub(super) fn command(
        &self,
        place: &SourceUrl,
        snapshot: &str,
        sequences: &[QuotedName],
    ) -> Command {
        let mut command = Command::new("pg_dump");
        command
            .args(["--format=custom", "--compress=0", "--encoding=UTF8"])
            .arg(format!("--lock-wait-timeout={}", LOCK_WAIT.as_millis()))
            .args(["--section=pre-data", "--section=post-data"])
            .args(["--exclude-schema=_heroku", "--exclude-schema=review_data"])
            .args(["--no-security-labels", "--no-tablespaces", "--no-password"])
            .arg(format!("--snapshot={snapshot}"))
            .args(sequences.iter().map(|name| format!("--exclude-table-data={name}")))
            // what it says is read by us, too
            .env("LC_ALL", "C")
            .env_remove("LANGUAGE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        place.0.prepare_libpq(Side::Source, self.server, &mut command);
        command
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
