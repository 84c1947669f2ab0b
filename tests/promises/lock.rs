//! One lock for all runs on a database: the second run waits, names the first, and then reads again
//! what the database holds.

use crate::support::{
    AppDir, OWNER, Outcome, Running, Session, Source, Target, Tool, eventually, fingerprint,
    servers,
};
use std::time::{Duration, Instant};

const PRODUCTION: &str = "
    create table users (id int primary key, name text not null);
    create table alembic_version (version_num varchar(32) primary key);
    insert into users select i, 'qwzx user ' || i from generate_series(1, 100) i;
    insert into alembic_version values ('first');
";

/// The lock's key, as PostgreSQL shows it in two halves.
const THE_LOCK: &str = "locktype = 'advisory' and classid = 7497078 and objid = 1684108385";

/// An app, production's database and the app's own database.
struct App {
    dir: AppDir,
    source: Source,
    database: Target,
}

impl App {
    fn with_config(config: &str) -> Self {
        App {
            dir: AppDir::empty().with("review-data.toml", config),
            source: Source::shared(PRODUCTION),
            database: Target::reused(),
        }
    }

    fn run(&self, command: &str) -> Tool {
        Tool::new([command])
            .in_dir(&self.dir)
            .env("DATABASE_URL", self.database.url())
            .env("HEROKU_APP_NAME", "shop-pr-7")
            .env("HEROKU_PR_NUMBER", "7")
            .env("DYNO", "run.4711")
            .env("REVIEW_DATA_SOURCE_URL", self.source.url())
    }

    fn subset(&self) -> Tool {
        let tool = Tool::subset(&self.source.url(), &self.database.url(), "1");
        tool.in_dir(&self.dir)
    }

    /// The pid of the session that holds the lock.
    fn holder(&self) -> Option<String> {
        let mut pids = self.database.superuser().column(&format!(
            "select pid from pg_locks where {THE_LOCK} and granted
             and database = (select oid from pg_database where datname = current_database())"
        ));
        pids.pop()
    }

    fn has(&self, file: &str) -> bool {
        self.dir.read(file).is_some()
    }

    fn touch(&self, file: &str) {
        std::fs::write(self.dir.path().join(file), "").expect("a file");
    }

    /// Starts a command whose migration waits for the file `go`.
    fn at_work(&self, command: &str) -> Running {
        let run = self.run(command).start();
        eventually("the migration is at work", || self.has("begun"));
        run
    }
}

