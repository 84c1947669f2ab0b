//! How rows lie in pages.

use crate::catalog::sizes::StoredColumn;

pub const PAGE: u64 = 8192;
pub(super) const PAGE_HEADER: u64 = 24;
pub(super) const LINE_POINTER: u64 = 4;
pub(super) const TUPLE_HEADER: u64 = 23;

/// Values up to this length have a header of one byte, and no alignment.
pub(super) const SHORT: u64 = 127;

/// The sizes of the values of one row, `None` for NULL, as `pg_column_size` gives them.
pub type RowSizes = Vec<Option<u32>>;

/// Whole pages for this many bytes. Less than one row is expected to take a part of a page.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an estimate, far from the limits"
)]
pub(super) fn pages(bytes: f64, rows: f64) -> u64 {
    ((bytes / PAGE as f64).ceil() * PAGE as f64 * rows.min(1.0)) as u64
}

pub(super) fn aligned(offset: u64, alignment: u64) -> u64 {
    offset.div_ceil(alignment) * alignment
}

/// The length of a row's values behind one another, as `heap_compute_data_size` counts it.
pub(super) fn data_length(values: impl Iterator<Item = (StoredColumn, u64)>) -> u64 {
    let mut length = 0;
    for (column, size) in values {
        if column.length.is_some() || size > SHORT {
            length = aligned(length, u64::from(column.alignment));
        }
        length += size;
    }
    length
}
