//! Tables that are written with the help of functions of the database: generated columns, and
//! partition keys. These functions may read other tables. The target has fewer rows of them, or has
//! them later. So these tables are copied last, in the order in which they read each other. A sum over
//! the hashes of generated values is compared with the source's: the hashes travel with the rows.

use super::making::{Environment, NO_PATH};
use crate::catalog::{Catalog, Computed, Table, TableId};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::subset::questions;
use crate::subset::rules::Rule;
use std::collections::HashMap;

/// By table, the sum of the hashes of the values that the source has in the copied rows.
#[derive(Default)]
pub(super) struct Hashes {
    sums: HashMap<TableId, i128>,
    /// A query of both servers, where their encodings differ.
    portable: bool,
}

/// What functions compute of a table.
pub(super) fn of(catalog: &Catalog, table: TableId) -> Option<&Computed> {
    catalog.computed.iter().find(|computed| computed.table == table)
}

/// The tables in the order in which they are copied: those whose functions may read others come last.
pub(super) fn order(catalog: &Catalog) -> Vec<TableId> {
    let computed = |id: &TableId| of(catalog, *id).is_some();
    let (mut left, mut order): (Vec<TableId>, Vec<TableId>) =
        catalog.tables.ids().partition(computed);
    while !left.is_empty() {
        let waits = |id: TableId| {
            let reads = of(catalog, id).map_or(&[][..], |computed| &computed.reads);
            reads.iter().any(|read| *read != id && left.contains(read))
        };
        // of tables that read each other in a circle, one must be the first
        let next = left.iter().position(|id| !waits(*id)).unwrap_or_default();
        order.push(left.remove(next));
    }
    order
}

/// Refuses a load of fewer rows than functions need: of a partition key, or a column that is NOT NULL.
pub(super) fn check_possible(catalog: &Catalog, rules: &[Rule]) -> Result<(), Failure> {
    let mut failure = Failure::new("functions read tables that the target would not have whole");
    let mut wanted: Vec<TableId> = Vec::new();
    for Computed { table, needed, reads, .. } in &catalog.computed {
        let Some(needed) = needed.as_ref().filter(|_| !rules[*table].empty) else { continue };
        let cut = |id: &&TableId| {
            *id != table && !rules[**id].is_whole() && !catalog.tables[**id].is_part()
        };
        for read in reads.iter().filter(cut) {
            failure = failure.because(format!(
                "{} cannot be written without the rows of {}: a function reads them for {needed}",
                catalog.tables[*table].name, catalog.tables[*read].name
            ));
            if !wanted.contains(read) {
                wanted.push(*read);
            }
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    Err(failure.because("nothing was copied").remedy(rule_for(catalog, &wanted)))
}

/// `rows = "all"` for these tables.
fn rule_for(catalog: &Catalog, tables: &[TableId]) -> String {
    let rule =
        |id: &TableId| format!("\n [tables.\"{}\"]\n rows = \"all\"", catalog.tables[*id].name);
    format!(
        "copy these tables whole, in review-data.toml:{}",
        tables.iter().map(rule).collect::<String>()
    )
}

/// What may help where the target cannot write a row of this table.
pub(super) fn remedy(catalog: &Catalog, table: TableId) -> Option<String> {
    let computed = of(catalog, table)?;
    let others: Vec<TableId> =
        computed.reads.iter().copied().filter(|read| *read != table).collect();
    (!others.is_empty()).then(|| {
        format!("its functions may need rows that are not copied; {}", rule_for(catalog, &others))
    })
}

/// The hash of the values of these columns in one row.
fn hash(columns: &[String], portable: bool) -> String {
    let columns = columns.iter().map(|name| QuotedIdent::new(name).to_string());
    let text = format!("row({})::pg_catalog.text", columns.collect::<Vec<_>>().join(", "));
    let text = if portable {
        format!("pg_catalog.encode(pg_catalog.convert_to({text}, 'UTF8'), 'hex')")
    } else {
        text
    };
    format!("pg_catalog.hashtextextended({text}, 0)")
}

impl Hashes {
    pub(super) async fn begin(
        source: &ReadOnly,
        target: &Writable,
        catalog: &Catalog,
    ) -> Result<Self, Failure> {
        const ENCODING: &str = "select pg_catalog.current_setting('server_encoding')";
        const WITHOUT: &str = "SQL_ASCII";
        if !catalog.computed.iter().any(|computed| !computed.columns.is_empty()) {
            return Ok(Hashes::default());
        }
        let what = "cannot ask for the encoding";
        let there = source.query(ENCODING, &[]).await;
        let there: String = there.map_err(|error| source.failure(what, &error))?[0].get(0);
        let here = target.query(ENCODING, &[]).await;
        let here: String = here.map_err(|error| target.failure(what, &error))?[0].get(0);
        let portable = here != there && here != WITHOUT && there != WITHOUT;
        Ok(Hashes { portable, ..Hashes::default() })
    }

    /// The hash of the generated values of a table, as one more column of its rows.
    pub(super) fn column(&self, catalog: &Catalog, table: TableId) -> Option<String> {
        let columns = &of(catalog, table)?.columns;
        (!columns.is_empty()).then(|| hash(columns, self.portable))
    }

    pub(super) fn add(&mut self, table: TableId, sum: i128) {
        *self.sums.entry(table).or_default() += sum;
    }

    /// The columns whose values are not the source's: a line for each table.
    pub(super) async fn differing(
        &self,
        target: &Writable,
        environment: &Environment<'_>,
        catalog: &Catalog,
    ) -> Result<Vec<String>, Failure> {
        let mut differing = Vec::new();
        for Computed { table: id, columns, reads, .. } in &catalog.computed {
            let Some(wanted) = self.sums.get(id) else { continue };
            let table: &Table = &catalog.tables[*id];
            let sum = format!(
                "coalesce(pg_catalog.sum({}::pg_catalog.numeric), 0)::pg_catalog.text",
                hash(columns, self.portable)
            );
            let failed = |error| {
                target.failure(&format!("cannot compare the values of {}", table.name), &error)
            };
            let sql = questions::all_rows(&sum, &table.entire());
            // the server looks into the functions of the table's indexes, as on the source
            let path =
                if table.has_names() { NO_PATH.to_owned() } else { environment.path_again() };
            target.run(&path).await.map_err(failed)?;
            let rows = target.query(&sql, &[]).await.map_err(failed)?;
            let found: String = rows[0].get(0);
            if found != wanted.to_string() {
                let names: Vec<String> =
                    reads.iter().map(|id| catalog.tables[*id].name.to_string()).collect();
                let what = format!("{}({})", table.name, columns.join(", "));
                differing.push(if names.is_empty() {
                    format!(
                        "{what}: a function computes them otherwise than when the source's rows were \
                         written"
                    )
                } else {
                    format!(
                        "{what}: a function computes them from rows that the target does not have, or \
                         got later; rows = \"all\" for {} may help",
                        names.join(", ")
                    )
                });
            }
        }
        let failed = |error| target.failure("cannot reset the target's search_path", &error);
        target.run(NO_PATH).await.map_err(failed)?;
        Ok(differing)
    }
}
