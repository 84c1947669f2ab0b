//! Which objects are read, and where the rows of each relation are.

use super::model::{Catalog, Storage, TableId};
use std::collections::HashMap;

/// Schemas that are never copied: the system's, Heroku's own, and our record.
pub(super) const LEFT_OUT_SCHEMAS: &str = "n.nspname !~ '^pg_' and n.nspname not in \
     ('information_schema', '_heroku', 'review_data')";

/// What an extension brought comes with the extension.
pub(super) const NOT_OF_AN_EXTENSION: &str = "not exists ( \
     select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass \
       and d.objid = c.oid and d.deptype = 'e')";

/// Where a relation's rows are: the table, and the partitions if it is one of its partitions.
pub(super) type Places = HashMap<u32, (TableId, Option<Vec<usize>>)>;

pub(super) fn relation_places(catalog: &Catalog) -> Places {
    let mut places = Places::new();
    for (id, table) in catalog.tables.pairs() {
        places.insert(table.oid, (id, None));
        if let Storage::Partitioned { leaves, .. } = &table.storage {
            for (position, leaf) in leaves.iter().enumerate() {
                places.insert(leaf.oid, (id, Some(vec![position])));
            }
        }
    }
    places
}
