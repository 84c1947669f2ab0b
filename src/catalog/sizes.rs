//! How large tables and indexes are on the source's disk, and how their columns lie there. A role
//! with SELECT only may ask for sizes; statistics are not asked.

use super::error::CatalogError;
use super::model::{Catalog, Storage, TableId};
use super::outside::Outside;
use super::scope::LEFT_OUT_SCHEMAS;
use crate::postgres::ReadOnly;
use std::collections::HashMap;

/// One table on the source's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSize {
    /// As in [`super::Table::leaves`].
    pub leaves: Vec<LeafSize>,
    /// As in [`super::Table::columns`].
    pub columns: Vec<StoredColumn>,
    pub partitioned: bool,
}

/// A relation that holds rows: a table, or a partition of it. Sizes are in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeafSize {
    pub heap: u64,
    /// `None`: its rows are never so wide that values are stored elsewhere.
    pub toast: Option<u64>,
    /// How far pages are filled, in percent.
    pub fill_factor: u8,
    pub indexes: Vec<IndexSize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSize {
    pub method: IndexMethod,
    /// In bytes.
    pub bytes: u64,
    pub fill_factor: u8,
    /// With the columns of INCLUDE.
    pub columns: Vec<IndexColumn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexMethod {
    BTree,
    Hash,
    Gin,
    Brin,
    /// `GiST`, SP-GiST, or of an extension.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexColumn {
    /// A position in [`super::Table::columns`].
    Column(usize),
    /// An expression of a type that always takes so much room.
    Fixed(StoredColumn),
    /// An expression whose values may have any length.
    Unknown,
}

/// How the values of a column lie in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredColumn {
    /// In bytes; `None`: each value has its own length.
    pub length: Option<u16>,
    /// 1, 2, 4 or 8.
    pub alignment: u8,
    pub elsewhere: Elsewhere,
    /// Computed when it is read, and not there on disk.
    pub computed: bool,
}

/// Whether values may be stored outside of the row, where the row is too wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    Never,
    /// Only where nothing else helps.
    AtLast,
    Readily,
}

/// Reads what every table and its indexes take, by table.
///
/// # Errors
/// The server's.
pub async fn read(source: &ReadOnly, catalog: &Catalog) -> Result<Vec<TableSize>, CatalogError> {
    let mut sizes = vec![TableSize::default(); catalog.tables.len()];
    let mut places: HashMap<u32, (TableId, usize)> = HashMap::new();
    for (id, table) in catalog.tables.pairs() {
        let leaves: Vec<u32> = match &table.storage {
            Storage::Plain => vec![table.oid],
            Storage::Partitioned { leaves, .. } => leaves.iter().map(|leaf| leaf.oid).collect(),
        };
        sizes[id].partitioned = matches!(table.storage, Storage::Partitioned { .. });
        sizes[id].leaves = vec![LeafSize::default(); leaves.len()];
        places.extend(leaves.into_iter().enumerate().map(|(leaf, oid)| (oid, (id, leaf))));
    }
    read_columns(source, catalog, &mut sizes).await?;
    read_heaps(source, &places, &mut sizes).await?;
    read_indexes(source, catalog, &places, &mut sizes).await?;
    Ok(sizes)
}

/// Reads what the system's own tables should take for everything that is not the server's own, and
/// not left out: tables, columns, constraints, functions, objects of extensions. In bytes, from the
/// rows of these tables and not from their sizes, so that bloat on the source does not count.
///
/// # Errors
/// The server's.
pub async fn read_system_rows(source: &ReadOnly, outside: &Outside) -> Result<u64, CatalogError> {
    /// The system's tables that grow most, whose object a row of each is about, and how many times
    /// the rows' bytes the table takes with its indexes. Measured are 0.1 to 0.3 less, on schemas of
    /// 800 tables with foreign keys, views and comments and of 3,000 without.
    const TABLES: [(&str, &str, f64); 12] = [
        ("pg_class", "oid", 2.6),
        ("pg_attribute", "attrelid", 1.6),
        ("pg_type", "oid", 2.0),
        ("pg_depend", "objid", 2.9),
        ("pg_constraint", "oid", 2.2),
        ("pg_index", "indexrelid", 1.6),
        ("pg_attrdef", "oid", 1.6),
        ("pg_proc", "oid", 2.5),
        ("pg_trigger", "oid", 1.9),
        ("pg_rewrite", "oid", 1.9),
        ("pg_description", "objoid", 2.5),
        ("pg_operator", "oid", 2.5),
    ];
    /// The first OID that is not the server's own (`FirstNormalObjectId`).
    const FIRST: u32 = 16_384;
    let sums = TABLES.map(|(table, oid, times)| {
        format!(
            "select pg_catalog.sum(pg_catalog.pg_column_size(t.*)) * {times} as bytes \
             from pg_catalog.{table} t where t.{oid} >= {FIRST} \
               and t.{oid} not in (select gone.oid from gone)"
        )
    });
    let sums = sums.join(" union all ");
    let sql = format!(
        "with gone as materialized (select pg_catalog.unnest($1::oid[]) as oid) \
         select pg_catalog.sum(bytes)::pg_catalog.int8 from ({sums}) sums"
    );
    let rows = source.query(&sql, &[&outside.oids()]).await?;
    Ok(size(rows[0].get(0)))
}

