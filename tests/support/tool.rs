//! The tool as a process: its input, its output, its exit.

use super::recorder::Recorder;
use super::secrets;
use super::servers::clients;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// No run of a test takes longer, on the slowest of machines.
const RUN_LIMIT: Duration = Duration::from_secs(600);

/// Waits for something to happen, and fails the test if it does not.
pub(crate) fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited a minute in vain until {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// An app's directory, in which the tool is run.
pub(crate) struct AppDir(tempfile::TempDir);

impl AppDir {
    pub(crate) fn empty() -> Self {
        AppDir(tempfile::Builder::new().prefix("review-data-app-").tempdir().expect("a directory"))
    }

    pub(crate) fn with(self, file: &str, content: &str) -> Self {
        std::fs::write(self.0.path().join(file), content).expect("a file in the app's directory");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.0.path().join(file)).ok()
    }
}

/// Processes of a run's group that are alive: the tool itself, `pg_dump`, a migration command.
pub(crate) fn processes_of(group: u32) -> Vec<String> {
    let listing = Command::new("ps").args(["-eo", "pgid=,stat=,args="]).output().expect("ps");
    let group = group.to_string();
    let of_group = |line: &&str| {
        let mut words = line.split_whitespace();
        words.next() == Some(&group) && !words.next().unwrap_or_default().starts_with('Z')
    };
    let text = String::from_utf8_lossy(&listing.stdout).into_owned();
    text.lines().filter(of_group).map(ToOwned::to_owned).collect()
}

/// One run to be: arguments, environment, directory.
#[derive(Clone)]
pub(crate) struct Tool {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    dir: Option<PathBuf>,
    masked: bool,
}

/// The commands that may mask.
const MASKING: [&str; 4] = ["subset", "plan", "postdeploy", "release"];

impl Tool {
    /// The tool with these arguments, in an empty directory and an environment that holds nothing
    /// but a PATH with the server's own client programs first.
    pub(crate) fn new<I: IntoIterator<Item: Into<OsString>>>(arguments: I) -> Self {
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", clients().display());
        Tool {
            program: std::env::var_os("FAKE_TOOL")
                .unwrap_or(env!("CARGO_BIN_EXE_review-data").into())
                .into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: BTreeMap::from([("PATH".into(), path.into())]),
            dir: None,
            masked: false,
        }
    }

    /// Masks as review-data.toml says. Without this, `--no-mask` is given: most tests compare rows
    /// exactly.
    pub(crate) fn masked(mut self) -> Self {
        self.masked = true;
        self
    }

    /// `review-data subset SOURCE TARGET FRACTION --yes`
    pub(crate) fn subset(source: &str, target: &str, fraction: &str) -> Self {
        Tool::new(["subset", source, target, fraction, "--yes"])
    }

    /// A load by a budget, such as `"20MB"`.
    pub(crate) fn within(source: &str, target: &str, budget: &str) -> Self {
        Tool::new(["subset", source, target, "--yes", "--max-size", budget])
    }

    /// A budget that leaves little room: large tables are cut. Often it leaves too little.
    pub(crate) const LITTLE: &str = "8.4MB";

    /// A budget that most of the tests' databases fit.
    pub(crate) const ENOUGH: &str = "12MB";

    /// Loads by this budget. Where it leaves too little room, the load is made again with the budget
    /// that the error proposes.
    pub(crate) fn run_within(budget: &str, load: impl Fn(&str) -> Outcome) -> Outcome {
        let outcome = load(budget);
        let proposed = outcome.all.split_once("a budget that would do: max_size = \"");
        let proposed = proposed.and_then(|(_, rest)| rest.split_once('"'));
        match proposed.map(|(budget, _)| budget.to_owned()) {
            Some(budget) if outcome.code() != Some(0) => load(&budget),
            _ => outcome,
        }
    }

    /// Runs another build of the tool.
    pub(crate) fn of_build(mut self, program: &Path) -> Self {
        self.program = program.into();
        // an older build does not know the option
        self.masked = true;
        self
    }

    /// Through a link of this name in a directory.
    pub(crate) fn called(mut self, name: &str, directory: &AppDir) -> Self {
        let link = directory.path().join(name);
        std::os::unix::fs::symlink(&self.program, &link).expect("a link");
        self.program = link;
        self
    }

    /// Through a program that is given these arguments, then the tool's path.
    pub(crate) fn through(mut self, program: &str, arguments: &[&str]) -> Self {
        // by its path: what a test starts itself is not recorded
        let places = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
        let place = places.iter().map(|place| Path::new(place).join(program)).find(|p| p.exists());
        let program = place.unwrap_or_else(|| program.into());
        let tool = std::mem::replace(&mut self.program, program);
        self.arguments = arguments.iter().map(OsString::from).collect();
        self.arguments.push(tool.into());
        self
    }

    pub(crate) fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    pub(crate) fn in_dir(mut self, app: &AppDir) -> Self {
        self.dir = Some(app.path().to_path_buf());
        self
    }

