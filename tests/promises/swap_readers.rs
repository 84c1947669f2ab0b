//! While a target is swapped: whoever reads it sees the old data or waits, whoever ends the swap
//! ends it whole, and set-ups may read a small copy at any time.

use crate::support::{Source, Target, Tool, eventually, fingerprint, processes_of};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Enough that a swap has a middle.
const SHOP: &str = "
    create table accounts (id int primary key, name text not null);
    create table entries (
        id bigint generated always as identity primary key,
        account_id int not null references accounts,
        note text not null
    );
    create view noted as select e.* from entries e join accounts a on a.id = e.account_id;
    create materialized view totals as select account_id, count(*) from entries group by 1;
    insert into accounts select i, 'account ' || i from generate_series(1, 500) i;
    insert into entries (account_id, note)
        select i % 500 + 1, repeat(md5(i::text), 4) from generate_series(1, 10000) i;
    refresh materialized view totals;
";

/// What production gets after the first load.
const MORE: &str = "
    insert into accounts select i, 'account ' || i from generate_series(501, 1000) i;
    insert into entries (account_id, note)
        select i % 500 + 501, repeat(md5(i::text), 4) from generate_series(1, 10000) i;
    refresh materialized view totals;
";

fn load(source: &str, target: &str) -> Tool {
    Tool::subset(source, target, "1")
}

fn swap(source: &str, target: &str) -> Tool {
    load(source, target).argument("--replace")
}

/// Runs something again and again beside the test, and returns all that it has seen.
fn beside<T: Ord + Send>(
    mut look: impl FnMut() -> T + Send,
    meanwhile: impl FnOnce(),
) -> BTreeSet<T> {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !over.load(Ordering::Relaxed) {
                seen.insert(look());
            }
            seen.insert(look());
            seen
        });
        // a test that fails must end the other thread, too
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(meanwhile));
        over.store(true, Ordering::Relaxed);
        let seen = looking.join().expect("the thread that looks");
        if let Err(panic) = ended {
            std::panic::resume_unwind(panic);
        }
        seen
    })
}

#[test]
fn readers_see_the_old_data_or_the_new_and_never_an_error() {
    const COUNTS: &str = "select (select count(*) from accounts) || ' ' \
        || (select count(*) from noted) || ' ' || (select count(*) from totals)";
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    load(&source.url(), &target.url()).run().succeeded();
    source.change(MORE);
    let look = || target.as_owner().try_rows(COUNTS).map(|rows| rows[0][0].clone());
    let seen = beside(look, || {
        for _ in 0..3 {
            swap(&source.url(), &target.url()).run().succeeded();
        }
    });
    let expected = ["500 10000 500", "1000 20000 1000"];
    let expected: BTreeSet<_> = expected.map(|counts| Ok(Some(counts.to_owned()))).into();
    assert_eq!(seen, expected);
    target.drop();
}

/// What `status` and a second run read.
#[test]
fn the_record_can_be_read_during_a_swap() {
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    load(&source.url(), &target.url()).run().succeeded();
    let look = || {
        let session = target.as_owner();
        session.run("set lock_timeout = '100ms'");
        session.try_rows("select count(*) from review_data.load, review_data.setup").is_ok()
    };
    let seen = beside(look, || {
        swap(&source.url(), &target.url()).run().succeeded();
    });
    assert_eq!(seen, BTreeSet::from([true]));
    target.drop();
}

/// Transactions that read one table after the other, in both orders: none is the victim of a
/// deadlock with the swap.
#[test]
fn no_reader_is_the_victim_of_a_deadlock() {
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    load(&source.url(), &target.url()).run().succeeded();
    let reader = |first: &'static str, second: &'static str| {
        let target = &target;
        move || {
            let session = target.as_owner();
            session.try_rows(&format!(
                "begin; select count(*) from {first}; select pg_sleep(0.2); \
                 select count(*) from {second}; commit"
            ))
        }
    };
    let (mut one, mut other) = (BTreeSet::new(), BTreeSet::new());
    one.extend(beside(reader("accounts", "entries"), || {
        other.extend(beside(reader("totals", "accounts"), || {
            for _ in 0..3 {
                swap(&source.url(), &target.url()).run().succeeded();
            }
        }));
    }));
    for seen in [one, other] {
        assert!(seen.iter().all(Result::is_ok), "{seen:?}");
    }
    target.drop();
}

