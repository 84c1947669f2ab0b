//! What a load leaves out of another server's database, with what needs it, for a plan: a load knows
//! it from the dump.

use super::peculiar::Privileged;
use super::scope::LEFT_OUT_SCHEMAS;
use crate::postgres::ReadOnly;

/// An object that a load leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// `view public.v`
    pub name: String,
    /// Its OID, if it is a table.
    pub table: Option<u32>,
    /// Its kind, beyond that only a superuser may create it or that it needs something else.
    pub kind: Kind,
}

/// Why an object is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only a superuser may create it.
    Privileged,
    /// It leads to another server.
    Foreign,
    Replication,
    /// It needs what only a superuser may create, …
    NeedsPrivileged,
    /// … or what leads to another server.
    NeedsForeign,
}

/// # Errors
/// The server's.
pub async fn without(
    source: &ReadOnly,
    privileged: &[Privileged],
) -> Result<Vec<LeftOut>, tokio_postgres::Error> {
    let classes: Vec<u32> = privileged.iter().map(|object| object.class).collect();
    let oids: Vec<u32> = privileged.iter().map(|object| object.oid).collect();
    let sql = WITHOUT.replace("LEFT_OUT_SCHEMAS", LEFT_OUT_SCHEMAS);
    let rows = source.query(&sql, &[&classes, &oids]).await?;
    let left_out = |row: &tokio_postgres::Row| LeftOut {
        name: row.get(0),
        table: row.get(1),
        kind: match (row.get::<_, i32>(2), row.get::<_, bool>(3)) {
            (1, true) => Kind::Privileged,
            (1, false) => Kind::NeedsPrivileged,
            (2, true) => Kind::Foreign,
            (2, false) => Kind::NeedsForeign,
            _ => Kind::Replication,
        },
    };
    Ok(rows.iter().map(left_out).collect())
}

/// The first kind of an object counts. A default and a CHECK stand in the statement that creates
/// their table, so that needs what they need. Types of rows and arrays go with their tables and types.
/// Before version 14, an ordinary role may not read the OID of a subscription.
const WITHOUT: &str = "\
    with recursive start(kind, classid, objid) as ( \
      select 1, u.class, u.oid \
      from rows from (pg_catalog.unnest($1::oid[]), pg_catalog.unnest($2::oid[])) as u(class, oid) \
      union all \
      select 1, 'pg_catalog.pg_event_trigger'::regclass::oid, t.oid from pg_catalog.pg_event_trigger t \
      union all \
      select 2, 'pg_catalog.pg_foreign_server'::regclass::oid, s.oid from pg_catalog.pg_foreign_server s \
      union all \
      select 2, 'pg_catalog.pg_class'::regclass::oid, c.oid from pg_catalog.pg_class c \
      where c.relkind = 'f' and not c.relispartition \
      union all \
      select 3, 'pg_catalog.pg_publication'::regclass::oid, p.oid from pg_catalog.pg_publication p), \
    gone(kind, classid, objid) as ( \
      select s.kind, s.classid, s.objid from start s where s.kind < 3 \
        and not exists (select from pg_catalog.pg_am m where m.oid = s.objid and m.amtype = 't' \
          and s.classid = 'pg_catalog.pg_am'::regclass) \
      union \
      select g.kind, x.classid, x.objid from gone g cross join lateral ( \
        select d.classid, d.objid from pg_catalog.pg_depend d \
        where d.refclassid = g.classid and d.refobjid = g.objid and d.deptype <> 'e' \
        union all \
        select 'pg_catalog.pg_class'::regclass::oid, r.ev_class from pg_catalog.pg_rewrite r \
        where g.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = g.objid \
          and r.rulename = '_RETURN' \
        union all \
        select 'pg_catalog.pg_class'::regclass::oid, a.adrelid from pg_catalog.pg_attrdef a \
        where g.classid = 'pg_catalog.pg_attrdef'::regclass and a.oid = g.objid \
        union all \
        select 'pg_catalog.pg_class'::regclass::oid, k.conrelid from pg_catalog.pg_constraint k \
        where g.classid = 'pg_catalog.pg_constraint'::regclass and k.oid = g.objid \
          and k.contype = 'c' and k.conrelid <> 0) x) \
    select pg_catalog.pg_describe_object(f.classid, f.objid, 0) as described, \
           case when c.relkind in ('r', 'p') then c.oid end, f.kind, f.first \
    from (select a.classid, a.objid, pg_catalog.min(a.kind) as kind, \
            exists (select from start s where s.classid = a.classid and s.objid = a.objid) as first \
          from (select g.kind, g.classid, g.objid from gone g \
                union all select s.kind, s.classid, s.objid from start s) a \
          group by a.classid, a.objid) f \
    left join pg_catalog.pg_class c on f.classid = 'pg_catalog.pg_class'::regclass and c.oid = f.objid \
    left join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    left join pg_catalog.pg_type t on f.classid = 'pg_catalog.pg_type'::regclass and t.oid = f.objid \
    left join pg_catalog.pg_trigger tr on f.classid = 'pg_catalog.pg_trigger'::regclass \
      and tr.oid = f.objid \
    where not exists (select from pg_catalog.pg_depend d where d.classid = f.classid \
        and d.objid = f.objid and d.deptype = 'e') \
      and (c.oid is null or c.relkind <> 't' and LEFT_OUT_SCHEMAS) \
      and (t.oid is null or t.typrelid = 0 and t.typcategory <> 'A') \
      and (tr.oid is null or not tr.tgisinternal) \
      and f.classid not in ('pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_attrdef'::regclass, \
        'pg_catalog.pg_user_mapping'::regclass, 'pg_catalog.pg_amop'::regclass, \
        'pg_catalog.pg_amproc'::regclass, 'pg_catalog.pg_default_acl'::regclass) \
    union all \
    select pg_catalog.format('subscription %s', s.subname), null, 3, true \
    from pg_catalog.pg_subscription s \
    where s.subdbid = (select d.oid from pg_catalog.pg_database d \
      where d.datname = pg_catalog.current_database()) \
    order by kind, first desc, described";
