//! The byte budget: which part of the rows fits, found by trial selections before anything is
//! copied, and checked by the target's own size before the COMMIT.

mod correction;
mod too_large;

use super::measure;
use super::select::{Counts, Precision, Selection, check_conditions, count_rows, select};
use super::understand_conditions;
use crate::catalog::sizes::{self, TableSize, ViewSize};
use crate::catalog::{Catalog, Contents, TableId};
use crate::config::Config;
use crate::failure::Failure;
use crate::postgres::{ReadOnly, Writable};
use crate::report::{Progress, bytes, part_text};
use crate::subset::budget::{Trial, bracket, next_part};
use crate::subset::bytes::{PAGE, Shape};
use crate::subset::rules::{Reason, Rule};
use crate::subset::size::Target;
use correction::Correction;
use std::collections::HashMap;
use too_large::{LargeTable, TooLarge};

/// Selections for one load, at most.
const MOST_TRIALS: usize = 6;

/// Loads, at most.
const MOST_LOADS: usize = 4;

/// The part of the budget that the estimate is to have, …
const AIM: f64 = 0.92;
/// … less after each load that failed it, …
const LESS: f64 = 0.02;
/// … and between which it is good enough.
const GOOD: std::ops::RangeInclusive<f64> = 0.88..=0.95;

/// Below this part of the budget a load is made anew with more rows, if there are more.
const ENOUGH: f64 = 0.8;

/// An estimate may be so far below the truth, or the truth below it.
const DOUBT: f64 = 1.1;

/// What the budget counts for an empty database, whatever the target holds.
const EMPTY_DATABASE: u64 = 8_000_000;

/// By how much a schema with such rows in the system's own tables makes these grow on the target. It
/// comes from the source, so that `plan` knows it too, and is rather too much than too little.
fn size_of_schema(system_rows: u64) -> u64 {
    /// With indexes and pages that are partly filled: measured, 2.3 to 3.0 on large schemas.
    const TIMES: f64 = 2.5;
    /// The page that each of the system's tables and indexes has begun.
    const BEGUN: u64 = 64 << 10;
    scaled(system_rows, TIMES) + BEGUN
}

/// What sequences and our record take.
fn besides_schema(catalog: &Catalog) -> u64 {
    const RECORD: u64 = 120_000;
    const RECORD_OF_TABLE: u64 = 250;
    PAGE * catalog.sequences.len() as u64 + RECORD + RECORD_OF_TABLE * catalog.tables.len() as u64
}

/// What is known of a source for fitting a part of it into a budget.
pub(super) struct Fitting<'a> {
    source: &'a ReadOnly,
    catalog: &'a Catalog,
    rules: &'a [Rule],
    config: &'a Config,
    progress: &'a Progress,
    budget: u64,
    counts: Counts,
    sizes: Vec<TableSize>,
    views: Vec<ViewSize>,
    /// Rows in the source, whatever the rules say.
    rows: Vec<u64>,
    shapes: Vec<Shape>,
    /// What the database takes besides tables, views and statistics, in bytes: …
    rest: u64,
    /// … of this, what making the schema adds to the system's own tables. An attempt that is rolled
    /// back leaves that behind.
    schema: u64,
    /// Loads that were made, and what the target took.
    loaded: Vec<Trial>,
    /// Of each of them.
    corrections: Vec<Correction>,
}

/// A selection that should fit.
pub(super) struct Fit {
    /// The `f` of rows^f.
    pub(super) part: f64,
    pub(super) rules: Vec<Rule>,
    pub(super) selection: Selection,
    estimate: Estimate,
}

/// What a load should take, in bytes.
#[derive(Clone, Debug, Default)]
struct Estimate {
    tables: Vec<u64>,
    views: u64,
    total: u64,
}

impl Estimate {
    /// What is neither table nor view.
    fn rest(&self) -> u64 {
        self.total.saturating_sub(self.tables.iter().sum::<u64>() + self.views)
    }
}

/// What becomes of a load, by the bytes that count against the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
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

