//! The rows that may be chosen, and a heap of the best within reach.

use super::ahead::Ahead;
use super::children::Candidate;
use super::needs::{Need, Needed, position};
use crate::subset::rows::Address;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::num::NonZeroU16;

/// What decides between two rows within reach, the greatest first: the rows that would have to be
/// pulled in, the turn among its parent's children, the rank.
type Worth = Reverse<(u8, u32, u64, Address, u32)>;

/// Where the rows of one fraction go on: the turn, the rank and the address of the first one that was
/// not given.
pub type Rest = (u32, u64, Address);

/// What a list needs before its best row is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    Children,
    /// The next rows of an open fraction.
    Rest(usize),
}

/// With more rows at hand than this, it is worth dropping the taken ones.
const MANY: usize = 1 << 15;

/// Rows that need others are kept beyond the places that are left, since their worth may change.
const KEPT_BESIDES: usize = 100_000;

/// What else is known of a row at hand.
#[derive(Clone, Copy, Debug)]
struct State {
    /// Whose list it is in.
    list: Option<NonZeroU16>,
    /// How many rows it needs that are not in the subset yet.
    missing: u8,
    within_reach: bool,
    taken: bool,
    /// It comes from the pool of rows that cover something.
    covering: bool,
}

/// Rows that were given and not forgotten, known by position.
#[derive(Clone, Debug, Default)]
pub(super) struct AtHand {
    rows: Vec<Candidate>,
    states: Vec<State>,
    /// Pairs of a row and a needed row, by row.
    needs: Vec<(u32, u32)>,
    taken: usize,
}

impl AtHand {
    /// The position of the first of these rows.
    pub(super) fn add(
        &mut self,
        mut rows: Vec<Candidate>,
        list: Option<usize>,
        needs: &[Need],
        needed: &mut Needed,
    ) -> u32 {
        let first = self.rows.len();
        let list = list.and_then(|list| NonZeroU16::new(u16::try_from(list + 1).ok()?));
        let state = State { list, missing: 0, within_reach: false, taken: false, covering: false };
        self.states.resize(first + rows.len(), state);
        if first == 0 {
            self.rows = rows;
        } else {
            self.rows.append(&mut rows);
        }
        let mut known: Vec<(u32, u32)> = needs
            .iter()
            .filter_map(|need| Some((position(first + need.row), needed.number(need)?)))
            .collect();
        known.sort_unstable();
        known.dedup();
        self.wait(&known, needed);
        self.needs.append(&mut known);
        position(first)
    }

    /// Rows that cover something; the position of the first.
    pub(super) fn add_covering(&mut self, rows: Vec<Candidate>, needed: &mut Needed) -> u32 {
        let first = self.add(rows, None, &[], needed);
        for state in &mut self.states[first as usize..] {
            state.covering = true;
        }
        first
    }

    pub(super) fn is_covering(&self, row: u32) -> bool {
        self.states[row as usize].covering
    }

    pub(super) fn is_taken(&self, row: u32) -> bool {
        self.states[row as usize].taken
    }

