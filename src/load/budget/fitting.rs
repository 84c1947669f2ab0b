//! What is known of a source for fitting a part of it into a budget, and what a selection of it
//! should take.

use super::correction::Correction;
use super::estimate::{EMPTY_DATABASE, Estimate, as_float, besides_schema, scaled, size_of_schema};
use super::sizing::Sizing;
use super::too_large::{LargeTable, TooLarge};
use crate::catalog::sizes::{self, TableSize, ViewSize};
use crate::catalog::{Catalog, Outside, TableId};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::measure;
use crate::load::paths::understand_conditions;
use crate::load::select::{Counts, Selection, check_conditions, select};
use crate::postgres::ReadOnly;
use crate::report::Progress;
use crate::subset::budget::Trial;
use crate::subset::bytes::{PAGE, Shape};
use crate::subset::rules::Rule;
use crate::subset::size::Target;
use crate::subset::small::{Uncut, small};

/// What is known of a source for fitting a part of it into a budget.
pub(crate) struct Fitting<'a> {
    pub(super) source: &'a ReadOnly,
    pub(super) catalog: &'a Catalog,
    /// As the configuration gives them.
    pub(super) given: &'a [Rule],
    /// The same, with small tables copied whole.
    pub(super) rules: Vec<Rule>,
    pub(super) config: &'a Config,
    pub(super) progress: &'a Progress,
    pub(super) budget: u64,
    pub(super) counts: Counts,
    pub(super) sizes: Vec<TableSize>,
    pub(super) views: Vec<ViewSize>,
    /// Rows in the source, whatever the rules say.
    pub(super) rows: Vec<u64>,
    pub(super) shapes: Vec<Shape>,
    /// What the database takes besides tables, views and statistics, in bytes: …
    pub(super) rest: u64,
    /// … of this, what making the schema adds to the system's own tables. An attempt that is rolled
    /// back leaves that behind.
    pub(super) schema: u64,
    /// Loads that were made, and what the target took.
    pub(super) loaded: Vec<Trial>,
    /// Of each of them.
    pub(super) corrections: Vec<Correction>,
}

/// A part, and what it should take.
pub(super) struct Expected {
    pub(super) part: f64,
    pub(super) estimate: Estimate,
}

/// The tables that the budget does not cut.
fn small_tables(rules: &[Rule], counts: &Counts, shapes: &[Shape], budget: u64) -> Vec<TableId> {
    let uncut = TableId::each(rules).filter(|(_, rule)| rule.follows_the_fraction());
    let uncut = uncut.map(|(table, _)| {
        let rows = counts.get(table).map_or(0, |(rows, _)| rows);
        let bytes = shapes[table].bytes(&shapes[table].spread(as_float(rows))).total();
        Uncut { table, rows, bytes }
    });
    small(uncut, budget)
}

