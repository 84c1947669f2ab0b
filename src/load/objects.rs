//! Making the target's schema: everything but the rows.

use crate::failure::Failure;
use crate::postgres::{ReadOnly, Writable};
use crate::schema::{ObjectId, Schema};
use std::collections::HashMap;

/// What `pg_restore` would set, and is not among the archive's entries. No name depends on a
/// `search_path`: the definitions qualify all of them.
const SETTINGS: &str = "\
    set local check_function_bodies = off; \
    set local client_min_messages = warning; \
    set local xmloption = content; \
    set local standard_conforming_strings = on; \
    set local default_tablespace = ''; \
    select pg_catalog.set_config('search_path', '', true)";

/// An extension of the source.
pub(super) struct Extension {
    pub(super) object: ObjectId,
    schema: String,
    /// It brings a foreign-data wrapper.
    pub(super) foreign: bool,
}

/// The extensions of the source, by name.
pub(super) async fn extensions(
    source: &ReadOnly,
) -> Result<HashMap<String, Extension>, tokio_postgres::Error> {
    let rows = source
        .query(
            "select e.extname::text, n.nspname::text, \
               'pg_catalog.pg_extension'::pg_catalog.regclass::oid, e.oid, exists ( \
               select from pg_catalog.pg_depend d where d.refobjid = e.oid \
                 and d.refclassid = 'pg_catalog.pg_extension'::regclass \
                 and d.classid = 'pg_catalog.pg_foreign_data_wrapper'::regclass) \
             from pg_catalog.pg_extension e \
             join pg_catalog.pg_namespace n on n.oid = e.extnamespace",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| {
            let name: String = row.get(0);
            let object = ObjectId { class: row.get(2), oid: row.get(3) };
            (name, Extension { object, schema: row.get(1), foreign: row.get(4) })
        })
        .collect())
}

/// Refuses a schema whose tables need what the target cannot have.
pub(super) fn check_possible(schema: &Schema) -> Result<(), Failure> {
    if schema.impossible.is_empty() {
        return Ok(());
    }
    let failure = Failure::new("the target cannot have all tables of the source");
    let reasons = schema.impossible.iter().chain(&schema.left_out);
    Err(reasons.cloned().fold(failure, Failure::because).remedy(
        "leave these tables out: list them under leave_out in the section [schema] of \
         review-data.toml; or replace what they need, on the source",
    ))
}

/// Refuses extensions that the target cannot have, before anything is made.
pub(super) async fn check_extensions(
    target: &Writable,
    schema: &Schema,
    known: &HashMap<String, Extension>,
) -> Result<(), Failure> {
    if schema.extensions.is_empty() {
        return Ok(());
    }
    let rows = target
        .query(
            "select x.name, n.nspname::text, \
               exists (select from pg_catalog.pg_available_extensions a where a.name = x.name), \
               (select rolsuper from pg_catalog.pg_roles where rolname = current_user) \
               or exists (select from pg_catalog.pg_available_extension_versions v \
                          where v.name = x.name and v.trusted) \
               or x.name = any (pg_catalog.string_to_array(pg_catalog.replace(pg_catalog.concat_ws(',', \
                    pg_catalog.current_setting('rds.allowed_extensions', true), \
                    pg_catalog.current_setting('extwlist.extensions', true)), ' ', ''), ',')) \
             from pg_catalog.unnest($1::text[]) as x(name) \
             left join pg_catalog.pg_extension e on e.extname = x.name \
             left join pg_catalog.pg_namespace n on n.oid = e.extnamespace order by 1",
            &[&schema.extensions],
        )
        .await
        .map_err(|error| target.failure("cannot read the target's extensions", &error))?;
    let mut wrong = Vec::new();
    for row in rows {
        let name: String = row.get(0);
        let there: Option<String> = row.get(1);
        let (available, allowed): (bool, bool) = (row.get(2), row.get(3));
        let wanted = known.get(&name).map(|extension| extension.schema.as_str());
        match there {
            Some(there) if wanted.is_some_and(|wanted| wanted != there) => wrong.push(format!(
                "{name} is in schema {there} there, and in {} in the source",
                wanted.unwrap_or_default()
            )),
            None if !available => wrong.push(format!("{name} is not installed on its server")),
            None if !allowed => wrong.push(format!("{name} may be created by a superuser only")),
            _ => {}
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let failure = Failure::new("the target cannot have all extensions of the source");
    Err(wrong.into_iter().fold(failure, Failure::because).remedy(
        "let a superuser create them in the target's database beforehand, or drop them on the \
         source if nothing uses them",
    ))
}

/// Opens the one transaction in which everything happens.
pub(super) async fn begin(target: &Writable) -> Result<(), Failure> {
    let failed = |error| target.failure("cannot begin on the target", &error);
    target.run("begin").await.map_err(failed)?;
    target.run(SETTINGS).await.map_err(failed)
}

/// Whether indexes are made with parallel workers, whose work costs a fourth more in sum.
pub(super) async fn allow_workers(target: &Writable, allowed: bool) -> Result<(), Failure> {
    let value = if allowed { "default" } else { "0" };
    target
        .run(&format!("set local max_parallel_maintenance_workers to {value}"))
        .await
        .map_err(|error| target.failure("cannot change a setting of the target", &error))
}
