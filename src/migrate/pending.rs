//! Asking whether migrations are pending, before anything else is done for them.

use super::frameworks::{Answer, AppFiles, PendingCheck, pending_check};
use super::run::Shell;
use super::signals::{Signals, Stop};
use super::stand_in::StandIn;
use crate::config::{Migrate, without_secrets};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Output;
use std::time::Duration;

/// How long a framework may think about it. Some start a whole app for the question.
const CHECK_LIMIT: Duration = Duration::from_secs(180);

/// Exit codes of a shell that could not run the command at all.
const NOT_RUN: [i32; 2] = [126, 127];

/// Whether migrations are pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    No,
    Yes,
    /// Treated as yes.
    Unknown {
        why: String,
    },
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// `[migrate] check`
    Own(String),
    Framework(PendingCheck),
}

impl Check {
    /// The check that the configuration names, else the one that belongs to the command.
    #[must_use]
    pub fn of(config: &Migrate, files: &AppFiles, command: &str) -> Self {
        if let Some(check) = &config.check {
            return Check::Own(check.clone());
        }
        Check::Framework(match pending_check(files, command) {
            Ok(Some(check)) => check,
            Ok(None) => PendingCheck::Unknown {
                why: "the migration command is none that we know a check for: name one, [migrate] \
                      check",
            },
            Err(_) => PendingCheck::Unknown { why: "a file of the app cannot be read" },
        })
    }

    /// Asks.
    ///
    /// # Errors
    /// The signal that ended it.
    pub async fn ask(&self, shell: &Shell, signals: &mut Signals) -> Result<Pending, Stop> {
        let stand_in = signals.stand_in();
        let asked = tokio::time::timeout(CHECK_LIMIT, self.answer(shell, stand_in.as_deref()));
        let answer = signals.unless_stopped(asked).await?;
        Ok(answer.unwrap_or_else(|_| Pending::Unknown {
            why: format!("no answer within {} s", CHECK_LIMIT.as_secs()),
        }))
    }

    async fn answer(&self, shell: &Shell, stand_in: Option<&StandIn>) -> Pending {
        let answered = match self {
            Check::Own(command) => {
                run(shell, command, stand_in).await.and_then(|output| match output.status.code() {
                    Some(0) => Ok(Pending::No),
                    Some(code) if !NOT_RUN.contains(&code) => Ok(Pending::Yes),
                    _ => Err(unanswered(command, &output)),
                })
            }
            Check::Framework(PendingCheck::ExitCode { command, pending }) => {
                run(shell, command, stand_in).await.and_then(|output| match output.status.code() {
                    Some(0) => Ok(Pending::No),
                    Some(code) if pending.contains(&code) => Ok(Pending::Yes),
                    _ => Err(unanswered(command, &output)),
                })
            }
            Check::Framework(PendingCheck::Output { command, pending, settled }) => {
                successful(shell, command, stand_in).await.and_then(|output| {
                    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
                    text.push_str(&String::from_utf8_lossy(&output.stderr));
                    match PendingCheck::read_output(&text, pending, settled) {
                        Answer::Pending => Ok(Pending::Yes),
                        Answer::Settled => Ok(Pending::No),
                        Answer::Unknown => Err(format!("{} says neither", shown(command))),
                    }
                })
            }
            Check::Framework(PendingCheck::Revisions { current, heads }) => {
                let both = tokio::join!(
                    successful(shell, current, stand_in),
                    successful(shell, heads, stand_in)
                );
                match both {
                    (Ok(current), Ok(all)) => {
                        let (current, all) = (revisions(&current), revisions(&all));
                        if all.is_empty() {
                            Err(format!("{} names no revision", shown(heads)))
                        } else if all.is_subset(&current) {
                            Ok(Pending::No)
                        } else {
                            Ok(Pending::Yes)
                        }
                    }
                    (Err(why), _) | (_, Err(why)) => Err(why),
                }
            }
            Check::Framework(PendingCheck::Unknown { why }) => Err((*why).to_owned()),
        };
        answered.unwrap_or_else(|why| Pending::Unknown { why })
    }
}

/// The first word of each line that has one at its start: a revision, and what is known of it.
fn revisions(output: &Output) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

async fn run(shell: &Shell, command: &str, stand_in: Option<&StandIn>) -> Result<Output, String> {
    shell.ask(command, stand_in).await.map_err(|error| error.to_string())
}

async fn successful(
    shell: &Shell,
    command: &str,
    stand_in: Option<&StandIn>,
) -> Result<Output, String> {
    let output = run(shell, command, stand_in).await?;
    if output.status.success() { Ok(output) } else { Err(unanswered(command, &output)) }
}

/// Why a command gave no answer: how it ended, and its last words.
fn unanswered(command: &str, output: &Output) -> String {
    let mut why = format!("{}: {}", shown(command), output.status);
    let words = [&output.stderr, &output.stdout].map(|stream| {
        let text = String::from_utf8_lossy(stream).into_owned();
        text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(without_secrets)
    });
    if let Some(last) = words.into_iter().flatten().next() {
        let _ = write!(why, ": {last}");
    }
    why
}

fn shown(command: &str) -> String {
    without_secrets(command.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(check: Check) -> Pending {
        let shell = Shell { directory: std::env::temp_dir(), ..Shell::default() };
        check.ask(&shell, &mut Signals::listen().unwrap()).await.unwrap()
    }

    async fn revisions(current: &str, heads: &str) -> Pending {
        let print = |text: &str| format!("printf '{text}'");
        let check = PendingCheck::Revisions { current: print(current), heads: print(heads) };
        ask(Check::Framework(check)).await
    }

    #[tokio::test]
    async fn current_revisions_are_compared_with_heads_as_sets() {
        assert_eq!(revisions("a1 (head)\\n", "a1 (head)\\n").await, Pending::No);
        assert_eq!(revisions("a1\\n", "a2 (head)\\n").await, Pending::Yes);
        assert_eq!(revisions("", "a1 (head)\\n").await, Pending::Yes);
        let heads = "a2 (shop) (head)\\nb7 (stock) (head)\\n";
        // one branch at its head hides another that is behind from those who look for "head"
        assert_eq!(revisions("a2 (head)\\nb6\\n", heads).await, Pending::Yes);
        assert_eq!(revisions("a2 (head)\\n", heads).await, Pending::Yes);
        assert_eq!(revisions("b7 (head)\\na2 (head)\\n", heads).await, Pending::No);
        assert_eq!(revisions("the head is ahead\\na1\\n", "a2 (head)\\n").await, Pending::Yes);
        assert!(matches!(revisions("a1\\n", "").await, Pending::Unknown { .. }));
    }

    #[tokio::test]
    async fn an_own_check_says_it_by_its_exit_code() {
        assert_eq!(ask(Check::Own("true".to_owned())).await, Pending::No);
        assert_eq!(ask(Check::Own("exit 9".to_owned())).await, Pending::Yes);
    }

    #[tokio::test]
    async fn a_check_that_fails_is_no_answer() {
        let check = Check::Own("no-such-check --password=secret".to_owned());
        let Pending::Unknown { why } = ask(check).await else { panic!("it was run") };
        assert!(why.starts_with("no-such-check --password…: exit status: 127: "), "{why}");
        let command = "echo a; echo broken >&2; exit 3".to_owned();
        let check = PendingCheck::ExitCode { command, pending: &[1] };
        let Pending::Unknown { why } = ask(Check::Framework(check)).await else { panic!("known") };
        assert!(why.ends_with("exit status: 3: broken"), "{why}");
    }
}
