//! Base selection down a self-reference (`descend = true`): lines of rows, each the child of the
//! one before.

use super::Selector;
use crate::catalog::TableId;
use crate::failure::Failure;
use crate::subset::graph::SelectionOrder;
use crate::subset::questions;

impl Selector<'_> {
    /// The self-references of a table along which children are chosen.
    pub(super) fn lines(&self, table: TableId) -> Vec<usize> {
        (0..self.catalog.foreign_keys.len())
            .filter(|id| {
                let key = &self.catalog.foreign_keys[*id];
                key.table == table && key.downward.into_self && key.brings_children()
            })
            .collect()
    }

    /// Chooses rows at the top of their lines, then their children within the table, and theirs,
    /// until n(T) is reached; what is still missing when no row has any more of them is chosen as
    /// any other table's.
    pub(super) async fn select_lines(
        &mut self,
        order: &SelectionOrder,
        table: TableId,
        lines: &[usize],
    ) -> Result<(), Failure> {
        let target = self.tables[table].target;
        // with so many rows to begin with, the first children of all of them reach n(T)
        let children: u64 = lines.iter().map(|key| u64::from(self.children_along(*key))).sum();
        let first = (self.missing(table) as u64).div_ceil(children + 1);
        let condition = self.conditions[table].clone();
        self.conditions[table] = Some(self.at_the_top(table, lines));
        self.tables[table].target = (self.tables[table].rows.len() as u64 + first).min(target);
        self.select_base(order, table).await?;
        self.tables[table].target = target;
        self.conditions[table] = condition;
        loop {
            let before = self.tables[table].rows.len();
            for key in lines {
                if self.missing(table) > 0 {
                    self.select_children(order, table, *key).await?;
                }
            }
            if self.missing(table) == 0 || self.tables[table].rows.len() == before {
                break;
            }
        }
        self.select_base(order, table).await
    }

    /// Rows that may be chosen and have no parent in their own table.
    fn at_the_top(&self, table: TableId, lines: &[usize]) -> String {
        let about = &self.catalog.tables[table];
        let tops = lines
            .iter()
            .map(|key| questions::names_nothing(about, &self.catalog.foreign_keys[*key].columns));
        let all: Vec<String> = tops.chain(self.conditions[table].clone()).collect();
        questions::all_of(&all)
    }
}
