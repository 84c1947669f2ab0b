//! The queries on `pg_catalog`, and putting their rows together.

use super::error::CatalogError;
use super::model::{Catalog, Column, Contents, DataType, Leaf, Storage, Table};
use super::name::QualifiedName;
use super::outside::Outside;
use super::scope::{LEFT_OUT_SCHEMAS, NOT_OF_AN_EXTENSION, Places, relation_places};
use super::types::{TypeFacts, transfer};
use super::unreadable::Unreadable;
use super::{checks, computed, extension_tables, foreign_keys, indexes, sequences, settings};
use crate::postgres::ReadOnly;
use std::collections::HashMap;

/// Reads the catalogue in the session's snapshot. The session's `search_path` must be empty, so
/// that every name that the server gives is qualified.
///
/// # Errors
/// The server's; or where the role may not read all that has to be read.
pub async fn read(source: &ReadOnly, outside: &Outside) -> Result<Catalog, CatalogError> {
    check_readable(source, outside).await?;
    let mut catalog = Catalog { left_out: outside.lines.clone(), ..Catalog::default() };
    read_tables(source, outside, &mut catalog).await?;
    let by_oid = relation_places(&catalog);
    read_columns(source, &mut catalog, &by_oid).await?;
    indexes::read_keys(source, &mut catalog, &by_oid).await?;
    indexes::read_other_indexes(source, &mut catalog, &by_oid).await?;
    foreign_keys::read_foreign_keys(source, &mut catalog, &by_oid).await?;
    sequences::read_sequences(source, outside, &mut catalog, &by_oid).await?;
    let tables: Vec<u32> = catalog.tables.iter().map(|table| table.oid).collect();
    catalog.settings = settings::read_settings(source, &tables).await?;
    catalog.computed = computed::read_computed(source, &catalog.tables, &by_oid).await?;
    catalog.checks = checks::read_checks(source, LEFT_OUT_SCHEMAS).await?;
    catalog.extension_tables = extension_tables::read_extension_tables(source, outside).await?;
    read_left_out(source, &mut catalog).await?;
    Ok(catalog)
}

async fn check_readable(source: &ReadOnly, outside: &Outside) -> Result<(), CatalogError> {
    let inside = outside.condition();
    let relations = format!(
        "from pg_catalog.pg_class c \
         join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'p') and {LEFT_OUT_SCHEMAS} and {NOT_OF_AN_EXTENSION} \
           and {inside}"
    );
    let role: String = source.query("select current_user::text", &[]).await?[0].get(0);
    let schemas: Vec<String> = source
        .query(
            &format!(
                "select distinct n.nspname::text {relations} \
                   and not pg_catalog.has_schema_privilege(n.oid, 'usage') order by 1"
            ),
            &[],
        )
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let (mut tables, mut parts) = (Vec::new(), Vec::new());
    for row in source
        .query(
            &format!(
                "select n.nspname::text, c.relname::text, \
                        case when pg_catalog.has_any_column_privilege(c.oid, 'select') \
                        then (select min(a.attname::text) from pg_catalog.pg_attribute a \
                              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
                                and not pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')) \
                        end {relations} \
                   and not pg_catalog.has_table_privilege(c.oid, 'select') order by 1, 2"
            ),
            &[],
        )
        .await?
    {
        let name = QualifiedName::new(row.get::<_, String>(0), row.get::<_, String>(1));
        match row.get::<_, Option<String>>(2) {
            Some(column) => parts.push((name, column)),
            None => tables.push(name),
        }
    }
    if !schemas.is_empty() || !tables.is_empty() || !parts.is_empty() {
        let since_14 = source.server_version_num() >= 140_000;
        return Err(Unreadable { role, schemas, tables, parts, since_14 }.into());
    }
    // a policy whose condition is the constant true hides nothing
    let applies = "p.polrelid = c.oid and p.polcmd in ('r', '*') and exists ( \
           select from pg_catalog.unnest(p.polroles) as r(oid) \
           where case when r.oid = 0 then true \
                      else pg_catalog.pg_has_role(r.oid, 'usage') end)";
    let constant_true = "pg_catalog.pg_get_expr(p.polqual, p.polrelid) = 'true'";
    let hidden: Vec<QualifiedName> = source
        .query(
            &format!(
                "select n.nspname::text, c.relname::text {relations} \
                   and pg_catalog.row_security_active(c.oid) \
                   and (not exists (select from pg_catalog.pg_policy p \
                          where {applies} and p.polpermissive and {constant_true}) \
                     or exists (select from pg_catalog.pg_policy p \
                          where {applies} and not p.polpermissive and not {constant_true})) \
                 order by 1, 2"
            ),
            &[],
        )
        .await?
        .iter()
        .map(|row| QualifiedName::new(row.get::<_, String>(0), row.get::<_, String>(1)))
        .collect();
    if hidden.is_empty() { Ok(()) } else { Err(CatalogError::HiddenRows { tables: hidden, role }) }
}

