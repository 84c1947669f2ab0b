//! Indexes: the key of each table, all its unique keys, and what else an index serves.

use super::error::CatalogError;
use super::model::{Catalog, Table, UniqueKey};
use super::scope::Places;
use crate::postgres::ReadOnly;

/// The key of each table, which columns lead its indexes, and the columns that are unique
/// together, each with the equality by which they are.
pub(super) async fn read_keys(
    source: &ReadOnly,
    catalog: &mut Catalog,
    places: &Places,
) -> Result<(), CatalogError> {
    let oids: Vec<u32> = catalog.tables.iter().map(|table| table.oid).collect();
    // the primary key first, then unique indexes by name: the first that serves is the key;
    // strategy 3 is equality
    let rows = source
        .query(
            "select i.indrelid, i.indkey::int2[], i.indnkeyatts, i.indisunique, i.indimmediate, \
                    array(select pg_catalog.format('operator(%I.%s)', n.nspname, o.oprname) \
                          from pg_catalog.unnest(i.indclass::oid[]) \
                            with ordinality as u(class, position) \
                          join pg_catalog.pg_opclass k on k.oid = u.class \
                          join pg_catalog.pg_amop s on s.amopfamily = k.opcfamily \
                            and s.amoplefttype = k.opcintype and s.amoprighttype = k.opcintype \
                            and s.amopstrategy = 3 \
                          join pg_catalog.pg_operator o on o.oid = s.amopopr \
                          join pg_catalog.pg_namespace n on n.oid = o.oprnamespace \
                          where i.indisunique and u.position <= i.indnkeyatts \
                          order by u.position) \
             from pg_catalog.pg_index i \
             join pg_catalog.pg_class c on c.oid = i.indexrelid \
             join pg_catalog.pg_am m on m.oid = c.relam \
             where i.indrelid = any($1) and i.indisvalid and i.indpred is null \
               and m.amname = 'btree' \
             order by i.indrelid, i.indisprimary desc, c.relname",
            &[&oids],
        )
        .await?;
    for row in rows {
        let Some((id, _)) = places.get(&row.get::<_, u32>(0)) else { continue };
        let table = &mut catalog.tables[*id];
        let numbers: Vec<i16> = row.get(1);
        let key_columns = usize::try_from(row.get::<_, i16>(2)).unwrap_or(0);
        // an expression stands as column 0: the columns before it still lead the index
        let columns: Vec<usize> =
            numbers.iter().take(key_columns).map_while(|number| position(table, *number)).collect();
        if columns.is_empty() {
            continue;
        }
        let (unique, immediate): (bool, bool) = (row.get(3), row.get(4));
        if unique && columns.len() == key_columns {
            let not_null = columns.iter().all(|column| table.columns[*column].not_null);
            if immediate && table.key.is_none() && not_null {
                table.key = Some(columns.clone());
            }
            let operators: Vec<String> = row.get(5);
            if operators.len() == key_columns {
                table.unique.push(UniqueKey { columns: columns.clone(), operators });
            }
        }
        table.indexes.push(columns);
    }
    Ok(())
}

/// Indexes on the elements of arrays, and on expressions.
pub(super) async fn read_other_indexes(
    source: &ReadOnly,
    catalog: &mut Catalog,
    places: &Places,
) -> Result<(), CatalogError> {
    let oids: Vec<u32> = catalog.tables.iter().map(|table| table.oid).collect();
    let rows = source
        .query(
            "select i.indrelid, i.indkey::int2[], i.indnkeyatts, m.amname = 'gin', \
                    case when m.amname = 'btree' and i.indkey[0] = 0 \
                         then pg_catalog.pg_get_indexdef(i.indexrelid, 1, false) end, \
                    array(select k.opcname = 'array_ops' \
                          from pg_catalog.unnest(i.indclass::oid[]) \
                            with ordinality as u(class, position) \
                          join pg_catalog.pg_opclass k on k.oid = u.class order by u.position) \
             from pg_catalog.pg_index i \
             join pg_catalog.pg_class c on c.oid = i.indexrelid \
             join pg_catalog.pg_am m on m.oid = c.relam \
             where i.indrelid = any($1) and i.indisvalid and i.indpred is null \
               and m.amname in ('btree', 'gin') \
             order by i.indrelid, c.relname",
            &[&oids],
        )
        .await?;
    for row in rows {
        let Some((id, _)) = places.get(&row.get::<_, u32>(0)) else { continue };
        let table = &mut catalog.tables[*id];
        table.indexed_expressions.extend(row.get::<_, Option<String>>(4));
        if row.get::<_, bool>(3) {
            let numbers: Vec<i16> = row.get(1);
            let arrays: Vec<bool> = row.get(5);
            for (number, _) in numbers.iter().zip(arrays).filter(|(_, of_arrays)| *of_arrays) {
                table.indexed_elements.extend(position(table, *number));
            }
        }
    }
    Ok(())
}

fn position(table: &Table, number: i16) -> Option<usize> {
    table.columns.iter().position(|column| column.number == number)
}