#[test]
fn a_swap_waits_for_whoever_holds_a_lock_and_names_the_session() {
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    load(&source.url(), &target.url()).run().succeeded();
    let before = fingerprint(&target);
    let busy = target.as_owner();
    busy.run("set application_name = 'the report'; begin; select count(*) from totals");
    let run = swap(&source.url(), &target.url()).start();
    eventually("the swap waits", || run.has_said("the report with pid"));
    // others are not kept from reading
    assert_eq!(target.as_owner().ask("select count(*) from accounts"), "500");
    busy.run("commit");
    run.wait().succeeded().saying("replaced: 2 tables");
    assert_eq!(fingerprint(&target), before);
    target.drop();
}

#[test]
fn a_swap_killed_at_any_moment_leaves_the_old_data_or_the_new() {
    let source = Source::from_sql(SHOP);
    let target = Target::empty();
    load(&source.url(), &target.url()).run().succeeded();
    let old = fingerprint(&target);
    source.change(MORE);
    let fresh = Target::empty();
    let started = Instant::now();
    load(&source.url(), &fresh.url()).run().succeeded();
    let length = started.elapsed();
    let new = fingerprint(&fresh);
    let mut kept = 0;
    for eighth in 1..9 {
        let mut run = swap(&source.url(), &target.url()).start();
        let started = Instant::now();
        while run.is_running() && started.elapsed() < length * eighth / 8 {
            thread::sleep(Duration::from_millis(1));
        }
        if run.is_running() {
            run.signal("KILL");
        }
        let group = run.group();
        run.wait();
        eventually("nothing that the tool started is left", || processes_of(group).is_empty());
        let now = fingerprint(&target);
        assert!(now == old || now == new, "after {eighth} eighths");
        kept += u32::from(now == old);
        if now == new {
            break;
        }
    }
    assert!(kept > 2, "the swap was ended before its COMMIT {kept} times");
    swap(&source.url(), &target.url()).run().succeeded();
    assert_eq!(fingerprint(&target), new);
    target.drop();
    fresh.drop();
}

/// The README's way: a small copy is refreshed on a schedule, and review apps copy all of it.
#[test]
fn ten_set_ups_read_a_small_copy_while_it_is_swapped_in_a_loop() {
    let source = Source::from_sql(SHOP);
    let small = Target::empty();
    swap(&source.url(), &small.url()).run().succeeded();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let refreshing = scope.spawn(|| {
            let mut times = 0;
            while !over.load(Ordering::Relaxed) {
                swap(&source.url(), &small.url()).run().succeeded();
                times += 1;
            }
            times
        });
        let set_ups: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..5 {
                        let target = Target::empty();
                        let outcome = load(&small.url(), &target.url()).run();
                        let rows = (outcome.code() == Some(0))
                            .then(|| target.ask("select count(*) from noted"));
                        assert_eq!(rows.as_deref(), Some("10000"), "{outcome}");
                        target.drop();
                    }
                })
            })
            .collect();
        let set_ups: Vec<_> = set_ups.into_iter().map(thread::ScopedJoinHandle::join).collect();
        over.store(true, Ordering::Relaxed);
        let times = refreshing.join().expect("the refreshes succeed");
        for set_up in set_ups {
            set_up.expect("the set-ups succeed");
        }
        assert!(times >= 3, "the small copy was swapped only {times} times");
    });
    small.drop();
}

/// The role that reads a small copy may read it after each swap.
#[test]
fn rights_that_were_granted_are_there_after_a_swap() {
    let source = Source::from_sql(&format!(
        "create schema apart; create table apart.t (a int, b int); {SHOP}"
    ));
    let target = Target::empty();
    load(&source.url(), &target.url()).run().succeeded();
    target.run(
        "grant select on accounts, noted, totals to public;
        grant select (a) on apart.t to public;
        grant usage on schema apart, review_data to public;
        grant select on all tables in schema review_data to public;
        alter default privileges in schema apart grant select on tables to public;",
    );
    source
        .change("drop table apart.t; create table apart.t (a int); create table apart.u (a int);");
    source.grant_select();
    source.replayed();
    swap(&source.url(), &target.url()).run().succeeded();
    for relation in ["accounts", "noted", "totals", "apart.t", "apart.u", "review_data.load"] {
        let may = format!("select has_table_privilege('public', '{relation}', 'select')");
        assert_eq!(target.ask(&may), "t", "{relation}");
    }
    assert_eq!(target.ask("select has_table_privilege('public', 'entries', 'select')"), "f");
    assert_eq!(target.ask("select has_schema_privilege('public', 'apart', 'usage')"), "t");
    target.drop();
}
