//! What stays must not depend on what goes: a drop that cascades would take it along.

use super::error::ReplaceError;
use crate::failure::Failure;
use crate::postgres::Writable;
use crate::record::{LARGE_OBJECTS, OUTSIDE_SCHEMAS, with_objects};

/// Follows dependencies from everything that goes: how many objects go, parts included, and what
/// goes though it should stay. A view depends on a table by its rule, which is a part of the view.
fn dependents() -> String {
    let objects = with_objects();
    format!(
        "with recursive {objects}, \
         member as ( \
           select classid, objid from pg_catalog.pg_depend where deptype = 'e'), \
         gone(class, oid) as ( \
           select f.class, f.oid from found f \
           where f.turn < {OUTSIDE_SCHEMAS} \
             or f.turn < {LARGE_OBJECTS} and pg_catalog.pg_has_role(f.owner, 'usage') \
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
         select (select count(*) from gone), \
           array(select distinct i.type || ' ' || i.identity \
             from gone g \
             cross join lateral pg_catalog.pg_identify_object(g.class, g.oid, 0) i \
             where g.class = 'pg_catalog.pg_extension'::regclass or i.schema = 'review_data' \
               or exists (select from member m where m.classid = g.class and m.objid = g.oid) \
             order by 1)"
    )
}

/// Refuses to drop what an extension or our record depends on. Returns how many objects go, with
/// the parts of tables: a swap holds a lock on each of them.
///
/// # Errors
/// Where something that stays needs what goes, or the target cannot be asked.
pub async fn check(target: &Writable) -> Result<usize, Failure> {
    let rows = target
        .query(&dependents(), &[])
        .await
        .map_err(|error| target.failure("cannot look at what the target holds", &error))?;
    let (count, dependents): (i64, Vec<String>) = (rows[0].get(0), rows[0].get(1));
    if dependents.is_empty() {
        return Ok(usize::try_from(count).unwrap_or(0));
    }
    Err(ReplaceError::Needed(dependents).into())
}
