//! Sessions in which others may ask while their owner does not. A question about a silent session then
//! needs no further connection: the server may have none left.

use super::open::Open;
use super::pulse::Pulse;
use super::server::{Backend, Server};
use super::session::{Heard, Session};
use super::url::Address;
use crate::failure::Side;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio_postgres::Client;

struct Helper {
    client: Weak<Client>,
    open: Weak<Open>,
    pulse: Weak<Pulse>,
    heard: Arc<Mutex<Heard>>,
    side: Side,
    place: Address,
}

static HELPERS: Mutex<Vec<Helper>> = Mutex::new(Vec::new());

impl Helper {
    fn session(&self) -> Option<Session> {
        Some(Session {
            client: self.client.upgrade()?,
            open: self.open.upgrade()?,
            side: self.side,
            place: self.place.clone(),
            connection: None,
            heard: Arc::clone(&self.heard),
            pulse: self.pulse.upgrade()?,
        })
    }
}

/// From now on, others may ask in this session, too.
pub(super) fn add(session: &Session) {
    let mut all = HELPERS.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|helper| helper.client.strong_count() > 0);
    all.push(Helper {
        client: Arc::downgrade(&session.client),
        open: Arc::downgrade(&session.open),
        pulse: Arc::downgrade(&session.pulse),
        heard: Arc::clone(&session.heard),
        side: session.side,
        place: session.place.clone(),
    });
}

/// Another session of this process on this server that is idle now.
pub(super) fn idle_on(side: Side, server: &Server, besides: Option<&Backend>) -> Option<Session> {
    let all = HELPERS.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().filter(|helper| helper.side == side).filter_map(Helper::session).find(|session| {
        session.pulse.is_idle()
            && session.server() == *server
            && besides.is_none_or(|backend| session.backend() != *backend)
    })
}
