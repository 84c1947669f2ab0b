//! What in the app's files explains a database that is not as review-data expects it.

use super::app_json::AppJson;
use super::procfile::{Dialect, Procfile};
use super::script::{Effect, read, shortened};
use super::steps::{When, steps};
use crate::migrate::frameworks::AppFiles;

/// Causes that the app's own files show, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    /// Why the database may hold tables before the load.
    pub not_empty: Vec<String>,
    /// What may have emptied it after the load.
    pub emptied: Vec<String>,
}

/// Reads the app's files as they are in the running app. What is not understood is left out.
#[must_use]
pub fn causes(files: &AppFiles) -> Causes {
    let procfile = files.text("Procfile").ok().flatten();
    let procfile = procfile.and_then(|text| Procfile::parse(&text, Dialect::Classic).ok());
    let manifest = AppJson::read(files);
    let mut causes = Causes::default();
    for step in steps(files, procfile.as_ref(), manifest.as_ref(), Dialect::Classic) {
        let when = match &step.when {
            When::Build => "the build".to_owned(),
            When::Boot(Some(process)) => format!("process {process}"),
            When::Boot(None) => "the app's start".to_owned(),
        };
        causes.not_empty.push(format!("{when}: {} ({})", shortened(&step.command), step.place));
    }
    let postdeploy = manifest.as_ref().and_then(|manifest| manifest.postdeploy.as_ref());
    let release = procfile
        .as_ref()
        .and_then(|procfile| procfile.get("release", Dialect::Classic))
        .map(|process| (process.command.to_owned(), format!("Procfile:{}", process.line)));
    let lines = postdeploy
        .map(|postdeploy| {
            let place = format!("app.json's postdeploy, line {}", postdeploy.place.line);
            (postdeploy.script.clone(), place)
        })
        .into_iter()
        .chain(release);
    for (line, place) in lines {
        for part in read(&line, files).with(|effect| matches!(effect, Effect::Empties(_))) {
            if let Effect::Empties(how) = part.effect {
                causes.emptied.push(format!("{place}: {} {how}", part.shown()));
            }
        }
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apps_own_files_name_the_causes() {
        let home = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("Procfile", "web: rake db:migrate && puma\nrelease: rake db:migrate\n"),
            ("app.json", "{\"scripts\": {\n\"postdeploy\": \"rake db:schema:load db:seed\"}}"),
            ("package.json", r#"{"scripts": {"heroku-postbuild": "knex migrate:latest"}}"#),
        ] {
            std::fs::write(home.path().join(file), text).unwrap();
        }
        let causes = causes(&AppFiles::new(home.path()));
        assert_eq!(
            causes.not_empty,
            [
                "the build: knex migrate:latest (package.json, heroku-postbuild)",
                "process web: rake db:migrate (Procfile:1)"
            ]
        );
        assert_eq!(
            causes.emptied,
            ["app.json's postdeploy, line 2: rake db:schema:load drops every table"]
        );
    }
}
