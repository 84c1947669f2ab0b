//! What foreign keys need.

use crate::schema::{Kind, Schema};
use std::collections::HashSet;

/// The entries of keys and indexes that a foreign key needs: of a partitioned table, its partitions'
/// are attached to the whole table's.
pub(super) fn indexes(schema: &Schema) -> HashSet<i64> {
    let of = |kind| schema.post_data.iter().filter(move |made| made.kind == kind);
    let all: HashSet<i64> = of(Kind::Index).map(|index| index.id).collect();
    let mut needed: HashSet<i64> = of(Kind::ForeignKey)
        .flat_map(|key| &key.needs)
        .copied()
        .filter(|id| all.contains(id))
        .collect();
    loop {
        let before = needed.len();
        for attach in of(Kind::Attach) {
            if attach.needs.iter().any(|id| needed.contains(id)) {
                needed.extend(attach.needs.iter().filter(|id| all.contains(id)));
            }
        }
        if needed.len() == before {
            return needed;
        }
    }
}
