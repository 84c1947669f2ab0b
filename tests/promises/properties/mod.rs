//! Whatever the tables, the foreign keys, the rows and the rules: the load ends, is whole, exact
//! and the same twice, and meets every rule or says which it cannot.
//!
//! 50 random databases in every run, always the same; with `REVIEW_DATA_LONG=1` (`scripts/test
//! --long`) another 1,000, which are others each time. `SEED=n` runs one. What fails is
//! simplified and printed as a file for `tests/cases`, where it is to be kept.

mod dice;
mod filling;
mod masking;
mod model;
mod random;
mod rules;
mod scenario;
mod schema;
mod simpler;
mod values;

pub(crate) use dice::Dice;
use scenario::{Databases, Scenario};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// In every run.
const SEEDS: u64 = 50;

/// More in a long run.
const LONG: u64 = 1_000;

/// Seeds that found a fault once. Their simplest forms are files of `tests/cases`.
const SEEDS_OF_FAULTS: [u64; 0] = [];

/// Databases at the same time: the servers and the tool take turns on few processors.
const WORKERS: usize = 3;

/// Failures after which a run ends.
const ENOUGH: usize = 5;

#[test]
fn whatever_the_tables_and_the_rules_a_load_keeps_its_promises() {
    let seeds = seeds();
    let start = Instant::now();
    let (count, first) = (seeds.len(), seeds.first().copied().unwrap_or_default());
    let failures = run_all(seeds);
    println!("{count} databases from seed {first} in {:.0} s", start.elapsed().as_secs_f32());
    assert!(failures.is_empty(), "{} failures, told above", failures.len());
}

/// `REVIEW_DATA_BEFORE=path` compares with another build of the tool: the same rows of each table,
/// unless the difference is meant.
#[test]
fn the_rows_are_the_same_as_by_an_earlier_build() {
    let Some(earlier) = std::env::var_os("REVIEW_DATA_BEFORE") else { return };
    let mut databases = Databases::new();
    let seeds = seeds();
    let (count, mut different) = (seeds.len(), 0);
    for seed in seeds {
        let scenario = Scenario::random(seed);
        let differing = scenario.differing_from(Path::new(&earlier), &databases);
        if !differing.is_empty() {
            different += 1;
            println!("SEED={seed}\n{}", differing.join("\n"));
            std::mem::replace(&mut databases, Databases::new()).drop();
        }
    }
    databases.drop();
    println!("{} of {count} databases have the same rows", count - different);
    assert_eq!(different, 0);
}

fn seeds() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    if let Some(seed) = number("SEED") {
        return (seed..seed + number("SEEDS").unwrap_or(1)).collect();
    }
    let mut seeds: Vec<u64> = SEEDS_OF_FAULTS.into_iter().chain(0..SEEDS).collect();
    if std::env::var_os("REVIEW_DATA_LONG").is_some() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
        let first = now * LONG;
        seeds.extend(first..first + LONG);
    }
    seeds
}

/// The report of each failure.
fn run_all(seeds: Vec<u64>) -> Vec<String> {
    let waiting = Mutex::new(seeds.into_iter());
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut databases = Databases::new();
                while failures.lock().expect("failures").len() < ENOUGH {
                    let Some(seed) = waiting.lock().expect("seeds").next() else { break };
                    if let Some(failure) = failure_of(seed, &mut databases) {
                        eprintln!("{failure}");
                        failures.lock().expect("failures").push(failure);
                    }
                }
                databases.drop();
            });
        }
    });
    failures.into_inner().expect("failures")
}

fn failure_of(seed: u64, databases: &mut Databases) -> Option<String> {
    let scenario = Scenario::random(seed);
    let broken = broken(&scenario, databases);
    if broken.is_empty() {
        return None;
    }
    eprintln!("SEED={seed} fails and is being simplified: {}", broken[0]);
    let (simplest, broken) = simpler::simplest(scenario, broken, databases);
    Some(format!("SEED={seed}\n{}\n{simplest}", broken.join("\n")))
}

/// What fails may leave anything behind: the next scenario begins with fresh databases.
fn broken(scenario: &Scenario, databases: &mut Databases) -> Vec<String> {
    let broken = catch_unwind(AssertUnwindSafe(|| scenario.broken(databases)));
    let broken = broken.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        vec![text.unwrap_or_else(|| "panicked".to_owned())]
    });
    if !broken.is_empty() {
        std::mem::replace(databases, Databases::new()).drop();
    }
    broken
}

/// A random database as SQL: its tables, foreign keys and rows.
pub(crate) fn random_sql(seed: u64) -> String {
    random::database(&mut Dice::new(seed)).to_string()
}
