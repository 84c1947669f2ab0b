//! Rows that may be chosen, gathered until the best of them are known, with their key values or
//! whole.

use crate::load::select::asking::answer::Answer;
use crate::load::select::travelling::row_values::{NO_VALUES, Values};
use crate::subset::choice::children::{Candidate, Since, take_turns};
use crate::subset::questions::AnswerLayout;

/// Candidates beyond what is wanted before the worst are thrown away.
pub(crate) const SPARE_CANDIDATES: usize = 100_000;

/// Rows that may be chosen, with their values.
#[derive(Default)]
pub(crate) struct Candidates {
    pub(crate) rows: Vec<Candidate>,
    values: Values,
}

/// Whose child a row is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parent {
    /// Tells parents apart.
    pub(crate) fingerprint: u64,
    /// The fraction at which it is chosen.
    pub(crate) since: f64,
    /// It is in the subset, and its child is silent: only the child's address is noted.
    pub(crate) silent: bool,
}

impl Candidates {
    pub(crate) fn add(&mut self, answer: &Answer<'_>, parent: Parent, rank: u64) {
        let silent = parent.silent && answer.row.is_none();
        // the last value is what the rank was made of
        let keys = answer.values.split_last().map_or(&[][..], |(_, keys)| keys);
        let kept = Answer { values: keys, ..*answer };
        let values = if silent { NO_VALUES } else { self.values.put(&kept) };
        self.rows.push(Candidate {
            address: answer.address,
            parent: parent.fingerprint,
            turn: 0,
            rank,
            since: parent.since,
            values,
        });
    }

    /// Adds a row with values that were written to a record.
    pub(crate) fn add_written(&mut self, row: Candidate, values: &[u8]) {
        let values = self.values.read(values);
        self.rows.push(Candidate { values, ..row });
    }

    /// Appends the values of a row to a record.
    pub(crate) fn write_values(&self, row: &Candidate, record: &mut Vec<u8>) {
        self.values.write(row.values, record);
    }

    /// How many bytes they take, about.
    pub(crate) fn bytes(&self) -> usize {
        self.rows.len() * size_of::<Candidate>() + self.values.len()
    }

    /// Puts the rows into the seeded order.
    pub(crate) fn sort(&mut self) {
        self.rows.sort_unstable_by_key(|row| (row.rank, row.address));
    }

    /// Keeps only the rows at these positions, ascending.
    pub(crate) fn keep(&mut self, positions: &[usize]) {
        self.rows = positions.iter().map(|position| self.rows[*position]).collect();
        self.compact();
    }

    /// Adds others, behind these.
    pub(crate) fn append(&mut self, other: &Candidates) {
        for row in &other.rows {
            let values = self.values.copy(&other.values, row.values);
            self.rows.push(Candidate { values, ..*row });
        }
    }

    /// The rows, and their values.
    pub(crate) fn take(self) -> (Vec<Candidate>, Values) {
        (self.rows, self.values)
    }

    /// Hands over the key values of each row, with its position. `layout` is the layout of early
    /// rows.
    pub(crate) fn each(&self, layout: &AnswerLayout, hand_over: impl FnMut(usize, Answer<'_>)) {
        let rows = self.rows.iter().enumerate();
        let rows = rows.map(|(position, row)| (&self.values, row.values, row.address, position));
        Values::each(rows, layout, hand_over);
    }

    pub(crate) fn take_turns(&mut self, per_parent: u32, wanted: usize, since: &Since) {
        let before = self.rows.len();
        self.rows = take_turns(std::mem::take(&mut self.rows), per_parent, wanted, since);
        if self.rows.len() < before {
            self.compact();
        }
    }

    pub(crate) fn keep_lowest(&mut self, wanted: usize) {
        if self.rows.len() > wanted {
            self.rows.select_nth_unstable_by_key(wanted, |c| (c.rank, c.address));
            self.rows.truncate(wanted);
            self.compact();
        }
    }

    /// Forgets the values of what was thrown away.
    fn compact(&mut self) {
        let mut kept = Values::default();
        for row in &mut self.rows {
            row.values = kept.copy(&self.values, row.values);
        }
        self.values = kept;
    }
}
