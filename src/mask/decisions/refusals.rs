//! Columns whose values cannot be masked without harm: refused before a row is copied.

use super::decided::{Decided, Known, LEFT_EMPTY, column_name, kind, masked};
use super::ties::{ColumnId, Ties};
use crate::catalog::{Catalog, ForeignKey, TableId};
use crate::config::ColumnShape;
use crate::mask::Mask;
use crate::mask::values::Kind;

/// The columns, with the reasons.
pub(super) fn refusals(
    known: Known<'_>,
    tables: &[Vec<Decided>],
    ties: &Ties,
) -> Vec<(ColumnId, String)> {
    let of_column = |(id, column, decided): (TableId, usize, &Decided)| {
        let group = ties.with((id, column));
        let why = reason(known, tables, &group, (id, column), &decided.mask)?;
        Some(((id, column), why))
    };
    masked(tables).filter_map(of_column).collect()
}

/// Why a column cannot be masked.
fn reason(
    known: Known<'_>,
    tables: &[Vec<Decided>],
    tied: &[ColumnId],
    (id, column): ColumnId,
    mask: &Mask,
) -> Option<String> {
    let Known { catalog, details, .. } = known;
    let table = &catalog.tables[id];
    let about = &table.columns[column];
    let own = &details[id].columns[column];
    if let Some(why) = known.exempt[id].filter(|why| *why != LEFT_EMPTY) {
        return Some(why.to_owned());
    }
    if about.generated {
        return Some(
            "the server computes it: mask the columns that it is computed from".to_owned(),
        );
    }
    if about.partitions {
        return Some("it says in which partition a row is".to_owned());
    }
    if catalog.sequences.iter().any(|sequence| sequence.columns.contains(&(id, column))) {
        return Some("its values come from a sequence".to_owned());
    }
    if *mask == Mask::Null && about.not_null {
        return Some("it is NOT NULL".to_owned());
    }
    let is_tied = tied.len() > 1;
    if is_tied
        && matches!(
            mask,
            Mask::Null | Mask::Constant(_) | Mask::Sql(_) | Mask::Redact | Mask::ByKey
        )
    {
        return Some(format!("a foreign key ties it to other columns, which {mask} would break"));
    }
    if own.nondeterministic && (own.unique || is_tied) {
        return Some(
            "its collation is nondeterministic: equal values may be written differently".to_owned(),
        );
    }
    if own.unique && matches!(mask, Mask::Constant(_) | Mask::Redact) {
        return Some(format!("it is unique, and {mask} gives every row the same value"));
    }
    if let Some(why) = of_kinds(known, id, column, tied) {
        return Some(why);
    }
    if let Some(why) = of_kept_ends(known, tables, (id, column), mask, tied) {
        return Some(why);
    }
    of_foreign_keys(known, id, column)
}

/// Values of two types may be equal and written differently.
fn of_kinds(known: Known<'_>, id: TableId, column: usize, tied: &[ColumnId]) -> Option<String> {
    let own = element(kind(known, (id, column)));
    tied.iter().find_map(|other| {
        let theirs = element(kind(known, *other));
        let same = own == theirs || matches!((&own, &theirs), (Kind::Integer(_), Kind::Integer(_)));
        (!same).then(|| {
            let table = &known.catalog.tables[other.0];
            format!(
                "a foreign key ties it to {}, which has another type",
                column_name(table, other.1)
            )
        })
    })
}

fn element(kind: Kind) -> Kind {
    match kind {
        Kind::Array(element) => *element,
        kind => kind,
    }
}

/// A tied column that gets no mask, since nothing is masked in its table.
fn of_kept_ends(
    known: Known<'_>,
    tables: &[Vec<Decided>],
    own: ColumnId,
    mask: &Mask,
    tied: &[ColumnId],
) -> Option<String> {
    let (table, other) = tied.iter().copied().find(|other| {
        let decided = &tables[other.0][other.1];
        *other != own && decided.mask != *mask && !is_left_empty(known, other.0)
    })?;
    let name = column_name(&known.catalog.tables[table], other);
    let why = tables[table][other].reason.clone();
    Some(format!("a foreign key ties it to {name}, which cannot be masked ({why})"))
}

/// Rows of the table do not arrive.
fn is_left_empty(known: Known<'_>, id: TableId) -> bool {
    known.exempt[id] == Some(LEFT_EMPTY)
}

/// Foreign keys that the column is a part of in another way than by its plain value.
fn of_foreign_keys(known: Known<'_>, id: TableId, column: usize) -> Option<String> {
    let Catalog { foreign_keys, tables, .. } = known.catalog;
    let computed = |table: TableId, columns: &[usize]| {
        table == id
            && columns.iter().any(|position| {
                known.details[id].columns[*position].computed_from.contains(&column)
            })
    };
    foreign_keys.iter().find_map(|key| {
        if computed(key.table, &key.columns) || computed(key.referenced, &key.referenced_columns) {
            return Some(format!(
                "a generated column is computed from it, which foreign key {} of {} is about",
                key.name, tables[key.table].name
            ));
        }
        path(key, id, column).then(|| {
            format!(
                "a path within {} references it, whose values are not masked alike",
                column_name(&tables[key.table], key.columns[0])
            )
        })
    })
}

/// Whether a path within a document references the column.
fn path(key: &ForeignKey, id: TableId, column: usize) -> bool {
    let Some(configured) = &key.configured else { return false };
    let positions = key.referenced_columns.iter().zip(&configured.shapes);
    key.referenced == id
        && positions.into_iter().any(|(referenced, shape)| {
            *referenced == column && matches!(shape, ColumnShape::Path(_))
        })
}
