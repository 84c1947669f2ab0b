//! How the source's tables take room: sizes from its disk, widths from some of its rows.

use super::paths::{name_in_full, understand_conditions};
use crate::catalog::sizes::{self, TableSize};
use crate::catalog::{Catalog, Contents, Table};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::bytes::{RowSizes, Shape};
use crate::subset::rows::{Address, RowSet};
use crate::subset::{questions, widths};
use tokio_postgres::Row;

/// How many rows of a selection are measured, at most.
const MOST_ROWS: usize = 3_000;

/// The shapes of all tables, given how many rows each has in the source. The widths come from the
/// rows in some of its blocks. The session must be in the catalogue's snapshot.
///
/// # Errors
/// The source's.
pub async fn shapes(
    source: &ReadOnly,
    catalog: &Catalog,
    rows: &[u64],
) -> Result<Vec<Shape>, Failure> {
    name_in_full(source).await?;
    let sizes = sizes::read(source, catalog).await?;
    understand_conditions(source, &catalog.settings).await?;
    let mut shapes = Vec::with_capacity(sizes.len());
    for ((table, size), rows) in catalog.tables.iter().zip(&sizes).zip(rows) {
        shapes.push(shape(source, table, size, *rows).await?);
    }
    Ok(shapes)
}

/// The shape of one table, from rows in some of its blocks.
pub(super) async fn shape(
    source: &ReadOnly,
    table: &Table,
    size: &TableSize,
    rows: u64,
) -> Result<Shape, Failure> {
    let mut sample = Vec::new();
    if rows > 0 && table.contents == Contents::Readable {
        sample = ask(source, table, &widths::of_some_blocks(table, size, rows)).await?;
    }
    Ok(Shape::new(size, &sample, rows))
}

/// The widths of all rows of a table.
pub(super) async fn all_rows(
    source: &ReadOnly,
    table: &Table,
    size: &TableSize,
) -> Result<Vec<RowSizes>, Failure> {
    ask(source, table, &widths::of_all(table, size)).await
}

async fn ask(source: &ReadOnly, table: &Table, sql: &str) -> Result<Vec<RowSizes>, Failure> {
    let answer = source.query(sql, &[]).await.map_err(|error| failure(source, table, &error))?;
    Ok(answer.iter().map(row_sizes).collect())
}

/// The shape of one table, from some of the rows of a selection.
pub(super) async fn shape_of_rows(
    source: &ReadOnly,
    table: &Table,
    size: &TableSize,
    rows: u64,
    selected: &RowSet,
) -> Result<Shape, Failure> {
    let failed = |error| failure(source, table, &error);
    let step = selected.len().div_ceil(MOST_ROWS).max(1);
    let chosen: Vec<Address> = selected.addresses().step_by(step).collect();
    let mut sample = Vec::with_capacity(chosen.len());
    for (position, leaf) in table.leaves().into_iter().enumerate() {
        let from = chosen.partition_point(|address| address.leaf() < position);
        let to = chosen.partition_point(|address| address.leaf() <= position);
        if from < to {
            let list = questions::address_list(&chosen[from..to]);
            source.query(questions::SET_ADDRESSES, &[&list]).await.map_err(failed)?;
            let sql = widths::of_addresses(table, size, leaf);
            let answer = source.query(&sql, &[]).await.map_err(failed)?;
            sample.extend(answer.iter().map(row_sizes));
        }
    }
    Ok(Shape::new(size, &sample, rows))
}

fn failure(source: &ReadOnly, table: &Table, error: &tokio_postgres::Error) -> Failure {
    source.failure(&format!("cannot measure rows of {}", table.name), error)
}

fn row_sizes(row: &Row) -> RowSizes {
    (0..row.len())
        .map(|column| row.get::<_, Option<i32>>(column).and_then(|size| u32::try_from(size).ok()))
        .collect()
}
