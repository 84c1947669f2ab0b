//! Tables and columns of the catalogue, by the names that `[[foreign_keys]]` gives them.

use super::error::RelationError;
use crate::catalog::{Catalog, TableId};
use crate::config::{ColumnPath, ForeignKeyRule, Given, Located, Location, nearest};
use crate::subset::rules;

/// The table of an entry.
pub(super) fn table(catalog: &Catalog, rule: &ForeignKeyRule) -> Result<TableId, RelationError> {
    let given = Given::at(rule.table.location, &rule.table.value.to_string());
    Ok(rules::find(catalog, &rule.table.value, &given)?)
}

/// A column that an entry names.
pub(super) fn column(
    catalog: &Catalog,
    table: TableId,
    given: &Located<ColumnPath>,
) -> Result<usize, RelationError> {
    named_column(catalog, table, &given.value.column, given.location)
}

/// A column by its name, which stands at `place` of the file.
pub(super) fn named_column(
    catalog: &Catalog,
    table: TableId,
    name: &str,
    place: Option<Location>,
) -> Result<usize, RelationError> {
    let about = &catalog.tables[table];
    about.column(name).ok_or_else(|| {
        let names = about.columns.iter().map(|column| column.name.as_str());
        RelationError::UnknownColumn {
            table: about.name.to_string(),
            column: name.to_owned(),
            nearest: nearest(name, names).map(str::to_owned),
            place,
        }
    })
}
