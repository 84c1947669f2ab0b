//! The sequence, case by case: every state of the table in PRODUCT.md, every command, and every
//! step at which a run fails or is killed. A few cases in the ordinary run; all of them with
//! `REVIEW_DATA_LONG=1`.

use super::ReviewApp;
use crate::support::{Outcome, binaries, eventually};
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

const CONFIG: &str = r#"
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
enum State {
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
enum Command {
    Release,
    Postdeploy,
    Replace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
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
enum Fault {
    Fail,
    Signal(&'static str),
}

const STATES: [State; 8] = [
    State::Nothing,
    State::Awaited,
    State::LoadFailed,
    State::BeforeFailed,
    State::MigrationsFailed,
    State::AfterFailed,
    State::AllDone,
    State::Gone,
];
const COMMANDS: [Command; 3] = [Command::Release, Command::Postdeploy, Command::Replace];
const STEPS: [Step; 6] =
    [Step::Load, Step::Indexes, Step::Commit, Step::Before, Step::Migrate, Step::After];
const FAULTS: [Fault; 3] = [Fault::Fail, Fault::Signal("TERM"), Fault::Signal("KILL")];

impl Command {
    fn words(self) -> &'static [&'static str] {
        match self {
            Command::Release => &["release"],
            Command::Postdeploy => &["postdeploy"],
            Command::Replace => &["postdeploy", "--replace"],
        }
    }
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Step::Load | Step::Indexes | Step::Commit => "load",
            Step::Before => "before",
            Step::Migrate => "migrate",
            Step::After => "after",
        }
    }

    /// The catalogue table of the target that another session locks, so that the load waits in the
    /// middle of its transaction.
    fn locked(self) -> Option<&'static str> {
        match self {
            Step::Indexes => Some("pg_catalog.pg_index"),
            Step::Commit => Some("pg_catalog.pg_statistic"),
            _ => None,
        }
    }

    fn is_of_the_load(self) -> bool {
        self.name() == "load"
    }
}

#[derive(Clone, Copy, Debug)]
struct Case {
    state: State,
    command: Command,
    fault: Option<(Step, Fault)>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, {:?}, {:?}", self.state, self.command, self.fault)
    }
}

/// An app whose steps are watched.
struct Watched {
    app: ReviewApp,
    /// Runs of a step that were begun and did not end well.
    broken: Vec<&'static str>,
}

impl Watched {
    fn new() -> Self {
        let pg_dump = PG_DUMP.replace("BINARIES", &binaries().display().to_string());
        let app = ReviewApp::new(CONFIG).with("step.sh", STEP).with("pg_dump", &pg_dump);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(app.dir.path().join("pg_dump"), executable).expect("permissions");
        Watched { app, broken: Vec::new() }
    }

    fn tool(&self, command: Command) -> crate::support::Tool {
        let path =
            format!("{}:{}:/usr/bin:/bin", self.app.dir.path().display(), binaries().display());
        self.app.run(command.words()).env("PATH", path)
    }

    fn log(&self) -> String {
        self.app.dir.read("log").unwrap_or_default()
    }

    fn has(&self, file: &str) -> bool {
        self.app.dir.path().join(file).exists()
    }

