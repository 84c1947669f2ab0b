//! What a load should take, or took, in bytes.

use crate::catalog::Catalog;
use crate::subset::bytes::PAGE;

/// What the budget counts for an empty database, whatever the target holds.
pub(crate) const EMPTY_DATABASE: u64 = 8_000_000;

/// By how much a schema makes the system's own tables grow on the target, whose rows should take
/// this many bytes there (`catalog::sizes::read_system_rows`). It comes from the source, so that
/// `plan` knows it too, and is rather too much than too little.
pub(super) fn size_of_schema(system_rows: u64) -> u64 {
    /// The page that each of the system's tables and indexes has begun.
    const BEGUN: u64 = 64 << 10;
    system_rows + BEGUN
}

/// What sequences and our record take.
pub(super) fn besides_schema(catalog: &Catalog) -> u64 {
    const RECORD: u64 = 120_000;
    const RECORD_OF_TABLE: u64 = 250;
    PAGE * catalog.sequences.len() as u64 + RECORD + RECORD_OF_TABLE * catalog.tables.len() as u64
}

/// What a load should take, in bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Estimate {
    pub(super) tables: Vec<u64>,
    pub(super) views: u64,
    pub(super) total: u64,
}

impl Estimate {
    /// What is neither table nor view.
    pub(super) fn rest(&self) -> u64 {
        self.total.saturating_sub(self.tables.iter().sum::<u64>() + self.views)
    }
}

#[allow(clippy::cast_precision_loss, reason = "estimates of bytes and rows")]
pub(super) fn as_float(number: u64) -> f64 {
    number as f64
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "estimates of bytes, far from the limits"
)]
pub(super) fn scaled(bytes: u64, factor: f64) -> u64 {
    (as_float(bytes) * factor) as u64
}
