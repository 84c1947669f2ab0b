//! What stays must not depend on what goes: a drop that cascades would take it along. Nor may it write
//! into what comes: a subscription does, and no transaction can drop one that has a slot.

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
           ) as n(class, oid)), \
         in_record(class, oid) as ( \
           select 'pg_catalog.pg_class'::regclass::oid, o.oid from pg_catalog.pg_class o \
           where o.relnamespace = pg_catalog.to_regnamespace('review_data') \
           union all \
           select 'pg_catalog.pg_proc'::regclass, o.oid from pg_catalog.pg_proc o \
           where o.pronamespace = pg_catalog.to_regnamespace('review_data') \
           union all \
           select 'pg_catalog.pg_type'::regclass, o.oid from pg_catalog.pg_type o \
           where o.typnamespace = pg_catalog.to_regnamespace('review_data')), \
         wanted as materialized ( \
           select g.class, g.oid from gone g \
           where g.class = 'pg_catalog.pg_extension'::regclass \
             or (g.class, g.oid) in (select r.class, r.oid from in_record r) \
             or (g.class, g.oid) in (select m.classid, m.objid from member m)) \
         select (select count(*) from gone), \
           array(select distinct i.type || ' ' || i.identity from wanted w \
             cross join lateral pg_catalog.pg_identify_object(w.class, w.oid, 0) i order by 1)"
    )
}

/// Catalogues, with their indexes, that a swap asks about what there is: locked as well. Measured.
const CATALOGUES: usize = 40;

/// Refuses to drop what an extension or our record depends on. Returns how many locks a swap holds
/// for what goes: one on each object, with the parts of tables.
///
/// # Errors
/// Where something that stays needs what goes, or the target cannot be asked.
pub async fn check(target: &Writable) -> Result<usize, Failure> {
    let failed = |error| target.failure("cannot look at what the target holds", &error);
    // the planner expects far more rows than there are: compiling took 2.2 s of 2.4 s
    target.run("set jit = off").await.map_err(failed)?;
    let rows = target.query(&dependents(), &[]).await.map_err(failed)?;
    let (count, dependents): (i64, Vec<String>) = (rows[0].get(0), rows[0].get(1));
    if dependents.is_empty() {
        return Ok(usize::try_from(count).unwrap_or(0) + CATALOGUES);
    }
    Err(ReplaceError::Needed(dependents).into())
}

/// Refuses to replace what a subscription writes.
///
/// # Errors
/// Where the database has one, or cannot be asked.
pub(super) async fn check_subscriptions(target: &Writable) -> Result<(), Failure> {
    let rows = target
        .query(
            "select pg_catalog.quote_ident(s.subname) from pg_catalog.pg_subscription s \
             join pg_catalog.pg_database d on d.oid = s.subdbid \
             where d.datname = pg_catalog.current_database() order by 1",
            &[],
        )
        .await
        .map_err(|error| target.failure("cannot look at what the target holds", &error))?;
    if rows.is_empty() {
        return Ok(());
    }
    Err(ReplaceError::Subscribed(rows.iter().map(|row| row.get(0)).collect()).into())
}
