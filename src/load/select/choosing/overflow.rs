//! Rows of one answer that may be chosen and are too many for memory: they go to files.

use crate::load::select::choosing::candidates::Candidates;
use crate::load::select::choosing::waiting::{Waiting, append, numbers};
use crate::spill::memory::at_most;
use crate::spill::{Sorter, SpillError};
use crate::subset::choice::children::Since;
use std::cmp::Ordering;

/// Bytes of rows that one answer may leave in memory. It does not depend on the memory that other things
/// take, since rows that need others are chosen among those in memory.
const MOST: usize = 80 << 20;

/// How many rows are added until the next question whether they are too many.
const UNASKED: usize = 1 << 16;

/// Rows of one answer on their way to files.
#[derive(Default)]
pub(crate) struct Overflow {
    rows: Sorter,
    record: Vec<u8>,
    failed: Option<SpillError>,
    /// How many rows were in memory when it was asked last whether that is too many.
    asked: usize,
}

impl Overflow {
    /// Whether rows are too many for memory.
    pub(crate) fn is_due(&mut self, found: &Candidates) -> bool {
        let rows = found.rows.len();
        if rows < self.asked {
            self.asked = 0;
        }
        if rows < self.asked + at_most(UNASKED) {
            return false;
        }
        self.asked = rows;
        self.began() || found.bytes() > at_most(MOST)
    }

    pub(crate) fn began(&self) -> bool {
        !self.rows.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Moves rows to files. If that fails, [`Overflow::by_turn`] and [`Overflow::by_rank`] tell.
    pub(crate) fn take(&mut self, found: &mut Candidates) {
        let found = std::mem::take(found);
        for row in &found.rows {
            self.record.clear();
            let front = [row.parent, row.rank, row.address.to_bits(), row.since.to_bits()];
            append(&front, &mut self.record);
            found.write_values(row, &mut self.record);
            if self.failed.is_none()
                && let Err(error) = self.rows.put(&self.record)
            {
                self.failed = Some(error);
            }
        }
        self.asked = 0;
    }

    /// The rows by the fractions at which their parents are chosen, then by their turn among their
    /// parents' children, as [`take_turns`](crate::subset::choice::children::take_turns) numbers
    /// them.
    pub(crate) fn by_turn(self, per_parent: u32, parents: &Since) -> Result<Waiting, SpillError> {
        self.failed.map_or(Ok(()), Err)?;
        let mut by_parent = self.rows.finish()?;
        let mut in_order = Sorter::default();
        let mut parents = parents.iter().peekable();
        let (mut parent, mut turn) = (None, 0u32);
        let mut record = Vec::new();
        // the last fraction, and how many rows have it
        let mut last = (0, 0);
        while let Some(given) = by_parent.peek() {
            let Some((front, values)) = given.split_first_chunk::<32>() else { break };
            let [of, rank, address, since] = numbers(front);
            turn = if parent.replace(of) == Some(of) { (turn + 1).min(per_parent) } else { 0 };
            while parents.next_if(|(known, _)| *known < of).is_some() {}
            let known = parents.peek().filter(|(known, _)| *known == of);
            let since = known.map_or(since, |(_, since)| since.to_bits());
            last = match last.0.cmp(&since) {
                Ordering::Less => (since, 1),
                Ordering::Equal => (since, last.1 + 1),
                Ordering::Greater => last,
            };
            record.clear();
            let front = [since, u64::from(turn), rank, address, of];
            append(&front, &mut record);
            record.extend_from_slice(values);
            in_order.put(&record)?;
            by_parent.advance()?;
        }
        let count = in_order.len();
        Ok(Waiting::new(in_order.finish()?, last.1, count))
    }

    /// Rows that are nobody's children, by rank.
    pub(crate) fn by_rank(self) -> Result<Waiting, SpillError> {
        self.by_turn(0, &[])
    }
}

/// The rows of one answer that may be chosen.
pub(crate) enum Best {
    InMemory(Candidates),
    InFiles(Waiting),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::select::asking::answer::Answer;
    use crate::load::select::choosing::candidates::Parent;
    use crate::load::select::choosing::waiting::Piece;
    use crate::subset::choice::children::Candidate;
    use crate::subset::rows::Address;
    use proptest::prelude::*;

    fn found(rows: &[(u64, u64)]) -> Candidates {
        let mut found = Candidates::default();
        for (position, (parent, rank)) in (1u16..).zip(rows) {
            let value = position.to_be_bytes();
            let values = [Some(&value[..]), None];
            let address = Address::new(0, 0, position);
            let answer = Answer { address, values: &values, row: None };
            let parent = Parent { fingerprint: *parent, since: 0.9, silent: *rank == 3 };
            found.add(&answer, parent, *rank);
        }
        found
    }

    proptest! {
        #[test]
        fn rows_come_back_with_the_turns_that_they_have_in_memory(
            rows in prop::collection::vec((0u64..5, 0u64..30), 0..60),
            split in 0usize..60,
        ) {
            let since = [(1, 0.5), (2, 0.25), (4, 0.5)];
            let mut in_memory = found(&rows);
            in_memory.take_turns(2, usize::MAX, &since);
            in_memory.rows.sort_by(|a, b| {
                let order = |c: &Candidate| (c.turn, c.rank, c.address);
                a.since.total_cmp(&b.since).then(order(a).cmp(&order(b)))
            });
            let mut overflow = Overflow::default();
            let mut first = found(&rows);
            let mut second = found(&rows);
            let split = split.min(rows.len());
            first.keep(&(0..split).collect::<Vec<_>>());
            second.keep(&(split..rows.len()).collect::<Vec<_>>());
            overflow.take(&mut first);
            overflow.take(&mut second);
            prop_assert_eq!(overflow.len(), rows.len());
            let mut waiting = Some(overflow.by_turn(2, &since).unwrap());
            // pieces, and behind each the rest of its last fraction
            let mut back = Vec::new();
            while let Some(all) = waiting.take() {
                let given: usize = back.iter().map(|found: &Candidates| found.rows.len()).sum();
                prop_assert_eq!(all.len(), rows.len() - given);
                let (Piece { found, open }, others) = all.piece().unwrap();
                back.push(found);
                if let Some((since, mut rest)) = open {
                    prop_assert_eq!(rest.since(), Some(since));
                    while !rest.is_empty() {
                        back.push(rest.take().unwrap());
                    }
                }
                waiting = others;
            }
            let known = |found: &Candidates| -> Vec<(Candidate, Vec<u8>)> {
                let of = |row: &Candidate| {
                    let mut values = Vec::new();
                    found.write_values(row, &mut values);
                    (Candidate { values: 0, ..*row }, values)
                };
                found.rows.iter().map(of).collect()
            };
            let back: Vec<_> = back.iter().flat_map(known).collect();
            prop_assert_eq!(back, known(&in_memory));
        }
    }
}
