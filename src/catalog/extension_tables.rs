//! The configuration tables of extensions: rows that users added to them are data of the database,
//! and `pg_dump` dumps them, too.

use super::error::CatalogError;
use super::extension_table::ExtensionTable;
use super::name::QualifiedName;
use super::outside::Outside;
use crate::postgres::ReadOnly;
use std::collections::HashMap;

/// Reads which there are. A referenced table comes before the tables that reference it.
pub(super) async fn read_extension_tables(
    source: &ReadOnly,
    outside: &Outside,
) -> Result<Vec<ExtensionTable>, CatalogError> {
    let rows = source
        .query(
            "select c.oid, n.nspname::text, c.relname::text, e.extname::text, c.relkind = 'S', \
               coalesce(e.extcondition[x.position], ''), \
               array(select a.attname::text from pg_catalog.pg_attribute a \
                     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
                       and a.attgenerated::text = '' order by a.attnum), \
               pg_catalog.has_schema_privilege(n.oid, 'usage') \
                 and case when c.relkind = 'S' \
                          then pg_catalog.has_sequence_privilege(c.oid, 'select') \
                          else pg_catalog.has_table_privilege(c.oid, 'select') end, \
               c.relkind <> 'S' and pg_catalog.row_security_active(c.oid), \
               c.relpersistence <> 'p', e.oid, n.oid, \
               'pg_catalog.pg_extension'::pg_catalog.regclass::oid, \
               coalesce(pg_catalog.pg_table_size(c.oid), 0) \
             from pg_catalog.pg_extension e \
             cross join lateral pg_catalog.unnest(e.extconfig) with ordinality as x(oid, position) \
             join pg_catalog.pg_class c on c.oid = x.oid and c.relkind in ('r', 'p', 'S') \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace order by 2, 3",
            &[],
        )
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let (extension, schema): (u32, u32) = (row.get(10), row.get(11));
        if outside.namespaces.contains_key(&schema)
            || outside.objects.contains(&(row.get(12), extension))
        {
            continue;
        }
        let (allowed, hidden, unlogged): (bool, bool, bool) = (row.get(7), row.get(8), row.get(9));
        let unreadable = if !allowed {
            Some("the source's role may not read it")
        } else if hidden {
            Some("row-level security hides rows from the source's role")
        } else {
            unlogged.then_some("it is unlogged")
        };
        let table = ExtensionTable {
            name: QualifiedName::new(row.get::<_, String>(1), row.get::<_, String>(2)),
            extension: row.get(3),
            is_sequence: row.get(4),
            condition: row.get(5),
            columns: row.get(6),
            bytes: u64::try_from(row.get::<_, i64>(13)).unwrap_or(0),
            unreadable,
        };
        found.push((row.get::<_, u32>(0), table));
    }
    if found.len() < 2 {
        return Ok(found.into_iter().map(|(_, table)| table).collect());
    }
    let oids: Vec<u32> = found.iter().map(|(oid, _)| *oid).collect();
    let rows = source
        .query(
            "select k.conrelid, k.confrelid from pg_catalog.pg_constraint k \
             where k.contype = 'f' and k.conrelid = any($1) and k.confrelid = any($1) \
               and k.conrelid <> k.confrelid",
            &[&oids],
        )
        .await?;
    let references: Vec<(u32, u32)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    Ok(in_order(found, &references))
}

/// Referenced tables first. In a cycle, the order stays.
fn in_order<T>(found: Vec<(u32, T)>, references: &[(u32, u32)]) -> Vec<T> {
    let mut depths: HashMap<u32, usize> = found.iter().map(|(oid, _)| (*oid, 0)).collect();
    for _ in 0..found.len() {
        for (child, parent) in references {
            let below = depths.get(parent).map_or(0, |depth| depth + 1);
            if let Some(depth) = depths.get_mut(child) {
                *depth = below.max(*depth).min(found.len());
            }
        }
    }
    let mut found = found;
    found.sort_by_key(|(oid, _)| depths.get(oid).copied());
    found.into_iter().map(|(_, table)| table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn referenced_tables_come_first() {
        let found = || vec![(1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')];
        assert_eq!(in_order(found(), &[(1, 2), (2, 4)]), ['c', 'd', 'b', 'a']);
        let all: usize = in_order(found(), &[(1, 2), (2, 1), (3, 1)]).len();
        assert_eq!(all, 4, "a cycle ends");
    }
}
