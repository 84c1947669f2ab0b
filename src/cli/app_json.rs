//! `app.json`: does its postdeploy call us, or will nobody set up the database but release?

use crate::buildpack::{self, AppJson};
use crate::migrate::frameworks::AppFiles;
use crate::setup;
use std::path::Path;

/// What the app's `app.json` says about the set-up, given the config var that holds the target's
/// URL. Where the file cannot be read, it says nothing.
pub(super) fn read(app: &Path, target_variable: &str) -> setup::AppJson {
    let files = AppFiles::new(app);
    AppJson::read(&files).map_or_else(setup::AppJson::default, |app_json| setup::AppJson {
        calls_us: app_json.postdeploy_calls_us(&files),
        names_target: app_json.env.iter().any(|variable| variable.name == target_variable),
    })
}

/// What the app's files show about a database that is not as a set-up expects it.
pub(super) fn causes(app: &Path) -> setup::Causes {
    let buildpack::Causes { not_empty, emptied } = buildpack::causes(&AppFiles::new(app));
    setup::Causes { not_empty, emptied }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(files: &[(&str, &str)]) -> bool {
        let app = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(app.path().join(name), text).unwrap();
        }
        read(app.path(), "DATABASE_URL").calls_us
    }

    fn postdeploy(script: &str) -> bool {
        let text = serde_json::json!({ "scripts": { "postdeploy": script } }).to_string();
        answer(&[("app.json", &text)])
    }

    #[test]
    fn a_postdeploy_that_runs_review_data_calls_us() {
        for script in [
            "review-data postdeploy",
            "/app/.review-data/bin/review-data postdeploy",
            "bin/prepare && review-data postdeploy; true",
            "bash -c 'review-data  postdeploy'",
            "RAILS_ENV=production review-data postdeploy --outside-review-app",
            "postdeploy",
            "/cnb/process/postdeploy",
        ] {
            assert!(postdeploy(script), "{script:?}");
        }
    }

    #[test]
    fn a_postdeploy_that_does_something_else_does_not() {
        for script in [
            "rails db:seed",
            "review-data",
            "review-data release",
            "preview-data postdeploy",
            "my-review-data postdeploy",
            "npm run postdeploy",
            "review-data postdeploys",
            "",
        ] {
            assert!(!postdeploy(script), "{script:?}");
        }
    }

    #[test]
    fn an_app_without_app_json_or_postdeploy_does_not() {
        assert!(!answer(&[]));
        assert!(!answer(&[("app.json", "{}")]));
        assert!(!answer(&[("app.json", r#"{"scripts": {"pr-predestroy": "x"}}"#)]));
    }

    #[test]
    fn what_is_said_for_review_apps_wins() {
        let app_json = |all: &str, review: &str| {
            let json = serde_json::json!({
                "scripts": { "postdeploy": all },
                "environments": { "review": { "scripts": { "postdeploy": review } } },
            });
            answer(&[("app.json", &json.to_string())])
        };
        assert!(app_json("true", "review-data postdeploy"));
        assert!(!app_json("review-data postdeploy", "true"));
    }

    #[test]
    fn a_script_of_the_app_may_call_us() {
        let app_json = r#"{"scripts": {"postdeploy": "sh setup.sh"}}"#;
        let script = |text: &str| answer(&[("app.json", app_json), ("setup.sh", text)]);
        assert!(script("set -e\nreview-data postdeploy\n"));
        assert!(!script("# review-data postdeploy\ntrue\n"));
    }

    #[test]
    fn an_odd_app_json_is_no_error() {
        for text in
            ["{\n  \"scripts\": {\n  }},\n}\n", "", "[]", "{\"scripts\": {\"postdeploy\": null}}"]
        {
            assert!(!answer(&[("app.json", text)]), "{text:?}");
        }
        let debug =
            r#"{"env": {"DEBUG": true}, "scripts": {"postdeploy": "review-data postdeploy"}}"#;
        assert!(answer(&[("app.json", debug)]));
    }
}
