//! `app.json`: what of it concerns us, with the place of whatever is odd in it.
//!
//! Its schema: <https://devcenter.heroku.com/articles/app-json-schema>. Of `environments`, `review`
//! overrides the top level in review apps. Heroku reads the file only when it creates an app, so
//! nothing in it stops a build or a release.

mod document;

use super::scripts::runs_us;
use crate::migrate::frameworks::{AppFiles, FileProblem, Place};
use document::Document;
use serde_json::{Map, Value};

const FILE: &str = "app.json";

/// What a review app gets of `app.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppJson {
    /// `scripts.postdeploy`, where it is a string that is not empty.
    pub postdeploy: Option<Postdeploy>,
    /// The names in `env`.
    pub env: Vec<Variable>,
    /// The addresses in `buildpacks`; `None` where the file has no list.
    pub buildpacks: Option<Vec<String>>,
    /// `stack`
    pub stack: Option<String>,
    /// Values that Heroku may refuse, in the file's order; or the mistake of syntax.
    pub problems: Vec<FileProblem>,
    /// Whether anything but the problems is known.
    pub is_json: bool,
    /// Whether there is a postdeploy that is empty or not a string.
    pub odd_postdeploy: bool,
}

/// The script that Heroku runs once, after an app's first deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postdeploy {
    pub script: String,
    pub place: Place,
    /// Another postdeploy, at the top level, that `environments.review` takes the place of.
    pub overridden: Option<Place>,
}

/// A config var that a new app gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: String,
    /// Where `app.json` gives it.
    pub value: Option<String>,
    pub place: Place,
}

impl AppJson {
    /// Reads the app's `app.json`, `None` where it has none. Of a file that is not JSON, nothing but
    /// the problem is known.
    #[must_use]
    pub fn read(files: &AppFiles) -> Option<Self> {
        match files.text(FILE) {
            Ok(text) => text.map(|text| Self::parse(&text)),
            Err(problem) => Some(AppJson { problems: vec![problem], ..AppJson::default() }),
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut found = AppJson::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match Document::parse(text) {
            Ok((document, root)) => {
                found.is_json = true;
                found.read_root(&document, &root);
                found.problems.sort_by_key(|problem| problem.place);
            }
            Err(problem) => found.problems.push(problem),
        }
        found
    }

    fn read_root(&mut self, document: &Document, root: &Value) {
        let Some(top) = document.object(root, &[], &mut self.problems) else { return };
        self.read_section(document, top, &[]);
        let Some(environments) = top.get("environments") else { return };
        let environments = document.object(environments, &["environments"], &mut self.problems);
        let Some(review) = environments.and_then(|environments| environments.get("review")) else {
            return;
        };
        let path = ["environments", "review"];
        if let Some(review) = document.object(review, &path, &mut self.problems) {
            self.read_section(document, review, &path);
        }
    }

    /// The keys that concern us, at the top or in an environment.
    fn read_section(&mut self, document: &Document, section: &Map<String, Value>, path: &[&str]) {
        let below = |key: &'static str| [path, &[key]].concat();
        if let Some(scripts) = section.get("scripts") {
            let path = below("scripts");
            let scripts = document.object(scripts, &path, &mut self.problems);
            if let Some(value) = scripts.and_then(|scripts| scripts.get("postdeploy")) {
                let path = [&path[..], &["postdeploy"]].concat();
                self.read_postdeploy(document, value, &path);
            }
        }
        if let Some(env) = section.get("env") {
            let path = below("env");
            for (name, value) in
                document.object(env, &path, &mut self.problems).into_iter().flatten()
            {
                let path = [&path[..], &[name.as_str()]].concat();
                if !value.is_string() && !value.is_object() {
                    let expected = "a string or an object";
                    self.problems.push(document.wrong_type(value, &path, expected));
                }
                let value = value.as_str().or_else(|| value.get("value")?.as_str());
                self.env.push(Variable {
                    name: name.clone(),
                    value: value.map(str::to_owned),
                    place: document.place(&path),
                });
            }
        }
        for key in ["addons", "buildpacks"] {
            if let Some(value) = section.get(key).filter(|value| !value.is_array()) {
                self.problems.push(document.wrong_type(value, &below(key), "a list"));
            }
        }
        if let Some(buildpacks) = section.get("buildpacks").and_then(Value::as_array) {
            let urls = buildpacks.iter().filter_map(|buildpack| buildpack.get("url")?.as_str());
            self.buildpacks = Some(urls.map(ToOwned::to_owned).collect());
        }
        if let Some(stack) = section.get("stack").and_then(Value::as_str) {
            self.stack = Some(stack.to_owned());
        }
    }

    /// A postdeploy of `environments.review` comes second and takes the place of the first, even
    /// where it is empty: release then does the set-up.
    fn read_postdeploy(&mut self, document: &Document, value: &Value, path: &[&str]) {
        let overridden = self.postdeploy.take().map(|postdeploy| postdeploy.place);
        let problem = match value.as_str().map(str::trim) {
            Some("") => format!("{} is empty", path.join(".")),
            Some(script) => {
                let place = document.place(path);
                let script = script.to_owned();
                self.postdeploy = Some(Postdeploy { script, place, overridden });
                return;
            }
            None => document.wrong_type(value, path, "a string").problem,
        };
        self.odd_postdeploy = true;
        let remedy = "write \"review-data postdeploy\", or delete the key";
        self.problems.push(document.problem(path, problem, remedy));
    }

    /// The variable of this name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.env.iter().find(|variable| variable.name == name)
    }

