//! Running the migration command, once or, where a lock was not had in time, a few times.

use super::command::MigrationCommand;
use super::lock_waits::{Lookout, PAUSES, SIGNS};
use super::run::{Ending, RunError, Shell};
use super::signals::Signals;
use crate::config::{Migrate, OnFailure, without_secrets};
use crate::failure::{Failure, visible};
use crate::postgres::TargetUrl;
use crate::report::say;
use std::time::Duration;

/// The migration command with all that it runs under.
#[derive(Clone, Copy)]
pub struct Migrations<'a> {
    /// The app's name, for messages.
    pub app: &'a str,
    pub command: &'a MigrationCommand,
    pub config: &'a Migrate,
    pub shell: &'a Shell,
    /// Where it can be seen who stands in the migrations' way.
    pub database: Option<&'a TargetUrl>,
}

/// How the migrations ended.
#[derive(Debug)]
pub enum Outcome {
    Done,
    /// They failed, and `[migrate] on_failure` is "warn".
    Tolerated,
    Failed {
        failure: Failure,
        /// By a signal: what the command did may be there in part.
        interrupted: bool,
    },
}

impl Migrations<'_> {
    /// Runs the migration command. Where it fails, the line of 2019 is printed, and the policy says
    /// whether that is a failure.
    ///
    /// # Errors
    /// The failure.
    pub async fn run(&self, signals: &mut Signals) -> Result<(), Failure> {
        match self.outcome(signals).await {
            Outcome::Done | Outcome::Tolerated => Ok(()),
            Outcome::Failed { failure, .. } => Err(failure),
        }
    }

    /// The same, with how it ended.
    pub async fn outcome(&self, signals: &mut Signals) -> Outcome {
        let MigrationCommand { command, origin } = self.command;
        let shown = without_secrets(command);
        say(&format!("running migrations: {} ({})", visible(&shown), origin.name()));
        let (ending, in_the_way) = match self.config.lock_timeout {
            Some(limit) => self.with_retries(limit, signals).await,
            None => (self.shell.run(command, signals).await, None),
        };
        if let Ok(Ending::Success) = ending {
            return Outcome::Done;
        }
        let app = self.app;
        say(&format!("Database migrations failed in {app}"));
        let interrupted = matches!(ending, Ok(Ending::Stopped(_) | Ending::Killed(_)));
        let (why, stopped) = match ending {
            Ok(ending) => (ending.to_string(), matches!(ending, Ending::Stopped(_))),
            Err(error) => (error.to_string(), false),
        };
        // being told to stop is not the command's failure, and no policy for it
        if self.config.on_failure == OnFailure::Warn && !stopped {
            say(&format!("{why}; going on, since [migrate] on_failure is \"warn\""));
            return Outcome::Tolerated;
        }
        let failure = Failure::new(format!("the migrations of {app} failed: {why}"))
            .because(format!(
                "the command ({}):\n{}",
                origin.name(),
                on_own_lines(&without_secrets(command))
            ))
            .remedy(if stopped {
                "deploy again; the command was told to end, and its output above says how far it \
                 came"
            } else if in_the_way.is_some() {
                "end what is in the way, or wait until it has ended, and deploy again"
            } else {
                "see the command's own output above, mend the migration, and deploy again"
            });
        let failure = in_the_way.into_iter().fold(failure, Failure::because);
        Outcome::Failed { failure, interrupted }
    }

    /// Runs the command until it ends otherwise than by a lock timeout, a bounded number of times;
    /// with its last end, who was in the way.
    async fn with_retries(
        &self,
        limit: Duration,
        signals: &mut Signals,
    ) -> (Result<Ending, RunError>, Option<String>) {
        let mut lookout = match self.database {
            Some(target) => Lookout::open(target, limit).await.map_err(|why| {
                say(&format!("warning: who holds locks cannot be seen: {why}"));
            }),
            None => Err(()),
        };
        let mut pauses = PAUSES.iter();
        let mut times = 0;
        loop {
            times += 1;
            let run = self.shell.run_and_look_for(SIGNS, &self.command.command, signals);
            let run = match &mut lookout {
                Ok(lookout) => tokio::select! {
                    run = run => run,
                    never = lookout.look() => match never {},
                },
                Err(()) => run.await,
            };
            let (ending, timed_out) = match run {
                Ok(run) => run,
                Err(error) => return (Err(error), None),
            };
            if !timed_out || matches!(ending, Ending::Success | Ending::Stopped(_)) {
                return (Ok(ending), None);
            }
            let who = match &mut lookout {
                Ok(lookout) => lookout.told(),
                Err(()) => "whose lock it was could not be seen".to_owned(),
            };
            let waited =
                format!("a lock was not had within {} s (lock_timeout)", limit.as_secs_f64());
            let Some(pause) = pauses.next() else {
                let times = format!("{waited}, in each of {times} runs; the last time {who}");
                return (Ok(ending), Some(times));
            };
            say(&format!("{waited}: {who}. Running the command again in {} s", pause.as_secs()));
            if let Err(stop) = signals.pause(*pause).await {
                return (Ok(Ending::Stopped(stop)), None);
            }
        }
    }
}

/// So that a failure does not break its lines, and it can be copied.
#[must_use]
pub fn on_own_lines(command: &str) -> String {
    command.lines().map(|line| format!(" {line}")).collect::<Vec<_>>().join("\n")
}
