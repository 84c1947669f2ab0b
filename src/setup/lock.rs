//! The one lock of all runs on a database.
//!
//! It is a session-level advisory lock in the target, held by a session that does nothing else. We
//! try to take it once a second and never wait for it in the server. While we hold it, its session
//! asks the server something every 20 s. A lost session is replaced. If another run has the lock by
//! then, [`Signals`] says so to whatever runs, as it does of a signal. If this process is killed, a
//! [`StandIn`] keeps the lock's connection open until the command that runs under it has ended.

use crate::failure::Failure;
use crate::load::Backoff;
use crate::migrate::{LockHeld, Signals, StandIn, Stop};
use crate::postgres::{Holder, TargetUrl, Writable, check_limits};
use crate::report::say;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// The advisory lock's key, of our own choosing ("revdata").
const LOCK: i64 = 0x0072_6576_6461_7461;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a run that waits prints nothing.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// How long the lock's session is idle: routers between forget it otherwise.
const IDLE: Duration = Duration::from_secs(20);

/// How soon we notice that the lock's connection is closed.
const LOOK: Duration = Duration::from_millis(200);

/// After this long without an answer, the keeper opens another session.
const ANSWER_LIMIT: Duration = Duration::from_secs(15);

/// How long a server may take to take the lock back.
const RETURN_LIMIT: Duration = Duration::from_millis(500);

/// Who waits for another run gives up once the server has not answered for this long: it takes less to
/// restart.
const UNANSWERED: Duration = Duration::from_secs(120);

/// PostgreSQL cuts an application name after this many bytes.
const NAME_LIMIT: usize = 63;

/// The lock that a run wants, and how long the run waits.
#[derive(Clone, Debug)]
pub struct Claim {
    pub target: TargetUrl,
    /// What the other runs read: `postdeploy shop-pr-7 run.4711`.
    pub run: String,
    pub wait: Duration,
    /// How long to retry where a server fails in a way that passes.
    pub patience: Duration,
}

/// Does the work while this run holds the lock, and gives the lock back. What the work decides must
/// be read after the lock was taken: another run may have changed it.
///
/// Where the lock is lost to another run, `signals` stops the work.
///
/// # Errors
/// The work's. Another run held the lock for too long, or has it now.
pub async fn holding<T>(
    claim: &Claim,
    signals: &mut Signals,
    work: impl AsyncFnOnce(&mut Signals) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let lock = Lock::take(claim, signals).await?;
    let held = LockHeld { lost: lock.lost.clone(), stand_in: Arc::clone(&lock.stand_in) };
    signals.watch_lock(Some(held));
    let done = work(signals).await;
    signals.watch_lock(None);
    let done = done.map_err(|failure| lock.because_of_loss(failure));
    lock.give_back().await;
    done
}

/// The lock is ours, unless another run has taken it since.
struct Lock {
    keeper: JoinHandle<()>,
    give_back: oneshot::Sender<()>,
    lost: watch::Receiver<bool>,
    loss: Arc<Mutex<Option<Loss>>>,
    stand_in: Arc<StandIn>,
}

/// How the lock was lost, and who has it.
#[derive(Clone, Debug)]
struct Loss {
    why: String,
    to: Holder,
}

/// One attempt to take the lock.
enum Attempt {
    Taken(Held),
    /// With the session for the next attempt, and by whom it is held; `None`: it has just become
    /// free.
    Refused(Writable, Option<Holder>),
}

/// The session that holds the lock, and what others see of it.
struct Held {
    session: Writable,
    own: Holder,
}

impl Claim {
    /// `review-data postdeploy shop-pr-7`, in the characters and the length that PostgreSQL keeps.
    fn application(&self) -> String {
        let printable = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
        format!("review-data {}", self.run).chars().map(printable).take(NAME_LIMIT).collect()
    }

