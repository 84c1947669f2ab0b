//! Rows that are chosen so that every value of some columns is there.
//!
//! While a feature is missing, a child within reach that has it goes before others. A feature that
//! has not turned up by chance in time is taken from a pool of rows, wherever in the table they
//! are.

use super::candidates::AtHand;
use super::children::Candidate;
use super::coverage::Patience;
use crate::subset::rows::Address;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The list, the turn, the rank.
type Worth = Reverse<(usize, u32, u64, Address, u32)>;

#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    uncovered: Vec<bool>,
    left: usize,
    patience: Vec<Patience>,
    /// How many of each group are not covered.
    left_of: Vec<usize>,
    /// Children by feature.
    within_reach: Vec<BinaryHeap<Worth>>,
    /// Rows with their features; `None`: it was not asked for.
    pool: Option<Vec<(u32, Vec<u16>)>>,
}

impl Cover {
    pub(super) fn new(patience: Vec<Patience>) -> Self {
        let features = patience.len();
        let groups = patience.iter().map(|patience| patience.group);
        let mut left_of = vec![0; groups.clone().max().map_or(0, |last| last + 1)];
        groups.for_each(|group| left_of[group] += 1);
        Cover {
            uncovered: vec![true; features],
            left: features,
            patience,
            left_of,
            within_reach: vec![BinaryHeap::new(); features],
            pool: None,
        }
    }

    /// Whether something is not covered.
    pub(super) fn wants(&self) -> bool {
        self.left > 0
    }

    /// A row was taken that has these features.
    pub(super) fn covered(&mut self, features: &[u16]) {
        for feature in features {
            self.settled(usize::from(*feature));
        }
    }

    fn settled(&mut self, feature: usize) {
        if std::mem::take(&mut self.uncovered[feature]) {
            self.left -= 1;
            self.left_of[self.patience[feature].group] -= 1;
            self.within_reach[feature] = BinaryHeap::new();
        }
    }

    /// A child is within reach.
    pub(super) fn arrive(&mut self, list: usize, row: u32, about: &Candidate, features: &[u16]) {
        for feature in features.iter().map(|feature| usize::from(*feature)) {
            if self.uncovered[feature] {
                let worth = (list, about.turn, about.rank, about.address, row);
                self.within_reach[feature].push(Reverse(worth));
            }
        }
    }

    /// The best child within reach that covers something.
    pub(super) fn child(&mut self, rows: &AtHand) -> Option<u32> {
        for heap in &mut self.within_reach {
            while heap.peek().is_some_and(|Reverse((.., row))| rows.is_taken(*row)) {
                heap.pop();
            }
        }
        let best = self.within_reach.iter().filter_map(BinaryHeap::peek).max()?;
        Some(best.0.4)
    }

    /// Whether a missing feature may not be left to chance at this place. A feature without a known
    /// limit waits until n missing values that exclude each other still fit into 2 n rows.
    fn presses(&self, feature: usize, place: usize) -> bool {
        let Patience { group, until } = self.patience[feature];
        self.uncovered[feature] && place >= until.unwrap_or(self.left_of[group] + 2)
    }

    pub(super) fn needs_pool(&self, place: usize) -> bool {
        self.pool.is_none() && (0..self.uncovered.len()).any(|f| self.presses(f, place))
    }

    pub(super) fn add_pool(&mut self, pool: Vec<(u32, Vec<u16>)>) {
        for feature in 0..self.uncovered.len() {
            let there = |(_, has): &(u32, Vec<u16>)| has.iter().any(|f| usize::from(*f) == feature);
            // what nobody has within sight is left to chance
            if !pool.iter().any(there) {
                self.settled(feature);
            }
        }
        self.pool = Some(pool);
    }

    /// The features of a row of the pool.
    pub(super) fn of_pool(&self, row: u32) -> Option<Vec<u16>> {
        let known = self.pool.iter().flatten().find(|(other, _)| *other == row);
        known.map(|(_, features)| features.clone())
    }

    /// The row of the pool that covers the most of what presses, and of what else is not covered.
    pub(super) fn of_the_pool(&self, place: usize, rows: &AtHand) -> Option<u32> {
        let presses = |feature: &&u16| self.presses(usize::from(**feature), place);
        let uncovered = |feature: &&u16| self.uncovered[usize::from(**feature)];
        let pool = self.pool.iter().flatten().filter(|(row, _)| !rows.is_taken(*row));
        let (_, _, Reverse((_, row))) = pool
            .map(|(row, has)| {
                let rank = rows.candidate(*row).rank;
                (
                    has.iter().filter(presses).count(),
                    has.iter().filter(uncovered).count(),
                    Reverse((rank, *row)),
                )
            })
            .filter(|(pressing, ..)| *pressing > 0)
            .max()?;
        Some(row)
    }

    /// Nobody has what presses: it is left to chance.
    pub(super) fn give_up(&mut self, place: usize) {
        for feature in 0..self.uncovered.len() {
            if self.presses(feature, place) {
                self.settled(feature);
            }
        }
    }

    /// Rows have other positions now.
    pub(super) fn follow(&mut self, places: &[Option<u32>]) {
        for heap in &mut self.within_reach {
            *heap = super::candidates::moved(heap, |worth| &mut worth.0.4, places);
        }
        for (row, _) in self.pool.iter_mut().flatten() {
            *row = places[*row as usize].unwrap_or(u32::MAX);
        }
        if let Some(pool) = &mut self.pool {
            pool.retain(|(row, _)| *row != u32::MAX);
        }
    }
}
