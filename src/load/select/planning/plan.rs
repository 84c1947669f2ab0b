//! What is planned before rows are chosen: how many rows of each table, which questions about them,
//! and in which order.

use crate::catalog::{Catalog, ForeignKeyId, TableId};
use crate::config::Config;
use crate::load::select::choosing::covering::Known;
use crate::load::select::planning::horizons::Horizons;
use crate::load::select::planning::row_count::RowCount;
use crate::subset::graph::SelectionOrder;
use crate::subset::permutation::Permutation;
use crate::subset::questions::Layout;
use crate::subset::references::{Following, References};
use crate::subset::rules::Rule;

pub(crate) struct Plan<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) rules: &'a [Rule],
    pub(crate) config: &'a Config,
    /// By table.
    pub(crate) counts: Vec<RowCount>,
    pub(crate) references: References,
    /// By table: the questions about its rows.
    pub(crate) layouts: Vec<Layout>,
    /// By table: the seeded order of an integer key, once rows are chosen by it.
    pub(crate) permutations: Vec<Option<Permutation>>,
    pub(crate) order: SelectionOrder,
    /// By table: the foreign keys that may drive its selection, best first.
    pub(crate) driving: Vec<Vec<ForeignKeyId>>,
    /// By table: the self-references along which children are chosen.
    pub(crate) lines: Vec<Vec<ForeignKeyId>>,
    pub(crate) horizons: Horizons,
    /// The planner's statistics of large tables, once they were asked for.
    pub(crate) statistics: Option<Known>,
}

impl Plan<'_> {
    /// Whether a table gets no rows at all.
    pub(crate) fn left_empty(&self, table: TableId) -> bool {
        self.rules[table].empty
    }

    /// Whether a column of this foreign key becomes NULL in each row.
    pub(crate) fn is_nulled(&self, key: ForeignKeyId) -> bool {
        matches!(self.references.following[key], Following::Nulled { .. })
    }

    /// How many children of each row come first along a foreign key.
    pub(crate) fn children_along(&self, key: ForeignKeyId) -> u32 {
        self.catalog.foreign_keys[key].downward.children.unwrap_or(self.config.subset.children)
    }

    /// Bytes that a row takes in the source, on average.
    pub(crate) fn width(&self, table: TableId) -> Option<u64> {
        let rows = self.counts[table].available?;
        Some(self.catalog.tables[table].stored / rows.max(1))
    }

    /// How many rows a table has, as a divisor.
    pub(crate) fn rows_of(&self, table: TableId) -> u64 {
        self.counts[table].available.unwrap_or(0).max(1)
    }
}
