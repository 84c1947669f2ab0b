//! Making the plan of a selection.

use crate::catalog::{Catalog, ForeignKeyId, TableId};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::select::asking::sessions::Asking;
use crate::load::select::planning::count::Counts;
use crate::load::select::planning::horizons::Horizons;
use crate::load::select::planning::plan::Plan;
use crate::load::select::planning::row_count::count;
use crate::subset::graph::SelectionOrder;
use crate::subset::questions::Layout;
use crate::subset::references::References;
use crate::subset::rules::Rule;

impl<'a> Plan<'a> {
    /// Counts the rows of each table and decides what becomes of each foreign key.
    ///
    /// # Errors
    /// The source's; a table that is left empty and that others cannot do without.
    pub(crate) async fn make(
        asking: &Asking<'a>,
        rules: &'a [Rule],
        config: &'a Config,
        counted: &Counts,
    ) -> Result<Self, Failure> {
        let catalog = asking.catalog;
        let tables = catalog.tables.ids();
        let order = SelectionOrder::new(catalog);
        let mut plan = Plan {
            catalog,
            rules,
            config,
            counts: count(asking, rules, counted).await?,
            references: References::default(),
            layouts: Vec::new(),
            permutations: vec![None; catalog.tables.len()],
            driving: tables
                .clone()
                .map(|table| order.driving_foreign_keys(catalog, table))
                .collect(),
            lines: tables.clone().map(|table| lines(catalog, table)).collect(),
            order,
            horizons: Horizons::default(),
            statistics: None,
        };
        plan.references = plan.follow()?;
        let seed = config.subset.seed;
        plan.layouts = tables
            .map(|table| {
                Layout::new(catalog, &plan.references, table, seed, rules[table].order.as_ref())
            })
            .collect();
        plan.horizons = plan.look_ahead();
        Ok(plan)
    }

    /// What becomes of each foreign key.
    fn follow(&self) -> Result<References, Failure> {
        let keys = self.catalog.foreign_keys.ids();
        let decisions = keys.map(|key| self.decide(key)).collect::<Result<Vec<_>, _>>()?;
        let mut references = References::new(self.catalog, decisions);
        for want in &mut references.wants {
            let parent = references.referenced[want.referenced].table;
            want.fetched = !self.counts[parent].whole && !self.left_empty(parent);
        }
        Ok(references)
    }
}

/// The self-references of a table along which children are chosen.
fn lines(catalog: &Catalog, table: TableId) -> Vec<ForeignKeyId> {
    catalog
        .foreign_keys
        .ids()
        .filter(|id| {
            let key = &catalog.foreign_keys[*id];
            key.table == table && key.downward.into_self && key.brings_children()
        })
        .collect()
}