impl<'a> Fitting<'a> {
    /// Counts and measures. The source's transaction must be open.
    pub(crate) async fn new(
        source: &'a ReadOnly,
        outside: &Outside,
        catalog: &'a Catalog,
        rules: &'a [Rule],
        config: &'a Config,
        progress: &'a Progress,
        budget: u64,
    ) -> Result<Self, Failure> {
        // under the empty search_path that the catalogue was read with: no operator is shadowed
        let sizes = sizes::read(source, catalog).await?;
        let views = sizes::read_views(source, catalog, outside).await?;
        let system_rows = sizes::read_system_rows(source, outside).await?;
        understand_conditions(source, &catalog.settings).await?;
        check_conditions(source, catalog, rules, config).await?;
        let Sizing { counts, rows, shapes } = Sizing::of(source, catalog, rules, &sizes).await?;
        let mut small_whole = rules.to_vec();
        for table in small_tables(rules, &counts, &shapes, budget) {
            small_whole[table].keep_whole_if_uncut();
        }
        let schema = size_of_schema(system_rows);
        let rest = EMPTY_DATABASE + schema + besides_schema(catalog);
        Ok(Fitting {
            source,
            catalog,
            given: rules,
            rules: small_whole,
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

    /// How many rows each table has: in one snapshot there are always as many.
    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Selects the rows of one part, and sees what these should take.
    pub(super) async fn trial(&mut self, part: f64) -> Result<(Expected, Selection), Failure> {
        let rules = self.rules_at(part);
        let (source, catalog) = (self.source, self.catalog);
        // a load that was rolled back has left the session with another search_path
        understand_conditions(source, &catalog.settings).await?;
        let selection = select(source, catalog, &rules, self.config, &self.counts, None).await?;
        self.measure_selected(&selection).await?;
        Ok((Expected { part, estimate: self.estimate_of(part, &selection) }, selection))
    }

    /// What these rows should take.
    pub(super) fn estimate_of(&self, part: f64, selection: &Selection) -> Estimate {
        self.estimate(part, |id| {
            let selected = &selection.tables[id];
            if selected.whole {
                let kept = self.catalog.tables[id].kept.as_ref().and_then(|_| self.counts.get(id));
                self.shapes[id].spread(as_float(kept.map_or(self.rows[id], |(rows, _)| rows)))
            } else {
                let leaves = 0..self.sizes[id].leaves.len();
                leaves.map(|leaf| as_float(selected.rows.count_in_leaf(leaf) as u64)).collect()
            }
        })
    }

    /// The rows that rules choose need not be as wide as others.
    async fn measure_selected(&mut self, selection: &Selection) -> Result<(), Failure> {
        /// Tables below this part of all that is selected do not matter.
        const MATTERS: u64 = 50;
        const FEW: usize = 20;
        let taken = (self.shapes.iter().zip(&selection.tables)).map(|(shape, selected)| {
            shape.bytes(&shape.spread(as_float(selected.rows.len() as u64))).total()
        });
        let taken: Vec<u64> = taken.collect();
        let all: u64 = taken.iter().sum();
        for (id, selected) in TableId::each(&selection.tables) {
            let (table, rows) = (&self.catalog.tables[id], selected.rows.len());
            if !selected.whole && rows >= FEW && taken[id] > all / MATTERS {
                let (size, all) = (&self.sizes[id], self.rows[id]);
                self.shapes[id] =
                    measure::shape_of_rows(self.source, table, size, all, &selected.rows).await?;
            }
        }
        Ok(())
    }

    pub(super) fn rules_at(&self, part: f64) -> Vec<Rule> {
        let mut rules = self.rules.clone();
        for rule in rules.iter_mut().filter(|rule| rule.follows_the_fraction()) {
            rule.target = Target::Power(part);
        }
        rules
    }

    /// What the rules alone give, without what foreign keys bring.
    pub(super) fn model(&self, part: f64) -> Estimate {
        let rows = self.rows_by_rule(part);
        self.estimate(part, |id| self.shapes[id].spread(rows[id]))
    }

    /// How many rows of each table the rules alone give.
    pub(super) fn rows_by_rule(&self, part: f64) -> Vec<f64> {
        let rows = |(id, rule): (TableId, &Rule)| {
            let available = self.counts.get(id).map_or(0, |(rows, _)| rows);
            let target =
                if rule.follows_the_fraction() { Target::Power(part) } else { rule.target };
            as_float(target.of(available))
        };
        TableId::each(&self.rules).map(rows).collect()
    }

    /// By the rows in each partition of a table.
    pub(super) fn estimate(&self, part: f64, rows: impl Fn(TableId) -> Vec<f64>) -> Estimate {
        let correction = Correction::at(part, &self.corrections, self.shapes.len());
        let mut parts = Vec::with_capacity(self.shapes.len());
        let (mut tables, mut statistics) = (Vec::with_capacity(self.shapes.len()), 0);
        for (id, shape) in TableId::each(&self.shapes) {
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

    pub(super) fn part_of_budget(&self, bytes: u64) -> f64 {
        as_float(bytes) / as_float(self.budget.max(1))
    }

    pub(super) fn too_large(&self, estimate: &Estimate, part: f64) -> Failure {
        let mut largest: Vec<LargeTable> = self
            .catalog
            .tables
            .pairs()
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
