//! The process that keeps the lock's connection open after the tool was killed, until none of its
//! commands is left.
//!
//! A server frees a session's lock when the connection closes. The kernel closes a connection when
//! no process has it open any more. This process has a copy of the connection, and waits for the end
//! of a pipe that the tool and the watcher of each command hold. A watcher lives as long as a process
//! of its command does. Therefore the lock is free only when nothing runs under it.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use tokio::process::{Child, Command};

const SCRIPT: &str = include_str!("stand_in.sh");

/// The stand-in of one run. Its processes are started with the first command.
#[derive(Debug)]
pub struct StandIn {
    reader: PipeReader,
    writer: PipeWriter,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The lock's connection, until a process has it.
    connection: Option<OwnedFd>,
    /// A command was started.
    is_needed: bool,
    /// One for each connection that the lock had; those end with the pipe.
    processes: Vec<Child>,
}

impl StandIn {
    /// # Errors
    /// The system's.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(StandIn { reader, writer, state: Mutex::default() })
    }

    /// The lock is held through this connection from now on.
    ///
    /// # Errors
    /// Where there is no `sh`.
    pub fn holds(&self, connection: OwnedFd) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.connection = Some(connection);
        if state.is_needed { self.start(&mut state) } else { Ok(()) }
    }

    /// What the watcher of a command keeps open as long as it lives.
    ///
    /// # Errors
    /// Where there is no `sh`.
    pub(super) fn for_watcher(&self) -> io::Result<PipeWriter> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_needed = true;
        self.start(&mut state)?;
        self.writer.try_clone()
    }

    fn start(&self, state: &mut State) -> io::Result<()> {
        let Some(connection) = state.connection.take() else { return Ok(()) };
        let mut script = Command::new("sh");
        script.args(["-c", SCRIPT, "review-data-stand-in"]);
        script.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        script.current_dir(Path::new("/")).process_group(0);
        script.stdin(self.reader.try_clone()?).stdout(Stdio::null()).stderr(connection);
        state.processes.push(script.spawn()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    /// A signal interrupts a read that has a time limit, and another test's child may end at any time.
    fn read(stream: &mut UnixStream) -> io::Result<usize> {
        loop {
            match stream.read(&mut [0]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }

    #[tokio::test]
    async fn a_connection_stays_open_until_the_last_watcher_has_ended() {
        let stand_in = StandIn::new().unwrap();
        let (ours, mut servers) = UnixStream::pair().unwrap();
        servers.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        stand_in.holds(ours.into()).unwrap();
        let watcher = stand_in.for_watcher().unwrap();
        // the tool is killed
        drop(stand_in);
        let open = read(&mut servers).unwrap_err();
        assert_eq!(open.kind(), io::ErrorKind::WouldBlock);
        servers.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        drop(watcher);
        assert_eq!(read(&mut servers).unwrap(), 0, "nothing was written, and it is closed");
    }

    #[tokio::test]
    async fn a_connection_that_replaces_a_lost_one_is_kept_too() {
        let stand_in = StandIn::new().unwrap();
        let watcher = stand_in.for_watcher().unwrap();
        let (ours, mut servers) = UnixStream::pair().unwrap();
        stand_in.holds(ours.into()).unwrap();
        drop(stand_in);
        servers.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        assert_eq!(read(&mut servers).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(watcher);
        servers.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        assert_eq!(read(&mut servers).unwrap(), 0);
    }

    #[tokio::test]
    async fn without_a_command_nothing_keeps_it_open() {
        let stand_in = StandIn::new().unwrap();
        let (ours, mut servers) = UnixStream::pair().unwrap();
        stand_in.holds(ours.into()).unwrap();
        drop(stand_in);
        assert_eq!(read(&mut servers).unwrap(), 0);
    }
}
