//! How the places are filled, one after the other, while the fraction grows.

use super::super::rows::Address;
use super::{Ahead, Choice, Chosen, Sight, position};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What decides between two rows within reach, the greatest first: the list, the rows that would
/// have to be pulled in, the turn among its parent's children, the rank.
type Worth = Reverse<(u32, u8, u32, u64, Address, u32)>;

/// The same between two children of rows that are not chosen yet: the list, since when the parent
/// will be (the bits of a positive number are in its order), the rank.
type WorthAhead = Reverse<(u32, u64, u64, Address, u32)>;

/// The children of one list, by when their parents are chosen.
struct Arrivals<'a> {
    rows: Vec<u32>,
    /// How many of them came within reach, and how many within foresight.
    arrived: usize,
    foreseen: usize,
    ahead: Option<&'a Ahead<'a>>,
}

/// The places being filled, one after the other.
pub(super) struct Story<'a> {
    choice: &'a Choice<'a>,
    sight: Sight,
    identities: Vec<u32>,
    taken: Vec<bool>,
    arrivals: Vec<Arrivals<'a>>,
    /// Needed rows, by when they are there, and how many were.
    comings: Vec<u32>,
    came: usize,
    there: Vec<bool>,
    /// Which needed row is needed by which, sorted.
    needed_by: Vec<(u32, u32)>,
    /// By row: how many of those that it needs are not there.
    missing: Vec<u8>,
    within_reach: Vec<bool>,
    children: BinaryHeap<Worth>,
    ahead: BinaryHeap<WorthAhead>,
    spares: BinaryHeap<Worth>,
    spares_seen: usize,
    /// Of those seen, the ones that were not taken already.
    spares_shown: usize,
    spares_taken: usize,
    pub(super) chosen: Chosen,
}

