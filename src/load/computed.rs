//! Generated columns that call a function of the database. The function may read other tables, of
//! which the target has fewer rows, or has them later. So these tables are copied last, and a sum over
//! the values is compared with the source's.

use crate::catalog::{Catalog, Table, TableId};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::subset::questions;
use std::collections::HashMap;

/// By table, the sum of the hashes of the values that the source has in the copied rows.
#[derive(Default)]
pub(super) struct Computed {
    sums: HashMap<TableId, i128>,
}

/// The generated columns of a table that are compared.
pub(super) fn columns(catalog: &Catalog, table: TableId) -> Option<&[String]> {
    let found = catalog.computed.iter().find(|(computed, _)| *computed == table)?;
    Some(&found.1)
}

/// The tables in the order in which they are copied: those whose functions may read others come last.
pub(super) fn order(catalog: &Catalog) -> Vec<TableId> {
    let mut order: Vec<TableId> = catalog.tables.ids().collect();
    order.sort_by_key(|table| columns(catalog, *table).is_some());
    order
}

/// A sum over the values of these columns, whatever the order of the rows.
pub(super) fn sum(columns: &[String]) -> String {
    let columns = columns.iter().map(|name| QuotedIdent::new(name).to_string());
    format!(
        "coalesce(pg_catalog.sum(pg_catalog.hashtextextended(row({})::pg_catalog.text, 0)\
         ::pg_catalog.numeric), 0)::pg_catalog.text",
        columns.collect::<Vec<_>>().join(", ")
    )
}

impl Computed {
    /// Adds the answer to one question for the [`sum`] in the source.
    pub(super) async fn add(
        &mut self,
        source: &ReadOnly,
        table: TableId,
        sql: &str,
    ) -> Result<(), tokio_postgres::Error> {
        let rows = source.query(sql, &[]).await?;
        *self.sums.entry(table).or_default() += parse(rows[0].get(0));
        Ok(())
    }

    /// The columns whose values are not the source's: a line for each table.
    pub(super) async fn differing(
        &self,
        target: &Writable,
        catalog: &Catalog,
    ) -> Result<Vec<String>, Failure> {
        let mut differing = Vec::new();
        for (id, names) in &catalog.computed {
            let Some(wanted) = self.sums.get(id) else { continue };
            let table: &Table = &catalog.tables[*id];
            let sql = questions::all_rows(&sum(names), table);
            let rows = target.query(&sql, &[]).await.map_err(|error| {
                target.failure(&format!("cannot compare the values of {}", table.name), &error)
            })?;
            if parse(rows[0].get(0)) != *wanted {
                differing.push(format!(
                    "{}({}): a function computes them from rows that the target does not have, or \
                     got later; rows = \"all\" for the tables that it reads may help",
                    table.name,
                    names.join(", ")
                ));
            }
        }
        Ok(differing)
    }
}

fn parse(text: &str) -> i128 {
    text.parse().unwrap_or_default()
}
