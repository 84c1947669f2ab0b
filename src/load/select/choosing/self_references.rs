//! Base selection down a self-reference (`descend = true`): lines of rows, each the child of the
//! one before.

use crate::catalog::TableId;
use crate::failure::Failure;
use crate::load::select::planning::goal::Goal;
use crate::load::select::selector::Selector;
use crate::subset::questions;

impl Selector<'_> {
    /// Chooses rows at the top of their lines, then their children within the table, and theirs,
    /// until n(T) is reached. If no row has any more children then, the rest is chosen as in any
    /// other table.
    pub(crate) async fn select_lines(&mut self, table: TableId) -> Result<(), Failure> {
        let all = Goal::of(&self.plan, table);
        let lines = self.plan.lines[table].clone();
        // from this many rows, their first children alone reach n(T)
        let children: u64 = lines.iter().map(|key| u64::from(self.plan.children_along(*key))).sum();
        let first = (self.missing(table, &all) as u64).div_ceil(children + 1);
        let top = Goal {
            condition: Some(self.at_the_top(table, &all)),
            rows: (self.subset.tables[table].rows.len() as u64 + first).min(all.rows),
        };
        self.select_base(table, &top).await?;
        loop {
            let before = self.subset.tables[table].rows.len();
            for key in &lines {
                if self.missing(table, &all) > 0 {
                    self.select_children(table, *key, &all).await?;
                }
            }
            if self.missing(table, &all) == 0 || self.subset.tables[table].rows.len() == before {
                break;
            }
        }
        self.select_base(table, &all).await
    }

    /// Rows that may be chosen and have no parent in their own table.
    fn at_the_top(&self, table: TableId, goal: &Goal) -> String {
        let catalog = self.plan.catalog;
        let tops = self.plan.lines[table].iter().map(|key| {
            questions::names_nothing(&catalog.tables[table], &catalog.foreign_keys[*key].columns)
        });
        let all: Vec<String> = tops.chain(goal.condition.clone()).collect();
        questions::all_of(&all)
    }
}
