//! What masks need to know of tables and columns besides what a load needs: comments, types as they
//! are declared, CHECKs, collations, what is unique, what is computed from what.

use super::model::{Catalog, TableId};
use super::scope::{Places, relation_places};
use crate::postgres::ReadOnly;
use std::collections::HashMap;

/// A table, with its columns in the catalogue's order.
#[derive(Clone, Debug, Default)]
pub struct TableDetails {
    pub comment: Option<String>,
    pub columns: Vec<ColumnDetails>,
    pub checks: Vec<CheckDetails>,
}

#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate fact about the column")]
pub struct ColumnDetails {
    /// As declared, with a length: `public.email_address`, `character varying(40)`.
    pub declared: String,
    /// The same, looked through domains.
    pub type_name: String,
    /// The domain's name.
    pub domain: Option<String>,
    /// Of `varchar(n)` and `character(n)`, and of arrays of them.
    pub max_chars: Option<usize>,
    pub comment: Option<String>,
    /// The values of an enum, or of an array's elements.
    pub labels: Vec<String>,
    /// The fields of a composite type, or of an array's elements: name and type.
    pub fields: Vec<(String, String)>,
    /// Equal values may be written differently.
    pub nondeterministic: bool,
    /// A unique index, a key or an EXCLUDE constraint has it, as a column or within an expression.
    pub unique: bool,
    /// Such an index is on `lower(column)`.
    pub unique_in_lower_case: bool,
    /// The unique expression takes a part of the value, as `left(email, 10)` does.
    pub unique_in_part: bool,
    /// The columns that a generated column is computed from.
    pub computed_from: Vec<usize>,
    /// The CHECKs of the domain.
    pub domain_checks: Vec<DomainCheck>,
}

/// A CHECK of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckDetails {
    pub name: String,
    pub columns: Vec<usize>,
    /// What must not be false.
    pub expression: String,
}

/// A CHECK of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainCheck {
    pub name: String,
    /// What must not be false of `VALUE`.
    pub expression: String,
}

/// The base of each domain, with the length that counts.
const DOMAINS: &str = "\
    with recursive d(oid, base, typmod) as ( \
      select t.oid, t.typbasetype, t.typtypmod from pg_catalog.pg_type t where t.typtype = 'd' \
      union all \
      select d.oid, t.typbasetype, case when d.typmod >= 0 then d.typmod else t.typtypmod end \
      from d join pg_catalog.pg_type t on t.oid = d.base and t.typtype = 'd'), \
    bases as ( \
      select d.oid, d.base, d.typmod from d \
      where not exists (select from pg_catalog.pg_type t where t.oid = d.base and t.typtype = 'd'))";

/// Reads the details of all tables, in the catalogue's order. The `search_path` must be empty.
///
/// # Errors
/// The server's.
pub async fn details(
    source: &ReadOnly,
    catalog: &Catalog,
) -> Result<Vec<TableDetails>, tokio_postgres::Error> {
    let places = relation_places(catalog);
    let oids: Vec<u32> = catalog.tables.iter().map(|table| table.oid).collect();
    let mut details: Vec<TableDetails> = catalog
        .tables
        .iter()
        .map(|table| TableDetails {
            columns: vec![ColumnDetails::default(); table.columns.len()],
            ..TableDetails::default()
        })
        .collect();
    let column = |oid: u32, number: i16| -> Option<(TableId, usize)> {
        let (table, None) = places.get(&oid)? else { return None };
        let columns = &catalog.tables[*table].columns;
        Some((*table, columns.iter().position(|column| column.number == number)?))
    };
    for row in source
        .query(
            &format!(
                "{DOMAINS} \
                 select a.attrelid, a.attnum, pg_catalog.format_type(a.atttypid, a.atttypmod), \
                   case when eb.oid is null then pg_catalog.format_type(t.oid, m.typmod) \
                        else pg_catalog.format_type(eb.base, eb.typmod) || '[]' end, \
                   case when b.oid is not null then \
                     (select t.typname::text from pg_catalog.pg_type t where t.oid = a.atttypid) \
                   end, \
                   case when t.oid in (1042, 1043, 1014, 1015) and m.typmod >= 4 \
                        then m.typmod - 4 \
                        when eb.base in (1042, 1043) and eb.typmod >= 4 then eb.typmod - 4 end, \
                   pg_catalog.col_description(a.attrelid, a.attnum), \
                   array(select e.enumlabel::text from pg_catalog.pg_enum e \
                         where e.enumtypid in (t.oid, t.typelem) order by e.enumsortorder), \
                   coalesce(not c.collisdeterministic, false) \
                 from pg_catalog.pg_attribute a \
                 left join bases b on b.oid = a.atttypid \
                 join pg_catalog.pg_type t on t.oid = coalesce(b.base, a.atttypid) \
                 cross join lateral (select case when a.atttypmod >= 0 then a.atttypmod \
                   else coalesce(b.typmod, -1) end) as m(typmod) \
                 left join bases eb on eb.oid = t.typelem and t.typlen = -1 \
                 left join pg_catalog.pg_collation c on c.oid = a.attcollation \
                 where a.attrelid = any($1) and a.attnum > 0 and not a.attisdropped"
            ),
            &[&oids],
        )
        .await?
    {
        let Some((table, column)) = column(row.get(0), row.get(1)) else { continue };
        let about = &mut details[table].columns[column];
        about.declared = row.get(2);
        about.type_name = row.get(3);
        about.domain = row.get(4);
        about.max_chars = row.get::<_, Option<i32>>(5).and_then(|n| usize::try_from(n).ok());
        about.comment = row.get(6);
        about.labels = row.get(7);
        about.nondeterministic = row.get(8);
    }
    read_comments(source, &oids, &places, &mut details).await?;
    read_fields(source, &oids, &column, &mut details).await?;
    read_unique(source, &oids, &column, &mut details).await?;
    read_generated(source, &oids, &column, &mut details).await?;
    read_checks(source, &oids, &column, &mut details).await?;
    Ok(details)
}

