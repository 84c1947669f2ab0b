//! How many rows there are, and what the planner's statistics know of them.

use super::lists::keys_alias;
use super::names::{enclosed, from, reference};
use crate::catalog::Table;

/// How many rows there are that meet the condition.
#[must_use]
pub fn count(table: &Table, condition: Option<&str>) -> String {
    let condition =
        condition.map(|condition| format!(" where {}", enclosed(condition))).unwrap_or_default();
    format!("select pg_catalog.count(*) from {}{condition}", from(table))
}

/// That the periods of the rows together cover a period. `from`: the rows whose period overlaps it.
#[must_use]
pub fn covered(periods: &str, period: &str, from: &str) -> String {
    format!(
        "coalesce((select pg_catalog.range_agg({periods}) operator(pg_catalog.@>) {period} {from}), \
         false)"
    )
}

/// How many rows there are, but no more than this many are counted.
#[must_use]
pub fn count_up_to(table: &Table, most: u32) -> String {
    format!("select pg_catalog.count(*) from (select from {} limit {most}) as counted", from(table))
}

/// About how many rows there are: those in a sample of the blocks, by the given percentage.
#[must_use]
pub fn sampled_count(table: &Table, percent: f64) -> String {
    format!(
        "select pg_catalog.count(*) from {} tablesample system ({percent:.8}) repeatable (1)",
        from(table)
    )
}

/// Rows that a sample takes, at most.
const MOST_SAMPLES: u32 = 400;

/// Characters of a sampled value, at most.
const SAMPLE_LENGTH: u32 = 20_000;

/// Bytes of a table's samples, about.
const MOST_SAMPLED: u32 = 1 << 20;

/// The text of these columns in some rows: of a percentage of the pages, or of the first ones.
#[must_use]
pub fn samples(table: &Table, columns: &[usize], percent: Option<f64>, seed: i64) -> String {
    let values = columns.iter().enumerate().map(|(place, column)| {
        let value = reference(table, *column);
        format!(
            "pg_catalog.textsend(pg_catalog.left({value}::pg_catalog.text, {SAMPLE_LENGTH})) as v{place}"
        )
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let part = match percent {
        Some(percent) if !table.is_part() => {
            format!(" tablesample system ({percent:.8}) repeatable ({seed})")
        }
        _ => String::new(),
    };
    let rows = format!("select {values} from {}{part} limit {MOST_SAMPLES}", from(table));
    let place = |place: usize| format!("s.v{place}");
    let names = (0..columns.len()).map(place).collect::<Vec<_>>().join(", ");
    let length = |place: usize| format!("coalesce(pg_catalog.octet_length(s.v{place}), 0)");
    let lengths = (0..columns.len()).map(length).collect::<Vec<_>>();
    let lengths = lengths.join(" operator(pg_catalog.+) ");
    format!(
        "select {names} from (select {names}, coalesce(pg_catalog.sum({lengths}) \
           over (rows between unbounded preceding and 1 preceding), 0) as bytes from ({rows}) s) s \
         where s.bytes operator(pg_catalog.<=) {MOST_SAMPLED}::pg_catalog.int8"
    )
}

/// How many rows there are in each of the ranges that are given (their first and their last values)
/// of an integer key.
#[must_use]
pub fn counts_in_ranges(table: &Table, column: usize) -> String {
    let (column, ranges) = (reference(table, column), keys_alias(table));
    format!(
        "select (select pg_catalog.count(*) from {} \
                 where {column} operator(pg_catalog.>=) {ranges}.first \
                   and {column} operator(pg_catalog.<=) {ranges}.last) \
         from rows from (pg_catalog.unnest($1::bigint[]), pg_catalog.unnest($2::bigint[])) \
           with ordinality as {ranges}(first, last, number) order by {ranges}.number",
        from(table)
    )
}

/// What the planner's statistics know of columns with few values or with NULLs; parameters are the
/// schemas and the names of tables.
#[must_use]
pub fn statistics() -> &'static str {
    "select s.schemaname::text, s.tablename::text, s.attname::text, s.inherited, \
            s.null_frac::float8, s.n_distinct::float8, \
            case when s.n_distinct operator(pg_catalog.>=) 1::pg_catalog.float4 \
                  and s.n_distinct operator(pg_catalog.<=) 20::pg_catalog.float4 \
                 then s.most_common_vals::pg_catalog.text::pg_catalog.text[] end, \
            s.most_common_freqs::float4[] \
     from pg_catalog.pg_stats s \
     join rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) \
       as t(schema, name) on s.schemaname operator(pg_catalog.=) t.schema \
         and s.tablename operator(pg_catalog.=) t.name \
     where s.n_distinct operator(pg_catalog.>=) 1::pg_catalog.float4 \
         and s.n_distinct operator(pg_catalog.<=) 20::pg_catalog.float4 \
       or s.null_frac operator(pg_catalog.>) 0::pg_catalog.float4"
}

/// The lowest and the highest value of an integer column.
#[must_use]
pub fn bounds(table: &Table, column: usize) -> String {
    let column = reference(table, column);
    format!(
        "select pg_catalog.min({column})::bigint, pg_catalog.max({column})::bigint from {}",
        from(table)
    )
}
