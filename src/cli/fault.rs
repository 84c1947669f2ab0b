//! A panic becomes one failure: what it says may quote a value, so only its place is shown.

use crate::failure::Failure;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

/// The first panic of this process, in whatever thread or task.
static FIRST: Mutex<Option<Fault>> = Mutex::new(None);

/// Where a panic came from.
#[derive(Clone, Debug)]
struct Fault {
    /// As in `src/load/guard.rs:17`.
    place: String,
    /// The driver could not read a value that a server sent.
    answer: bool,
}

/// Runs a command. Whatever it holds is dropped by a panic: open transactions are rolled back.
///
/// # Errors
/// The command's, or that it panicked.
pub(super) fn caught(command: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    panic::set_hook(Box::new(note));
    let ended = panic::catch_unwind(AssertUnwindSafe(command));
    let fault = FIRST.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match (ended, fault) {
        (Ok(Ok(())), _) => Ok(()),
        (Ok(Err(failure)), None) => Err(failure),
        // a task that panicked, such as the one that speaks to a server
        (Ok(Err(failure)), Some(fault)) => Err(fault.added_to(failure)),
        (Err(_), fault) => Err(match fault {
            Some(fault) => fault.added_to(Failure::new("cannot go on")),
            None => Failure::new("cannot go on").remedy(REPORT),
        }),
    }
}

const REPORT: &str = "this is a fault of review-data: please report it, with this message";

impl Fault {
    fn added_to(&self, failure: Failure) -> Failure {
        let place = &self.place;
        if self.answer {
            return failure
                .because(format!(
                    "a server sent an answer that does not fit the question ({place})"
                ))
                .remedy(
                    "check that both URLs lead to PostgreSQL servers, without a proxy between",
                );
        }
        failure.because(format!("an assertion failed at {place}")).remedy(REPORT)
    }
}

fn note(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
    let place = info.location().map_or_else(
        || "an unknown place".to_owned(),
        |place| format!("{}:{}", place.file(), place.line()),
    );
    // the words of tokio_postgres::Row::get
    let answer = text.starts_with("error retrieving column");
    let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    first.get_or_insert(Fault { place, answer });
}