    /// One attempt, in this session or a new one.
    async fn attempt(&self, session: Option<Writable>) -> Result<Attempt, Failure> {
        let session = if let Some(session) = session {
            session
        } else {
            let session = self.target.connect_to_hold(&self.application()).await?;
            check_limits(&session, 2, "one that holds the lock, and one that works").await?;
            session
        };
        let failed = |error| session.failure("cannot lock the target", &error);
        let taken = session.try_advisory_lock(LOCK).await.map_err(failed)?;
        let holder = session.who_holds(LOCK).await.map_err(failed)?;
        match (taken, holder) {
            (true, Some(own)) => Ok(Attempt::Taken(Held { session, own })),
            (true, None) => Err(Failure::new("cannot lock the target")
                .because("the server gave us the lock, and lists nobody who holds it")),
            (false, holder) => Ok(Attempt::Refused(session, holder)),
        }
    }
}

/// The run that holds the lock on a session's database, in words.
///
/// # Errors
/// The server's.
pub(super) async fn holder(session: &Writable) -> Result<Option<String>, Failure> {
    let holder = session.who_holds(LOCK).await;
    let holder =
        holder.map_err(|error| session.failure("cannot see who holds the lock", &error))?;
    Ok(holder.map(|holder| holder.to_string()))
}

impl Lock {
    /// # Errors
    /// Where the target cannot be reached, a signal comes, or the lock is held for too long.
    async fn take(claim: &Claim, signals: &mut Signals) -> Result<Self, Failure> {
        let stand_in = StandIn::new().map_err(|error| no_stand_in(&error))?;
        let begun = Instant::now();
        let mut wait = Waiting { claim, begun, said: None, others: None, lost: None };
        let mut session = None;
        let mut backoff = Backoff::new(claim.patience);
        loop {
            let attempt = signals.unless_stopped(claim.attempt(session.take())).await;
            match attempt.map_err(|stop| wait.stopped(stop))? {
                Ok(Attempt::Taken(mut held)) => {
                    wait.over();
                    held.outlasts(&stand_in).map_err(|error| no_stand_in(&error))?;
                    return Ok(Lock::keep(claim, held, stand_in));
                }
                Ok(Attempt::Refused(again, holder)) => {
                    session = Some(again);
                    wait.lost = None;
                    wait.refused(holder.map(|holder| holder.to_string()))?;
                }
                Err(failure) if wait.others.is_some() => wait.unanswered(failure)?,
                Err(failure) => {
                    let again = signals.unless_stopped(backoff.after(failure, say)).await;
                    again.map_err(|stop| wait.stopped(stop))??;
                    continue;
                }
            }
            signals.pause(PAUSE).await.map_err(|stop| wait.stopped(stop))?;
        }
    }

    fn keep(claim: &Claim, held: Held, stand_in: StandIn) -> Self {
        let stand_in = Arc::new(stand_in);
        let (give_back, returned) = oneshot::channel();
        let (tell_loss, lost) = watch::channel(false);
        let known = Arc::default();
        let mut keeper = Keeper {
            claim: claim.clone(),
            held: Some(held),
            tell_loss,
            loss: Arc::clone(&known),
            stand_in: Arc::clone(&stand_in),
        };
        let keeper = tokio::spawn(async move {
            tokio::select! {
                _ = returned => {}
                () = keeper.keep() => {}
            }
            keeper.give_back().await;
        });
        Lock { keeper, give_back, lost, loss: known, stand_in }
    }

    /// The work's failure, or the reason for it where the lock was lost.
    fn because_of_loss(&self, failure: Failure) -> Failure {
        let Some(loss) = self.loss.lock().unwrap_or_else(PoisonError::into_inner).clone() else {
            return failure;
        };
        Failure::new("the lock on the database was lost, and another run has it")
            .because(format!("{} holds it", loss.to))
            .because(format!("our session was lost: {}", loss.why))
            .because(format!("what was running was stopped: {}", failure.what))
            .remedy("wait until that run has ended; it does what is missing")
    }

    async fn give_back(self) {
        // a keeper that has lost the lock has ended already
        let _ = self.give_back.send(());
        let _ = self.keeper.await;
    }
}

