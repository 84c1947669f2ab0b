//! The sequence, case by case: every state of the table in PRODUCT.md, every command, and every
//! step at which a run fails or is killed. A few cases in the ordinary run; all of them with
//! `REVIEW_DATA_LONG=1`.

mod watched;

use watched::{
    COMMANDS, CONFIG, Case, Command, FAULTS, Fault, STATES, STEPS, State, Step, Watched,
};

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
