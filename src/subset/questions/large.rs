//! Large values: which there may be, and how large the rows are that have them. Values that are
//! stored outside of their row are not fetched to be measured.

use super::names::{alias, from, from_leaf, reference};
use crate::catalog::{DataType, QualifiedName, Table};

/// How many times as large a value may be as what is stored of it: compressed, or as arrays travel.
pub const MOST_EXPANDED: u64 = 256;

/// A value that takes more bytes than this on disk does not come with its row's keys.
const LARGE: u64 = 32 * 1024;

/// Whether values of a type may be large.
fn may_be_large(data_type: &DataType) -> bool {
    // of a fixed length, or of at most a few hundred kilobytes
    let small = matches!(
        data_type.oid,
        16 | 18..=21 | 23 | 26..=28 | 600 | 650 | 700 | 701 | 718 | 774 | 790 | 829 | 869
            | 1082 | 1083 | 1114 | 1184 | 1186 | 1266 | 1700 | 2950
    );
    !small && !data_type.enumerated
}

fn columns(table: &Table) -> impl Iterator<Item = usize> {
    table.written().filter(|column| may_be_large(&table.columns[*column].data_type))
}

/// Whether a row of a table may take more than this many bytes.
#[must_use]
pub fn may_hold(table: &Table, bytes: u64) -> bool {
    table.outside().saturating_mul(MOST_EXPANDED) > bytes && columns(table).next().is_some()
}

/// The columns of a row that comes with its keys, without their large values, and whether there are
/// any. `None`: the table has none.
pub(super) fn without_large(table: &Table) -> Option<(Vec<String>, String)> {
    if !may_hold(table, LARGE * MOST_EXPANDED) {
        return None;
    }
    let is_large = |column: usize| {
        let stored = format!("pg_catalog.pg_column_size({})", reference(table, column));
        format!("coalesce({stored} operator(pg_catalog.>) {LARGE}, false)")
    };
    let large: Vec<usize> = columns(table).collect();
    let value = |column: usize| {
        let value = reference(table, column);
        if large.contains(&column) {
            format!("case when not {} then {value} end", is_large(column))
        } else {
            value
        }
    };
    let any = large.iter().map(|column| is_large(*column)).collect::<Vec<_>>();
    Some((table.written().map(value).collect(), format!("({})", any.join(" or "))))
}

/// The rows that a question is about.
#[derive(Clone, Copy, Debug)]
pub enum Among<'a> {
    All,
    /// The addresses of this partition that were set, see [`super::SET_ADDRESSES`].
    Addresses(&'a QualifiedName),
}

/// What a row may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Its bytes.
    pub bytes: u64,
    /// Its bytes, each as often as it is in memory.
    pub memory: u64,
    /// A row up to this size meets both.
    pub surely: u64,
}

/// The first row that takes more than it may: its relation and address, its bytes on its way, the
/// memory that it needs, and the columns `shown` as text. `as_text`: rows travel as text. `copies`:
/// how often the value of each written column is in memory.
#[must_use]
pub fn too_large(
    table: &Table,
    among: Among<'_>,
    limits: Limits,
    (as_text, copies): (bool, &[u64]),
    shown: &[usize],
) -> String {
    let large: Vec<usize> = columns(table).collect();
    // what is stored says enough about values that cannot make a row too large
    let suspicious = limits.surely / MOST_EXPANDED / (large.len() as u64).max(1);
    let (mut sizes, mut sums, mut needed) = (Vec::new(), Vec::new(), Vec::new());
    for (place, column) in table.written().enumerate() {
        if large.contains(&column) {
            let about = &table.columns[column].data_type;
            let size = size(about, &reference(table, column), suspicious, as_text);
            let name = format!("review_data_{}", sizes.len());
            sizes.push(format!("coalesce({size}, 0)::pg_catalog.int8 as {name}"));
            let copies = copies.get(place).copied().unwrap_or(2);
            needed.push(format!("(r.{name} operator(pg_catalog.*) {copies}::pg_catalog.int8)"));
            sums.push(format!("r.{name}"));
        }
    }
    for column in shown {
        let name = format!("review_data_{}", sizes.len());
        sizes.push(format!("{}::pg_catalog.text as {name}", reference(table, *column)));
    }
    let shown = (sums.len()..sizes.len()).map(|place| format!("r.review_data_{place}"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    let plus = " operator(pg_catalog.+) ";
    let (sizes, sum, needed) = (sizes.join(", "), sums.join(plus), needed.join(plus));
    let alias = alias(table);
    let from = match among {
        Among::All => from(table),
        Among::Addresses(leaf) => format!(
            "{} where {alias}.ctid operator(pg_catalog.=) any ((select \
               pg_catalog.current_setting('review_data.k0')::pg_catalog.tid[])::pg_catalog.tid[])",
            from_leaf(table, leaf)
        ),
    };
    let Limits { bytes, memory, .. } = limits;
    // the sub-select stays apart, so that each size is found once
    format!(
        "select r.review_data_relation, \
                r.review_data_address::pg_catalog.text, {sum}, {needed}, \
                array[{shown}]::pg_catalog.text[] \
         from (select {alias}.tableoid as review_data_relation, \
                      {alias}.ctid as review_data_address, {sizes} \
               from {from} offset 0) as r \
         where {sum} operator(pg_catalog.>) {bytes} or {needed} operator(pg_catalog.>) {memory} \
         limit 1"
    )
}

/// How many bytes a value takes on its way; of a value that is not suspicious, about.
fn size(data_type: &DataType, value: &str, suspicious: u64, as_text: bool) -> String {
    let length = |of: &str| format!("pg_catalog.octet_length({of})");
    match data_type.oid {
        17 if as_text => format!("{}::pg_catalog.int8 operator(pg_catalog.*) 2", length(value)),
        // the server knows the length without fetching the value
        17 | 25 | 1042 | 1043 => length(value),
        _ => {
            let whole = if data_type.element.is_some() && !as_text {
                length(&format!("pg_catalog.array_send({value})"))
            } else {
                length(&format!("{value}::pg_catalog.text"))
            };
            let stored = format!("pg_catalog.pg_column_size({value})");
            format!(
                "case when {stored} operator(pg_catalog.>) {suspicious} then {whole} else {stored} end"
            )
        }
    }
}
