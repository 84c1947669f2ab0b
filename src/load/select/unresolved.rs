//! Values of configured foreign keys that name rows which do not exist.

use crate::catalog::{Catalog, ForeignKeyId};
use crate::report;

/// Values of a configured foreign key that resolve to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unresolved {
    /// The foreign key.
    pub key: ForeignKeyId,
    /// How many, each counted once.
    pub values: u64,
    /// Since the referenced table is left empty.
    pub left_empty: bool,
}

/// The same for people.
pub(crate) fn report(catalog: &Catalog, found: &[Unresolved]) -> Vec<report::Unresolved> {
    let told = |found: &Unresolved| {
        let key = &catalog.foreign_keys[found.key];
        let table = &catalog.tables[key.table].name;
        report::Unresolved {
            schema: table.schema.clone(),
            table: table.name.clone(),
            foreign_key: key.name.clone(),
            values: found.values,
            left_empty: found.left_empty,
        }
    };
    found.iter().map(told).collect()
}
