//! The Procfile: process types and their commands, kept so that it can be edited and written back
//! with its comments, its order and its line endings.
//!
//! Two readings of the same text. Cloud Native Buildpacks follow the specification of
//! `heroku/buildpacks-procfile` (`SPEC.md`): names in lower case, `_` read as `-`, the last of
//! duplicates counts. Classic Heroku takes names as they are written.

use crate::migrate::frameworks::{FileProblem, Place};
use std::fmt;
use std::str::FromStr;

/// How the platform reads a process type's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    CloudNative,
    Classic,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procfile {
    byte_order_mark: bool,
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    /// A comment or an empty line, with its ending.
    Other(String),
    Process(ProcessLine),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ProcessLine {
    /// The name with the blanks around it, and the colon with the blanks after it.
    lead: String,
    name: String,
    command: String,
    /// Trailing blanks and the line's ending.
    tail: String,
}

/// A process type as a Procfile declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process<'a> {
    /// As it is written.
    pub name: &'a str,
    pub command: &'a str,
    /// Counted from 1.
    pub line: usize,
}

/// A label may have this many characters, and a process type's name becomes one.
const LONGEST_NAME: usize = 63;

const BYTE_ORDER_MARK: char = '\u{feff}';

impl FromStr for Procfile {
    type Err = FileProblem;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let lines = body
            .split_inclusive('\n')
            .enumerate()
            .map(|(index, line)| parse_line(body, index + 1, line))
            .collect::<Result<_, _>>()?;
        Ok(Procfile { byte_order_mark: body.len() != text.len(), lines })
    }
}

fn parse_line(text: &str, number: usize, line: &str) -> Result<Line, FileProblem> {
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
    let name = before_colon.trim_end();
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
        command: command.to_owned(),
        tail: line[content.len()..].to_owned(),
    }))
}

impl Procfile {
    /// An empty one, for an app that has none.
    #[must_use]
    pub fn empty() -> Self {
        Procfile { byte_order_mark: false, lines: Vec::new() }
    }

    /// Every line of a process type, in order. The last one counts.
    #[must_use]
    pub fn all(&self, process_type: &str, dialect: Dialect) -> Vec<Process<'_>> {
        self.processes().filter(|process| names(process.name, process_type, dialect)).collect()
    }

    /// The line of a process type that counts.
    #[must_use]
    pub fn get(&self, process_type: &str, dialect: Dialect) -> Option<Process<'_>> {
        self.all(process_type, dialect).pop()
    }

    pub fn processes(&self) -> impl Iterator<Item = Process<'_>> {
        self.lines.iter().enumerate().filter_map(|(index, line)| match line {
            Line::Process(process) => {
                Some(Process { name: &process.name, command: &process.command, line: index + 1 })
            }
            Line::Other(_) => None,
        })
    }

    /// Gives a process type this command, on each of its lines; where it has none, on a new last
    /// line. Everything else stays as it is.
    pub fn set(&mut self, process_type: &str, command: &str, dialect: Dialect) {
        let mut found = false;
        for line in &mut self.lines {
            if let Line::Process(process) = line
                && names(&process.name, process_type, dialect)
            {
                command.clone_into(&mut process.command);
                found = true;
            }
        }
        if !found {
            self.append(process_type, command);
        }
    }

    fn append(&mut self, process_type: &str, command: &str) {
        let ending =
            if self.lines.iter().any(|line| line.tail().ends_with("\r\n")) { "\r\n" } else { "\n" };
        if let Some(last) = self.lines.last_mut().filter(|last| !last.tail().ends_with('\n')) {
            last.tail_mut().push_str(ending);
        }
        self.lines.push(Line::Process(ProcessLine {
            lead: format!("{process_type}: "),
            name: process_type.to_owned(),
            command: command.to_owned(),
            tail: ending.to_owned(),
        }));
    }
}

impl Line {
    fn tail(&self) -> &str {
        match self {
            Line::Other(text) => text,
            Line::Process(process) => &process.tail,
        }
    }

    fn tail_mut(&mut self) -> &mut String {
        match self {
            Line::Other(text) => text,
            Line::Process(process) => &mut process.tail,
        }
    }
}

