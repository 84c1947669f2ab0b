//! Which server a session has reached. One address may lead to several: a name with many addresses,
//! a list of hosts, a forwarder before a pool of standbys.

use std::fmt;

/// One server, by what it says of itself. What it exports, such as a snapshot's identifier, is no
/// sign: another server may have given the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// When it was started, to the microsecond.
    pub(super) started: String,
    /// Its own address; `None` over a Unix socket.
    pub(super) address: Option<String>,
    pub(super) port: Option<i32>,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.address, self.port) {
            (Some(address), Some(port)) => write!(f, "{address}:{port}")?,
            _ => f.write_str("a local server")?,
        }
        write!(f, ", up since {}", self.started)
    }
}

/// The server's process for one session: its number may be given to another one later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backend {
    pub(super) pid: i32,
    /// When it began.
    pub(super) since: String,
}

/// What a session knows about where it is.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    /// `150018` for 15.18.
    pub(super) version: i32,
    pub(super) server: Server,
    pub(super) backend: Backend,
    /// The `search_path` that the session began with: the role's own.
    pub(super) path: String,
}
