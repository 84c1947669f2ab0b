//! The rounds of small permutations, each computed once: values of few digits, such as postcodes, share
//! them.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A table of rounds has at most this many halves.
pub(super) const MOST_HALVES: usize = 1024;

/// The numbers in all tables of one key, at most.
const MOST: usize = 8192;

/// A number that is not computed yet.
const UNKNOWN: u16 = u16::MAX;

/// The tables of one key.
#[derive(Default)]
pub(super) struct Rounds(Mutex<Tables>);

#[derive(Default)]
pub(super) struct Tables {
    tables: Vec<Table>,
    numbers: usize,
}

/// What makes one permutation another than those under the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) limit: u128,
    pub(super) tweak: u64,
    /// The larger of both halves.
    pub(super) halves: usize,
}

pub(super) struct Table {
    sizes: Sizes,
    numbers: Vec<u16>,
}

impl Rounds {
    pub(super) fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// The table of a permutation of `count` rounds; `None` where it would be too much to keep.
    pub(super) fn of(&mut self, sizes: Sizes, count: usize) -> Option<&mut Table> {
        if let Some(at) = self.tables.iter().position(|table| table.sizes == sizes) {
            return self.tables.get_mut(at);
        }
        let numbers = sizes.halves * count;
        if self.numbers + numbers > MOST {
            return None;
        }
        self.numbers += numbers;
        self.tables.push(Table { sizes, numbers: vec![UNKNOWN; numbers] });
        self.tables.last_mut()
    }
}

impl Table {
    /// The number of a round for one half. It is computed once.
    pub(super) fn number(
        &mut self,
        round: usize,
        half: usize,
        compute: impl FnOnce() -> u16,
    ) -> usize {
        match self.numbers.get_mut(round * self.sizes.halves + half) {
            Some(number) => {
                if *number == UNKNOWN {
                    *number = compute();
                }
                usize::from(*number)
            }
            None => usize::from(compute()),
        }
    }
}
