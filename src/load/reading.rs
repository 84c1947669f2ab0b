//! How the source is read: in one transaction of one snapshot, and the catalogue first.

use super::{only, relations};
use crate::catalog::{self, Catalog, CatalogError, LeaveOut, Outside, Settings};
use crate::config::{Config, LeftOut};
use crate::failure::Failure;
use crate::postgres::{QuotedLiteral, ReadOnly};

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
/// What the load may still ask sees the source as it then is. A source that has gone away is missed
/// only by such a question.
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
    understood(source, Outside::of(source, LeaveOut { objects, extensions }).await)
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

/// A database without an encoding holds text in any: its bytes travel as they are.
pub(super) const BYTES_AS_THEY_ARE: &str = "\
    select pg_catalog.set_config('client_encoding', 'SQL_ASCII', true) \
    where pg_catalog.current_setting('server_encoding') operator(pg_catalog.=) 'SQL_ASCII'";

/// Texts of names, such as those of `regclass`, are qualified then.
pub(super) const BY_QUALIFIED_NAMES: &str = "select pg_catalog.set_config('search_path', '', true)";

/// A rule's condition is written by a person, who counts on the `search_path` and the time zone of
/// the app's sessions. What decides how values are written stays as it is.
pub(super) async fn understand_conditions(
    source: &ReadOnly,
    settings: &Settings,
) -> Result<(), Failure> {
    let failed = |error| source.failure("cannot select rows", &error);
    source
        .run(&format!(
            "select pg_catalog.set_config('search_path', {}, true); {BYTES_AS_THEY_ARE}",
            QuotedLiteral::new(&source.own_path())
        ))
        .await
        .map_err(failed)?;
    let mut wanted: Vec<(&str, String)> = settings
        .all
        .iter()
        .filter(|setting| {
            setting.name.contains('.') || setting.name.eq_ignore_ascii_case("timezone")
        })
        .map(|setting| (setting.name.as_str(), setting.value.clone()))
        .collect();
    if settings.value("search_path").is_some() {
        wanted.push(("search_path", settings.path()));
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let (names, values): (Vec<&str>, Vec<String>) = wanted.into_iter().unzip();
    // the transaction must not fail for a setting that is a superuser's
    source
        .query(
            "select pg_catalog.set_config(w.name, w.value, true) \
             from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) \
               as w(name, value) \
             where not exists (select from pg_catalog.pg_settings s \
               where s.name operator(pg_catalog.=) w.name \
                 and s.context operator(pg_catalog.<>) 'user')",
            &[&names, &values],
        )
        .await
        .map_err(failed)?;
    Ok(())
}
