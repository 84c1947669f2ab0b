//! Time limits for the migrations' statements, and who stood in their way.

use crate::config::Migrate;
use crate::postgres::{TargetUrl, Writable};
use std::fmt;
use std::time::Duration;

/// libpq's variable for settings of every session; drivers built on libpq read it, and some others.
pub const OPTIONS_VARIABLE: &str = "PGOPTIONS";

/// What a command prints when a lock was not had in time: the server's message, or its code.
pub(super) const SIGNS: &[&str] = &["canceling statement due to lock timeout", "55P03"];

/// The pauses before the command is run again after a lock timeout.
pub(super) const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9)];

/// Bounds of the pause between two looks at who waits for whom.
const LEAST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How long a session for looking may take to open.
const OPEN_LIMIT: Duration = Duration::from_secs(5);

/// The most sessions that a message names.
const MOST_NAMED: usize = 5;

/// The variable that hands the limits to the command, after what it holds already.
#[must_use]
pub fn limits(config: &Migrate, existing: Option<&str>) -> Option<(String, String)> {
    let limits =
        [("lock_timeout", config.lock_timeout), ("statement_timeout", config.statement_timeout)];
    let options =
        existing.map(str::to_owned).into_iter().chain(limits.iter().filter_map(|(name, limit)| {
            limit.map(|limit| format!("-c {name}={}", limit.as_millis()))
        }));
    let any = limits.iter().any(|(_, limit)| limit.is_some());
    any.then(|| (OPTIONS_VARIABLE.to_owned(), options.collect::<Vec<_>>().join(" ")))
}

/// A session that held what a migration waited for. Never the text of its query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blocker {
    /// 0: a prepared transaction
    pid: i32,
    application: Option<String>,
    /// An ordinary role does not see the state and the times of other roles' sessions.
    state: Option<String>,
    query_age_s: Option<i64>,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == 0 {
            return f.write_str("a prepared transaction");
        }
        write!(f, "pid {}", self.pid)?;
        match self.application.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => write!(f, " ({name})")?,
            None => f.write_str(" (no application name)")?,
        }
        match (self.state.as_deref(), self.query_age_s) {
            (Some("active"), Some(age)) => write!(f, ", its query running for {age} s"),
            (Some(state), Some(age)) => write!(f, ", {state}, its last query begun {age} s ago"),
            _ => f.write_str(", of another role: its query's age cannot be seen"),
        }
    }
}

/// Looks at who waits for whom, for as long as the command runs.
pub(super) struct Lookout {
    session: Writable,
    pause: Duration,
    /// The server's clock when the command began.
    since: String,
    seen: Vec<Blocker>,
}

impl Lookout {
    /// # Errors
    /// Why it cannot be looked, in a line.
    pub(super) async fn open(target: &TargetUrl, lock_timeout: Duration) -> Result<Self, String> {
        let session = match tokio::time::timeout(OPEN_LIMIT, target.connect()).await {
            Ok(session) => session.map_err(|error| error.to_string())?,
            Err(_) => return Err(format!("no connection within {} s", OPEN_LIMIT.as_secs())),
        };
        let now = session.query("select pg_catalog.clock_timestamp()::text", &[]).await;
        let since = now.map_err(|error| error.to_string())?[0].get(0);
        let pause = (lock_timeout / 4).clamp(LEAST_PAUSE, LONGEST_PAUSE);
        Ok(Lookout { session, pause, since, seen: Vec::new() })
    }

    /// Ends only when it is dropped; a lost session sees nothing more.
    pub(super) async fn look(&mut self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(self.pause).await;
            // Who waits for a lock and has begun since the command is taken for a migration; who
            // stood in its way was there before it.
            let rows = self
                .session
                .query(
                    "select b.pid, a.application_name::text, a.state::text, \
                       extract(epoch from pg_catalog.clock_timestamp() - a.query_start)::int8 \
                     from pg_catalog.pg_stat_activity w \
                     cross join lateral pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) b(pid) \
                     left join pg_catalog.pg_stat_activity a on a.pid = b.pid \
                     where w.wait_event_type = 'Lock' \
                       and w.datname = pg_catalog.current_database() \
                       and w.backend_start >= $1::text::timestamptz \
                       and (a.backend_start is null or a.backend_start < $1::text::timestamptz)",
                    &[&self.since],
                )
                .await;
            for row in rows.unwrap_or_default() {
                let blocker = Blocker {
                    pid: row.get(0),
                    application: row.get(1),
                    state: row.get(2),
                    query_age_s: row.get(3),
                };
                match self.seen.iter_mut().find(|seen| seen.pid == blocker.pid) {
                    Some(seen) => *seen = blocker,
                    None => self.seen.push(blocker),
                }
            }
        }
    }

    /// Who was seen in the way since the last call, in a line.
    pub(super) fn told(&mut self) -> String {
        told(&std::mem::take(&mut self.seen))
    }
}

fn told(seen: &[Blocker]) -> String {
    if seen.is_empty() {
        return "whose lock it was could not be seen".to_owned();
    }
    let more = seen.len().saturating_sub(MOST_NAMED);
    let mut named: Vec<String> = seen.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    format!("in the way was {}", named.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, FILE_NAME};

    #[test]
    fn limits_come_after_the_options_that_are_there() {
        let limits = |text: &str, existing| {
            let config = Config::parse(FILE_NAME, &format!("[migrate]\n{text}")).unwrap();
            super::limits(&config.migrate, existing).map(|(_, options)| options)
        };
        assert_eq!(limits("", Some("-c x=1")), None);
        assert_eq!(limits("lock_timeout = \"5s\"", None).unwrap(), "-c lock_timeout=5000");
        assert_eq!(
            limits("lock_timeout = \"50ms\"\nstatement_timeout = \"1h\"", Some("-c x=1")).unwrap(),
            "-c x=1 -c lock_timeout=50 -c statement_timeout=3600000"
        );
    }

    #[test]
    fn who_was_in_the_way_is_named_without_what_it_does() {
        let blocker = |pid, application: &str, state: Option<&str>, age| Blocker {
            pid,
            application: Some(application.to_owned()),
            state: state.map(str::to_owned),
            query_age_s: age,
        };
        let all = [
            blocker(7, "web.1", Some("active"), Some(12)),
            blocker(8, "", Some("idle in transaction"), Some(3600)),
            blocker(9, "psql", None, None),
            blocker(0, "", None, None),
        ];
        let mut lines = all.map(|one| told(&[one])).to_vec();
        lines.push(told(&[]));
        insta::assert_snapshot!(lines.join("\n"));
    }
}
