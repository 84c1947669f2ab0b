//! The signals with which a platform or a person stops us.

use std::fmt;
use std::io;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

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
    heard: Option<(Stop, Instant)>,
}

impl Signals {
    /// # Errors
    /// The system's.
    pub fn listen() -> io::Result<Self> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            heard: None,
        })
    }

    /// The next of them.
    pub async fn next(&mut self) -> Stop {
        let stop = tokio::select! {
            _ = self.terminate.recv() => Stop::Terminate,
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.hang_up.recv() => Stop::HangUp,
        };
        self.heard.get_or_insert((stop, Instant::now()));
        stop
    }

    /// The first that came, and when.
    #[must_use]
    pub fn heard(&self) -> Option<(Stop, Instant)> {
        self.heard
    }

    /// Does what may not be broken off; a signal is only noted.
    pub async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                _ = self.next() => {}
            }
        }
    }

    /// Does what may be broken off: a signal that came before, or comes now, ends it.
    ///
    /// # Errors
    /// The signal.
    pub async fn unless_stopped<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Stop> {
        if let Some((stop, _)) = self.heard {
            return Err(stop);
        }
        tokio::select! {
            biased;
            stop = self.next() => Err(stop),
            done = work => Ok(done),
        }
    }

    /// A pause, which a signal ends.
    ///
    /// # Errors
    /// The signal.
    pub async fn pause(&mut self, pause: Duration) -> Result<(), Stop> {
        self.unless_stopped(tokio::time::sleep(pause)).await
    }
}
