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

    /// The address as a number, in the order of addresses.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        self.0
    }

    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Address(bits)
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

/// A set of addresses. The last ones take 8 bytes each; once there are many, they are packed into
/// about 2.
#[derive(Clone, Debug, Default)]
pub struct RowSet {
    packed: Packed,
    /// Ascending. None of them is packed.
    recent: Vec<Address>,
}

/// How many addresses are not packed, at most.
const MOST_RECENT: usize = if cfg!(test) { 16 } else { 1 << 19 };

impl RowSet {
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len + self.recent.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[must_use]
    pub fn contains(&self, address: Address) -> bool {
        self.recent.binary_search(&address).is_ok() || self.packed.contains(address)
    }

    /// All addresses, ascending.
    pub fn addresses(&self) -> impl Iterator<Item = Address> + '_ {
        self.from(Address(0))
    }

    /// The addresses in one partition, ascending, this many at a time.
    pub fn in_leaf(
        &self,
        leaf: usize,
        at_a_time: usize,
    ) -> impl Iterator<Item = Vec<Address>> + '_ {
        let mut rest = self.of_leaf(leaf);
        std::iter::from_fn(move || {
            let some: Vec<Address> = rest.by_ref().take(at_a_time).collect();
            (!some.is_empty()).then_some(some)
        })
    }

    /// How many addresses are in one partition.
    #[must_use]
    pub fn count_in_leaf(&self, leaf: usize) -> usize {
        let before = |leaf: usize| match u16::try_from(leaf) {
            Ok(leaf) => {
                let first = Address::new(leaf, 0, 0);
                self.recent.partition_point(|address| *address < first) + self.packed.before(first)
            }
            Err(_) => self.len(),
        };
        before(leaf + 1) - before(leaf)
    }

    fn of_leaf(&self, leaf: usize) -> impl Iterator<Item = Address> + '_ {
        let first = u16::try_from(leaf).map_or(Address(u64::MAX), |leaf| Address::new(leaf, 0, 0));
        self.from(first).take_while(move |address| address.leaf() == leaf)
    }

    /// The addresses from this one on, ascending.
    fn from(&self, first: Address) -> impl Iterator<Item = Address> + '_ {
        let recent = &self.recent[self.recent.partition_point(|address| *address < first)..];
        let (mut packed, mut recent) =
            (self.packed.from(first).peekable(), recent.iter().peekable());
        std::iter::from_fn(move || match (packed.peek(), recent.peek()) {
            (Some(one), Some(other)) if one > *other => recent.next().copied(),
            (None, _) => recent.next().copied(),
            _ => packed.next(),
        })
    }

    /// Adds a batch, repeats allowed.
    pub fn add(&mut self, mut batch: Vec<Address>) {
        batch.sort_unstable();
        batch.dedup();
        if self.packed.len > 0 {
            batch.retain(|address| !self.packed.contains(*address));
        }
        let before = self.recent.len();
        // no room is left for more, since sets are large and there are many
        self.recent.reserve_exact(batch.len());
        self.recent.extend_from_slice(&batch);
        if before > 0 && self.recent.get(before - 1) >= batch.first() {
            self.merge(before, &batch);
        }
        if self.recent.len() > MOST_RECENT.max(self.packed.len / 8) {
            let packed = Packed::of(self.addresses());
            *self = RowSet { packed, recent: Vec::new() };
        }
    }

    /// Merges the first `before` addresses with a batch that stands behind them, from the back.
    fn merge(&mut self, mut before: usize, batch: &[Address]) {
        let mut rest = batch;
        for place in (0..self.recent.len()).rev() {
            let Some((last, others)) = rest.split_last() else { break };
            let own = before.checked_sub(1).map(|own| self.recent[own]);
            if let Some(own) = own.filter(|own| own > last) {
                self.recent[place] = own;
                before -= 1;
            } else {
                self.recent[place] = *last;
                rest = others;
            }
        }
        self.recent.dedup();
    }
}

/// Addresses as differences: rows of one block are neighbours.
#[derive(Clone, Debug, Default)]
struct Packed {
    /// Of each block of addresses: the first, and where the differences of the others begin.
    blocks: Vec<(u64, u32)>,
    /// Seven bits in a byte, the lowest first; the eighth says that more follow.
    differences: Vec<u8>,
    len: usize,
}

/// Addresses in a block of [`Packed`].
const BLOCK: usize = 128;

/// Bits of an offset while it is packed: a page of 32 kB has fewer rows.
const OFFSET_BITS: u32 = 12;

