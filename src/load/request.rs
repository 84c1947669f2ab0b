//! What to load.

use super::replace::Existing;
use crate::config::{Config, MigrationTable};
use crate::postgres::{SourceUrl, TargetUrl};

/// What to load, from where to where.
pub struct Request<'a> {
    pub source: &'a SourceUrl,
    pub target: &'a TargetUrl,
    pub config: &'a Config,
    pub migration_tables: &'a [MigrationTable],
    pub existing: Existing,
}