    /// Whether `scripts.postdeploy` runs `review-data postdeploy`: itself, by a script of the app that
    /// it names, or by starting our process type `postdeploy`.
    #[must_use]
    pub fn postdeploy_calls_us(&self, files: &AppFiles) -> bool {
        self.postdeploy.as_ref().is_some_and(|Postdeploy { script, .. }| {
            is_process_type(script) || runs_us(script, "postdeploy", files)
        })
    }
}

/// The process type that the buildpack declares, by its name or by the launcher's path.
fn is_process_type(script: &str) -> bool {
    script
        .split(['\n', ';', '&', '|'])
        .filter_map(|command| command.split_whitespace().next())
        .any(|program| ["postdeploy", "/cnb/process/postdeploy"].contains(&program))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    /// Every problem, a line each.
    fn told(text: &str) -> String {
        let problems = AppJson::parse(text).problems;
        problems.into_iter().map(|problem| Failure::from(problem).to_string() + "\n").collect()
    }

    #[test]
    fn what_concerns_us_is_read_and_the_review_environment_wins() {
        let found = AppJson::parse(
            r#"{"name": "shop", "scripts": {"postdeploy": "rake seed"}, "stack": "heroku-24",
                "env": {"A": "1", "B": {"required": true}},
                "environments": {"review": {"scripts": {"postdeploy": "review-data postdeploy"},
                                            "env": {"C": {}}}}}"#,
        );
        let postdeploy = found.postdeploy.unwrap();
        assert_eq!(postdeploy.script, "review-data postdeploy");
        assert_eq!(postdeploy.place, Place { line: 3, column: 71 });
        assert_eq!(postdeploy.overridden, Some(Place { line: 1, column: 44 }));
        let names: Vec<&str> = found.env.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "C"]);
        assert_eq!(found.problems, []);
        assert_eq!(found.stack.as_deref(), Some("heroku-24"));
    }

    #[test]
    fn a_review_postdeploy_wins_even_where_it_is_none() {
        for value in ["\"\"", "null", "[]", "false"] {
            let text = format!(
                r#"{{"scripts": {{"postdeploy": "review-data postdeploy"}},
                     "environments": {{"review": {{"scripts": {{"postdeploy": {value}}}}}}}}}"#
            );
            let found = AppJson::parse(&text);
            assert_eq!((found.postdeploy, found.problems.len()), (None, 1), "{value}");
        }
    }

    #[test]
    fn comments_as_people_write_them() {
        insta::assert_snapshot!(told(
            "{\n  \"env\": {\n    \"A\": \"http://x#y\" # production\n  }\n}\n"
        ));
        insta::assert_snapshot!(told("{\n  // ours\n}\n"));
        assert!(told("{ /* ours */ }").starts_with("error: app.json:1:3: a comment"));
    }

    #[test]
    fn broken_json() {
        insta::assert_snapshot!(told("{\n  \"name\": \"a\",\n}\n"));
        assert!(told("").starts_with("error: app.json:1:1: EOF while parsing a value"));
    }

    #[test]
    fn odd_values_are_shown_where_they_stand_and_the_rest_is_read() {
        insta::assert_snapshot!(told("{\n  \"scripts\": \"review-data postdeploy\"\n}\n"));
        insta::assert_snapshot!(told(
            "{\"env\": {\"x\": [1, \"}\"], \"DEBUG\": true, \"n\": 7},\n \"environments\": {\"review\": {\"scripts\": {\"postdeploy\": [\"a\"]}}}}\n"
        ));
        insta::assert_snapshot!(told(
            "{\"scripts\": {\"postdeploy\": \"\"}, \"env\": [], \"addons\": null}"
        ));
        assert!(told("[]").starts_with("error: app.json:1:1: the file is an empty list"));
        let found = AppJson::parse(r#"{"env": {"DEBUG": true, "A": "1"}, "scripts": 1}"#);
        assert_eq!(found.env.len(), 2);
    }
}
