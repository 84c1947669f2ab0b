//! The sessions of this process whose connections are open: a stop must end all of them, wherever they
//! are.

use super::held;
use super::pulse::Pulse;
use super::url::Address;
use crate::failure::Side;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio_postgres::CancelToken;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to accept the connection for a cancellation.
const CANCEL_LIMIT: Duration = Duration::from_secs(15);

/// A session whose connection is not closed yet.
pub(super) struct Open {
    token: CancelToken,
    tls: MakeRustlsConnect,
    place: Address,
    side: Side,
    pulse: Arc<Pulse>,
}

/// Every session of this process: a stop must end all of them, wherever they are.
static OPEN: Mutex<Vec<Weak<Open>>> = Mutex::new(Vec::new());

impl Open {
    pub(super) fn register(
        token: CancelToken,
        tls: MakeRustlsConnect,
        place: Address,
        (side, pulse): (Side, Arc<Pulse>),
    ) -> Arc<Self> {
        let open = Arc::new(Open { token, tls, place, side, pulse });
        let mut all = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(&open));
        open
    }

    fn all() -> Vec<Arc<Self>> {
        let all = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).collect()
    }

    /// Takes it out of [`OPEN`].
    pub(super) fn unlist(self: &Arc<Self>) {
        let mut all = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.upgrade().is_some_and(|other| !Arc::ptr_eq(&other, self)));
    }

    pub(super) async fn cancel(&self) -> io::Result<()> {
        held::cancel(&self.token, &self.tls, &self.place.config, CANCEL_LIMIT).await
    }
}

/// Cancels whatever runs now in any session of this process. A server that cannot be reached
/// notices when the connection closes.
pub async fn cancel_all(limit: Duration) {
    let open = Open::all();
    let all = futures_util::future::join_all(open.iter().map(|open| open.cancel()));
    let _ = tokio::time::timeout(limit, all).await;
}

/// Ends the connections to the source: nobody needs an answer of its any more.
pub fn leave_sources() {
    for open in Open::all().iter().filter(|open| open.side == Side::Source) {
        open.pulse.give_up("the run was stopped".to_owned());
    }
}

/// Waits until every session that was dropped is closed: the server's last answer has come, so a
/// COMMIT on its way has happened or has not. False where that takes longer than this.
pub async fn all_closed(limit: Duration) -> bool {
    const PAUSE: Duration = Duration::from_millis(10);
    let closed = async {
        while !Open::all().is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(limit, closed).await.is_ok()
}
