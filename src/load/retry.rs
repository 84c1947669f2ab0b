//! A load that a server failed in a way that passes is begun again: from a fresh snapshot, and
//! everything anew.

use super::request::Request;
use super::source_state::SourceState;
use crate::failure::{Failure, Side, Transient, TransientKind};
use crate::postgres::Backend;
use crate::report::{Progress, duration};
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
        let attempt = self.made + 1;
        let failure = if self.made == MOST {
            failure.because(format!("this was attempt {attempt}, the last one"))
        } else {
            let patience = duration(self.patience());
            failure.because(format!(
                "this was attempt {attempt}; [source] patience = {patience} allows no other one"
            ))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::load::Existing;
    use crate::postgres::{SourceUrl, TargetUrl};

    /// With a load that has begun again this often.
    fn with(made: u32, check: impl FnOnce(&Retries<'_>)) {
        let (source, target) = (SourceUrl::parse("host=s"), TargetUrl::parse("host=t"));
        let (source, target) = (source.unwrap(), target.unwrap());
        let config = Config::default();
        let request = Request {
            source: &source,
            target: &target,
            config: &config,
            migration_tables: &[],
            existing: Existing::default(),
        };
        let progress = Progress::default();
        let mut retries = Retries::new(&request, &progress);
        retries.made = made;
        check(&retries);
        progress.end();
    }

    #[test]
    fn pauses_grow_and_are_never_the_same() {
        for (kind, pauses) in [
            (TransientKind::Conflict, [300, 600, 1_200, 2_400, 4_800]),
            (TransientKind::Lost, [300, 1_200, 4_800, 19_200, 76_800]),
        ] {
            for (made, pause) in (0..).zip(pauses) {
                with(made, |retries| {
                    let pause = Duration::from_millis(pause);
                    let found = retries.pause(kind);
                    assert!(found >= pause && found <= pause * 5 / 4, "{kind:?} {made} {found:?}");
                });
            }
        }
    }

    fn failure(kind: TransientKind) -> Failure {
        let transient = Transient { side: Side::Source, kind };
        Failure::new("cannot read the source's schema")
            .because("pg_dump: error: query failed: ERROR:  canceling statement due to something")
            .because("pg_dump ended with exit status 1")
            .remedy("run the command again")
            .passing(Some(transient))
    }

    #[test]
    fn the_last_failure_says_how_often_the_load_began_again() {
        with(MOST, |retries| {
            let given_up = |kind| {
                let failure = failure(kind);
                let transient = failure.transient.unwrap();
                retries.given_up(failure, transient, Some(&SourceState::default()))
            };
            insta::assert_snapshot!(given_up(TransientKind::Conflict), @r"
            error: cannot read the source's schema
              pg_dump: error: query failed: ERROR:  canceling statement due to something
              pg_dump ended with exit status 1
              this was attempt 6, the last one
              what to do: run the command again
            ");
            insta::assert_snapshot!(given_up(TransientKind::Lock), @r"
            error: cannot read the source's schema
              pg_dump: error: query failed: ERROR:  canceling statement due to something
              pg_dump ended with exit status 1
              this was attempt 6, the last one
              what to do: a schema change on the source holds a lock: run the command again
                when it is over
            ");
        });
        with(1, |retries| {
            let failure = failure(TransientKind::Lost);
            let transient = failure.transient.unwrap();
            insta::assert_snapshot!(retries.given_up(failure, transient, None), @r"
            error: cannot read the source's schema
              pg_dump: error: query failed: ERROR:  canceling statement due to something
              pg_dump ended with exit status 1
              this was attempt 2; [source] patience = 20 min allows no other one
              what to do: run the command again
            ");
        });
    }

    #[test]
    fn a_retry_is_told_in_one_line() {
        insta::assert_snapshot!(
            in_one_line(&failure(TransientKind::Conflict)),
            @"cannot read the source's schema: pg_dump: error: query failed: ERROR:  canceling statement due to something"
        );
        assert_eq!(in_one_line(&Failure::new("cannot")), "cannot");
    }
}
