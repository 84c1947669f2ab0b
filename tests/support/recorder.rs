//! The environments of the programs that a run of the tool starts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::TempDir;

/// Becomes the program in whose name it is called.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/recorder.sh");

/// What the tool starts: the shell of the app's commands, that of their watchers, and PostgreSQL's.
const PROGRAMS: [&str; 4] = ["bash", "sh", "pg_dump", "pg_restore"];

/// A directory of one run, which comes first in its PATH.
pub(super) struct Recorder {
    directory: TempDir,
    path: OsString,
}

impl Recorder {
    /// Stands before each of the programs that the run would find.
    pub(super) fn new(environment: &BTreeMap<OsString, OsString>) -> Self {
        let directory = tempfile::Builder::new().prefix("review-data-run-").tempdir();
        let directory = directory.expect("a directory");
        let path = environment.get(&OsString::from("PATH")).cloned().unwrap_or_default();
        let directories: Vec<_> = std::env::split_paths(&path).collect();
        let is_there = |program: &&&str| directories.iter().any(|dir| dir.join(program).exists());
        for program in PROGRAMS.iter().filter(is_there) {
            symlink(SCRIPT, directory.path().join(program)).expect("a link");
        }
        let mut first = directory.path().as_os_str().to_owned();
        first.push(":");
        first.push(path);
        Recorder { directory, path: first }
    }

    pub(super) fn path(&self) -> &OsString {
        &self.path
    }

    /// The name and the environment of each program that was started.
    pub(super) fn recorded(&self) -> Vec<(String, BTreeMap<String, String>)> {
        let entries = fs::read_dir(self.directory.path()).expect("the run's directory");
        entries.filter_map(|entry| of_file(&entry.expect("an entry").path())).collect()
    }
}

fn of_file(path: &Path) -> Option<(String, BTreeMap<String, String>)> {
    let name = path.file_name()?.to_str()?.strip_prefix("environment.")?;
    let (program, _pid) = name.split_once('.')?;
    let bytes = fs::read(path).expect("a recorded environment");
    let text = String::from_utf8_lossy(&bytes);
    let variables = text.split_terminator('\0').filter_map(|variable| variable.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Some((program.to_owned(), variables.collect()))
}
