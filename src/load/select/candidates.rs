//! Rows that may be chosen, gathered until the best of them are known.

use super::ask::Answer;
use crate::stream::tuple;
use crate::subset::children::{Candidate, choose};

/// Candidates beyond what is wanted before the worst are thrown away.
pub(super) const SPARE_CANDIDATES: usize = 100_000;

/// Rows that may be chosen, with their key values.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) rows: Vec<Candidate>,
    /// Tuples, one behind the other.
    pub(super) values: Vec<u8>,
    /// There is nothing to note of these rows.
    pub(super) without_values: bool,
}

impl Candidates {
    pub(super) fn add(&mut self, answer: &Answer<'_>, parent: u32, rank: u64) {
        let values = self.values.len();
        self.rows.push(Candidate { address: answer.address, parent, rank, values, turn: 0 });
        if self.without_values {
            return;
        }
        // the last value is what the rank was made of
        tuple::put(&mut self.values, answer.values.split_last().map_or(&[], |(_, kept)| kept));
    }

    pub(super) fn keep(&mut self, per_parent: u32, wanted: usize) {
        if self.rows.len() > wanted {
            self.rows = choose(std::mem::take(&mut self.rows), per_parent, wanted);
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
            candidate.values = values.len();
            if let Ok(true) = tuple::take(&mut rest, &mut fields) {
                tuple::put(&mut values, &fields);
            }
        }
        self.values = values;
    }
}