impl Packed {
    /// Of ascending addresses.
    fn of(addresses: impl Iterator<Item = Address>) -> Self {
        let mut packed = Packed::default();
        let mut last = 0;
        for address in addresses {
            let number = pack(address);
            if packed.len.is_multiple_of(BLOCK) {
                let start = u32::try_from(packed.differences.len()).unwrap_or(u32::MAX);
                packed.blocks.push((number, start));
            } else {
                let mut difference = number - last;
                loop {
                    let [low, ..] = difference.to_le_bytes();
                    difference >>= 7;
                    if difference == 0 {
                        packed.differences.push(low);
                        break;
                    }
                    packed.differences.push(low | 0x80);
                }
            }
            last = number;
            packed.len += 1;
        }
        packed.differences.shrink_to_fit();
        packed.blocks.shrink_to_fit();
        packed
    }

    /// The block that an address would be in.
    fn block_of(&self, number: u64) -> usize {
        self.blocks.partition_point(|(first, _)| *first <= number).saturating_sub(1)
    }

    fn contains(&self, address: Address) -> bool {
        let number = pack(address);
        self.block(self.block_of(number)).take_while(|other| *other <= number).any(|o| o == number)
    }

    /// How many addresses come before this one.
    fn before(&self, address: Address) -> usize {
        let number = pack(address);
        let block = self.block_of(number);
        block * BLOCK + self.block(block).take_while(|other| *other < number).count()
    }

    fn from(&self, first: Address) -> impl Iterator<Item = Address> + '_ {
        let first = pack(first);
        let blocks = self.block_of(first)..self.blocks.len();
        blocks
            .flat_map(|block| self.block(block))
            .skip_while(move |number| *number < first)
            .map(unpack)
    }

    /// The numbers of one block.
    fn block(&self, block: usize) -> impl Iterator<Item = u64> + '_ {
        let (first, start) = self.blocks.get(block).copied().unwrap_or_default();
        let length = self.len.saturating_sub(block * BLOCK).min(BLOCK);
        let mut rest = self.differences[start as usize..].iter();
        let mut number = first;
        (0..length).map(move |place| {
            if place > 0 {
                let mut shift = 0;
                for byte in rest.by_ref() {
                    number += u64::from(byte & 0x7f) << shift;
                    shift += 7;
                    if byte & 0x80 == 0 {
                        break;
                    }
                }
            }
            number
        })
    }
}

fn pack(address: Address) -> u64 {
    let high = (address.leaf() as u64) << 32 | u64::from(address.block());
    high << OFFSET_BITS | u64::from(address.offset())
}

fn unpack(number: u64) -> Address {
    let high = number >> OFFSET_BITS;
    #[allow(clippy::cast_possible_truncation, reason = "it was put together from these parts")]
    Address::new(
        (high >> 32) as u16,
        (high & 0xffff_ffff) as u32,
        (number & ((1 << OFFSET_BITS) - 1)) as u16,
    )
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
            prop_assert_eq!(rows.len(), all.len());
            for offset in 0..40 {
                prop_assert_eq!(rows.contains(address(&offset)), all.contains(&address(&offset)));
            }
            prop_assert_eq!(rows.addresses().collect::<Vec<_>>(), Vec::from_iter(all));
        }

        #[test]
        fn many_addresses_are_packed_and_come_back(
            parts in prop::collection::vec((0u16..4, 0u32..u32::MAX, 1u16..2_000), 0..600),
            pieces in 1usize..5,
        ) {
            let all: Vec<Address> = parts.iter().map(|(l, b, o)| Address::new(*l, *b, *o)).collect();
            let mut rows = RowSet::default();
            for piece in all.chunks(all.len().div_ceil(pieces).max(1)) {
                rows.add(piece.to_vec());
            }
            let expected: BTreeSet<Address> = all.iter().copied().collect();
            prop_assert_eq!(rows.len(), expected.len());
            prop_assert_eq!(rows.addresses().collect::<BTreeSet<_>>(), expected.clone());
            for address in &all {
                prop_assert!(rows.contains(*address));
                let next = Address::new(0, address.block(), address.offset() + 1);
                prop_assert_eq!(rows.contains(next), expected.contains(&next));
            }
            for leaf in 0..5 {
                let of_leaf: Vec<Address> =
                    expected.iter().copied().filter(|address| address.leaf() == leaf).collect();
                prop_assert_eq!(rows.count_in_leaf(leaf), of_leaf.len());
                prop_assert_eq!(rows.in_leaf(leaf, 7).flatten().collect::<Vec<_>>(), of_leaf);
            }
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
        assert_eq!(rows.count_in_leaf(0), 2);
        assert_eq!(rows.in_leaf(1, 9).collect::<Vec<_>>(), [[Address::new(1, 5, 1)]]);
        assert_eq!(rows.in_leaf(2, 9).count(), 0);
    }
}
