//! What a release does, in which order, and what it says.

use super::heroku::{How, When};
use super::{MIGRATES, Shop, keeps_the_token, steady};
use crate::support::eventually;
use std::time::Duration;

#[test]
fn a_release_takes_down_migrates_and_puts_back() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    let outcome = keeps_the_token(shop.release().run().succeeded());
    insta::assert_snapshot!(steady(&outcome));
    insta::assert_snapshot!("the_calls_of_a_release", shop.heroku.calls().join("\n"));
    assert!(shop.is_migrated());
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note(), "nothing is left in the database");
}

#[test]
fn where_nothing_is_pending_nothing_is_asked_and_one_line_said() {
    let shop = Shop::that_migrates();
    shop.database.run("create table migrated ()");
    // not even a token is needed
    let outcome = shop.release().env("HEROKU_API_KEY", "").run().succeeded();
    assert_eq!(
        outcome.all,
        "shop is not a review app (neither REVIEWAPP nor HEROKU_PR_NUMBER is set)\n\
         no migrations are pending: nothing to do\n"
    );
    assert_eq!(shop.heroku.calls(), Vec::<String>::new());
    assert!(!shop.has_note());
}

#[test]
fn without_maintenance_nothing_but_the_migration_command_runs() {
    let config = MIGRATES.replace("maintenance = true", "maintenance = false");
    let config = config.lines().filter(|line| !line.starts_with("check")).collect::<Vec<_>>();
    let shop = Shop::with_config(&config.join("\n"));
    shop.release().run().succeeded().not_saying("pending");
    assert!(shop.is_migrated());
    assert_eq!(shop.heroku.calls(), Vec::<String>::new());
    shop.release().run().failed(1).saying("already exists");
}

#[test]
fn an_own_check_is_asked_without_maintenance_too() {
    let shop = Shop::with_config(&MIGRATES.replace("maintenance = true", ""));
    shop.release().run().succeeded().saying("migrations are pending");
    assert!(shop.is_migrated());
    shop.release().run().succeeded().saying("no migrations are pending: nothing to do");
    assert_eq!(shop.heroku.calls(), Vec::<String>::new());
}

#[test]
fn whether_migrations_are_pending_may_be_unknown() {
    let config =
        "[migrate]\ncommand = \"touch migrated\"\n[migrate.production]\nmaintenance = true\n";
    let shop = Shop::with_config(config);
    let outcome = shop.release().run().succeeded();
    outcome.saying("cannot tell whether migrations are pending (the migration command is none that we know a check for");
    assert_eq!(shop.dir.read("migrated").as_deref(), Some(""));
    let config = format!("{}\n", MIGRATES.replace("grep -q 'is there'\"", "no-such-program\""));
    let shop = Shop::with_config(&config);
    let outcome = shop.release().run().succeeded();
    outcome.saying("no-such-program: command not found): treating them as pending");
}

#[test]
fn a_review_app_never_touches_maintenance_or_dynos() {
    let shop = Shop::that_migrates();
    shop.database.run("create table alembic_version (version_num text)");
    for command in [&["release"][..], &["release", "--app", "shop"]] {
        let tool = shop.tool(["release"]).env("REVIEWAPP", "true").env("REVIEW_DATA_ADOPT", "1");
        let tool = command[1..].iter().fold(tool, |tool, argument| tool.argument(*argument));
        shop.database.run("drop table if exists migrated");
        tool.run().succeeded();
        assert!(shop.is_migrated());
    }
    let outcome = shop.restore().env("HEROKU_PR_NUMBER", "7").run();
    insta::assert_snapshot!(outcome.failed(2).all);
    assert_eq!(shop.heroku.calls(), Vec::<String>::new());
    let note = "select to_regclass('review_data.production_note') is null";
    assert_eq!(shop.database.ask(note), "t");
}

#[test]
fn dynos_that_take_their_time_are_waited_for() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.heroku.state().stopping = Duration::from_millis(1500);
    shop.heroku.state().starting = Duration::from_millis(1500);
    shop.release().run().succeeded().saying("their dynos have stopped").saying("all dynos are up");
    let looks = shop.heroku.calls().iter().filter(|call| *call == "GET dynos").count();
    assert!(looks >= 5, "{looks}");
    assert_eq!(shop.heroku.shown(), before);
}

#[test]
fn dynos_that_do_not_stop_end_the_release_before_any_migration() {
    let shop = Shop::with_config(&format!("{MIGRATES}wait = \"1s\"\n"));
    let before = shop.heroku.shown();
    shop.heroku.state().stopping = Duration::from_secs(600);
    let outcome = shop.release().run().failed(1);
    insta::assert_snapshot!(steady(&outcome));
    assert!(!shop.is_migrated());
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note());
}

#[test]
fn dynos_that_crash_or_do_not_come_up_are_told() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.heroku.state().crashing = Some("worker".to_owned());
    shop.release().run().succeeded().saying("warning: crashed on start: worker.1");
    assert_eq!(shop.heroku.shown(), before);
    let shop = Shop::with_config(&format!("{MIGRATES}wait = \"1s\"\n"));
    shop.heroku.state().starting = Duration::from_secs(600);
    shop.release().run().succeeded().saying("warning: 4 of the dynos are not up yet; not waiting");
    assert_eq!(shop.heroku.shown(), before);
}

