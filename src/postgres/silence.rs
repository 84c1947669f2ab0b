//! A server that stops answering. A connection that is acknowledged and brings nothing looks like a
//! server at work: so after some time without an answer, a second session asks the server what it
//! knows of the first one. One at work is waited for. One that the server does not know, or one for
//! which the server has done all there was to do, is given up, as is one of a server that does not
//! answer the second session either.

use super::error::Refusal;
use super::pulse::Pulse;
use super::server::Backend;
use super::session::Session;
use crate::failure::Side;
use std::fmt;
use std::sync::{OnceLock, Weak};
use std::time::Duration;
use tokio::time::sleep;
use tokio_postgres::Row;

/// How long the question may take, with connecting.
pub(super) const QUESTION_LIMIT: Duration = Duration::from_secs(30);

/// How long a session that is idle may take to answer.
pub(super) const HELP_LIMIT: Duration = Duration::from_secs(5);

/// Before the second look at a session that has nothing to do: its answer may be on its way.
const SECOND_LOOK: Duration = Duration::from_secs(3);

/// A server that answers and lets in no further session is waited for this many times.
const MOST_UNKNOWN: u32 = 10;

/// What a second session says of the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is at work; on what, where the server says it.
    AtWork(Option<String>),
    /// It waits for a lock.
    Locked,
    /// It waits for us, since this time: whatever we have asked, or it has answered, got lost.
    Idle(String),
    /// The server is there, and does not let us ask.
    Unknown(String),
    /// The server does not have it.
    Gone,
    /// Nobody answers.
    Silent(String),
}

impl Sign {
    pub(super) fn of_refusal(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Unreachable(_)
            | Refusal::UnknownHost(_)
            | Refusal::Silent { .. }
            | Refusal::Cut(_)
            | Refusal::NotReady(_) => Sign::Silent(refusal.to_string()),
            _ => Sign::Unknown(refusal.to_string()),
        }
    }
}

/// Prints a wait.
static TELL: OnceLock<fn(&str)> = OnceLock::new();

/// From now on, who waits for a server at work says so here, a line each time.
pub fn tell_waits(tell: fn(&str)) {
    let _ = TELL.set(tell);
}

pub(super) fn tell(line: &str) {
    if let Some(tell) = TELL.get() {
        tell(line);
    }
}

/// `2 min`, `90 s`
pub(super) struct Time(pub(super) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() {
            0 => write!(f, "{} ms", self.0.as_millis()),
            seconds if seconds >= 60 && seconds % 60 < 5 => write!(f, "{} min", seconds / 60),
            seconds => write!(f, "{seconds} s"),
        }
    }
}

/// Asks each time that the server has owed an answer for this long, until the session is gone.
pub(super) async fn watch<F: Future<Output = Sign>>(
    pulse: Weak<Pulse>,
    side: Side,
    silence: Duration,
    ask: impl Fn() -> F,
) {
    let name = side.name();
    let (mut unknown, mut idle) = (0, None);
    loop {
        let Some(now) = pulse.upgrade().filter(|pulse| !pulse.is_over()) else { return };
        let waited = now.silence();
        drop(now);
        match waited {
            Some(waited) if waited >= silence => {}
            Some(waited) => {
                sleep(silence.saturating_sub(waited)).await;
                continue;
            }
            None => {
                sleep(silence).await;
                continue;
            }
        }
        let sign = ask().await;
        let Some(pulse) = pulse.upgrade() else { return };
        // an answer may have come meanwhile
        let Some(waited) = pulse.waited().filter(|waited| *waited >= silence) else { continue };
        let time = Time(waited);
        let lost = match sign {
            Sign::AtWork(what) => {
                let on = what.map(|what| format!(" ({what})")).unwrap_or_default();
                tell(&format!(
                    "{name} has not answered for {time}: its server is at work on it{on}; waiting"
                ));
                (unknown, idle) = (0, None);
                None
            }
            Sign::Locked => {
                tell(&format!(
                    "{name} has not answered for {time}: its server waits for a lock; waiting"
                ));
                (unknown, idle) = (0, None);
                None
            }
            Sign::Unknown(why) => {
                unknown += 1;
                if unknown < MOST_UNKNOWN {
                    tell(&format!(
                        "{name} has not answered for {time}, and cannot be asked what it does: \
                         {why}; waiting"
                    ));
                }
                let why = format!(
                    "{name} has not answered for {time}, and cannot be asked what it does: {why}"
                );
                (unknown >= MOST_UNKNOWN).then_some(why)
            }
            Sign::Idle(since) if idle.as_ref() != Some(&since) => {
                idle = Some(since);
                drop(pulse);
                sleep(SECOND_LOOK.min(silence)).await;
                continue;
            }
            Sign::Idle(_) => Some(format!(
                "{name} has not answered for {time}, and its server waits for us: what was sent \
                 between the two is lost"
            )),
            Sign::Gone => Some(format!(
                "{name} has not answered for {time}, and its server does not know our session"
            )),
            Sign::Silent(why) => Some(format!(
                "{name} has not answered for {time}, and a second session got no answer: {why}"
            )),
        };
        match lost {
            Some(why) => return pulse.give_up(why),
            None => pulse.note_sign(),
        }
    }
}

