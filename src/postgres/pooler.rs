//! Poolers in transaction mode hand each transaction to another session: a lock, an exported
//! snapshot, session settings and `pg_dump` do not live through that, so they are refused. Here some
//! are known by their names; what all of them do is looked for in `own_session`.

use super::parameters::Parameters;

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

pub(super) fn refuse_parameters(parameters: &Parameters) -> Result<(), Pooler> {
    if parameters.get("pgbouncer").is_some_and(|value| value != "false" && value != "0") {
        return Err(Pooler { how_known: "the parameter pgbouncer".to_owned() });
    }
    let hosts = parameters.get("host").map(String::as_str).unwrap_or_default();
    for host in hosts.split(',').map(str::to_ascii_lowercase) {
        let first_label = host.split('.').next().unwrap_or_default();
        let neon = host.contains('.') && first_label.ends_with("-pooler");
        if neon || host.ends_with(".pooler.supabase.com") {
            return Err(Pooler { how_known: format!("the host's name, {host}") });
        }
    }
    Ok(())
}
