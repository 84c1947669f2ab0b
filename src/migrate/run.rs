//! Running one of the app's own commands: through the shell, its output live, stopped when we are.

use super::chain::{RUNNING_VARIABLE, marker};
use super::signals::{Signals, Stop};
use super::stand_in::StandIn;
use super::watcher::{Group, Watcher};
use crate::config::malloc;
use std::fmt;
use std::future::ready;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd as _;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// A process that outlives the command may hold its output open: it is not waited for longer.
const LAST_OUTPUT: Duration = Duration::from_secs(2);

/// How long a command may take to stop, with the programs that its shell has left: a migration may
/// roll back. Heroku kills a dyno 30 s after its SIGTERM.
const GRACE: Duration = Duration::from_secs(10);

/// A signal that has ended the command may come to us so much later.
const SAME_MOMENT: Duration = Duration::from_millis(200);

/// How long a command may take to end once another run has the lock: that one migrates already.
const LOST_GRACE: Duration = Duration::from_secs(2);

/// The app's directory and environment, in which its commands run.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    pub directory: PathBuf,
    /// Variables that the commands must not see.
    pub hidden: Vec<String>,
    /// Which of our commands runs them, such as `release`.
    pub run: &'static str,
    /// Variables that the commands get besides.
    pub variables: Vec<(String, String)>,
    /// What the commands write to standard output goes to standard error.
    pub to_stderr: bool,
    /// How long a command may take to stop before it is killed, if not as long as usual.
    pub grace: Option<Duration>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Success,
    ExitStatus(i32),
    /// By a signal, by its number.
    Killed(i32),
    /// It was stopped because we were.
    Stopped(Stop),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Success => f.write_str("success"),
            Ending::ExitStatus(code) => write!(f, "exit status {code}"),
            Ending::Killed(9) => f.write_str("killed by signal 9 (SIGKILL), perhaps out of memory"),
            Ending::Killed(signal) => write!(f, "killed by signal {signal}"),
            Ending::Stopped(stop) => write!(f, "stopped by {stop}"),
        }
    }
}

/// A command that could not even be started.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("the shell {shell} cannot be started in {directory}: {reason}")]
    Start { shell: &'static str, directory: String, reason: io::Error },
    #[error("the command cannot be waited for: {0}")]
    Wait(io::Error),
}

impl Shell {
    /// Hides these variables, with the user and the password that go with a URL.
    pub fn hide(&mut self, variables: &[String]) {
        for name in variables {
            self.hidden.push(name.clone());
            if let Some(prefix) = name.strip_suffix("URL") {
                self.hidden.extend(["USERNAME", "PASSWORD"].map(|part| format!("{prefix}{part}")));
            }
        }
        let set = |name: &String| self.variables.iter().any(|(variable, _)| variable == name);
        self.hidden.retain(|name| !set(name));
    }

    /// Runs a command to its end, unless we have been stopped before it. Signals that stop us are
    /// passed on to it, and we wait for its end: a migration may need the time to roll back.
    ///
    /// # Errors
    /// Where the shell cannot be started.
    pub async fn run(&self, command: &str, signals: &mut Signals) -> Result<Ending, RunError> {
        if let Err(stop) = signals.unless_stopped(ready(())).await {
            return Ok(Ending::Stopped(stop));
        }
        let stand_in = signals.stand_in();
        let redirect = |process: &mut Command| {
            if self.to_stderr {
                process.stdout(io::stderr().as_fd().try_clone_to_owned()?);
            }
            Ok(())
        };
        let mut running = self.start(command, stand_in.as_deref(), redirect).await?;
        let ending = self.wait(&mut running, signals).await;
        running.watcher.end().await;
        ending
    }

