//! Tables, columns and conditions as they stand in a question.

use crate::catalog::{Storage, Table};
use crate::postgres::QuotedIdent;
use crate::subset::keys::form::Form;
use crate::subset::rules::{By, RowOrder};
use std::fmt::Write as _;

/// All rows of a table.
#[must_use]
pub fn all_rows(columns: &str, table: &Table) -> String {
    format!("select {columns} from {}", from(table))
}

/// A query that only has to be understood by the server: it checks a condition's names.
#[must_use]
pub fn probe(table: &Table, condition: &str) -> String {
    format!("select 1 from {} where {}", from(table), enclosed(condition))
}

/// A query that only has to be understood by the server: it checks an order's names.
#[must_use]
pub fn probe_order(table: &Table, order: &str) -> String {
    format!("select 1 from {} order by\n{order}\n", from(table))
}

/// The expressions behind ORDER BY. A person's SQL stands on separate lines.
pub(super) fn order_by(table: &Table, order: &RowOrder) -> String {
    match &order.by {
        By::Column { column, descending } => {
            let direction = if *descending { "desc" } else { "asc" };
            format!("{} {direction} nulls last", reference(table, *column))
        }
        By::Sql(sql) => format!("\n{}\n", sql.value),
    }
}

/// The condition of a key given as text, such as `--force users:1`.
#[must_use]
pub fn key_condition(table: &Table, key: &[usize], values: &[String]) -> String {
    key.iter()
        .zip(values)
        .map(|(column, value)| {
            format!(
                "{} = {}",
                reference(table, *column),
                crate::postgres::QuotedLiteral::new(value)
            )
        })
        .collect::<Vec<_>>()
        .join(" and ")
}

/// The condition that a foreign key names no row: one of its columns is NULL.
#[must_use]
pub fn names_nothing(table: &Table, columns: &[usize]) -> String {
    let nulls: Vec<String> =
        columns.iter().map(|column| format!("{} is null", reference(table, *column))).collect();
    nulls.join(" or ")
}

/// All of these conditions.
#[must_use]
pub fn all_of(conditions: &[String]) -> String {
    conditions.iter().map(|condition| enclosed(condition)).collect::<Vec<_>>().join(" and ")
}

/// On its own lines, so that a comment at its end hides nothing.
pub(super) fn enclosed(condition: &str) -> String {
    format!("(\n{condition}\n)")
}

pub(crate) fn from(table: &Table) -> String {
    let alias = alias(table);
    match &table.storage {
        Storage::Plain => format!("only {} as {alias}", table.name.quoted()),
        Storage::Partitioned { partial: false, .. } => {
            format!("{} as {alias}", table.name.quoted())
        }
        Storage::Partitioned { leaves, partial: true } => {
            let mut columns = "ctid, tableoid".to_owned();
            for column in &table.columns {
                let _ = write!(columns, ", {}", QuotedIdent::new(&column.name));
            }
            let mut parts: Vec<String> = leaves
                .iter()
                .map(|leaf| format!("select {columns} from only {}", leaf.name.quoted()))
                .collect();
            if parts.is_empty() {
                parts.push(format!("select {columns} from only {}", table.name.quoted()));
            }
            format!("({}) as {alias}", parts.join(" union all "))
        }
    }
}

/// What a table is called in a question: by its own name, as a person's condition would.
pub(super) fn alias(table: &Table) -> QuotedIdent {
    QuotedIdent::new(&table.name.name)
}

pub(crate) fn reference(table: &Table, column: usize) -> String {
    format!("{}.{}", alias(table), QuotedIdent::new(&table.columns[column].name))
}

/// A column as key questions ask for it.
pub(super) fn expression(table: &Table, column: usize) -> String {
    match Form::of(&table.columns[column].data_type) {
        Form::Text { .. } => format!("{}::pg_catalog.text", reference(table, column)),
        _ => reference(table, column),
    }
}
