//! The state of a selection under way, in three parts by what changes them.

use super::asking::Asking;
use super::chosen::Subset;
use super::planned::Plan;

pub(super) struct Selector<'a> {
    /// Nothing changes it.
    pub(super) asking: Asking<'a>,
    /// Made before rows are chosen. A table's rank is prepared just before its rows are.
    pub(super) plan: Plan<'a>,
    /// Answers change it.
    pub(super) subset: Subset,
}