impl<'a> Fitting<'a> {
    /// Counts and measures. The source's transaction must be open.
    pub(super) async fn new(
        source: &'a ReadOnly,
        catalog: &'a Catalog,
        rules: &'a [Rule],
        config: &'a Config,
        progress: &'a Progress,
        budget: u64,
    ) -> Result<Self, Failure> {
        understand_conditions(source).await?;
        check_conditions(source, catalog, rules, config).await?;
        let sizes = sizes::read(source, catalog).await?;
        let views = sizes::read_views(source, catalog).await?;
        let mut counts = Counts::default();
        let mut rows = Vec::with_capacity(sizes.len());
        let mut shapes = Vec::with_capacity(sizes.len());
        for (id, (table, rule)) in catalog.tables.iter().zip(rules).enumerate() {
            let mut all = 0;
            if table.contents == Contents::Readable {
                let counted = count_rows(source, table, None, Precision::Good).await?;
                all = counted.0;
                let met = match &rule.condition {
                    Some(met) => {
                        count_rows(source, table, Some(&met.value), Precision::Good).await?
                    }
                    None => counted,
                };
                counts.note(id, met);
            }
            rows.push(all);
            shapes.push(measure::shape(source, table, &sizes[id], all).await?);
        }
        let system_rows = sizes::read_system_rows(source).await?;
        let schema = size_of_schema(system_rows);
        let rest = EMPTY_DATABASE + schema + besides_schema(catalog);
        Ok(Fitting {
            source,
            catalog,
            rules,
            config,
            progress,
            budget,
            counts,
            sizes,
            views,
            rows,
            shapes,
            rest,
            schema,
            loaded: Vec::new(),
            corrections: Vec::new(),
        })
    }

    /// Finds the largest part that fits by the estimate. Either all rows are taken, or some
    /// selections are made on the way.
    pub(super) async fn find(&mut self) -> Result<Fit, Failure> {
        let fitted = |trial: &&Trial| trial.bytes <= as_float(self.budget);
        let largest = |a: &&Trial, b: &&Trial| a.bytes.total_cmp(&b.bytes);
        let safe = self.loaded.iter().filter(fitted).max_by(largest).copied();
        if let Some(safe) = safe
            && self.loaded.len() + 1 >= MOST_LOADS
        {
            return self.trial(safe.part).await;
        }
        let everything = self.model(1.0).total;
        if self.part_of_budget(everything) <= GOOD.end() + 0.02 {
            return self.trial(1.0).await;
        }
        let aim = (AIM - LESS * as_float(self.loaded.len() as u64)) * as_float(self.budget);
        let mut tried = self.loaded.clone();
        let mut best: Option<Fit> = None;
        for _ in 0..MOST_TRIALS {
            let part = next_part(|part| as_float(self.model(part).total), aim, &tried);
            let fit = self.trial(part).await?;
            let total = fit.estimate.total;
            tried.push(Trial { part, bytes: as_float(total) });
            let fits = self.part_of_budget(total) <= *GOOD.end();
            let good = GOOD.contains(&self.part_of_budget(total)) || (fits && part >= 1.0);
            best = Some(match best {
                Some(best) if self.is_better(&best, &fit) => best,
                _ => fit,
            });
            let (below, above) = bracket(aim, &tried);
            let low = below.map_or(0.0, |trial| trial.part);
            let narrow = above.is_some_and(|above| above.part - low < 1e-4);
            if good || narrow {
                break;
            }
        }
        let mut best = match best {
            Some(best) => best,
            None => self.trial(0.0).await?,
        };
        if self.part_of_budget(best.estimate.total) > 1.0 && best.part > 0.0 {
            best = self.trial(0.0).await?;
        }
        if self.part_of_budget(best.estimate.total) > DOUBT {
            return Err(self.too_large(&best.estimate, best.part));
        }
        let share = self.part_of_budget(best.estimate.total) * 100.0;
        self.progress.line(&format!(
            "{} should take {}, {share:.0} % of the budget of {} ({})",
            part_text(best.part),
            bytes(best.estimate.total),
            bytes(self.budget),
            trials(tried.len() - self.loaded.len()),
        ));
        Ok(best)
    }

    /// Whether the first is better: the larger that fits, or else the smaller.
    fn is_better(&self, one: &Fit, other: &Fit) -> bool {
        let fits = |fit: &Fit| self.part_of_budget(fit.estimate.total) <= *GOOD.end();
        match (fits(one), fits(other)) {
            (true, true) => one.estimate.total >= other.estimate.total,
            (false, false) => one.estimate.total <= other.estimate.total,
            (fits, _) => fits,
        }
    }