/// The session in question.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    Backend(&'a Backend),
    /// A program's, by its name.
    Named(&'a str),
    /// Any, since nothing distinguishes them: a server that answers has it.
    Anybody,
}

/// What a server knows of a session, by a second session on the same server.
pub(super) async fn look(
    session: &Session,
    whose: Whose<'_>,
) -> Result<Sign, tokio_postgres::Error> {
    const SEES: &str = "select a.state, a.wait_event_type, a.state_change::pg_catalog.text
        from pg_catalog.pg_stat_activity a where ";
    if matches!(whose, Whose::Anybody) {
        return Ok(Sign::AtWork(None));
    }
    // within a transaction the server would repeat its first answer
    session.query("select pg_catalog.pg_stat_clear_snapshot()", &[]).await?;
    let rows = match whose {
        Whose::Backend(backend) => {
            // a role that was switched to another one sees no more than the number
            let is_it = "a.pid operator(pg_catalog.=) $1
                and coalesce(a.backend_start::pg_catalog.text, $2) operator(pg_catalog.=) $2";
            session.query(&format!("{SEES}{is_it}"), &[&backend.pid, &backend.since]).await?
        }
        Whose::Named(name) => {
            let is_it = "pg_catalog.starts_with(a.application_name, $1)";
            session.query(&format!("{SEES}{is_it}"), &[&name]).await?
        }
        Whose::Anybody => Vec::new(),
    };
    let Some(row) = rows.first() else { return Ok(Sign::Gone) };
    match (sign_of(row)?, whose) {
        (Sign::AtWork(None), Whose::Backend(backend)) => {
            Ok(Sign::AtWork(progress(session, backend.pid).await))
        }
        (sign, _) => Ok(sign),
    }
}

/// What a row with state, kind of wait and time of change says. A state that is hidden or is not
/// tracked says nothing against the session.
fn sign_of(row: &Row) -> Result<Sign, tokio_postgres::Error> {
    let state = row.try_get::<_, Option<&str>>(0)?.unwrap_or("active");
    let wait = row.try_get::<_, Option<&str>>(1)?.unwrap_or_default();
    let since = row.try_get::<_, Option<String>>(2)?.unwrap_or_default();
    Ok(match (state, wait) {
        ("active" | "disabled" | "fastpath function call", "Lock") => Sign::Locked,
        // it wants to read what we have sent, or to write what we wait for
        ("active", "Client") => Sign::Idle(since),
        ("active" | "disabled" | "fastpath function call", _) => Sign::AtWork(None),
        _ => Sign::Idle(since),
    })
}

