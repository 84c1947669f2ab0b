//! An app whose steps are watched, brought into a state and made to fail at a step.

use crate::life::ReviewApp;
use crate::support::{Outcome, clients, eventually};
use std::fmt;
use std::os::unix::fs::PermissionsExt;

/// A step notes its begin and its end, and does what the file `fault` says: it fails, or it hangs
/// until it is killed.
const STEP: &str = r#"
echo "$1 begun" >> log
fault=$(cat fault 2>/dev/null)
if [ "$fault" = "$1 fail" ]; then rm fault; exit 3; fi
if [ "$fault" = "$1 hang" ]; then rm fault; touch hanging; while :; do sleep 0.02; done; fi
if [ "$1" = migrate ]; then
    psql -X -q "$DATABASE_URL" -c 'create table if not exists migrated (id int)' 2>/dev/null || exit 4
fi
echo "$1 ended" >> log
"#;

pub(super) const CONFIG: &str = r#"
[subset]
fraction = 0.2
[migrate]
command = "sh step.sh migrate"
[postdeploy]
before = ["sh step.sh before"]
after = ["sh step.sh after"]
"#;

/// Stands for `pg_dump`: the load as a step that can fail and hang.
const PG_DUMP: &str = r#"#!/bin/sh
case "$*" in *--version*) exec BINARIES/pg_dump "$@";; esac
echo "load begun" >> log
fault=$(cat fault 2>/dev/null)
if [ "$fault" = "load fail" ]; then rm fault; echo 'no dump today' >&2; exit 3; fi
if [ "$fault" = "load hang" ]; then
    rm fault; touch hanging
    # it ends with the tool that has started it
    while kill -0 $PPID 2>/dev/null; do sleep 0.02; done
    exit 1
fi
exec BINARIES/pg_dump "$@"
"#;

/// What has happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Nothing,
    Awaited,
    LoadFailed,
    BeforeFailed,
    MigrationsFailed,
    AfterFailed,
    AllDone,
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Release,
    Postdeploy,
    Replace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// While `pg_dump` reads the schema.
    Load,
    /// In the load's transaction, when all rows are copied: keys and indexes are not made yet.
    Indexes,
    /// In the load's transaction, right before its COMMIT.
    Commit,
    Before,
    Migrate,
    After,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Fail,
    Signal(&'static str),
}

pub(super) const STATES: [State; 8] = [
    State::Nothing,
    State::Awaited,
    State::LoadFailed,
    State::BeforeFailed,
    State::MigrationsFailed,
    State::AfterFailed,
    State::AllDone,
    State::Gone,
];
pub(super) const COMMANDS: [Command; 3] = [Command::Release, Command::Postdeploy, Command::Replace];
pub(super) const STEPS: [Step; 6] =
    [Step::Load, Step::Indexes, Step::Commit, Step::Before, Step::Migrate, Step::After];
pub(super) const FAULTS: [Fault; 3] = [Fault::Fail, Fault::Signal("TERM"), Fault::Signal("KILL")];

impl Command {
    pub(super) fn words(self) -> &'static [&'static str] {
        match self {
            Command::Release => &["release"],
            Command::Postdeploy => &["postdeploy"],
            Command::Replace => &["postdeploy", "--replace"],
        }
    }
}

impl Step {
    pub(super) fn name(self) -> &'static str {
        match self {
            Step::Load | Step::Indexes | Step::Commit => "load",
            Step::Before => "before",
            Step::Migrate => "migrate",
            Step::After => "after",
        }
    }

    /// The catalogue table of the target that another session locks, so that the load waits in the
    /// middle of its transaction.
    pub(super) fn locked(self) -> Option<&'static str> {
        match self {
            Step::Indexes => Some("pg_catalog.pg_index"),
            Step::Commit => Some("pg_catalog.pg_statistic"),
            _ => None,
        }
    }

    pub(super) fn is_of_the_load(self) -> bool {
        self.name() == "load"
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) state: State,
    pub(super) command: Command,
    pub(super) fault: Option<(Step, Fault)>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {:?}, {:?}", self.state, self.command, self.fault)
    }
}

/// An app whose steps are watched.
pub(super) struct Watched {
    pub(super) app: ReviewApp,
    /// Runs of a step that were begun and did not end well.
    pub(super) broken: Vec<&'static str>,
}

impl Watched {
    pub(super) fn new() -> Self {
        let pg_dump = PG_DUMP.replace("BINARIES", &clients().display().to_string());
        let app = ReviewApp::new(CONFIG).with("step.sh", STEP).with("pg_dump", &pg_dump);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(app.dir.path().join("pg_dump"), executable).expect("permissions");
        Watched { app, broken: Vec::new() }
    }

    pub(super) fn tool(&self, command: Command) -> crate::support::Tool {
        let path =
            format!("{}:{}:/usr/bin:/bin", self.app.dir.path().display(), clients().display());
        self.app.run(command.words()).env("PATH", path)
    }

    pub(super) fn log(&self) -> String {
        self.app.dir.read("log").unwrap_or_default()
    }

    pub(super) fn has(&self, file: &str) -> bool {
        self.app.dir.path().join(file).exists()
    }