    /// Makes the selection of one part.
    async fn trial(&mut self, part: f64) -> Result<Fit, Failure> {
        let rules = self.rules_at(part);
        let (source, catalog) = (self.source, self.catalog);
        // a load that was rolled back has left the session with another search_path
        understand_conditions(source).await?;
        let selection = select(source, catalog, &rules, self.config, &self.counts, None).await?;
        self.measure_selected(&selection).await?;
        let estimate = self.estimate(part, |id| {
            let selected = &selection.tables[id];
            if selected.whole {
                self.shapes[id].spread(self.rows[id])
            } else {
                let leaves = 0..self.sizes[id].leaves.len();
                leaves.map(|leaf| as_float(selected.rows.in_leaf(leaf).len() as u64)).collect()
            }
        });
        Ok(Fit { part, rules, selection, estimate })
    }

    /// The rows that rules choose need not be as wide as others.
    async fn measure_selected(&mut self, selection: &Selection) -> Result<(), Failure> {
        /// Tables below this part of the budget do not matter.
        const MATTERS: u64 = 50;
        const FEW: usize = 20;
        for (id, selected) in selection.tables.iter().enumerate() {
            let (table, rows) = (&self.catalog.tables[id], selected.rows.len());
            let spread = self.shapes[id].spread(rows as u64);
            let matters = self.shapes[id].bytes(&spread).total() > self.budget / MATTERS;
            if !selected.whole && rows >= FEW && matters {
                let (size, all) = (&self.sizes[id], self.rows[id]);
                self.shapes[id] =
                    measure::shape_of_rows(self.source, table, size, all, &selected.rows).await?;
            }
        }
        Ok(())
    }

    fn rules_at(&self, part: f64) -> Vec<Rule> {
        let mut rules = self.rules.to_vec();
        for rule in rules.iter_mut().filter(|rule| rule.reason == Reason::Budget) {
            rule.target = Target::Power(part);
        }
        rules
    }

    /// What the rules alone give, without what foreign keys bring.
    fn model(&self, part: f64) -> Estimate {
        let rows = |id: TableId| {
            let rule = &self.rules[id];
            let available = self.counts.get(id).map_or(0, |(rows, _)| rows);
            match rule.reason {
                Reason::Budget => Target::Power(part).of(available),
                _ => rule.target.of(available),
            }
        };
        self.estimate(part, |id| self.shapes[id].spread(rows(id)))
    }

    /// By the rows in each partition of a table.
    fn estimate(&self, part: f64, rows: impl Fn(TableId) -> Vec<f64>) -> Estimate {
        let correction = Correction::at(part, &self.corrections, self.shapes.len());
        let mut parts = Vec::with_capacity(self.shapes.len());
        let (mut tables, mut statistics) = (Vec::with_capacity(self.shapes.len()), 0);
        for (id, shape) in self.shapes.iter().enumerate() {
            let rows = rows(id);
            tables.push(scaled(shape.bytes(&rows).total(), correction.tables[id]));
            let sum: f64 = rows.iter().sum();
            statistics += shape.statistics(sum);
            parts.push((sum / as_float(self.rows[id].max(1))).min(1.0));
        }
        let views: u64 = self.views.iter().map(|view| self.view(view, &parts)).sum();
        let views = scaled(views, correction.views);
        let total = tables.iter().sum::<u64>() + views + statistics + self.rest;
        Estimate { tables, views, total }
    }

    /// As large a part as of the largest table behind it.
    fn view(&self, view: &ViewSize, parts: &[f64]) -> u64 {
        const LEAST: u64 = 2 * PAGE;
        let largest = view.tables.iter().max_by_key(|table| self.rows[**table]);
        let part = largest.map_or(1.0, |table| parts[*table]);
        scaled(view.bytes, part).max(LEAST)
    }

