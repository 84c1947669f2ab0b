//! Objects that another server may not have: policies for roles, and what only a superuser creates.

use super::scope::LEFT_OUT_SCHEMAS;
use crate::postgres::{QuotedIdent, QuotedName, ReadOnly};

/// A policy that is for some roles only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub oid: u32,
    schema: String,
    table: String,
    name: String,
    permissive: bool,
    /// `ALL`, `SELECT`, …
    command: String,
    pub roles: Vec<String>,
    using: Option<String>,
    check: Option<String>,
}

impl Policy {
    /// `public.notes own_notes`
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}.{} {}", self.schema, self.table, self.name)
    }

    /// The statement that makes it for these roles.
    #[must_use]
    pub fn sql(&self, roles: &[&str]) -> String {
        let roles = roles.iter().map(|role| QuotedIdent::new(role).to_string());
        let mut sql = format!(
            "create policy {} on {} as {} for {} to {}",
            QuotedIdent::new(&self.name),
            QuotedName::new(&self.schema, &self.table),
            if self.permissive { "permissive" } else { "restrictive" },
            self.command,
            roles.collect::<Vec<_>>().join(", ")
        );
        for (word, expression) in [(" using", &self.using), (" with check", &self.check)] {
            if let Some(expression) = expression {
                sql = format!("{sql}{word} ({expression})");
            }
        }
        sql
    }

    /// The same policy, letting no row through.
    #[must_use]
    pub fn shut(&self) -> Self {
        let (nothing, insert) = ("false".to_owned(), self.command == "insert");
        let using = (!insert).then(|| nothing.clone());
        Policy { using, check: insert.then_some(nothing), ..self.clone() }
    }
}

/// The policies that are not for everybody.
///
/// # Errors
/// The server's.
pub async fn policies(source: &ReadOnly) -> Result<Vec<Policy>, tokio_postgres::Error> {
    let rows = source
        .query(
            &format!(
                "select p.oid, n.nspname::text, c.relname::text, p.polname::text, p.polpermissive, \
                        case p.polcmd when 'r' then 'select' when 'a' then 'insert' \
                          when 'w' then 'update' when 'd' then 'delete' else 'all' end, \
                        array(select r.rolname::text from pg_catalog.pg_roles r \
                              where r.oid = any (p.polroles) order by 1), \
                        pg_catalog.pg_get_expr(p.polqual, p.polrelid), \
                        pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) \
                 from pg_catalog.pg_policy p \
                 join pg_catalog.pg_class c on c.oid = p.polrelid \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where not 0 = any (p.polroles) and {LEFT_OUT_SCHEMAS} order by 1"
            ),
            &[],
        )
        .await?;
    let policy = |row: &tokio_postgres::Row| Policy {
        oid: row.get(0),
        schema: row.get(1),
        table: row.get(2),
        name: row.get(3),
        permissive: row.get(4),
        command: row.get(5),
        roles: row.get(6),
        using: row.get(7),
        check: row.get(8),
    };
    Ok(rows.iter().map(policy).collect())
}

/// An object that only a superuser may create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privileged {
    /// The OID of its catalogue.
    pub class: u32,
    pub oid: u32,
    /// `function public.f(text)`
    pub name: String,
    /// Why: `it is written in C`.
    pub why: String,
}

