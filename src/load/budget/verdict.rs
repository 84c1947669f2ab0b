//! A load that is made is measured before its COMMIT. It stays, or teaches the next attempt.

use super::correction::Correction;
use super::estimate::{EMPTY_DATABASE, Estimate, as_float};
use super::fitting::Fitting;
use crate::catalog::QualifiedName;
use crate::failure::Failure;
use crate::load::select::Selection;
use crate::postgres::Writable;
use crate::report::{bytes, part_text};
use crate::subset::budget::Trial;
use crate::subset::bytes::PAGE;
use std::collections::HashMap;

/// Loads, at most.
pub(super) const MOST_LOADS: usize = 4;

/// Below this part of the budget a load is made anew with more rows, if there are more.
const ENOUGH: f64 = 0.8;

/// What becomes of a load, by the bytes that count against the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Commit {
        taken: u64,
    },
    /// Once it is rolled back, there is something better to be found.
    Again {
        taken: u64,
    },
}

/// By name.
type Sizes = HashMap<(String, String), u64>;

impl Fitting<'_> {
    /// Looks at what was loaded, before the COMMIT. `added` is by how much the database grew.
    pub(crate) async fn judge(
        &mut self,
        target: &Writable,
        part: f64,
        selection: &Selection,
        added: u64,
    ) -> Result<Verdict, Failure> {
        let estimate = self.estimate_of(part, selection);
        let taken = self.taken(target, &estimate, EMPTY_DATABASE + added).await?;
        let share = self.part_of_budget(taken.total);
        let tried = self.loaded.len() + 1;
        // one attempt is kept in reserve: a larger load may turn out to be too large
        let more = part < 1.0 && tried + 1 < MOST_LOADS;
        if share <= 1.0 && (share >= ENOUGH || !more) {
            return Ok(Verdict::Commit { taken: taken.total });
        }
        self.learn(&taken, part, &estimate);
        let least = share > 1.0 && part <= 0.0 && !self.cut_small_tables();
        if share > 1.0 && (tried >= MOST_LOADS || least) {
            return Err(self.too_large(&taken, part));
        }
        let (how, next) =
            if share > 1.0 { ("more than", "less") } else { ("too little of", "more") };
        self.progress.line(&format!(
            "try {tried}: {} takes {}, {how} the budget of {}: rolled back, taking {next}",
            part_text(part),
            bytes(taken.total),
            bytes(self.budget),
        ));
        Ok(Verdict::Again { taken: taken.total })
    }

    /// What the load takes: its tables and views by their sizes on the target, and the rest by its
    /// estimate. The system's own tables may have had free room before the load, and then grow by
    /// less; the budget counts what the load adds to a new database. Where they grew by more than
    /// was estimated, the truth counts.
    async fn taken(
        &self,
        target: &Writable,
        estimate: &Estimate,
        measured: u64,
    ) -> Result<Estimate, Failure> {
        let mut taken = self.measured(target).await?;
        let rows = taken.tables.iter().sum::<u64>() + taken.views;
        taken.total = (rows + estimate.rest()).max(measured);
        Ok(taken)
    }

    /// Puts the estimates right by what a load took.
    fn learn(&mut self, taken: &Estimate, part: f64, estimate: &Estimate) {
        /// What takes only a few pages says nothing.
        const TELLING: u64 = 16 * PAGE;
        /// The rest is measured in this many steps to a budget: it differs by a few pages from one
        /// target to the next, and the same budget is to give the same rows on all of them.
        const STEPS: u64 = 256;
        let against = |truth: u64, estimate: u64| match estimate.max(truth) {
            ..=TELLING => 1.0,
            _ => as_float(truth.max(1)) / as_float(estimate.max(1)),
        };
        let mut correction = Correction::at(part, &self.corrections, self.shapes.len());
        for (id, factor) in correction.tables.iter_mut().enumerate() {
            *factor *= against(taken.tables[id], estimate.tables[id]);
        }
        correction.views *= against(taken.views, estimate.views);
        self.corrections.push(correction);
        let step = (self.budget / STEPS).max(1);
        let more = taken.rest().saturating_sub(estimate.rest());
        self.rest += more.next_multiple_of(step) + self.schema;
        self.loaded.push(Trial { part, bytes: as_float(taken.total) });
    }

    /// What tables and views take on the target.
    async fn measured(&self, target: &Writable) -> Result<Estimate, Failure> {
        let rows = target
            .query(
                "select n.nspname::text, c.relname::text, c.relkind = 'm', \
                        pg_catalog.pg_total_relation_size(c.oid) \
                 from pg_catalog.pg_class c \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where c.relkind in ('r', 'm')",
                &[],
            )
            .await
            .map_err(|error| target.failure("cannot ask for the target's sizes", &error))?;
        let (mut sizes, mut views) = (Sizes::new(), 0);
        for row in rows {
            let size = u64::try_from(row.get::<_, i64>(3)).unwrap_or(0);
            if row.get(2) {
                views += size;
            } else {
                sizes.insert((row.get(0), row.get(1)), size);
            }
        }
        let tables = self.catalog.tables.iter().map(|table| {
            let leaves = table.leaves().into_iter();
            let key = |leaf: &QualifiedName| (leaf.schema.clone(), leaf.name.clone());
            leaves.map(|leaf| sizes.get(&key(leaf)).copied().unwrap_or(0)).sum()
        });
        Ok(Estimate { tables: tables.collect(), views, total: 0 })
    }
}