    /// Looks at what was loaded, before the COMMIT. `added` is by how much the database grew.
    pub(super) async fn judge(
        &mut self,
        target: &Writable,
        fit: &Fit,
        added: u64,
    ) -> Result<Verdict, Failure> {
        let taken = self.taken(target, fit, EMPTY_DATABASE + added).await?;
        let share = self.part_of_budget(taken.total);
        let tried = self.loaded.len() + 1;
        // one attempt is kept in reserve: a larger load may turn out to be too large
        let more = fit.part < 1.0 && tried + 1 < MOST_LOADS;
        if share <= 1.0 && (share >= ENOUGH || !more) {
            return Ok(Verdict::Commit { taken: taken.total });
        }
        self.learn(&taken, fit);
        if share > 1.0 && (tried >= MOST_LOADS || fit.part <= 0.0) {
            return Err(self.too_large(&taken, fit.part));
        }
        let (how, next) =
            if share > 1.0 { ("more than", "less") } else { ("too little of", "more") };
        self.progress.line(&format!(
            "try {tried}: {} takes {}, {how} the budget of {}: rolled back, taking {next}",
            part_text(fit.part),
            bytes(taken.total),
            bytes(self.budget),
        ));
        Ok(Verdict::Again { taken: taken.total })
    }

    /// What the load takes: its tables and views as the target has them, and the rest as it was
    /// estimated. The system's own tables may have had free room before the load, and then grow by
    /// less; the budget counts what the load adds to a new database. Where they grew by more than
    /// was estimated, the truth counts.
    async fn taken(
        &self,
        target: &Writable,
        fit: &Fit,
        measured: u64,
    ) -> Result<Estimate, Failure> {
        let mut taken = self.measured(target).await?;
        let rows = taken.tables.iter().sum::<u64>() + taken.views;
        taken.total = (rows + fit.estimate.rest()).max(measured);
        Ok(taken)
    }

    /// Puts the estimates right by what a load took.
    fn learn(&mut self, taken: &Estimate, fit: &Fit) {
        /// What takes only a few pages says nothing.
        const TELLING: u64 = 16 * PAGE;
        /// The rest is measured in this many steps to a budget: it differs by a few pages from one
        /// target to the next, and the same budget is to give the same rows on all of them.
        const STEPS: u64 = 256;
        let against = |truth: u64, estimate: u64| match estimate.max(truth) {
            ..=TELLING => 1.0,
            _ => as_float(truth.max(1)) / as_float(estimate.max(1)),
        };
        let mut correction = Correction::at(fit.part, &self.corrections, self.shapes.len());
        for (id, factor) in correction.tables.iter_mut().enumerate() {
            *factor *= against(taken.tables[id], fit.estimate.tables[id]);
        }
        correction.views *= against(taken.views, fit.estimate.views);
        self.corrections.push(correction);
        let step = (self.budget / STEPS).max(1);
        let more = taken.rest().saturating_sub(fit.estimate.rest());
        self.rest += more.next_multiple_of(step) + self.schema;
        self.loaded.push(Trial { part: fit.part, bytes: as_float(taken.total) });
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
            let key =
                |leaf: &crate::catalog::QualifiedName| (leaf.schema.clone(), leaf.name.clone());
            leaves.map(|leaf| sizes.get(&key(leaf)).copied().unwrap_or(0)).sum()
        });
        Ok(Estimate { tables: tables.collect(), views, total: 0 })
    }

    fn part_of_budget(&self, bytes: u64) -> f64 {
        as_float(bytes) / as_float(self.budget.max(1))
    }

    fn too_large(&self, estimate: &Estimate, part: f64) -> Failure {
        let mut largest: Vec<LargeTable> = self
            .catalog
            .tables
            .iter()
            .enumerate()
            .map(|(id, table)| LargeTable {
                name: table.name.to_string(),
                bytes: estimate.tables[id],
                rows: self.rows[id],
                rule: self.rules[id].clone(),
            })
            .collect();
        largest.sort_by_key(|table| std::cmp::Reverse(table.bytes));
        let (views, rest) = (estimate.views, estimate.rest());
        let (total, budget) = (estimate.total, self.budget);
        TooLarge { budget, part, total, largest, views, rest }.into()
    }
}

fn trials(number: usize) -> String {
    match number {
        0 => "no selection was needed to know".to_owned(),
        1 => "1 trial selection".to_owned(),
        more => format!("{more} trial selections"),
    }
}

#[allow(clippy::cast_precision_loss, reason = "estimates of bytes and rows")]
fn as_float(number: u64) -> f64 {
    number as f64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "estimates of bytes, far from the limits"
)]
fn scaled(bytes: u64, factor: f64) -> u64 {
    (as_float(bytes) * factor) as u64
}
