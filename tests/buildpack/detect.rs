//! bin/detect: who is for us, and one line for who is not.

use crate::apps::{App, fixtures};
use crate::package::Lifecycle;

const PLAN: &str = "[[provides]]\nname = \"review-data\"\n\n[[requires]]\nname = \"review-data\"\n\n[requires.metadata]\n";

#[test]
fn every_fixture_app_passes_and_provides_what_it_requires() {
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (run, plan) = Lifecycle::new().detect(&App::fixture(&name));
        assert_eq!((run.code, run.output.as_str()), (0, ""), "{name}");
        assert_eq!(plan.as_deref(), Some(PLAN), "{name}");
    }
}

#[test]
fn an_app_that_has_nothing_of_ours_fails_with_one_line() {
    let (run, plan) = Lifecycle::new().detect(&App::empty().with("index.html", "hello"));
    assert_eq!(run.code, 100);
    assert_eq!(run.output.lines().count(), 1);
    run.saying("no review-data.toml and no migration framework");
    assert_eq!(plan, None);
}

#[test]
fn a_framework_without_postgresql_fails_with_one_line() {
    let app = App::fixture("alembic").with("requirements.txt", "alembic\nmysqlclient\n");
    let (run, _) = Lifecycle::new().detect(&app);
    assert_eq!((run.code, run.output.lines().count()), (100, 1));
    run.saying("Alembic is here").saying("no sign of PostgreSQL");
}

#[test]
fn a_person_can_ask_for_it_and_forbid_it() {
    let asked = Lifecycle::new().with_variable("BP_REVIEW_DATA", "true");
    assert_eq!(asked.detect(&App::empty()).0.code, 0);
    // A detect that fails fails the whole group: this one passes, and the build does nothing.
    let forbidden = Lifecycle::new().with_variable("BP_REVIEW_DATA", "false");
    let (run, plan) = forbidden.detect(&App::plain());
    run.succeeded();
    assert!(plan.unwrap().contains("review-data"), "a buildpack that requires it is served");
    let built = forbidden.build(&App::plain()).succeeded();
    assert_eq!(built.written(), std::collections::BTreeMap::new());
    built.run.saying("Switched off by BP_REVIEW_DATA").not_saying("Migration command");
}

#[test]
fn a_malformed_file_of_somebody_elses_is_no_crash() {
    let app = App::empty().with("package.json", "{\n  \"dependencies\": {,}\n}\n");
    let (run, _) = Lifecycle::new().detect(&app);
    run.failed(100).saying("review-data: package.json:2:20: ");
}
