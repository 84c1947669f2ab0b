//! CHECKs that look outside their row: they call a function of the database, read the clock or a
//! setting. A subset's rows, or old ones, may not meet them.

use crate::postgres::ReadOnly;

/// A CHECK that is made after the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
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
    let rows = source
        .query(
            &format!(
                "select coalesce(c.oid, t.oid), c.oid is null, \
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
                   and (c.oid is null or c.relkind in ('r', 'p')) and {schemas} \
                   and (pg_catalog.strpos(k.conbin::text, '{{SQLVALUEFUNCTION') > 0 or {outside}) \
                 order by 3, 4"
            ),
            &[],
        )
        .await?;
    let check = |row: &tokio_postgres::Row| Check {
        on: row.get(0),
        on_domain: row.get(1),
        of: row.get(2),
        name: row.get(3),
        definition: row.get(4),
        expression: row.get(5),
        comment: row.get(6),
    };
    Ok(rows.iter().map(check).collect())
}
