//! How the source's tables take room: sizes from its disk, widths from some of its rows.

use crate::catalog::sizes::{self, TableSize};
use crate::catalog::{Catalog, Contents, Table};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::bytes::{RowSizes, Shape};
use crate::subset::widths;
use tokio_postgres::Row;

/// The shapes of all tables, given how many rows each has in the source; the widths are those of
/// rows in some of its blocks. The session must be in the catalogue's snapshot.
///
/// # Errors
/// The source's.
pub async fn shapes(
    source: &ReadOnly,
    catalog: &Catalog,
    rows: &[u64],
) -> Result<Vec<Shape>, Failure> {
    let sizes = sizes::read(source, catalog).await?;
    let mut shapes = Vec::with_capacity(sizes.len());
    for ((table, size), rows) in catalog.tables.iter().zip(&sizes).zip(rows) {
        shapes.push(shape(source, table, size, *rows).await?);
    }
    Ok(shapes)
}

async fn shape(
    source: &ReadOnly,
    table: &Table,
    size: &TableSize,
    rows: u64,
) -> Result<Shape, Failure> {
    let mut sample = Vec::new();
    if rows > 0 && table.contents == Contents::Readable {
        let sql = widths::of_some_blocks(table, size, rows);
        let answer =
            source.query(&sql, &[]).await.map_err(|error| failure(source, table, &error))?;
        sample = answer.iter().map(row_sizes).collect();
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
