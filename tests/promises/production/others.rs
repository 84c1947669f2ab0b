//! Not alone: another release, other people, other apps.

use super::heroku::{Heroku, How, When};
use super::{Shop, steady};
use crate::support::eventually;

/// A migration that waits until the test lets it go on.
const WAITS: &str = "touch reached; while [ ! -e go ]; do sleep 0.05; done";

fn goes_on(shop: &Shop) {
    std::fs::write(shop.dir.path().join("go"), "").expect("a file");
}

#[test]
fn of_two_releases_at_once_the_second_waits_and_finds_nothing_to_do() {
    let shop = Shop::that_runs(WAITS);
    let before = shop.heroku.shown();
    let first = shop.release().start();
    eventually("the first migrates", || shop.dir.read("reached").is_some());
    let second = shop.release().start();
    eventually("the second waits", || second.has_said("another release is under way"));
    let restore = shop.restore().start();
    eventually("so does a person", || restore.has_said("another release is under way"));
    goes_on(&shop);
    first.wait().succeeded();
    let second = second.wait().succeeded().saying("no migrations are pending: nothing to do");
    assert!(second.says("(review-data with pid "), "{second}");
    restore.wait().succeeded().saying("nothing to put back: another run has just done it");
    assert_eq!(shop.heroku.changes().len(), 4, "the first one's only");
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note());
}

#[test]
fn a_release_that_waits_can_be_stopped() {
    let shop = Shop::that_runs(WAITS);
    let first = shop.release().start();
    eventually("the first migrates", || shop.dir.read("reached").is_some());
    let second = shop.release().start();
    eventually("the second waits", || second.has_said("another release is under way"));
    second.signal("TERM");
    second.wait().failed(1).saying("stopped by SIGTERM; nothing was changed");
    goes_on(&shop);
    first.wait().succeeded();
}

#[test]
fn maintenance_mode_that_a_person_had_on_stays_on() {
    let shop = Shop::that_migrates();
    shop.heroku.state().maintenance = true;
    let before = shop.heroku.shown();
    let outcome = shop.release().run().succeeded();
    insta::assert_snapshot!(steady(&outcome));
    assert_eq!(shop.heroku.shown(), before);
    let touched = shop.heroku.changes().iter().any(|call| call.contains("maintenance"));
    assert!(!touched, "{:?}", shop.heroku.changes());
}

#[test]
fn maintenance_mode_that_a_person_turns_on_in_between_stays_on() {
    // after the first look, before ours
    let shop = Shop::that_migrates();
    let on = |state: &mut super::heroku::State| state.maintenance = true;
    shop.heroku.fails(2, When::Before, How::Meanwhile(Box::new(on)));
    let outcome = shop.release().run().succeeded();
    outcome
        .saying("somebody has just turned maintenance mode on: it will stay on")
        .saying("maintenance mode stays on, as before the release");
    assert!(shop.heroku.shown().starts_with("maintenance on, web=2:Standard-1X worker=1:"));
    // a run that is killed after that: the note knows
    let shop = Shop::that_migrates();
    shop.heroku.fails(2, When::Before, How::Meanwhile(Box::new(on)));
    shop.is_killed_at(5, When::After);
    shop.restore().run().succeeded();
    assert!(shop.heroku.shown().starts_with("maintenance on, web=2:Standard-1X worker=1:"));
}

#[test]
fn a_formation_that_a_person_changes_meanwhile_is_left_as_they_made_it() {
    let shop = Shop::that_runs(WAITS);
    let run = shop.release().start();
    eventually("the migration runs", || shop.dir.read("reached").is_some());
    shop.heroku.state().scale("web", 5, None);
    shop.heroku.state().scale("worker", 0, Some("Performance-L"));
    shop.heroku.state().scale("urgent", 1, None);
    shop.heroku.state().formation.retain(|(name, ..)| name != "clock");
    goes_on(&shop);
    let outcome = run.wait().succeeded();
    insta::assert_snapshot!(steady(&outcome));
    assert_eq!(
        shop.heroku.shown(),
        "maintenance off, web=5:Standard-1X worker=1:Performance-L urgent=1:Performance-M \
         release=0:Standard-1X"
    );
    assert!(!shop.has_note());
}

#[test]
fn maintenance_mode_that_a_person_turns_off_meanwhile_stays_off() {
    let shop = Shop::that_runs(WAITS);
    let before = shop.heroku.shown();
    let run = shop.release().start();
    eventually("the migration runs", || shop.dir.read("reached").is_some());
    shop.heroku.state().maintenance = false;
    goes_on(&shop);
    run.wait().succeeded().not_saying("maintenance mode off");
    assert_eq!(shop.heroku.shown(), before);
}

#[test]
fn a_note_of_another_app_is_left_alone() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.is_killed_at(6, When::After);
    let down = shop.heroku.shown();
    assert_ne!(down, before);

    // The database, or a copy of it, in another app.
    let stock = Heroku::with_shop();
    stock.state().name = "stock".to_owned();
    stock.state().id = "another".to_owned();
    let in_stock = |command: &[&str]| {
        let tool = command[1..].iter().fold(shop.tool([command[0]]), |t, word| t.argument(*word));
        tool.env("HEROKU_APP_NAME", "stock").env("HEROKU_API_URL", stock.url())
    };
    let outcome = in_stock(&["maintenance", "restore"]).run().failed(1);
    outcome.saying("the note in the database is not of stock").saying("restore --app shop");
    assert_eq!(stock.changes(), Vec::<String>::new());
    let outcome = in_stock(&["release"]).run().succeeded();
    outcome.saying("the database holds a note of a release of shop").saying("left alone");
    assert_eq!(stock.changes().len(), 4, "its own release");
    assert!(stock.shown().starts_with("maintenance off, web=2:"), "{}", stock.shown());
    let outcome = in_stock(&["release"]).run().succeeded();
    outcome.saying("left alone").saying("no migrations are pending: nothing to do");
    assert_eq!(shop.heroku.shown(), down, "the other app is not touched");
    assert!(shop.has_note());

    shop.release().run().succeeded().saying("a release of shop was cut off");
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note());
}

#[test]
fn an_app_that_was_renamed_finds_its_note() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.is_killed_at(6, When::After);
    shop.heroku.state().name = "store".to_owned();
    let renamed = shop.restore().env("HEROKU_APP_NAME", "store");
    renamed.run().succeeded().saying("a release of store was cut off");
    assert_eq!(shop.heroku.shown(), before);
}
