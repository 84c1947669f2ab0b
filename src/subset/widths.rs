//! The questions about the widths of rows: how long each value of some rows is, as it is stored.
//! Values that are stored elsewhere are not fetched for that.

use super::questions::{entire, reference};
use crate::catalog::sizes::TableSize;
use crate::catalog::{QualifiedName, Storage, Table};
use crate::postgres::QuotedIdent;

/// This many rows say enough about all.
pub const ENOUGH_ROWS: u64 = 1_000;

/// Blocks that are looked at, at least, where a table has them: rows of one block are alike.
const FEWEST_BLOCKS: u64 = 32;

/// The widths of the rows in some blocks of a table, taken at random.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "a percentage")]
pub fn of_some_blocks(table: &Table, size: &TableSize, rows: u64) -> String {
    let whole: u64 = size.leaves.iter().map(|leaf| leaf.heap).sum();
    let (from, bytes) = match &table.storage {
        // only tables can be sampled, and this one is put together from some of its partitions
        Storage::Partitioned { leaves, partial: true } => {
            let largest = (0..leaves.len()).max_by_key(|leaf| size.leaves[*leaf].heap);
            let name = largest.map_or(&table.name, |leaf| &leaves[leaf].name);
            let bytes = largest.map_or(0, |leaf| size.leaves[leaf].heap);
            (format!("only {} as {}", name.quoted(), QuotedIdent::new(&table.name.name)), bytes)
        }
        _ => (entire(table), whole),
    };
    let blocks = (bytes / super::bytes::PAGE).max(1) as f64;
    let rows = (rows as f64 * bytes as f64 / whole.max(1) as f64).max(1.0);
    let part = (ENOUGH_ROWS as f64 / rows).max(FEWEST_BLOCKS as f64 / blocks).min(1.0);
    let select = select(table, size);
    if part > 0.5 {
        return format!("{select} from {from}");
    }
    format!("{select} from {from} tablesample system ({:.8}) repeatable (1)", part * 100.0)
}

/// The widths of all rows of a table.
#[must_use]
pub fn of_all(table: &Table, size: &TableSize) -> String {
    format!("{} from {}", select(table, size), entire(table))
}

/// The widths of the rows of the addresses that were set, see [`super::questions::SET_ADDRESSES`].
#[must_use]
pub fn of_addresses(table: &Table, size: &TableSize, leaf: &QualifiedName) -> String {
    let alias = QuotedIdent::new(&table.name.name);
    format!(
        "{} from only {} as {alias} where {alias}.ctid operator(pg_catalog.=) any ((select \
           pg_catalog.current_setting('review_data.k0')::pg_catalog.tid[])::pg_catalog.tid[])",
        select(table, size),
        leaf.quoted()
    )
}

fn select(table: &Table, size: &TableSize) -> String {
    let widths: Vec<String> = size
        .columns
        .iter()
        .take(table.columns.len())
        .enumerate()
        .map(|(column, stored)| {
            if stored.computed {
                "null::pg_catalog.int4".to_owned()
            } else {
                format!("pg_catalog.pg_column_size({})", reference(table, column))
            }
        })
        .collect();
    format!("select {}", widths.join(", "))
}
