//! The load, told as a story.

use crate::config::Config;
use crate::failure::Failure;
use crate::postgres::{SourceUrl, TargetUrl};
use crate::report::Progress;

/// A table in which a migration tool keeps its state: always copied whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationTable {
    /// `None`: in any schema.
    pub schema: Option<&'static str>,
    pub table: &'static str,
}

/// What to load, from where to where.
pub struct Request<'a> {
    pub source: &'a SourceUrl,
    pub target: &'a TargetUrl,
    pub config: &'a Config,
    pub migration_tables: &'a [MigrationTable],
}

/// What a load brought: printed by `report`.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {}

/// How a target that is set up already was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// Our record of a load.
    Record { loaded_at: String },
    /// A migration table, by its qualified name.
    MigrationTable { name: String },
}

/// Fills an empty target in one transaction.
///
/// # Errors
/// Any failure; the target is then as it was before.
pub async fn load(_request: &Request<'_>, _progress: &Progress) -> Result<Report, Failure> {
    Err(Failure::new("the load is not built yet"))
}

/// Says whether the target is set up already: the load is one transaction, so the presence of our
/// record, or of a migration table, is the truth.
///
/// # Errors
/// Where the target cannot be asked.
pub async fn set_up(
    _target: &TargetUrl,
    _migration_tables: &[MigrationTable],
) -> Result<Option<SetUp>, Failure> {
    Err(Failure::new("the load is not built yet"))
}
