//! Sessions that are open already. Each new place is looked at through two sessions (see
//! `own_session.rs`). The second one is kept for whoever connects there next, so that looking costs
//! no further connection.

use super::own_session::key;
use super::session::{Session, Writable};
use super::url::Address;
use crate::failure::Side;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A server or a role may have few sessions to give, and what is open may be lost unnoticed: a spare
/// that nobody wants so soon is closed.
const KEPT: Duration = Duration::from_secs(3);

/// How a session is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By the driver.
    Ordinary,
    /// Over a connection that another process can keep open.
    ToHold,
}

struct Spare {
    session: Session,
    way: Way,
    until: Instant,
}

static SPARES: Mutex<Vec<Spare>> = Mutex::new(Vec::new());

fn all() -> std::sync::MutexGuard<'static, Vec<Spare>> {
    SPARES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a session for the next that connects to its place in this way.
pub(super) fn keep(session: Session, way: Way) {
    all().push(Spare { session, way, until: Instant::now() + KEPT });
    tokio::spawn(async {
        tokio::time::sleep(KEPT).await;
        let now = Instant::now();
        all().retain(|spare| spare.until > now);
    });
}

impl Writable {
    /// Whoever connects to the same place next gets this session. Nothing may be open in it.
    pub fn leave_to_next(self) {
        if !self.is_closed() {
            keep(self.into_session(), Way::Ordinary);
        }
    }
}

/// A session at this place that is still open.
pub(super) fn take(place: &Address, side: Side, way: Way) -> Option<Session> {
    let (mut all, place, now) = (all(), key(place), Instant::now());
    all.retain(|spare| spare.until > now && !spare.session.client.is_closed());
    let wanted = |spare: &Spare| {
        spare.way == way && spare.session.side() == side && key(&spare.session.place) == place
    };
    let at = all.iter().position(wanted)?;
    Some(all.swap_remove(at).session)
}

/// Closes them all.
pub fn close_spares() {
    all().clear();
}
