//! The name of a table in which a migration tool keeps its state.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A table in which a migration tool keeps its state: always copied whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationTable {
    /// `None`: in any schema.
    pub schema: Option<Cow<'static, str>>,
    /// `None`: every table of that schema.
    pub table: Option<Cow<'static, str>>,
    /// Other tables may have the name too, so the table must also have a column that names a
    /// migration, and no foreign key to another table.
    pub if_plausible: bool,
}

impl MigrationTable {
    /// Whether it is called so. Tools differ in whether they quote the name, so case is ignored.
    #[must_use]
    pub fn is_named(&self, schema: &str, table: &str) -> bool {
        let is = |name: &Option<Cow<'static, str>>, found: &str| {
            name.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(found))
        };
        is(&self.schema, schema) && is(&self.table, table)
    }
}