    /// Runs a command, with a fault at a step if it comes there. Whether it did.
    pub(super) fn run(
        &mut self,
        command: Command,
        fault: Option<(Step, Fault)>,
    ) -> (Outcome, bool) {
        let Some((step, fault)) = fault else {
            return (self.tool(command).run(), false);
        };
        let (outcome, came_there) = match (step.locked(), fault) {
            (Some(table), Fault::Signal(signal)) => self.run_to_lock(command, table, signal),
            _ => self.run_to_fault(command, step, fault),
        };
        if came_there {
            self.broken.push(step.name());
            if step.is_of_the_load() {
                // nothing of it was committed: the earlier load still counts
                let log = self.log();
                let (before, after) = log.rsplit_once("load begun\n").expect("a load");
                let log = format!("{before}load broken\n{after}");
                std::fs::write(self.app.dir.path().join("log"), log).expect("a log");
            }
        }
        (outcome, came_there)
    }

    /// A load that waits for a lock in the middle of its transaction, and gets a signal there.
    pub(super) fn run_to_lock(
        &self,
        command: Command,
        table: &str,
        signal: &str,
    ) -> (Outcome, bool) {
        let other = self.app.database.superuser();
        other.run("begin");
        other.run(&format!("lock table {table} in share mode"));
        let asking = self.app.database.superuser();
        let waits = format!(
            "select count(*) from pg_locks where not granted and relation = '{table}'::regclass
             and database = (select oid from pg_database where datname = current_database())"
        );
        let mut run = self.tool(command).start();
        let mut came_there = false;
        eventually("the load waits, or the run ends", || {
            came_there = asking.ask(&waits) != "0";
            // a first release does not load: it waits to write its record
            let is_no_load = run.has_said("postdeploy will set up the database");
            came_there &= !is_no_load;
            // a run without a load is past the point where a load would wait
            came_there || is_no_load || !run.is_running() || run.has_said("running migrations")
        });
        if came_there {
            run.signal(signal);
        } else {
            // the lock is not for the migrations
            other.run("rollback");
        }
        let outcome = run.wait();
        drop(other);
        (outcome, came_there)
    }

    pub(super) fn run_to_fault(
        &self,
        command: Command,
        step: Step,
        fault: Fault,
    ) -> (Outcome, bool) {
        let kind = if fault == Fault::Fail { "fail" } else { "hang" };
        std::fs::write(self.app.dir.path().join("fault"), format!("{} {kind}", step.name()))
            .expect("a fault");
        let mut run = self.tool(command).start();
        if let Fault::Signal(signal) = fault {
            eventually("the step hangs, or the run ends", || {
                self.has("hanging") || !run.is_running()
            });
            if self.has("hanging") {
                run.signal(signal);
            }
        }
        let outcome = run.wait();
        let came_there = !self.has("fault");
        let _ = std::fs::remove_file(self.app.dir.path().join("fault"));
        let _ = std::fs::remove_file(self.app.dir.path().join("hanging"));
        (outcome, came_there)
    }

    /// Brings the app into a state, by the runs that lead to it.
    #[track_caller]
    pub(super) fn bring_to(&mut self, state: State) {
        let release = || {
            self.tool(Command::Release).run().succeeded();
        };
        let failed_at = match state {
            State::Nothing => return,
            State::Awaited => return release(),
            State::LoadFailed => Some(Step::Load),
            State::BeforeFailed => Some(Step::Before),
            State::MigrationsFailed => Some(Step::Migrate),
            State::AfterFailed => Some(Step::After),
            State::AllDone | State::Gone => None,
        };
        release();
        let fault = failed_at.map(|step| (step, Fault::Fail));
        let (outcome, failed) = self.run(Command::Postdeploy, fault);
        assert_eq!(failed, fault.is_some(), "{outcome}");
        if state == State::Gone {
            outcome.succeeded();
            self.app.database.run(
                "drop table users, migrated;
                create table users (id int primary key, name text not null)",
            );
        }
    }

    /// Every segment of the log, from one load to the next, obeys the rules of the sequence.
    #[track_caller]
    pub(super) fn obeys_the_rules(&self, case: Case) {
        let log = self.log();
        for segment in log.split("load begun\n") {
            let ended = |step: &str| segment.matches(&format!("{step} ended")).count();
            for step in ["before", "after"] {
                assert!(ended(step) <= 1, "{case}: {step} was repeated:\n{log}");
                if let Some((_, later)) = segment.split_once(&format!("{step} ended")) {
                    assert!(!later.contains(&format!("{step} begun")), "{case}: {step}:\n{log}");
                }
            }
            let first = |text: &str| segment.find(text).unwrap_or(usize::MAX);
            assert!(first("before ended") <= first("migrate begun"), "{case}:\n{log}");
            assert!(first("migrate ended") <= first("after begun"), "{case}:\n{log}");
        }
        // exactly the repetition that a failure or an interruption makes necessary
        for step in ["before", "migrate", "after"] {
            let begun = log.matches(&format!("{step} begun")).count();
            let ended = log.matches(&format!("{step} ended")).count();
            let broken = self.broken.iter().filter(|other| **other == step).count();
            assert_eq!(begun, ended + broken, "{case}: {step}:\n{log}");
        }
    }
}