/// A materialized view that holds rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewSize {
    /// With its indexes, in bytes.
    pub bytes: u64,
    /// The tables that it is made from, through other views too.
    pub tables: Vec<TableId>,
}

/// Reads what materialized views take that are not left out.
///
/// # Errors
/// The server's.
pub async fn read_views(
    source: &ReadOnly,
    catalog: &Catalog,
    outside: &Outside,
) -> Result<Vec<ViewSize>, CatalogError> {
    let tables: HashMap<u32, TableId> =
        catalog.tables.pairs().map(|(id, table)| (table.oid, id)).collect();
    let rows = source
        .query(
            &format!(
                "with recursive named(view, relation) as ( \
                   select c.oid, c.oid from pg_catalog.pg_class c \
                   join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                   where c.relkind = 'm' and c.relispopulated and {LEFT_OUT_SCHEMAS} \
                     and not exists (select from pg_catalog.unnest($1::oid[]) as gone(oid) \
                                     where gone.oid = c.oid) \
                   union \
                   select v.view, d.refobjid from named v \
                   join pg_catalog.pg_rewrite r on r.ev_class = v.relation \
                   join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass \
                     and d.objid = r.oid and d.refclassid = 'pg_catalog.pg_class'::regclass) \
                 select pg_catalog.pg_total_relation_size(view), pg_catalog.array_agg(relation) \
                 from named group by view"
            ),
            &[&outside.oids()],
        )
        .await?;
    let view = |row: &tokio_postgres::Row| ViewSize {
        bytes: size(row.get(0)),
        tables: row
            .get::<_, Vec<u32>>(1)
            .iter()
            .filter_map(|relation| tables.get(relation).copied())
            .collect(),
    };
    Ok(rows.iter().map(view).collect())
}

async fn read_columns(
    source: &ReadOnly,
    catalog: &Catalog,
    sizes: &mut [TableSize],
) -> Result<(), CatalogError> {
    let tables: HashMap<u32, TableId> =
        catalog.tables.pairs().map(|(id, table)| (table.oid, id)).collect();
    let oids: Vec<u32> = tables.keys().copied().collect();
    // the same rows in the same order as the catalogue's columns
    let rows = source
        .query(
            "select a.attrelid, a.attlen, a.attalign::text, a.attstorage::text, \
                    a.attgenerated::text \
             from pg_catalog.pg_attribute a \
             where a.attrelid = any($1) and a.attnum > 0 and not a.attisdropped \
             order by a.attrelid, a.attnum",
            &[&oids],
        )
        .await?;
    for row in rows {
        if let Some(table) = tables.get(&row.get::<_, u32>(0)) {
            let computed = row.get::<_, &str>(4) == "v";
            let column = StoredColumn { computed, ..stored(row.get(1), row.get(2), row.get(3)) };
            sizes[*table].columns.push(column);
        }
    }
    Ok(())
}

fn stored(length: i16, alignment: &str, storage: &str) -> StoredColumn {
    StoredColumn {
        length: u16::try_from(length).ok(),
        alignment: match alignment {
            "c" => 1,
            "s" => 2,
            "i" => 4,
            _ => 8,
        },
        elsewhere: match storage {
            "x" | "e" => Elsewhere::Readily,
            "m" => Elsewhere::AtLast,
            _ => Elsewhere::Never,
        },
        computed: false,
    }
}

type Places = HashMap<u32, (TableId, usize)>;