async fn read_comments(
    source: &ReadOnly,
    oids: &[u32],
    places: &Places,
    details: &mut [TableDetails],
) -> Result<(), tokio_postgres::Error> {
    let rows = source
        .query(
            "select d.objoid, d.description from pg_catalog.pg_description d \
             where d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = 0 \
               and d.objoid = any($1)",
            &[&oids],
        )
        .await?;
    for row in rows {
        if let Some((table, None)) = places.get(&row.get::<_, u32>(0)) {
            details[*table].comment = row.get(1);
        }
    }
    Ok(())
}

/// The fields of composite types.
async fn read_fields(
    source: &ReadOnly,
    oids: &[u32],
    column: &impl Fn(u32, i16) -> Option<(TableId, usize)>,
    details: &mut [TableDetails],
) -> Result<(), tokio_postgres::Error> {
    let rows = source
        .query(
            &format!(
                "{DOMAINS} \
                 select a.attrelid, a.attnum, f.attname::text, \
                   pg_catalog.format_type(coalesce(fb.base, f.atttypid), \
                     case when fb.oid is null then f.atttypmod else fb.typmod end) \
                 from pg_catalog.pg_attribute a \
                 left join bases b on b.oid = a.atttypid \
                 join pg_catalog.pg_type t on t.oid = coalesce(b.base, a.atttypid) \
                 left join pg_catalog.pg_type e on e.oid = t.typelem and t.typlen = -1 \
                 join pg_catalog.pg_attribute f \
                   on f.attrelid = coalesce(nullif(t.typrelid, 0), e.typrelid) \
                 left join bases fb on fb.oid = f.atttypid \
                 where a.attrelid = any($1) and a.attnum > 0 and not a.attisdropped \
                   and f.attnum > 0 and not f.attisdropped \
                 order by a.attrelid, a.attnum, f.attnum"
            ),
            &[&oids],
        )
        .await?;
    for row in rows {
        let Some((table, column)) = column(row.get(0), row.get(1)) else { continue };
        details[table].columns[column].fields.push((row.get(2), row.get(3)));
    }
    Ok(())
}

/// What an index or a constraint holds apart: its columns, and the columns of its expressions.
async fn read_unique(
    source: &ReadOnly,
    oids: &[u32],
    column: &impl Fn(u32, i16) -> Option<(TableId, usize)>,
    details: &mut [TableDetails],
) -> Result<(), tokio_postgres::Error> {
    let rows = source
        .query(
            "select k.conrelid, u.number, false, false \
             from pg_catalog.pg_constraint k \
             cross join lateral pg_catalog.unnest(k.conkey) as u(number) \
             where k.contype in ('p', 'u', 'x') and k.conrelid = any($1) \
             union all \
             select i.indrelid, d.refobjsubid::int2, \
               coalesce(pg_catalog.pg_get_expr(i.indexprs, i.indrelid) ~* 'lower\\(', false) \
               and not d.refobjsubid = any (i.indkey::int2[]), \
               coalesce(pg_catalog.pg_get_expr(i.indexprs, i.indrelid) \
                 ~* '(left|substr|substring|overlay|regexp_[a-z]+|character( varying)?\\(\\d+\\))', \
                 false) and not d.refobjsubid = any (i.indkey::int2[]) \
             from pg_catalog.pg_index i \
             join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
               and d.objid = i.indexrelid and d.refobjid = i.indrelid \
               and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0 \
             where (i.indisunique or i.indisexclusion) and i.indrelid = any($1) \
               and (d.refobjsubid = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]) \
                 or i.indexprs is not null and not d.refobjsubid = any (i.indkey::int2[]))",
            &[&oids],
        )
        .await?;
    for row in rows {
        let Some((table, column)) = column(row.get(0), row.get(1)) else { continue };
        let about = &mut details[table].columns[column];
        about.unique = true;
        about.unique_in_lower_case |= row.get::<_, bool>(2);
        about.unique_in_part |= row.get::<_, bool>(3);
    }
    Ok(())
}

