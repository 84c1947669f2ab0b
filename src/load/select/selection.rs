//! What a selection comes to: which rows are copied of each table.

use crate::load::select::chosen::{ChosenRows, Subset};
use crate::load::select::count_severed::Severed;
use crate::load::select::planning::plan::Plan;
use crate::load::select::planning::row_count::RowCount;
use crate::load::select::provenance::Course;
use crate::load::select::unresolved::Unresolved;
use crate::subset::references::Following;
use crate::subset::rows::RowSet;

/// The subset.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    pub(crate) tables: Vec<TableSelection>,
    /// By table: the columns that become NULL, since what they reference is left empty.
    pub(crate) nulled: Vec<Vec<usize>>,
    /// What was asked for and does not exist, a line each.
    pub(crate) warnings: Vec<String>,
    pub(crate) course: Course,
    /// Values of configured foreign keys that reference no row.
    pub(crate) unresolved: Vec<Unresolved>,
    /// References that became NULL, since `[[only]]` excludes what they name.
    pub(crate) severed: Vec<Severed>,
}

/// What is to be copied of one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableSelection {
    /// Rows that meet the rule's condition; `None`: they were not counted.
    pub(crate) available: Option<u64>,
    /// Whether `available` is an estimate.
    pub(crate) estimated: bool,
    /// n(T)
    pub(crate) target: u64,
    /// All rows are copied, and `rows` stays empty.
    pub(crate) whole: bool,
    pub(crate) rows: RowSet,
    /// How many rows went to the target while others were being selected; …
    pub(crate) gone: u64,
    /// … and the rows that did not, where any went.
    pub(crate) left: RowSet,
    /// How many rows were there before foreign keys pulled in more.
    pub(crate) chosen: usize,
    /// The foreign key along which it was chosen.
    pub(crate) driven_by: Option<String>,
}

impl Selection {
    pub(crate) fn of(plan: Plan<'_>, subset: Subset, unresolved: Vec<Unresolved>) -> Self {
        let mut nulled = vec![Vec::new(); plan.catalog.tables.len()];
        for (key, following) in plan.catalog.foreign_keys.iter().zip(&plan.references.following) {
            if let Following::Nulled { columns } = following {
                nulled[key.table].extend(columns);
            }
        }
        let tables = plan.counts.into_iter().zip(subset.tables);
        Selection {
            tables: tables.map(|(count, chosen)| TableSelection::of(count, chosen)).collect(),
            nulled,
            warnings: subset.warnings,
            course: subset.course,
            unresolved,
            severed: Vec::new(),
        }
    }
}

impl TableSelection {
    fn of(count: RowCount, rows: ChosenRows) -> Self {
        let RowCount { available, estimated, target, whole } = count;
        let ChosenRows { rows, gone, left, chosen, driven_by, foreseen: _ } = rows;
        TableSelection { available, estimated, target, whole, rows, gone, left, chosen, driven_by }
    }
}
