//! What a line of a Procfile is, by the rule of each platform.
//!
//! Classic Heroku applies `^\s*([A-Za-z0-9_-]+):?\s+(.*)` to each line and ignores the lines that do
//! not match (<https://github.com/heroku/buildpacks-procfile>, `SPEC.md`, "Differences from Heroku
//! classic"). The Procfile buildpack of Cloud Native Buildpacks refuses such lines.

use super::line::{Line, ProcessLine};
use crate::migrate::frameworks::{FileProblem, Place};

/// A label may have this many characters, and a process type's name becomes one.
const LONGEST_NAME: usize = 63;

/// A line as classic Heroku reads it.
pub(super) fn classic(line: &str) -> Line {
    let content = line.trim_end();
    let start = content.trim_start();
    if start.is_empty() || start.starts_with('#') {
        return Line::Other(line.to_owned());
    }
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let name_length = start.find(|c| !is_of_name(c)).unwrap_or(start.len());
    let (name, rest) = start.split_at(name_length);
    let (colon, after) = match rest.strip_prefix(':') {
        Some(after) => (true, after),
        None => (false, rest),
    };
    let command = after.trim_start();
    // the blank that must follow may be a trailing one, before an empty command
    let is_followed_by_a_blank = command.len() < after.len()
        || (after.is_empty() && !line[content.len()..].trim_end_matches(['\r', '\n']).is_empty());
    if name.is_empty() || !is_followed_by_a_blank {
        return Line::Ignored(line.to_owned());
    }
    Line::Process(ProcessLine {
        lead: content[..content.len() - command.len()].to_owned(),
        name: name.to_owned(),
        colon,
        command: command.to_owned(),
        tail: line[content.len()..].to_owned(),
    })
}

/// A line as the Procfile buildpack of Cloud Native Buildpacks reads it.
///
/// # Errors
/// Where it refuses the line.
pub(super) fn cloud_native(text: &str, number: usize, line: &str) -> Result<Line, FileProblem> {
    let content = line.trim_end();
    let start = content.trim_start();
    if start.is_empty() || start.starts_with('#') {
        return Ok(Line::Other(line.to_owned()));
    }
    let indent = content.len() - start.len();
    let problem = |byte: usize, problem: &str, remedy: String| {
        let column = content[..byte.min(content.len())].chars().count() + 1;
        FileProblem::at("Procfile", text, Place { line: number, column }, problem, remedy)
    };
    let form = "write the line as \"name: command\", for example \"web: bin/server\"".to_owned();

    let Some((before_colon, _)) = start.split_once(':') else {
        let first_word = start.split_whitespace().next().unwrap_or(start);
        return Err(problem(
            indent + first_word.len(),
            "no colon after the process type's name",
            form,
        ));
    };
    let name = before_colon;
    if name.is_empty() {
        return Err(problem(indent, "no process type before the colon", form));
    }
    if let Some((at, _)) =
        name.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !"-_".contains(*c))
    {
        return Err(problem(
            indent + at,
            "a process type's name has only letters, digits, - and _",
            form,
        ));
    }
    if let Some(at) =
        [0, name.len() - 1].into_iter().find(|at| b"-_".contains(&name.as_bytes()[*at]))
    {
        return Err(problem(
            indent + at,
            "a process type's name begins and ends with a letter or a digit",
            "rename the process type".to_owned(),
        ));
    }
    if name.len() > LONGEST_NAME {
        return Err(problem(
            indent + LONGEST_NAME,
            "a process type's name has at most 63 characters",
            "shorten the name".to_owned(),
        ));
    }
    let after_colon = &start[before_colon.len() + 1..];
    let command = after_colon.trim_start();
    if command.is_empty() {
        return Err(problem(
            content.len(),
            "no command after the colon",
            format!("write the command of {name}, or delete the line"),
        ));
    }
    let lead_length = content.len() - command.len();
    Ok(Line::Process(ProcessLine {
        lead: content[..lead_length].to_owned(),
        name: name.to_owned(),
        colon: true,
        command: command.to_owned(),
        tail: line[content.len()..].to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Procfile};
    use crate::failure::Failure;

    /// What classic Heroku makes of a line: `name=command`, or why there is nothing.
    fn classic(line: &str) -> String {
        let procfile = Procfile::parse(line, Dialect::Classic).unwrap();
        let told =
            procfile.processes().map(|process| format!("{}={}", process.name, process.command));
        let ignored = procfile.ignored().map(|odd| format!("ignored {}", odd.line));
        told.chain(ignored).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn classic_heroku_takes_what_its_rule_matches_and_ignores_the_rest() {
        for (line, expected) in [
            ("web: gunicorn app", "web=gunicorn app"),
            ("web ./target/release/app", "web=./target/release/app"),
            ("heroku ps:scale web=1", "heroku=ps:scale web=1"),
            ("  web:\tgunicorn app  ", "web=gunicorn app"),
            ("my_worker-2: x", "my_worker-2=x"),
            // the rule takes the blank before the colon for the one that ends the name
            ("release : bin/migrate", "release=: bin/migrate"),
            ("my web: x", "my=web: x"),
            ("release:bin/migrate", "ignored 1"),
            ("// a comment", "ignored 1"),
            ("release:", "ignored 1"),
            ("release:   ", "ignored 1"),
            ("release:\r\n", "ignored 1"),
            ("web", "ignored 1"),
            (": x", "ignored 1"),
            ("- web: x", "-=web: x"),
            ("<<<<<<< HEAD", "ignored 1"),
            ("web.1: x", "ignored 1"),
            ("\"web\": x", "ignored 1"),
            ("# web: x", ""),
            ("", ""),
        ] {
            assert_eq!(classic(line), expected, "{line:?}");
        }
    }

    #[test]
    fn cloud_native_buildpacks_refuse_a_wrong_line_with_its_place() {
        let told = |text: &str| {
            Failure::from(Procfile::parse(text, Dialect::CloudNative).unwrap_err()).to_string()
        };
        insta::assert_snapshot!(told("web: a\nrelease alembic upgrade head\n"), @r#"
        error: Procfile:2:8: no colon after the process type's name
          2 | release alembic upgrade head
            |        ^
          what to do: write the line as "name: command", for example "web: bin/server"
        "#);
        insta::assert_snapshot!(told(": a\n"), @r#"
        error: Procfile:1:1: no process type before the colon
          1 | : a
            | ^
          what to do: write the line as "name: command", for example "web: bin/server"
        "#);
        insta::assert_snapshot!(told("my web: a\n"), @r#"
        error: Procfile:1:3: a process type's name has only letters, digits, - and _
          1 | my web: a
            |   ^
          what to do: write the line as "name: command", for example "web: bin/server"
        "#);
        insta::assert_snapshot!(told("web: a\nrelease:   \n"), @r"
        error: Procfile:2:9: no command after the colon
          2 | release:
            |         ^
          what to do: write the command of release, or delete the line
        ");
    }
}
