//! At which fractions places fall due, and how far ahead of the fraction each table is looked at.

use crate::catalog::{ById, TableId};
use crate::load::select::chosen::Subset;
use crate::load::select::planning::goal::Goal;
use crate::load::select::planning::horizons::Horizons;
use crate::load::select::planning::plan::Plan;
use crate::subset::choice::{Ahead, Places, foresight};
use crate::subset::rules::Rule;
use crate::subset::size::Target;

/// A table may be looked ahead at by this many rows, however few are chosen.
const FORESEEN: u64 = 200;

impl Plan<'_> {
    /// Whether a table's rows become more with the fraction, each place keeping its row. Lines
    /// within a table are chosen otherwise.
    pub(crate) fn grows(&self, table: TableId) -> bool {
        self.rules[table].follows_the_fraction() && self.lines[table].is_empty()
    }

    /// How far beyond the fraction each table's rows are to be known: as far as the tables that
    /// follow it will look ahead.
    pub(crate) fn look_ahead(&self) -> Horizons {
        let mut last_child: ById<_, _> = self.references.referenced.iter().map(|_| None).collect();
        for (key, referenced) in self.catalog.foreign_keys.iter().zip(&self.references.names) {
            let last: &mut Option<usize> = &mut last_child[*referenced];
            *last = (*last).max(Some(self.order.position(key.table)));
        }
        let fraction = fraction(self.rules);
        let mut until = vec![fraction; self.catalog.tables.len()];
        for table in self.order.tables().iter().rev().copied() {
            for key in &self.driving[table] {
                let parent = self.catalog.foreign_keys[*key].referenced;
                let rule = &self.rules[parent];
                if !self.grows(parent) || self.counts[parent].whole {
                    continue;
                }
                let rows = self.counts[parent].available.unwrap_or(0);
                let chosen = self.counts[parent].target;
                let seen = foresight(rule.target.at(until[table]).of(rows));
                // a small table among large ones may not make these much larger
                let seen = seen.min(chosen + (chosen / 2).max(FORESEEN)).min(rows);
                until[parent] = until[parent].max(rule.target.growth(rows).due(seen));
            }
        }
        Horizons { fraction, until, last_child }
    }

    /// The places of the rows that are still to be chosen, and of some that would be next. A number
    /// of rows that does not grow with the fraction is chosen at the end, from children of all that
    /// is chosen.
    pub(crate) fn places(&self, subset: &Subset, table: TableId, goal: &Goal) -> Places {
        let target = self.rules[table].target;
        let already = subset.tables[table].rows.len() as u64;
        let rows = self.counts[table].available.unwrap_or(0);
        let count =
            |until: u64| usize::try_from(until.saturating_sub(already)).unwrap_or(usize::MAX);
        if !self.grows(table) {
            let fraction = self.horizons.fraction;
            return Places::new(count(goal.rows), move |_| fraction);
        }
        let foreseen = target.at(self.horizons.until[table]).of(rows).max(goal.rows);
        let growth = target.growth(rows);
        Places::new(count(foreseen), move |place| growth.due(already + 1 + place as u64))
    }

    /// Up to which fraction rows of this table are seen by their children, by how far it has grown.
    pub(crate) fn ahead(&self, table: TableId) -> Ahead<'static> {
        let target = self.rules[table].target;
        let rows = self.counts[table].available.unwrap_or(0);
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

fn fraction(rules: &[Rule]) -> f64 {
    let rule = rules.iter().find(|rule| rule.follows_the_fraction());
    match rule.map(|rule| rule.target) {
        Some(Target::Part(fraction) | Target::Power(fraction)) => fraction,
        _ => 1.0,
    }
}
