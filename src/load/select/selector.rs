//! The state of a selection under way, in three parts by what changes them.

use crate::load::select::asking::sessions::Asking;
use crate::load::select::chosen::Subset;
use crate::load::select::planning::plan::Plan;

pub(crate) struct Selector<'a> {
    /// Nothing changes it.
    pub(crate) asking: Asking<'a>,
    /// Made before rows are chosen. A table's rank is prepared just before its rows are.
    pub(crate) plan: Plan<'a>,
    /// Answers change it.
    pub(crate) subset: Subset,
}
