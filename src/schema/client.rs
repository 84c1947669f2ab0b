//! PostgreSQL's client programs: which `pg_dump` is here, and how to get one that works.

use super::output::{OutputError, output_of};
use crate::failure::Failure;
use std::io::{Error, ErrorKind};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// The newest PostgreSQL that we know. `pg_dump` must be at least as new as the server it reads.
pub const NEWEST: u32 = 18;

/// What PostgreSQL's programs get of our environment: where they and their libraries are, what
/// Debian's wrapper in Perl needs, and certificates. Everything else may be a secret of the app's.
const PASSED_ON: [&str; 10] = [
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PERL5LIB",
    "TMPDIR",
    "OPENSSL_CONF",
    "OPENSSL_MODULES",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Gives a program of PostgreSQL's the little that it needs. What it says is read by us, too, so it
/// says it in English.
pub(super) fn alone(command: &mut Command) {
    command.env_clear().env("LC_ALL", "C");
    for name in PASSED_ON {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}

/// How long `pg_dump --version` may take.
const VERSION_LIMIT: Duration = Duration::from_secs(30);

/// More than any version.
const MOST_OF_VERSION: u64 = 1 << 20;

/// What `pg_dump` on the PATH says of its version.
///
/// # Errors
/// Where it did not run, failed, or told none.
pub fn version() -> Result<u32, ClientError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(ClientError::Start)?.block_on(version_here())
}

/// The same within a run.
///
/// # Errors
/// As [`version`].
pub(super) async fn version_here() -> Result<u32, ClientError> {
    let mut command = tokio::process::Command::new("pg_dump");
    alone(command.as_std_mut());
    command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
    let child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return major_of(Err(error)),
    };
    let output = tokio::time::timeout(VERSION_LIMIT, output_of(child, MOST_OF_VERSION)).await;
    match output {
        Ok(Ok(output)) => major_of(Ok(output)),
        Ok(Err(OutputError::System(error))) => major_of(Err(error)),
        Ok(Err(error @ OutputError::TooMuch(_))) => {
            Err(ClientError::NoVersion { said: error.to_string() })
        }
        Err(_) => Err(ClientError::Silent { seconds: VERSION_LIMIT.as_secs() }),
    }
}

/// Why `pg_dump` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("pg_dump is not on the PATH")]
    Missing,
    #[error("pg_dump cannot be started: {0}")]
    Start(Error),
    /// Debian's `pg_dump` is a Perl program that looks for the real one. Without the rest of its
    /// package it cannot run.
    #[error("pg_dump --version failed ({status})")]
    Broken { status: String, said: String },
    #[error("pg_dump --version printed no version")]
    NoVersion { said: String },
    #[error("pg_dump --version did not end within {seconds} s")]
    Silent { seconds: u64 },
    #[error("pg_dump {client} is older than the source's server, {server}")]
    TooOld { client: u32, server: u32 },
}

impl ClientError {
    /// What `pg_dump` itself said, a line each.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        let said = match self {
            ClientError::Broken { said, .. } | ClientError::NoVersion { said } => said.as_str(),
            ClientError::Missing
            | ClientError::Start(_)
            | ClientError::Silent { .. }
            | ClientError::TooOld { .. } => "",
        };
        said.lines().filter(|line| !line.trim().is_empty()).take(8)
    }

    /// What to do: the ways that work.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            ClientError::TooOld { server, .. } => recipes(*server),
            _ => recipes(NEWEST),
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let failure = Failure::new("cannot read the source's schema").because(error.to_string());
        let failure =
            error.said().fold(failure, |failure, line| failure.because(format!("pg_dump: {line}")));
        failure.remedy(error.remedy())
    }
}

/// How to get a `pg_dump` for a server of this major version: lines that fit a build's output.
#[must_use]
pub(super) fn recipes(major: u32) -> String {
    let mut lines = Vec::new();
    if major <= NEWEST {
        lines.push(format!(
            "use pg_dump {NEWEST} of Heroku's images heroku-22, heroku-24 and heroku-26:\n\
             remove whatever puts another pg_dump before it on the PATH."
        ));
    }
    lines.push(format!(
        "install postgresql-client-{major} (apt.postgresql.org has it), and put its own\n\
         programs first on the PATH instead of the wrapper in usr/bin. If the apt\n\
         buildpack installs it, add this line to the app's .profile:\n\
         export PATH=\"$HOME/.apt/usr/lib/postgresql/{major}/bin:$PATH\""
    ));
    lines.join("\nOr ")
}

/// The major version that `pg_dump --version` tells.
///
/// # Errors
/// Where it did not run, failed, or told none.
pub(super) fn major_of(output: Result<Output, Error>) -> Result<u32, ClientError> {
    let output = output.map_err(|error| match error.kind() {
        ErrorKind::NotFound => ClientError::Missing,
        _ => ClientError::Start(error),
    })?;
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let complained = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if !output.status.success() {
        let said = format!("{complained}\n{printed}");
        return Err(ClientError::Broken { status: output.status.to_string(), said });
    }
    major(&printed)
        .ok_or_else(|| ClientError::NoVersion { said: format!("{printed}\n{complained}") })
}

/// The major version in `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(printed: &str) -> Option<u32> {
    let version = printed.split_once(") ")?.1;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    fn answer(code: i32, stdout: &str, stderr: &str) -> Output {
        let status = ExitStatus::from_raw(code << 8);
        Output { status, stdout: stdout.into(), stderr: stderr.into() }
    }

    #[test]
    fn versions_are_read() {
        for (printed, expected) in [
            ("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", 15),
            ("pg_dump (PostgreSQL) 18.1 (Ubuntu 18.1-1)\n", 18),
            ("pg_dump (PostgreSQL) 19beta1\n", 19),
        ] {
            assert_eq!(major_of(Ok(answer(0, printed, ""))).unwrap(), expected);
        }
        let nothing = major_of(Ok(answer(0, "something else\n", ""))).unwrap_err();
        assert_eq!(nothing.said().collect::<Vec<_>>(), ["something else"]);
    }

    #[test]
    fn a_wrapper_without_its_package_is_quoted() {
        let said = "Can't locate PgCommon.pm in @INC (you may need to install the PgCommon module) \
                    (@INC entries checked: /etc/perl) at /usr/bin/pg_dump line 22.\n\
                    BEGIN failed--compilation aborted at /usr/bin/pg_dump line 22.\n";
        let broken = major_of(Ok(answer(2, "", said))).unwrap_err();
        insta::assert_snapshot!(Failure::from(broken));
    }

    #[test]
    fn a_missing_or_old_client_comes_with_the_ways_that_work() {
        let missing = major_of(Err(Error::from(ErrorKind::NotFound))).unwrap_err();
        insta::assert_snapshot!(Failure::from(missing));
        insta::assert_snapshot!(Failure::from(ClientError::TooOld { client: 15, server: 17 }));
        let ahead = Failure::from(ClientError::TooOld { client: 18, server: 19 }).to_string();
        assert!(!ahead.contains("heroku-24") && ahead.contains("postgresql-client-19"), "{ahead}");
    }
}