fn names(written: &str, process_type: &str, dialect: Dialect) -> bool {
    match dialect {
        Dialect::CloudNative => written.to_lowercase().replace('_', "-") == process_type,
        Dialect::Classic => written == process_type,
    }
}

impl fmt::Display for Procfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.byte_order_mark {
            write!(f, "{BYTE_ORDER_MARK}")?;
        }
        for line in &self.lines {
            match line {
                Line::Other(text) => f.write_str(text)?,
                Line::Process(process) => {
                    write!(f, "{}{}{}", process.lead, process.command, process.tail)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a shell command line calls one of our tool's commands.
#[must_use]
pub fn calls_us(command_line: &str, sub_command: &str) -> bool {
    let words: Vec<&str> = command_line
        .split(|c: char| c.is_whitespace() || ";&|()'\"`".contains(c))
        .filter(|word| !word.is_empty())
        .take_while(|word| !word.starts_with('#'))
        .collect();
    words
        .windows(2)
        .any(|pair| pair[0].rsplit('/').next() == Some("review-data") && pair[1] == sub_command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    fn parse(text: &str) -> Procfile {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_not_edited_comes_back_byte_for_byte() {
        for text in [
            "",
            "\n\n",
            "web: a\r\n# c\r\n\r\nworker:\tb  \r\n",
            "  web :  a # not a comment",
            "\u{feff}web: a\n",
        ] {
            assert_eq!(parse(text).to_string(), text);
        }
    }

    #[test]
    fn an_edit_touches_one_line_and_keeps_the_rest() {
        let mut procfile = parse("# ours\r\nrelease:\talembic upgrade head  \r\nweb: a\r\n");
        procfile.set("release", "review-data release", Dialect::Classic);
        procfile.set("postdeploy", "review-data postdeploy", Dialect::Classic);
        assert_eq!(
            procfile.to_string(),
            "# ours\r\nrelease:\treview-data release  \r\nweb: a\r\npostdeploy: review-data postdeploy\r\n"
        );
    }

    #[test]
    fn a_missing_last_newline_is_made_good_before_appending() {
        let mut procfile = parse("web: a");
        procfile.set("release", "b", Dialect::Classic);
        assert_eq!(procfile.to_string(), "web: a\nrelease: b\n");
    }

    #[test]
    fn the_last_duplicate_counts_and_each_is_edited() {
        let mut procfile = parse("release: a\nweb: w\nrelease: b\n");
        assert_eq!(procfile.get("release", Dialect::Classic).unwrap().command, "b");
        assert_eq!(procfile.get("release", Dialect::Classic).unwrap().line, 3);
        procfile.set("release", "x", Dialect::Classic);
        assert_eq!(procfile.to_string(), "release: x\nweb: w\nrelease: x\n");
    }

    #[test]
    fn upper_case_is_the_same_type_only_where_the_specification_says_so() {
        let procfile = parse("Release: a\npost_deploy: b\n");
        assert_eq!(procfile.get("release", Dialect::CloudNative).unwrap().command, "a");
        assert_eq!(procfile.get("post-deploy", Dialect::CloudNative).unwrap().command, "b");
        assert_eq!(procfile.get("release", Dialect::Classic), None);
    }

    #[test]
    fn a_command_keeps_its_colons_pipes_and_hashes() {
        let line = "release: a --x=1:2 | b && c # d";
        assert_eq!(
            parse(line).get("release", Dialect::Classic).unwrap().command,
            "a --x=1:2 | b && c # d"
        );
    }

    #[test]
    fn malformed_lines_are_shown_with_the_place_and_the_remedy() {
        let told = |text: &str| Failure::from(text.parse::<Procfile>().unwrap_err()).to_string();
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

    #[test]
    fn a_call_of_ours_is_told_from_a_mention() {
        assert!(calls_us("review-data release", "release"));
        assert!(calls_us("./setup.sh && /app/.review-data/bin/review-data release; x", "release"));
        assert!(calls_us("bash -c 'review-data postdeploy'", "postdeploy"));
        assert!(!calls_us("review-data postdeploy", "release"));
        assert!(!calls_us("alembic upgrade head # not review-data release", "release"));
        assert!(!calls_us("python review-data.py release", "release"));
    }
}
