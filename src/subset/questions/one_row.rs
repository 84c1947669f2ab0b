//! Questions about one row, known by its address, and about rows of the subset.

use super::names::{equality, from, reference};
use crate::catalog::{Storage, Table};
use crate::postgres::{QuotedIdent, QuotedLiteral};
use crate::subset::rows::Address;

/// Addresses in one statement.
pub const MOST_ADDRESSES: usize = 100_000;

/// The condition that only this row meets.
#[must_use]
pub fn is_this_row(table: &Table, address: Address) -> String {
    let alias = QuotedIdent::new(&table.name.name);
    format!(
        "{}{alias}.ctid operator(pg_catalog.=) '({},{})'::pg_catalog.tid",
        in_leaf(table, address.leaf()),
        address.block(),
        address.offset()
    )
}

/// Sets the list of addresses for [`is_among`]; the lists of keys are others.
pub const SET_ADDRESSES: &str = "select pg_catalog.length( \
     pg_catalog.set_config('review_data.rows', $1::pg_catalog.text, true))";

/// The condition that the rows of one partition meet whose addresses were set.
#[must_use]
pub fn is_among(table: &Table, leaf: usize) -> String {
    let alias = QuotedIdent::new(&table.name.name);
    format!(
        "{}{alias}.ctid operator(pg_catalog.=) any ((select \
           pg_catalog.current_setting('review_data.rows')::pg_catalog.tid[])::pg_catalog.tid[])",
        in_leaf(table, leaf)
    )
}

/// A `ctid` tells rows of one partition apart.
fn in_leaf(table: &Table, leaf: usize) -> String {
    match &table.storage {
        Storage::Plain => String::new(),
        Storage::Partitioned { leaves, .. } => {
            let alias = QuotedIdent::new(&table.name.name);
            let oid = leaves.get(leaf).map_or(0, |leaf| leaf.oid);
            format!("{alias}.tableoid operator(pg_catalog.=) {oid}::pg_catalog.oid and ")
        }
    }
}

/// The key of the rows that meet a condition, as text, a column each.
#[must_use]
pub fn key_as_text(table: &Table, key: &[usize], condition: &str) -> String {
    let columns: Vec<String> = key
        .iter()
        .map(|column| format!("{}::pg_catalog.text", reference(table, *column)))
        .collect();
    format!("select {} from {} where {condition}", columns.join(", "), from(table))
}

/// Whether the target holds the row of this key of the source.
#[must_use]
pub fn is_there(table: &Table, key: &[usize], values: &[String]) -> String {
    let conditions: Vec<String> = key
        .iter()
        .zip(values)
        .map(|(column, value)| {
            let about = &table.columns[*column];
            let (name, equals) = (QuotedIdent::new(&about.name), equality(&about.data_type));
            format!("{name} {equals} {}", QuotedLiteral::new(value))
        })
        .collect();
    format!(
        "select exists (select from {} where {})",
        table.name.quoted(),
        conditions.join(" and ")
    )
}
