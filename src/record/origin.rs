//! The chain of databases that the rows came from: the source, the source's source, and so on.
//!
//! A small copy that was loaded from production names production here. Its readers may read that:
//! the table is granted to everyone, and holds identities only.

use super::identity::{Identity, identity};
use crate::failure::Failure;
use crate::postgres::{AnySession, ReadOnly, Writable};
use std::fmt;

/// A database that rows came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub system: i64,
    /// `None` where a record of 0.1.0 is all that is known: it has the name only.
    pub database: Option<u32>,
    pub name: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (system identifier {}", self.name, self.system)?;
        match self.database {
            Some(database) => write!(f, ", database OID {database})"),
            None => f.write_str(")"),
        }
    }
}

impl Origin {
    /// Whether this database, of this name, is the one.
    #[must_use]
    pub fn is(&self, identity: Identity, name: &str) -> bool {
        self.system == identity.system
            && match self.database {
                Some(database) => database == identity.database,
                None => self.name == name,
            }
    }
}

pub(super) const TABLE: &str = "\
    create table if not exists review_data.origin ( \
      position integer primary key, \
      system_identifier bigint not null, \
      database_oid bigint, \
      database_name text not null); \
    grant usage on schema review_data to public; \
    grant select on review_data.origin to public;";

/// The chain that a database's own record names; empty where it has no record, or none that this
/// role may read.
///
/// # Errors
/// The server's.
pub async fn origins(session: &impl AnySession) -> Result<Vec<Origin>, Failure> {
    let what = format!("cannot read where the rows of {} came from", session.side().name());
    let failed = |error| session.failure(&what, &error);
    // asked for by name: a statement that fails would end the transaction of the load
    let readable = session
        .query(
            "select coalesce(bool_or(c.relname = 'origin'), false), \
                    coalesce(bool_or(c.relname = 'load'), false) \
             from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where n.nspname = 'review_data' and c.relkind = 'r' \
               and pg_catalog.has_schema_privilege(n.oid, 'usage') \
               and pg_catalog.has_table_privilege(c.oid, 'select')",
            &[],
        )
        .await
        .map_err(failed)?;
    let question = match (readable[0].get(0), readable[0].get(1)) {
        (true, _) => {
            "select system_identifier, database_oid, database_name from review_data.origin \
             order by position"
        }
        (false, true) => OF_0_1_0,
        (false, false) => return Ok(Vec::new()),
    };
    let rows = session.query(question, &[]).await.map_err(failed)?;
    Ok(rows
        .iter()
        .map(|row| Origin {
            system: row.get(0),
            database: row.get::<_, Option<i64>>(1).and_then(|oid| u32::try_from(oid).ok()),
            name: row.get(2),
        })
        .collect())
}

/// The one origin that a record of 0.1.0 names.
pub(super) const OF_0_1_0: &str = "\
    select source_system, null::bigint, source_database from review_data.load \
    order by id desc limit 1";

/// What a load from this source has to record: the source, then the source's own chain.
///
/// # Errors
/// The server's.
pub async fn chain(source: &ReadOnly) -> Result<Vec<Origin>, Failure> {
    let own = identity(source).await?;
    let name = database_name(source).await?;
    let mut chain = vec![Origin { system: own.system, database: Some(own.database), name }];
    for origin in origins(source).await? {
        if !chain.contains(&origin) {
            chain.push(origin);
        }
    }
    Ok(chain)
}

/// Whether this session is in one of these databases.
///
/// # Errors
/// The server's.
pub async fn is_one_of(session: &impl AnySession, origins: &[Origin]) -> Result<bool, Failure> {
    let (own, name) = (identity(session).await?, database_name(session).await?);
    Ok(origins.iter().any(|origin| origin.is(own, &name)))
}

/// The name of the session's database.
async fn database_name(session: &impl AnySession) -> Result<String, Failure> {
    let rows = session
        .query("select pg_catalog.current_database()::text", &[])
        .await
        .map_err(|error| session.failure("cannot read the database's name", &error))?;
    Ok(rows[0].get(0))
}

/// Replaces the chain in the target's record.
pub(super) async fn write(
    target: &Writable,
    chain: &[Origin],
) -> Result<(), tokio_postgres::Error> {
    target.run("delete from review_data.origin").await?;
    for (position, origin) in (0_i32..).zip(chain) {
        target
            .query(
                "insert into review_data.origin values ($1, $2, $3, $4)",
                &[&position, &origin.system, &origin.database.map(i64::from), &origin.name],
            )
            .await?;
    }
    Ok(())
}

/// The database of a source's chain that the target is, if it is one of them.
///
/// # Errors
/// The servers'.
pub async fn came_from(
    source: &ReadOnly,
    target_is: Identity,
    target: &Writable,
) -> Result<Option<Origin>, Failure> {
    let chain = origins(source).await?;
    if chain.is_empty() {
        return Ok(None);
    }
    let name = database_name(target).await?;
    Ok(chain.into_iter().find(|origin| origin.is(target_is, &name)))
}
