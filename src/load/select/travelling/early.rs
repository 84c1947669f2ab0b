//! Early rows: rows that are read together with their keys, and go to the target as soon as they
//! are chosen. Other rows are known by their address, and read when the selection is complete.

use crate::catalog::{ForeignKey, ForeignKeyId, Storage, TableId};
use crate::failure::Failure;
use crate::load::select::selector::Selector;
use crate::subset::references::Following;

/// About how many rows one batch asks for.
pub(crate) const ROWS_IN_A_BATCH: usize = 7 << 14;

/// About how many bytes a batch has at most.
const BYTES_IN_A_BATCH: u64 = 8 << 20;

/// The average bytes of a row above which rows are better read by their address, once they are
/// chosen.
pub(crate) const WIDE: u64 = 512;

impl Selector<'_> {
    /// Whether rows of a table are read together with their keys.
    pub(crate) fn comes_early(&self, table: TableId) -> bool {
        let plan = &self.plan;
        let written = self.asking.outlet.as_ref().is_some_and(|outlet| outlet.takes(table));
        let keys = plan.catalog.foreign_keys.pairs();
        let mut nulled = keys.filter(|(id, key)| key.table == table && plan.is_nulled(*id));
        let narrow = plan.width(table).is_some_and(|width| width <= WIDE);
        written && nulled.next().is_none() && narrow && !plan.counts[table].whole
    }

    /// How many rows of a table one batch asks for.
    pub(crate) fn rows_in_a_batch(&self, table: TableId) -> usize {
        let rows = match self.plan.width(table) {
            Some(width) if self.comes_early(table) => BYTES_IN_A_BATCH / width.max(1),
            _ => ROWS_IN_A_BATCH as u64,
        };
        usize::try_from(rows).unwrap_or(ROWS_IN_A_BATCH).min(ROWS_IN_A_BATCH)
    }

    /// Tells the writer to make a table's keys and indexes now, if few more rows will come: a row
    /// takes several times as long to write into a table that has indexes.
    pub(crate) async fn complete(&self, table: TableId) -> Result<(), Failure> {
        let Selector { asking, plan, subset } = self;
        let chosen = &subset.tables[table];
        let all_gone = chosen.gone > 0 && chosen.left.is_empty();
        let plain = matches!(plan.catalog.tables[table].storage, Storage::Plain);
        // children of its rows reference these, and only some of a child's siblings reference
        // others
        let brings_many = |(key, about): (ForeignKeyId, &ForeignKey)| {
            about.referenced == table
                && matches!(plan.references.following[key], Following::Want(_))
                && plan.driving[about.table].first() != Some(&key)
        };
        match &asking.outlet {
            Some(outlet)
                if all_gone && plain && !plan.catalog.foreign_keys.pairs().any(brings_many) =>
            {
                outlet.complete(table).await
            }
            _ => Ok(()),
        }
    }
}
