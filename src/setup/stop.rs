//! A stop: what runs on the servers is cancelled, everything is dropped, and then the output says so.

use crate::failure::Failure;
use crate::migrate::{Signals, Stop};
use crate::postgres;
use std::time::Duration;

/// How long servers are given to take note of a cancellation.
const CANCEL_LIMIT: Duration = Duration::from_secs(1);

/// How long the target's last answers are waited for.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Why work did not end well.
pub enum Interruption {
    /// `is_known`: what the target was asked last, it has answered.
    Stopped {
        stop: Stop,
        is_known: bool,
    },
    Failed(Failure),
}

/// Does the work unless a signal stops it. After that no session of ours is open.
///
/// # Errors
/// The work's, or the signal.
pub async fn unless_stopped<T>(
    signals: &mut Signals,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Interruption> {
    let mut work = Box::pin(work);
    let stop = tokio::select! {
        biased;
        result = &mut work => return result.map_err(Interruption::Failed),
        stop = signals.next() => stop,
    };
    postgres::close_spares();
    postgres::cancel_all(CANCEL_LIMIT).await;
    drop(work);
    postgres::leave_sources();
    let is_known = postgres::all_closed(CLOSE_LIMIT).await;
    Err(Interruption::Stopped { stop, is_known })
}

impl Interruption {
    /// Nothing was under way on the servers.
    #[must_use]
    pub fn by(stop: Stop) -> Self {
        Interruption::Stopped { stop, is_known: true }
    }

    /// The failure to show; `state` is what the reader should know about the target.
    #[must_use]
    pub fn failure(self, state: &str) -> Failure {
        match self {
            Interruption::Failed(failure) => failure,
            Interruption::Stopped { stop, .. } => {
                let failure = Failure::new(format!("stopped by {stop}; {state}"));
                let failure = match stop {
                    Stop::OutOfTime(_) => failure.because("the next run does what is missing"),
                    _ => failure,
                };
                failure.remedy("run the command again")
            }
        }
    }
}

/// Listens for the signals that stop us.
///
/// # Errors
/// The system's.
pub fn listen() -> Result<Signals, Failure> {
    Signals::listen()
        .map_err(|error| Failure::new("signals cannot be listened for").because(error.to_string()))
}

/// Runs a command's work on the one thread that everything shares.
///
/// # Errors
/// The work's.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new("the runtime cannot be started").because(error.to_string())
    })?;
    let done = runtime.block_on(work);
    // a name that is still being resolved is not waited for
    runtime.shutdown_background();
    done
}