/// A migration that notes each run, and lasts until there is a file `go`.
const WAITS: &str = "command = '''echo begun >> begun
    until test -e go -o ! -e review-data.toml; do sleep 0.05; done; echo ended >> ended'''\n";

fn is_long() -> bool {
    std::env::var_os("REVIEW_DATA_LONG").is_some()
}

fn lines(text: Option<String>) -> usize {
    text.unwrap_or_default().lines().count()
}

#[test]
fn of_two_pushes_in_a_row_the_second_waits_and_names_the_first() {
    let app = App::with_config(&format!("[migrate]\n{WAITS}"));
    app.subset().run().succeeded();
    let first = app.at_work("release");
    let second = app.run("release").start();
    eventually("the second says that it waits", || second.has_said("waiting for it"));
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(lines(app.dir.read("begun")), 1, "one migration at a time");
    app.touch("go");
    let first = first.wait().succeeded().not_saying("another run");
    let second = second.wait().succeeded();
    let named = "another run is at work on the database (review-data release shop-pr-7 run.4711 \
         with pid ";
    let second = second.saying(named).saying("at most 30 min").saying("the other run has ended");
    assert_eq!(lines(app.dir.read("ended")), 2, "{first}{second}");
    assert_eq!(app.holder(), None);
}

#[test]
fn a_push_while_postdeploy_loads_waits_and_then_finds_the_database_set_up() {
    let app = App::with_config(&format!("[migrate]\n{WAITS}"));
    let first = app.at_work("postdeploy");
    let second = app.run("release").start();
    eventually("the second says that it waits", || second.has_said("waiting for it"));
    app.touch("go");
    first.wait().succeeded();
    second.wait().succeeded().saying("set up already").saying("(review-data postdeploy shop-pr-7");
    assert_eq!(app.database.ask("select count(*) from users"), "100");
    assert_eq!(lines(app.dir.read("ended")), 2);
}

#[test]
fn a_run_waits_no_longer_than_it_may_and_names_the_holder() {
    let app = App::with_config(&format!("[postdeploy]\nwait = \"2s\"\n[migrate]\n{WAITS}"));
    app.subset().run().succeeded();
    let first = app.at_work("release");
    let before = fingerprint(&app.database);
    let outcome: Outcome = app.run("release").run().failed(1);
    let waited = outcome.moments.last().map(|(at, _)| *at).unwrap_or_default();
    assert!((2..10).contains(&waited.as_secs()), "{waited:?}:\n{outcome}");
    let outcome = outcome.saying("review-data release shop-pr-7 run.4711 with pid");
    outcome.saying("waited 2 s for it ([postdeploy] wait); nothing was done");
    let told = app.subset().run().failed(1);
    told.saying("another run is at work on the database");
    assert_eq!(fingerprint(&app.database), before);
    app.touch("go");
    first.wait().succeeded();
}

#[test]
fn a_run_that_may_not_wait_ends_at_once() {
    let app = App::with_config(&format!("[postdeploy]\nwait = \"0s\"\n[migrate]\n{WAITS}"));
    let first = app.at_work("postdeploy");
    app.run("release").run().failed(1).not_saying("waiting for it");
    app.touch("go");
    first.wait().succeeded();
}

#[test]
fn a_run_that_waits_can_be_stopped() {
    let app = App::with_config(&format!("[migrate]\n{WAITS}"));
    let first = app.at_work("postdeploy");
    let second = app.run("release").start();
    eventually("the second says that it waits", || second.has_said("waiting for it"));
    second.signal("TERM");
    let outcome = second.wait().failed(1);
    outcome.saying("stopped by SIGTERM").saying("it was waiting for review-data postdeploy");
    app.touch("go");
    first.wait().succeeded();
    assert_eq!(lines(app.dir.read("begun")), 1);
}

#[test]
fn a_lost_session_is_replaced_and_the_migration_goes_on() {
    let app = App::with_config(&format!("[migrate]\n{WAITS}"));
    app.subset().run().succeeded();
    let run = app.at_work("release");
    let old = app.holder().expect("the lock is held");
    app.database.superuser().run(&format!("select pg_terminate_backend({old})"));
    eventually("the run has the lock again", || {
        app.holder().is_some_and(|new| new != old) && run.has_said("the lock is ours again")
    });
    app.touch("go");
    let outcome = run.wait().succeeded();
    outcome.saying("the session that holds the lock is lost (terminating connection due to admin");
    assert_eq!(app.holder(), None);
}

/// Another run's session that has the lock after the holder's session was ended.
fn taken_over(app: &App) -> Session {
    let old = app.holder().expect("the lock is held");
    // it waits in the server, so that it is the first to have the lock
    let other = std::thread::spawn({
        let other = servers().target.session(&OWNER, &app.database.name);
        move || {
            other.run("set application_name = 'review-data postdeploy shop-pr-8'");
            other.run("select pg_advisory_lock(32199706509669473)");
            other
        }
    });
    eventually("the other waits", || {
        let waits = format!("select count(*) from pg_locks where {THE_LOCK} and not granted");
        app.database.ask(&waits) == "1"
    });
    app.database.superuser().run(&format!("select pg_terminate_backend({old})"));
    other.join().expect("the other has the lock")
}

#[test]
fn a_run_that_has_lost_the_lock_to_another_is_stopped() {
    let app = App::with_config(&format!("[migrate]\n{WAITS}"));
    app.subset().run().succeeded();
    let run = app.at_work("release");
    let other = taken_over(&app);
    let outcome = run.wait().failed(1);
    let outcome = outcome.saying("the lock on the database was lost, and another run has it");
    let outcome = outcome.saying("review-data postdeploy shop-pr-8 with pid");
    outcome.saying("what was running was stopped");
    assert_eq!(lines(app.dir.read("ended")), 0);
    drop(other);
}

/// Commands that end only when they are ended.
const ENDLESS: [&str; 4] = [
    "echo begun >> begun; while :; do sleep 0.05; date > alive; done",
    "echo begun >> begun; (while :; do sleep 0.05; date > alive; done) | cat & wait",
    "echo begun >> begun; timeout 300 sh -c 'while :; do sleep 0.05; date > alive; done'",
    // one that does not listen, and does not keep the tool's output open
    "trap '' TERM; exec > /dev/null 2>&1; echo begun >> begun; while :; do sleep 0.05; date > alive; done",
];

/// Waits until no process of the command is left.
fn gone(app: &App, command: &str) {
    eventually(&format!("nothing is left of {command}"), || {
        std::fs::remove_file(app.dir.path().join("alive")).ok();
        std::thread::sleep(Duration::from_millis(400));
        !app.has("alive")
    });
}

/// The lock is free only when nothing of the killed run's command is left.
#[test]
fn a_run_that_is_killed_outright_leaves_no_command_and_the_next_run_goes_on() {
    let number = if is_long() { ENDLESS.len() } else { 2 };
    for command in ENDLESS.into_iter().rev().take(number) {
        let app = App::with_config(&format!("[migrate]\ncommand = \"\"\"{command}\"\"\"\n"));
        app.subset().run().succeeded();
        let run = app.at_work("release");
        eventually("the command works", || app.has("alive"));
        run.signal("KILL");
        assert_eq!(run.wait().code(), None);
        // a process of the old command would write the file after the new one has looked
        let config = "[migrate]\ncommand = \"rm -f alive; sleep 0.3; test ! -e alive\"\n";
        std::fs::write(app.dir.path().join("review-data.toml"), config).expect("a file");
        let next = app.run("release").run().succeeded();
        // one that does not listen to TERM is killed after 2 s, and keeps the lock until then
        if command.contains("trap") {
            next.saying("another run is at work on the database (review-data release shop-pr-7");
        }
        gone(&app, command);
        eventually("the lock is free", || app.holder().is_none());
    }
}

/// A run that is killed after its lock's session was replaced keeps the new session's lock, too.
#[test]
fn a_lock_that_was_taken_again_outlasts_a_killed_run_as_well() {
    let app = App::with_config(&format!("[migrate]\ncommand = \"\"\"{}\"\"\"\n", ENDLESS[3]));
    app.subset().run().succeeded();
    let run = app.at_work("release");
    let old = app.holder().expect("the lock is held");
    app.database.superuser().run(&format!("select pg_terminate_backend({old})"));
    eventually("the run has the lock again", || run.has_said("the lock is ours again"));
    let new = app.holder().expect("the lock is held again");
    run.signal("KILL");
    run.wait();
    assert_eq!(app.holder().as_deref(), Some(new.as_str()), "a command still runs");
    gone(&app, ENDLESS[3]);
    eventually("the lock is free", || app.holder().is_none());
}

#[test]
fn commands_before_and_after_the_migrations_end_with_their_run_as_well() {
    for key in ["before", "after"] {
        let command = ENDLESS[0];
        let app = App::with_config(&format!(
            "[migrate]\ncommand = \"true\"\n[postdeploy]\n{key} = ['{command}']\n"
        ));
        let run = app.at_work("postdeploy");
        run.signal("KILL");
        run.wait();
        gone(&app, command);
    }
}

#[test]
fn production_s_migration_ends_with_its_run_as_well() {
    let app = App::with_config(&format!("[migrate]\ncommand = '{}'\n", ENDLESS[0]));
    let run = app.run("release").env("REVIEWAPP", "0").start();
    eventually("the migration is at work", || app.has("alive"));
    run.signal("KILL");
    run.wait();
    gone(&app, ENDLESS[0]);
}

#[test]
fn what_a_command_leaves_running_on_purpose_goes_on_and_holds_no_lock() {
    let app = App::with_config(
        "[migrate]\ncommand = '''(until test -e go -o ! -e review-data.toml; do sleep 0.05; done; touch later) \
         > /dev/null 2>&1 & echo done >> done'''\n",
    );
    app.run("postdeploy").run().succeeded();
    assert_eq!(app.holder(), None);
    app.run("release").run().succeeded().not_saying("another run");
    app.run("release").env("REVIEWAPP", "0").run().succeeded();
    assert_eq!(lines(app.dir.read("done")), 3);
    app.touch("go");
    eventually("the processes that were left have ended well", || app.has("later"));
}

#[test]
fn output_arrives_in_the_order_in_which_it_was_written() {
    for limit in ["", "lock_timeout = \"5s\"\n"] {
        let app = App::with_config(&format!(
            "[migrate]\n{limit}command = \"for i in $(seq 300); do echo out $i; echo err $i >&2; done\"\n"
        ));
        let script = "exec \"$0\" release > both 2>&1";
        let tool = app.run("release").env("REVIEWAPP", "0").through("sh", &["-c", script]);
        tool.run().succeeded();
        let text = app.dir.read("both").expect("the output");
        let of_the_command = |line: &&str| line.starts_with("out ") || line.starts_with("err ");
        let lines: Vec<&str> = text.lines().filter(of_the_command).collect();
        let expected: Vec<String> =
            (1..=300).flat_map(|i| [format!("out {i}"), format!("err {i}")]).collect();
        assert_eq!(lines, expected, "{limit:?}");
    }
}

#[test]
fn a_command_that_calls_us_again_is_refused_with_the_chain() {
    let tool = env!("CARGO_BIN_EXE_review-data");
    for (review_app, command) in [("0", "release"), ("1", "release"), ("1", "postdeploy")] {
        let app = App::with_config(&format!(
            "[migrate]\ncommand = \"echo x >> times; {tool} {command}; echo code $? >> times; exit 1\"\n"
        ));
        app.subset().run().succeeded();
        let outcome = app.run("release").env("REVIEWAPP", review_app).run().failed(1);
        let refused =
            format!("error: review-data {command} was started by a command of review-data");
        let outcome = outcome.saying(&refused).saying("review-data release\n");
        outcome.saying(&format!("> review-data {command}\n")).saying("[migrate]");
        assert_eq!(app.dir.read("times").as_deref(), Some("x\ncode 2\n"));
    }
}

#[test]
fn a_command_may_ask_us_for_what_changes_nothing() {
    let tool = env!("CARGO_BIN_EXE_review-data");
    let app =
        App::with_config(&format!("[migrate]\ncommand = \"{tool} plan $SOURCE 0.5 > planned\"\n"));
    let run = app.run("release").env("REVIEWAPP", "0").env("SOURCE", app.source.url());
    run.run().succeeded();
    assert!(app.dir.read("planned").is_some_and(|plan| plan.contains("users")));
}

/// The lock's loss ends also a command that does not listen.
#[test]
fn a_command_that_ignores_its_end_is_killed_when_the_lock_is_lost() {
    let app = App::with_config(&format!("[migrate]\ncommand = \"\"\"{}\"\"\"\n", ENDLESS[3]));
    app.subset().run().succeeded();
    let run = app.at_work("release");
    let other = taken_over(&app);
    run.wait().failed(1).saying("the lock on the database was lost, and another run has it");
    gone(&app, ENDLESS[3]);
    drop(other);
}

#[test]
fn on_a_terminal_a_command_ends_with_its_run_as_well() {
    let command =
        "trap '' HUP; echo begun >> begun; (while :; do sleep 0.05; date > alive; done); true";
    let app = App::with_config(&format!("[migrate]\ncommand = \"\"\"{command}\"\"\"\n"));
    // on a terminal that `script` makes
    let script =
        "exec script -q -e -f -c \"test -t 0 && echo \\$\\$ > pid; exec $0 release\" /dev/null";
    let run = app.run("release").env("REVIEWAPP", "0").through("sh", &["-c", script]).start();
    eventually("the command works", || app.has("alive") && app.has("pid"));
    let pid = app.dir.read("pid").expect("the tool's pid");
    let kill = std::process::Command::new("kill").args(["-s", "KILL", pid.trim()]).status();
    assert!(kill.expect("kill").success());
    run.wait();
    gone(&app, command);
}

/// Ctrl-C reaches the command and the tool at the same time.
#[test]
fn on_a_terminal_ctrl_c_ends_the_command_and_gives_the_lock_back() {
    let app = App::with_config(&format!("[migrate]\ncommand = \"\"\"{}\"\"\"\n", ENDLESS[0]));
    app.subset().run().succeeded();
    let script = "(until test -e begun; do sleep 0.05; done; printf '\\003'
         until test -e over; do sleep 0.05; done) | script -q -e -f -c \
         \"trap : INT; test -t 0 && $0 release; echo code \\$? > over\" /dev/null";
    let outcome = app.run("release").through("sh", &["-c", script]).run();
    let outcome = outcome.saying("stopped by SIGINT");
    assert_eq!(app.dir.read("over").as_deref(), Some("code 1\n"), "{outcome}");
    gone(&app, ENDLESS[0]);
    assert_eq!(app.holder(), None);
}

/// The kernel's timer of a connection, by the ports of its two ends: `(kind, seconds)`.
fn timer(local: &str, remote: &str) -> Option<(u32, f64)> {
    let port = |text: &str| text.parse::<u16>().expect("a port");
    let table = std::fs::read_to_string("/proc/net/tcp").ok()?;
    let wanted = [port(local), port(remote)].map(|port| format!(":{port:04X}"));
    table.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (own, other, timer) = (words.get(1)?, words.get(2)?, words.get(5)?);
        if !own.ends_with(&wanted[0]) || !other.ends_with(&wanted[1]) {
            return None;
        }
        let (kind, when) = timer.split_once(':')?;
        let ticks = f64::from(u32::from_str_radix(when, 16).ok()?);
        Some((u32::from_str_radix(kind, 16).ok()?, ticks / 100.0))
    })
}

/// A dead network is noticed on both sides: the kernels probe the lock's idle connection.
#[test]
fn the_locks_connection_is_probed_from_both_sides_within_half_a_minute() {
    const KEEPALIVE: u32 = 2;
    let app = App::with_config(&format!("[migrate]\n{WAITS}"));
    app.subset().run().succeeded();
    let run = app.at_work("release");
    let holder = app.holder().expect("the lock is held");
    let client =
        app.database.ask(&format!("select client_port from pg_stat_activity where pid = {holder}"));
    let server = servers().target.port.to_string();
    if std::path::Path::new("/proc/net/tcp").exists() {
        for (side, local, remote) in [("server", &server, &client), ("client", &client, &server)] {
            let (kind, seconds) = timer(local, remote).expect("the connection");
            assert_eq!(kind, KEEPALIVE, "{side}");
            assert!(seconds <= 30.5, "the {side} probes after {seconds} s");
        }
    }
    app.touch("go");
    run.wait().succeeded();
}

/// Half a minute in which nothing happens: who waits says so, and who holds the lock asks the server
/// something, so that nothing between takes the session for a dead one.
#[test]
fn neither_who_waits_nor_who_holds_the_lock_is_silent_for_half_a_minute() {
    if !is_long() {
        return;
    }
    let app = App::with_config(&format!("[migrate]\n{WAITS}"));
    app.subset().run().succeeded();
    let first = app.at_work("release");
    let second = app.run("release").start();
    eventually("the second says that it waits", || second.has_said("waiting for it"));
    let asked = || {
        let holder = app.holder().expect("the lock is held");
        app.database.ask(&format!(
            "select query_start from pg_stat_activity where pid = {holder} and state = 'idle'"
        ))
    };
    let (before, begun) = (asked(), Instant::now());
    eventually("the holder's session was asked something", || asked() != before);
    eventually("the second says that it still waits", || {
        second.has_said("still waiting for review-data release shop-pr-7 run.4711")
    });
    assert!(begun.elapsed() < Duration::from_secs(30));
    app.touch("go");
    first.wait().succeeded();
    second.wait().succeeded();
}

#[test]
fn a_load_that_has_lost_the_lock_to_another_run_leaves_the_target_as_it_was() {
    let source = Source::from_sql(PRODUCTION);
    let app = App { source, ..App::with_config(&format!("[migrate]\n{WAITS}")) };
    app.source.change(
        "create table many (id int primary key, note text);
         insert into many select i, md5(i::text) from generate_series(1, 300000) i",
    );
    app.source.grant_select();
    app.source.replayed();
    let mut run = app.run("postdeploy").start();
    eventually("the load writes", || {
        let writes = "select count(*) from pg_locks where mode = 'AccessExclusiveLock'
             and database = (select oid from pg_database where datname = current_database())";
        !run.is_running() || app.database.ask(writes) != "0"
    });
    run.signal("STOP");
    let other = taken_over(&app);
    run.signal("CONT");
    run.wait().failed(1).saying("the lock on the database was lost, and another run has it");
    let loaded = "select count(*) from pg_class where relname in ('users', 'many')";
    assert_eq!(app.database.ask(loaded), "0");
    assert!(!app.has("begun"));
    drop(other);
}
