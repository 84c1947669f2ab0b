//! What stops us: a signal from the platform or a person, the loss of the lock to another run, or the
//! end of the time that a run may take.

use super::stand_in::StandIn;
use crate::report::duration;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::Instant;

/// Why we stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Terminate,
    Interrupt,
    HangUp,
    /// Another run holds the lock that was ours.
    LockLost,
    /// `[postdeploy] max_duration` is over.
    OutOfTime(Duration),
}

impl Stop {
    /// The signal for a running command, as `kill -s` takes it.
    pub(super) fn short_name(self) -> &'static str {
        match self {
            Stop::Terminate | Stop::LockLost | Stop::OutOfTime(_) => "TERM",
            Stop::Interrupt => "INT",
            Stop::HangUp => "HUP",
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::LockLost => f.write_str("the loss of the lock"),
            Stop::OutOfTime(limit) => {
                write!(f, "[postdeploy] max_duration, which is {}", duration(*limit))
            }
            Stop::Terminate | Stop::Interrupt | Stop::HangUp => {
                write!(f, "SIG{}", self.short_name())
            }
        }
    }
}

/// The lock that we hold, as commands need to know it.
#[derive(Clone, Debug)]
pub struct LockHeld {
    /// Becomes true when the lock is lost to another run.
    pub lost: watch::Receiver<bool>,
    pub stand_in: Arc<StandIn>,
}

/// Listens for all of them. Once it is made, a signal does not end the process.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    lock: Option<LockHeld>,
    /// When the time is over, and how long it was.
    limit: Option<(Instant, Duration)>,
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
            lock: None,
            limit: None,
            heard: None,
        })
    }

    /// From now on, the loss of the lock stops us as a signal does. `None`: no longer.
    pub fn watch_lock(&mut self, lock: Option<LockHeld>) {
        self.lock = lock;
    }

    /// From now on, this run may take this long.
    pub fn limit(&mut self, limit: Duration) {
        self.limit = Some((Instant::now() + limit, limit));
    }

    /// What keeps the lock until the commands that run under it have ended.
    pub(super) fn stand_in(&self) -> Option<Arc<StandIn>> {
        self.lock.as_ref().map(|lock| Arc::clone(&lock.stand_in))
    }

    /// The next of them.
    pub async fn next(&mut self) -> Stop {
        let stop = tokio::select! {
            _ = self.terminate.recv() => Stop::Terminate,
            _ = self.interrupt.recv() => Stop::Interrupt,
            _ = self.hang_up.recv() => Stop::HangUp,
            () = lost(&mut self.lock) => {
                // `next` returns it once; `heard` keeps it
                self.lock = None;
                Stop::LockLost
            }
            limit = over(self.limit) => {
                self.limit = None;
                Stop::OutOfTime(limit)
            }
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

/// Ends when the time is over.
async fn over(limit: Option<(Instant, Duration)>) -> Duration {
    match limit {
        Some((until, limit)) => {
            tokio::time::sleep_until(until).await;
            limit
        }
        None => std::future::pending().await,
    }
}

/// Ends when the lock is lost.
async fn lost(lock: &mut Option<LockHeld>) {
    let is_lost = match lock {
        Some(lock) => lock.lost.wait_for(|lost| *lost).await.is_ok(),
        None => false,
    };
    if !is_lost {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_of_a_runs_time_stops_as_a_signal_does() {
        let mut signals = Signals::listen().unwrap();
        signals.limit(Duration::from_millis(20));
        let stop = signals.next().await;
        assert_eq!(stop.to_string(), "[postdeploy] max_duration, which is 0.0 s");
        assert_eq!(signals.pause(Duration::ZERO).await, Err(stop));
    }

    #[tokio::test]
    async fn the_loss_of_the_lock_stops_once_and_is_remembered() {
        let (keeper, lost) = watch::channel(false);
        let mut signals = Signals::listen().unwrap();
        let stand_in = Arc::new(StandIn::new().unwrap());
        signals.watch_lock(Some(LockHeld { lost, stand_in }));
        assert_eq!(signals.pause(Duration::from_millis(1)).await, Ok(()));
        keeper.send(true).unwrap();
        assert_eq!(signals.next().await, Stop::LockLost);
        let again = tokio::time::timeout(Duration::from_millis(20), signals.next()).await;
        assert!(again.is_err(), "a command would be signalled again and again");
        assert_eq!(signals.pause(Duration::ZERO).await, Err(Stop::LockLost));
    }

    #[tokio::test]
    async fn a_lock_that_was_given_back_stops_nothing() {
        let (held, lost) = watch::channel(false);
        let mut signals = Signals::listen().unwrap();
        let stand_in = Arc::new(StandIn::new().unwrap());
        signals.watch_lock(Some(LockHeld { lost, stand_in }));
        drop(held);
        assert_eq!(signals.pause(Duration::from_millis(20)).await, Ok(()));
    }
}
