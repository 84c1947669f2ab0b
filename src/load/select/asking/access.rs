//! Which way to a table's rows: through an index, or by reading it all.

use crate::catalog::{ForeignKeyId, TableId};
use crate::load::select::asking::in_order::SMALL;
use crate::load::select::planning::plan::Plan;
use crate::subset::questions::{Access, Referencing};

/// Above this part of a table, reading it all is cheaper than looking rows up.
const SCAN_ABOVE: f64 = 0.25;

impl Plan<'_> {
    /// Whether rows are looked up through an index or the table is read whole.
    pub(crate) fn access(
        &self,
        table: TableId,
        columns: &[usize],
        referenced: TableId,
        keys: usize,
    ) -> Access {
        if self.catalog.tables[table].has_index_on(columns) && self.are_few(referenced, keys) {
            Access::Index
        } else {
            Access::Scan
        }
    }

    /// The same for the rows that reference this many keys.
    pub(crate) fn access_to_children(&self, key: ForeignKeyId, keys: usize) -> Access {
        let foreign = &self.catalog.foreign_keys[key];
        match Referencing::along(self.catalog, foreign) {
            None => self.access(foreign.table, &foreign.columns, foreign.referenced, keys),
            Some(_) if !self.are_few(foreign.referenced, keys) => Access::Scan,
            Some(along) => along.access,
        }
    }

    /// Whether the rows that reference few keys are looked up.
    pub(crate) fn looks_up(&self, key: ForeignKeyId) -> bool {
        self.access_to_children(key, 0) != Access::Scan
    }

    /// Whether a table is read whole because the foreign key has no index.
    pub(crate) fn lacks_index(&self, key: ForeignKeyId, keys: usize) -> bool {
        self.access_to_children(key, keys) == Access::Scan
            && self.are_few(self.catalog.foreign_keys[key].referenced, keys)
    }

    /// Whether this many keys of a table are better looked up than found by reading all.
    fn are_few(&self, referenced: TableId, keys: usize) -> bool {
        let all = self.counts[referenced].available.unwrap_or(u64::MAX);
        #[allow(clippy::cast_precision_loss, reason = "a part of the whole")]
        let part = keys as f64 / all.max(1) as f64;
        part <= SCAN_ABOVE || (keys as u64) <= SMALL
    }
}
