//! Tables, columns and conditions as they stand in a question.

use crate::catalog::{DataType, QualifiedName, Storage, Table};
use crate::postgres::{QuotedIdent, QuotedLiteral};
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

/// A query that only has to be understood by the server: it checks an expression for values of a type.
#[must_use]
pub fn probe_value(table: &Table, expression: &str, data_type: &str) -> String {
    format!("select {}::{data_type} from {}", enclosed(expression), from(table))
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
            let equals = equality(&table.columns[*column].data_type);
            format!("{} {equals} {}", reference(table, *column), QuotedLiteral::new(value))
        })
        .collect::<Vec<_>>()
        .join(" and ")
}

/// The equality operator of a type, for a column and a literal: the server's, or the one of the type's
/// extension, in the type's schema.
pub(crate) fn equality(data_type: &DataType) -> String {
    let built_in = data_type.composite || data_type.enumerated || data_type.element.is_some();
    match data_type.name.rsplit_once('.') {
        Some((schema, _)) if !built_in => format!("operator({schema}.=)"),
        _ => "operator(pg_catalog.=)".to_owned(),
    }
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
pub(crate) fn enclosed(condition: &str) -> String {
    format!("(\n{condition}\n)")
}

/// The rows of a table, under its own name: all of them, or the rows that `[[only]]` keeps.
pub(crate) fn from(table: &Table) -> String {
    kept(table, entire(table))
}

/// The same of one relation: the table itself, or one of its partitions with all below it.
pub(crate) fn from_relation(table: &Table, relation: &QualifiedName) -> String {
    if *relation == table.name {
        return from(table);
    }
    kept(table, format!("{} as {}", relation.quoted(), alias(table)))
}

/// The same of one relation and nothing below it.
pub(super) fn from_leaf(table: &Table, leaf: &QualifiedName) -> String {
    kept(table, format!("only {} as {}", leaf.quoted(), alias(table)))
}

/// What `[[only]]` keeps of rows that stand for a table. A column that is read as NULL in some rows is
/// there as it is, too ([`found_by`]): an index finds rows by it.
fn kept(table: &Table, rows: String) -> String {
    let Some(kept) = &table.kept else { return rows };
    let mut columns = vec![format!("{0}.ctid, {0}.tableoid", alias(table))];
    for (column, about) in table.columns.iter().enumerate() {
        let name = QuotedIdent::new(&about.name);
        let value = reference(table, column);
        let severed = kept.severed.iter().filter(|severed| severed.columns.contains(&column));
        let tests: Vec<&str> = severed.map(|severed| severed.kept.as_str()).collect();
        if tests.is_empty() {
            columns.push(format!("{value} as {name}"));
        } else {
            columns.push(format!("case when {} then {value} end as {name}", tests.join(" and ")));
            columns.push(format!("{value} as {}", as_it_is(column)));
        }
    }
    let condition = kept.condition.as_ref().map(|sql| format!(" where {sql}")).unwrap_or_default();
    let columns = columns.join(", ");
    format!("(select {columns} from {rows}{condition}) as {}", alias(table))
}

fn as_it_is(column: usize) -> String {
    format!("review_data_raw_{column}")
}

/// A column that is read as NULL in some rows, as it is.
pub(crate) fn raw_reference(table: &Table, column: usize) -> String {
    format!("{}.{}", alias(table), as_it_is(column))
}

/// How many rows have values that are read as NULL, by each of the foreign keys that `[[only]]`
/// severs.
#[must_use]
pub fn severed_rows(table: &Table, condition: Option<&str>) -> String {
    let severed = table.kept.iter().flat_map(|kept| &kept.severed);
    let counts: Vec<String> = severed
        .map(|severed| {
            let test = severed.columns.iter().map(|column| {
                let (raw, read) = (raw_reference(table, *column), reference(table, *column));
                format!("{raw} is not null and {read} is null")
            });
            let test = test.collect::<Vec<_>>().join(" and ");
            format!("pg_catalog.count(*) filter (where {test})")
        })
        .collect();
    let condition = condition.map(|sql| format!(" where {sql}")).unwrap_or_default();
    format!("select {} from {}{condition}", counts.join(", "), from(table))
}

/// A column as rows are found by it. It has the value that the row has in the source.
pub(crate) fn found_by(table: &Table, column: usize) -> String {
    if table.is_severed(column) { raw_reference(table, column) } else { reference(table, column) }
}

/// All rows of a table that can be read, under its own name.
pub(crate) fn entire(table: &Table) -> String {
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
pub(crate) fn alias(table: &Table) -> QuotedIdent {
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