    fn wait(&mut self, needs: &[(u32, u32)], needed: &mut Needed) {
        for (row, number) in needs {
            if needed.is_missing(*number) {
                needed.wait(*number, *row);
                let missing = &mut self.states[*row as usize].missing;
                *missing = missing.saturating_add(1);
            }
        }
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn candidate(&self, row: u32) -> &Candidate {
        &self.rows[row as usize]
    }

    pub(super) fn list(&self, row: u32) -> Option<usize> {
        self.states[row as usize].list.map(|list| usize::from(list.get()) - 1)
    }

    fn worth(&self, row: u32) -> Worth {
        let Candidate { turn, rank, address, .. } = self.rows[row as usize];
        Reverse((self.states[row as usize].missing, turn, rank, address, row))
    }

    /// `false`: it was taken before.
    pub(super) fn take(&mut self, row: u32) -> bool {
        let first = !std::mem::replace(&mut self.states[row as usize].taken, true);
        self.taken += usize::from(first);
        first
    }

    /// The needed rows of a row, by number.
    pub(super) fn needs(&self, row: u32) -> Vec<u32> {
        if self.needs.is_empty() {
            return Vec::new();
        }
        let from = self.needs.partition_point(|(other, _)| *other < row);
        self.needs[from..].iter().take_while(|(other, _)| *other == row).map(|(_, n)| *n).collect()
    }

    /// Says whether the row is within reach.
    pub(super) fn one_less_missing(&mut self, row: u32) -> bool {
        let state = &mut self.states[row as usize];
        state.missing = state.missing.saturating_sub(1);
        state.within_reach
    }

    pub(super) fn not_taken(&self) -> usize {
        self.rows.len() - self.taken
    }

    pub(super) fn is_loose(&self) -> bool {
        self.rows.len() > MANY && self.taken * 2 > self.rows.len()
    }

    /// Forgets what was taken; says for each position which one it is now.
    pub(super) fn compact(
        &mut self,
        needed: &mut Needed,
        mut moved: impl FnMut(&Candidate) -> u64,
    ) -> Vec<Option<u32>> {
        let mut places = Vec::with_capacity(self.rows.len());
        let mut next = 0;
        for place in 0..self.rows.len() {
            let (row, state) = (self.rows[place], self.states[place]);
            places.push((!state.taken).then(|| position(next)));
            if !state.taken {
                self.rows[next] = Candidate { values: moved(&row), ..row };
                self.states[next] = State { missing: 0, ..state };
                next += 1;
            }
        }
        self.rows.truncate(next);
        self.states.truncate(next);
        self.taken = 0;
        let needs: Vec<(u32, u32)> = self
            .needs
            .iter()
            .filter_map(|(row, number)| Some((places[*row as usize]?, *number)))
            .collect();
        needed.forget_waits();
        self.wait(&needs, needed);
        self.needs = needs;
        places
    }
}

/// A list of children, by when their parents are chosen.
pub(super) struct Children<'a> {
    ahead: Option<Ahead<'a>>,
    /// All are given whose parents are chosen before.
    pub(super) complete: f64,
    /// Fractions before `complete` whose rows are very many: those worth more than the rest were given.
    open: Vec<(f64, Option<Rest>)>,
    pub(super) began: bool,
    /// Rows that are not within reach yet, by the fraction at which the parent is chosen, then by
    /// rank.
    arriving: Vec<u32>,
    /// How many of them came within reach, …
    arrived: usize,
    /// … within foresight, …
    foreseen: usize,
    /// … and were taken, or given to be taken, ahead.
    given_ahead: usize,
    within_reach: BinaryHeap<Worth>,
    /// Whether one of them needs others.
    needy: bool,
}

impl<'a> Children<'a> {
    pub(super) fn new(ahead: Option<Ahead<'a>>) -> Self {
        Children {
            ahead,
            complete: 0.0,
            open: Vec::new(),
            began: false,
            arriving: Vec::new(),
            arrived: 0,
            foreseen: 0,
            given_ahead: 0,
            within_reach: BinaryHeap::new(),
            needy: false,
        }
    }

