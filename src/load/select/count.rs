//! How many rows there are of each table, and how many of them are wanted.

use super::asking::Asking;
use super::counting::{Counts, Precision, count_rows};
use crate::catalog::TableId;
use crate::failure::Failure;
use crate::subset::rules::Rule;
use crate::subset::size::Target;

/// N(T) and n(T) of one table.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowCount {
    /// Rows that meet the rule's condition; `None`: they were not counted.
    pub(super) available: Option<u64>,
    /// Whether `available` is an estimate.
    pub(super) estimated: bool,
    /// n(T)
    pub(super) target: u64,
    /// All rows are copied, and no list of them is made.
    pub(super) whole: bool,
}

/// Counts the rows of every table. Statistics are never asked: they may be missing or wrong.
pub(super) async fn count(
    asking: &Asking<'_>,
    rules: &[Rule],
    counted: &Counts,
) -> Result<Vec<RowCount>, Failure> {
    let mut counts = Vec::with_capacity(rules.len());
    for (table, rule) in rules.iter().enumerate() {
        let condition = rule.condition.as_ref().map(|condition| condition.value.as_str());
        let whole = [Target::All, Target::Part(1.0), Target::Power(1.0)].contains(&rule.target);
        counts.push(match rule.target {
            Target::None | Target::Needed => RowCount::default(),
            _ if whole && condition.is_none() => RowCount { whole: true, ..RowCount::default() },
            target => {
                let (rows, estimated) = rows_of(asking, table, condition, counted).await?;
                let wanted = target.of(rows);
                RowCount {
                    available: Some(rows),
                    estimated,
                    target: wanted,
                    whole: wanted >= rows && condition.is_none() && !estimated,
                }
            }
        });
    }
    Ok(counts)
}

async fn rows_of(
    asking: &Asking<'_>,
    table: TableId,
    condition: Option<&str>,
    counted: &Counts,
) -> Result<(u64, bool), Failure> {
    if let Some(counted) = counted.get(table) {
        return Ok(counted);
    }
    count_rows(asking.source, &asking.catalog.tables[table], condition, Precision::Good).await
}
