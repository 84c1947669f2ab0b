//! bin/detect passes everywhere; for an app that is not ours to help, the build adds nothing.

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
fn an_app_that_is_not_ours_passes_and_its_build_adds_nothing() {
    // a detect that fails fails its whole group
    let mysql = App::fixture("alembic").with("requirements.txt", "alembic\nmysqlclient\n");
    let broken = App::empty().with("package.json", "{\n  \"dependencies\": {,}\n}\n");
    for (app, line) in [
        (App::empty().with("index.html", "hello"), "No sign of a database or of migrations"),
        (mysql, "mysqlclient in requirements.txt and no sign of PostgreSQL"),
        (broken, "No sign of a database or of migrations"),
    ] {
        let (run, plan) = Lifecycle::new().detect(&app);
        assert_eq!((run.code, run.output.as_str()), (0, ""), "{line}");
        assert_eq!(plan.as_deref(), Some(PLAN), "{line}");
        let built = Lifecycle::new().build(&app).succeeded();
        assert_eq!(built.written(), std::collections::BTreeMap::new(), "{line}");
        built.run.saying(line).saying("nothing is added");
    }
}

#[test]
fn a_person_can_ask_for_it_and_forbid_it() {
    let asked = Lifecycle::new().with_variable("BP_REVIEW_DATA", "true");
    assert_eq!(asked.detect(&App::empty()).0.code, 0);
    asked.build(&App::empty()).succeeded().run.saying("Process type release: review-data release");
    let forbidden = Lifecycle::new().with_variable("BP_REVIEW_DATA", "false");
    let (run, plan) = forbidden.detect(&App::plain());
    run.succeeded();
    assert!(plan.unwrap().contains("review-data"), "a buildpack that requires it is served");
    let built = forbidden.build(&App::plain()).succeeded();
    assert_eq!(built.written(), std::collections::BTreeMap::new());
    built.run.saying("Switched off by BP_REVIEW_DATA").not_saying("Migration command");
}
