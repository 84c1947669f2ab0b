//! A fixture app for each framework, built as the lifecycle does: output, layers and processes.

use crate::apps::{App, fixtures};
use crate::package::{Lifecycle, Slug};
use review_data::migrate::frameworks::ALL;
use std::time::{Duration, Instant};

/// A build of ours takes at most this long.
const LIMIT: Duration = Duration::from_millis(500);

#[test]
fn every_framework_has_a_fixture_and_is_found_in_it() {
    let mut quickest = Duration::MAX;
    for framework in ALL {
        let app = App::fixture(framework.key());
        let start = Instant::now();
        let built = Lifecycle::new().build(&app).succeeded();
        quickest = quickest.min(start.elapsed());
        let command = built.default_command().expect("a migration command");
        let slug = Slug::of(&app);
        slug.compile().succeeded().saying(&format!("Migration command: {command}"));
        insta::with_settings!({ snapshot_suffix => framework.key() }, {
            insta::assert_snapshot!("built", built.shown());
        });
    }
    assert!(quickest < LIMIT, "the quickest build took {quickest:?}");
}

#[test]
fn every_fixture_is_of_a_framework_or_of_a_story() {
    for entry in std::fs::read_dir(fixtures()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = ALL.iter().any(|framework| framework.key() == name);
        assert!(known || ["pyramid-shop", "plain-sql"].contains(&name.as_str()), "{name}");
    }
}
