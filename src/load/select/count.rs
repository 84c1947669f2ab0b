//! How many rows there are of each table, and how many of them are wanted.

use super::counting::{Precision, count_rows};
use super::{Selector, TableSelection};
use crate::catalog::TableId;
use crate::failure::Failure;
use crate::subset::size::Target;

impl Selector<'_> {
    /// N(T) and n(T) of every table. Statistics are never asked: they may be missing or wrong.
    pub(super) async fn count(&mut self) -> Result<(), Failure> {
        for table in 0..self.catalog.tables.len() {
            let rule = &self.rules[table];
            let condition = rule.condition.as_ref().map(|condition| condition.value.as_str());
            let whole = [Target::All, Target::Part(1.0), Target::Power(1.0)].contains(&rule.target);
            self.tables[table] = match rule.target {
                Target::None | Target::Needed => TableSelection::default(),
                _ if whole && condition.is_none() => {
                    TableSelection { whole: true, ..TableSelection::default() }
                }
                target => {
                    let (rows, estimated) = self.count_rows(table, condition).await?;
                    let wanted = target.of(rows);
                    TableSelection {
                        available: Some(rows),
                        estimated,
                        target: wanted,
                        whole: wanted >= rows && condition.is_none() && !estimated,
                        ..TableSelection::default()
                    }
                }
            };
        }
        Ok(())
    }

    async fn count_rows(
        &self,
        table: TableId,
        condition: Option<&str>,
    ) -> Result<(u64, bool), Failure> {
        if let Some(counted) = self.counts.get(table) {
            return Ok(counted);
        }
        count_rows(self.source, &self.catalog.tables[table], condition, Precision::Good).await
    }
}
