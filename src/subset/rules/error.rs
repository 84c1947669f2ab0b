//! What the configuration asks of the source and the source does not bear out.

use crate::config::{Config, Given};
use crate::failure::Failure;

/// A wish that does not fit the source; each says where it was given.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleError {
    #[error("the source has no table {name}")]
    UnknownTable { name: String, hint: Hint, given: Given },
    #[error("no table of the source matches {pattern}")]
    NoTableMatches { pattern: String, hint: Hint, given: Given },
    #[error("{}", schema_not_found(pattern, *exact))]
    NoSuchSchema { pattern: String, exact: bool, hint: Hint, given: Given },
    #[error("{name} is a partition of {root}")]
    Partition { name: String, root: String, given: Given },
    #[error("{name} is in several schemas: {}", found.join(", "))]
    Ambiguous { name: String, found: Vec<String>, given: Given },
    #[error("there are two rules for {name}")]
    Twice { name: String, given: [Given; 2] },
    #[error("{name} matches two patterns")]
    TwoPatterns { name: String, given: [Given; 2] },
    #[error("{name} has no key that --force could name")]
    NoKey { name: String, given: Given },
    #[error("the key of {name} has {}, and --force gives {values}", columns(key))]
    KeyColumns { name: String, key: Vec<String>, values: usize, given: Given },
    #[error("no column of {name} tells for sure which rows are the newest")]
    NoTime { name: String, given: Given },
    #[error("rows of {name} are both forced and left out")]
    ForcedAndExcluded { name: String, given: [Given; 2] },
}

fn schema_not_found(pattern: &str, exact: bool) -> String {
    if exact {
        format!("the source has no table in a schema {pattern}")
    } else {
        format!("the source has no table in a schema that matches {pattern}")
    }
}

/// `2 columns (order_id, line)`
fn columns(key: &[String]) -> String {
    let number = match key.len() {
        1 => "1 column".to_owned(),
        several => format!("{several} columns"),
    };
    format!("{number} ({})", key.join(", "))
}

/// What may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// This name, most likely.
    Meant(String),
    /// One of these; `more` of them are not listed.
    OneOf { names: Vec<String>, more: usize },
}

impl Hint {
    fn remedy(&self) -> String {
        match self {
            Hint::Meant(name) => format!("did you mean {name}?"),
            Hint::OneOf { names, .. } if names.is_empty() => {
                "the source has none: look at its URL".to_owned()
            }
            Hint::OneOf { names, more: 0 } => format!("the source has {}", names.join(", ")),
            Hint::OneOf { names, more } => {
                format!("the source has {} and {more} more", names.join(", "))
            }
        }
    }
}

impl RuleError {
    /// The message, with the place in the configuration or the words of the command line.
    #[must_use]
    pub fn failure(&self, config: &Config) -> Failure {
        let remedy = match self {
            RuleError::UnknownTable { hint, .. }
            | RuleError::NoTableMatches { hint, .. }
            | RuleError::NoSuchSchema { hint, .. } => hint.remedy(),
            RuleError::Partition { root, .. } => format!("name {root}"),
            RuleError::Ambiguous { .. } => "name the schema too, as \"schema.table\"".to_owned(),
            RuleError::Twice { .. } => "keep one of them".to_owned(),
            RuleError::TwoPatterns { name, .. } => {
                format!("give {name} a rule by its own name: that one wins over patterns")
            }
            RuleError::NoKey { .. } => {
                "use always = [\"…\"] in review-data.toml, with a condition".to_owned()
            }
            RuleError::KeyColumns { .. } => {
                "separate the values by commas, as table:1,2; where a value holds a comma, give a \
                 JSON array, as 'table:[\"a,b\", 2]'"
                    .to_owned()
            }
            RuleError::NoTime { .. } => {
                "write what would stand behind ORDER BY, as in order = \"updated_at desc\""
                    .to_owned()
            }
            RuleError::ForcedAndExcluded { .. } => "leave out one of the two".to_owned(),
        };
        let given = match self {
            RuleError::Twice { given, .. }
            | RuleError::TwoPatterns { given, .. }
            | RuleError::ForcedAndExcluded { given, .. } => &given[..],
            RuleError::UnknownTable { given, .. }
            | RuleError::NoTableMatches { given, .. }
            | RuleError::NoSuchSchema { given, .. }
            | RuleError::Partition { given, .. }
            | RuleError::Ambiguous { given, .. }
            | RuleError::NoKey { given, .. }
            | RuleError::NoTime { given, .. }
            | RuleError::KeyColumns { given, .. } => std::slice::from_ref(given),
        };
        told(given, &self.to_string(), config).remedy(remedy)
    }
}

/// A rule that does not fit the source. Its place in the file is pointed at; words of the command
/// line are repeated.
pub fn told(given: &[Given], message: &str, config: &Config) -> Failure {
    let places = given.iter().filter_map(|given| match given {
        Given::File(place) => Some(config.point_at(Some(*place), message)),
        Given::Words(_) => None,
    });
    let words: Vec<&str> = given
        .iter()
        .filter_map(|given| match given {
            Given::Words(words) => Some(words.as_str()),
            Given::File(_) => None,
        })
        .collect();
    let failure = match words[..] {
        [] => Failure::wrong_use("a rule does not fit the source"),
        [one] => Failure::wrong_use(format!("{one} does not fit the source")).because(message),
        _ => Failure::wrong_use(format!("{} do not fit together", words.join(" and ")))
            .because(message),
    };
    places.fold(failure, Failure::because)
}
