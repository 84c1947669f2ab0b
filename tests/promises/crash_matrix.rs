//! Whatever ends a load, and whenever: the target is as it was, or complete; a rerun succeeds; no
//! session is left. Seven faults and three kinds of loads, at random moments: 30 in every run, 50 of
//! each of the 21 pairs with `REVIEW_DATA_LONG=1`. `SEED=n` repeats the moments of an earlier run.
//!
//! A kill has a step for its moment: the target gets all that the tool has sent until then, and not what
//! comes next. The long run kills a load at some 200 of its steps.

use crate::support::{
    AppDir, Forwarder, Outcome, OwnServer, Running, Server, Source, Target, Tool, eventually,
    processes_of, servers,
};
use std::collections::{BTreeMap, VecDeque};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// Large enough that a load has a middle: schema, several tables, indexes, keys, a view.
pub(crate) fn source(accounts: u32, entries: u32) -> Source {
    Source::from_sql(&format!(
        "
    create table accounts (id int primary key, name text not null);
    create table entries (
        id bigint generated always as identity primary key,
        account_id int not null references accounts,
        note text not null
    );
    create index on entries (note);
    create materialized view totals as select account_id, count(*) from entries group by 1;
    insert into accounts select i, 'qwzx account ' || i from generate_series(1, {accounts}) i;
    insert into entries (account_id, note)
        select i % {accounts} + 1, repeat(md5(i::text), 4) from generate_series(1, {entries}) i;
    refresh materialized view totals;
"
    ))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Killed,
    Terminated,
    SourceLost,
    TargetLost,
    SourceSilent,
    TargetSilent,
    DiskFull,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Fraction,
    Budget,
    Replace,
}

/// The slowest come first: they wait, and others work meanwhile.
const FAULTS: [Fault; 7] = [
    Fault::SourceSilent,
    Fault::TargetSilent,
    Fault::Killed,
    Fault::Terminated,
    Fault::SourceLost,
    Fault::TargetLost,
    Fault::DiskFull,
];
const KINDS: [Kind; 3] = [Kind::Fraction, Kind::Budget, Kind::Replace];

/// Silence is noticed after 0.8 s.
const SOON: &str = "?tcp_user_timeout=400&connect_timeout=1";

fn is_long() -> bool {
    std::env::var_os("REVIEW_DATA_LONG").is_some()
}

/// Random numbers (`splitmix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below this.
    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).expect("below a u32")
    }
}

/// A server whose files can be kept from growing: its WAL's files are smaller than a table of ours.
fn server_with_a_disk() -> &'static Server {
    static SERVER: OnceLock<OwnServer> = OnceLock::new();
    &SERVER.get_or_init(OwnServer::with_small_wal).server
}

/// All that a database holds: its dump without our record, line by line in one order (rows lie in any),
/// and the record.
#[derive(Clone, PartialEq, Eq)]
struct Contents {
    dump: Vec<String>,
    record: String,
}

impl Contents {
    fn of(server: &Server, database: &str) -> Self {
        let mut dump = server.client("pg_dump", database);
        let output = dump.arg("--exclude-schema=review_data").output().expect("pg_dump");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        // the client's own marks differ in each dump
        let lines = text.lines().filter(|line| !line.contains("restrict "));
        let mut dump: Vec<String> = lines.map(ToOwned::to_owned).collect();
        dump.sort();
        let session = server.superuser(database);
        let record = if session.ask("select to_regclass('review_data.load') is null") == "t" {
            "none".to_owned()
        } else {
            session.ask("select md5(string_agg(l::text, '' order by l.id)) from review_data.load l")
        };
        Contents { dump, record }
    }
}

/// One load to be ended.
struct Job {
    number: usize,
    fault: Fault,
    kind: Kind,
    /// In thousandths of what an undisturbed load takes.
    moment: u32,
    /// For a kill: how often the tool has sent something to the target. By the moment where this is
    /// not given.
    step: Option<usize>,
    /// For the disk: how many bytes a file may have beyond a megabyte.
    room: u32,
}

/// What undisturbed loads give, and take.
struct Expected {
    source: Source,
    complete: BTreeMap<Kind, Complete>,
}

