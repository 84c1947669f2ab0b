//! A keyed permutation of the numbers below a limit: distinct numbers stay distinct.
//!
//! A Feistel network over two digits of about the root of the limit. Each round is keyed
//! BLAKE3. What leaves the limit goes through it again, which ends, because a permutation's cycles
//! come back. The rounds of small ones are kept (`rounds`). (FF1, as the crate `fpe` has it, knows no domain below a million. For 6 to 16 digits it took
//! 4 to 9 µs where this took 2.)

use super::key::Keyed;
use super::rounds::{MOST_HALVES, Sizes, Table};

/// As many as FF3-1 has.
const ROUNDS: u8 = 8;

/// The bits that a hash needs to tell values apart.
pub(super) const BITS: u32 = 65;

/// The limit has at most this many bits.
pub(super) const WIDEST: u32 = 120;

/// A permutation of the numbers below `limit`, another one for each `tweak`.
pub(super) struct Permutation<'a> {
    keyed: &'a Keyed,
    limit: u128,
    left: u128,
    right: u128,
    tweak: u64,
}

impl<'a> Permutation<'a> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "any factor near the root will do"
    )]
    pub(super) fn new(keyed: &'a Keyed, limit: u128, tweak: u64) -> Self {
        let left = ((limit as f64).sqrt() as u128).max(1);
        let right = limit.div_ceil(left);
        Permutation { keyed, limit, left, right, tweak }
    }

    /// `number` is below the limit.
    pub(super) fn apply(&self, number: u128) -> u128 {
        if self.limit < 2 {
            return number;
        }
        let mut number = number;
        loop {
            number = self.once(number);
            if number < self.limit {
                return number;
            }
        }
    }

    /// The result is of the class that `number` is of, and distinct numbers stay distinct.
    pub(super) fn within<T: PartialEq>(
        &self,
        number: u128,
        mut class: impl FnMut(u128) -> T,
    ) -> u128 {
        let own = class(number);
        self.within_own(number, &own, class)
    }

    /// The same where the class of `number` is known.
    pub(super) fn within_own<T: PartialEq>(
        &self,
        number: u128,
        own: &T,
        mut class: impl FnMut(u128) -> T,
    ) -> u128 {
        let mut number = number;
        // the permutation's cycles come back to the number itself
        loop {
            number = self.apply(number);
            if class(number) == *own {
                return number;
            }
        }
    }

    fn once(&self, number: u128) -> u128 {
        self.once_by_table(number).unwrap_or_else(|| self.once_computed(number))
    }

    fn once_computed(&self, number: u128) -> u128 {
        let (mut left, mut right) = (number / self.right, number % self.right);
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                left = (left + self.round(round, right, self.left)) % self.left;
            } else {
                right = (right + self.round(round, left, self.right)) % self.right;
            }
        }
        left * self.right + right
    }

    /// The same with rounds that are kept; `None` where there are too many to keep.
    #[allow(clippy::cast_possible_truncation, reason = "halves are few")]
    fn once_by_table(&self, number: u128) -> Option<u128> {
        let halves = usize::try_from(self.left.max(self.right)).ok()?;
        if halves > MOST_HALVES {
            return None;
        }
        let (left_size, right_size) = (self.left as u32, self.right as u32);
        let number = u32::try_from(number).ok()?;
        let sizes = Sizes { limit: self.limit, tweak: self.tweak, halves };
        let mut tables = self.keyed.rounds().lock();
        let table = tables.of(sizes, usize::from(ROUNDS))?;
        let number_of = |table: &mut Table, round: u8, half: u32, limit: u128| {
            let number = || u16::try_from(self.round(round, half.into(), limit)).unwrap_or(0);
            u32::try_from(table.number(round.into(), half as usize, number)).unwrap_or(0)
        };
        let (mut left, mut right) = (number / right_size, number % right_size);
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                left = (left + number_of(table, round, right, self.left)) % left_size;
            } else {
                right = (right + number_of(table, round, left, self.right)) % right_size;
            }
        }
        Some(u128::from(left * right_size + right))
    }

    /// A number below `limit` that depends on the other half.
    fn round(&self, round: u8, half: u128, limit: u128) -> u128 {
        let mut message = [0; 41];
        message[0] = round;
        message[1..9].copy_from_slice(&self.tweak.to_le_bytes());
        message[9..25].copy_from_slice(&half.to_le_bytes());
        message[25..41].copy_from_slice(&self.limit.to_le_bytes());
        let digest = self.keyed.digest(&message);
        let mut wide = [0; 16];
        wide.copy_from_slice(&digest[..16]);
        if let Ok(limit) = u64::try_from(limit) {
            let low = u128::from_le_bytes(wide) & u128::from(u64::MAX);
            return (low * u128::from(limit)) >> 64;
        }
        u128::from_le_bytes(wide) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;
    use crate::mask::values::MaskKey;

    #[test]
    fn each_number_below_the_limit_comes_out_once() {
        let keyed = MaskKey::of(&Secret::new("0123456789abcdef")).unwrap().tied("t");
        for limit in [1u128, 2, 3, 7, 10, 97, 100, 1000, 1001] {
            let permutation = Permutation::new(&keyed, limit, 5);
            for number in (0..limit).chain(0..limit) {
                let by_table = permutation.once_by_table(number);
                assert_eq!(by_table, Some(permutation.once_computed(number)));
            }
            let mut seen: Vec<u128> = (0..limit).map(|n| permutation.apply(n)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..limit).collect::<Vec<_>>());
        }
        let even = Permutation::new(&keyed, 1000, 5);
        let mut seen: Vec<u128> =
            (0..500).map(|n| even.within(2 * n, |found| found % 2 == 0)).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..500).map(|n| 2 * n).collect::<Vec<_>>());
    }
}
