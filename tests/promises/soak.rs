//! A standby that cancels reads after a second (`hot_standby_feedback = off`,
//! `max_standby_streaming_delay = 1s`) while the primary writes and vacuums. Short in the ordinary
//! run. With `REVIEW_DATA_LONG=1`: ten minutes of set-ups that take two seconds each.

use crate::support::{AppDir, Outcome, OwnProduction, READER, Target, Tool, clients};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const SHOP: &str = "
    create table customers (id int primary key, name text not null);
    create table orders (id int primary key, customer_id int not null references customers);
    create table items (id int primary key, order_id int not null references orders, note text);
    create index on orders (customer_id);
    create index on items (order_id);
    create table churn (n int);
    insert into churn values (1);
    insert into customers select i, md5(i::text) from generate_series(1, 20000) i;
    insert into orders select i, 1 + i % 20000 from generate_series(1, 60000) i;
    insert into items select i, 1 + i % 60000, repeat(md5(i::text), 4)
        from generate_series(1, 200000) i;
";

/// Writes and vacuums on the primary, again and again, until it is dropped.
struct Churn {
    over: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Churn {
    fn every(interval: Duration, production: &OwnProduction, database: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let session = production.primary.superuser(database);
        let until = Arc::clone(&over);
        let thread = thread::spawn(move || {
            let mut next = Instant::now();
            while !until.load(Ordering::SeqCst) {
                if Instant::now() >= next {
                    next = Instant::now() + interval;
                    session.run("update churn set n = n + 1");
                    session.run("vacuum churn");
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        Churn { over, thread: Some(thread) }
    }
}

impl Drop for Churn {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The production that both tests share, one at a time.
fn production() -> MutexGuard<'static, OwnProduction> {
    static PRODUCTION: OnceLock<Mutex<OwnProduction>> = OnceLock::new();
    let production = PRODUCTION.get_or_init(|| {
        let production = OwnProduction::with_standbys(1, "1s");
        production.create("shop", SHOP);
        Mutex::new(production)
    });
    production.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_long() -> bool {
    std::env::var_os("REVIEW_DATA_LONG").is_some()
}

/// A review app that is set up from the standby.
struct SetUp {
    source: String,
    fraction: f64,
    patience: &'static str,
    /// `pg_dump` takes two seconds longer.
    is_slow: bool,
}

impl SetUp {
    fn from(production: &OwnProduction) -> Self {
        let source = production.standbys[0].url(&READER, "shop");
        SetUp { source, fraction: 1.0, patience: "20min", is_slow: false }
    }

    fn run(&self, database: &Target) -> Outcome {
        let SetUp { fraction, patience, .. } = self;
        let config = format!(
            "[source]\npatience = \"{patience}\"\n[subset]\nfraction = {fraction}\n\
             [migrate]\ncommand = \"true\"\n"
        );
        let app = AppDir::empty().with("review-data.toml", &config);
        let mut path = format!("{}:/usr/bin:/bin", clients().display());
        if self.is_slow {
            let slow = "#!/bin/sh\ncase $* in *--version*) ;; *) sleep 2 ;; esac\n";
            let script = format!("{slow}exec {}/pg_dump \"$@\"\n", clients().display());
            std::fs::write(app.path().join("pg_dump"), script).expect("a script");
            let executable = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(app.path().join("pg_dump"), executable).expect("permissions");
            path = format!("{}:{path}", app.path().display());
        }
        Tool::new(["postdeploy"])
            .in_dir(&app)
            .env("PATH", path)
            .env("DATABASE_URL", database.url())
            .env("REVIEWAPP", "1")
            .env("REVIEW_DATA_SOURCE_URL", &self.source)
            .run()
    }

    fn timed(&self) -> (Duration, Outcome) {
        let target = Target::reused();
        let begun = Instant::now();
        let outcome = self.run(&target);
        (begun.elapsed(), outcome)
    }

    /// Chooses the fraction whose set-up takes about two seconds here and now. Returns what it takes.
    fn lasts_two_seconds(&mut self) -> Duration {
        const TWO_SECONDS: f64 = 2.0;
        let mut alone = self.timed().0;
        for _ in 0..5 {
            let ratio = TWO_SECONDS / alone.as_secs_f64();
            if (0.85..1.15).contains(&ratio) || ratio > 1.0 && self.fraction >= 1.0 {
                break;
            }
            self.fraction = (self.fraction * ratio).clamp(0.02, 1.0);
            alone = self.timed().0;
        }
        alone
    }
}

#[test]
fn set_ups_from_a_standby_whose_primary_vacuums_every_five_seconds_succeed() {
    let production = production();
    let mut set_up = SetUp { fraction: 0.3, ..SetUp::from(&production) };
    let alone = if is_long() { set_up.lasts_two_seconds() } else { Duration::ZERO };
    let _churn = Churn::every(Duration::from_secs(5), &production, "shop");
    let (begun, long) = (Instant::now(), Duration::from_secs(600));
    let (mut loads, mut again, mut longest) = (0, 0, Duration::ZERO);
    while if is_long() { begun.elapsed() < long } else { loads < 2 } {
        loads += 1;
        let (took, outcome) = set_up.timed();
        let outcome = outcome.succeeded();
        again += usize::from(outcome.says("the load begins again (retry 1 of 5)"));
        longest = longest.max(took);
    }
    println!(
        "{loads} set-ups with fraction {:.2}, {again} of them with a load that began again; one \
         alone takes {alone:?}, the longest took {longest:?}",
        set_up.fraction
    );
    assert!(!is_long() || again > 0, "no load was cancelled");
}

#[test]
fn a_standby_whose_primary_vacuums_all_the_time_is_given_up_with_advice() {
    let production = production();
    let _churn = Churn::every(Duration::from_millis(200), &production, "shop");
    let target = Target::reused();
    let (patience, seconds, attempts) = if is_long() {
        ("2min", 120, "this was attempt 6")
    } else {
        ("6s", 6, "[source] patience = 6 s")
    };
    let set_up = SetUp { patience, is_slow: true, ..SetUp::from(&production) };
    let begun = Instant::now();
    let outcome = set_up.run(&target).failed(1);
    let took = begun.elapsed();
    println!("given up after {took:?}");
    assert!(took < Duration::from_secs(seconds + 5), "within the patience:\n{outcome}");
    let outcome = outcome
        .saying("the load begins again (retry 1 of 5): ")
        .saying("; the standby ")
        .saying("conflict with recovery");
    for advice in
        ["hot_standby_feedback = off", "max_standby_streaming_delay = 1s", "off-peak", attempts]
    {
        assert!(words(&outcome).contains(advice), "{advice}:\n{outcome}");
    }
    let loaded = "select to_regclass('customers') is not null";
    assert_eq!(target.ask(loaded), "f", "{outcome}");

    let set_up = SetUp { patience: "0s", ..set_up };
    let outcome = set_up.run(&target).failed(1).not_saying("begins again (retry");
    assert!(words(&outcome).contains("[source] patience = 0 s"), "{outcome}");
}

/// Lines are broken at 80 columns.
fn words(outcome: &Outcome) -> String {
    outcome.all.split_whitespace().collect::<Vec<_>>().join(" ")
}
