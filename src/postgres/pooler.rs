//! Poolers in transaction mode hand each transaction to another session: a lock, an exported
//! snapshot, session settings and `pg_dump` do not live through that, so they are refused. Here some
//! are known by their names; what all of them do is looked for in `own_session`.

/// A connection string that leads to a pooler.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it leads to a connection pooler ({how_known}); a pooler in transaction mode gives every \
     transaction another session, and the snapshot and the lock need one that stays"
)]
pub struct Pooler {
    pub how_known: String,
}

pub(super) const REMEDY: &str = "use the database's direct URL: on Heroku the add-on's own \
     HEROKU_POSTGRESQL_…_URL, at other providers the host without the pooler";

/// Refuses a config var that by its name holds a pooler's URL (Heroku's `pgbouncer` attachment).
///
/// # Errors
/// Where it does.
pub fn refuse_pooler(variable_name: &str) -> Result<(), Pooler> {
    if is_pooler_variable(variable_name) {
        return Err(Pooler { how_known: format!("the config var's name, {variable_name}") });
    }
    Ok(())
}

/// True for the config vars in which Heroku puts a connection pool's URL.
#[must_use]
pub fn is_pooler_variable(name: &str) -> bool {
    crate::config::is_connection_pool(name)
}
