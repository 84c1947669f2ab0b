//! Which columns are likely personal or secret, and which mask fits them.
//!
//! [`table`] decides for all columns of a table together, because neighbours are evidence: `name`
//! beside `street` is a person's. It is pure. It sees sampled values, and no reason repeats one.

mod column;
mod concepts;
mod context;
mod decide;
mod dictionary;
mod documents;
mod entries;
mod evidence;
mod facts;
mod kinds;
mod lexicon;
mod lists;
mod naming;
mod signs;
mod types;
mod words;

#[cfg(test)]
mod cases;
#[cfg(test)]
pub(super) mod corpus;

use std::fmt;

use column::Column;
use context::{Context, Holds, Title};
use decide::Place;
pub use entries::{entry, key_column};
pub use facts::{ColumnFacts, TableFacts};
use lexicon::Reader;
use types::Class;

use super::Mask;

/// What becomes of one column, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// [`Mask::Keep`] where the column is neither personal nor secret.
    pub mask: Mask,
    /// For [`Mask::Json`] and [`Mask::ByKey`]: the paths within the document and their masks. Keys are joined by dots; a key
    /// with a dot stands in quotes.
    /// A path goes through arrays: `contacts.email` is that key of each element. A `*` stands
    /// for any key. The empty path is the document itself, or each element of its array.
    pub paths: Vec<(String, Mask)>,
    /// One short phrase for a person. Never a value.
    pub reason: String,
    pub confidence: Confidence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    Low,
    Medium,
    High,
}

impl Confidence {
    /// For people and programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        })
    }
}

/// One decision for each column of the table, in order. The same facts give the same decisions.
#[must_use]
pub fn table(facts: &TableFacts) -> Vec<Decision> {
    let mut decisions = classify(facts, Around { holds: Holds::Unknown, of_a_person: false });
    for (of, decision) in decisions.iter_mut().enumerate() {
        let alike = !matches!(decision.mask, Mask::Keep | Mask::Json);
        if let Some(by_key) = entries::decide(facts, of, alike) {
            // what the documents of all rows hold is masked in each
            let paths = std::mem::take(&mut decision.paths);
            *decision = Decision { paths, ..by_key };
        }
    }
    decisions
}

/// Whether a CHECK lists the values that are allowed.
#[must_use]
pub fn lists_values(check: &str) -> bool {
    column::is_list(check)
}

/// The paths within the documents that a column of this type holds, as its values show.
#[must_use]
pub fn paths(type_name: &str, samples: &[String]) -> Vec<String> {
    documents::paths(Class::of(type_name).0, samples)
}

/// What a document's part knows of the table that it is in.
#[derive(Clone, Copy)]
struct Around {
    holds: Holds,
    of_a_person: bool,
}

fn classify(facts: &TableFacts, around: Around) -> Vec<Decision> {
    let names: Vec<&str> = facts.columns.iter().map(|column| column.name.as_str()).collect();
    let reader = Reader::of(&facts.table, &names);
    let columns: Vec<Column<'_>> =
        facts.columns.iter().map(|column| Column::new(column, &reader)).collect();
    let title = reader.read(&facts.table, true);
    let mut holds = context::holds(&title);
    if holds == Holds::Messages && columns.iter().any(|column| column.says.published) {
        holds = Holds::Things;
    }
    if holds == Holds::Unknown {
        holds = around.holds;
    }
    let title = Title::of(&title);
    if title.of_secrets && holds == Holds::People {
        // a person's tokens have names of their own
        holds = Holds::Unknown;
    }
    let of_a_person =
        around.of_a_person || columns.iter().any(|column| column.leads_to_a_person(&reader));
    let shown = columns.iter().map(Column::shown).collect();
    // what one column is known to be makes its neighbours known
    let first = Context::new(holds, shown, of_a_person, title);
    let shown = columns.iter().enumerate().map(|(own, column)| {
        Place { column, context: &first, own }.shown().or_else(|| column.hint())
    });
    let context = Context::new(holds, shown.collect(), of_a_person, title);
    let within = |part: &TableFacts| classify(part, Around { holds, of_a_person });
    let decide = |(own, column): (usize, &Column<'_>)| {
        let place = Place { column, context: &context, own };
        let found = if column.holds_documents() {
            documents::decide(column.facts, column.class, facts, &within)
        } else if column.facts.fields.is_empty() {
            None
        } else {
            documents::decide_composite(column.facts, &within)
        };
        found.unwrap_or_else(|| place.decide())
    };
    let mut decisions: Vec<Decision> = columns.iter().enumerate().map(decide).collect();
    let of_words = |decision: &Decision| {
        !matches!(decision.mask, Mask::Keep | Mask::Ip | Mask::Date | Mask::Number | Mask::Password)
    };
    if decisions.iter().any(of_words) {
        // a text's words for searching repeat what other columns hold
        let vectors = columns.iter().zip(&mut decisions);
        for (_, decision) in vectors.filter(|(column, _)| column.class == Class::Vector) {
            *decision = Decision {
                mask: Mask::Constant(String::new()),
                paths: Vec::new(),
                reason: "words of personal columns, for searching".to_owned(),
                confidence: Confidence::Medium,
            };
        }
    }
    decisions
}
