//! Names of foreign keys for messages.

use crate::catalog::{Catalog, ForeignKeyId};
use crate::config::{ColumnPath, ColumnShape};
use crate::report::ForeignKeyName;

pub(super) fn foreign_key(catalog: &Catalog, key: ForeignKeyId) -> ForeignKeyName {
    let key = &catalog.foreign_keys[key];
    let table = &catalog.tables[key.table];
    // as the configuration writes it
    let shape = |position: usize| key.configured.as_ref()?.shapes.get(position).cloned();
    let column = |(position, column): (usize, &usize)| {
        let column = table.columns[*column].name.clone();
        let shape = shape(position).unwrap_or(ColumnShape::Plain);
        ColumnPath { column, shape }.to_string()
    };
    ForeignKeyName {
        schema: table.name.schema.clone(),
        table: table.name.name.clone(),
        name: key.name.clone(),
        columns: key.columns.iter().enumerate().map(column).collect(),
    }
}
