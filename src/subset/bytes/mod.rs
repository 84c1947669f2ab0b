//! How many bytes rows take once they are loaded: freshly filled pages, indexes made afterwards.
//!
//! The source's own sizes do not say it, since its tables and indexes may be bloated. So the
//! widths of some rows are looked at and laid out as the server would: a page of 8 kB, its header,
//! a header and a pointer for each row, alignment, wide values stored elsewhere. What is the same
//! for all rows (how often an index repeats a key, how many rows a partial index has) comes from
//! the source's own index, as a share of what a fresh one without repeats would take.

mod index;
mod page;

use crate::catalog::sizes::{Elsewhere, LeafSize, StoredColumn, TableSize};
use index::{IndexShape, btree};
use page::{LINE_POINTER, PAGE_HEADER, TUPLE_HEADER, aligned, data_length, pages};
pub use page::{PAGE, RowSizes};

/// A row wider than this has its widest values stored elsewhere.
const WIDE: u64 = 2032;
/// A row wider than this has even those values stored elsewhere that would rather stay.
const TOO_WIDE: u64 = 8160;
/// What a value that is stored elsewhere leaves in the row.
const TOAST_POINTER: u64 = 18;
/// A value stored elsewhere is cut into pieces of this many bytes, …
const CHUNK: u64 = 1996;
/// … each with a header, a number, a position and a length.
const CHUNK_HEADER: u64 = 36;

/// A table of this many rows or more is loaded with COPY FREEZE. Neither the first queries nor the
/// first vacuum have to set hint bits then. It costs one page per table, for the visibility map.
/// COPY FREEZE needs a table that the load itself created, and refuses partitioned tables.
pub const FROZEN: u64 = 1_000;

/// What some rows take of each room, as a mean.
#[derive(Clone, Debug, Default, PartialEq)]
struct Mean {
    heap: f64,
    toast: f64,
    /// Pieces of values that are stored elsewhere: entries of an index.
    chunks: f64,
}

/// How the rows of one table take room.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    mean: Mean,
    /// COPY into a partitioned table notes the free room of each partition that it fills.
    partitioned: bool,
    leaves: Vec<LeafShape>,
    /// What the planner's statistics take, about, for enough rows.
    statistics: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct LeafShape {
    /// Its part of the table's rows.
    share: f64,
    toasted: bool,
    indexes: Vec<IndexShape>,
}

/// What a table takes. In bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    pub heap: u64,
    /// With the index of the values stored elsewhere.
    pub toast: u64,
    pub indexes: u64,
}

impl Loaded {
    #[must_use]
    pub fn total(self) -> u64 {
        self.heap + self.toast + self.indexes
    }
}

impl Shape {
    /// From the sizes of some of a table's rows, and its number of rows in the source.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn new(size: &TableSize, sample: &[RowSizes], rows: u64) -> Self {
        let fill_factor = size.leaves.first().map_or(100, |leaf| leaf.fill_factor);
        let heap: u64 = size.leaves.iter().map(|leaf| leaf.heap).sum();
        let leaves = size.leaves.iter().map(|leaf| {
            let share = match heap {
                0 => 1.0 / size.leaves.len() as f64,
                heap => leaf.heap as f64 / heap as f64,
            };
            LeafShape::new(leaf, &size.columns, sample, rows as f64 * share, share)
        });
        Shape {
            partitioned: size.partitioned,
            mean: Mean::of(&size.columns, sample, fill_factor),
            leaves: leaves.collect(),
            statistics: statistics(size.columns.len(), sample),
        }
    }

    /// How a number of rows divides among the partitions, by the partitions' sizes in the source.
    #[must_use]
    pub fn spread(&self, rows: f64) -> Vec<f64> {
        self.leaves.iter().map(|leaf| leaf.share * rows).collect()
    }

    /// What rows take, by partition. A plain table has one.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn bytes(&self, rows: &[f64]) -> Loaded {
        let mut loaded = Loaded::default();
        for (leaf, rows) in self.leaves.iter().zip(rows) {
            loaded.heap += pages(rows * self.mean.heap, *rows);
            let frozen = !self.partitioned && *rows >= FROZEN as f64;
            if self.partitioned {
                loaded.heap += pages(FREE_SPACE_MAP, *rows);
            }
            if frozen {
                loaded.heap += PAGE;
            }
            if frozen && leaf.toasted && self.mean.chunks > 0.0 {
                loaded.toast += PAGE;
            }
            if leaf.toasted {
                loaded.toast += pages(rows * self.mean.toast, rows * self.mean.chunks)
                    + btree(rows * self.mean.chunks, CHUNK_ENTRY, 90);
            }
            loaded.indexes += leaf.indexes.iter().map(|index| index.bytes(*rows)).sum::<u64>();
        }
        loaded
    }

    /// What the statistics of this many rows take in `pg_statistic`.
    #[must_use]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, far from the limits"
    )]
    pub fn statistics(&self, rows: f64) -> u64 {
        (self.statistics * (rows / STATISTICS_VALUES).min(1.0)) as u64
    }
}

