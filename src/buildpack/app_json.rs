//! `app.json`: what of it concerns us, with the place of whatever is wrong in it.
//!
//! Its schema: <https://devcenter.heroku.com/articles/app-json-schema>. Of `environments`, `review`
//! overrides the top level in review apps.

use super::procfile::calls_us;
use crate::migrate::frameworks::{AppFiles, FileProblem, Place, json_reason};
use serde_json::{Map, Value};

const FILE: &str = "app.json";

/// What a review app gets of `app.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppJson {
    /// `scripts.postdeploy`
    pub postdeploy: Option<String>,
    /// The names in `env`.
    pub env: Vec<String>,
}

impl AppJson {
    /// Reads the app's `app.json`, `None` where it has none.
    ///
    /// # Errors
    /// Where it cannot be read, is not JSON, or has a value of a wrong type.
    pub fn read(files: &AppFiles) -> Result<Option<Self>, FileProblem> {
        files.text(FILE)?.map(|text| Self::parse(&text)).transpose()
    }

    /// # Errors
    /// As [`AppJson::read`].
    pub fn parse(text: &str) -> Result<Self, FileProblem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root: Value = serde_json::from_str(text).map_err(|error| not_json(text, &error))?;
        let document = Document { text };
        let top = document.object(&root, &[])?;
        let mut found = document.section(top, &[])?;
        if let Some(environments) = top.get("environments") {
            let environments = document.object(environments, &["environments"])?;
            if let Some(review) = environments.get("review") {
                let path = ["environments", "review"];
                let review = document.section(document.object(review, &path)?, &path)?;
                found.postdeploy = review.postdeploy.or(found.postdeploy);
                found.env.extend(review.env);
            }
        }
        Ok(found)
    }
}

impl AppJson {
    /// Whether `scripts.postdeploy` runs `review-data postdeploy`: itself, by a script of the app that
    /// it names, or by starting our process type `postdeploy`.
    #[must_use]
    pub fn postdeploy_calls_us(&self, files: &AppFiles) -> bool {
        self.postdeploy.as_ref().is_some_and(|script| {
            is_process_type(script) || text_calls_us(script) || names_a_script(script, files)
        })
    }
}

fn text_calls_us(text: &str) -> bool {
    text.lines().any(|line| calls_us(line, "postdeploy"))
}

/// The process type that the buildpack declares, by its name or by the launcher's path.
fn is_process_type(script: &str) -> bool {
    script
        .split(['\n', ';', '&', '|'])
        .filter_map(|command| command.split_whitespace().next())
        .any(|program| ["postdeploy", "/cnb/process/postdeploy"].contains(&program))
}

/// A file of the app among the script's words, in which we are called.
fn names_a_script(script: &str, app: &AppFiles) -> bool {
    let words = script.split(|c: char| c.is_whitespace() || ";&|()<>\"'`".contains(c));
    words.filter(|word| !word.is_empty()).any(|word| {
        let path = word.strip_prefix("/app/").unwrap_or(word);
        let inside = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        // a script that cannot be read is not one that calls us
        inside
            && app.has(path)
            && app.rough_text(path).ok().flatten().is_some_and(|text| text_calls_us(&text))
    })
}

fn not_json(text: &str, error: &serde_json::Error) -> FileProblem {
    if let Some(place) = first_comment(text) {
        return FileProblem::at(
            FILE,
            text,
            place,
            "a comment, and JSON has none",
            "delete the comment",
        );
    }
    let reason = json_reason(error);
    let remedy = if reason.contains("trailing comma") {
        "delete the comma after the last entry"
    } else {
        "make app.json valid JSON: names and texts in double quotes, a comma between entries"
    };
    let place = Place { line: error.line().max(1), column: error.column().max(1) };
    FileProblem::at(FILE, text, place, reason, remedy)
}

/// A `#`, `//` or `/*` outside of a string.
fn first_comment(text: &str) -> Option<Place> {
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            // a string does not go over the end of a line: what follows is code again
            '\n' => in_string = false,
            '#' if !in_string => return Some(Place::of_offset(text, at)),
            '/' if !in_string && text[at + 1..].starts_with(['/', '*']) => {
                return Some(Place::of_offset(text, at));
            }
            _ => {}
        }
    }
    None
}

struct Document<'a> {
    text: &'a str,
}

impl Document<'_> {
    /// The keys that concern us, at the top or in an environment.
    fn section(&self, section: &Map<String, Value>, path: &[&str]) -> Result<AppJson, FileProblem> {
        let mut found = AppJson::default();
        let below = |key: &'static str| [path, &[key]].concat();
        if let Some(scripts) = section.get("scripts") {
            let path = below("scripts");
            if let Some(postdeploy) = self.object(scripts, &path)?.get("postdeploy") {
                let Some(command) = postdeploy.as_str() else {
                    return Err(self.wrong_type(&[&path[..], &["postdeploy"]].concat(), "a text"));
                };
                found.postdeploy = Some(command.to_owned());
            }
        }
        if let Some(env) = section.get("env") {
            let path = below("env");
            for (name, value) in self.object(env, &path)? {
                if !value.is_string() && !value.is_object() {
                    let path = [&path[..], &[name.as_str()]].concat();
                    return Err(self.wrong_type(&path, "a text or an object"));
                }
                found.env.push(name.clone());
            }
        }
        for key in ["addons", "buildpacks"] {
            if section.get(key).is_some_and(|value| !value.is_array()) {
                return Err(self.wrong_type(&below(key), "a list"));
            }
        }
        Ok(found)
    }

    fn object<'v>(
        &self,
        value: &'v Value,
        path: &[&str],
    ) -> Result<&'v Map<String, Value>, FileProblem> {
        value.as_object().ok_or_else(|| self.wrong_type(path, "an object"))
    }

    fn wrong_type(&self, path: &[&str], expected: &str) -> FileProblem {
        let offset = Scanner { text: self.text.as_bytes(), at: 0 }.value_at(path).unwrap_or(0);
        let what = if path.is_empty() { "the file".to_owned() } else { path.join(".") };
        FileProblem::at(
            FILE,
            self.text,
            Place::of_offset(self.text, offset),
            format!("{what} is not {expected}"),
            format!("make {what} {expected}"),
        )
    }
}