async fn read_tables(
    source: &ReadOnly,
    outside: &Outside,
    catalog: &mut Catalog,
) -> Result<(), CatalogError> {
    let inside = outside.condition();
    let rows = source
        .query(
            &format!(
                "select c.oid, n.nspname::text, c.relname::text, c.relkind::text, \
                        c.relpersistence::text, pg_catalog.pg_relation_size(c.oid), \
                        pg_catalog.pg_table_size(c.oid) \
                 from pg_catalog.pg_class c \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where c.relkind in ('r', 'p') and not c.relispartition and {LEFT_OUT_SCHEMAS} and {NOT_OF_AN_EXTENSION} \
                   and {inside} \
                 order by 2, 3"
            ),
            &[],
        )
        .await?;
    let mut leaves = read_leaves(source, outside).await?;
    for row in rows {
        let oid: u32 = row.get(0);
        let name = QualifiedName::new(row.get::<_, String>(1), row.get::<_, String>(2));
        let kind: String = row.get(3);
        let persistence: String = row.get(4);
        let (mut bytes, mut stored): (i64, i64) = (row.get(5), row.get(6));
        let contents = if persistence == "u" {
            catalog.left_out.push(format!("the rows of {name}: the table is unlogged"));
            Contents::Unlogged
        } else {
            Contents::Readable
        };
        let storage = if kind == "p" {
            let found = leaves.remove(&oid).unwrap_or_default();
            for lost in found.iter().filter(|leaf| !leaf.readable && !leaf.left_out) {
                catalog.left_out.push(format!(
                    "the rows of {}: the partition is foreign or unlogged",
                    lost.leaf.name
                ));
            }
            let partial = found.iter().any(|leaf| !leaf.readable);
            bytes += found.iter().map(|leaf| leaf.bytes).sum::<i64>();
            stored += found.iter().map(|leaf| leaf.stored).sum::<i64>();
            let readable = found.into_iter().filter(|leaf| leaf.readable);
            Storage::Partitioned { leaves: readable.map(|leaf| leaf.leaf).collect(), partial }
        } else {
            Storage::Plain
        };
        catalog.tables.push(Table {
            oid,
            name,
            storage,
            columns: Vec::new(),
            key: None,
            contents,
            bytes: u64::try_from(bytes).unwrap_or(0),
            stored: u64::try_from(stored).unwrap_or(0),
            indexes: Vec::new(),
            unique: Vec::new(),
            indexed_elements: Vec::new(),
            indexed_expressions: Vec::new(),
            kept: None,
        });
    }
    Ok(())
}

struct FoundLeaf {
    leaf: Leaf,
    readable: bool,
    /// By the configuration.
    left_out: bool,
    bytes: i64,
    stored: i64,
}