async fn read_generated(
    source: &ReadOnly,
    oids: &[u32],
    column: &impl Fn(u32, i16) -> Option<(TableId, usize)>,
    details: &mut [TableDetails],
) -> Result<(), tokio_postgres::Error> {
    let rows = source
        .query(
            "select f.adrelid, f.adnum, d.refobjsubid::int2 \
             from pg_catalog.pg_attrdef f \
             join pg_catalog.pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum \
             join pg_catalog.pg_depend d \
               on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
               and d.refobjid = f.adrelid and d.refobjsubid > 0 and d.refobjsubid <> f.adnum \
               and (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and d.objid = f.oid \
                 or d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
                   and d.objid = f.adrelid and d.objsubid = f.adnum) \
             where a.attgenerated <> '' and f.adrelid = any($1)",
            &[&oids],
        )
        .await?;
    for row in rows {
        let (oid, computed): (u32, i16) = (row.get(0), row.get(1));
        let Some((table, computed)) = column(oid, computed) else { continue };
        let Some((_, from)) = column(oid, row.get(2)) else { continue };
        details[table].columns[computed].computed_from.push(from);
    }
    Ok(())
}

async fn read_checks(
    source: &ReadOnly,
    oids: &[u32],
    column: &impl Fn(u32, i16) -> Option<(TableId, usize)>,
    details: &mut [TableDetails],
) -> Result<(), tokio_postgres::Error> {
    let rows = source
        .query(
            "select k.conrelid, k.conname::text, k.conkey, \
               pg_catalog.pg_get_expr(k.conbin, k.conrelid) \
             from pg_catalog.pg_constraint k \
             where k.contype = 'c' and k.conrelid = any($1) and k.conkey is not null \
             order by 1, 2",
            &[&oids],
        )
        .await?;
    for row in rows {
        let oid: u32 = row.get(0);
        let numbers: Vec<i16> = row.get(2);
        let found: Vec<(TableId, usize)> =
            numbers.iter().filter_map(|number| column(oid, *number)).collect();
        let Some((table, _)) = found.first() else { continue };
        details[*table].checks.push(CheckDetails {
            name: row.get(1),
            columns: found.iter().map(|(_, column)| *column).collect(),
            expression: row.get(3),
        });
    }
    let rows = source
        .query(
            "with recursive d(oid, at) as ( \
               select t.oid, t.oid from pg_catalog.pg_type t where t.typtype = 'd' \
               union all \
               select d.oid, t.typbasetype from d join pg_catalog.pg_type t on t.oid = d.at \
               where t.typtype = 'd') \
             select d.oid, k.conname::text, pg_catalog.pg_get_expr(k.conbin, 0) \
             from d join pg_catalog.pg_constraint k on k.contypid = d.at \
             where k.contype = 'c' order by 1, 2",
            &[],
        )
        .await?;
    let mut of_domains: HashMap<u32, Vec<DomainCheck>> = HashMap::new();
    for row in rows {
        let check = DomainCheck { name: row.get(1), expression: row.get(2) };
        of_domains.entry(row.get(0)).or_default().push(check);
    }
    if of_domains.is_empty() {
        return Ok(());
    }
    let rows = source
        .query(
            "select a.attrelid, a.attnum, a.atttypid from pg_catalog.pg_attribute a \
             where a.attrelid = any($1) and a.attnum > 0 and not a.attisdropped \
               and exists (select from pg_catalog.pg_type t \
                 where t.oid = a.atttypid and t.typtype = 'd')",
            &[&oids],
        )
        .await?;
    for row in rows {
        let Some((table, column)) = column(row.get(0), row.get(1)) else { continue };
        if let Some(checks) = of_domains.get(&row.get::<_, u32>(2)) {
            details[table].columns[column].domain_checks.clone_from(checks);
        }
    }
    Ok(())
}
