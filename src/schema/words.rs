//! What `pg_dump` says when it fails. It gives no SQLSTATE, so its text has to do: its own words are
//! in English, since it runs in the locale C. The server's words are in the server's language, so they
//! count only without another sign.

use crate::failure::TransientKind;
use std::time::Duration;

/// How long `pg_dump` waits for its locks: behind a schema change in production it must not make
/// others wait.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(10);

/// What `pg_dump` wrote to its standard error.
pub(super) struct Words {
    pub(super) text: String,
}

/// A standby cancelled it, or ended its session; the second is 40P01.
const CONFLICT: [&str; 2] = ["conflict with recovery", "deadlock detected"];

/// 53300
const CONNECTIONS: [&str; 4] = [
    "too many clients already",
    "too many connections",
    "remaining connection slots are reserved",
    "no more connections allowed",
];

/// The server went away, restarts, or the network broke.
const LOST: [&str; 20] = [
    "terminating connection due to administrator command",
    "terminating connection because of crash",
    "terminating connection due to unexpected postmaster exit",
    "the database system is starting up",
    "the database system is shutting down",
    "the database system is in recovery mode",
    "the database system is not yet accepting connections",
    "the database system is not accepting connections",
    "server closed the connection unexpectedly",
    "SSL connection has been closed unexpectedly",
    "SSL SYSCALL error",
    "could not receive data from server",
    "could not send data to server",
    "could not connect to server",
    "no connection to the server",
    "connection to server was lost",
    "Connection refused",
    "Connection reset by peer",
    "Connection timed out",
    "timeout expired",
];

impl Words {
    pub(super) fn of(stderr: &[u8]) -> Self {
        Words { text: String::from_utf8_lossy(stderr).trim().to_owned() }
    }

    /// The server has no snapshot of this identifier.
    pub(super) fn snapshot_failed(&self) -> bool {
        self.text.contains("SET TRANSACTION SNAPSHOT")
    }

    /// The server refused the connection, in whatever language: libpq says in English that it failed,
    /// and the server's own words have two spaces behind their severity.
    pub(super) fn was_refused(&self) -> bool {
        self.text.lines().any(|line| {
            let said = line
                .strip_prefix("pg_dump: error: connection to ")
                .and_then(|line| line.split_once(" failed: "));
            said.is_some_and(|(_, said)| {
                said.split_once(':').is_some_and(|(_, words)| words.starts_with("  "))
            })
        })
    }

    /// Whether another attempt may succeed. `waited`: it took as long as its wait for locks.
    pub(super) fn kind(&self, waited: bool) -> Option<TransientKind> {
        let has = |words: &[&str]| words.iter().any(|words| self.text.contains(words));
        let locking = self.text.contains("LOCK TABLE");
        if has(&CONFLICT) {
            Some(TransientKind::Conflict)
        } else if has(&CONNECTIONS) {
            Some(TransientKind::Connections)
        } else if has(&LOST) {
            Some(TransientKind::Lost)
        } else if locking && (waited || has(&["due to statement timeout", "due to lock timeout"])) {
            Some(TransientKind::Lock)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_that_pass_are_recognised() {
        use TransientKind::{Conflict, Connections, Lock, Lost};
        let lock = "pg_dump: error: query failed: ERROR:  canceling statement due to statement \
             timeout\npg_dump: detail: Query was: LOCK TABLE public.orders IN ACCESS SHARE MODE";
        for (said, kind) in [
            (
                "pg_dump: error: query failed: ERROR:  canceling statement due to conflict with \
                 recovery\nDETAIL:  User query might have needed to see row versions that must be \
                 removed.\npg_dump: detail: Query was: SELECT …",
                Some(Conflict),
            ),
            (
                "pg_dump: error: query failed: FATAL:  terminating connection due to conflict with \
                 recovery\nserver closed the connection unexpectedly",
                Some(Conflict),
            ),
            (lock, Some(Lock)),
            (
                "pg_dump: error: connection to server at \"192.0.2.1\", port 5432 failed: FATAL:  \
                 sorry, too many clients already",
                Some(Connections),
            ),
            (
                "pg_dump: error: connection to server at \"192.0.2.1\", port 5432 failed: FATAL:  \
                 too many connections for role \"reader\"",
                Some(Connections),
            ),
            (
                "pg_dump: error: connection to server at \"192.0.2.1\", port 5432 failed: \
                 Connection refused\n\tIs the server running on that host and accepting TCP/IP \
                 connections?",
                Some(Lost),
            ),
            (
                "pg_dump: error: query failed: server closed the connection unexpectedly\n\tThis \
                 probably means the server terminated abnormally",
                Some(Lost),
            ),
            (
                "pg_dump: error: query failed: ERROR:  permission denied for table secrets\n\
                 pg_dump: detail: Query was: LOCK TABLE public.secrets IN ACCESS SHARE MODE",
                None,
            ),
            ("pg_dump: error: the disk is made of cheese", None),
        ] {
            assert_eq!(Words::of(said.as_bytes()).kind(false), kind, "{said}");
        }
    }

    #[test]
    fn a_refused_connection_is_recognised_in_any_language() {
        for said in [
            "pg_dump: error: connection to server at \"192.0.2.1\", port 5432 failed: FATAL:  zu \
             viele Verbindungen für Rolle »reader«",
            "pg_dump: error: connection to server at \"db.example.com\" (192.0.2.1), port 5432 \
             failed: ВАЖНО:  извините, уже слишком много клиентов",
            "pg_dump: error: connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: \
             致命错误:  对不起, 已经有太多的客户",
            "pg_dump: error: connection to database \"shop\" failed: FATAL:  désolé, trop de clients \
             sont déjà connectés",
        ] {
            let words = Words::of(said.as_bytes());
            assert!(words.was_refused(), "{said}");
            assert_eq!(words.kind(false), None, "{said}");
        }
        for said in [
            "pg_dump: error: connection to server at \"192.0.2.1\", port 5432 failed: root \
             certificate file \"/x\" does not exist",
            "pg_dump: error: connection to server at \"192.0.2.1\", port 5432 failed: SSL error: \
             certificate verify failed",
            "pg_dump: error: query failed: FEHLER:  keine Berechtigung für Tabelle secrets",
        ] {
            assert!(!Words::of(said.as_bytes()).was_refused(), "{said}");
        }
    }

    #[test]
    fn a_lock_is_recognised_in_any_language() {
        let said = "pg_dump: error: query failed: FEHLER:  storniere Anfrage wegen \
             Zeitüberschreitung der Anfrage\npg_dump: detail: Query was: LOCK TABLE public.orders \
             IN ACCESS SHARE MODE";
        assert_eq!(Words::of(said.as_bytes()).kind(true), Some(TransientKind::Lock));
    }

    #[test]
    fn a_snapshot_that_is_gone_is_recognised_in_any_language() {
        let said = "pg_dump: error: query failed: FEHLER:  ungültiger Snapshot-Bezeichner: \
             »00000003-00000002-1«\npg_dump: detail: Query was: SET TRANSACTION SNAPSHOT \
             '00000003-00000002-1'";
        assert!(Words::of(said.as_bytes()).snapshot_failed());
        assert!(!Words::of(b"pg_dump: error: something else").snapshot_failed());
    }
}