async fn read_leaves(
    source: &ReadOnly,
    outside: &Outside,
) -> Result<HashMap<u32, Vec<FoundLeaf>>, CatalogError> {
    let left_out = |oid: u32, schema: u32| {
        outside.relations.contains_key(&oid) || outside.namespaces.contains_key(&schema)
    };
    let rows = source
        .query(
            &format!(
                "select r.oid, c.oid, m.nspname::text, c.relname::text, \
                        c.relkind = 'r' and c.relpersistence = 'p', m.oid, \
                        case when c.relkind = 'r' \
                             then pg_catalog.pg_relation_size(c.oid) else 0 end, \
                        case when c.relkind = 'r' \
                             then pg_catalog.pg_table_size(c.oid) else 0 end \
                 from pg_catalog.pg_class r \
                 join pg_catalog.pg_namespace n on n.oid = r.relnamespace \
                 cross join lateral pg_catalog.pg_partition_tree(r.oid) p \
                 join pg_catalog.pg_class c on c.oid = p.relid \
                 join pg_catalog.pg_namespace m on m.oid = c.relnamespace \
                 where r.relkind = 'p' and not r.relispartition and c.relkind <> 'p' \
                   and {LEFT_OUT_SCHEMAS} \
                 order by 1, 3, 4"
            ),
            &[],
        )
        .await?;
    let mut leaves: HashMap<u32, Vec<FoundLeaf>> = HashMap::new();
    for row in rows {
        let out = left_out(row.get(1), row.get(5));
        leaves.entry(row.get(0)).or_default().push(FoundLeaf {
            leaf: Leaf {
                oid: row.get(1),
                name: QualifiedName::new(row.get::<_, String>(2), row.get::<_, String>(3)),
            },
            readable: row.get::<_, bool>(4) && !out,
            left_out: out,
            bytes: row.get(6),
            stored: row.get(7),
        });
    }
    Ok(leaves)
}

async fn read_columns(
    source: &ReadOnly,
    catalog: &mut Catalog,
    places: &Places,
) -> Result<(), CatalogError> {
    let types = read_types(source).await?;
    let oids: Vec<u32> = catalog.tables.iter().map(|table| table.oid).collect();
    let rows = source
        .query(
            "select a.attrelid, a.attnum, a.attname::text, \
                    a.attnotnull and not exists (select from pg_catalog.pg_constraint k \
                      where k.conrelid = a.attrelid and k.contype = 'n' \
                        and not k.convalidated and a.attnum = any (k.conkey)), \
                    a.attgenerated::text <> '', a.atttypid, \
                    coalesce(a.attnum = any(p.partattrs::int2[]), false), \
                    coalesce(not c.collisdeterministic, false) \
             from pg_catalog.pg_attribute a \
             left join pg_catalog.pg_partitioned_table p on p.partrelid = a.attrelid \
             left join pg_catalog.pg_collation c on c.oid = a.attcollation \
             where a.attrelid = any($1) and a.attnum > 0 and not a.attisdropped \
             order by 1, 2",
            &[&oids],
        )
        .await?;
    let mut named: HashMap<u32, String> = HashMap::new();
    let base = |oid: u32| types.get(&oid).map_or(oid, |facts| facts.base);
    let element = |oid: u32| {
        let facts = types.get(&oid).filter(|facts| facts.is_array);
        facts.and_then(|facts| facts.inner)
    };
    let bases: Vec<u32> = rows.iter().map(|row| base(row.get::<_, u32>(5))).collect();
    let elements = bases.iter().filter_map(|oid| element(*oid)).map(base);
    let asked: Vec<u32> = bases.iter().copied().chain(elements).collect();
    // with -1 in place of a length: plain "character" would mean character(1)
    for row in source
        .query(
            "select t.oid, pg_catalog.format_type(t.oid, -1) \
             from pg_catalog.pg_type t where t.oid = any($1)",
            &[&asked],
        )
        .await?
    {
        named.insert(row.get(0), row.get(1));
    }
    let data_type = |declared: u32, base: u32, element: Option<Box<DataType>>| DataType {
        oid: base,
        name: named.get(&base).cloned().unwrap_or_default(),
        composite: types.get(&base).is_some_and(|facts| facts.kind == "c"),
        enumerated: types.get(&base).is_some_and(|facts| facts.kind == "e"),
        transfer: transfer(declared, &types),
        element,
    };
    for (row, oid) in rows.iter().zip(bases) {
        let Some((table, _)) = places.get(&row.get::<_, u32>(0)) else { continue };
        catalog.tables[*table].columns.push(Column {
            number: row.get(1),
            name: row.get(2),
            not_null: row.get(3),
            generated: row.get(4),
            partitions: row.get(6),
            nondeterministic: row.get(7),
            data_type: data_type(
                row.get(5),
                oid,
                element(oid).map(|element| Box::new(data_type(element, base(element), None))),
            ),
        });
    }
    Ok(())
}

