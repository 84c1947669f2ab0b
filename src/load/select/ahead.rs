//! At which fractions places fall due, and how far ahead of the fraction each table is looked at.

use super::Selector;
use crate::catalog::TableId;
use crate::subset::choice::{Ahead, Places, foresight};
use crate::subset::graph::SelectionOrder;
use crate::subset::size::Target;

/// So many rows more than are chosen may be looked ahead at in any case.
const FORESEEN: u64 = 200;

impl Selector<'_> {
    /// The places of the rows that are still to be chosen, and of some that would be next. A number
    /// of rows that does not grow with the fraction is chosen at the end, from children of all that
    /// is chosen.
    pub(super) fn places(&self, table: TableId) -> Places<'static> {
        let selection = &self.tables[table];
        let target = self.rules[table].target;
        let already = selection.rows.len() as u64;
        let rows = selection.available.unwrap_or(0);
        let count =
            |until: u64| usize::try_from(until.saturating_sub(already)).unwrap_or(usize::MAX);
        if !self.grows(table) {
            let fraction = self.fraction();
            return Places::new(count(selection.target), move |_| fraction);
        }
        let foreseen = target.at(self.horizons[table]).of(rows).max(selection.target);
        let growth = target.growth(rows);
        Places::new(count(foreseen), move |place| growth.due(already + 1 + place as u64))
    }

    /// Whether a table's rows become more with the fraction, each place keeping its row. Those of
    /// lines within the table are chosen otherwise.
    pub(super) fn grows(&self, table: TableId) -> bool {
        self.rules[table].follows_the_fraction() && self.lines(table).is_empty()
    }

    /// The fraction that tables without a rule of their own have; 1 where there is none such. What
    /// falls due by then is chosen, and what falls due later is only looked ahead at
    /// ([`Growth::due`](crate::subset::size::Growth::due)).
    pub(super) fn fraction(&self) -> f64 {
        let rule = self.rules.iter().find(|rule| rule.follows_the_fraction());
        match rule.map(|rule| rule.target) {
            Some(Target::Part(fraction) | Target::Power(fraction)) => fraction,
            _ => 1.0,
        }
    }

    /// How far beyond the fraction each table's rows are to be known: as far as the tables that
    /// follow it will look ahead.
    pub(super) fn look_ahead(&mut self, order: &SelectionOrder) {
        self.last_child = vec![None; self.needs.referenced.len()];
        for (key, referenced) in self.catalog.foreign_keys.iter().zip(&self.needs.names) {
            let last = &mut self.last_child[*referenced];
            *last = (*last).max(Some(order.position(key.table)));
        }
        self.horizons = vec![self.fraction(); self.catalog.tables.len()];
        for table in order.tables().iter().rev().copied() {
            for key in order.driving_foreign_keys(self.catalog, table) {
                let parent = self.catalog.foreign_keys[key].referenced;
                let rule = &self.rules[parent];
                if !self.grows(parent) || self.tables[parent].whole {
                    continue;
                }
                let rows = self.tables[parent].available.unwrap_or(0);
                let chosen = self.tables[parent].target;
                let seen = foresight(rule.target.at(self.horizons[table]).of(rows));
                // a small table among large ones may not make these much larger
                let seen = seen.min(chosen + (chosen / 2).max(FORESEEN)).min(rows);
                let horizon = &mut self.horizons[parent];
                *horizon = horizon.max(rule.target.growth(rows).due(seen));
            }
        }
    }

    /// Up to which fraction rows of this table are seen by their children, by how far it has grown.
    pub(super) fn ahead(&self, table: TableId) -> Ahead<'static> {
        let target = self.rules[table].target;
        let rows = self.tables[table].available.unwrap_or(0);
        let growth = target.growth(rows);
        Box::new(move |now| match target {
            Target::Part(_) | Target::Power(_) => {
                growth.due(foresight(target.at(now).of(rows)).min(rows))
            }
            // chosen at the end, and so in sight from the beginning
            _ => f64::INFINITY,
        })
    }
}
