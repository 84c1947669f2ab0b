//! Does this app want us?

use super::procfile::calls_us;
use crate::config::FILE_NAME;
use crate::migrate::frameworks::{AppFiles, FileProblem, postgres_sign, recognise_all};

/// The build variable that asks for us, or forbids us.
pub(super) const ASK_VARIABLE: &str = "BP_REVIEW_DATA";

/// What detect says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    /// With one line that says what is missing.
    Fail(String),
}

/// Looks at the app's files and at [`ASK_VARIABLE`].
#[must_use]
pub(super) fn detect(files: &AppFiles, asked: Option<&str>) -> Verdict {
    // A file that cannot be read is the build's to complain about, where it concerns us at all.
    look(files, asked).unwrap_or_else(|problem| Verdict::Fail(format!("review-data: {problem}")))
}

/// Whether the variable's value says that there should be no review-data in the image.
#[must_use]
pub(super) fn switched_off(asked: Option<&str>) -> bool {
    let asked = asked.map(str::trim).map(str::to_ascii_lowercase);
    matches!(asked.as_deref(), Some("" | "0" | "false" | "no"))
}

fn look(files: &AppFiles, asked: Option<&str>) -> Result<Verdict, FileProblem> {
    // Switched off too: a detect that fails would fail the whole group. The build does nothing then.
    if asked.is_some() {
        return Ok(Verdict::Pass);
    }
    if files.path(FILE_NAME).symlink_metadata().is_ok() || asked_in_files(files) {
        return Ok(Verdict::Pass);
    }
    let found = recognise_all(files)?;
    let Some(first) = found.first() else {
        return Ok(Verdict::Fail(format!(
            "review-data: no {FILE_NAME} and no migration framework that we know; to ask for it, add {FILE_NAME} or set {ASK_VARIABLE}=true"
        )));
    };
    Ok(match postgres_sign(files)? {
        Some(_) => Verdict::Pass,
        None => Verdict::Fail(format!(
            "review-data: {} is here ({}) but no sign of PostgreSQL; to ask for it, add {FILE_NAME} or set {ASK_VARIABLE}=true",
            first.framework.name(),
            first.recognised.evidence
        )),
    })
}

/// Whether the app's own files call our tool or list our buildpack.
fn asked_in_files(files: &AppFiles) -> bool {
    let text = |file: &str| files.rough_text(file).ok().flatten().unwrap_or_default();
    let calls = |text: &str| {
        text.lines().any(|line| calls_us(line, "release") || calls_us(line, "postdeploy"))
    };
    calls(&text("Procfile")) || calls(&text("app.json")) || lists_us(&text("project.toml"))
}

/// `[[io.buildpacks.group]]` (also of `pre` and `post`) whose `id` or `uri` is ours.
fn lists_us(project: &str) -> bool {
    let Ok(project) = project.parse::<toml::Table>() else { return false };
    let Some(buildpacks) = project.get("io").and_then(|io| io.get("buildpacks")) else {
        return false;
    };
    [Some(buildpacks), buildpacks.get("pre"), buildpacks.get("post")]
        .into_iter()
        .flatten()
        .filter_map(|place| place.get("group")?.as_array())
        .flatten()
        .flat_map(|entry| [entry.get("id"), entry.get("uri")])
        .filter_map(|value| value?.as_str())
        .any(|name| name.contains("review-data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(files: &[(&str, &str)], asked: Option<&str>) -> Verdict {
        let app = tempfile::tempdir().unwrap();
        for (path, text) in files {
            std::fs::write(app.path().join(path), text).unwrap();
        }
        detect(&AppFiles::new(app.path()), asked)
    }

    const MANAGE: (&str, &str) = ("manage.py", "DJANGO_SETTINGS_MODULE");

    #[test]
    fn signs_that_pass() {
        for files in [
            &[("review-data.toml", "")][..],
            &[MANAGE, ("requirements.txt", "psycopg\n")],
            &[("Procfile", "release: review-data release\n")],
            &[("app.json", "{\"scripts\": {\"postdeploy\": \"review-data postdeploy\"}}")],
            &[("project.toml", "[[io.buildpacks.group]]\nid = \"review-data/review-data\"\n")],
            &[("project.toml", "[[io.buildpacks.post.group]]\nuri = \"x/review-data.cnb\"\n")],
        ] {
            assert_eq!(verdict(files, None), Verdict::Pass, "{files:?}");
        }
        for asked in ["true", "false", ""] {
            assert_eq!(verdict(&[], Some(asked)), Verdict::Pass);
        }
        for (asked, off) in [("false", true), (" No ", true), ("0", true), ("", true), ("1", false)]
        {
            assert_eq!(switched_off(Some(asked)), off, "{asked:?}");
        }
        assert!(!switched_off(None));
    }

    #[test]
    fn one_line_says_what_is_missing() {
        let line = |files| match verdict(files, None) {
            Verdict::Fail(line) => line,
            Verdict::Pass => "passed".to_owned(),
        };
        insta::assert_snapshot!(line(&[]), @"review-data: no review-data.toml and no migration framework that we know; to ask for it, add review-data.toml or set BP_REVIEW_DATA=true");
        insta::assert_snapshot!(line(&[MANAGE]), @"review-data: Django is here (DJANGO_SETTINGS_MODULE in manage.py) but no sign of PostgreSQL; to ask for it, add review-data.toml or set BP_REVIEW_DATA=true");
        insta::assert_snapshot!(line(&[("package.json", "{,")]), @"review-data: package.json:1:2: key must be a string");
    }
}
