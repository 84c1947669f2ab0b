//! How many rows a table has.

use crate::catalog::{Table, TableId};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::key_ranges::{KeyRanges, Look};
use crate::subset::questions::{self, PLAN_FREELY, PLAN_LOOKUPS};
use crate::subset::rows::SMALLEST_ROW;
use std::collections::HashMap;

/// Tables up to this size (bytes) are counted row by row.
const COUNTED_UP_TO: u64 = 32 << 20;

/// How much it is worth to know the number of rows of a larger table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// Its rows will be read anyway.
    Exact,
    /// n(T) comes from it.
    Good,
    /// It is for the reader only.
    Rough,
}

impl Precision {
    /// Tables above this size (bytes) are estimated by a sample of their blocks, if the ranges of
    /// their key give no estimate.
    fn read_up_to(self) -> u64 {
        match self {
            Precision::Exact => u64::MAX,
            Precision::Good => 4 << 30,
            Precision::Rough => 256 << 20,
        }
    }
}

/// About how many bytes the sample reads.
const SAMPLE: u64 = 128 << 20;

/// How many rows a table has that meet the condition, and whether that is an estimate. It is one
/// only of a large table, and only without a condition.
pub(crate) async fn count_rows(
    source: &ReadOnly,
    table: &Table,
    condition: Option<&str>,
    precision: Precision,
) -> Result<(u64, bool), Failure> {
    let asking = Asking { source, table };
    if condition.is_some() || table.is_part() || table.bytes <= COUNTED_UP_TO {
        return Ok((asking.count(condition).await?, false));
    }
    if precision != Precision::Exact
        && let Some(rows) = asking.count_in_ranges().await?
    {
        return Ok((rows, true));
    }
    if table.bytes > precision.read_up_to() {
        return Ok((asking.count_in_blocks().await?, true));
    }
    Ok((asking.count(None).await?, false))
}

struct Asking<'a> {
    source: &'a ReadOnly,
    table: &'a Table,
}

impl Asking<'_> {
    async fn count(&self, condition: Option<&str>) -> Result<u64, Failure> {
        let sql = questions::count(self.table, condition);
        Ok(self.numbers(&sql).await?.first().copied().unwrap_or(0))
    }

    /// From ranges of the key, if it is an integer and they tell.
    async fn count_in_ranges(&self) -> Result<Option<u64>, Failure> {
        let column = match self.table.key.as_deref() {
            Some(&[column]) if self.table.columns[column].data_type.is_integer() => column,
            _ => return Ok(None),
        };
        let failed = |error| self.failure(&error);
        let bounds = questions::bounds(self.table, column);
        let bounds = self.source.query(&bounds, &[]).await.map_err(failed)?;
        let (Some(lowest), Some(highest)) = (bounds[0].get(0), bounds[0].get(1)) else {
            return Ok(Some(0));
        };
        let most_rows = (self.table.bytes / SMALLEST_ROW).max(1);
        let sql = questions::counts_in_ranges(self.table, column);
        let mut told = None;
        self.source.run(PLAN_LOOKUPS).await.map_err(failed)?;
        for look in [Look::Glance, Look::Close] {
            let partitions = self.table.leaves().len();
            let ranges = KeyRanges::over((lowest, highest), most_rows, partitions, look);
            let (from, to) = ranges.bounds();
            let rows = self.source.query(&sql, &[&from, &to]).await.map_err(failed)?;
            let counted: Vec<u64> =
                rows.iter().map(|row| u64::try_from(row.get::<_, i64>(0)).unwrap_or(0)).collect();
            told = ranges.rows(&counted);
            if told.is_some() {
                break;
            }
        }
        self.source.run(PLAN_FREELY).await.map_err(failed)?;
        Ok(told)
    }

    /// From a sample of the blocks.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate"
    )]
    async fn count_in_blocks(&self) -> Result<u64, Failure> {
        let percent = SAMPLE as f64 / self.table.bytes.max(1) as f64 * 100.0;
        let sql = questions::sampled_count(self.table, percent);
        let counted = self.numbers(&sql).await?.first().copied().unwrap_or(0);
        Ok((counted as f64 * 100.0 / percent) as u64)
    }

    async fn numbers(&self, sql: &str) -> Result<Vec<u64>, Failure> {
        let rows = self.source.query(sql, &[]).await.map_err(|error| self.failure(&error))?;
        Ok(rows.iter().map(|row| u64::try_from(row.get::<_, i64>(0)).unwrap_or(0)).collect())
    }

    fn failure(&self, error: &tokio_postgres::Error) -> Failure {
        self.source.failure(&format!("cannot count the rows of {}", self.table.name), error)
    }
}

/// Rows that were counted already: in one snapshot there are always as many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts(HashMap<TableId, (u64, bool)>);

impl Counts {
    /// The rows that meet the table's condition, and whether that is an estimate.
    pub(crate) fn get(&self, table: TableId) -> Option<(u64, bool)> {
        self.0.get(&table).copied()
    }

    pub(crate) fn note(&mut self, table: TableId, rows: (u64, bool)) {
        self.0.insert(table, rows);
    }
}
