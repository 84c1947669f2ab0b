//! What the build warns of in `app.json`.

use super::postdeploy::postdeploy;
use crate::buildpack::app::App;
use crate::buildpack::app_json::{AppJson, Variable};
use crate::buildpack::warning::Warning;
use crate::config::SOURCE_VARIABLE;

const READ_ONCE: &str = "Heroku reads app.json when it creates an app, so this build goes on.";
const RELEASE_SETS_UP: &str =
    "The first release of a review app will therefore do the whole set-up.";

/// All of them.
pub(crate) fn app_json(app: &App) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(manifest) = &app.manifest {
        warnings.extend(odd_values(manifest));
        warnings.extend(inherited_database(manifest));
        warnings.extend(near_misses(manifest));
    }
    if app.manifest.as_ref().is_none_or(|manifest| manifest.is_json) {
        warnings.extend(app_json_postdeploy(app));
        warnings.extend(source_not_declared(app));
    }
    warnings
}

/// A mistake of syntax is shown with its line. Of several odd values, each is named with its place.
fn odd_values(manifest: &AppJson) -> Option<Warning> {
    const SHOWN: usize = 3;
    match manifest.problems.as_slice() {
        [] => None,
        [problem] if manifest.odd_postdeploy => Some(Warning::of_file(problem, RELEASE_SETS_UP)),
        [problem] => Some(Warning::of_file(problem, READ_ONCE)),
        several => {
            let mut lines: Vec<String> =
                several.iter().take(SHOWN).map(ToString::to_string).collect();
            if several.len() > SHOWN {
                lines.push(format!("and {} more", several.len() - SHOWN));
            }
            lines.push(
                "Heroku may refuse them when it creates a review app. This build goes on."
                    .to_owned(),
            );
            Some(Warning::new("app.json has odd values", lines.join("\n")))
        }
    }
}

/// A config var that `env` names is copied from the parent app, `DATABASE_URL` too.
fn inherited_database(manifest: &AppJson) -> Option<Warning> {
    let variable = manifest.variable("DATABASE_URL")?;
    Some(Warning::new(
        "app.json gives review apps the parent app's DATABASE_URL",
        format!(
            "Its env names DATABASE_URL (line {}), so Heroku copies the parent's value:\n\
             a review app would write to that database. review-data refuses to run there.\n\
             Delete DATABASE_URL from env, and let an add-on set it:\n\
             \"addons\": [\"heroku-postgresql\"]",
            variable.place.line
        ),
    ))
}

/// Heroku creates review apps with the buildpacks that `app.json` lists.
pub(crate) fn buildpacks_without_us(app: &App) -> Option<Warning> {
    const ENTRY: &str = "{ \"url\": \"URL-OF-REVIEW-DATA\" }";
    let manifest = app.manifest.as_ref().filter(|manifest| manifest.is_json)?;
    let (title, list) = match &manifest.buildpacks {
        Some(urls) if urls.iter().any(|url| url.contains("review-data")) => return None,
        Some(urls) if !urls.is_empty() => {
            let list = format!("Its list has {}.", urls.join(", "));
            ("app.json's buildpacks lack review-data", list)
        }
        _ => ("app.json lists no buildpacks", "Heroku then chooses one by language.".to_owned()),
    };
    Some(Warning::new(
        title,
        format!(
            "{list}\n\
             Heroku creates review apps with the buildpacks that app.json lists, so a review\n\
             app may lack the tool. Add all of this app's, as heroku buildpacks shows them:\n\
             \"buildpacks\": [{ENTRY}, ...]"
        ),
    ))
}

/// Names that people give to the variable that says that an app is a review app.
const NEAR_MISSES: &[&str] = &[
    "REVIEW_APP",
    "HEROKU_REVIEW_APP",
    "IS_REVIEW_APP",
    "HEROKU_REVIEWAPP",
    "IS_REVIEWAPP",
    "REVIEWAPPS",
    "REVIEW_APPS",
];

fn near_misses(manifest: &AppJson) -> Option<Warning> {
    if manifest.variable("REVIEWAPP").is_some() {
        return None;
    }
    let found = manifest
        .env
        .iter()
        .find(|variable| NEAR_MISSES.iter().any(|name| variable.name.eq_ignore_ascii_case(name)))?;
    Some(Warning::new(
        format!("app.json sets {}, not REVIEWAPP", found.name),
        format!(
            "review-data looks at REVIEWAPP (line {} has another name). Without it, an app is\n\
             a review app if Heroku sets HEROKU_PR_NUMBER.",
            found.place.line
        ),
    ))
}

fn app_json_postdeploy(app: &App) -> Option<Warning> {
    const LINE: &str = "\"scripts\": { \"postdeploy\": \"review-data postdeploy\" }";
    let Some(manifest) = &app.manifest else {
        return Some(Warning::new(
            "No app.json",
            format!(
                "No postdeploy script calls review-data.\n{RELEASE_SETS_UP}\nTo have postdeploy do it, add app.json with\n{LINE}"
            ),
        ));
    };
    match &manifest.postdeploy {
        Some(script) => postdeploy(app, script, app.postdeploy.as_ref()?),
        None if manifest.odd_postdeploy => None,
        None => Some(Warning::new(
            "app.json has no postdeploy",
            format!("{RELEASE_SETS_UP}\nTo have postdeploy do it, add to app.json\n{LINE}"),
        )),
    }
}

fn source_not_declared(app: &App) -> Option<Warning> {
    let manifest = app.manifest.as_ref()?;
    let (declared, wanted) = match &app.config.source.url {
        Some(name) => (manifest.variable(&name.value).is_some(), name.value.clone()),
        None => (
            manifest.env.iter().any(|Variable { name, .. }| {
                name == SOURCE_VARIABLE
                    || (name.starts_with("HEROKU_POSTGRESQL_") && name.ends_with("_URL"))
            }),
            SOURCE_VARIABLE.to_owned(),
        ),
    };
    (!declared).then(|| {
        Warning::new(
            "app.json declares no source of data",
            format!(
                "Its env does not name {wanted}. Unless the pipeline's\n\
                 review apps have that config var, add to app.json\n\
                 \"env\": {{ \"{wanted}\": {{ \"required\": true }} }}"
            ),
        )
    })
}
