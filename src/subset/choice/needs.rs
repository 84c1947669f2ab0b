//! Rows that candidates need. Each is in the subset from some fraction on, or would be pulled in.

use crate::subset::references::ReferencedKeyId;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// A reference from a row to another one than the parent that brings it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// A position among the rows that are given with it.
    pub row: usize,
    /// Tells the needed row from others.
    pub key: (ReferencedKeyId, u64),
    /// It is there since that fraction; infinity: it would have to be pulled in.
    pub since: f64,
}

/// No next one.
const NONE: u32 = u32::MAX;

/// A length as a position of 32 bits.
pub(super) fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The needed rows, each known by its number, and the candidates that wait for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Needed {
    numbers: HashMap<(ReferencedKeyId, u64), u32>,
    there: Vec<bool>,
    /// By needed row: the last of the waits for it.
    last: Vec<u32>,
    /// Which candidate waits, and the wait before this one for the same row.
    waits: Vec<(u32, u32)>,
    /// Needed rows that come for another reason, by the fraction at which they come. The bits of
    /// positive floating-point numbers sort as the numbers do.
    comings: BinaryHeap<Reverse<(u64, u32)>>,
    now: f64,
}

impl Needed {
    /// The number of a needed row, if it is not there yet.
    pub(super) fn number(&mut self, need: &Need) -> Option<u32> {
        if need.since <= 0.0 || need.since <= self.now {
            return None;
        }
        let next = position(self.there.len());
        let number = *self.numbers.entry(need.key).or_insert(next);
        if number == next {
            self.there.push(false);
            self.last.push(NONE);
            if need.since.is_finite() {
                self.comings.push(Reverse((need.since.to_bits(), number)));
            }
        }
        (!self.there[number as usize]).then_some(number)
    }

    /// Says that a candidate waits for a row.
    pub(super) fn wait(&mut self, number: u32, candidate: u32) {
        let last = &mut self.last[number as usize];
        self.waits.push((candidate, *last));
        *last = position(self.waits.len() - 1);
    }

    /// The next needed row that is in the subset once the fraction has grown to `now`.
    pub(super) fn next_until(&mut self, now: f64) -> Option<u32> {
        self.now = self.now.max(now);
        let Reverse((since, number)) = *self.comings.peek()?;
        if f64::from_bits(since) > now {
            return None;
        }
        self.comings.pop();
        Some(number)
    }

    /// A row is there now; who waited for it.
    pub(super) fn is_there(&mut self, number: u32) -> Vec<u32> {
        if std::mem::replace(&mut self.there[number as usize], true) {
            return Vec::new();
        }
        let mut waiting = Vec::new();
        let mut next = self.last[number as usize];
        while let Some((candidate, before)) = self.waits.get(next as usize) {
            waiting.push(*candidate);
            next = *before;
        }
        waiting
    }

    /// Begins anew to note who waits.
    pub(super) fn forget_waits(&mut self) {
        self.waits.clear();
        self.last.fill(NONE);
    }

    pub(super) fn is_missing(&self, number: u32) -> bool {
        !self.there[number as usize]
    }
}
