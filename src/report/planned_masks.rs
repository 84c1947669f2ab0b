//! The decisions about masks, as a person reviews them.

use super::lines::{table_name, wrapped};
use super::masks::{Masked, MaskedPath, Masks};
use super::numbers::counted;
use crate::failure::visible;
use serde::Serialize;
use std::fmt;

/// The version of the shape that [`PlannedMasks`] has as JSON.
pub const PLANNED_MASKS_VERSION: u32 = 1;

/// What a load would mask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedMasks {
    pub version: u32,
    /// Where from, without password.
    pub source: String,
    /// The moment that the decisions are true of.
    pub snapshot_at: String,
    pub state: Masked,
    /// The masked columns, and columns with text that are kept: by table and column.
    pub columns: Vec<PlannedMask>,
}

/// The decision about one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlannedMask {
    pub schema: String,
    pub table: String,
    pub column: String,
    pub mask: String,
    /// Within a document: paths and their masks.
    pub paths: Vec<MaskedPath>,
    pub reason: String,
    /// `low`, `medium` or `high`
    pub confidence: String,
    /// Masked forms of made-up values: never a value of the source.
    pub examples: Vec<String>,
    /// Why a load stops at the column: it cannot be masked so.
    pub refused: Option<String>,
}

/// A longer example is shortened.
const LONGEST_EXAMPLE: usize = 40;

impl PlannedMasks {
    /// As JSON, in the shape that docs/json.md documents.
    ///
    /// # Errors
    /// The serialiser's.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// Columns at which a load stops.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.columns.iter().filter(|column| column.refused.is_some()).count()
    }
}

impl fmt::Display for PlannedMasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masks = Masks { state: self.state, ..Masks::default() };
        if let Some(line) = masks.announcement() {
            return write!(f, "{}", wrapped(&line));
        }
        let same = |a: &PlannedMask, b: &PlannedMask| a.schema == b.schema && a.table == b.table;
        for table in self.columns.chunk_by(same) {
            writeln!(f, "{}", table_name(&table[0].schema, &table[0].table))?;
            let width = |cell: fn(&PlannedMask) -> &str| {
                table.iter().map(|column| cell(column).chars().count()).max().unwrap_or(0).min(24)
            };
            let (names, masks) = (width(|column| &column.column), width(|column| &column.mask));
            for column in table {
                let name = visible(&column.column);
                let mask = visible(&column.mask);
                writeln!(
                    f,
                    "  {name:names$}  {mask:masks$}  {:6}  {}",
                    column.confidence,
                    visible(&column.reason)
                )?;
                for MaskedPath { path, mask } in &column.paths {
                    let path = if path.is_empty() { "(all of it)" } else { path };
                    writeln!(f, "    {}  {}", visible(path), visible(mask))?;
                }
                if let Some(why) = &column.refused {
                    writeln!(f, "    CANNOT BE MASKED SO: {}", visible(why))?;
                }
                if !column.examples.is_empty() {
                    let examples: Vec<String> =
                        column.examples.iter().map(|example| shortened(example)).collect();
                    writeln!(f, "    such as {}", examples.join(" | "))?;
                }
            }
        }
        let kept = self.columns.iter().filter(|column| column.mask == "keep").count();
        let masked = self.columns.len() - kept - self.refused();
        let refused = match self.refused() {
            0 => String::new(),
            refused => format!("; cannot be masked so: {}", counted(refused as u64, "column")),
        };
        writeln!(
            f,
            "{}",
            wrapped(&format!(
                "masked: {}; kept, with text in them: {}{refused}",
                counted(masked as u64, "column"),
                counted(kept as u64, "column")
            ))
        )?;
        write!(
            f,
            "{}",
            wrapped(
                "a line of [mask.columns] in review-data.toml corrects a decision, as in \
                 \"users.city\" = \"keep\"; examples are made up"
            )
        )
    }
}

fn shortened(example: &str) -> String {
    let text = visible(example);
    if text.chars().count() <= LONGEST_EXAMPLE {
        return text.into_owned();
    }
    text.chars().take(LONGEST_EXAMPLE).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned() -> PlannedMasks {
        let column = |table: &str, column: &str, mask: &str, reason: &str| PlannedMask {
            schema: "public".to_owned(),
            table: table.to_owned(),
            column: column.to_owned(),
            mask: mask.to_owned(),
            paths: Vec::new(),
            reason: reason.to_owned(),
            confidence: "high".to_owned(),
            examples: Vec::new(),
            refused: None,
        };
        let examples = ["a7@example.com", "b8@example.com", "c9@example.com"];
        let street = MaskedPath { path: "address.street".to_owned(), mask: "street".to_owned() };
        PlannedMasks {
            version: PLANNED_MASKS_VERSION,
            source: "reader@db.example:5432/shop".to_owned(),
            snapshot_at: "2026-01-02 03:04:05+00".to_owned(),
            state: Masked::Auto,
            columns: vec![
                PlannedMask {
                    confidence: "low".to_owned(),
                    ..column("countries", "name", "keep", "nothing says that it is personal")
                },
                PlannedMask {
                    examples: examples.map(str::to_owned).to_vec(),
                    ..column("users", "email", "email", "values are e-mail addresses")
                },
                PlannedMask {
                    paths: vec![street],
                    ..column("users", "profile", "json", "a document with an address")
                },
                PlannedMask {
                    schema: "my shop".to_owned(),
                    refused: Some("it says in which partition a row is".to_owned()),
                    ..column("Big.Table", "a:b", "secret", "values look like tokens")
                },
            ],
        }
    }

    #[test]
    fn the_decisions_read_by_table() {
        insta::assert_snapshot!(planned());
    }

    #[test]
    fn the_decisions_as_json() {
        insta::assert_snapshot!(planned().json().unwrap());
    }

    #[test]
    fn a_first_file_has_the_decisions_as_comments_that_can_be_taken_over() {
        let file = planned().first_file();
        insta::assert_snapshot!(file);
        let taken: String = file
            .lines()
            .map(|line| match line.strip_prefix("# \"").or_else(|| line.strip_prefix("# '")) {
                Some(_) => format!("{}\n", &line[2..]),
                None => format!("{line}\n"),
            })
            .collect();
        let config = crate::config::Config::parse("review-data.toml", &taken).unwrap();
        assert_eq!(config.masking.columns.len(), 5);
    }
}
