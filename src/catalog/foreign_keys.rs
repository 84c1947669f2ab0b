//! Foreign keys, and which partitions they hold for.

use super::error::CatalogError;
use super::model::{Catalog, Comparison, Downward, ForeignKey, TableId};
use super::name::QualifiedName;
use super::scope::Places;
use crate::postgres::ReadOnly;

/// Since this version, foreign keys may have a period.
const TEMPORAL: i32 = 180_000;

pub(super) async fn read_foreign_keys(
    source: &ReadOnly,
    catalog: &mut Catalog,
    places: &Places,
) -> Result<(), CatalogError> {
    let mut places = places.clone();
    add_inner_partitions(source, &mut places).await?;
    let relations: Vec<u32> = places.keys().copied().collect();
    // a server that does not know temporal foreign keys has no such column
    let is_temporal = if source.server_version_num() >= TEMPORAL { "k.conperiod" } else { "false" };
    // constraints with a parent repeat the root's for its partitions
    let rows = source
        .query(
            &format!(
                "select k.conname::text, k.conrelid, k.conkey, k.confrelid, k.confkey, \
                    k.confmatchtype::text = 'f', k.confdeltype::text = 'c', \
                    array(select pg_catalog.format('operator(%I.%s)', n.nspname, o.oprname) \
                          from pg_catalog.unnest(k.conpfeqop) with ordinality as u(oid, position) \
                          join pg_catalog.pg_operator o on o.oid = u.oid \
                          join pg_catalog.pg_namespace n on n.oid = o.oprnamespace \
                          order by u.position), \
                    m.nspname::text, f.relname::text, \
                    array(select a.attname::text \
                          from pg_catalog.unnest(k.conkey) with ordinality as u(number, position) \
                          join pg_catalog.pg_attribute a \
                            on a.attrelid = k.conrelid and a.attnum = u.number \
                          order by u.position), \
                    array(select a.attname::text \
                          from pg_catalog.unnest(k.confkey) with ordinality as u(number, position) \
                          join pg_catalog.pg_attribute a \
                            on a.attrelid = k.confrelid and a.attnum = u.number \
                          order by u.position), \
                    k.convalidated, {is_temporal} \
             from pg_catalog.pg_constraint k \
             join pg_catalog.unnest($1::oid[]) as copied(oid) on copied.oid = k.conrelid \
             join pg_catalog.unnest($1::oid[]) as named(oid) on named.oid = k.confrelid \
             join pg_catalog.pg_class f on f.oid = k.confrelid \
             join pg_catalog.pg_namespace m on m.oid = f.relnamespace \
             where k.contype = 'f' and k.conparentid = 0 \
             order by k.conrelid, k.conname"
            ),
            &[&relations],
        )
        .await?;
    for row in rows {
        // a table that is not copied (an extension's, another schema's) has nothing to follow
        let Some((table, leaves)) = places.get(&row.get::<_, u32>(1)).cloned() else { continue };
        let Some((referenced, referenced_leaves)) = places.get(&row.get::<_, u32>(3)).cloned()
        else {
            continue;
        };
        let named = |table: TableId, names: Vec<String>| -> Vec<usize> {
            names.iter().filter_map(|name| catalog.tables[table].column(name)).collect()
        };
        let columns = named(table, row.get(10));
        let referenced_columns = named(referenced, row.get(11));
        catalog.foreign_keys.push(ForeignKey {
            name: row.get(0),
            table,
            leaves,
            columns,
            referenced,
            referenced_relation: QualifiedName::new(
                row.get::<_, String>(8),
                row.get::<_, String>(9),
            ),
            referenced_leaves,
            referenced_columns,
            operators: row.get(7),
            match_full: row.get(5),
            // the column exists since PostgreSQL 18
            comparison: if row.get(13) { Comparison::Period } else { Comparison::Equality },
            on_delete_cascade: row.get(6),
            validated: row.get(12),
            downward: Downward::default(),
            configured: None,
        });
    }
    catalog.foreign_keys.sort_by(|a, b| (a.table, &a.name).cmp(&(b.table, &b.name)));
    Ok(())
}

/// Partitions that are partitioned themselves: they hold no rows, but foreign keys can name them.
async fn add_inner_partitions(source: &ReadOnly, places: &mut Places) -> Result<(), CatalogError> {
    let rows = source
        .query(
            "select c.oid, array(select p.relid::oid from pg_catalog.pg_partition_tree(c.oid) p) \
             from pg_catalog.pg_class c where c.relkind = 'p' and c.relispartition",
            &[],
        )
        .await?;
    for row in rows {
        let below: Vec<u32> = row.get(1);
        let mut table = None;
        let mut leaves = Vec::new();
        for oid in below {
            if let Some((id, Some(positions))) = places.get(&oid) {
                table = Some(*id);
                leaves.extend(positions);
            }
        }
        if let Some(table) = table {
            places.insert(row.get(0), (table, Some(leaves)));
        }
    }
    Ok(())
}
