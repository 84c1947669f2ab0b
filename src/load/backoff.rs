//! When something is tried again that a server failed in a way that passes: at most five times, after
//! pauses that grow, and within the patience that the configuration allows.

use crate::failure::{Failure, TransientKind};
use crate::report::duration;
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

/// This many times at most.
pub(super) const MOST: u32 = 5;

/// The first pause; each later one is a multiple of the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(300);

/// After a cancelled read only the replay has to be waited for, and that is done besides. Where
/// nobody has ever answered, the address is more likely wrong than the server away for long.
const FACTOR: u32 = 2;

/// A server that restarts, a schema change or a server without a free connection need longer: the
/// five pauses make more than a minute and a half.
const FACTOR_OF_WAITING: u32 = 4;

/// The attempts of one piece of work.
#[derive(Debug)]
pub struct Backoff {
    patience: Duration,
    begun: Instant,
    pub(super) made: u32,
}

impl Backoff {
    #[must_use]
    pub fn new(patience: Duration) -> Self {
        Backoff { patience, begun: Instant::now(), made: 0 }
    }

    /// When the first attempt began.
    pub(super) fn begun(&self) -> Instant {
        self.begun
    }

    pub(super) fn patience_left(&self) -> Duration {
        self.patience.saturating_sub(self.begun.elapsed())
    }

    /// Counts one more attempt, and returns the pause before it. `None`: the last one was made.
    pub(super) fn next(&mut self, kind: TransientKind) -> Option<Duration> {
        let pause = self.pause(kind);
        if self.made == MOST || self.begun.elapsed() + pause > self.patience {
            return None;
        }
        self.made += 1;
        Some(pause)
    }

    /// Up to a quarter longer than it needs to be: runs that one event has ended do not all come
    /// back at the same moment.
    fn pause(&self, kind: TransientKind) -> Duration {
        let factor = match kind {
            TransientKind::Conflict | TransientKind::Unreachable => FACTOR,
            TransientKind::Lock | TransientKind::Connections | TransientKind::Lost => {
                FACTOR_OF_WAITING
            }
        };
        let pause = FIRST_PAUSE * factor.pow(self.made);
        let quarter = u64::try_from(pause.as_millis() / 4).unwrap_or(u64::MAX).max(1);
        let random = RandomState::new().hash_one(self.made);
        pause + Duration::from_millis(random % quarter)
    }

    /// The last failure, with the number of attempts.
    pub(super) fn given_up(&self, failure: Failure) -> Failure {
        let attempt = self.made + 1;
        if self.made == MOST {
            failure.because(format!("this was attempt {attempt}, the last one"))
        } else {
            let patience = duration(self.patience);
            failure.because(format!(
                "this was attempt {attempt}; [source] patience = {patience} allows no other one"
            ))
        }
    }

    /// What to do after a failure: wait for the pause, then try again. `tell` prints one line.
    ///
    /// # Errors
    /// The failure, where it does not pass or has come too often.
    pub async fn after(&mut self, failure: Failure, tell: impl Fn(&str)) -> Result<(), Failure> {
        let Some(transient) = failure.transient else { return Err(failure) };
        let Some(pause) = self.next(transient.kind) else { return Err(self.given_up(failure)) };
        tell(&format!("trying again (retry {} of {MOST}): {}", self.made, in_one_line(&failure)));
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

/// Does work that only asks, again where a server fails it in a way that passes.
///
/// # Errors
/// The last failure.
pub async fn patiently<T>(
    patience: Duration,
    tell: impl Fn(&str),
    mut work: impl AsyncFnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut backoff = Backoff::new(patience);
    loop {
        match work().await {
            Ok(done) => return Ok(done),
            Err(failure) => backoff.after(failure, &tell).await?,
        }
    }
}

/// What failed and why, without the lines that only help to find out more.
pub(super) fn in_one_line(failure: &Failure) -> String {
    match failure.why.first() {
        Some(why) => format!("{}: {}", failure.what, why.lines().next().unwrap_or_default()),
        None => failure.what.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Side, Transient};
    use std::cell::RefCell;

    #[test]
    fn pauses_grow_and_are_never_the_same() {
        for (kind, pauses) in [
            (TransientKind::Conflict, [300, 600, 1_200, 2_400, 4_800]),
            (TransientKind::Lost, [300, 1_200, 4_800, 19_200, 76_800]),
        ] {
            let mut backoff = Backoff::new(Duration::from_secs(1_200));
            for pause in pauses {
                let pause = Duration::from_millis(pause);
                let found = backoff.next(kind).expect("another attempt");
                assert!(found >= pause && found <= pause * 5 / 4, "{kind:?} {found:?}");
            }
            assert_eq!(backoff.next(kind), None);
        }
        let mut impatient = Backoff::new(Duration::from_secs(1));
        assert!(impatient.next(TransientKind::Lost).is_some());
        assert_eq!(impatient.next(TransientKind::Lost), None, "the second pause is 1.2 s");
    }

    fn lost() -> Failure {
        let transient = Transient { side: Side::Target, kind: TransientKind::Unreachable };
        Failure::new("cannot connect").because("nobody listens").passing(Some(transient))
    }

    #[tokio::test]
    async fn work_is_done_again_until_it_succeeds() {
        let said = RefCell::new(Vec::new());
        let mut times = 0;
        let done = patiently(
            Duration::from_secs(10),
            |line| said.borrow_mut().push(line.to_owned()),
            async || {
                times += 1;
                if times < 3 { Err(lost()) } else { Ok(times) }
            },
        );
        assert_eq!(done.await.unwrap(), 3);
        assert_eq!(
            said.into_inner(),
            [1, 2]
                .map(|n| format!("trying again (retry {n} of 5): cannot connect: nobody listens"))
        );
    }

    #[tokio::test]
    async fn what_does_not_pass_is_not_done_again() {
        let work = async || Err::<(), _>(Failure::new("no such database"));
        let failure = patiently(Duration::from_secs(10), |_| panic!("again"), work).await;
        assert_eq!(failure.unwrap_err(), Failure::new("no such database"));
        let impatient =
            patiently(Duration::ZERO, |_| panic!("again"), async || Err::<(), _>(lost()));
        let why = impatient.await.unwrap_err().why;
        assert_eq!(why[1], "this was attempt 1; [source] patience = 0 s allows no other one");
    }
}
