//! What one run of the base selection is to reach.

use super::planned::Plan;
use crate::catalog::TableId;

#[derive(Clone, Debug)]
pub(super) struct Goal {
    /// SQL: the only rows that may be chosen.
    pub(super) condition: Option<String>,
    /// How many rows the table is to have.
    pub(super) rows: u64,
}

impl Goal {
    /// What the rule of a table says.
    pub(super) fn of(plan: &Plan<'_>, table: TableId) -> Self {
        let condition = plan.rules[table].condition.as_ref();
        Goal {
            condition: condition.map(|condition| condition.value.clone()),
            rows: plan.counts[table].target,
        }
    }
}