/// What only a superuser may create, without what belongs to extensions, and without what the server
/// makes itself: the functions of a range type are in the server's own language.
///
/// # Errors
/// The server's.
pub async fn privileged(source: &ReadOnly) -> Result<Vec<Privileged>, tokio_postgres::Error> {
    // the first user's OID is 16384; a setting that is not shown is for superusers
    let rows = source
        .query(
            "select f.class, f.oid, f.why, pg_catalog.pg_describe_object(f.class, f.oid, 0) from ( \
               select 'pg_catalog.pg_proc'::pg_catalog.regclass::oid as class, p.oid, \
                      case when not l.lanpltrusted \
                             then 'its language, ' || l.lanname || ', is not trusted' \
                           when p.proleakproof then 'it is LEAKPROOF' \
                           when p.prosupport <> 0 then 'it has a support function' \
                           when a.aggtranstype = 'pg_catalog.internal'::pg_catalog.regtype \
                             then 'its state has type internal' \
                           else 'it changes a setting of superusers' end as why \
               from pg_catalog.pg_proc p \
               join pg_catalog.pg_language l on l.oid = p.prolang \
               left join pg_catalog.pg_aggregate a on a.aggfnoid = p.oid \
               where p.oid >= 16384 and ( \
                 (not l.lanpltrusted and p.prokind <> 'a') or p.proleakproof or p.prosupport <> 0 \
                 or a.aggtranstype = 'pg_catalog.internal'::pg_catalog.regtype \
                 or exists (select from pg_catalog.unnest(p.proconfig) as e(entry) \
                            cross join lateral pg_catalog.split_part(e.entry, '=', 1) as g(name) \
                            left join pg_catalog.pg_settings s on s.name = g.name \
                            where s.context <> 'user' \
                              or s.name is null and pg_catalog.strpos(g.name, '.') = 0)) \
               union all \
               select 'pg_catalog.pg_opclass'::pg_catalog.regclass, o.oid, 'it is an operator class' \
               from pg_catalog.pg_opclass o where o.oid >= 16384 \
               union all \
               select 'pg_catalog.pg_opfamily'::pg_catalog.regclass, o.oid, 'it is an operator family' \
               from pg_catalog.pg_opfamily o where o.oid >= 16384 \
               union all \
               select 'pg_catalog.pg_cast'::pg_catalog.regclass, c.oid, \
                      case when c.castmethod = 'b' then 'it is a cast without a function' \
                           else 'it is a cast between types of the server' end \
               from pg_catalog.pg_cast c where c.oid >= 16384 \
                 and (c.castmethod = 'b' or c.castsource < 16384 and c.casttarget < 16384) \
               union all \
               select 'pg_catalog.pg_am'::pg_catalog.regclass, m.oid, \
                      'it is an access method' || case when m.amtype = 't' \
                        then '; its tables get the server''s own' else '' end \
               from pg_catalog.pg_am m where m.oid >= 16384 \
               union all \
               select 'pg_catalog.pg_ts_template'::pg_catalog.regclass, t.oid, \
                      'it is a text search template' \
               from pg_catalog.pg_ts_template t where t.oid >= 16384 \
               union all \
               select 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, t.oid, \
                      'it is a text search parser' \
               from pg_catalog.pg_ts_parser t where t.oid >= 16384 \
               union all \
               select 'pg_catalog.pg_language'::pg_catalog.regclass, l.oid, 'it is a language' \
               from pg_catalog.pg_language l where l.oid >= 16384 \
               union all \
               select 'pg_catalog.pg_transform'::pg_catalog.regclass, t.oid, 'it is a transform' \
               from pg_catalog.pg_transform t where t.oid >= 16384 \
               union all \
               select 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 'it is a base type' \
               from pg_catalog.pg_type t where t.oid >= 16384 and t.typtype = 'b' \
                 and t.typcategory <> 'A') f \
             where not exists (select from pg_catalog.pg_depend d \
               where d.classid = f.class and d.objid = f.oid and d.deptype in ('e', 'i')) \
             order by 1, 2",
            &[],
        )
        .await?;
    let object = |row: &tokio_postgres::Row| Privileged {
        class: row.get(0),
        oid: row.get(1),
        why: row.get(2),
        name: row.get(3),
    };
    Ok(rows.iter().map(object).collect())
}

/// What the database has, and a target may not get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Collations that the server does not bring: the target's may not have their locales.
    pub collations: bool,
    pub foreign_tables: bool,
}

/// Looks for it. The first user's OID is 16384.
///
/// # Errors
/// The server's.
pub async fn lacking(source: &ReadOnly) -> Result<Lacking, tokio_postgres::Error> {
    let rows = source
        .query(
            "select exists (select from pg_catalog.pg_collation c where c.oid >= 16384 \
                 and c.collnamespace <> 'pg_catalog'::pg_catalog.regnamespace), \
               exists (select from pg_catalog.pg_foreign_table)",
            &[],
        )
        .await?;
    Ok(Lacking { collations: rows[0].get(0), foreign_tables: rows[0].get(1) })
}
