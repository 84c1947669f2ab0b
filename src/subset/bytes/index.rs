//! How indexes take room: B-trees are laid out as the server would, others are scaled.

use super::page::{LINE_POINTER, PAGE, PAGE_HEADER, RowSizes, aligned, data_length, pages};
use crate::catalog::sizes::{IndexColumn, IndexMethod, IndexSize, StoredColumn};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct IndexShape {
    method: IndexMethod,
    /// `None`: not known, the source's index says all.
    entry: Option<f64>,
    fill_factor: u8,
    /// Against a fresh index of the source's rows, all keys different: at most 1.
    density: f64,
    /// The source's index and rows.
    source: (u64, f64),
}

impl IndexShape {
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    pub(super) fn new(
        index: &IndexSize,
        columns: &[StoredColumn],
        sample: &[RowSizes],
        rows: f64,
    ) -> Self {
        /// An index of fewer pages says little of how full they are.
        const TELLING: u64 = 16 * PAGE;
        let entry = entry(index, columns, sample);
        let fresh = entry.map(|entry| btree(rows, entry, index.fill_factor));
        let density = match fresh {
            Some(fresh) if index.bytes >= TELLING => index.bytes as f64 / fresh.max(1) as f64,
            _ => 1.0,
        };
        IndexShape {
            method: index.method,
            entry,
            fill_factor: index.fill_factor,
            density: density.min(1.0),
            source: (index.bytes, rows),
        }
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an estimate, far from the limits"
    )]
    pub(super) fn bytes(&self, rows: f64) -> u64 {
        let (source, all) = self.source;
        let part = (rows / all.max(1.0)).min(1.0);
        // what a fresh index has, even without rows
        let (least, estimate) = match (self.method, self.entry) {
            (IndexMethod::BTree, Some(entry)) => {
                (1, btree(rows * self.density, entry, self.fill_factor) as f64)
            }
            (IndexMethod::Hash, _) => (4, source as f64 * part),
            // fewer rows share a key
            (IndexMethod::Gin, _) => (2, source as f64 * part.powf(0.9)),
            (IndexMethod::Brin, _) => (3, source as f64 * part),
            (IndexMethod::BTree, None) | (IndexMethod::Other, _) => (1, source as f64 * part),
        };
        pages(estimate, 1.0).max(least * PAGE)
    }
}

/// The mean length of an entry of a B-tree with its pointer, if it can be known.
#[allow(clippy::cast_precision_loss, reason = "an estimate")]
pub(super) fn entry(
    index: &IndexSize,
    columns: &[StoredColumn],
    sample: &[RowSizes],
) -> Option<f64> {
    const HEADER: u64 = 8;
    const HEADER_WITH_NULLS: u64 = 16;
    if index.method != IndexMethod::BTree || sample.is_empty() {
        return None;
    }
    let mut sum = 0;
    for row in sample {
        let mut values = Vec::with_capacity(index.columns.len());
        for column in &index.columns {
            match column {
                IndexColumn::Column(column) => {
                    let size = row.get(*column).copied().flatten();
                    values.extend(size.map(|size| (columns[*column], u64::from(size))));
                }
                IndexColumn::Fixed(stored) => {
                    values.push((*stored, u64::from(stored.length.unwrap_or(8))));
                }
                IndexColumn::Unknown => return None,
            }
        }
        let header = if values.len() < index.columns.len() { HEADER_WITH_NULLS } else { HEADER };
        sum += aligned(header + data_length(values.into_iter()), 8) + LINE_POINTER;
    }
    Some(sum as f64 / sample.len() as f64)
}

/// The bytes of a B-tree of this many rows: its metapage, its leaves and its inner pages.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an estimate, far from the limits"
)]
pub(super) fn btree(rows: f64, entry: f64, fill_factor: u8) -> u64 {
    const SPECIAL: u64 = 16;
    const INNER_FILL_FACTOR: u64 = 70;
    if rows <= 0.0 {
        return PAGE;
    }
    let room = PAGE - PAGE_HEADER - SPECIAL;
    // the first entry of a page is the last of the one before, repeated
    let entries = |percent: u64| {
        (((room - PAGE * (100 - percent) / 100) as f64 / entry).floor() - 1.0).max(1.0)
    };
    let leaves = (rows / entries(u64::from(fill_factor.clamp(10, 100)))).ceil();
    let mut pages = 1.0 + leaves;
    let mut level = leaves;
    while level > 1.0 {
        level = (level / entries(INNER_FILL_FACTOR).max(2.0)).ceil();
        pages += level;
    }
    pages as u64 * PAGE
}