struct Complete {
    contents: Contents,
    took: Duration,
    /// How often the tool sends something to the target.
    steps: usize,
}

/// `--replace` has a smaller load before it.
fn load(kind: Kind, source: &str, target: &str) -> Tool {
    match kind {
        Kind::Fraction => Tool::subset(source, target, "0.5"),
        Kind::Budget => Tool::within(source, target, Tool::ENOUGH),
        Kind::Replace => Tool::subset(source, target, "0.5").argument("--replace"),
    }
}

fn load_before(source: &Source, target: &Target, kind: Kind) {
    if kind == Kind::Replace {
        Tool::subset(&source.url(), &target.url(), "0.2").run().succeeded();
    }
}

impl Expected {
    fn new() -> Self {
        let source = source(1_000, 20_000);
        let complete = KINDS.map(|kind| {
            let target = Target::reused();
            load_before(&source, &target, kind);
            let port = servers().target.port;
            let forwarder = Forwarder::new(move |_| port);
            let target_url = forwarder.before(&target.url(), port);
            let outcome = load(kind, &source.url(), &target_url).run().succeeded();
            let took = outcome.moments.last().map_or(Duration::from_secs(1), |(at, _)| *at);
            let contents = Contents::of(&servers().target, &target.name);
            (kind, Complete { contents, took, steps: forwarder.sent() })
        });
        Expected { source, complete: complete.into_iter().collect() }
    }

    fn run(&self, job: &Job) -> bool {
        let Job { fault, kind, .. } = *job;
        let has_disk = fault == Fault::DiskFull;
        let server = if has_disk { server_with_a_disk() } else { &servers().target };
        let target = if has_disk { Target::empty_on(server) } else { Target::reused() };
        load_before(&self.source, &target, kind);
        let before = Contents::of(server, &target.name);
        let Complete { contents: complete, took, steps } = &self.complete[&kind];

        let standby = servers().standby.port;
        let (of_source, of_target) =
            (Forwarder::new(move |_| standby), Forwarder::new(move |_| servers().target.port));
        let (mut source_url, mut target_url) = (self.source.url(), target.url());
        if matches!(fault, Fault::SourceLost | Fault::SourceSilent) {
            source_url = of_source.before(&source_url, standby) + SOON;
        }
        if matches!(fault, Fault::TargetLost | Fault::TargetSilent) {
            target_url = of_target.before(&target_url, servers().target.port) + SOON;
        }
        if fault == Fault::Killed {
            target_url = of_target.before(&target_url, servers().target.port);
            let step = job.step.unwrap_or(steps * job.moment as usize / 1_000);
            of_target.mute_after(step);
        }
        // a connection that is cut once may be opened again
        let again =
            matches!(fault, Fault::SourceLost | Fault::TargetLost) && job.number.is_multiple_of(2);
        let patience = if again { "20s" } else { "0s" };
        let config = format!("[source]\npatience = \"{patience}\"\n");
        let app = AppDir::empty().with("review-data.toml", &config);

        let started = Instant::now();
        let mut run = load(kind, &source_url, &target_url).in_dir(&app).start();
        let is_due = || match fault {
            Fault::Killed => of_target.is_mute(),
            _ => started.elapsed() >= *took * job.moment / 1000,
        };
        while run.is_running() && !is_due() {
            thread::sleep(Duration::from_millis(1));
        }
        let caught = run.is_running();
        if caught {
            match fault {
                Fault::Killed => signal(&run, "KILL"),
                Fault::Terminated => signal(&run, "TERM"),
                Fault::SourceLost => of_source.cut_all(),
                Fault::TargetLost => of_target.cut_all(),
                Fault::SourceSilent => of_source.mute(),
                Fault::TargetSilent => of_target.mute(),
                Fault::DiskFull => fill_disk(server, &target, job.room),
            }
        }
        let group = run.group();
        let outcome = run.wait();
        let what = format!("{fault:?}, {kind:?}, {} thousandths, {:?}", job.moment, job.step);
        eventually("nothing that the tool started is left", || processes_of(group).is_empty());
        eventually("the target has no session", || {
            server.superuser(&target.name).ask(SESSIONS) == "0"
        });
        let after = Contents::of(server, &target.name);
        let is_complete = after.dump == complete.dump && after.record != before.record;
        assert!(
            is_complete || after == before,
            "{what}: neither as it was nor complete\n{outcome}"
        );
        judge(&outcome, is_complete, &what);
        if !is_complete && (is_long() || job.number.is_multiple_of(3)) {
            load(kind, &self.source.url(), &target.url()).run().succeeded();
            let again = Contents::of(server, &target.name);
            assert!(again.dump == complete.dump, "{what}: the rerun is not complete\n{outcome}");
        }
        target.drop();
        caught && !is_complete
    }
}

