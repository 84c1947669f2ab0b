//! Monorepos: buildpacks that move one app of a repository, or its Procfile, to the root of the build
//! directory. What we write before them is replaced or deleted.
//!
//! | variable | buildpack, commit | what it does |
//! | --- | --- | --- |
//! | `PROCFILE` | `heroku/heroku-buildpack-multi-procfile` cd15c68 | copies that file to `Procfile` |
//! | `APP_BASE` | `lstoll/heroku-buildpack-monorepo` 82e175c | moves that directory to the root, deletes the rest |
//! | `PROJECT_PATH` | `timanovsky/subdir-heroku-buildpack` 6d1c902 | the same |

use super::warning::Warning;
use std::path::{Component, Path};

/// Warns of each such buildpack that has not run yet: then it comes after ours. `variable` gives the
/// build's variables.
pub(super) fn check(root: &Path, variable: impl Fn(&str) -> Option<String>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(value) = variable("PROCFILE").filter(|value| inside(value))
        && let Ok(procfile) = std::fs::read(root.join(value.trim()))
        && std::fs::read(root.join("Procfile")).ok() != Some(procfile)
    {
        let then = "Its Procfile will replace the one that this build makes, so no release\n\
                    will run review-data.";
        warnings.push(warning("PROCFILE", &value, then));
    }
    for name in ["APP_BASE", "PROJECT_PATH"] {
        if let Some(value) = variable(name).filter(|value| inside(value))
            && root.join(value.trim()).is_dir()
        {
            let then = "It will delete everything outside of that directory, the tool too, so no\n\
                        release will run review-data. This build has looked at the whole repository.";
            warnings.push(warning(name, &value, then));
        }
    }
    warnings
}

/// A path below the build directory.
fn inside(value: &str) -> bool {
    let mut parts = Path::new(value.trim()).components().filter(|part| *part != Component::CurDir);
    let mut any = false;
    parts.all(|part| {
        any = true;
        matches!(part, Component::Normal(_))
    }) && any
}

fn warning(name: &str, value: &str, then: &str) -> Warning {
    let value = value.trim();
    Warning::new(
        "This buildpack must come after the one that moves the app",
        format!(
            "{name} is {value}, and the buildpack that reads it has not run yet.\n\
             {then}\n\
             Put review-data after it (heroku buildpacks lists them):\n\
             heroku buildpacks:remove URL-OF-REVIEW-DATA\n\
             heroku buildpacks:add --index 2 URL-OF-REVIEW-DATA"
        ),
    )
}
