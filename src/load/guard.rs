//! What must hold before anything is touched.

use super::replace::{Existing, Swap};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, SourceUrl, TargetUrl, Writable, check_limits};
use crate::record::{self, Found, Origin};

/// Why the load does not begin.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error("the target is the source")]
    SameDatabase { from: String, to: String },
    #[error("the target is a database that the source was loaded from")]
    Origin { target: String, origin: Origin },
    #[error("the target is a read-only standby")]
    TargetIsStandby { target: String },
    #[error("sessions of the target's role are read-only")]
    TargetIsReadOnly { role: String, database: String, set_by: String },
}

impl From<GuardError> for Failure {
    fn from(error: GuardError) -> Self {
        let failure = Failure::new(error.to_string());
        match error {
            GuardError::SameDatabase { from, to } => failure
                .because(format!(
                    "{from} and {to} lead to one database, by its system identifier and OID"
                ))
                .because("nothing was touched")
                .remedy("give the URL of the review app's own database as the target"),
            GuardError::TargetIsStandby { target } => failure
                .because(format!("{target} is in recovery"))
                .remedy("give the URL of the primary as the target"),
            GuardError::TargetIsReadOnly { role, database, set_by } => {
                let (quoted, of) = (QuotedIdent::new(&role), QuotedIdent::new(&database));
                let (place, remedy) = match set_by.as_str() {
                    "user" => (
                        format!("for role {role}"),
                        format!("\n alter role {quoted} reset default_transaction_read_only;"),
                    ),
                    "database" => (
                        format!("for database {database}"),
                        format!("\n alter database {of} reset default_transaction_read_only;"),
                    ),
                    "database user" => (
                        format!("for role {role} in database {database}"),
                        format!(
                            "\n alter role {quoted} in database {of} \
                             reset default_transaction_read_only;"
                        ),
                    ),
                    "client" => (
                        "by the target's URL".to_owned(),
                        " take it out of the URL's options".to_owned(),
                    ),
                    _ => (
                        "by the server's configuration".to_owned(),
                        format!("\n alter role {quoted} set default_transaction_read_only = off;"),
                    ),
                };
                failure
                    .because(format!("default_transaction_read_only is set {place}"))
                    .because("nothing was touched")
                    .remedy(format!("if the load may write there:{remedy}"))
            }
            GuardError::Origin { target, origin } => failure
                .because(format!(
                    "the source's record names the database {} of {target} among those that its \
                     rows came from, by its system identifier and OID",
                    origin.name
                ))
                .because("nothing was touched")
                .remedy("give the URL of the review app's own database as the target"),
        }
    }
}

/// Checks the target. The caller holds the lock on it. Returns what is to be replaced in a target
/// that is not empty.
pub(super) async fn check(
    source_url: &SourceUrl,
    source: &ReadOnly,
    target_url: &TargetUrl,
    target: &Writable,
    existing: Existing,
) -> Result<Option<Swap>, Failure> {
    let failed = |error| target.failure("cannot look at the target", &error);
    // the source first: a standby of the source is the source, too
    let own = record::identity(target).await?;
    if record::identity(source).await? == own {
        return Err(GuardError::SameDatabase {
            from: source_url.0.display(),
            to: target_url.0.display(),
        }
        .into());
    }
    if let Some(origin) = record::came_from(source, own, target).await? {
        return Err(GuardError::Origin { target: target_url.0.display(), origin }.into());
    }
    let rows = target
        .query(
            "select pg_catalog.pg_is_in_recovery(), s.setting = 'on', s.source, \
                    session_user::text, pg_catalog.current_database()::text \
             from pg_catalog.pg_settings s where s.name = 'default_transaction_read_only'",
            &[],
        )
        .await
        .map_err(failed)?;
    if rows[0].get(0) {
        return Err(GuardError::TargetIsStandby { target: target_url.0.display() }.into());
    }
    if rows[0].get(1) {
        let (role, database) = (rows[0].get(3), rows[0].get(4));
        return Err(GuardError::TargetIsReadOnly { role, database, set_by: rows[0].get(2) }.into());
    }
    check_limits(source, 2, "one that reads rows, and pg_dump's").await?;
    Swap::decide(source, target, record::read(target).await?, existing).await
}

/// When the target was last loaded.
pub(super) async fn loaded_at(target: &Writable) -> Result<Option<String>, Failure> {
    Ok(match record::read(target).await? {
        Found::Ours(record) => record.loaded.map(|loaded| loaded.at),
        Found::Newer(newer) => return Err(newer.into()),
        Found::Nothing | Found::ProductionNotes | Found::OfAnotherDatabase(_) => None,
    })
}
