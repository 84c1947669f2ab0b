//! A load that a server failed in a way that passes is begun again: from a fresh snapshot, and
//! everything anew.

use super::backoff::{Backoff, MOST, in_one_line};
use super::request::Request;
use super::source_state::SourceState;
use crate::failure::{Failure, Side, Transient, TransientKind};
use crate::postgres::Backend;
use crate::report::{Progress, duration};
use std::time::{Duration, Instant};

/// The output names a longer pause.
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
    backoff: Backoff,
    /// A session on the target that the server may not know to be lost.
    left: Option<Backend>,
}

impl<'a> Retries<'a> {
    pub(super) fn new(request: &'a Request<'a>, progress: &'a Progress) -> Self {
        let backoff = Backoff::new(request.config.source.patience);
        Retries { request, progress, backoff, left: None }
    }

    /// When the first attempt began.
    pub(super) fn begun(&self) -> Instant {
        self.backoff.begun()
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
        let Some(pause) = self.backoff.next(transient.kind) else {
            return Err(self.given_up(failure, transient, state.as_ref()));
        };
        let mut line = format!(
            "the load begins again (retry {} of {MOST}): {}",
            self.backoff.made,
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
        let limit = REPLAY_LIMIT.min(self.backoff.patience_left());
        if !state.caught_up(self.request.source, limit).await {
            self.progress.line(&format!(
                "the standby has not replayed within {} what it had received: the load begins \
                 again nevertheless",
                duration(limit)
            ));
        }
    }

    /// The last failure, with the advice that fits.
    fn given_up(
        &self,
        failure: Failure,
        transient: Transient,
        state: Option<&SourceState>,
    ) -> Failure {
        let failure = self.backoff.given_up(failure);
        let advice = match (transient.side, transient.kind) {
            (Side::Source, TransientKind::Conflict) => state.and_then(SourceState::advice),
            (Side::Source, TransientKind::Lock) => Some(state.map_or_else(
                || SourceState::default().advice_on_lock(),
                SourceState::advice_on_lock,
            )),
            _ => None,
        };
        match advice {
            Some(advice) => failure.remedy(advice),
            None => failure,
        }
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
        retries.backoff.made = made;
        check(&retries);
        progress.end();
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
