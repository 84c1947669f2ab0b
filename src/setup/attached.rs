//! The app's own databases that are attached under another name than the target's.

use crate::config::{Config, Environment};
use crate::failure::Failure;
use crate::postgres::{Address, SourceUrl};
use crate::record;
use std::time::Duration;

/// How long a database is waited for that is only asked who it is.
pub(super) const QUESTION_LIMIT: Duration = Duration::from_secs(10);

/// The app's own empty databases that are attached under another name than the target's, by
/// config var. A database that does not answer does not count.
pub(super) async fn own_databases(environment: &Environment, config: &Config) -> Vec<String> {
    let address = |url: &str| Address::parse(url).ok();
    let target = environment.target(config).ok().and_then(|chosen| address(chosen.url.expose()));
    let named = environment.source(config).ok();
    // a source that somebody names is the source, whatever it holds
    let named = named.filter(|chosen| !chosen.variable.starts_with("HEROKU_POSTGRESQL_"));
    let named = named.and_then(|chosen| address(chosen.url.expose()));
    let questions = environment.attached(config).into_iter().map(async |variable| {
        let database = SourceUrl::parse(environment.get(variable)?).ok()?;
        let mut others = [&target, &named].into_iter().flatten();
        if others.any(|other| other.is_same_place(&database.0)) {
            return None;
        }
        let own = tokio::time::timeout(QUESTION_LIMIT, is_own_and_empty(&database)).await;
        matches!(own, Ok(Ok(true))).then(|| variable.to_owned())
    });
    futures_util::future::join_all(questions).await.into_iter().flatten().collect()
}

/// Not in recovery, owned by the role of the URL, and without an object of anybody's.
///
/// # Errors
/// Where the database cannot be asked.
async fn is_own_and_empty(database: &SourceUrl) -> Result<bool, Failure> {
    let session = database.connect_to_ask().await?;
    let rows = session
        .query(
            "select not pg_catalog.pg_is_in_recovery() and d.datdba = r.oid \
               and pg_catalog.to_regclass('review_data.production_note') is null \
             from pg_catalog.pg_database d, pg_catalog.pg_roles r \
             where d.datname = pg_catalog.current_database() and r.rolname = current_user",
            &[],
        )
        .await
        .map_err(|error| session.failure("cannot look at an attached database", &error))?;
    Ok(rows.first().is_some_and(|row| row.get(0)) && record::holds(&session).await?.is_none())
}
