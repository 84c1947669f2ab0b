//! A seeded order over integer keys that can be walked both ways.
//!
//! A balanced Feistel network is a permutation whatever its round function, so a key gives a rank
//! and a rank gives the key back. The very same sample (the keys of lowest rank) can thus be had
//! by reading all keys, or by turning ranks 0, 1, 2, … into keys and looking these up, which costs
//! the sample's size and not the table's. Six rounds of a 64-bit mixer are plenty for sampling.

/// A permutation of `0 .. 4^half_bits`, applied to `key - base`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permutation {
    base: i64,
    /// Bits in each half: 1 to 32.
    half_bits: u32,
    seed: u64,
}

const ROUNDS: u64 = 6;

impl Permutation {
    /// A permutation that covers the keys from `lowest` to `highest`. Growing tables keep their
    /// ranks: it starts at 0 where keys are not negative, and its size goes in powers of 4.
    #[must_use]
    pub fn covering(lowest: i64, highest: i64, seed: i64) -> Self {
        let base = if lowest >= 0 { 0 } else { lowest };
        let widest = highest.max(base).wrapping_sub(base).cast_unsigned();
        let bits = 64 - widest.leading_zeros();
        Permutation { base, half_bits: bits.div_ceil(2).clamp(1, 32), seed: seed.cast_unsigned() }
    }

    /// How many ranks there are; saturates at `u64::MAX` for the whole of 64 bits.
    #[must_use]
    pub fn size(&self) -> u64 {
        1u64.checked_shl(2 * self.half_bits).unwrap_or(u64::MAX)
    }

    /// The rank of a key that the permutation covers.
    #[must_use]
    pub fn rank(&self, key: i64) -> u64 {
        let value = key.wrapping_sub(self.base).cast_unsigned();
        let (mut left, mut right) = (value >> self.half_bits, value & self.mask());
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.mix(right, round));
        }
        (left << self.half_bits) | right
    }

    /// The key of a rank.
    #[must_use]
    pub fn key(&self, rank: u64) -> i64 {
        let (mut left, mut right) = (rank >> self.half_bits, rank & self.mask());
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.mix(left, round), left);
        }
        ((left << self.half_bits) | right).cast_signed().wrapping_add(self.base)
    }

    fn mask(&self) -> u64 {
        (1 << self.half_bits) - 1
    }

    /// The finalizer of `MurmurHash3` (Austin Appleby, public domain) over half, round and seed.
    fn mix(&self, half: u64, round: u64) -> u64 {
        let mut x = half
            .wrapping_add(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .wrapping_add(round.wrapping_mul(0xd1b5_4a32_d192_ed03));
        x ^= x >> 33;
        x = x.wrapping_mul(0xff51_afd7_ed55_8ccd);
        x ^= x >> 33;
        x = x.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        x ^= x >> 33;
        x & self.mask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_rank_gives_its_key_back(
            lowest in any::<i64>(),
            span in 0i64..i64::MAX,
            seed in any::<i64>(),
            position in 0f64..1f64,
        ) {
            let highest = lowest.saturating_add(span);
            let permutation = Permutation::covering(lowest, highest, seed);
            let width = highest.wrapping_sub(lowest).cast_unsigned();
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let step = ((width as f64 * position) as u64).min(width);
            let key = lowest.wrapping_add(step.cast_signed());
            let rank = permutation.rank(key);
            prop_assert!(permutation.size() == u64::MAX || rank < permutation.size());
            prop_assert_eq!(permutation.key(rank), key);
        }
    }

    #[test]
    fn ranks_are_a_permutation() {
        let permutation = Permutation::covering(1, 1000, 7);
        assert_eq!(permutation.size(), 1024);
        let mut ranks: Vec<u64> = (0..1024).map(|key| permutation.rank(key)).collect();
        ranks.sort_unstable();
        assert_eq!(ranks, (0..1024).collect::<Vec<u64>>());
    }

    #[test]
    fn lowest_ranks_are_spread_over_the_keys() {
        let permutation = Permutation::covering(1, 100_000, 1);
        let sample: Vec<i64> = (0..)
            .map(|rank| permutation.key(rank))
            .filter(|key| *key <= 100_000)
            .take(1000)
            .collect();
        let low = sample.iter().filter(|key| **key <= 50_000).count();
        assert!((430..570).contains(&low), "{low} of 1000 in the lower half");
        let odd = sample.iter().filter(|key| *key % 2 == 1).count();
        assert!((430..570).contains(&odd), "{odd} of 1000 odd");
    }

    #[test]
    fn another_seed_gives_another_order() {
        let first = Permutation::covering(1, 1000, 1);
        let second = Permutation::covering(1, 1000, 2);
        assert_ne!(
            (0..20).map(|rank| first.key(rank)).collect::<Vec<_>>(),
            (0..20).map(|rank| second.key(rank)).collect::<Vec<_>>()
        );
    }
}
