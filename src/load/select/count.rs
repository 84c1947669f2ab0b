//! How many rows there are, and how many of them are wanted.

use super::{Selector, TableSelection};
use crate::catalog::{Storage, Table, TableId};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::questions;
use crate::subset::size::Target;
use std::collections::HashMap;

/// Tables above this size (bytes) are counted by a sample of their blocks.
pub(in crate::load) const COUNTED_UP_TO: u64 = 4 << 30;

/// How many bytes of such a table the sample reads, about.
const SAMPLE: u64 = 128 << 20;

impl Selector<'_> {
    /// N(T) and n(T) of every table. Statistics are never asked: they may be missing or wrong.
    pub(super) async fn count(&mut self) -> Result<(), Failure> {
        for table in 0..self.catalog.tables.len() {
            let rule = &self.rules[table];
            let condition = rule.condition.as_ref().map(|condition| condition.value.as_str());
            let whole = [Target::All, Target::Part(1.0), Target::Power(1.0)].contains(&rule.target);
            self.tables[table] = match rule.target {
                Target::None | Target::Needed => TableSelection::default(),
                _ if whole && condition.is_none() => {
                    TableSelection { whole: true, ..TableSelection::default() }
                }
                target => {
                    let (rows, estimated) = self.count_rows(table, condition).await?;
                    let wanted = target.of(rows);
                    TableSelection {
                        available: Some(rows),
                        estimated,
                        target: wanted,
                        whole: wanted >= rows && condition.is_none() && !estimated,
                        ..TableSelection::default()
                    }
                }
            };
        }
        Ok(())
    }

    async fn count_rows(
        &self,
        table: TableId,
        condition: Option<&str>,
    ) -> Result<(u64, bool), Failure> {
        if let Some(counted) = self.counts.get(table) {
            return Ok(counted);
        }
        count_rows(self.source, &self.catalog.tables[table], condition, COUNTED_UP_TO).await
    }
}

/// How many rows a table has that meet the condition, and whether that is an estimate, from a
/// sample of its blocks: only without a condition, and if it is larger than so many bytes.
pub(in crate::load) async fn count_rows(
    source: &ReadOnly,
    table: &Table,
    condition: Option<&str>,
    counted_up_to: u64,
) -> Result<(u64, bool), Failure> {
    let partial = matches!(table.storage, Storage::Partitioned { partial: true, .. });
    let sampled = condition.is_none() && !partial && table.bytes > counted_up_to;
    #[allow(clippy::cast_precision_loss, reason = "a percentage")]
    let percent = SAMPLE as f64 / table.bytes.max(1) as f64 * 100.0;
    let sql = if sampled {
        questions::sampled_count(table, percent)
    } else {
        questions::count(table, condition)
    };
    let rows = source.query(&sql, &[]).await.map_err(|error| {
        source.failure(&format!("cannot count the rows of {}", table.name), &error)
    })?;
    let counted = u64::try_from(rows[0].get::<_, i64>(0)).unwrap_or(0);
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    let rows = if sampled { (counted as f64 * 100.0 / percent) as u64 } else { counted };
    Ok((rows, sampled))
}

/// Rows that were counted already: in one snapshot there are always as many.
#[derive(Clone, Debug, Default)]
pub(in crate::load) struct Counts(HashMap<TableId, (u64, bool)>);

impl Counts {
    /// The rows that meet the table's condition, and whether that is an estimate.
    pub(in crate::load) fn get(&self, table: TableId) -> Option<(u64, bool)> {
        self.0.get(&table).copied()
    }

    pub(in crate::load) fn note(&mut self, table: TableId, rows: (u64, bool)) {
        self.0.insert(table, rows);
    }
}
