//! Whether a session has one of the server's to itself. A pooler in transaction mode hands each
//! transaction to any session of the server: two sessions of ours share one of the server's, or one
//! session loses its settings.

use super::error::Refusal;
use super::session::Session;
use super::url::Address;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_postgres::SimpleQueryMessage;

/// How long the server may take to see the end of the second session: the next one may need its
/// place.
const END_LIMIT: Duration = Duration::from_millis(100);
const END_LOOK: Duration = Duration::from_millis(5);

const SHARED: &str = "two sessions share one process of the server";
const MOVED: &str = "a session setting did not survive its transaction";

/// The places that were looked at.
static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Whether sessions at this place are known to be the server's own.
pub(super) fn is_known(place: &Address) -> bool {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).contains(&key(place))
}

/// Compares two sessions that were opened at one place, while both are open.
///
/// # Errors
/// Where one of them is not the server's own.
pub(super) async fn compare(first: &Session, second: &Session) -> Result<(), Refusal> {
    settings_survive(first, second).await?;
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(key(&first.place));
    Ok(())
}

/// The same. Ends the second.
///
/// # Errors
/// Where one of them is not the server's own.
pub(super) async fn compare_and_end(first: &Session, second: Session) -> Result<(), Refusal> {
    let compared = compare(first, &second).await;
    let pid = second.backend().pid;
    drop(second);
    compared?;
    await_end(first, pid).await;
    Ok(())
}

async fn settings_survive(first: &Session, second: &Session) -> Result<(), Refusal> {
    let (own, other) = (first.backend().pid, second.backend().pid);
    if first.server() == second.server() && own == other {
        return Err(Refusal::pooler(SHARED));
    }
    let set = "select pg_catalog.set_config('review_data.session', \
               pg_catalog.pg_backend_pid()::text, false)";
    let get = "select pg_catalog.concat(pg_catalog.current_setting('review_data.session', true), \
               '/', pg_catalog.pg_backend_pid())";
    if ask(first, set).await? != own.to_string() {
        return Err(Refusal::pooler(MOVED));
    }
    // nothing is set in the second, unless it is the first
    if ask(second, get).await? != format!("/{other}") {
        return Err(Refusal::pooler(SHARED));
    }
    if ask(first, get).await? != format!("{own}/{own}") {
        return Err(Refusal::pooler(MOVED));
    }
    Ok(())
}

/// One value, by the protocol that prepares nothing.
async fn ask(session: &Session, sql: &str) -> Result<String, Refusal> {
    let messages = session.client.simple_query(sql).await?;
    let value = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
        _ => None,
    });
    Ok(value.unwrap_or_default())
}

async fn await_end(session: &Session, pid: i32) {
    let there = format!("select pid from pg_catalog.pg_stat_activity where pid = {pid}");
    let ended = async {
        while ask(session, &there).await.is_ok_and(|pid| !pid.is_empty()) {
            sleep(END_LOOK).await;
        }
    };
    let _ = timeout(END_LIMIT, ended).await;
}

/// One address of one connection string.
pub(super) fn key(place: &Address) -> String {
    format!("{:?} {:?} {}", place.hosts(), place.config.get_hostaddrs(), place.original.expose())
}
