//! A load that a server failed in a way that passes is begun again: from a fresh snapshot, and
//! everything anew.

use super::Request;
use super::source_state::SourceState;
use crate::failure::{Failure, Side, Transient, TransientKind};
use crate::postgres::Backend;
use crate::report::{Progress, counted, duration};
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

/// A load is begun again at most this many times.
const MOST: u32 = 5;

/// The first pause; each later one is a multiple of the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(300);

/// After a cancelled read only the replay has to be waited for, and that is done besides. Where
/// nobody has ever answered, the address is more likely wrong than the server away for long.
const FACTOR: u32 = 2;

/// A server that restarts, a schema change or a server without a free connection need longer: the
/// five pauses make more than a minute and a half.
const FACTOR_OF_WAITING: u32 = 4;

/// A longer pause is said.
const WORTH_A_LINE: Duration = Duration::from_secs(4);

/// How long a standby may take to replay what it has received, before the next attempt.
const REPLAY_LIMIT: Duration = Duration::from_secs(60);

/// How long the target may take to end a session that an attempt has left there.
const END_LIMIT: Duration = Duration::from_secs(60);

/// How an attempt ended.
pub(super) struct Ended {
    pub(super) failure: Failure,
    /// The session on the target, where it was lost: the server may not know yet.
    pub(super) left: Option<Backend>,
}

impl<F: Into<Failure>> From<F> for Ended {
    fn from(failure: F) -> Self {
        Ended { failure: failure.into(), left: None }
    }
}

/// The attempts of one load.
pub(super) struct Retries<'a> {
    request: &'a Request<'a>,
    progress: &'a Progress,
    begun: Instant,
    made: u32,
    /// A session on the target that the server may not know to be lost.
    left: Option<Backend>,
}

impl<'a> Retries<'a> {
    pub(super) fn new(request: &'a Request<'a>, progress: &'a Progress) -> Self {
        Retries { request, progress, begun: Instant::now(), made: 0, left: None }
    }

    /// When the first attempt began.
    pub(super) fn begun(&self) -> Instant {
        self.begun
    }

    /// Returns when the load may begin again after this failure.
    ///
    /// # Errors
    /// The failure, where it does not pass or has come too often.
    pub(super) async fn next(&mut self, ended: Ended) -> Result<(), Failure> {
        let Ended { failure, left } = ended;
        self.left = left.or(self.left.take());
        let Some(transient) = failure.transient else { return Err(failure) };
        let state = match (transient.side, transient.kind) {
            (Side::Target, _) | (_, TransientKind::Unreachable) => None,
            (Side::Source, _) => SourceState::look(self.request.source).await,
        };
        let pause = self.pause(transient.kind);
        if self.made == MOST || self.begun.elapsed() + pause > self.patience() {
            return Err(self.given_up(failure, transient, state.as_ref()));
        }
        self.made += 1;
        let mut line = format!(
            "the load begins again (retry {} of {MOST}): {}",
            self.made,
            in_one_line(&failure)
        );
        if let Some(lag) = state.as_ref().and_then(SourceState::lag) {
            line.push_str("; ");
            line.push_str(&lag);
        }
        self.progress.line(&line);
        if pause > WORTH_A_LINE {
            let pause = duration(pause);
            self.progress.begin(&format!("waiting {pause} before the load begins again"));
        }
        tokio::time::sleep(pause).await;
        if let Some(state) = state {
            self.wait_for_replay(&state).await;
        }
        self.end_what_is_left().await;
        Ok(())
    }

    /// A session that only the network has ended would keep its locks, ours among them.
    async fn end_what_is_left(&mut self) {
        let Some(backend) = &self.left else { return };
        let end = async {
            let session = self.request.target.connect().await.ok()?;
            session.end(backend).await.ok()
        };
        // where the target does not answer, the next attempt says so itself
        if let Ok(Some(())) = tokio::time::timeout(END_LIMIT, end).await {
            self.left = None;
        }
    }

    /// A snapshot of a standby that is behind would be cancelled without any delay.
    async fn wait_for_replay(&self, state: &SourceState) {
        let left = self.patience().saturating_sub(self.begun.elapsed());
        let limit = REPLAY_LIMIT.min(left);
        if !state.caught_up(self.request.source, limit).await {
            self.progress.line(&format!(
                "the standby has not replayed within {} what it had received: the load begins \
                 again nevertheless",
                duration(limit)
            ));
        }
    }

    fn patience(&self) -> Duration {
        self.request.config.source.patience
    }

    /// The pause before the next attempt, up to a quarter longer than it needs to be: runs that
    /// one event has ended do not all come back at the same moment.
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

    /// The last failure, with the advice that fits.
    fn given_up(
        &self,
        failure: Failure,
        transient: Transient,
        state: Option<&SourceState>,
    ) -> Failure {
        let failure = if self.made == 0 {
            failure
        } else {
            let times = counted(u64::from(self.made), "time");
            failure.because(format!("the load had begun again {times} before"))
        };
        let failure = if self.made < MOST {
            let patience = duration(self.patience());
            failure
                .because(format!("the time for retries is over: [source] patience is {patience}"))
        } else {
            failure
        };
        let advice = match (transient.side, transient.kind) {
            (Side::Source, TransientKind::Conflict) => state.and_then(SourceState::advice),
            (Side::Source, TransientKind::Lock) => {
                let locked = state.map(SourceState::locked).unwrap_or_default();
                Some(format!(
                    "a schema change on the source holds a lock{locked}: run the command again \
                     when it is over"
                ))
            }
            _ => None,
        };
        match advice {
            Some(advice) => failure.remedy(advice),
            None => failure,
        }
    }
}

/// What failed and why, without the lines that only help to find out more.
fn in_one_line(failure: &Failure) -> String {
    match failure.why.first() {
        Some(why) => format!("{}: {}", failure.what, why.lines().next().unwrap_or_default()),
        None => failure.what.clone(),
    }
}
