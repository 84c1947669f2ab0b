//! Running one of the app's own commands: through the shell, its output live, stopped when we are.

use super::signals::{Signals, Stop};
use std::fmt;
use std::io::{self, IsTerminal};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::process::{Child, Command};

/// The app's directory and environment, in which its commands run.
#[derive(Clone, Debug)]
pub struct Shell {
    pub directory: PathBuf,
    /// Variables that the commands must not see.
    pub hidden: Vec<String>,
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
    /// Runs a command to its end. Signals that stop us are passed on to it, and it is waited for:
    /// a migration may need the time to roll back.
    ///
    /// # Errors
    /// Where there is no shell to run it.
    pub async fn run(&self, command: &str, signals: &mut Signals) -> Result<Ending, RunError> {
        // On a terminal, the command stays in our group, where it may read the keyboard and where
        // Ctrl-C reaches it. Elsewhere it gets a group, so that all its processes can be reached.
        let own_group = !io::stdin().is_terminal();
        let mut child = self.start(command, own_group)?;
        let mut stopped = None;
        let status = loop {
            tokio::select! {
                status = child.wait() => break status.map_err(RunError::Wait)?,
                stop = signals.next() => {
                    stopped = Some(stop);
                    pass_on(stop, &child, own_group).await;
                }
            }
        };
        Ok(match (stopped, ending(status)) {
            // it ended well in spite of all
            (_, Ending::Success) => Ending::Success,
            (Some(stop), _) => Ending::Stopped(stop),
            (None, ending) => ending,
        })
    }

    fn start(&self, command: &str, own_group: bool) -> Result<Child, RunError> {
        let shell = if is_on_path("bash") { "bash" } else { "sh" };
        let mut process = Command::new(shell);
        process.arg("-c").arg(command).current_dir(&self.directory);
        process.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        process.kill_on_drop(true);
        for variable in &self.hidden {
            process.env_remove(variable);
        }
        if own_group {
            process.process_group(0);
        }
        process.spawn().map_err(|reason| RunError::Start {
            shell,
            directory: self.directory.display().to_string(),
            reason,
        })
    }
}

fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| is_file(&dir.join(program))))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// Sends the signal to the command's group, by the shell's own `kill`; in our group, a Ctrl-C has
/// reached it already.
async fn pass_on(stop: Stop, child: &Child, own_group: bool) {
    let Some(id) = child.id() else {
        return;
    };
    if !own_group && stop == Stop::Interrupt {
        return;
    }
    let minus = if own_group { "-" } else { "" };
    let mut kill = Command::new("sh");
    kill.arg("-c").arg(format!("kill -s {} -- {minus}{id}", stop.short_name()));
    // a command that has just ended cannot be signalled: its end is what we wait for anyway
    let _ = kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
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
        let shell = Shell { directory: "/no/such/directory".into(), hidden: Vec::new() };
        let error = shell.run("true", &mut Signals::listen().unwrap()).await.unwrap_err();
        assert!(error.to_string().contains("/no/such/directory"), "{error}");
    }
}