const SESSIONS: &str = "select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";

/// It may have ended since we looked.
fn signal(run: &Running, name: &str) {
    let _ = Command::new("kill").args(["-s", name, &run.group().to_string()]).output();
}

/// From now on, no file of the load's sessions grows beyond this.
fn fill_disk(server: &Server, target: &Target, room: u32) {
    let pids = server
        .superuser("postgres")
        .column(&format!("select pid from pg_stat_activity where datname = '{}'", target.name));
    for pid in pids {
        Server::limit_files(&pid, (1 << 20) + room);
    }
}

/// The exit says what has happened.
#[track_caller]
fn judge(outcome: &Outcome, is_complete: bool, what: &str) {
    match outcome.code() {
        Some(0) => assert!(is_complete, "{what}: it claims success\n{outcome}"),
        Some(1) if is_complete => {
            let honest = ["the load was complete", "is unknown", "cannot tell whether"];
            assert!(honest.iter().any(|words| outcome.says(words)), "{what}:\n{outcome}");
        }
        Some(1) => assert!(outcome.stderr.contains("error: "), "{what}:\n{outcome}"),
        Some(code) => panic!("{what}: exit code {code}\n{outcome}"),
        None => {}
    }
}

fn seed() -> u64 {
    let given = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let now =
        || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a time").as_secs();
    given.unwrap_or_else(|| if is_long() { now() } else { 1 })
}

#[test]
fn a_load_that_is_ended_at_any_moment_leaves_the_target_as_it_was_or_complete() {
    let (seed, moments) = (seed(), if is_long() { 50 * 21 } else { 30 });
    println!("SEED={seed}");
    let mut dice = Dice(seed);
    let jobs = (0..moments).map(|number| Job {
        number,
        fault: FAULTS[number % FAULTS.len()],
        // each fault meets each kind: seven and three have no common divisor
        kind: KINDS[number % KINDS.len()],
        // a disk that is full from the middle on would meet no write
        moment: dice.below(if FAULTS[number % FAULTS.len()] == Fault::DiskFull {
            600
        } else {
            1_050
        }),
        step: None,
        room: 4_096 + 8_192 * dice.below(120),
    });
    let mut jobs: VecDeque<Job> = jobs.collect();
    let expected = Expected::new();
    if is_long() {
        // most of them are blocks of rows: some 200 of each kind
        let each = KINDS.iter().flat_map(|kind| {
            let steps = expected.complete[kind].steps;
            (0..steps).step_by(1 + steps / 200).map(move |step| (*kind, step))
        });
        jobs.extend(each.enumerate().map(|(number, (kind, step))| Job {
            number,
            fault: Fault::Killed,
            kind,
            moment: 0,
            step: Some(step),
            room: 0,
        }));
    }
    let moments = jobs.len();
    let jobs = Mutex::new(jobs);
    let (begun, counts) = (Instant::now(), Mutex::new(BTreeMap::<Fault, (u32, u32)>::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(job) = next else { return };
                    let caught = expected.run(&job);
                    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
                    let count = counts.entry(job.fault).or_default();
                    *count = (count.0 + 1, count.1 + u32::from(caught));
                }
            });
        }
    });
    let counts = counts.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "{moments} moments in {:?}; of each fault: all, left as it was: {counts:?}",
        begun.elapsed()
    );
    eventually("the source has no session", || expected.source.on_standby().ask(SESSIONS) == "0");
    let caught: u32 = counts.values().map(|(_, caught)| caught).sum();
    assert!(counts[&Fault::DiskFull].1 > 0, "no load has met a full disk: {counts:?}");
    assert!(caught as usize * 3 > moments, "most loads had ended before their moment: {counts:?}");
}