/// A run that waits for another, and says so.
struct Waiting<'a> {
    claim: &'a Claim,
    begun: Instant,
    /// When the last line was printed.
    said: Option<Instant>,
    /// Whom we wait for.
    others: Option<String>,
    /// Since when the server has not answered.
    lost: Option<Instant>,
}

impl Waiting<'_> {
    /// # Errors
    /// Where this has gone on for too long.
    fn refused(&mut self, holder: Option<String>) -> Result<(), Failure> {
        let first = self.others.is_none();
        let holder = holder.unwrap_or_else(|| "a run that has just ended".to_owned());
        let (waited, most) = (self.begun.elapsed(), in_words(self.claim.wait));
        if waited >= self.claim.wait {
            return Err(Failure::new("another run is at work on the database")
                .because(format!("{holder} holds the lock"))
                .because(format!("waited {most} for it ([postdeploy] wait); nothing was done"))
                .remedy(
                    "wait until that run has ended, then run the command again; on Heroku, this \
                     shows the dynos:\n heroku ps --app APP",
                ));
        }
        if first {
            say(&format!(
                "another run is at work on the database ({holder}): waiting for it, at most {most}"
            ));
            self.said = Some(Instant::now());
        } else if self.said.is_none_or(|said| said.elapsed() >= HEARTBEAT) {
            say(&format!("still waiting for {holder} ({} s of {most})", waited.as_secs()));
            self.said = Some(Instant::now());
        }
        self.others = Some(holder);
        Ok(())
    }

    /// A server that answered before may restart.
    ///
    /// # Errors
    /// The failure, where this has gone on for too long.
    fn unanswered(&mut self, failure: Failure) -> Result<(), Failure> {
        let since = *self.lost.get_or_insert_with(Instant::now);
        if since.elapsed() >= UNANSWERED {
            return Err(failure.because(format!(
                "the run waited for another one, and the target has not answered for {}; nothing \
                 was done",
                in_words(UNANSWERED)
            )));
        }
        self.refused(Some("the target, which does not answer".to_owned()))
    }

    fn over(&self) {
        if self.others.is_some() {
            say(&format!("the other run has ended after {} s", self.begun.elapsed().as_secs()));
        }
    }

    fn stopped(&self, stop: Stop) -> Failure {
        let failure = Failure::new(format!("stopped by {stop}; nothing was done"));
        let failure = match &self.others {
            Some(holder) => failure.because(format!("it was waiting for {holder}")),
            None => failure,
        };
        failure.remedy("run the command again")
    }
}

/// `30 min`, `90 s`
fn in_words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 60 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{} s", time.as_secs_f64()),
    }
}

/// Keeps the lock's session alive, and replaces it where it is lost.
struct Keeper {
    claim: Claim,
    held: Option<Held>,
    tell_loss: watch::Sender<bool>,
    loss: Arc<Mutex<Option<Loss>>>,
    stand_in: Arc<StandIn>,
}

impl Keeper {
    /// Ends when the lock is lost to another run.
    async fn keep(&mut self) {
        while let Some(held) = &self.held {
            let why = held.until_lost().await;
            say(&format!("the session that holds the lock is lost ({why}): taking the lock again"));
            if let Some(to) = self.take_again().await {
                say(&format!("{to} has the lock: what this run does is stopped"));
                self.held = None;
                *self.loss.lock().unwrap_or_else(PoisonError::into_inner) = Some(Loss { why, to });
                let _ = self.tell_loss.send(true);
            } else {
                say("the lock is ours again");
            }
        }
    }

