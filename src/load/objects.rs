//! Making the target's schema: everything but the rows.

use super::making::impossible_tables;
use super::paths::BYTES_AS_THEY_ARE;
use crate::failure::Failure;
use crate::postgres::Writable;
use crate::schema::Schema;

/// What `pg_restore` would set, and is not among the archive's entries. No name depends on a
/// `search_path`: the definitions qualify all of them.
const SETTINGS: &str = "\
    set local check_function_bodies = off; \
    set local client_min_messages = warning; \
    set local xmloption = content; \
    set local standard_conforming_strings = on; \
    set local default_tablespace = ''; \
    set local default_table_access_method = heap; \
    select pg_catalog.set_config('search_path', '', true)";

/// Refuses a schema whose tables need what the target cannot have.
pub(super) fn check_possible(schema: &Schema) -> Result<(), Failure> {
    if schema.impossible.is_empty() {
        return Ok(());
    }
    Err(impossible_tables(&schema.impossible, &schema.left_out))
}

/// Opens the one transaction in which everything happens.
pub(super) async fn begin(target: &Writable) -> Result<(), Failure> {
    let failed = |error| target.failure("cannot begin on the target", &error);
    target.run("begin").await.map_err(failed)?;
    target.run(SETTINGS).await.map_err(failed)?;
    target.run(BYTES_AS_THEY_ARE).await.map_err(failed)
}

/// Whether indexes are made with parallel workers, whose work costs a fourth more in sum.
pub(super) async fn allow_workers(target: &Writable, allowed: bool) -> Result<(), Failure> {
    let value = if allowed { "default" } else { "0" };
    target
        .run(&format!("set local max_parallel_maintenance_workers to {value}"))
        .await
        .map_err(|error| target.failure("cannot change a setting of the target", &error))
}
