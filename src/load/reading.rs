//! How the source is read: in one transaction of one snapshot, and the catalogue first.

use super::{only, relations};
use crate::catalog::{self, Catalog, CatalogError, LeaveOut, Outside};
use crate::config::{Config, LeftOut};
use crate::failure::Failure;
use crate::postgres::{QuotedLiteral, ReadOnly};
use crate::subset::rules::told;

/// Begins the source's transaction. It can write nothing, and sees the given snapshot, or a new one.
pub(super) async fn begin_reading(
    source: &ReadOnly,
    snapshot: Option<&str>,
) -> Result<(), Failure> {
    let import = snapshot
        .map(|snapshot| format!("set transaction snapshot {}; ", QuotedLiteral::new(snapshot)))
        .unwrap_or_default();
    source
        .run(&format!(
            "begin isolation level repeatable read read only; {import}\
             set local jit = off; \
             select pg_catalog.set_config('search_path', '', true)"
        ))
        .await
        .map_err(|error| source.failure(SNAPSHOT, &error))
}

const SNAPSHOT: &str = "cannot take a snapshot of the source";

/// Begins to read, and lets others read the same.
pub(super) async fn open_snapshot(source: &ReadOnly) -> Result<String, Failure> {
    begin_reading(source, None).await?;
    let rows = source
        .query("select pg_catalog.pg_export_snapshot()", &[])
        .await
        .map_err(|error| source.failure(SNAPSHOT, &error))?;
    Ok(rows[0].get(0))
}

/// Ends the transaction of the snapshot: nothing is kept for us any more, and no replay cancels us.
/// Later questions see the source as it then is. Only they fail if the source has gone away.
pub(super) async fn stop_reading(source: &ReadOnly) {
    let _ = source
        .run(
            "commit; begin isolation level read committed read only; \
             set local jit = off; \
             select pg_catalog.set_config('search_path', '', true)",
        )
        .await;
}

/// When the snapshot was taken.
pub(super) async fn moment(source: &ReadOnly) -> Result<String, Failure> {
    let rows = source
        .query("select pg_catalog.now()::timestamptz(0)::text", &[])
        .await
        .map_err(|error| source.failure("cannot ask the source for the time", &error))?;
    Ok(rows[0].get(0))
}

/// The source's catalogue, and what the configuration says of it.
pub(super) async fn read_catalog(source: &ReadOnly, config: &Config) -> Result<Catalog, Failure> {
    let outside = read_outside(source, config).await?;
    read_catalog_inside(source, config, &outside).await
}

/// What the configuration leaves out.
pub(super) async fn read_outside(source: &ReadOnly, config: &Config) -> Result<Outside, Failure> {
    let LeftOut { objects, extensions } = &config.left_out;
    match Outside::of(source, LeaveOut { objects, extensions }).await {
        Err(CatalogError::NothingToLeaveOut { what, pattern, meant, given }) => {
            let hint = meant.as_ref().map(|name| format!("; did you mean {name:?}?"));
            let message =
                format!("no {what} of the source matches {pattern}{}", hint.unwrap_or_default());
            let remedy = match meant {
                Some(name) => format!("write {name:?}, or take the entry out"),
                None => "write a name or a pattern that the source has, as \"vault.*\" for all of \
                         a schema, or take the entry out"
                    .to_owned(),
            };
            Err(told(&[given], &message, config).remedy(remedy))
        }
        read => understood(source, read),
    }
}

/// The session knows why it ended: a statement that meets its end does not.
fn understood<T>(source: &ReadOnly, read: Result<T, CatalogError>) -> Result<T, Failure> {
    match read {
        Err(CatalogError::Server(error)) => {
            Err(source.failure("cannot read the source's catalogue", &error))
        }
        read => Ok(read?),
    }
}

/// The source's catalogue without what is left out, and what the configuration says of it.
pub(super) async fn read_catalog_inside(
    source: &ReadOnly,
    config: &Config,
    outside: &Outside,
) -> Result<Catalog, Failure> {
    let mut catalog = understood(source, catalog::read(source, outside).await)?;
    relations::configure(source, config, &mut catalog).await?;
    only::restrict(source, config, &mut catalog).await?;
    Ok(catalog)
}
