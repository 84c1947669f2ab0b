//! Lists of keys and of addresses, as they are set and as questions use them.

use super::names::{alias, found_by, from_leaf, reference};
use crate::catalog::{QualifiedName, Table};
use crate::subset::keys::form::Form;
use crate::subset::rows::Address;
use std::fmt::Write as _;

/// Which columns are compared with the keys, how, and in which relation.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// A partition, where not the table itself is named.
    pub relation: Option<&'a QualifiedName>,
    pub columns: &'a [usize],
    pub operators: &'a [String],
    pub forms: &'a [Form],
}

impl Form {
    /// The type of the list that is set for this column.
    #[must_use]
    pub fn array_type(&self) -> String {
        match self {
            Form::Integer => "bigint[]".to_owned(),
            Form::Binary { type_name, .. } => format!("{type_name}[]"),
            Form::Text { .. } => "pg_catalog.text[]".to_owned(),
        }
    }

    /// The list itself, where its elements need no cast.
    pub(super) fn array(&self, position: usize) -> Option<String> {
        (!matches!(self, Form::Text { .. })).then(|| setting(position, &self.array_type()))
    }
}

fn setting(position: usize, type_name: &str) -> String {
    format!("pg_catalog.current_setting('review_data.k{position}')::{type_name}")
}

/// The lists that were set, side by side, as a sub-select with the columns `review_data_0`, … Their
/// length is hidden from the planner by sub-selects of their own: else it may put a whole table
/// into a hash table and look the keys up there, instead of the other way round.
pub(super) fn key_list(forms: &[Form]) -> String {
    let mut columns = Vec::new();
    let mut arrays = Vec::new();
    let mut names = Vec::new();
    for (position, form) in forms.iter().enumerate() {
        let array_type = form.array_type();
        let list = setting(position, &array_type);
        arrays.push(format!("pg_catalog.unnest((select {list})::{array_type})"));
        names.push(format!("u{position}"));
        columns.push(match form {
            Form::Text { type_name } => {
                format!("u.u{position}::{type_name} as review_data_{position}")
            }
            _ => format!("u.u{position} as review_data_{position}"),
        });
    }
    // unnest with several lists is known under its bare name only
    format!(
        "(select {} from rows from ({}) as u({}))",
        columns.join(", "),
        arrays.join(", "),
        names.join(", ")
    )
}

/// What the list of keys is called beside a table that goes by its own name.
pub(super) fn keys_alias(table: &Table) -> &'static str {
    if table.name.name == "review_data_k" { "review_data_keys" } else { "review_data_k" }
}

pub(super) fn matches(table: &Table, columns: &[usize], operators: &[String]) -> String {
    let k = keys_alias(table);
    let pairs = columns.iter().zip(operators).enumerate();
    let mut tests: Vec<String> = pairs
        .map(|(position, (column, operator))| {
            format!("{} {operator} {k}.review_data_{position}", found_by(table, *column))
        })
        .collect();
    tests.extend(not_severed(table, columns));
    tests.join(" and ")
}

/// The columns by which rows are found are not read as NULL.
pub(super) fn not_severed(table: &Table, columns: &[usize]) -> Vec<String> {
    let severed = columns.iter().filter(|column| table.is_severed(**column));
    severed.map(|column| format!("{} is not null", reference(table, *column))).collect()
}

/// Sets the key lists, one parameter a column: the server itself turns a binary array into text.
#[must_use]
pub fn set_keys(forms: &[Form]) -> String {
    let settings: Vec<String> = forms
        .iter()
        .enumerate()
        .map(|(position, form)| {
            let parameter = match form {
                Form::Integer => format!("${}::pg_catalog.text", position + 1),
                _ => format!("(${}::{})::pg_catalog.text", position + 1, form.array_type()),
            };
            format!(
                "pg_catalog.length(pg_catalog.set_config('review_data.k{position}', {parameter}, true))"
            )
        })
        .collect();
    format!("select {}", settings.join(", "))
}

/// Sets the list of addresses for [`rows_by_address`].
pub const SET_ADDRESSES: &str =
    "select pg_catalog.length(pg_catalog.set_config('review_data.k0', $1::pg_catalog.text, true))";

/// A list of addresses within one partition, as text of a `tid[]`.
#[must_use]
pub fn address_list(addresses: &[Address]) -> String {
    let mut list = String::with_capacity(addresses.len() * 16 + 2);
    list.push('{');
    for (position, address) in addresses.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let _ = write!(list, "{comma}\"({},{})\"", address.block(), address.offset());
    }
    list.push('}');
    list
}

/// The rows of the addresses that were set: a TID scan, which reads each block once, in order.
#[must_use]
pub fn rows_by_address(columns: &str, table: &Table, leaf: &QualifiedName) -> String {
    format!(
        "select {columns} from {} where {}.ctid operator(pg_catalog.=) any ((select \
           pg_catalog.current_setting('review_data.k0')::pg_catalog.tid[])::pg_catalog.tid[])",
        from_leaf(table, leaf),
        alias(table)
    )
}
