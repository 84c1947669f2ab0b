//! Sets of rows, by address: which partition, and the `ctid` in it. Within one snapshot an address
//! names one row of any table, with or without a key.

/// The address of a row: position of the partition (16 bits), block (32), offset (16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(u64);

/// A row of a heap takes at least this many bytes: its header and line pointer, and a key.
pub const SMALLEST_ROW: u64 = 36;

/// How many partitions of one table an [`Address`] can number.
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
        let before = self.sorted.len();
        // no room is left for more, since sets are large and there are many
        self.sorted.reserve_exact(batch.len());
        self.sorted.extend_from_slice(&batch);
        if before > 0 && self.sorted.get(before - 1) >= batch.first() {
            self.merge(before, &batch);
        }
    }

    /// Merges the first `before` addresses with a batch that stands behind them, from the back.
    fn merge(&mut self, mut before: usize, batch: &[Address]) {
        let mut rest = batch;
        for place in (0..self.sorted.len()).rev() {
            let Some((last, others)) = rest.split_last() else { break };
            let own = before.checked_sub(1).map(|own| self.sorted[own]);
            if let Some(own) = own.filter(|own| own > last) {
                self.sorted[place] = own;
                before -= 1;
            } else {
                self.sorted[place] = *last;
                rest = others;
            }
        }
        self.sorted.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn batches_make_a_set(
            batches in prop::collection::vec(prop::collection::vec(0u16..40, 0..20), 0..5),
        ) {
            let address = |offset: &u16| Address::new(0, 7, *offset);
            let mut rows = RowSet::default();
            for batch in &batches {
                rows.add(batch.iter().map(address).collect());
            }
            let all: BTreeSet<Address> = batches.iter().flatten().map(address).collect();
            prop_assert_eq!(rows.addresses().to_vec(), Vec::from_iter(all));
        }
    }

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
