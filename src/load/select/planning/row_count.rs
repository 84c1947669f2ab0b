//! How many rows there are of each table, and how many of them are wanted.

use crate::catalog::TableId;
use crate::failure::Failure;
use crate::load::select::asking::sessions::Asking;
use crate::load::select::planning::count::{Counts, Precision, count_rows};
use crate::subset::rules::Rule;
use crate::subset::size::Target;

/// N(T) and n(T) of one table.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowCount {
    /// Rows that meet the rule's condition; `None`: they were not counted.
    pub(crate) available: Option<u64>,
    /// Whether `available` is an estimate.
    pub(crate) estimated: bool,
    /// n(T)
    pub(crate) target: u64,
    /// All rows are copied, and no list of them is made.
    pub(crate) whole: bool,
}

/// Counts the rows of every table. Statistics are never asked: they may be missing or wrong.
pub(crate) async fn count(
    asking: &Asking<'_>,
    rules: &[Rule],
    counted: &Counts,
) -> Result<Vec<RowCount>, Failure> {
    let mut counts = Vec::with_capacity(rules.len());
    for (table, rule) in TableId::each(rules) {
        let condition = rule.condition.as_ref().map(|condition| condition.value.as_str());
        counts.push(match rule.target {
            Target::None | Target::OnlyReferenced => RowCount::default(),
            _ if rule.is_whole() => RowCount { whole: true, ..RowCount::default() },
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
