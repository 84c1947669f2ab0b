//! A failure, a signal, the end of everything: at every call, before and after it took effect.

use super::heroku::{How, When};
use super::{HELD, Shop, keeps_the_token, steady};
use crate::support::{Outcome, eventually};
use std::time::Duration;

/// The calls of a release; from the first of `PUTTING_BACK` on, the app is put back.
const CALLS: usize = 12;
const FIRST_CHANGE: usize = 4;
const PUTTING_BACK: usize = 7;

fn everywhere() -> impl Iterator<Item = (usize, When)> {
    (1..=CALLS).flat_map(|call| [(call, When::Before), (call, When::After)])
}

/// After a run that could not put the app back: the commands to type, and what they would do.
fn restored_by_hand(shop: &Shop, outcome: &Outcome, before: &str, at: &str) {
    assert!(outcome.says("type\n"), "{at}: {outcome}");
    assert!(outcome.says("     heroku maintenance:off -a shop\n"), "{at}: {outcome}");
    assert!(shop.has_note(), "{at}: the note stays");
    let restored = shop.restore().run().succeeded();
    assert!(restored.says("a release of shop was cut off"), "{at}: {restored}");
    assert_eq!(shop.heroku.shown(), before, "{at}");
    assert!(!shop.has_note(), "{at}");
}

#[test]
fn the_calls_are_as_many_as_are_tried_below() {
    let shop = Shop::that_migrates();
    shop.release().run().succeeded();
    let calls = shop.heroku.calls();
    assert_eq!(calls.len(), CALLS, "{calls:?}");
    assert!(calls[FIRST_CHANGE - 1].starts_with("PATCH"), "{calls:?}");
    assert_eq!(calls[PUTTING_BACK - 1], "GET formation", "{calls:?}");
}

#[test]
fn a_call_that_is_refused_at_every_step() {
    for (call, when) in everywhere() {
        let at = format!("call {call}, {when:?}");
        let shop = Shop::that_migrates();
        let before = shop.heroku.shown();
        shop.heroku.fails(call, when, How::Status(422));
        let outcome = keeps_the_token(shop.release().run());
        // whether dynos are up is only told: that one may fail
        let harmless = call == 10;
        assert_eq!(outcome.code(), Some(i32::from(!harmless)), "{at}: {outcome}");
        if call >= PUTTING_BACK && !harmless {
            restored_by_hand(&shop, &outcome, &before, &at);
        }
        assert_eq!(shop.heroku.shown(), before, "{at}: {outcome}");
        assert!(!shop.has_note(), "{at}: {outcome}");
        assert_eq!(shop.is_migrated(), call >= PUTTING_BACK, "{at}: {outcome}");
        shop.database.drop();
    }
}

#[test]
fn a_connection_that_is_lost_at_every_step_is_made_again() {
    for (call, when) in everywhere() {
        let shop = Shop::that_migrates();
        let before = shop.heroku.shown();
        shop.heroku.fails(call, when, How::NoAnswer);
        keeps_the_token(shop.release().run().succeeded());
        assert_eq!(shop.heroku.shown(), before, "call {call}, {when:?}");
        assert!(shop.is_migrated() && !shop.has_note(), "call {call}, {when:?}");
        shop.database.drop();
    }
}

#[test]
fn an_answer_that_does_not_come_in_time_is_asked_for_again() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.heroku.fails(5, When::After, How::Slow(Duration::from_secs(12)));
    let outcome = shop.release().run().succeeded();
    assert_eq!(shop.heroku.shown(), before, "{outcome}");
    assert_eq!(shop.heroku.calls().len(), CALLS + 1);
}

#[test]
fn a_run_that_is_killed_at_every_step_is_made_good_by_the_next() {
    for (call, when) in everywhere() {
        let at = format!("call {call}, {when:?}");
        let shop = Shop::that_migrates();
        let before = shop.heroku.shown();
        shop.is_killed_at(call, when);
        let outcome = shop.release().run().succeeded();
        // the note is written before the last look and the first change, and goes after the last
        let noted = call >= FIRST_CHANGE - 1;
        assert_eq!(outcome.says("a release of shop was cut off"), noted, "{at}: {outcome}");
        assert_eq!(shop.heroku.shown(), before, "{at}: {outcome}");
        assert!(shop.is_migrated() && !shop.has_note(), "{at}: {outcome}");
        shop.database.drop();
    }
}

