//! What must hold before anything is touched.

use crate::failure::Failure;
use crate::postgres::{ReadOnly, SourceUrl, TargetUrl, Writable};
use crate::record::{self, Found, Holding, Origin};

/// Why the load does not begin.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error("the target is the source")]
    SameDatabase { from: String, to: String },
    #[error("the target is a database that the source was loaded from")]
    Origin { target: String, origin: Origin },
    #[error("the target is a read-only standby")]
    TargetIsStandby { target: String },
    #[error("the target is set up already")]
    SetUp { loaded_at: String },
    #[error("the target is not empty")]
    NotEmpty(Holding),
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
            GuardError::SetUp { loaded_at } => failure
                .because(format!("it was loaded at {loaded_at}"))
                .because("nothing was touched")
                .remedy(
                    "nothing, if that is the data you want; to swap it for a fresh load, run the \
                     command again with --replace",
                ),
            GuardError::NotEmpty(holding) => failure
                .because(format!("it holds {holding}"))
                .because("nothing was touched")
                .remedy("give an empty database as the target: the load makes the schema itself"),
        }
    }
}

/// Checks the target. The caller holds the lock on it.
pub(super) async fn check(
    source_url: &SourceUrl,
    source: &ReadOnly,
    target_url: &TargetUrl,
    target: &Writable,
) -> Result<(), Failure> {
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
    if let Some(loaded_at) = loaded_at(target).await? {
        return Err(GuardError::SetUp { loaded_at }.into());
    }
    match record::holds(target).await? {
        Some(holding) => Err(GuardError::NotEmpty(holding).into()),
        None => Ok(()),
    }
}

/// When the target was last loaded.
pub(super) async fn loaded_at(target: &Writable) -> Result<Option<String>, Failure> {
    Ok(match record::read(target).await? {
        Found::Ours(record) => record.loaded.map(|loaded| loaded.at),
        Found::Newer(newer) => return Err(newer.into()),
        Found::Nothing | Found::ProductionNotes | Found::OfAnotherDatabase(_) => None,
    })
}