#[test]
fn the_configuration_says_which_dynos_are_scaled_down() {
    for (config, expected) in [
        ("keep = [\"clock\"]", "web=0 worker=0"),
        ("scale_down = [\"worker\", \"urgent\"]", "worker=0"),
        ("scale_down = false", ""),
    ] {
        let shop = Shop::with_config(&format!("{MIGRATES}{config}\n"));
        let before = shop.heroku.shown();
        shop.release().run().succeeded();
        let changes = shop.heroku.changes();
        let scaled = changes.iter().find_map(|call| call.strip_prefix("PATCH formation "));
        assert_eq!(scaled.unwrap_or_default(), expected, "{config}");
        assert_eq!(shop.heroku.shown(), before, "{config}");
    }
}

#[test]
fn long_lists_come_in_pages() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.heroku.state().page = 2;
    shop.release().run().succeeded().saying("scaled down: web 2 -> 0, worker 1 -> 0, clock 1 -> 0");
    assert_eq!(shop.heroku.shown(), before);
}

#[test]
fn the_api_may_ask_to_wait() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    shop.heroku.fails(4, When::Before, How::RateLimit(2));
    let outcome = shop.release().run().succeeded();
    assert!(outcome.moments.last().expect("lines").0 > Duration::from_secs(2), "{outcome}");
    assert_eq!(shop.heroku.shown(), before);
}

#[test]
fn a_wrong_token_or_app_changes_nothing() {
    let shop = Shop::that_migrates();
    let before = shop.heroku.shown();
    let outcome = shop.release().env("HEROKU_API_KEY", "HRKU-wrong").run();
    let outcome = outcome.failed(1).not_saying("HRKU-wrong").saying("status 401");
    outcome.saying("nothing was changed, and no migration was run");
    let outcome = shop.release().env("HEROKU_APP_NAME", "stock").run();
    outcome.failed(1).saying("status 404").saying("cannot see an app stock");
    let outcome = shop.release().env("HEROKU_API_KEY", "").run();
    outcome.failed(2).saying("cannot find a token for Heroku's API");
    let outcome = shop.release().env("HEROKU_APP_ID", "another").run();
    outcome.failed(2).saying("shop is not the app that we run in");
    assert_eq!(shop.heroku.changes(), Vec::<String>::new());
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.is_migrated());
    assert!(!shop.has_note());
}

#[test]
fn another_app_is_acted_on_only_where_the_command_line_names_it() {
    let shop = Shop::with_config(&format!("{MIGRATES}app = \"shop\"\n"));
    let elsewhere = || shop.release().env("HEROKU_APP_NAME", "stock");
    elsewhere().run().failed(2).saying("the configuration names another app than this one");
    assert_eq!(shop.heroku.calls(), Vec::<String>::new());
    assert!(!shop.is_migrated());
    elsewhere().argument("--app").argument("shop").run().succeeded();
    assert!(shop.is_migrated());
    assert_eq!(shop.heroku.changes().len(), 4);
}

#[test]
fn a_role_that_may_make_no_schema_is_told_before_anything_changes() {
    let shop = Shop::that_migrates();
    let name = &shop.database.name;
    let owner = shop.database.superuser();
    owner.run(&format!("alter database {name} owner to postgres"));
    let outcome = shop.release().run().failed(1);
    outcome.saying("cannot write down what the app is like").saying("nothing was changed");
    assert_eq!(shop.heroku.changes(), Vec::<String>::new());
}

#[test]
fn a_migration_that_fails_leaves_the_app_as_it_was() {
    let shop = Shop::that_runs("echo not today >&2; exit 7");
    let before = shop.heroku.shown();
    let outcome = shop.release().run().failed(1);
    insta::assert_snapshot!(steady(&outcome));
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note());
    // the 2019 policy lets the deploy go on, and the app is put back all the same
    let config = MIGRATES.replace("[migrate]", "[migrate]\non_failure = \"warn\"");
    let shop = Shop::with_config(&config.replace("create table migrated ()", "nonsense"));
    shop.release().run().succeeded().saying("Database migrations failed in shop");
    assert_eq!(shop.heroku.shown(), before);
}

#[test]
fn a_lost_session_of_ours_does_not_keep_the_app_down() {
    let shop = Shop::that_runs("touch reached; while [ ! -e go ]; do sleep 0.05; done");
    let before = shop.heroku.shown();
    let run = shop.release().start();
    eventually("the migration runs", || shop.dir.read("reached").is_some());
    shop.database.superuser().run(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'review-data' and datname = current_database()",
    );
    std::fs::write(shop.dir.path().join("go"), "").expect("a file");
    run.wait().succeeded();
    assert_eq!(shop.heroku.shown(), before);
    assert!(!shop.has_note());
}