/// Three pages, however little there is to note.
const FREE_SPACE_MAP: f64 = 3.0 * 8192.0;

/// An entry of the index of values stored elsewhere: two numbers.
const CHUNK_ENTRY: f64 = 20.0;

/// A row of the table, and what it leaves elsewhere: the pieces' lengths.
fn lay_out(columns: &[StoredColumn], row: &RowSizes, chunks: &mut Vec<u64>) -> u64 {
    let mut values: Vec<(StoredColumn, u64)> = columns
        .iter()
        .zip(row)
        .filter_map(|(column, size)| Some((*column, u64::from((*size)?))))
        .collect();
    let nulls = if values.len() < columns.len() { columns.len().div_ceil(8) as u64 } else { 0 };
    let header = aligned(TUPLE_HEADER + nulls, 8);
    for (limit, elsewhere) in [(WIDE, Elsewhere::Readily), (TOO_WIDE, Elsewhere::AtLast)] {
        while header + data_length(values.iter().copied()) > limit {
            let widest = values
                .iter_mut()
                .filter(|(column, size)| {
                    column.length.is_none()
                        && column.elsewhere == elsewhere
                        && *size > aligned(TOAST_POINTER, 8)
                })
                .max_by_key(|(_, size)| *size);
            let Some((_, size)) = widest else { break };
            let mut rest = std::mem::replace(size, TOAST_POINTER);
            while rest > 0 {
                let chunk = rest.min(CHUNK);
                chunks.push(aligned(CHUNK_HEADER + chunk, 8));
                rest -= chunk;
            }
        }
    }
    aligned(header + data_length(values.into_iter()), 8)
}

/// Pages filled one after the other; what does not fit goes to a new one.
#[derive(Default)]
struct Filling {
    full: u64,
    used: u64,
    /// Bytes used in full pages.
    used_in_full: u64,
    items: u64,
}

impl Filling {
    fn put(&mut self, length: u64, room: u64) {
        let length = length + LINE_POINTER;
        if self.used > 0 && self.used + length > room {
            self.full += 1;
            self.used_in_full += self.used;
            self.used = 0;
        }
        self.used += length;
        self.items += 1;
    }

    /// The page begun counts as far as it is filled, against how far the full ones are.
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    fn bytes(&self, room: u64) -> f64 {
        let used = self.used as f64;
        let filled = if self.full > 0 {
            self.used_in_full as f64 / self.full as f64
        } else {
            let item = used / self.items.max(1) as f64;
            (room as f64 / item.max(1.0)).floor().max(1.0) * item
        };
        (self.full as f64 + (used / filled.max(1.0)).min(1.0)) * PAGE as f64
    }
}

