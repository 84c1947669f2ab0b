//! Foreign keys to a table that is left empty: which of their columns become NULL, or why none can.

use crate::catalog::{Catalog, ForeignKey, ForeignKeyId, TableId};

/// Why a foreign key's columns cannot become NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    NotNull,
    Generated,
    /// It says in which partition a row is.
    Partitions,
    /// Another foreign key references this column.
    Referenced {
        column: usize,
        by: ForeignKeyId,
    },
    /// This column is part of another foreign key that is MATCH FULL: a NULL beside other values
    /// would break it.
    MatchFull {
        column: usize,
        other: ForeignKeyId,
    },
}

/// The columns of a foreign key that become NULL, so that it references nothing. If it has columns
/// that no other foreign key has, only those become NULL: the others keep what they reference.
/// `left_empty` says which tables get no rows, and so reference nothing.
///
/// # Errors
/// Why no column can become NULL; with MATCH FULL, why one cannot.
pub fn nulled(
    catalog: &Catalog,
    left_empty: impl Fn(TableId) -> bool,
    id: ForeignKeyId,
) -> Result<Vec<usize>, Obstacle> {
    let key = &catalog.foreign_keys[id];
    let obstacles: Vec<Option<Obstacle>> =
        key.columns.iter().map(|column| obstacle(catalog, &left_empty, id, *column)).collect();
    let free = || key.columns.iter().zip(&obstacles).filter(|(_, obstacle)| obstacle.is_none());
    let mut columns: Vec<usize> = free().map(|(column, _)| *column).collect();
    let all_must = key.match_full && columns.len() < key.columns.len();
    if columns.is_empty() || all_must {
        // the less obvious reason is the one to tell
        let others = obstacles.iter().flatten().find(|why| **why != Obstacle::NotNull);
        return Err(others
            .or(obstacles.iter().flatten().next())
            .copied()
            .unwrap_or(Obstacle::NotNull));
    }
    let own = |column: &usize| !others(catalog, id).any(|(_, other)| has(other, *column));
    if !key.match_full && columns.iter().any(own) {
        columns.retain(own);
    }
    Ok(columns)
}

fn obstacle(
    catalog: &Catalog,
    left_empty: impl Fn(TableId) -> bool,
    id: ForeignKeyId,
    column: usize,
) -> Option<Obstacle> {
    let key = &catalog.foreign_keys[id];
    let about = &catalog.tables[key.table].columns[column];
    if about.not_null {
        return Some(Obstacle::NotNull);
    }
    if about.generated {
        return Some(Obstacle::Generated);
    }
    if about.partitions {
        return Some(Obstacle::Partitions);
    }
    let mut referencing = catalog.foreign_keys.pairs().filter(|(_, other)| {
        other.referenced == key.table
            && other.referenced_columns.contains(&column)
            && !left_empty(other.table)
    });
    if let Some((by, _)) = referencing.next() {
        return Some(Obstacle::Referenced { column, by });
    }
    let mut full = others(catalog, id)
        .filter(|(_, other)| other.match_full && other.columns.len() > 1 && has(other, column));
    full.next().map(|(other, _)| Obstacle::MatchFull { column, other })
}

/// The other foreign keys of the same table.
fn others(
    catalog: &Catalog,
    id: ForeignKeyId,
) -> impl Iterator<Item = (ForeignKeyId, &ForeignKey)> {
    let table = catalog.foreign_keys[id].table;
    let keys = catalog.foreign_keys.pairs();
    keys.filter(move |(other, key)| *other != id && key.table == table)
}

fn has(key: &ForeignKey, column: usize) -> bool {
    key.columns.contains(&column)
}
