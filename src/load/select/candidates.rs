//! Rows that may be chosen, gathered until the best of them are known.

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
    /// Tuples, one behind the other.
    values: Vec<u8>,
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
        let values = if parent.suffices { NO_VALUES } else { self.values.len() };
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
        tuple::put(&mut self.values, answer.values.split_last().map_or(&[], |(_, kept)| kept));
    }

    /// Hands over each of these rows' key values, as far as they were kept, with what is known of
    /// the row besides.
    pub(super) fn each<T>(
        &self,
        rows: impl IntoIterator<Item = (usize, T)>,
        mut hand_over: impl FnMut(T, Answer<'_>),
    ) {
        let mut fields = Vec::new();
        for (row, known) in rows {
            let Candidate { address, values, .. } = self.rows[row];
            let mut rest = self.values.get(values..).unwrap_or_default();
            if let Ok(true) = tuple::take(&mut rest, &mut fields) {
                hand_over(known, Answer { address, values: &fields });
            }
        }
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
        let mut values = Vec::new();
        let mut fields = Vec::new();
        for candidate in &mut self.rows {
            let mut rest = self.values.get(candidate.values..).unwrap_or_default();
            if let Ok(true) = tuple::take(&mut rest, &mut fields) {
                candidate.values = values.len();
                tuple::put(&mut values, &fields);
            }
        }
        self.values = values;
    }
}