    /// Until we have the lock again; or who has it.
    async fn take_again(&mut self) -> Option<Holder> {
        let mut said = Instant::now();
        loop {
            match timeout(ANSWER_LIMIT, self.claim.attempt(None)).await {
                Ok(Ok(Attempt::Taken(mut held))) => {
                    if let Err(error) = held.outlasts(&self.stand_in) {
                        say(&format!("warning: {}", no_stand_in(&error).what));
                    }
                    self.held = Some(held);
                    return None;
                }
                Ok(Ok(Attempt::Refused(_, Some(holder)))) => match &self.held {
                    // the server has not noticed the loss yet, or was only slow
                    Some(held) if held.own == holder => {
                        if held.answers().await.is_ok() {
                            return None;
                        }
                    }
                    _ => return Some(holder),
                },
                // between two holders, or the server cannot be reached
                _ => {}
            }
            if said.elapsed() >= HEARTBEAT {
                said = Instant::now();
                say("the lock is not ours again yet: the server does not give it to us");
            }
            sleep(PAUSE).await;
        }
    }

    /// Nobody waits for the lock longer than needed.
    async fn give_back(self) {
        if let Some(held) = &self.held {
            let sql = format!("select pg_catalog.pg_advisory_unlock({LOCK})");
            let _ = timeout(RETURN_LIMIT, held.session.run(&sql)).await;
        }
    }
}

fn no_stand_in(error: &std::io::Error) -> Failure {
    Failure::new("the process that keeps the lock if this one is killed cannot be started")
        .because(error.to_string())
}

impl Held {
    /// Should this process be killed, the lock stays until no command of it is left.
    fn outlasts(&mut self, stand_in: &StandIn) -> std::io::Result<()> {
        self.session.take_connection().map_or(Ok(()), |connection| stand_in.holds(connection))
    }

    /// Why the session is lost.
    async fn until_lost(&self) -> String {
        let mut asked = Instant::now();
        loop {
            sleep(LOOK).await;
            let due = asked.elapsed() >= IDLE;
            if (due || self.session.is_closed())
                && let Err(why) = self.answers().await
            {
                return why;
            }
            if due {
                asked = Instant::now();
            }
        }
    }

    /// Whether the server still knows the session as the lock's holder; else why not.
    async fn answers(&self) -> Result<(), String> {
        match timeout(ANSWER_LIMIT, self.session.who_holds(LOCK)).await {
            Ok(Ok(Some(holder))) if holder.pid == self.own.pid => Ok(()),
            Ok(Ok(_)) => Err("the server does not list it as the holder".to_owned()),
            Ok(Err(error)) if self.session.is_closed() => {
                let last_word = self.session.last_word();
                Err(last_word.map_or_else(|| error.to_string(), |said| said.message().to_owned()))
            }
            // a statement that somebody cancelled
            Ok(Err(_)) => Ok(()),
            Err(_) => Err(format!("no answer within {} s", ANSWER_LIMIT.as_secs())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(run: &str) -> Claim {
        let target = TargetUrl::parse("postgres://localhost/shop").unwrap();
        Claim {
            target,
            run: run.to_owned(),
            wait: Duration::from_secs(1800),
            patience: Duration::ZERO,
        }
    }

    #[test]
    fn a_run_is_named_in_what_postgresql_keeps() {
        let name = claim("postdeploy shop-pr-7 run.4711").application();
        assert_eq!(name, "review-data postdeploy shop-pr-7 run.4711");
        let long = claim(&"é".repeat(100)).application();
        assert_eq!(long, format!("review-data {}", "?".repeat(51)));
    }

    #[test]
    fn times_are_told_in_their_unit() {
        let told = [0, 1, 59, 60, 90, 120, 1800].map(Duration::from_secs).map(in_words);
        assert_eq!(told, ["0 s", "1 s", "59 s", "1 min", "90 s", "2 min", "30 min"]);
        assert_eq!(in_words(Duration::from_millis(500)), "0.5 s");
    }

    #[test]
    fn who_waits_in_vain_names_whom_it_waited_for() {
        let claim = Claim { wait: Duration::ZERO, ..claim("release shop-pr-7") };
        let begun = Instant::now();
        let mut wait = Waiting { claim: &claim, begun, said: None, others: None, lost: None };
        let holder = "review-data postdeploy shop-pr-7 with pid 12, since 2026-11-28 22:00:00+00";
        insta::assert_snapshot!(wait.refused(Some(holder.to_owned())).unwrap_err());
    }
}