    /// The same, and whether one of these texts was in its output. What the command writes to
    /// standard output and to standard error goes through one pipe to our standard error, so that
    /// it arrives in the order in which it was written.
    ///
    /// # Errors
    /// Where the shell cannot be started.
    pub async fn run_and_look_for(
        &self,
        texts: &'static [&'static str],
        command: &str,
        signals: &mut Signals,
    ) -> Result<(Ending, bool), RunError> {
        if let Err(stop) = signals.unless_stopped(ready(())).await {
            return Ok((Ending::Stopped(stop), false));
        }
        let (output, input) = io::pipe().map_err(|reason| self.not_started(reason))?;
        let output = pipe::Receiver::from_owned_fd(output.into());
        let output = output.map_err(|reason| self.not_started(reason))?;
        let found = Arc::new(AtomicBool::new(false));
        let look = pass_through(output, io::stderr(), texts, Arc::clone(&found));
        let mut stream = tokio::spawn(look);
        let mut running = self
            .start(command, signals.stand_in().as_deref(), |process| {
                process.stdout(input.try_clone()?).stderr(input);
                Ok(())
            })
            .await?;
        let ending = self.wait(&mut running, signals).await;
        if tokio::time::timeout(LAST_OUTPUT, &mut stream).await.is_err() {
            stream.abort();
        }
        running.watcher.end().await;
        Ok((ending?, found.load(Ordering::Relaxed)))
    }

    /// Runs a command that only answers a question; what it prints is the answer. It ends with
    /// this future.
    ///
    /// # Errors
    /// Where the shell cannot be started.
    pub async fn ask(&self, command: &str, stand_in: Option<&StandIn>) -> Result<Output, RunError> {
        let running = self
            .start(command, stand_in, |process| {
                process.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
                Ok(())
            })
            .await?;
        let Running { mut child, watcher } = running;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let status = {
            let reading = async { tokio::join!(read(out, &mut stdout), read(err, &mut stderr)) };
            tokio::pin!(reading);
            tokio::select! {
                _ = &mut reading => child.wait().await,
                status = child.wait() => {
                    let _ = tokio::time::timeout(LAST_OUTPUT, reading).await;
                    status
                }
            }
        };
        watcher.end().await;
        Ok(Output { status: status.map_err(RunError::Wait)?, stdout, stderr })
    }

    /// On a terminal, a command stays in our group, where it may read the keyboard and where Ctrl-C
    /// reaches it. Elsewhere it has the watcher's, so that all its processes can be reached.
    fn group() -> Group {
        if io::stdin().is_terminal() { Group::Ours } else { Group::Watchers }
    }

    async fn wait(
        &self,
        Running { child, watcher }: &mut Running,
        signals: &mut Signals,
    ) -> Result<Ending, RunError> {
        let mut stopped = None;
        let mut until = None;
        let status = loop {
            let grace_is_over = async move {
                match until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                status = child.wait() => break status.map_err(RunError::Wait)?,
                stop = signals.next() => {
                    stopped = Some(stop);
                    let usual = if stop == Stop::LockLost { LOST_GRACE } else { GRACE };
                    let grace = self.grace.unwrap_or(usual);
                    until = until.or(Some(Instant::now() + grace));
                    // a terminal has sent Ctrl-C to the command itself
                    let has_it = Self::group() == Group::Ours && stop == Stop::Interrupt;
                    if !has_it && !watcher.signal(stop.short_name()).await {
                        let _ = child.start_kill();
                    }
                }
                () = grace_is_over => {
                    until = None;
                    watcher.signal("KILL").await;
                    let _ = child.start_kill();
                }
            }
        };
        watcher.has_ended().await;
        // Ctrl-C reaches the command and us at the same time
        if stopped.is_none()
            && matches!(ending(status), Ending::Killed(1 | 2 | 15))
            && let Ok(stop) = tokio::time::timeout(SAME_MOMENT, signals.next()).await
        {
            stopped = Some(stop);
        }
        if stopped.is_some() {
            self.await_leftovers(watcher, until).await;
        }
        Ok(match (stopped, ending(status)) {
            // it ended well in spite of all
            (_, Ending::Success) => Ending::Success,
            (Some(stop), _) => Ending::Stopped(stop),
            (None, ending) => ending,
        })
    }

    /// A signal ends a shell immediately. The program that the shell waited for may still roll back:
    /// that program is still the command. `None` for `until`: its time is over already.
    async fn await_leftovers(&self, watcher: &mut Watcher, until: Option<Instant>) {
        const LOOK: Duration = Duration::from_millis(50);
        let until = until.unwrap_or_else(Instant::now);
        while watcher.any_left().await {
            if Instant::now() >= until {
                watcher.signal("KILL").await;
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn start(
        &self,
        command: &str,
        stand_in: Option<&StandIn>,
        redirect: impl FnOnce(&mut Command) -> io::Result<()>,
    ) -> Result<Running, RunError> {
        let failed = |reason| self.not_started(reason);
        let mut watcher = Watcher::start(Self::group(), stand_in).await.map_err(failed)?;
        let mut process = self.process(command);
        redirect(&mut process).map_err(failed)?;
        let child = watcher.spawn(&mut process).await.map_err(failed)?;
        Ok(Running { child, watcher })
    }

    fn process(&self, command: &str) -> Command {
        let mut process = Command::new(shell());
        process.arg("-c").arg(command).current_dir(&self.directory);
        for variable in self.hidden.iter().map(String::as_str).chain(malloc::not_inherited()) {
            process.env_remove(variable);
        }
        process.envs(self.variables.iter().map(|(name, value)| (name, value)));
        process.env(RUNNING_VARIABLE, marker(self.run, command));
        process
    }

    fn not_started(&self, reason: io::Error) -> RunError {
        RunError::Start { shell: shell(), directory: self.directory.display().to_string(), reason }
    }
}

/// A command and the process that ends it with us.
struct Running {
    child: Child,
    watcher: Watcher,
}

fn shell() -> &'static str {
    if is_on_path("bash") { "bash" } else { "sh" }
}

/// Reads to the end; what was read is there if the end does not come.
async fn read(from: Option<impl AsyncRead + Unpin>, to: &mut Vec<u8>) {
    let Some(mut from) = from else { return };
    while let Ok(1..) = from.read_buf(to).await {}
}

/// Passes on what comes immediately, and notes whether one of the texts was in it.
async fn pass_through(
    mut from: impl AsyncRead + Unpin,
    mut to: impl io::Write,
    texts: &[&str],
    found: Arc<AtomicBool>,
) {
    let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
    let mut buffer = vec![0; 8192];
    let mut recent: Vec<u8> = Vec::new();
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        // nobody may be reading any more: the command goes on nevertheless
        let _ = to.write_all(&buffer[..read]).and_then(|()| to.flush());
        recent.extend_from_slice(&buffer[..read]);
        let has = |text: &&str| recent.windows(text.len()).any(|window| window == text.as_bytes());
        if texts.iter().any(has) {
            found.store(true, Ordering::Relaxed);
        }
        recent.drain(..recent.len().saturating_sub(longest));
    }
}

fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| is_file(&dir.join(program))))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file())
}

fn ending(status: ExitStatus) -> Ending {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ending::Success,
        (Some(code), _) => Ending::ExitStatus(code),
        (None, signal) => Ending::Killed(signal.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(command: &str, hidden: &[&str]) -> Ending {
        let shell = Shell {
            directory: std::env::temp_dir(),
            hidden: hidden.iter().map(ToString::to_string).collect(),
            ..Shell::default()
        };
        shell.run(command, &mut Signals::listen().unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_command_ends_with_its_status() {
        assert_eq!(run("true", &[]).await, Ending::Success);
        assert_eq!(run("exit 3", &[]).await, Ending::ExitStatus(3));
        assert_eq!(run("kill -s KILL $$", &[]).await, Ending::Killed(9));
        assert_eq!(run("there-is-no-such-program 2>/dev/null", &[]).await, Ending::ExitStatus(127));
    }

    #[tokio::test]
    async fn a_command_runs_in_the_apps_directory_without_what_is_hidden() {
        assert_eq!(run("test \"$PWD\" -ef \"${TMPDIR:-/tmp}\"", &[]).await, Ending::Success);
        assert_eq!(run("test -n \"$PATH\"", &[]).await, Ending::Success);
        assert_eq!(run("test -z \"$CARGO_PKG_NAME\"", &["CARGO_PKG_NAME"]).await, Ending::Success);
        assert_eq!(run("test -z \"$CARGO_PKG_NAME\"", &[]).await, Ending::ExitStatus(1));
    }

    #[tokio::test]
    async fn a_directory_that_is_not_there_is_an_error() {
        let shell = Shell { directory: "/no/such/directory".into(), ..Shell::default() };
        let error = shell.run("true", &mut Signals::listen().unwrap()).await.unwrap_err();
        assert!(error.to_string().contains("/no/such/directory"), "{error}");
    }

    #[tokio::test]
    async fn a_text_is_found_wherever_the_output_is_cut() {
        for (output, expected) in [
            (&["a lock time", "out came"][..], true),
            (&["a lock timeout"], true),
            (&["a lock", " ", "time"], false),
            (&[], false),
        ] {
            let (mut ours, theirs) = tokio::io::duplex(4);
            let pieces = output.to_vec();
            tokio::spawn(async move {
                for piece in pieces {
                    tokio::io::AsyncWriteExt::write_all(&mut ours, piece.as_bytes()).await.unwrap();
                }
            });
            let mut copy = Vec::new();
            let found = Arc::new(AtomicBool::new(false));
            let texts = &["lock timeout", "55P03"];
            pass_through(theirs, &mut copy, texts, Arc::clone(&found)).await;
            assert_eq!(found.load(Ordering::Relaxed), expected, "{output:?}");
            assert_eq!(copy, output.concat().as_bytes());
        }
    }

    #[tokio::test]
    async fn a_question_has_what_the_command_prints_as_its_answer() {
        let shell = Shell {
            directory: std::env::temp_dir(),
            variables: vec![("PGOPTIONS".to_owned(), "-c a=b".to_owned())],
            ..Shell::default()
        };
        let answer = shell.ask("echo $PGOPTIONS; echo no >&2; exit 4", None).await.unwrap();
        assert_eq!(answer.status.code(), Some(4));
        assert_eq!((&answer.stdout[..], &answer.stderr[..]), (&b"-c a=b\n"[..], &b"no\n"[..]));
    }

    #[tokio::test]
    async fn an_answer_does_not_wait_for_what_the_command_leaves_running() {
        let shell = Shell { directory: std::env::temp_dir(), ..Shell::default() };
        let answer = shell.ask("sleep 600 & echo $!", None).await.unwrap();
        let left = String::from_utf8(answer.stdout).unwrap();
        assert_eq!(run(&format!("kill {left}"), &[]).await, Ending::Success);
    }
}
