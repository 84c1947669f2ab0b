//! What is wrong with a file of the app: where, why, and what to do.

use crate::failure::Failure;
use std::fmt;

/// A place in a file, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// The place of a byte offset.
    #[must_use]
    pub fn of_offset(text: &str, offset: usize) -> Place {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// A file of the app that cannot be used as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The file's path, relative to the app's directory.
    pub file: String,
    pub place: Option<Place>,
    /// What is wrong there: one clause, no full stop.
    pub problem: String,
    pub remedy: String,
    /// The offending line with a mark under the place; passwords in URLs are starred.
    snippet: Option<String>,
}

impl FileProblem {
    #[must_use]
    pub fn whole_file(
        file: impl Into<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        FileProblem {
            file: file.into(),
            place: None,
            problem: problem.into(),
            remedy: remedy.into(),
            snippet: None,
        }
    }

    /// The line with a mark under the place.
    #[must_use]
    pub fn snippet(&self) -> Option<&str> {
        self.snippet.as_deref()
    }

    /// A problem at a place of a text; the text is only used to show the line.
    #[must_use]
    pub fn at(
        file: impl Into<String>,
        text: &str,
        place: Place,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        FileProblem {
            place: Some(place),
            snippet: text
                .lines()
                .nth(place.line.saturating_sub(1))
                .map(|line| snippet(line, place)),
            ..FileProblem::whole_file(file, problem, remedy)
        }
    }
}

/// A line longer than this is cut around the place, so that a minified file stays readable.
const LONGEST_SHOWN_LINE: usize = 72;

fn snippet(line: &str, place: Place) -> String {
    let shown: Vec<char> = star_passwords(&line.replace('\t', " ")).chars().collect();
    let mark = place.column.saturating_sub(1).min(shown.len());
    let start = if shown.len() > LONGEST_SHOWN_LINE {
        mark.saturating_sub(LONGEST_SHOWN_LINE / 2).min(shown.len() - LONGEST_SHOWN_LINE)
    } else {
        0
    };
    let window: String = shown.iter().skip(start).take(LONGEST_SHOWN_LINE).collect();
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    format!("{number} | {}\n{gutter} | {}^", window.trim_end(), " ".repeat(mark - start))
}

/// Replaces the password of each URL by as many stars, so that the columns stay right.
#[must_use]
pub fn star_passwords(line: &str) -> String {
    let mut starred = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(scheme_end) = rest.find("://") {
        let (before, after) = rest.split_at(scheme_end + 3);
        starred.push_str(before);
        let authority_end =
            after.find(|c: char| c.is_whitespace() || "\"'/".contains(c)).unwrap_or(after.len());
        let (authority, remainder) = after.split_at(authority_end);
        match (authority.find(':'), authority.rfind('@')) {
            (Some(colon), Some(at)) if colon < at => {
                starred.push_str(&authority[..=colon]);
                starred.push_str(&"*".repeat(authority[colon + 1..at].chars().count()));
                starred.push_str(&authority[at..]);
            }
            _ => starred.push_str(authority),
        }
        rest = remainder;
    }
    starred.push_str(rest);
    starred
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for FileProblem {}

impl From<FileProblem> for Failure {
    fn from(problem: FileProblem) -> Self {
        let failure = Failure::wrong_use(problem.to_string()).remedy(problem.remedy);
        match problem.snippet {
            Some(snippet) => failure.because(snippet),
            None => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_its_line_with_a_mark_under_the_place() {
        let text = "web: gunicorn app\nrelease alembic upgrade head\n";
        let problem =
            FileProblem::at("Procfile", text, Place { line: 2, column: 8 }, "no colon", "add one");
        insta::assert_snapshot!(Failure::from(problem), @r"
        error: Procfile:2:8: no colon
          2 | release alembic upgrade head
            |        ^
          what to do: add one
        ");
    }

    #[test]
    fn a_snippet_shows_no_password() {
        let line = r#""url": "postgres://u:s3cret@host/db", "x": "http://h/p""#;
        assert_eq!(
            star_passwords(line),
            r#""url": "postgres://u:******@host/db", "x": "http://h/p""#
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let line = format!("{}!{}", "a".repeat(300), "b".repeat(300));
        let shown = snippet(&line, Place { line: 1, column: 301 });
        assert!(shown.lines().all(|line| line.len() < 80), "{shown}");
        let mark = shown.lines().nth(1).unwrap().find('^').unwrap();
        assert_eq!(shown.lines().next().unwrap().chars().nth(mark), Some('!'));
    }
}