impl Mean {
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    fn of(columns: &[StoredColumn], sample: &[RowSizes], fill_factor: u8) -> Self {
        if sample.is_empty() {
            return Mean::default();
        }
        let room = PAGE - PAGE_HEADER;
        let filled = room - PAGE * u64::from(100 - fill_factor.min(100)) / 100;
        let (mut heap, mut toast) = (Filling::default(), Filling::default());
        let (mut chunks, mut pieces) = (Vec::new(), 0);
        for row in sample {
            heap.put(lay_out(columns, row, &mut chunks), filled);
            pieces += chunks.len();
            for chunk in chunks.drain(..) {
                toast.put(chunk, room);
            }
        }
        let rows = sample.len() as f64;
        Mean {
            heap: heap.bytes(filled) / rows,
            toast: toast.bytes(room) / rows,
            chunks: pieces as f64 / rows,
        }
    }
}

impl LeafShape {
    fn new(
        leaf: &LeafSize,
        columns: &[StoredColumn],
        sample: &[RowSizes],
        rows: f64,
        share: f64,
    ) -> Self {
        let indexes =
            leaf.indexes.iter().map(|index| IndexShape::new(index, columns, sample, rows));
        LeafShape { share, toasted: leaf.toast.is_some(), indexes: indexes.collect() }
    }
}

/// How many values of a column the planner's statistics hold, about, at the statistics target that
/// a load sets: the ten most common ones, or the bounds between ten equal parts.
const STATISTICS_VALUES: f64 = 11.0;

