//! CHECKs that look outside their row: they call a function of the database, read the clock or a
//! setting. A subset's rows, or old ones, may not meet them.

use super::name::QualifiedName;
use crate::postgres::ReadOnly;
use tokio_postgres::types::ToSql;

/// A CHECK that is made after the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub oid: u32,
    /// The OID of its table, or of its domain.
    pub on: u32,
    pub on_domain: bool,
    /// The table or the domain, quoted.
    pub of: String,
    /// Its name, quoted.
    pub name: String,
    /// `CHECK (…)`
    pub definition: String,
    /// What must not be false.
    pub expression: String,
    pub comment: Option<String>,
}

/// That an expression calls a function which meets the condition on `p`. The functions of an
/// expression stand in its tree by their OIDs.
pub(super) fn calls(tree: &str, condition: &str) -> String {
    format!(
        "exists ( \
           select from pg_catalog.regexp_matches( \
             {tree}::text, ':(?:op)?funcid (\\d+)', 'g') as m(found) \
           join pg_catalog.pg_proc p on p.oid = m.found[1]::oid \
           where {condition})"
    )
}

/// A function of the database, and not of an extension; the first user's OID is 16384.
pub(super) const OF_THE_DATABASE: &str = "p.oid >= 16384 and not exists ( \
    select from pg_catalog.pg_depend d \
    where d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass \
      and d.objid = p.oid and d.deptype = 'e')";

/// `schemas`: the condition that they meet.
pub(super) async fn read_checks(
    source: &ReadOnly,
    schemas: &str,
) -> Result<Vec<Check>, tokio_postgres::Error> {
    // current_date and its like have a node of their own
    let outside = calls("k.conbin", &format!("p.provolatile <> 'i' or {OF_THE_DATABASE}"));
    let condition = format!(
        "{schemas} and (pg_catalog.strpos(k.conbin::text, '{{SQLVALUEFUNCTION') > 0 or {outside})"
    );
    read(source, &condition, &[]).await
}

/// A CHECK of a table, or of one that it inherits from; or of a domain.
///
/// # Errors
/// The server's.
pub async fn find_check(
    source: &ReadOnly,
    schema: &str,
    of: &str,
    name: &str,
) -> Result<Option<Check>, tokio_postgres::Error> {
    let condition = "k.conname = $3 and coalesce(c.oid, t.oid) in ( \
        with recursive above(oid) as ( \
          select r.oid from pg_catalog.pg_class r \
          join pg_catalog.pg_namespace s on s.oid = r.relnamespace \
          where s.nspname = $1 and r.relname = $2 \
          union \
          select i.inhparent from above a join pg_catalog.pg_inherits i on i.inhrelid = a.oid) \
        select a.oid from above a \
        union all \
        select d.oid from pg_catalog.pg_type d join pg_catalog.pg_namespace s on s.oid = d.typnamespace \
        where s.nspname = $1 and d.typname = $2 and d.typtype = 'd')";
    let mut found = read(source, condition, &[&schema, &of, &name]).await?;
    Ok(found.pop())
}

async fn read(
    source: &ReadOnly,
    condition: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Vec<Check>, tokio_postgres::Error> {
    let rows = source
        .query(
            &format!(
                "select k.oid, coalesce(c.oid, t.oid), c.oid is null, \
                        pg_catalog.format('%I.%I', n.nspname, coalesce(c.relname, t.typname)), \
                        pg_catalog.quote_ident(k.conname), \
                        pg_catalog.pg_get_constraintdef(k.oid), \
                        pg_catalog.pg_get_expr(k.conbin, k.conrelid), \
                        pg_catalog.obj_description(k.oid, 'pg_constraint') \
                 from pg_catalog.pg_constraint k \
                 left join pg_catalog.pg_class c on c.oid = k.conrelid \
                 left join pg_catalog.pg_type t on t.oid = k.contypid \
                 join pg_catalog.pg_namespace n on n.oid = coalesce(c.relnamespace, t.typnamespace) \
                 where k.contype = 'c' and k.convalidated and k.coninhcount = 0 \
                   and (c.oid is null or c.relkind in ('r', 'p')) and {condition} order by 4, 5"
            ),
            parameters,
        )
        .await?;
    let check = |row: &tokio_postgres::Row| Check {
        oid: row.get(0),
        on: row.get(1),
        on_domain: row.get(2),
        of: row.get(3),
        name: row.get(4),
        definition: row.get(5),
        expression: row.get(6),
        comment: row.get(7),
    };
    Ok(rows.iter().map(check).collect())
}

/// The table that a partition is part of, or the table itself.
///
/// # Errors
/// The server's.
pub async fn root_of(
    source: &ReadOnly,
    schema: &str,
    table: &str,
) -> Result<Option<QualifiedName>, tokio_postgres::Error> {
    let rows = source
        .query(
            "select n.nspname::text, r.relname::text from pg_catalog.pg_class c \
             join pg_catalog.pg_namespace s on s.oid = c.relnamespace \
             join pg_catalog.pg_class r \
               on r.oid = coalesce(pg_catalog.pg_partition_root(c.oid)::oid, c.oid) \
             join pg_catalog.pg_namespace n on n.oid = r.relnamespace \
             where s.nspname = $1 and c.relname = $2",
            &[&schema, &table],
        )
        .await?;
    Ok(rows.first().map(|row| QualifiedName::new(row.get::<_, String>(0), row.get::<_, String>(1))))
}
