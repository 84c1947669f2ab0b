//! What arrived of a table, for the result.

use crate::stream::pump::Taken;

/// What arrived of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) rows: u64,
    /// As they travelled.
    pub(super) bytes: u64,
    /// Rows that held a migration tool's lock.
    pub(super) unlocked: u64,
    /// Rows that were selected and do not go to the target.
    pub(super) removed: u64,
    /// Rows in which a reference became NULL, since the referenced rows are left out.
    pub(super) nulled: u64,
    /// By written column, how many values were masked.
    pub(super) rewritten: Vec<u64>,
}

impl Arrived {
    pub(super) fn add(&mut self, taken: &Taken, unlocks: bool) {
        self.rows += taken.rows;
        self.bytes += taken.bytes;
        self.removed += taken.removed;
        let columns = self.rewritten.len().max(taken.rewritten.len());
        self.rewritten.resize(columns, 0);
        for (all, more) in self.rewritten.iter_mut().zip(&taken.rewritten) {
            *all += more;
        }
        if unlocks {
            self.unlocked += taken.changed + taken.removed;
        }
    }
}