/// The option `fillfactor` of a relation `c`, or NULL.
const FILL_FACTOR: &str = "(select o.option_value::int4 \
     from pg_catalog.pg_options_to_table(c.reloptions) o where o.option_name = 'fillfactor')";

async fn read_heaps(
    source: &ReadOnly,
    places: &Places,
    sizes: &mut [TableSize],
) -> Result<(), CatalogError> {
    let oids: Vec<u32> = places.keys().copied().collect();
    let rows = source
        .query(
            &format!(
                "select c.oid, pg_catalog.pg_relation_size(c.oid), \
                        case when c.reltoastrelid <> 0 \
                             then coalesce(pg_catalog.pg_relation_size(c.reltoastrelid), 0) end, \
                        {FILL_FACTOR} \
                 from pg_catalog.pg_class c where c.oid = any($1)"
            ),
            &[&oids],
        )
        .await?;
    for row in rows {
        let Some((table, leaf)) = places.get(&row.get::<_, u32>(0)) else { continue };
        let leaf = &mut sizes[*table].leaves[*leaf];
        // NULL where the relation was dropped since the snapshot
        leaf.heap = size(row.get(1));
        leaf.toast = row.get::<_, Option<i64>>(2).map(|bytes| size(Some(bytes)));
        leaf.fill_factor = percent(row.get(3), 100);
    }
    Ok(())
}

fn size(bytes: Option<i64>) -> u64 {
    bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)
}

fn percent(option: Option<i32>, default: u8) -> u8 {
    option.and_then(|percent| u8::try_from(percent).ok()).unwrap_or(default)
}

async fn read_indexes(
    source: &ReadOnly,
    catalog: &Catalog,
    places: &Places,
    sizes: &mut [TableSize],
) -> Result<(), CatalogError> {
    let oids: Vec<u32> = places.keys().copied().collect();
    let rows = source
        .query(
            &format!(
                "select i.indrelid, m.amname::text, pg_catalog.pg_relation_size(c.oid), \
                        {FILL_FACTOR}, \
                        k.names, k.lengths, k.alignments \
                 from pg_catalog.pg_index i \
                 join pg_catalog.pg_class c on c.oid = i.indexrelid \
                 join pg_catalog.pg_am m on m.oid = c.relam \
                 cross join lateral ( \
                   select pg_catalog.array_agg(t.attname::text order by a.attnum) as names, \
                          pg_catalog.array_agg(a.attlen order by a.attnum) as lengths, \
                          pg_catalog.array_agg(a.attalign::text order by a.attnum) as alignments \
                   from pg_catalog.pg_attribute a \
                   left join pg_catalog.pg_attribute t on t.attrelid = i.indrelid \
                     and t.attnum = i.indkey[a.attnum - 1] and t.attnum > 0 \
                   where a.attrelid = i.indexrelid) as k \
                 where i.indrelid = any($1) and i.indisvalid \
                 order by i.indrelid, i.indexrelid"
            ),
            &[&oids],
        )
        .await?;
    for row in rows {
        let Some((table, leaf)) = places.get(&row.get::<_, u32>(0)) else { continue };
        let method = match row.get::<_, &str>(1) {
            "btree" => IndexMethod::BTree,
            "hash" => IndexMethod::Hash,
            "gin" => IndexMethod::Gin,
            "brin" => IndexMethod::Brin,
            _ => IndexMethod::Other,
        };
        // a partition's columns may have other numbers than the table's: the names are the same
        let names: Vec<Option<&str>> = row.get(4);
        let (lengths, alignments): (Vec<i16>, Vec<&str>) = (row.get(5), row.get(6));
        let columns = names
            .iter()
            .zip(lengths.iter().zip(alignments))
            .map(|(name, (length, alignment))| {
                let column = name.and_then(|name| catalog.tables[*table].column(name));
                match (column, u16::try_from(*length)) {
                    (Some(column), _) => IndexColumn::Column(column),
                    (None, Ok(_)) => IndexColumn::Fixed(stored(*length, alignment, "p")),
                    (None, Err(_)) => IndexColumn::Unknown,
                }
            })
            .collect();
        sizes[*table].leaves[*leaf].indexes.push(IndexSize {
            method,
            bytes: size(row.get(2)),
            fill_factor: percent(row.get(3), 90),
            columns,
        });
    }
    Ok(())
}