impl<'a> Story<'a> {
    pub(super) fn new(choice: &'a Choice<'a>, ahead: &'a [Ahead<'a>], sight: Sight) -> Self {
        let mut missing = vec![0u8; choice.len()];
        for (row, _) in &choice.needs {
            missing[*row as usize] = missing[*row as usize].saturating_add(1);
        }
        let mut needed_by: Vec<(u32, u32)> =
            choice.needs.iter().map(|(row, key)| (*key, *row)).collect();
        needed_by.sort_unstable();
        let children = choice.lists.len() - 1;
        let arrivals = (0..children).map(|list| {
            let start = choice.starts[list];
            let mut rows: Vec<u32> =
                (position(start)..position(start + choice.lists[list].len())).collect();
            rows.sort_by(|a, b| choice.candidate(*a).since.total_cmp(&choice.candidate(*b).since));
            Arrivals { rows, arrived: 0, foreseen: 0, ahead: ahead.get(list) }
        });
        let mut comings: Vec<u32> = (0..position(choice.since.len())).collect();
        comings.sort_by(|a, b| choice.since[*a as usize].total_cmp(&choice.since[*b as usize]));
        Story {
            choice,
            sight,
            identities: choice.identities(),
            taken: vec![false; choice.len()],
            arrivals: arrivals.collect(),
            comings,
            came: 0,
            there: vec![false; choice.since.len()],
            needed_by,
            missing,
            within_reach: vec![false; choice.len()],
            children: BinaryHeap::new(),
            ahead: BinaryHeap::new(),
            spares: BinaryHeap::new(),
            spares_seen: 0,
            spares_shown: 0,
            spares_taken: 0,
            chosen: Chosen::default(),
        }
    }

    /// What happens until the fraction has grown to `now`.
    pub(super) fn go_on_to(&mut self, now: f64) {
        while let Some(key) = self.comings.get(self.came).copied()
            && self.choice.since[key as usize] <= now
        {
            self.came += 1;
            self.is_there(key);
        }
        for list in 0..self.arrivals.len() {
            while let Some(row) = self.arrivals[list].rows.get(self.arrivals[list].arrived).copied()
                && self.choice.candidate(row).since <= now
            {
                self.arrivals[list].arrived += 1;
                self.within_reach[row as usize] = true;
                self.children.push(self.worth(row));
            }
        }
    }

    /// What comes within foresight until the fraction has grown to `now`.
    fn look_ahead(&mut self, now: f64) {
        for (list, arrivals) in self.arrivals.iter_mut().enumerate() {
            let Some(ahead) = arrivals.ahead else { continue };
            arrivals.foreseen = arrivals.foreseen.max(arrivals.arrived);
            while let Some(row) = arrivals.rows.get(arrivals.foreseen).copied() {
                let candidate = self.choice.candidate(row);
                if ahead(candidate.since) > now {
                    break;
                }
                arrivals.foreseen += 1;
                let since = candidate.since.to_bits();
                self.ahead.push(Reverse((
                    position(list),
                    since,
                    candidate.rank,
                    candidate.address,
                    row,
                )));
            }
        }
    }

    /// A needed row is there now: those that need it are worth more.
    fn is_there(&mut self, key: u32) {
        if std::mem::replace(&mut self.there[key as usize], true) {
            return;
        }
        let from = self.needed_by.partition_point(|(other, _)| *other < key);
        let to = self.needed_by.partition_point(|(other, _)| *other <= key);
        for position in from..to {
            let (_, row) = self.needed_by[position];
            let missing = &mut self.missing[row as usize];
            *missing = missing.saturating_sub(1);
            if self.within_reach[row as usize] {
                let worth = self.worth(row);
                if (row as usize) < self.choice.first_spare() {
                    self.children.push(worth);
                } else {
                    self.spares.push(worth);
                }
            }
        }
    }

    fn worth(&self, row: u32) -> Worth {
        let candidate = self.choice.candidate(row);
        let list = position(self.choice.place(row).0);
        let missing = self.missing[row as usize];
        Reverse((list, missing, candidate.turn, candidate.rank, candidate.address, row))
    }

    /// The best child within reach.
    pub(super) fn child(&mut self) -> Option<u32> {
        while let Some(Reverse((_, missing, .., row))) = self.children.pop() {
            // a row that has become worth more is there a second time
            if missing == self.missing[row as usize] && self.take(row) {
                return Some(row);
            }
        }
        None
    }

    /// The next child of a row that will be chosen shortly.
    pub(super) fn child_ahead(&mut self, now: f64) -> Option<u32> {
        self.look_ahead(now);
        while let Some(Reverse((.., row))) = self.ahead.pop() {
            if self.take(row) {
                return Some(row);
            }
        }
        None
    }

    /// The best spare row in sight.
    pub(super) fn spare(&mut self) -> Option<u32> {
        loop {
            let shown = self.sight.of(self.spares_taken + 1);
            while self.spares_shown < shown && self.show_spare() {}
            let Some(Reverse((_, missing, .., row))) = self.spares.pop() else {
                if self.show_spare() {
                    continue;
                }
                return None;
            };
            if missing == self.missing[row as usize] && self.take(row) {
                self.spares_taken += 1;
                return Some(row);
            }
        }
    }

    fn show_spare(&mut self) -> bool {
        let row = self.choice.first_spare() + self.spares_seen;
        if row >= self.choice.len() {
            return false;
        }
        self.spares_seen += 1;
        if !self.taken[self.identities[row] as usize] {
            self.spares_shown += 1;
            self.within_reach[row] = true;
            self.spares.push(self.worth(position(row)));
        }
        true
    }

    /// How many spare rows are missing from what should have been in sight.
    pub(super) fn unseen(&self) -> usize {
        let places = self.spares_taken + self.chosen.unfilled;
        if places == 0 { 0 } else { self.sight.of(places).saturating_sub(self.spares_shown) }
    }

    /// Takes a row, unless it was taken from another list. What it needs will be pulled in, and so
    /// is there for others too.
    fn take(&mut self, row: u32) -> bool {
        if std::mem::replace(&mut self.taken[self.identities[row as usize] as usize], true) {
            return false;
        }
        let from = self.choice.needs.partition_point(|(other, _)| *other < row);
        let to = self.choice.needs.partition_point(|(other, _)| *other <= row);
        for position in from..to {
            self.is_there(self.choice.needs[position].1);
        }
        true
    }
}