    /// The same list, as if no more rows were to come.
    pub(super) fn without_more<'b>(&'b self) -> Children<'b> {
        Children {
            ahead: self.ahead.as_ref().map(|ahead| Box::new(ahead) as Ahead<'b>),
            complete: f64::INFINITY,
            open: Vec::new(),
            began: self.began,
            arriving: self.arriving.clone(),
            arrived: self.arrived,
            foreseen: self.foreseen,
            given_ahead: self.given_ahead,
            within_reach: self.within_reach.clone(),
            needy: self.needy,
        }
    }

    /// Rows from this position on.
    pub(super) fn add(&mut self, first: u32, rows: &AtHand) {
        self.began = true;
        self.needy |= rows.states[first as usize..].iter().any(|row| row.missing > 0);
        self.forget_arrived();
        self.arriving.extend(first..position(rows.len()));
        // the bits of a positive number are in its order
        let since = |row: &u32| (rows.candidate(*row).since.to_bits(), *row);
        let mut order: Vec<(u64, u32)> = self.arriving[self.foreseen..].iter().map(since).collect();
        order.sort_unstable_by_key(|(since, _)| *since);
        for together in order.chunk_by_mut(|(one, _), (next, _)| one == next) {
            together.sort_unstable_by_key(|(_, row)| {
                let Candidate { rank, address, .. } = rows.candidate(*row);
                (*rank, *address, *row)
            });
        }
        self.arriving.truncate(self.foreseen);
        self.arriving.extend(order.into_iter().map(|(_, row)| row));
    }

    fn forget_arrived(&mut self) {
        self.arriving.drain(..self.arrived);
        self.foreseen = self.foreseen.saturating_sub(self.arrived);
        self.given_ahead = self.given_ahead.saturating_sub(self.arrived);
        self.arrived = 0;
    }

    /// What comes within reach until the fraction has grown to `now`.
    pub(super) fn arrive(&mut self, now: f64, rows: &mut AtHand) -> &[u32] {
        let before = self.arrived;
        while let Some(row) = self.arriving.get(self.arrived).copied()
            && rows.candidate(row).since <= now
        {
            self.arrived += 1;
            let state = &mut rows.states[row as usize];
            state.within_reach = true;
            if !state.taken {
                self.within_reach.push(rows.worth(row));
            }
        }
        self.foreseen = self.foreseen.max(self.arrived);
        &self.arriving[before..self.arrived]
    }

    pub(super) fn push(&mut self, row: u32, rows: &AtHand) {
        self.within_reach.push(rows.worth(row));
    }

    /// Opens a fraction whose best rows alone were given; says its number.
    pub(super) fn open(&mut self, since: f64, rest: Rest) -> usize {
        self.open.push((since, Some(rest)));
        self.open.len() - 1
    }

    /// Rows of an open fraction, from this position on, and where it goes on.
    pub(super) fn add_rest(
        &mut self,
        number: usize,
        (first, rest): (u32, Option<Rest>),
        rows: &mut AtHand,
    ) {
        self.open[number].1 = rest;
        self.needy |= rows.states[first as usize..].iter().any(|row| row.missing > 0);
        for row in first..position(rows.len()) {
            rows.states[row as usize].within_reach = true;
            self.within_reach.push(rows.worth(row));
        }
    }

    /// What was not given, and may have the best row within reach.
    pub(super) fn lacks(&mut self, now: f64, rows: &AtHand) -> Option<Lack> {
        if self.complete <= now {
            return Some(Lack::Children);
        }
        let open = self.open.iter().enumerate().filter(|(_, (since, _))| *since <= now);
        let (rest, number) =
            open.filter_map(|(number, (_, rest))| Some(((*rest)?, number))).min()?;
        while let Some(Reverse((missing, .., row))) = self.within_reach.peek()
            && *missing != rows.states[*row as usize].missing
        {
            self.within_reach.pop();
        }
        let better = |Reverse((missing, turn, rank, address, _)): &Worth| {
            *missing == 0 && (*turn, *rank, *address) < rest
        };
        (!self.within_reach.peek().is_some_and(better)).then_some(Lack::Rest(number))
    }

    /// The best child within reach.
    pub(super) fn next(&mut self, rows: &AtHand) -> Option<u32> {
        while let Some(Reverse((missing, .., row))) = self.within_reach.pop() {
            // a row that has become worth more is there a second time
            if missing == rows.states[row as usize].missing {
                return Some(row);
            }
        }
        None
    }

    /// Whether rows may be in sight that were not given.
    pub(super) fn sees_more(&self, now: f64) -> bool {
        self.complete.is_finite() && self.ahead.as_ref().is_some_and(|a| self.complete <= a(now))
    }

    /// What comes within foresight until the fraction has grown to `now`.
    pub(super) fn look_ahead(&mut self, now: f64, rows: &AtHand) {
        let Some(ahead) = &self.ahead else { return };
        let until = ahead(now);
        let in_sight = |row: &u32| rows.candidate(*row).since <= until;
        while self.arriving.get(self.foreseen).is_some_and(in_sight) {
            self.foreseen += 1;
        }
    }

    /// The next child of a row that will be chosen shortly.
    pub(super) fn next_ahead(&mut self) -> Option<u32> {
        // nothing is left of what is within reach
        self.given_ahead = self.given_ahead.max(self.arrived);
        let row = self.arriving[..self.foreseen].get(self.given_ahead).copied()?;
        self.given_ahead += 1;
        Some(row)
    }

    /// Marks rows within reach as taken if more better ones are within reach than there are
    /// `places`. `covers`: some more are kept, since a row may be chosen for what it covers.
    pub(super) fn forget(
        &mut self,
        places: usize,
        covers: bool,
        rows: &mut AtHand,
        gone: Option<&HashSet<Address>>,
    ) {
        let kept = if self.needy || covers { places.saturating_add(KEPT_BESIDES) } else { places };
        if self.within_reach.len() <= kept {
            return;
        }
        let there = |Reverse((missing, .., address, row)): &Worth| {
            let row = &rows.states[*row as usize];
            *missing == row.missing
                && !row.taken
                && !gone.is_some_and(|gone| gone.contains(address))
        };
        let mut best: Vec<Worth> =
            std::mem::take(&mut self.within_reach).into_iter().filter(there).collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        for Reverse((.., row)) in best.drain(kept.min(best.len())..) {
            rows.states[row as usize].taken = true;
        }
        self.within_reach = best.into();
    }

    /// Rows have other positions now.
    pub(super) fn follow(&mut self, places: &[Option<u32>]) {
        self.forget_arrived();
        let there = |row: &u32| places[*row as usize];
        let left = |rows: &[u32]| rows.iter().filter(|row| there(row).is_some()).count();
        self.foreseen = left(&self.arriving[..self.foreseen]);
        self.given_ahead = left(&self.arriving[..self.given_ahead]);
        self.arriving = self.arriving.iter().filter_map(there).collect();
        self.within_reach = moved(&mut self.within_reach, |worth| &mut worth.0.4, places);
    }
}

