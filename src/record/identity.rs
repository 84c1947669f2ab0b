//! What tells one database from all others, whatever its URL.

use crate::failure::Failure;
use crate::postgres::AnySession;
use std::fmt;

/// The cluster's system identifier and the database's OID in it. A standby has its primary's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub system: i64,
    pub database: u32,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "system identifier {}, database OID {}", self.system, self.database)
    }
}

/// Which database a session is in.
///
/// # Errors
/// The server's.
pub async fn identity(session: &impl AnySession) -> Result<Identity, Failure> {
    let rows = session
        .query(
            "select c.system_identifier, d.oid \
             from pg_catalog.pg_control_system() c, pg_catalog.pg_database d \
             where d.datname = pg_catalog.current_database()",
            &[],
        )
        .await
        .map_err(|error| {
            let what = format!("cannot tell which database {} is", session.side().name());
            session.failure(&what, &error)
        })?;
    Ok(Identity { system: rows[0].get(0), database: rows[0].get(1) })
}
