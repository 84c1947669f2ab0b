//! The rule of each table. What looks like a migration table is counted first.

use crate::catalog::Catalog;
use crate::config::{Config, MigrationTable};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::questions;
use crate::subset::rules::{MOST_MIGRATIONS, MigrationTables, Rule, candidates, resolve};

pub(super) async fn rules_of(
    source: &ReadOnly,
    config: &Config,
    known: &[MigrationTable],
    catalog: &Catalog,
) -> Result<Vec<Rule>, Failure> {
    let known = &[known, &config.migration_tables].concat();
    let mut few = Vec::new();
    for id in candidates(known, catalog) {
        let table = &catalog.tables[id];
        let sql = questions::count_up_to(table, MOST_MIGRATIONS + 1);
        let rows = source.query(&sql, &[]).await.map_err(|error| {
            source.failure(&format!("cannot count the rows of {}", table.name), &error)
        })?;
        if rows[0].get::<_, i64>(0) <= i64::from(MOST_MIGRATIONS) {
            few.push(id);
        }
    }
    let migration_tables = MigrationTables { known, guessed: &few };
    resolve(config, catalog, migration_tables).map_err(|error| error.failure(config))
}
