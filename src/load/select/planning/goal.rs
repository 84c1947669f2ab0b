//! What one run of the base selection is to reach.

use crate::catalog::TableId;
use crate::load::select::planning::plan::Plan;

#[derive(Clone, Debug)]
pub(crate) struct Goal {
    /// SQL: the only rows that may be chosen.
    pub(crate) condition: Option<String>,
    /// How many rows the table is to have.
    pub(crate) rows: u64,
}

impl Goal {
    /// What the rule of a table says.
    pub(crate) fn of(plan: &Plan<'_>, table: TableId) -> Self {
        let condition = plan.rules[table].condition.as_ref();
        Goal {
            condition: condition.map(|condition| condition.value.clone()),
            rows: plan.counts[table].target,
        }
    }
}
