//! Under which `search_path` and settings the source's session reads.

use crate::catalog::Settings;
use crate::failure::Failure;
use crate::postgres::{QuotedLiteral, ReadOnly};

/// A database without an encoding holds text in any: its bytes travel as they are.
pub(super) const BYTES_AS_THEY_ARE: &str = "\
    select pg_catalog.set_config('client_encoding', 'SQL_ASCII', true) \
    where pg_catalog.current_setting('server_encoding') operator(pg_catalog.=) 'SQL_ASCII'";

/// Texts of names, such as what `regclass` prints, are qualified then.
pub(super) const BY_QUALIFIED_NAMES: &str = "select pg_catalog.set_config('search_path', '', true)";

/// From now on, the server writes each name in full.
pub(super) async fn name_in_full(source: &ReadOnly) -> Result<(), Failure> {
    source
        .run(BY_QUALIFIED_NAMES)
        .await
        .map_err(|error| source.failure("cannot read from the source", &error))
}

/// To read a table's rows, the server looks into the functions of its indexes: they find what they name
/// as in the app's sessions. A rule's condition is written by a person, who counts on the `search_path` and the time zone of
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
