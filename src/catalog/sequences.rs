//! Sequences: their bounds, their state where the role may read it, and the columns that draw from
//! them.

use super::error::CatalogError;
use super::model::{Catalog, Sequence, SequenceState};
use super::name::QualifiedName;
use super::outside::Outside;
use super::scope::{LEFT_OUT_SCHEMAS, NOT_OF_AN_EXTENSION, Places};
use crate::postgres::ReadOnly;
use std::collections::HashMap;
use tokio_postgres::Row;

/// The names for `pg_dump`'s options that exclude objects.
#[derive(Clone, Debug, Default)]
pub struct DumpedNames {
    pub sequences: Vec<QualifiedName>,
    pub materialized_views: Vec<QualifiedName>,
}

/// The sequences and the materialized views that are dumped, and the sequences that extensions call
/// their configuration: `pg_dump` reads their state, too.
///
/// # Errors
/// The source's.
pub async fn dumped_names(
    source: &ReadOnly,
    outside: &Outside,
) -> Result<DumpedNames, CatalogError> {
    let rows = source
        .query(
            &format!(
                "select n.nspname::text, c.relname::text, c.relkind = 'S' \
                 from pg_catalog.pg_class c \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where c.relkind in ('S', 'm') and {LEFT_OUT_SCHEMAS} \
                   and ({NOT_OF_AN_EXTENSION} or exists (select from pg_catalog.pg_extension e \
                     where c.oid = any (e.extconfig))) \
                   and {} \
                 order by 1, 2",
                outside.condition()
            ),
            &[],
        )
        .await?;
    let name = |row: &Row| QualifiedName::new(row.get::<_, String>(0), row.get::<_, String>(1));
    let (sequences, views): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.get(2));
    Ok(DumpedNames {
        sequences: sequences.into_iter().map(name).collect(),
        materialized_views: views.into_iter().map(name).collect(),
    })
}

pub(super) async fn read_sequences(
    source: &ReadOnly,
    outside: &Outside,
    catalog: &mut Catalog,
    places: &Places,
) -> Result<(), CatalogError> {
    let inside = outside.condition();
    let rows = source
        .query(
            &format!(
                "select c.oid, n.nspname::text, c.relname::text, s.seqincrement, s.seqmin, \
                        s.seqmax, s.seqcycle, s.seqstart, \
                        pg_catalog.has_sequence_privilege(c.oid, 'select') \
                          and c.relpersistence = 'p' \
                          and pg_catalog.has_schema_privilege(n.oid, 'usage') \
                 from pg_catalog.pg_sequence s \
                 join pg_catalog.pg_class c on c.oid = s.seqrelid \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where {LEFT_OUT_SCHEMAS} and {NOT_OF_AN_EXTENSION} and {inside} \
                 order by 2, 3"
            ),
            &[],
        )
        .await?;
    let mut by_oid: HashMap<u32, usize> = HashMap::new();
    let mut readable = Vec::new();
    for row in &rows {
        let name = QualifiedName::new(row.get::<_, String>(1), row.get::<_, String>(2));
        by_oid.insert(row.get(0), catalog.sequences.len());
        if row.get::<_, bool>(8) {
            readable.push(catalog.sequences.len());
        }
        catalog.sequences.push(Sequence {
            name,
            start: row.get(7),
            increment: row.get(3),
            minimum: row.get(4),
            maximum: row.get(5),
            cycles: row.get(6),
            state: None,
            columns: Vec::new(),
        });
    }
    // one statement for many sequences; a few hundred a time keep the statement short
    for chunk in readable.chunks(200) {
        let selects: Vec<String> = chunk
            .iter()
            .map(|position| {
                format!(
                    "select {position}::int8, last_value, is_called from {}",
                    catalog.sequences[*position].name.quoted()
                )
            })
            .collect();
        for row in source.query(&selects.join(" union all "), &[]).await? {
            let position = usize::try_from(row.get::<_, i64>(0)).unwrap_or(0);
            catalog.sequences[position].state =
                Some(SequenceState { last_value: row.get(1), is_called: row.get(2) });
        }
    }
    read_sequence_columns(source, catalog, places, &by_oid).await
}

/// Which columns draw from which sequence: owned (serial, identity), or by their default.
async fn read_sequence_columns(
    source: &ReadOnly,
    catalog: &mut Catalog,
    places: &Places,
    sequences: &HashMap<u32, usize>,
) -> Result<(), CatalogError> {
    let rows = source
        .query(
            "select d.objid, d.refobjid, d.refobjsubid::int2 from pg_catalog.pg_depend d \
             where d.classid = 'pg_catalog.pg_class'::regclass \
               and d.refclassid = 'pg_catalog.pg_class'::regclass \
               and d.deptype in ('a', 'i') and d.refobjsubid > 0 \
             union \
             select d.refobjid, a.adrelid, a.adnum from pg_catalog.pg_depend d \
             join pg_catalog.pg_attrdef a on a.oid = d.objid \
             where d.classid = 'pg_catalog.pg_attrdef'::regclass \
               and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype = 'n' \
             order by 1, 2, 3",
            &[],
        )
        .await?;
    for row in rows {
        let Some(sequence) = sequences.get(&row.get::<_, u32>(0)) else { continue };
        let Some((table, None)) = places.get(&row.get::<_, u32>(1)) else { continue };
        let number: i16 = row.get(2);
        let Some(column) =
            catalog.tables[*table].columns.iter().position(|column| column.number == number)
        else {
            continue;
        };
        if catalog.tables[*table].columns[column].data_type.is_integer() {
            catalog.sequences[*sequence].columns.push((*table, column));
        }
    }
    Ok(())
}
