//! The Procfile: process types and their commands, kept so that it can be edited and written back
//! with its comments, its order and its line endings.
//!
//! Two readings of the same text. Cloud Native Buildpacks follow the specification of
//! `heroku/buildpacks-procfile` (`SPEC.md`): names in lower case, `_` read as `-`, and a line that
//! is wrong is an error. Classic Heroku takes names as they are written and ignores wrong lines. In
//! both, the last of duplicates counts.

mod line;
mod rules;

use crate::migrate::frameworks::FileProblem;
use line::{Line, ProcessLine};
use std::fmt;

/// How the platform reads a Procfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    CloudNative,
    Classic,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procfile {
    byte_order_mark: bool,
    encoding: Encoding,
    lines: Vec<Line>,
}

/// How the file's bytes become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    /// A file that is not UTF-8: each byte is a character, so that it can be written back.
    Latin1,
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

/// A line that the platform reads in another way than people may expect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddLine<'a> {
    /// Counted from 1.
    pub line: usize,
    pub text: &'a str,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

impl Procfile {
    /// Reads a text as the platform reads it.
    ///
    /// # Errors
    /// With Cloud Native Buildpacks: where a line is wrong.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, FileProblem> {
        let body = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let lines = body
            .split_inclusive('\n')
            .enumerate()
            .map(|(index, line)| match dialect {
                Dialect::Classic => Ok(rules::classic(line)),
                Dialect::CloudNative => rules::cloud_native(body, index + 1, line),
            })
            .collect::<Result<_, _>>()?;
        let byte_order_mark = body.len() != text.len();
        Ok(Procfile { byte_order_mark, encoding: Encoding::Utf8, lines })
    }

    /// A file that is not UTF-8, as classic Heroku reads it: only ASCII matters to its rule.
    #[must_use]
    pub fn classic_of_bytes(bytes: &[u8]) -> Self {
        let text: String = bytes.iter().copied().map(char::from).collect();
        let lines = text.split_inclusive('\n').map(rules::classic).collect();
        Procfile { byte_order_mark: false, encoding: Encoding::Latin1, lines }
    }

    /// An empty one, for an app that has none.
    #[must_use]
    pub fn empty() -> Self {
        Procfile { byte_order_mark: false, encoding: Encoding::Utf8, lines: Vec::new() }
    }

    /// Every line of a process type that has a command, in order. The last one counts.
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
        self.numbered().filter_map(|(line, content)| match content {
            Line::Process(process) if !process.command.is_empty() => {
                Some(Process { name: &process.name, command: &process.command, line })
            }
            _ => None,
        })
    }

    /// The lines that declare nothing, although they are neither empty nor comments.
    pub fn ignored(&self) -> impl Iterator<Item = OddLine<'_>> {
        self.numbered().filter_map(|(line, content)| match content {
            Line::Ignored(text) => Some(OddLine { line, text: text.trim() }),
            Line::Process(process) if process.command.is_empty() => {
                Some(OddLine { line, text: process.lead.trim() })
            }
            _ => None,
        })
    }

    /// The process types whose lines have no colon.
    pub fn without_colon(&self) -> impl Iterator<Item = Process<'_>> {
        self.processes().filter(
            |process| matches!(&self.lines[process.line - 1], Line::Process(line) if !line.colon),
        )
    }

    fn numbered(&self) -> impl Iterator<Item = (usize, &Line)> {
        self.lines.iter().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// Gives a process type this command, on each of its lines; where it has none, on a new last
    /// line. Everything else stays as it is.
    pub fn set(&mut self, process_type: &str, command: &str, dialect: Dialect) {
        let mut found = false;
        for line in &mut self.lines {
            if let Line::Process(process) = line
                && names(&process.name, process_type, dialect)
            {
                if process.command.is_empty() {
                    process.lead = format!("{}: ", process.name);
                }
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
            colon: true,
            command: command.to_owned(),
            tail: ending.to_owned(),
        }));
    }

    /// The file, to be written.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let text = self.to_string();
        match self.encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Latin1 => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
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
                Line::Other(text) | Line::Ignored(text) => f.write_str(text)?,
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

    fn parse(text: &str) -> Procfile {
        Procfile::parse(text, Dialect::Classic).unwrap()
    }

    #[test]
    fn what_is_not_edited_comes_back_byte_for_byte() {
        for text in [
            "",
            "\n\n",
            "web: a\r\n# c\r\n\r\nworker:\tb  \r\n",
            "  web:  a # not a comment",
            "// a comment\nweb ./app\nrelease:\nrelease:\t\r\n:a\n",
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
        let text = "Release: a\npost_deploy: b\n";
        let procfile = Procfile::parse(text, Dialect::CloudNative).unwrap();
        assert_eq!(procfile.get("release", Dialect::CloudNative).unwrap().command, "a");
        assert_eq!(procfile.get("post-deploy", Dialect::CloudNative).unwrap().command, "b");
        assert_eq!(parse(text).get("release", Dialect::Classic), None);
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
    fn an_empty_command_is_no_command_and_is_written_over() {
        let mut procfile = parse("release: \nweb: w\n");
        assert_eq!(procfile.get("release", Dialect::Classic), None);
        assert_eq!(procfile.ignored().count(), 1);
        procfile.set("release", "a", Dialect::Classic);
        assert_eq!(procfile.to_string(), "release: a \nweb: w\n");
    }

    #[test]
    fn a_file_that_is_not_utf8_comes_back_byte_for_byte() {
        let mut procfile = Procfile::classic_of_bytes(b"# caf\xe9\nweb: w");
        procfile.set("release", "a", Dialect::Classic);
        assert_eq!(procfile.to_bytes(), b"# caf\xe9\nweb: w\nrelease: a\n");
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