    pub(crate) fn in_path(mut self, directory: &Path) -> Self {
        self.dir = Some(directory.to_path_buf());
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Outcome {
        self.start().wait()
    }

    /// Starts it in a new process group.
    pub(crate) fn start(self) -> Running {
        let own_dir = self.dir.is_none().then(AppDir::empty);
        let dir = self.dir.or_else(|| Some(own_dir.as_ref()?.path().to_path_buf()));
        let mut arguments = self.arguments;
        let command = arguments.iter().position(|word| MASKING.iter().any(|name| word == name));
        if let Some(command) = command.filter(|_| !self.masked) {
            arguments.insert(command + 1, "--no-mask".into());
        } else if self.program.file_name().is_some_and(|name| name == "rdbms-subsetter") {
            arguments.push("--no-mask".into());
        }
        secrets::note(&self.environment);
        let recorder = Recorder::new(&self.environment);
        let mut command = Command::new(&self.program);
        command.args(&arguments).env_clear().envs(&self.environment);
        command.env("PATH", recorder.path());
        command.current_dir(dir.expect("a directory")).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the tool starts");
        let said = Arc::new(Mutex::new(Vec::new()));
        let listen = |stream, pipe: Box<dyn std::io::Read + Send>| {
            let said = Arc::clone(&said);
            thread::spawn(move || listen(stream, pipe, &said))
        };
        let listeners = [
            listen(Stream::Out, Box::new(child.stdout.take().expect("standard output"))),
            listen(Stream::Err, Box::new(child.stderr.take().expect("standard error"))),
        ];
        Running { child, said, listeners, started: Instant::now(), recorder, _dir: own_dir }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

struct Line {
    stream: Stream,
    text: String,
    at: Instant,
}

fn listen(stream: Stream, pipe: Box<dyn std::io::Read + Send>, said: &Mutex<Vec<Line>>) {
    let mut reader = BufReader::new(pipe);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned();
        said.lock().expect("lines").push(Line { stream, text, at: Instant::now() });
        bytes.clear();
    }
}

/// A run under way.
pub(crate) struct Running {
    child: Child,
    said: Arc<Mutex<Vec<Line>>>,
    listeners: [JoinHandle<()>; 2],
    started: Instant,
    recorder: Recorder,
    _dir: Option<AppDir>,
}

impl Running {
    /// Sends a signal to the tool alone, as `kill -NAME` does.
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(kill.expect("kill").success(), "the tool was gone before SIG{name}");
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("the tool's state").is_none()
    }

    pub(crate) fn has_said(&self, text: &str) -> bool {
        self.said.lock().expect("lines").iter().any(|line| line.text.contains(text))
    }

    /// Its process group, for [`processes_of`].
    pub(crate) fn group(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end; a run that hangs is killed and fails the test.
    pub(crate) fn wait(mut self) -> Outcome {
        while self.is_running() {
            if self.started.elapsed() > RUN_LIMIT {
                self.child.kill().expect("the tool can be killed");
                let outcome = self.outcome();
                panic!("the tool did not end within {RUN_LIMIT:?}:\n{outcome}");
            }
            thread::sleep(Duration::from_millis(2));
        }
        self.outcome()
    }

    fn outcome(mut self) -> Outcome {
        let status = self.child.wait().expect("the tool's exit");
        for listener in self.listeners {
            listener.join().expect("a listener ended");
        }
        let mut lines = self.said.lock().expect("lines");
        lines.sort_by_key(|line| line.at);
        let text = |wanted: &[Stream]| {
            let lines = lines.iter().filter(|line| wanted.contains(&line.stream));
            lines.fold(String::new(), |text, line| text + &line.text + "\n")
        };
        let (stdout, stderr) = (text(&[Stream::Out]), text(&[Stream::Err]));
        let all = text(&[Stream::Out, Stream::Err]);
        let moments =
            lines.iter().map(|line| (line.at - self.started, line.text.clone())).collect();
        let mut outcome =
            Outcome { status, stdout, stderr, all, moments, started: BTreeSet::new() };
        secrets::are_kept_by(&outcome.all);
        for (program, environment) in self.recorder.recorded() {
            secrets::are_kept_from(&program, &environment);
            outcome.started.insert(program);
        }
        outcome
    }
}

/// How a run ended.
pub(crate) struct Outcome {
    status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Both, in the order in which the lines came.
    pub(crate) all: String,
    /// The same lines, each with the time since the start.
    pub(crate) moments: Vec<(Duration, String)>,
    /// The programs that it has started.
    pub(crate) started: BTreeSet<String>,
}

impl Outcome {
    /// The exit code, `None` where a signal ended it.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert!(self.status.success(), "the tool should have succeeded:\n{self}");
        self
    }

    /// It failed with this code, and said why.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> Self {
        assert!(self.code() == Some(code), "the tool should have exited with {code}:\n{self}");
        assert!(self.stderr.contains("error: "), "the tool should have said why:\n{self}");
        self
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        // a long line of the result is broken between words
        self.all.contains(text) || self.all.replace("\n  ", " ").contains(text)
    }

    #[track_caller]
    pub(crate) fn saying(self, text: &str) -> Self {
        assert!(self.says(text), "the tool should have said {text:?}:\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn not_saying(self, text: &str) -> Self {
        assert!(!self.says(text), "the tool should not have said {text:?}:\n{self}");
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => writeln!(f, "exit code {code}")?,
            (None, signal) => writeln!(f, "ended by signal {signal:?}")?,
        }
        for line in self.all.lines() {
            writeln!(f, "    | {line}")?;
        }
        Ok(())
    }
}
