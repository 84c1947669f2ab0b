//! Values of configured foreign keys that name rows which do not exist.

use crate::catalog::{Catalog, ForeignKeyId};
use crate::load::select::count_severed::Severed;
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

/// References that became NULL, for people.
pub(crate) fn report_severed(catalog: &Catalog, found: &[Severed]) -> Vec<report::Severed> {
    let told = |found: &Severed| {
        let key = &catalog.foreign_keys[found.key];
        let table = &catalog.tables[key.table];
        let kept = table.kept.iter().flat_map(|kept| &kept.severed);
        let severed = kept.into_iter().find(|severed| severed.key == found.key);
        let columns = severed.iter().flat_map(|severed| &severed.columns);
        report::Severed {
            schema: table.name.schema.clone(),
            table: table.name.name.clone(),
            columns: columns.map(|column| table.columns[*column].name.clone()).collect(),
            references: catalog.tables[key.referenced].name.to_string(),
            rows: found.rows,
        }
    };
    found.iter().map(told).collect()
}
