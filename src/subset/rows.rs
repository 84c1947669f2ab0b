//! Sets of rows, by address: which partition, and the `ctid` in it. Within one snapshot an address
//! names one row of any table, with or without a key.

/// The address of a row: position of the partition (16 bits), block (32), offset (16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(u64);

/// A row of a heap takes at least this many bytes: its header and line pointer, and a key.
pub const SMALLEST_ROW: u64 = 36;

/// Partitions of one table that can be told apart in an [`Address`].
pub const MOST_LEAVES: usize = 1 << 16;

impl Address {
    #[must_use]
    pub fn new(leaf: u16, block: u32, offset: u16) -> Self {
        Address((u64::from(leaf) << 48) | (u64::from(block) << 16) | u64::from(offset))
    }

    #[must_use]
    pub fn leaf(self) -> usize {
        (self.0 >> 48) as usize
    }

    #[must_use]
    pub fn block(self) -> u32 {
        ((self.0 >> 16) & 0xffff_ffff) as u32
    }

    #[must_use]
    pub fn offset(self) -> u16 {
        (self.0 & 0xffff) as u16
    }
}

/// A sorted set of addresses: 8 bytes a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSet {
    sorted: Vec<Address>,
}

impl RowSet {
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    #[must_use]
    pub fn contains(&self, address: Address) -> bool {
        self.sorted.binary_search(&address).is_ok()
    }

    /// All addresses, ascending.
    #[must_use]
    pub fn addresses(&self) -> &[Address] {
        &self.sorted
    }

    /// The addresses in one partition, ascending.
    #[must_use]
    pub fn in_leaf(&self, leaf: usize) -> &[Address] {
        let from = self.sorted.partition_point(|address| address.leaf() < leaf);
        let to = self.sorted.partition_point(|address| address.leaf() <= leaf);
        &self.sorted[from..to]
    }

    /// Adds a batch, repeats allowed.
    pub fn add(&mut self, mut batch: Vec<Address>) {
        batch.sort_unstable();
        batch.dedup();
        if self.sorted.last() < batch.first() {
            self.sorted.append(&mut batch);
            return;
        }
        self.sorted.append(&mut batch);
        // two sorted runs: the standard sort merges them in linear time
        self.sorted.sort();
        self.sorted.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_parts() {
        let address = Address::new(65_535, u32::MAX - 1, 291);
        assert_eq!(
            (address.leaf(), address.block(), address.offset()),
            (65_535, u32::MAX - 1, 291)
        );
    }

    #[test]
    fn batches_merge_into_one_sorted_set() {
        let mut rows = RowSet::default();
        rows.add(vec![Address::new(1, 5, 1), Address::new(0, 2, 3), Address::new(0, 2, 3)]);
        rows.add(vec![Address::new(0, 9, 9), Address::new(1, 5, 1)]);
        assert_eq!(rows.len(), 3);
        assert!(rows.contains(Address::new(0, 9, 9)));
        assert_eq!(rows.in_leaf(0).len(), 2);
        assert_eq!(rows.in_leaf(1), [Address::new(1, 5, 1)]);
        assert_eq!(rows.in_leaf(2), []);
    }
}