    /// Runs a command, with a fault at a step if it comes there. Whether it did.
    fn run(&mut self, command: Command, fault: Option<(Step, Fault)>) -> (Outcome, bool) {
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
    fn run_to_lock(&self, command: Command, table: &str, signal: &str) -> (Outcome, bool) {
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

    fn run_to_fault(&self, command: Command, step: Step, fault: Fault) -> (Outcome, bool) {
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
    fn bring_to(&mut self, state: State) {
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
    fn obeys_the_rules(&self, case: Case) {
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

#[track_caller]
fn check(case: Case) {
    let mut watched = Watched::new();
    let production = fingerprint_of_production(&watched);
    watched.bring_to(case.state);
    let before = watched.log().len();
    let (outcome, broken) = watched.run(case.command, case.fault);
    let ran = watched.log()[before..].to_owned();
    let gone = case.state == State::Gone && case.command != Command::Replace;
    if broken {
        let (step, fault) = case.fault.expect("a fault");
        assert_ne!(outcome.code(), Some(0), "{case}: {outcome}");
        if fault != Fault::Signal("KILL") {
            assert_eq!(outcome.code(), Some(1), "{case}: {outcome}");
            let is_set_up = step == Step::Migrate && case.state == State::AllDone;
            if !is_set_up && !gone || case.command == Command::Replace {
                let again = case.command == Command::Replace
                    && step.is_of_the_load()
                    && ![State::Nothing, State::Awaited, State::LoadFailed].contains(&case.state);
                let by_hand = if again {
                    "heroku run review-data postdeploy --replace --app shop-pr-7"
                } else {
                    "heroku run review-data postdeploy --app shop-pr-7"
                };
                assert!(outcome.says(by_hand), "{case}: {outcome}");
            }
        }
        // whatever was interrupted is named by the next run, which does what is missing
        let next = watched.run(Command::Release, None).0;
        let interrupted = fault != Fault::Fail && !step.is_of_the_load();
        assert_eq!(next.says("was interrupted"), interrupted && !gone, "{case}: {next}");
        next.succeeded();
    } else if gone && case.command == Command::Postdeploy {
        assert_eq!(ran, "", "{case}");
        outcome.failed(1).saying("nothing is left").saying("--replace");
    } else {
        let outcome = outcome.succeeded();
        match (case.state, case.command) {
            (State::Gone, Command::Release) => {
                let outcome = outcome.saying("nothing of the load is left").saying("--replace");
                assert!(ran.contains("migrate ended"), "{case}: {outcome}");
            }
            (State::AllDone, Command::Postdeploy) => {
                assert_eq!(
                    (ran.as_str(), outcome.all.lines().count()),
                    ("", 1),
                    "{case}: {outcome}"
                );
            }
            (State::AllDone, Command::Release) => {
                assert_eq!(ran, "migrate begun\nmigrate ended\n", "{case}: {outcome}");
            }
            (State::Nothing, Command::Release) => assert_eq!(ran, "", "{case}: {outcome}"),
            _ => {}
        }
    }
    // by hand, and once more: the end state is the same, and usable; a swap that is broken in its
    // load changes nothing, so that only another swap helps where nothing was left
    let swap_had_no_effect = broken && case.fault.is_some_and(|(step, _)| step.is_of_the_load());
    let is_gone =
        case.state == State::Gone && (case.command != Command::Replace || swap_had_no_effect);
    let repair = if is_gone { Command::Replace } else { Command::Postdeploy };
    let mut last = watched.run(repair, None).0.succeeded();
    if !last.says("is set up already") {
        last = watched.run(Command::Postdeploy, None).0.succeeded();
    }
    assert!(last.says("is set up already"), "{case}: {last}");
    assert_eq!(watched.app.state(), "set_up", "{case}");
    let database = &watched.app.database;
    assert_eq!(database.ask("select count(*) from users"), "20", "{case}");
    assert_eq!(database.ask("select count(*) from migrated"), "0", "{case}");
    watched.obeys_the_rules(case);
    assert_eq!(fingerprint_of_production(&watched), production, "{case}: production is touched");
}

fn fingerprint_of_production(watched: &Watched) -> String {
    watched.app.source.ask(
        "select count(*) || md5(string_agg(u::text, ',' order by id))
            || (select count(*) from pg_class) from users u group by ()",
    )
}

fn is_long() -> bool {
    std::env::var_os("REVIEW_DATA_LONG").is_some()
}

fn all_cases(state: State) -> Vec<Case> {
    let mut cases = Vec::new();
    for command in COMMANDS {
        cases.push(Case { state, command, fault: None });
        for step in STEPS {
            let faults = FAULTS.into_iter().filter(|fault| {
                // what fails there is a matter of the load's own tests
                step.locked().is_none() || *fault != Fault::Fail
            });
            cases.extend(faults.map(|fault| Case { state, command, fault: Some((step, fault)) }));
        }
    }
    cases
}

/// Of each state, the case without a fault for every command, and two faults.
fn some_cases(index: usize, state: State) -> Vec<Case> {
    let all = all_cases(state);
    let (mut chosen, faulty): (Vec<Case>, Vec<Case>) =
        all.into_iter().partition(|case| case.fault.is_none());
    if index % 2 == 1 {
        chosen.truncate(2);
    }
    let number = faulty.len();
    chosen.extend([index * 7 % number, (index * 11 + 17) % number].map(|at| faulty[at]));
    chosen
}

fn check_all(index: usize) {
    let state = STATES[index];
    let cases = if is_long() { all_cases(state) } else { some_cases(index, state) };
    for case in cases {
        check(case);
    }
}

#[test]
fn from_nothing() {
    check_all(0);
}

#[test]
fn after_a_release_that_waits() {
    check_all(1);
}

#[test]
fn after_a_load_that_failed() {
    check_all(2);
}

#[test]
fn after_a_command_before_that_failed() {
    check_all(3);
}

#[test]
fn after_migrations_that_failed() {
    check_all(4);
}

#[test]
fn after_a_command_after_that_failed() {
    check_all(5);
}

#[test]
fn after_a_set_up_that_is_done() {
    check_all(6);
}

#[test]
fn after_something_has_dropped_all_that_was_loaded() {
    check_all(7);
}

/// The steps inside the load's transaction, each with the signal that leaves no time.
#[test]
fn a_load_that_is_killed_in_its_transaction_is_as_if_it_had_not_begun() {
    for (state, command, step) in [
        (State::Awaited, Command::Postdeploy, Step::Indexes),
        (State::LoadFailed, Command::Release, Step::Commit),
        (State::AllDone, Command::Replace, Step::Commit),
    ] {
        check(Case { state, command, fault: Some((step, Fault::Signal("KILL"))) });
    }
}

#[test]
fn a_migration_that_was_cut_half_way_is_named_where_it_fails_again() {
    for signal in ["KILL", "TERM"] {
        let mut watched = Watched::new();
        let fault = Some((Step::Migrate, Fault::Signal(signal)));
        let (outcome, broken) = watched.run(Command::Postdeploy, fault);
        assert!(broken, "{outcome}");
        for _ in 0..2 {
            let fault = Some((Step::Migrate, Fault::Fail));
            let (outcome, _) = watched.run(Command::Release, fault);
            outcome
                .failed(1)
                .saying("the migration was cut half-way")
                .saying("heroku run review-data postdeploy --replace --app shop-pr-7");
        }
        watched.run(Command::Release, None).0.succeeded();
        let (outcome, _) = watched.run(Command::Release, Some((Step::Migrate, Fault::Fail)));
        outcome.failed(1).not_saying("cut half-way");
    }
}

#[test]
fn an_edited_list_is_compared_command_by_command() {
    let mut watched = Watched::new();
    let fault = Some((Step::After, Fault::Fail));
    assert!(watched.run(Command::Postdeploy, fault).1);
    let edited = CONFIG.replace(
        r#"after = ["sh step.sh after"]"#,
        r#"after = ["echo first >> log", "sh step.sh after", "echo last >> log"]"#,
    );
    watched.app = watched.app.with("review-data.toml", &edited);
    watched.run(Command::Release, None).0.succeeded();
    let reversed = CONFIG.replace(
        r#"after = ["sh step.sh after"]"#,
        r#"after = ["echo last >> log", "sh step.sh after", "echo new >> log"]"#,
    );
    watched.app = watched.app.with("review-data.toml", &reversed);
    watched.run(Command::Release, None).0.succeeded();
    watched.run(Command::Release, None).0.succeeded();
    let log = watched.log();
    for line in ["first", "last", "new", "after ended"] {
        assert_eq!(log.lines().filter(|other| *other == line).count(), 1, "{line}:\n{log}");
    }
}
