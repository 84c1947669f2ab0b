//! The signals with which a platform or a person stops us.

use std::fmt;
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A signal that means: stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Terminate,
    Interrupt,
    HangUp,
}

impl Stop {
    /// As `kill -s` takes it.
    pub(super) fn short_name(self) -> &'static str {
        match self {
            Stop::Terminate => "TERM",
            Stop::Interrupt => "INT",
            Stop::HangUp => "HUP",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIG{}", self.short_name())
    }
}

/// Listens for all of them. From its making on, none of them ends the process by itself.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// # Errors
    /// The system's.
    pub fn listen() -> io::Result<Self> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next of them.
    pub async fn next(&mut self) -> Stop {
        tokio::select! {
            _ = self.terminate.recv() => Stop::Terminate,
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.hang_up.recv() => Stop::HangUp,
        }
    }
}
