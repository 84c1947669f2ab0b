//! What has been chosen so far: the rows of each table, their keys, and the fraction at which each
//! came.

use crate::catalog::{ById, TableId};
use crate::failure::Failure;
use crate::load::select::asking::sessions::Asking;
use crate::load::select::planning::plan::Plan;
use crate::load::select::provenance::Course;
use crate::load::select::travelling::held::WholeRows;
use crate::load::select::travelling::outlet::Batch;
use crate::subset::choice::moments::Moments;
use crate::subset::keys::Keys;
use crate::subset::noted_keys::NotedKeys;
use crate::subset::references::{ReferencedKey, ReferencedKeyId};
use crate::subset::rows::{Address, RowSet};
use std::collections::HashSet;

/// The subset under way.
pub(crate) struct Subset {
    /// By table.
    pub(crate) tables: Vec<ChosenRows>,
    pub(crate) keys: NotedKeys,
    pub(crate) moments: ById<ReferencedKeyId, Moments>,
    /// The keys of rows that a slightly larger fraction would choose.
    pub(crate) foreseen: ById<ReferencedKeyId, Keys>,
    pub(crate) warnings: Vec<String>,
    pub(crate) course: Course,
}

/// The chosen rows of one table.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChosenRows {
    pub(crate) rows: RowSet,
    /// Rows that would be chosen next, while they are looked ahead at.
    pub(crate) foreseen: HashSet<Address>,
    /// How many rows went to the target while others were being selected; …
    pub(crate) gone: u64,
    /// … and the rows that did not, where any went.
    pub(crate) left: RowSet,
    /// How many rows were there before foreign keys pulled in more.
    pub(crate) chosen: usize,
    /// The foreign key along which it was chosen.
    pub(crate) driven_by: Option<String>,
}

impl ChosenRows {
    /// Whether a row was chosen, if only to look ahead.
    pub(crate) fn has(&self, row: Address) -> bool {
        self.rows.contains(row) || self.foreseen.contains(&row)
    }
}

impl Subset {
    pub(crate) fn new(plan: &Plan<'_>, mut course: Course) -> Self {
        course.lay_out(&plan.references);
        let integers = || plan.references.referenced.iter().map(ReferencedKey::is_integer);
        Subset {
            tables: vec![ChosenRows::default(); plan.catalog.tables.len()],
            keys: NotedKeys::new(&plan.references),
            moments: integers().map(Moments::new).collect(),
            foreseen: integers().map(Keys::new).collect(),
            warnings: plan.rules.iter().filter_map(|rule| rule.warning.clone()).collect(),
            course,
        }
    }

    /// Takes rows into the subset that were not in it. Those among them that are `whole` go on to
    /// the target.
    pub(crate) async fn add_rows(
        &mut self,
        asking: &Asking<'_>,
        plan: &Plan<'_>,
        table: TableId,
        addresses: Vec<Address>,
        whole: WholeRows,
    ) -> Result<(), Failure> {
        if plan.counts[table].whole {
            return Ok(());
        }
        let chosen = &mut self.tables[table];
        if let Some(outlet) = &asking.outlet {
            let WholeRows { addresses: mut gone, places } = whole;
            let columns = plan.layouts[table].columns();
            for (values, places) in places.into_iter().filter(|(_, rows)| !rows.is_empty()) {
                outlet.send(Batch::new(table, columns, values, places)).await?;
            }
            chosen.gone += gone.len() as u64;
            if gone.len() < addresses.len() {
                gone.sort_unstable();
                let left = addresses.iter().filter(|address| gone.binary_search(address).is_err());
                chosen.left.add(left.copied().collect());
            }
        }
        chosen.rows.add(addresses);
        Ok(())
    }
}