pub(super) fn moved<T: Ord>(
    heap: &mut BinaryHeap<T>,
    row: impl Fn(&mut T) -> &mut u32,
    places: &[Option<u32>],
) -> BinaryHeap<T> {
    std::mem::take(heap)
        .into_iter()
        .filter_map(|mut worth| {
            let row = row(&mut worth);
            *row = places[*row as usize]?;
            Some(worth)
        })
        .collect()
}

/// Rows that are nobody's children, in the seeded order.
#[derive(Clone, Debug, Default)]
pub(super) struct Spares {
    pub(super) began: bool,
    /// All spare rows were given.
    pub(super) all: bool,
    coming: std::collections::VecDeque<u32>,
    /// Of those seen, the ones that were not taken already.
    pub(super) shown: usize,
    pub(super) taken: usize,
    within_reach: BinaryHeap<Worth>,
}

impl Spares {
    pub(super) fn none() -> Self {
        Spares { began: true, all: true, ..Spares::default() }
    }

    /// Rows from this position on.
    pub(super) fn add(&mut self, first: u32, rows: &AtHand) {
        self.began = true;
        self.coming.extend(first..position(rows.len()));
    }

    /// How many of the given rows may be chosen.
    pub(super) fn at_hand(&self) -> usize {
        self.shown + self.coming.len()
    }

    /// Looks at one more; `false` where none is at hand.
    pub(super) fn show(&mut self, rows: &mut AtHand, taken: Option<&HashSet<Address>>) -> bool {
        let Some(row) = self.coming.pop_front() else { return false };
        let address = rows.candidate(row).address;
        if !taken.is_some_and(|taken| taken.contains(&address)) {
            self.shown += 1;
            rows.states[row as usize].within_reach = true;
            self.within_reach.push(rows.worth(row));
        }
        true
    }

    pub(super) fn push(&mut self, row: u32, rows: &AtHand) {
        self.within_reach.push(rows.worth(row));
    }

    /// The best one in sight.
    pub(super) fn next(&mut self, rows: &AtHand) -> Option<u32> {
        while let Some(Reverse((missing, .., row))) = self.within_reach.pop() {
            if missing == rows.states[row as usize].missing {
                return Some(row);
            }
        }
        None
    }

    /// Rows have other positions now.
    pub(super) fn follow(&mut self, places: &[Option<u32>]) {
        self.coming = self.coming.iter().filter_map(|row| places[*row as usize]).collect();
        self.within_reach = moved(&mut self.within_reach, |worth| &mut worth.0.4, places);
    }
}