/// A row for each column, with some of its values, compressed where they are long.
#[allow(clippy::cast_precision_loss, reason = "an estimate")]
fn statistics(columns: usize, sample: &[RowSizes]) -> f64 {
    const ROW: f64 = 250.0;
    /// Longer values are not kept.
    const LONGEST: f64 = 1024.0;
    const UNCOMPRESSED: f64 = 2000.0;
    (0..columns)
        .map(|column| {
            let sizes: Vec<u32> =
                sample.iter().filter_map(|row| row.get(column).copied().flatten()).collect();
            let mean =
                sizes.iter().map(|size| f64::from(*size)).sum::<f64>() / sizes.len().max(1) as f64;
            let values = if mean > LONGEST { 0.0 } else { STATISTICS_VALUES * mean };
            ROW + values.min(UNCOMPRESSED) + (values - UNCOMPRESSED).max(0.0) / 2.0
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::sizes::{IndexColumn, IndexMethod, IndexSize};

    fn fixed(length: u16) -> StoredColumn {
        let alignment = u8::try_from(length.min(8)).unwrap();
        let length = Some(length);
        StoredColumn { length, alignment, elsewhere: Elsewhere::Never, computed: false }
    }

    fn text() -> StoredColumn {
        let elsewhere = Elsewhere::Readily;
        StoredColumn { length: None, alignment: 4, elsewhere, computed: false }
    }

    fn btree_on(columns: &[usize], bytes: u64) -> IndexSize {
        let columns = columns.iter().map(|column| IndexColumn::Column(*column)).collect();
        IndexSize { method: IndexMethod::BTree, bytes, fill_factor: 90, columns }
    }

    /// A table without partitions; `heap` is what it has in the source.
    fn table(columns: &[StoredColumn], heap: u64, indexes: Vec<IndexSize>) -> TableSize {
        let toast = columns.iter().any(|column| column.length.is_none()).then_some(0);
        let leaf = LeafSize { heap, toast, fill_factor: 100, indexes };
        TableSize { leaves: vec![leaf], columns: columns.to_vec(), partitioned: false }
    }

    fn pages(loaded: Loaded) -> [u64; 3] {
        [loaded.heap, loaded.toast, loaded.indexes].map(|bytes| bytes / PAGE)
    }

    // what PostgreSQL 15 makes of the same rows, by pg_relation_size, and the visibility map's page

    #[test]
    fn narrow_rows_and_their_key() {
        let size = table(&[fixed(8), fixed(4)], 0, vec![btree_on(&[0], 0)]);
        let sample = vec![vec![Some(8), Some(4)]; 100];
        let shape = Shape::new(&size, &sample, 1_000_000);
        // 24 + 12, aligned, and a pointer: 185 of 44 bytes a page
        assert_eq!(pages(shape.bytes(&[100_000.0])), [541 + 1, 0, 276]);
    }

    #[test]
    fn a_table_without_rows_has_pages_already() {
        let size = table(&[fixed(8), text()], 0, vec![btree_on(&[0], 0)]);
        assert_eq!(pages(Shape::new(&size, &[], 0).bytes(&[0.0])), [0, 1, 1]);
        let one = Shape::new(&size, &[vec![Some(8), Some(20)]], 1);
        assert_eq!(pages(one.bytes(&[1.0])), [1, 1, 2]);
    }

    #[test]
    fn long_values_are_stored_elsewhere() {
        let size = table(&[fixed(4), text()], 0, Vec::new());
        let sample = vec![vec![Some(4), Some(6_400)]; 8];
        let shape = Shape::new(&size, &sample, 1_000);
        // 3 pieces of 2,036 bytes and one of 452 a row: the next row's first fits no more
        assert_eq!(pages(shape.bytes(&[1_000.0])), [7 + 1, 1_000 + 13 + 1, 0]);
    }

    #[test]
    fn rows_that_do_not_share_a_page_take_one_each() {
        let plain = StoredColumn { elsewhere: Elsewhere::Never, ..text() };
        let size = table(&[plain], 0, Vec::new());
        let shape = Shape::new(&size, &vec![vec![Some(5_000)]; 50], 50);
        assert_eq!(shape.bytes(&[50.0]).heap / PAGE, 50);
    }

    #[test]
    fn pages_are_filled_as_far_as_the_table_says() {
        let mut size = table(&[fixed(8)], 0, Vec::new());
        let sample = vec![vec![Some(8)]; 1_000];
        let full = Shape::new(&size, &sample, 1_000).bytes(&[100_000.0]).heap;
        size.leaves[0].fill_factor = 50;
        let half = Shape::new(&size, &sample, 1_000).bytes(&[100_000.0]).heap;
        assert_eq!((full / PAGE, half / PAGE), (443 + 1, 885 + 1));
    }

    #[test]
    fn bloat_of_the_source_does_not_count_and_repeated_keys_do() {
        let sample = vec![vec![Some(8), Some(4)]; 100];
        let bytes = |index: u64| {
            let size = table(&[fixed(8), fixed(4)], 1 << 30, vec![btree_on(&[1], index)]);
            Shape::new(&size, &sample, 1_000_000).bytes(&[100_000.0])
        };
        assert_eq!(bytes(1 << 30), bytes(23 << 20));
        assert!(bytes(7 << 20).indexes < bytes(1 << 30).indexes / 2);
        assert_eq!(bytes(1 << 30).heap / PAGE, 541 + 1);
    }

    #[test]
    fn partitions_take_pages_each() {
        let leaf = |heap| LeafSize {
            heap,
            toast: None,
            fill_factor: 100,
            indexes: vec![btree_on(&[0], 0)],
        };
        let leaves = vec![leaf(3 * PAGE), leaf(PAGE), leaf(0)];
        let size = TableSize { leaves, columns: vec![fixed(8)], partitioned: true };
        let shape = Shape::new(&size, &vec![vec![Some(8)]; 100], 400);
        let spread = shape.spread(100.0);
        assert_eq!(spread, [75.0, 25.0, 0.0]);
        // of each with rows a page and the three that note free room
        assert_eq!(pages(shape.bytes(&spread)), [8, 0, 2 + 2 + 1]);
    }

    #[test]
    fn null_takes_a_bit() {
        let size = table(&[fixed(8), fixed(8), fixed(8)], 0, vec![btree_on(&[1], 0)]);
        let sample = vec![vec![Some(8), None, None]; 1_000];
        let shape = Shape::new(&size, &sample, 1_000);
        assert_eq!(shape.bytes(&[1_000.0]).heap / PAGE, 5 + 1);
        let entry = |column| super::index::entry(&btree_on(&[column], 0), &size.columns, &sample);
        assert_eq!((entry(0), entry(1)), (Some(20.0), Some(20.0)));
    }
}
