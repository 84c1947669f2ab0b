//! What stays must not depend on what goes: a drop that cascades would take it along.

use super::error::ReplaceError;
use crate::failure::Failure;
use crate::postgres::Writable;
use crate::record::PLATFORM_SCHEMAS;

/// Follows dependencies from everything that goes. A view depends on a table by its rule, which is
/// a part of the view.
fn dependents() -> String {
    format!(
        "with recursive kept as ( \
           select n.oid, n.nspname from pg_catalog.pg_namespace n \
           where n.nspname ~ '^pg_' or n.nspname in ({PLATFORM_SCHEMAS}, 'review_data')), \
         here as ( \
           select 'pg_catalog.pg_class'::regclass::oid as class, oid, relnamespace as schema \
           from pg_catalog.pg_class \
           union all \
           select 'pg_catalog.pg_proc'::regclass::oid, oid, pronamespace \
           from pg_catalog.pg_proc \
           union all \
           select 'pg_catalog.pg_type'::regclass::oid, oid, typnamespace from pg_catalog.pg_type), \
         member as ( \
           select classid, objid from pg_catalog.pg_depend where deptype = 'e'), \
         gone(class, oid) as ( \
           select h.class, h.oid from here h \
           where h.schema not in (select k.oid from kept k) \
             and not exists (select from member m where m.classid = h.class and m.objid = h.oid) \
             and not exists (select from pg_catalog.pg_depend d \
               join member m on m.classid = d.refclassid and m.objid = d.refobjid \
               where d.classid = h.class and d.objid = h.oid and d.deptype in ('i', 'a')) \
           union \
           select n.class, n.oid from gone g \
           cross join lateral ( \
             select d.classid, d.objid from pg_catalog.pg_depend d \
             where d.refclassid = g.class and d.refobjid = g.oid \
             union all \
             select d.refclassid, d.refobjid from pg_catalog.pg_depend d \
             where g.class = 'pg_catalog.pg_rewrite'::regclass \
               and d.classid = g.class and d.objid = g.oid and d.deptype = 'i' \
           ) as n(class, oid)) \
         select distinct i.type || ' ' || i.identity \
         from gone g \
         cross join lateral pg_catalog.pg_identify_object(g.class, g.oid, 0) i \
         where g.class = 'pg_catalog.pg_extension'::regclass \
           or exists (select from member m where m.classid = g.class and m.objid = g.oid) \
           or exists (select from here h join kept k on k.oid = h.schema \
             where h.class = g.class and h.oid = g.oid and k.nspname = 'review_data') \
         order by 1"
    )
}

/// Refuses to drop what an extension or our record depends on.
pub(super) async fn check(target: &Writable) -> Result<(), Failure> {
    let rows = target
        .query(&dependents(), &[])
        .await
        .map_err(|error| target.failure("cannot look at what the target holds", &error))?;
    let dependents: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    if dependents.is_empty() {
        return Ok(());
    }
    Err(ReplaceError::Needed(dependents).into())
}
