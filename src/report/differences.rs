//! How the target differs from the source, besides having fewer rows.

use super::lines::wrapped;
use serde::Serialize;
use std::fmt;

/// What a load leaves out, weakens or leaves empty, each with the reason: a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// What the target does not have.
    pub left_out: Vec<String>,
    /// Constraints that are not valid in the target, and are in the source.
    pub not_valid: Vec<String>,
    /// Materialized views without rows.
    pub unpopulated: Vec<String>,
    /// Settings of the source's database that the target does not have.
    pub not_set: Vec<String>,
    /// Columns whose values are not the source's.
    pub other_values: Vec<String>,
}

impl Differences {
    /// Adds what others found.
    pub fn extend(&mut self, others: Differences) {
        let Differences { left_out, not_valid, unpopulated, not_set, other_values } = others;
        self.left_out.extend(left_out);
        self.not_valid.extend(not_valid);
        self.unpopulated.extend(unpopulated);
        self.not_set.extend(not_set);
        self.other_values.extend(other_values);
    }

    fn lists(&self) -> [(&str, &[String]); 5] {
        [
            ("left out", &self.left_out),
            ("not valid", &self.not_valid),
            ("not populated", &self.unpopulated),
            ("not set", &self.not_set),
            ("other values", &self.other_values),
        ]
    }
}

impl fmt::Display for Differences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, lines) in self.lists() {
            for line in lines {
                writeln!(f, "{}", wrapped(&format!("{what}: {line}")))?;
            }
        }
        Ok(())
    }
}