/// How far a statement is, where the server has a view of that.
async fn progress(session: &Session, pid: i32) -> Option<String> {
    const SINCE_13: &str = "
        select 'creating an index, ' operator(pg_catalog.||) p.phase,
               p.blocks_done, p.blocks_total, 'blocks'
          from pg_catalog.pg_stat_progress_create_index p where p.pid operator(pg_catalog.=) $1
        union all
        select 'gathering statistics, ' operator(pg_catalog.||) p.phase,
               p.sample_blks_scanned, p.sample_blks_total, 'blocks'
          from pg_catalog.pg_stat_progress_analyze p where p.pid operator(pg_catalog.=) $1
        union all
        select p.command operator(pg_catalog.||) ', ' operator(pg_catalog.||) p.phase,
               p.heap_blks_scanned, p.heap_blks_total, 'blocks'
          from pg_catalog.pg_stat_progress_cluster p where p.pid operator(pg_catalog.=) $1";
    const SINCE_14: &str = "
        union all
        select 'copying', p.tuples_processed, 0::pg_catalog.int8, 'rows'
          from pg_catalog.pg_stat_progress_copy p where p.pid operator(pg_catalog.=) $1";
    let copies = if session.version() >= 140_000 { SINCE_14 } else { "" };
    let rows = session.query(&format!("{SINCE_13}{copies}"), &[&pid]).await.ok()?;
    let row = rows.first()?;
    let what = row.try_get::<_, Option<String>>(0).ok()??;
    let done = row.try_get::<_, Option<i64>>(1).ok()?.unwrap_or(0);
    let all = row.try_get::<_, Option<i64>>(2).ok()?.unwrap_or(0);
    let unit = row.try_get::<_, String>(3).ok()?;
    Some(match (done, all) {
        (0, 0) => what,
        (done, 0) => format!("{what}, {done} {unit}"),
        (done, all) => format!("{what}, {done} of {all} {unit}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::pulse::Listening;
    use std::cell::RefCell;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const SILENCE: Duration = Duration::from_millis(5);

    /// What becomes of a question that is never answered, while a second session gives these signs, one
    /// after the other.
    async fn asked(signs: &[Sign]) -> (String, usize) {
        let (client, _server) = tokio::io::duplex(1_000);
        let pulse = Arc::new(Pulse::default());
        pulse.open();
        let mut client = Listening::to(client, Arc::clone(&pulse));
        client.write_all(b"Q\0\0\0\x05\0").await.unwrap();
        let signs = RefCell::new(signs.to_vec());
        let ask = async || signs.borrow_mut().remove(0);
        let watching = watch(Arc::downgrade(&pulse), Side::Source, SILENCE, ask);
        let (read, ()) = tokio::join!(client.read_u8(), watching);
        let why = read.unwrap_err().to_string();
        let left = signs.borrow().len();
        (why.split_once(", and ").unwrap().1.to_owned(), left)
    }

    #[tokio::test]
    async fn a_server_at_work_is_waited_for_and_any_other_given_up() {
        let at_work = Sign::AtWork(None);
        let idle = |since: &str| Sign::Idle(since.to_owned());
        let (why, left) =
            asked(&[at_work.clone(), Sign::Locked, Sign::Gone, at_work.clone()]).await;
        assert_eq!((why.as_str(), left), ("its server does not know our session", 1));
        let silent = Sign::Silent("no route".to_owned());
        assert_eq!(asked(&[silent]).await.0, "a second session got no answer: no route");
        // one that has just become idle may have its answer on the way
        let lost = "its server waits for us: what was sent between the two is lost";
        let signs = [idle("1"), idle("2"), at_work, idle("2"), idle("2")];
        assert_eq!(asked(&signs).await, (lost.to_owned(), 0));
        let full = vec![Sign::Unknown("full".to_owned()); 12];
        let (why, left) = asked(&full).await;
        assert_eq!((why.as_str(), left), ("cannot be asked what it does: full", 2));
    }

    #[test]
    fn times_are_told_in_their_unit() {
        let told = [1, 119_000, 120_000, 123_000, 150_000].map(Duration::from_millis);
        let told = told.map(|time| Time(time).to_string());
        assert_eq!(told, ["1 ms", "119 s", "2 min", "2 min", "150 s"]);
    }
}
