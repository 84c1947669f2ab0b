//! What must hold before anything is touched.

use super::replace::{Existing, Swap};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, SourceUrl, TargetUrl, Writable};
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
    let standby: bool =
        target.query("select pg_catalog.pg_is_in_recovery()", &[]).await.map_err(failed)?[0].get(0);
    if standby {
        return Err(GuardError::TargetIsStandby { target: target_url.0.display() }.into());
    }
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
