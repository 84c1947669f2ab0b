//! `app.json`: does its postdeploy call us, or will nobody set up the database but release?

use crate::buildpack::AppJson;
use crate::migrate::frameworks::{AppFiles, FileProblem};
use std::path::Path;

/// Whether the postdeploy script of the app's `app.json` runs `review-data postdeploy`.
///
/// # Errors
/// Where the file is not what an `app.json` must be.
pub(super) fn postdeploy_calls_us(app: &Path) -> Result<bool, FileProblem> {
    let files = AppFiles::new(app);
    Ok(AppJson::read(&files)?.is_some_and(|app_json| app_json.postdeploy_calls_us(&files)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    fn answer(files: &[(&str, &str)]) -> Result<bool, String> {
        let app = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(app.path().join(name), text).unwrap();
        }
        postdeploy_calls_us(app.path()).map_err(|problem| Failure::from(problem).to_string())
    }

    fn postdeploy(script: &str) -> Result<bool, String> {
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
            assert_eq!(postdeploy(script), Ok(true), "{script:?}");
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
            assert_eq!(postdeploy(script), Ok(false), "{script:?}");
        }
    }

    #[test]
    fn an_app_without_app_json_or_postdeploy_does_not() {
        assert_eq!(answer(&[]), Ok(false));
        assert_eq!(answer(&[("app.json", "{}")]), Ok(false));
        assert_eq!(answer(&[("app.json", r#"{"scripts": {"pr-predestroy": "x"}}"#)]), Ok(false));
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
        assert_eq!(app_json("true", "review-data postdeploy"), Ok(true));
        assert_eq!(app_json("review-data postdeploy", "true"), Ok(false));
    }

    #[test]
    fn a_script_of_the_app_may_call_us() {
        let app_json = r#"{"scripts": {"postdeploy": "sh setup.sh"}}"#;
        let script = |text: &str| answer(&[("app.json", app_json), ("setup.sh", text)]);
        assert_eq!(script("set -e\nreview-data postdeploy\n"), Ok(true));
        assert_eq!(script("# review-data postdeploy\ntrue\n"), Ok(false));
    }

    #[test]
    fn a_malformed_app_json_is_an_error() {
        let told = answer(&[("app.json", "{\n  \"scripts\": {\n  }},\n}\n")]).unwrap_err();
        insta::assert_snapshot!(told);
    }
}