async fn read_types(source: &ReadOnly) -> Result<HashMap<u32, TypeFacts>, CatalogError> {
    let rows = source
        .query(
            "select t.oid, t.typname::text, t.typtype::text, \
                    t.typsend <> 0 and t.typreceive <> 0, \
                    coalesce(nullif(t.typbasetype, 0), nullif(t.typelem, 0), r.rngsubtype), \
                    t.typelem <> 0 and t.typlen = -1 \
             from pg_catalog.pg_type t \
             left join pg_catalog.pg_range r on r.rngtypid = t.oid",
            &[],
        )
        .await?;
    let mut types: HashMap<u32, TypeFacts> = HashMap::new();
    for row in rows {
        types.insert(
            row.get(0),
            TypeFacts {
                name: row.get(1),
                kind: row.get(2),
                has_binary: row.get(3),
                inner: row.get(4),
                is_array: row.get(5),
                attributes: Vec::new(),
                base: row.get(0),
            },
        );
    }
    for row in source
        .query(
            "select t.oid, a.atttypid from pg_catalog.pg_type t \
             join pg_catalog.pg_attribute a on a.attrelid = t.typrelid \
             where t.typtype = 'c' and t.oid >= 16384 and a.attnum > 0 and not a.attisdropped",
            &[],
        )
        .await?
    {
        if let Some(facts) = types.get_mut(&row.get::<_, u32>(0)) {
            facts.attributes.push(row.get(1));
        }
    }
    let bases: Vec<(u32, u32)> = types
        .iter()
        .filter(|(_, facts)| facts.kind == "d")
        .map(|(oid, _)| (*oid, base_of(*oid, &types)))
        .collect();
    for (oid, base) in bases {
        if let Some(facts) = types.get_mut(&oid) {
            facts.base = base;
        }
    }
    Ok(types)
}

fn base_of(mut oid: u32, types: &HashMap<u32, TypeFacts>) -> u32 {
    while let Some(facts) = types.get(&oid).filter(|facts| facts.kind == "d") {
        let Some(inner) = facts.inner else { break };
        oid = inner;
    }
    oid
}

/// Objects that the reader would miss if nobody said that they are left out.
async fn read_left_out(source: &ReadOnly, catalog: &mut Catalog) -> Result<(), CatalogError> {
    let large_objects: i64 =
        source.query("select count(*) from pg_catalog.pg_largeobject_metadata", &[]).await?[0]
            .get(0);
    if large_objects > 0 {
        catalog.left_out.push(format!("{large_objects} large objects"));
    }
    let tablespaces = source
        .query(
            "select t.spcname::text from pg_catalog.pg_tablespace t \
             where exists (select from pg_catalog.pg_class c where c.reltablespace = t.oid \
                           and c.oid >= 16384) order by 1",
            &[],
        )
        .await?;
    for row in tablespaces {
        catalog.left_out.push(format!(
            "tablespace {}: what is in it goes to the target's own",
            row.get::<_, String>(0)
        ));
    }
    // an access method of the database itself is named as what only a superuser may create
    let methods = source
        .query(
            "select m.amname::text, e.extname::text from pg_catalog.pg_am m \
             join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_am'::regclass \
               and d.objid = m.oid and d.deptype = 'e' \
             join pg_catalog.pg_extension e on e.oid = d.refobjid \
             where m.amtype = 't' \
               and exists (select from pg_catalog.pg_class c where c.relam = m.oid) order by 1",
            &[],
        )
        .await?;
    for row in methods {
        let (method, extension): (String, String) = (row.get(0), row.get(1));
        catalog.left_out.push(format!(
            "access method {method}, of extension {extension}: its tables get the server's own"
        ));
    }
    // the column exists since PostgreSQL 14; queries on the parent do not show these rows
    for row in source
        .query(
            "select n.nspname::text, c.relname::text \
             from pg_catalog.pg_inherits i \
             join pg_catalog.pg_class c on c.oid = i.inhrelid \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where (pg_catalog.to_jsonb(i) operator(pg_catalog.->>) 'inhdetachpending') \
                   operator(pg_catalog.=) 'true' order by 1, 2",
            &[],
        )
        .await?
    {
        catalog.left_out.push(format!(
            "the rows of {}.{}: a DETACH PARTITION ... CONCURRENTLY was interrupted, and its table \
             no longer shows them (alter table ... detach partition ... finalize ends it)",
            row.get::<_, String>(0),
            row.get::<_, String>(1)
        ));
    }
    Ok(())
}
