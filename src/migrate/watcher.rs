//! The process beside each command that ends the command when we die.
//!
//! It is a small shell script. It reads from a pipe that only we can write to. If we are killed, the
//! pipe closes, and the script ends every process of the command. The command's processes share the
//! script's process group from their first moment on, and the script lives as long as they do.
//! Therefore no process of the command can be missed, and the group's id cannot be another's. On a
//! terminal the command stays in our own group; the script knows it by its process id there.

use super::stand_in::StandIn;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

const SCRIPT: &str = include_str!("watcher.sh");

/// How long the script may take to answer: on a busy machine, it reads a thousand processes.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// Where the command's processes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// In our own group: on a terminal, where they may read the keyboard and Ctrl-C reaches them.
    Ours,
    /// In the watcher's group.
    Watchers,
}

/// The watcher of one command. Where it is dropped before [`Watcher::end`], the command is ended.
#[derive(Debug)]
pub(super) struct Watcher {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    group: Group,
}

impl Watcher {
    /// The watcher of a command; with the stand-in of the run that holds the lock, where one does.
    ///
    /// # Errors
    /// Where there is no `sh`.
    pub(super) async fn start(group: Group, stand_in: Option<&StandIn>) -> io::Result<Self> {
        let mode = match group {
            Group::Ours => "alone",
            Group::Watchers => "group",
        };
        let mut script = Command::new("sh");
        script.args(["-c", SCRIPT, "review-data-watcher", mode]);
        script.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        script.current_dir(Path::new("/")).process_group(0);
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(match stand_in {
            // it reads whatever comes, and waits for the end
            Some(stand_in) => stand_in.for_watcher()?.into(),
            None => Stdio::null(),
        });
        let mut process = script.spawn()?;
        let (Some(orders), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::Error::other("sh has no pipes"));
        };
        let mut watcher = Watcher { process, orders, answers: BufReader::new(answers), group };
        // from then on, no signal but KILL ends it
        watcher.answer().await?;
        Ok(watcher)
    }

    /// Starts the command where the watcher sees it.
    pub(super) async fn spawn(&mut self, command: &mut Command) -> io::Result<Child> {
        if self.group == Group::Watchers {
            let group = self.process.id().and_then(|id| i32::try_from(id).ok());
            command.process_group(group.ok_or_else(|| io::Error::other("sh has ended"))?);
        }
        let child = command.spawn()?;
        if let Some(id) = child.id() {
            self.order(&format!("pid {id}")).await;
        }
        Ok(child)
    }

    /// Sends a signal, such as `TERM`, to every process of the command. False where the script is
    /// gone.
    pub(super) async fn signal(&mut self, name: &str) -> bool {
        self.order(name).await
    }

    /// The command's own process has ended: its id may become another's.
    pub(super) async fn has_ended(&mut self) {
        self.order("pid").await;
    }

    /// Whether processes of the command are left.
    pub(super) async fn any_left(&mut self) -> bool {
        self.order("left").await;
        self.answer().await.is_ok_and(|left| !left.trim().is_empty())
    }

    /// The command is over; what it has left on purpose goes on.
    pub(super) async fn end(mut self) {
        self.order("end").await;
        let _ = timeout(ANSWER_LIMIT, self.process.wait()).await;
    }

    /// False where somebody has killed the script.
    async fn order(&mut self, line: &str) -> bool {
        self.orders.write_all(format!("{line}\n").as_bytes()).await.is_ok()
    }

    async fn answer(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match timeout(ANSWER_LIMIT, self.answers.read_line(&mut line)).await {
            Ok(Ok(1..)) => Ok(line),
            Ok(Ok(0)) => Err(io::Error::other("sh has ended")),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(io::Error::other("sh does not answer")),
        }
    }
}
