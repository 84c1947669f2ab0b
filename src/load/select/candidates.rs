//! Rows that may be chosen, gathered until the best of them are known, and their key values.

use super::ask::Answer;
use crate::stream::tuple;
use crate::subset::children::{Candidate, take_turns};

/// Candidates beyond what is wanted before the worst are thrown away.
pub(super) const SPARE_CANDIDATES: usize = 100_000;

/// Where the values of a row are that has none.
const NO_VALUES: usize = usize::MAX;

/// Rows that may be chosen, with their key values.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) rows: Vec<Candidate>,
    values: Held,
}

/// Whose child a row is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parent {
    /// Tells parents apart.
    pub(super) hash: u32,
    /// The fraction at which it is chosen.
    pub(super) since: f64,
    /// It is in the subset, and there is nothing else to note of its child.
    pub(super) suffices: bool,
}

impl Candidates {
    pub(super) fn add(&mut self, answer: &Answer<'_>, parent: Parent, rank: u64) {
        let values = if parent.suffices { NO_VALUES } else { self.values.end() };
        self.rows.push(Candidate {
            address: answer.address,
            parent: parent.hash,
            turn: 0,
            rank,
            since: parent.since,
            values,
        });
        if parent.suffices {
            return;
        }
        // the last value is what the rank was made of
        self.values.put(answer.values.split_last().map_or(&[], |(_, kept)| kept));
    }

    /// Hands over the key values of each row, with its position.
    pub(super) fn each(&self, hand_over: impl FnMut(usize, Answer<'_>)) {
        self.values.each(self.rows.iter().zip(0..), hand_over);
    }

    pub(super) fn take_turns(&mut self, per_parent: u32, wanted: usize) {
        let before = self.rows.len();
        self.rows = take_turns(std::mem::take(&mut self.rows), per_parent, wanted);
        if self.rows.len() < before {
            self.compact();
        }
    }

    pub(super) fn keep_lowest(&mut self, wanted: usize) {
        if self.rows.len() > wanted {
            self.rows.select_nth_unstable_by_key(wanted, |c| (c.rank, c.address));
            self.rows.truncate(wanted);
            self.compact();
        }
    }

    /// Forgets the values of what was thrown away.
    fn compact(&mut self) {
        let mut kept = Held::default();
        for candidate in &mut self.rows {
            candidate.values = kept.copy(&self.values, candidate.values);
        }
        self.values = kept;
    }
}

/// Key values of rows: tuples, one behind the other.
#[derive(Default)]
pub(super) struct Held {
    tuples: Vec<u8>,
}

impl Held {
    /// Where the next row's values will be.
    fn end(&self) -> usize {
        self.tuples.len()
    }

    fn put(&mut self, values: &[Option<&[u8]>]) {
        tuple::put(&mut self.tuples, values);
    }

    /// Takes over rows with their values.
    pub(super) fn take(&mut self, found: Candidates) -> Vec<Candidate> {
        let before = self.end();
        let mut rows = found.rows;
        for row in rows.iter_mut().filter(|row| row.values != NO_VALUES) {
            row.values += before;
        }
        if before == 0 {
            *self = found.values;
        } else {
            self.tuples.extend_from_slice(&found.values.tuples);
        }
        rows
    }

    /// Copies one row's values, and says where they are now.
    pub(super) fn copy(&mut self, from: &Held, values: usize) -> usize {
        let Some(rest) = from.tuples.get(values..) else { return NO_VALUES };
        let mut after = rest;
        let mut fields = Vec::new();
        let Ok(true) = tuple::take(&mut after, &mut fields) else { return NO_VALUES };
        let place = self.end();
        self.tuples.extend_from_slice(&rest[..rest.len() - after.len()]);
        place
    }

    /// Hands over each of these rows' key values, as far as there are any, with what is known of
    /// the row besides.
    pub(super) fn each<'a, T>(
        &self,
        rows: impl IntoIterator<Item = (&'a Candidate, T)>,
        mut hand_over: impl FnMut(T, Answer<'_>),
    ) {
        let mut fields = Vec::new();
        for (Candidate { address, values, .. }, known) in rows {
            let mut rest = self.tuples.get(*values..).unwrap_or_default();
            if let Ok(true) = tuple::take(&mut rest, &mut fields) {
                hand_over(known, Answer { address: *address, values: &fields });
            }
        }
    }
}