#[test]
fn a_run_that_is_killed_is_made_good_by_hand() {
    for (call, when) in everywhere().filter(|(call, _)| *call >= FIRST_CHANGE) {
        let at = format!("call {call}, {when:?}");
        let shop = Shop::that_migrates();
        let before = shop.heroku.shown();
        shop.is_killed_at(call, when);
        shop.restore().run().succeeded();
        assert_eq!(shop.heroku.shown(), before, "{at}");
        assert!(!shop.has_note(), "{at}");
        shop.restore().run().succeeded().saying("nothing to put back");
        shop.database.drop();
    }
}

#[test]
fn a_run_that_is_killed_in_the_migration_is_made_good() {
    let shop =
        Shop::that_runs("echo $$ > pid; mv pid reached; while [ ! -e go ]; do sleep 0.05; done");
    let before = shop.heroku.shown();
    let run = shop.release().start();
    eventually("the migration runs", || shop.dir.read("reached").is_some());
    run.signal("KILL");
    run.wait();
    assert_ne!(shop.heroku.shown(), before);
    let migration = shop.dir.read("reached").expect("its process");
    let process = std::path::Path::new("/proc").join(migration.trim());
    eventually("the migration ends with its run", || !process.exists());
    assert!(!shop.is_migrated());
    std::fs::write(shop.dir.path().join("go"), "").expect("a file");
    let outcome = shop.release().run().succeeded();
    insta::assert_snapshot!(without_dates(&steady(&outcome)));
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note());
}

/// `2026-01-01 12:00:00+00` as `DATE`
fn without_dates(text: &str) -> String {
    let Some((before, after)) = text.split_once(" noted at ") else {
        return text.to_owned();
    };
    let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
    format!("{before} noted at DATE\n{rest}")
}

#[test]
fn a_signal_at_every_step_puts_the_app_back() {
    for (call, when) in everywhere() {
        let at = format!("call {call}, {when:?}");
        let shop = Shop::that_migrates();
        let before = shop.heroku.shown();
        let (reached, go_on) = shop.heroku.holds(call, when);
        let run = shop.release().start();
        reached.recv_timeout(HELD).expect("the call comes");
        run.signal(if call % 2 == 0 { "TERM" } else { "INT" });
        // so that the signal is there before the answer
        std::thread::sleep(Duration::from_millis(100));
        drop(go_on);
        let outcome = run.wait().failed(1);
        assert!(outcome.says("stopped by SIG"), "{at}: {outcome}");
        assert_eq!(shop.heroku.shown(), before, "{at}: {outcome}");
        assert_eq!(shop.is_migrated(), call >= PUTTING_BACK, "{at}: {outcome}");
        assert!(!shop.has_note(), "{at}: {outcome}");
        shop.database.drop();
    }
}

#[test]
fn a_signal_while_migrating_puts_the_app_back() {
    for script in [
        "touch reached; sleep 60",
        // one that does not listen is killed before the platform kills us
        "trap '' TERM; touch reached; while :; do sleep 0.05; done",
        // one that ends well in spite of it
        "trap 'exit 0' TERM; touch reached; while :; do sleep 0.05; done",
    ] {
        let shop = Shop::that_runs(script);
        let before = shop.heroku.shown();
        let run = shop.release().start();
        eventually("the migration runs", || shop.dir.read("reached").is_some());
        run.signal("TERM");
        let outcome = run.wait().failed(1).saying("SIGTERM");
        let took = outcome.moments.last().expect("lines").0;
        assert!(took.as_secs() < 25, "Heroku kills after 30 s: {outcome}");
        assert_eq!(shop.heroku.shown(), before, "{outcome}");
        assert!(!shop.has_note(), "{outcome}");
    }
}

#[test]
fn an_api_that_is_gone_for_good_leaves_the_note_and_says_what_to_type() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.heroku.fails_from(PUTTING_BACK, 503);
    let outcome = keeps_the_token(shop.release().run().failed(1));
    let shown = steady(&outcome).replace(&shop.heroku.url(), "https://api.heroku.com");
    insta::assert_snapshot!(shown);
    shop.heroku.mends();
    restored_by_hand(&shop, &outcome, &before, "gone for good");
    assert!(shop.is_migrated());
}

#[test]
fn an_api_that_is_gone_after_the_first_change_loses_nothing() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.heroku.fails_from(FIRST_CHANGE + 1, 500);
    shop.release().run().failed(1).saying("cannot scale the dynos of shop");
    assert!(!shop.is_migrated());
    shop.heroku.mends();
    // nothing was ever at zero, and the next release finds its way
    shop.release().run().succeeded().saying("a release of shop was cut off");
    assert_eq!(shop.heroku.shown(), before);
    assert!(shop.is_migrated() && !shop.has_note());
}
