//! Whatever ends the tool, the target is unchanged or complete. Random moments are in `crash_matrix.rs`.

use crate::crash_matrix;
use crate::support::{
    Outcome, Running, Source, Target, Tool, eventually, fingerprint, processes_of,
};
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

fn load(source: &Source, target: &Target) -> Tool {
    Tool::subset(&source.url(), &target.url(), "0.5")
}

/// What an undisturbed load gives, and how it goes.
fn undisturbed(source: &Source) -> (BTreeMap<String, String>, Outcome) {
    let target = Target::reused();
    let outcome = load(source, &target).run().succeeded();
    let rows = fingerprint(&target);
    target.drop();
    (rows, outcome)
}

/// Kills a load at this moment and holds the target against what it was: an empty database.
fn killed(source: &Source, complete: &BTreeMap<String, String>, moment: impl Fn(&Running) -> bool) {
    let target = Target::reused();
    let mut run = load(source, &target).start();
    while run.is_running() && !moment(&run) {
        thread::sleep(Duration::from_millis(1));
    }
    if run.is_running() {
        run.signal("KILL");
    }
    let group = run.group();
    let outcome = run.wait();
    eventually("nothing that the tool started is left", || processes_of(group).is_empty());
    eventually("the servers have noticed its end", || {
        let sessions = |session: crate::support::Session, name: &str| {
            session.ask(&format!(
                "select count(*) from pg_stat_activity
                where datname = '{name}' and pid <> pg_backend_pid()"
            ))
        };
        sessions(target.superuser(), &target.name) == "0"
            && sessions(source.on_standby(), &source.name) == "0"
    });
    let contents = target.contents();
    if contents.is_empty() {
        assert_ne!(outcome.code(), Some(0), "it claims success without a load:\n{outcome}");
    } else {
        assert_eq!(fingerprint(&target), *complete, "after SIGKILL:\n{outcome}");
    }
    target.drop();
}

#[test]
fn a_load_killed_at_any_line_of_its_progress_leaves_the_target_as_it_was() {
    let source = crash_matrix::source(2_000, 40_000);
    let (complete, outcome) = undisturbed(&source);
    // The words that begin a line are the same in every run; figures and times are not.
    let mut steps: Vec<String> = Vec::new();
    for (_, line) in &outcome.moments {
        let step = line.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_owned();
        if step.trim().len() > 3 && !steps.contains(&step) {
            steps.push(step);
        }
    }
    assert!(steps.len() >= 3, "a load tells what it does:\n{outcome}");
    for step in &steps {
        killed(&source, &complete, |run| run.has_said(step));
    }
}

#[test]
fn a_load_asked_to_end_says_so_and_fails() {
    let source = crash_matrix::source(2_000, 40_000);
    let target = Target::reused();
    let mut run = load(&source, &target).start();
    eventually("the load works on the target", || {
        let at_work = "select count(*) from pg_stat_activity
            where datname = current_database() and xact_start is not null
                and pid <> pg_backend_pid()";
        !run.is_running() || target.superuser().ask(at_work) != "0"
    });
    run.signal("TERM");
    let outcome = run.wait();
    assert_ne!(outcome.code(), Some(0), "{outcome}");
    eventually("the target is as it was", || target.contents().is_empty());
}

#[test]
fn a_load_that_fails_at_its_last_step_leaves_nothing() {
    // The index is unique on the source only because `indisunique` was set by hand, so that making
    // it on the target fails after all rows have been copied. A foreign key needs it.
    let source = Source::from_sql(
        "create table parents (id int not null);
        insert into parents values (1), (1);
        create index parents_id on parents (id);
        update pg_index set indisunique = true where indexrelid = 'parents_id'::regclass;
        create table children (id int primary key, parent_id int references parents (id));
        insert into children values (1, 1);",
    );
    let target = Target::reused();
    Tool::subset(&source.url(), &target.url(), "1").run().failed(1).saying("parents_id");
    assert_eq!(target.contents(), Vec::<String>::new());
}

/// Nobody sees a table before the COMMIT: a large one needs no vacuum to say who may.
#[test]
fn what_is_loaded_is_as_if_it_had_been_vacuumed() {
    let source = crash_matrix::source(2_000, 40_000);
    let target = Target::reused();
    load(&source, &target).run().succeeded();
    let there = target.superuser();
    if there.count("select current_setting('server_version_num')::bigint") < 140_000 {
        assert_eq!(there.count("select count(*) from entries"), 20_000);
        return;
    }
    let seen_by_all = "select count(*) from pg_class where relname = 'entries' \
         and relpages > 100 and relallvisible = relpages";
    assert_eq!(there.ask(seen_by_all), "1");
    target.drop();
}
