//! The search for the largest part that fits, before anything is copied: by the rules alone, by a
//! selection of few rows, and only where foreign keys may bring many by selections of all.

use super::estimate::{Estimate, as_float, scaled};
use super::fitting::{Expected, Fitting};
use super::verdict::MOST_LOADS;
use crate::failure::Failure;
use crate::report::{bytes, counted, part_text};
use crate::subset::budget::{Trial, bracket, next_part};
use crate::subset::rules::{DecidedBy, Rule};

/// Selections for one load, at most.
const MOST_TRIALS: usize = 6;

/// The part of the budget that the estimate is to have, …
const AIM: f64 = 0.92;
/// … less after each load that failed it, …
const LESS: f64 = 0.02;
/// … and between which it is good enough.
const GOOD: std::ops::RangeInclusive<f64> = 0.86..=0.95;

/// An estimate may be so far below the truth, or the truth below it.
const DOUBT: f64 = 1.1;

/// What should fit.
pub(crate) struct Fit {
    /// The `f` of rows^f.
    pub(crate) part: f64,
    pub(crate) rules: Vec<Rule>,
}

/// What a selection of few rows says about one of many.
struct Probe {
    expected: Expected,
    /// It is near the truth, however many rows foreign keys bring.
    certain: bool,
}

impl Fitting<'_> {
    /// Finds the largest part that fits by the estimate. Either all rows are taken, or some
    /// selections are made on the way.
    pub(crate) async fn find(&mut self) -> Result<Fit, Failure> {
        let (mut best, mut trials) = self.search().await?;
        if best.part <= 0.0
            && self.part_of_budget(best.estimate.total) > 1.0
            && self.cut_small_tables()
        {
            (best, trials) = self.search().await?;
        }
        if self.part_of_budget(best.estimate.total) > DOUBT {
            return Err(self.too_large(&best.estimate, best.part));
        }
        if trials > 0 {
            let share = self.part_of_budget(best.estimate.total) * 100.0;
            self.progress.line(&format!(
                "{} should take {}, {share:.0} % of the budget of {} ({})",
                part_text(best.part),
                bytes(best.estimate.total),
                bytes(self.budget),
                counted(trials as u64, "trial selection"),
            ));
        }
        Ok(Fit { part: best.part, rules: self.rules_at(best.part) })
    }

    /// Lets the budget cut small tables too, where it does not spare them already: whole, they may
    /// need too many rows of others.
    pub(super) fn cut_small_tables(&mut self) -> bool {
        let spared = self.rules.iter().any(|rule| rule.decided == DecidedBy::Size);
        if spared {
            self.rules = self.given.to_vec();
            // loads by other rules say nothing
            self.loaded.clear();
            self.progress.line(
                "small tables are not copied whole: with the rows that they reference, they \
                 exceed the budget",
            );
        }
        spared
    }

    /// The best part by the estimates, and how many selections it took.
    async fn search(&mut self) -> Result<(Expected, usize), Failure> {
        let fitted = |trial: &&Trial| trial.bytes <= as_float(self.budget);
        let largest = |a: &&Trial, b: &&Trial| a.bytes.total_cmp(&b.bytes);
        let safe = self.loaded.iter().filter(fitted).max_by(largest).copied();
        if let Some(Trial { part, bytes }) = safe
            && self.loaded.len() + 1 >= MOST_LOADS
        {
            let estimate = Estimate { total: scaled(1, bytes), ..self.model(part) };
            return Ok((Expected { part, estimate }, 0));
        }
        let everything = self.model(1.0);
        if self.part_of_budget(everything.total) <= GOOD.end() + 0.02 {
            return Ok((Expected { part: 1.0, estimate: everything }, 0));
        }
        let aim = (AIM - LESS * as_float(self.loaded.len() as u64)) * as_float(self.budget);
        let mut tried = self.loaded.clone();
        let mut likely = match self.probe(aim).await? {
            (Some(probe), selections) if probe.certain => return Ok((probe.expected, selections)),
            (probe, _) => probe.map(|probe| probe.expected.part),
        };
        let mut best: Option<Expected> = None;
        for _ in 0..MOST_TRIALS {
            let next = || next_part(|part| as_float(self.model(part).total), aim, &tried);
            let part = likely.take().unwrap_or_else(next);
            let (expected, _) = self.trial(part).await?;
            let total = expected.estimate.total;
            tried.push(Trial { part, bytes: as_float(total) });
            let fits = self.part_of_budget(total) <= *GOOD.end();
            let good = GOOD.contains(&self.part_of_budget(total)) || (fits && part >= 1.0);
            best = Some(match best {
                Some(best) if self.is_better(&best, &expected) => best,
                _ => expected,
            });
            let (below, above) = bracket(aim, &tried);
            let low = below.map_or(0.0, |trial| trial.part);
            let narrow = above.is_some_and(|above| above.part - low < 1e-4);
            if good || narrow {
                break;
            }
        }
        let trials = tried.len() - self.loaded.len();
        match best {
            Some(best) if best.part <= 0.0 || self.part_of_budget(best.estimate.total) <= 1.0 => {
                Ok((best, trials))
            }
            _ => Ok((self.trial(0.0).await?.0, trials + 1)),
        }
    }

    /// Looks by a selection of few rows at how many rows foreign keys bring along. Where these
    /// cannot matter much, whether they stay as many or grow as fast as the rows that need them,
    /// the part that fits is known for little. `None`: a full selection takes little, too. Says
    /// also how many selections it took.
    async fn probe(&mut self, aim: f64) -> Result<(Option<Probe>, usize), Failure> {
        /// Fewer rows than this are selected in full.
        const MANY: f64 = 50_000.0;
        /// The same, for each table: to ask anything of it takes as long as many rows do.
        const MANY_OF_TABLE: f64 = 1_000.0;
        /// Of the bytes that rows may take: first these, and more if they do not tell.
        const SHARES: [f64; 2] = [0.02, 0.1];
        /// Fewer rows of each table than this are not worth a selection.
        const FEW_OF_TABLE: f64 = 100.0;
        let model = |part: f64| as_float(self.model(part).total);
        let (none, full) = (model(0.0), next_part(model, aim, &[]));
        let rows_at = |part: f64| self.rows_by_rule(part).iter().sum::<f64>();
        let tables = as_float(self.rules.len() as u64);
        if !self.loaded.is_empty() || rows_at(full) < MANY + MANY_OF_TABLE * tables {
            return Ok((None, 0));
        }
        let parts = SHARES.map(|share| next_part(model, none + (aim - none).max(0.0) * share, &[]));
        let telling =
            |part: &f64| *part > 0.0 && *part < full && rows_at(*part) >= FEW_OF_TABLE * tables;
        let parts: Vec<f64> = parts.into_iter().filter(telling).collect();
        let mut probe: Option<Probe> = None;
        let mut selections = 0;
        for part in parts {
            if probe.as_ref().is_some_and(|probe| probe.certain) {
                break;
            }
            probe = Some(self.probe_at(part, aim).await?);
            selections += 1;
        }
        Ok((probe, selections))
    }

    /// What the selection of this small part says about the part that reaches the aim.
    async fn probe_at(&mut self, small: f64, aim: f64) -> Result<Probe, Failure> {
        /// The parts of the budget between which the load must lie, whatever foreign keys bring.
        const CERTAIN: std::ops::RangeInclusive<f64> = 0.86..=0.96;
        let (_, selection) = self.trial(small).await?;
        let by_rule = self.rows_by_rule(small);
        let brought: Vec<f64> = (by_rule.iter().zip(&selection.tables))
            .map(|(rows, selected)| (as_float(selected.rows.len() as u64) - rows).max(0.0))
            .collect();
        // what they bring either stays as it is, or grows as fast as any table does
        let at = |part: f64, grows: bool| {
            let rows = self.rows_by_rule(part);
            let growth = rows.iter().zip(&by_rule).map(|(rows, before)| rows / before.max(1.0));
            let growth = if grows { growth.fold(1.0, f64::max) } else { 1.0 };
            self.estimate(part, |id| {
                let all = as_float(self.rows[id]);
                self.shapes[id].spread((rows[id] + brought[id] * growth).min(all.max(rows[id])))
            })
        };
        let middle = |part: f64| {
            f64::midpoint(as_float(at(part, false).total), as_float(at(part, true).total))
        };
        let part = next_part(middle, aim, &[]);
        let bounds = [at(part, false), at(part, true)];
        let certain = bounds.iter().all(|at| CERTAIN.contains(&self.part_of_budget(at.total)));
        let [mut estimate, most] = bounds;
        estimate.total = estimate.total.midpoint(most.total);
        Ok(Probe { certain, expected: Expected { part, estimate } })
    }

    /// Whether the first is better: the larger that fits, or else the smaller.
    fn is_better(&self, one: &Expected, other: &Expected) -> bool {
        let fits = |fit: &Expected| self.part_of_budget(fit.estimate.total) <= *GOOD.end();
        match (fits(one), fits(other)) {
            (true, true) => one.estimate.total >= other.estimate.total,
            (false, false) => one.estimate.total <= other.estimate.total,
            (fits, _) => fits,
        }
    }
}