/// Finds where a value stands in a text that is known to be JSON.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn value_at(mut self, path: &[&str]) -> Option<usize> {
        for key in path {
            self.enter(key)?;
        }
        self.blanks();
        Some(self.at)
    }

    /// From before an object to before the value of one of its keys (the last of that name).
    fn enter(&mut self, key: &str) -> Option<()> {
        self.blanks();
        self.expect(b'{')?;
        let mut found = None;
        loop {
            self.blanks();
            if self.peek()? != b'"' {
                break;
            }
            let start = self.at;
            self.skip_value()?;
            let name: String = serde_json::from_slice(&self.text[start..self.at]).ok()?;
            self.blanks();
            self.expect(b':')?;
            if name == key {
                found = Some(self.at);
            }
            self.skip_value()?;
            self.blanks();
            if self.peek()? != b',' {
                break;
            }
            self.at += 1;
        }
        self.at = found?;
        Some(())
    }

    fn skip_value(&mut self) -> Option<()> {
        self.blanks();
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    while self.peek()? != b'"' {
                        self.at += if self.peek()? == b'\\' { 2 } else { 1 };
                    }
                    self.at += 1;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                _ if depth > 0 => self.at += 1,
                _ => {
                    while self.peek().is_some_and(|b| !b",}] \t\r\n".contains(&b)) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    fn told(text: &str) -> String {
        Failure::from(AppJson::parse(text).unwrap_err()).to_string()
    }

    #[test]
    fn what_concerns_us_is_read_and_the_review_environment_wins() {
        let found = AppJson::parse(
            r#"{"name": "shop", "scripts": {"postdeploy": "rake seed"},
                "env": {"A": "1", "B": {"required": true}},
                "environments": {"review": {"scripts": {"postdeploy": "review-data postdeploy"},
                                            "env": {"C": {}}}}}"#,
        )
        .unwrap();
        assert_eq!(found.postdeploy.as_deref(), Some("review-data postdeploy"));
        assert_eq!(found.env, ["A", "B", "C"]);
    }

    #[test]
    fn comments_as_people_write_them() {
        insta::assert_snapshot!(told("{\n  \"env\": {\n    \"A\": \"http://x#y\" # production\n  }\n}\n"), @r#"
        error: app.json:3:23: a comment, and JSON has none
          3 |     "A": "http://x#y" # production
            |                       ^
          what to do: delete the comment
        "#);
        insta::assert_snapshot!(told("{\n  // ours\n}\n"), @r"
        error: app.json:2:3: a comment, and JSON has none
          2 |   // ours
            |   ^
          what to do: delete the comment
        ");
        assert!(told("{ /* ours */ }").starts_with("error: app.json:1:3: a comment"));
    }

    #[test]
    fn broken_json() {
        insta::assert_snapshot!(told("{\n  \"name\": \"a\",\n}\n"), @r#"
        error: app.json:3:1: trailing comma
          3 | }
            | ^
          what to do: delete the comma after the last entry
        "#);
        assert!(told("").starts_with("error: app.json:1:1: EOF while parsing a value"));
    }

    #[test]
    fn values_of_wrong_types_are_shown_where_they_stand() {
        insta::assert_snapshot!(told("{\n  \"scripts\": \"review-data postdeploy\"\n}\n"), @r#"
        error: app.json:2:14: scripts is not an object
          2 |   "scripts": "review-data postdeploy"
            |              ^
          what to do: make scripts an object
        "#);
        insta::assert_snapshot!(told("{\"env\": {\"x\": [1, \"}\"]},\n \"environments\": {\"review\": {\"scripts\": {\"postdeploy\": [\"a\"]}}}}\n"), @r#"
        error: app.json:1:15: env.x is not a text or an object
          1 | {"env": {"x": [1, "}"]},
            |               ^
          what to do: make env.x a text or an object
        "#);
        insta::assert_snapshot!(told("{\"a\": {\"x\": [1, \"}\"]},\n \"environments\": {\"review\": {\"scripts\": {\"postdeploy\": [\"a\"]}}}}\n"), @r#"
        error: app.json:2:56: environments.review.scripts.postdeploy is not a text
          2 |  "environments": {"review": {"scripts": {"postdeploy": ["a"]}}}}
            |                                                        ^
          what to do: make environments.review.scripts.postdeploy a text
        "#);
        assert!(told("[]").starts_with("error: app.json:1:1: the file is not an object"));
    }
}
