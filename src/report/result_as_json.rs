//! The result of a load as JSON, in the words of the plan's JSON.

use super::differences::Differences;
use super::masks::Masks;
use super::result::{Replaced, Report, Severed, SizeReport, TableReport, Unresolved};
use serde::Serialize;

/// The version of the shape.
const RESULT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Shape<'a> {
    version: u32,
    size: Share,
    tables: &'a [TableReport],
    /// Of all tables.
    rows: u64,
    unresolved: &'a [Unresolved],
    severed: &'a [Severed],
    #[serde(flatten)]
    differences: &'a Differences,
    masks: &'a Masks,
    unlocked: &'a [String],
    replaced: Option<&'a Replaced>,
    target_bytes: u64,
    seconds: f64,
}

#[derive(Serialize)]
struct Share {
    fraction: f64,
    logarithmic: bool,
    /// The budget in bytes that the fraction was found for.
    max_size: Option<u64>,
    /// What counts against the budget.
    taken: Option<u64>,
    /// The first attempt to meet the budget, where it was rolled back.
    first_attempt: Option<Attempt>,
}

#[derive(Serialize)]
struct Attempt {
    fraction: f64,
    taken: u64,
}

impl From<SizeReport> for Share {
    fn from(size: SizeReport) -> Self {
        let (fraction, logarithmic) = match size {
            SizeReport::Linear { part } => (part, false),
            SizeReport::Logarithmic { part } | SizeReport::Budget { part, .. } => (part, true),
        };
        let plain =
            Share { fraction, logarithmic, max_size: None, taken: None, first_attempt: None };
        match size {
            SizeReport::Linear { .. } | SizeReport::Logarithmic { .. } => plain,
            SizeReport::Budget { bytes, taken, first, .. } => Share {
                max_size: Some(bytes),
                taken: Some(taken),
                first_attempt: first
                    .map(|first| Attempt { fraction: first.part, taken: first.taken }),
                ..plain
            },
        }
    }
}

impl Report {
    /// As JSON, in the shape that docs/json.md documents.
    ///
    /// # Errors
    /// The serialiser fails for maps only, and a result holds no map.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&Shape {
            version: RESULT_VERSION,
            size: self.size.into(),
            tables: &self.tables,
            rows: self.tables.iter().map(|table| table.rows).sum(),
            unresolved: &self.unresolved,
            severed: &self.severed,
            differences: &self.differences,
            masks: &self.masks,
            unlocked: &self.unlocked,
            replaced: self.replaced.as_ref(),
            target_bytes: self.target_bytes,
            seconds: self.seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::result::tests::of_each_kind;

    #[test]
    fn the_result_as_json() {
        let mut report = of_each_kind();
        report.tables.truncate(2);
        insta::assert_snapshot!(report.json().unwrap());
    }
}
