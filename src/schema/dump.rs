//! Running `pg_dump`.

use super::archive::{self, ArchiveError, Entry};
use super::client::{self, ClientError, NEWEST};
use super::excluded::Excluded;
use super::output::OutputError;
use super::restore::{self, RestoreError};
use super::words::LOCK_WAIT;
use crate::failure::{Failure, Transient, TransientKind};
use crate::postgres::{ONE_SERVER, Server, Side, SourceUrl, listed};
use std::fmt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use tokio::process::Command;

/// Why the schema could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("pg_dump cannot be started: {0}")]
    Start(std::io::Error),
    #[error("pg_dump: {0}")]
    Output(OutputError),
    /// Its server has stopped answering it, or is kept by a lock.
    #[error("pg_dump was stopped: {why}")]
    Stopped { why: String, transient: Transient },
    #[error("pg_dump failed ({status})")]
    Failed { said: String, status: Status, transient: Option<Transient> },
    /// It runs, and has no session.
    #[error("pg_dump opened no session on the source within {seconds} s")]
    Silent { seconds: u64 },
    #[error("the session that holds the snapshot ended")]
    Exporter(Box<Failure>),
    #[error("the sessions of one load must reach one server")]
    Elsewhere { unknown: u32, unseen: u32, here: Server, others: Vec<Server> },
    #[error("pg_dump wrote something unexpected: {0}")]
    Archive(#[from] ArchiveError),
    /// The archive is newer than we know, and the client's `pg_restore` did not help.
    #[error("pg_dump {client} writes a format that is newer than we know ({archive})")]
    TooNew { client: u32, archive: ArchiveError, restore: RestoreError },
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
            DumpError::Client(error) => error.into(),
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
            DumpError::Stopped { transient, .. } => {
                failure.remedy(remedy(Some(transient))).passing(Some(transient))
            }
            DumpError::Archive(_) | DumpError::Output(_) | DumpError::Silent { .. } => {
                failure.remedy("check the first pg_dump on the PATH; command -v pg_dump prints it")
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
    /// If `pg_dump` is missing, or older than the server of major version `server`.
    pub async fn find(server: u32) -> Result<Self, DumpError> {
        let major = client::version_here().await?;
        if major < server {
            return Err(ClientError::TooOld { client: major, server }.into());
        }
        Ok(PgDump { major, server })
    }

    /// What reads the schema as of an exported snapshot, from this place.
    pub(super) fn command(
        &self,
        place: &SourceUrl,
        snapshot: &str,
        excluded: &Excluded,
    ) -> Command {
        let mut command = Command::new("pg_dump");
        client::alone(command.as_std_mut());
        command
            .args(["--format=custom", "--compress=0", "--encoding=UTF8"])
            .arg(format!("--lock-wait-timeout={}", LOCK_WAIT.as_millis()))
            .args(["--section=pre-data", "--section=post-data"])
            .args(["--exclude-schema=_heroku", "--exclude-schema=review_data"])
            .args(["--no-security-labels", "--no-tablespaces", "--no-password"])
            .arg(format!("--snapshot={snapshot}"))
            .args(excluded.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for (name, value) in place.0.libpq_environment(Side::Source, self.server) {
            command.env(name, value.expose());
        }
        command
    }

    /// The entries of an archive; of one in a newer format, by the same client's `pg_restore`.
    pub(super) async fn read(&self, archive: Vec<u8>) -> Result<Vec<Entry>, DumpError> {
        let newer = match archive::read(&archive) {
            Err(newer @ ArchiveError::Version(..)) => newer,
            read => return Ok(read?),
        };
        restore::read(&archive, Path::new("pg_restore"))
            .await
            .map_err(|restore| DumpError::TooNew { client: self.major, archive: newer, restore })
    }
}
