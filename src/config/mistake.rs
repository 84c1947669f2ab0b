//! Mistakes in `review-data.toml`, shown where they are: file, line, column, the line itself, and
//! the nearest right name.

use super::model::Location;
use super::nearest::nearest;
use crate::failure::Failure;
use std::ops::Range;

/// Everything that is wrong with one file, in the order of its lines.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file} has mistakes:\n{}", .shown.join("\n"))]
pub struct Mistakes {
    pub file: String,
    /// Each with its place and its line, ready to be read; the first ones of many.
    pub shown: Vec<String>,
    /// How many there are besides.
    pub more: usize,
}

/// Nobody corrects more at a time.
const MOST_SHOWN: usize = 20;

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        let number = mistakes.shown.len() + mistakes.more;
        let what = if number == 1 {
            format!("{} has a mistake", mistakes.file)
        } else {
            format!("{} has {number} mistakes", mistakes.file)
        };
        let mut failure =
            mistakes.shown.into_iter().fold(Failure::wrong_use(what), Failure::because);
        if mistakes.more > 0 {
            failure = failure.because(format!("and {} more", mistakes.more));
        }
        failure.remedy(if number == 1 {
            format!("correct this line of {}", mistakes.file)
        } else {
            format!("correct these lines of {}", mistakes.file)
        })
    }
}

/// One mistake, by its bytes in the file.
pub(super) struct Mistake {
    pub(super) span: Range<usize>,
    pub(super) message: String,
}

/// The text of a configuration file: what mistakes point into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileText {
    /// The file's name as it is shown to people.
    pub name: String,
    pub text: String,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl FileText {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        FileText { name: name.to_owned(), text: text.to_owned(), lines }
    }

    pub(super) fn mistakes(&self, mut mistakes: Vec<Mistake>) -> Mistakes {
        mistakes.sort_by_key(|mistake| mistake.span.start);
        Mistakes {
            file: self.name.clone(),
            more: mistakes.len().saturating_sub(MOST_SHOWN),
            shown: mistakes
                .iter()
                .take(MOST_SHOWN)
                .map(|mistake| {
                    let length = self.text.get(mistake.span.clone()).map_or(1, |text| {
                        text.lines().next().map_or(1, |line| line.chars().count().max(1))
                    });
                    self.show(self.location(mistake.span.start), length, &mistake.message)
                })
                .collect(),
        }
    }

    /// Line and column of a byte.
    pub(super) fn location(&self, byte: usize) -> Location {
        let mut end = byte.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let line = self.lines.partition_point(|start| *start <= end).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        Location { line, column: self.text[start..end].chars().count() + 1 }
    }

    /// ```text
    /// review-data.toml:3:1: unknown key …
    ///   3 | fractoin = 0.05
    ///     | ^^^^^^^^
    /// ```
    fn show(&self, place: Location, length: usize, message: &str) -> String {
        let Location { line, column } = place;
        let head = format!("{}:{line}:{column}: {message}", self.name);
        let Some(whole) = self.text.lines().nth(line - 1) else {
            return head;
        };
        let shown = without_secrets(whole);
        // what was cut out cannot be pointed into: the mark goes to where it was
        let kept = shown.chars().zip(whole.chars()).take_while(|(a, b)| a == b).count();
        let (column, length) =
            if shown == whole { (column, length) } else { ((column - 1).min(kept) + 1, 1) };
        let margin = " ".repeat(line.to_string().len());
        let before: String =
            shown.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        format!("{head}\n  {line} | {shown}\n  {margin} | {before}{}", "^".repeat(length))
    }

    /// A mistake that only the database could find, at the place where the name was written; the
    /// mark is under the word there.
    #[must_use]
    pub fn point_at(&self, place: Location, message: &str) -> String {
        let rest = self.text.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
        let mut word = rest.chars().skip(place.column.saturating_sub(1));
        let length = match word.next() {
            Some(quote @ ('"' | '\'')) => 2 + word.position(|c| c == quote).unwrap_or_default(),
            Some(_) => 1 + word.take_while(|c| c.is_alphanumeric() || "_-".contains(*c)).count(),
            None => 1,
        };
        self.show(place, length, message)
    }
}

/// Cuts a line where it holds what may be a secret: after `://`, and after `password`, `token` and the
/// like where a value follows.
#[must_use]
pub fn without_secrets(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let marks = [
        "password",
        "passwd",
        "pwd",
        "token",
        "secret",
        "api_key",
        "apikey",
        "access_key",
        "private_key",
        "mask_key",
    ];
    let ends = marks.iter().flat_map(|mark| {
        lower.match_indices(mark).filter_map(|(at, mark)| {
            let rest = &lower[at + mark.len()..];
            let follows = rest.trim_start_matches(['"', '\'', ' ', '\t']);
            // a word such as password_resets is no secret
            let has_value = follows.starts_with(['=', ':']);
            let is_option = lower[..at].ends_with("--") && rest.starts_with(' ');
            (has_value || is_option).then_some(at + mark.len())
        })
    });
    // `key = "…"` in a section such as [mask]
    let (name, value) = lower.split_once('=').unwrap_or_default();
    let key = (name.trim() == "key").then(|| lower.len() - value.len());
    let url = lower.find("://").map(|at| at + "://".len());
    match ends.chain(url).chain(key).min() {
        Some(end) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// `; did you mean "fraction"?`, or nothing.
pub(super) fn did_you_mean<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, names).map_or_else(String::new, |right| format!("; did you mean {right:?}?"))
}
