//! Nested samples: which rows of a table are chosen, so that a larger fraction keeps the rows of a
//! smaller one. This page is their design.
//!
//! # The idea
//!
//! A sample of a fraction `f` is not computed for `f`. It is the beginning of one story in which
//! the fraction grows from 0 to 1, told until `f`. No decision of the story depends on where it
//! ends. So the 10 % sample begins with the 5 % sample, and adds rows.
//!
//! # Its uses
//!
//! - **Searching a budget** (`load/budget`). A larger fraction never gives a table fewer rows
//!   before foreign keys pull in others. The size therefore grows with the fraction, and a search
//!   by bracketing finds the largest fraction that fits with few trial selections. With independent
//!   samples, two trials could contradict each other.
//! - **Loading in a pipeline** (`load/select`). Parents come in the order in which they are chosen.
//!   Children of the first parents can be chosen before the last parents are known. While one batch
//!   is chosen, the source looks up the next, and the target writes the one before. Memory holds
//!   batches, not the table.
//! - **Looking at review apps**. A team that raises the fraction keeps the rows that it knows.
//!
//! PRODUCT.md promises reproducible rows, not nested samples. A change may give them up if the
//! budget search and the pipeline find another base.
//!
//! # How it works
//!
//! 1. **Places.** A table that gives `n` of `N` rows has `n` places. Place `j` falls due at the
//!    fraction at which the table has `j` rows: `j / N`, or with a logarithmic size the fraction at
//!    which `N^f` reaches `j` ([`Growth::due`](crate::subset::size::Growth::due)). Places are
//!    filled in this order, whatever the final fraction is. A larger fraction only has more places.
//! 2. **Order.** A row's rank is a seeded function of its primary key: a permutation of an integer
//!    key, or a hash. It is the same for each fraction.
//! 3. **Within reach.** A place is filled at its due fraction, with what is within reach then: a
//!    child of a parent that is itself chosen by that fraction; else a child of a parent that will
//!    be chosen shortly ([`foresight`]); else a spare row, by rank. Every chosen row carries the
//!    fraction at which it was chosen (`since`), and [`Moments`](moments::Moments) carries it from
//!    parents to children. So "by that fraction" means the same for each final fraction.
//! 4. **The best within reach** needs the fewest rows that are not there, then is the earliest
//!    child of its parent, then has the lowest rank. A needed row counts as there from the fraction
//!    at which it is chosen or pulled in.
//! 5. **Looking ahead.** A child may be taken before its parent is chosen. So the parents just
//!    behind the final fraction must be known as well, to each table as far as its children look.
//!    They are chosen, noted as foreseen, and not copied.
//! 6. **Coverage** follows places too: a missing value is fetched at the place at which it should
//!    have turned up by chance.
//!
//! # Why a larger fraction keeps the rows of a smaller one
//!
//! By induction over the order of selection, parents first. A root table fills its places by rank,
//! so its rows and their `since` do not depend on the final fraction. If this holds for all parents
//! of a table, then at each place of the table the same children, spare rows and needs are within
//! reach, and the same row is chosen. A selection with a smaller fraction stops at an earlier
//! place.
//!
//! Batches do not change this. A choice continues only while it knows all children whose parents
//! are chosen before the place's fraction (`complete`), and otherwise asks for more ([`Step`]). Of
//! very many children of one fraction it is given the best ones, and asks for the [`Rest`].
//! Candidates are dropped only if better ones fill all places that are left.
//!
//! # Where it does not hold
//!
//! - Tables whose rule gives a number of rows. They are chosen at the end, from children of all
//!   that is chosen, so their rows follow other parents when there are more.
//! - Rows below a self-reference with `descend`.
//! - Rows that need others, among very many: of the needed rows, the first two million are known, and
//!   of children in files, the next ones.
//!
//! A choice is a state machine without input or output: the caller asks the source for what
//! [`Step`] names, adds the answer, and takes off the chosen rows.

mod ahead;
mod candidates;
pub mod children;
mod cover;
pub mod coverage;
pub mod moments;
mod needs;

use crate::subset::rows::Address;
pub use ahead::{Ahead, foresight};
pub use candidates::Rest;
use candidates::{AtHand, Children, Lack, Spares};
use children::Candidate;
use cover::Cover;
use coverage::Patience;
use moments::Due;
pub use needs::Need;
use needs::Needed;
use std::collections::HashSet;
use std::rc::Rc;

/// How many spare rows are looked at. The ones that need the fewest other rows are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// They need nothing, so that each is as good as another.
    Next,
    /// Several for each that is taken: to look at all would cost too much.
    Several,
    All,
}

impl Sight {
    /// How many spare rows are looked at to take this many.
    #[must_use]
    pub fn of(self, taken: usize) -> usize {
        match self {
            Sight::Next => taken,
            Sight::Several => taken.saturating_mul(4).saturating_add(100),
            Sight::All => usize::MAX,
        }
    }
}

/// The places to be filled.
#[derive(Clone)]
pub struct Places {
    count: usize,
    due: Due,
}

impl Places {
    /// `due` says at which fraction each place falls due; it never falls from one to the next.
    pub fn new(count: usize, due: impl Fn(usize) -> f64 + 'static) -> Self {
        Places { count, due: Rc::new(due) }
    }

    /// At which fraction each place falls due.
    #[must_use]
    pub fn due(&self) -> Due {
        Rc::clone(&self.due)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// What a choice needs to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next rows of this list of children.
    Children(usize),
    /// The next rows of this list and of this open fraction.
    Rest(usize, usize),
    /// More spare rows.
    Spares,
    /// Rows that have a feature which did not turn up by chance.
    Covering,
    /// Nothing: each place is filled, as far as there is anything to fill it with.
    Done,
}

/// A row that was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen<'c> {
    /// The list of children that it comes from; `None`: it was a spare row.
    pub list: Option<usize>,
    /// It comes from the pool of rows that cover something.
    pub covering: bool,
    pub row: &'c Candidate,
    pub place: usize,
    /// The fraction at which the place falls due.
    pub since: f64,
}

/// One table's choice.
pub struct Choice<'a> {
    places: Places,
    place: usize,
    sight: Sight,
    rows: AtHand,
    needed: Needed,
    /// Children of chosen rows, a list for each foreign key, best first.
    lists: Vec<Children<'a>>,
    spares: Spares,
    cover: Cover,
    /// What was taken, once rows come from several lists: one row may be in more than one.
    taken: Option<HashSet<Address>>,
    /// Chosen rows at hand, their places, and the fractions at which the places are due.
    chosen: Vec<(u32, usize, f64)>,
    unfilled: usize,
}

impl<'a> Choice<'a> {
    /// For each list of children, `lists` says how far ahead children of rows may be taken that are
    /// not chosen yet; `None`: never. Call [`Choice::nothing_in`] for a list that will get no rows.
    #[must_use]
    pub fn new(places: Places, lists: Vec<Option<Ahead<'a>>>, sight: Sight) -> Self {
        Choice {
            places,
            place: 0,
            sight,
            rows: AtHand::default(),
            needed: Needed::default(),
            lists: lists.into_iter().map(Children::new).collect(),
            spares: Spares::default(),
            cover: Cover::default(),
            taken: None,
            chosen: Vec::new(),
            unfilled: 0,
        }
    }

    /// Asks for rows with certain features. Each is left to chance for as long as `patience` says.
    #[must_use]
    pub fn covering(mut self, patience: Vec<Patience>) -> Self {
        self.cover = Cover::new(patience);
        self
    }

    /// Whether features of rows are still asked for.
    #[must_use]
    pub fn wants_features(&self) -> bool {
        self.cover.wants()
    }

    /// Gives rows that cover something, each with its features. None of the rows was chosen before.
    pub fn add_covering(&mut self, rows: Vec<Candidate>, features: Vec<Vec<u16>>) {
        self.taken.get_or_insert_default();
        let first = self.rows.add_covering(rows, &mut self.needed);
        self.cover.add_pool((first..).zip(features).collect());
    }

    /// Gives a list all children whose parents are chosen before the fraction `complete`, which is
    /// infinite once no more will come. None of the rows was chosen before.
    pub fn add_children(
        &mut self,
        list: usize,
        rows: Vec<Candidate>,
        needs: &[Need],
        complete: f64,
    ) {
        let several = (0..self.lists.len()).any(|other| other != list && self.lists[other].began);
        if several || self.spares.began {
            self.taken.get_or_insert_default();
        }
        let first = self.rows.add(rows, Some(list), needs, &mut self.needed);
        self.lists[list].add(first, &self.rows);
        self.lists[list].complete = complete;
    }

    /// Of the children whose parents are chosen at this fraction, only the most valuable were given.
    /// Says the number by which [`Step::Rest`] asks for more.
    pub fn open(&mut self, list: usize, since: f64, rest: Rest) -> usize {
        self.lists[list].open(since, rest)
    }

    /// Gives the next children of an open fraction, and where it goes on.
    pub fn add_rest(
        &mut self,
        (list, number): (usize, usize),
        rows: Vec<Candidate>,
        needs: &[Need],
        rest: Option<Rest>,
    ) {
        let first = self.rows.add(rows, Some(list), needs, &mut self.needed);
        self.lists[list].add_rest(number, (first, rest), &mut self.rows);
    }

    /// Says that a list has no rows.
    pub fn nothing_in(&mut self, list: usize) {
        self.lists[list].complete = f64::INFINITY;
    }

    /// Gives the next spare rows, by rank. None of them was chosen before. `all`: these are the
    /// last.
    pub fn add_spares(&mut self, rows: Vec<Candidate>, needs: &[Need], all: bool) {
        if self.lists.iter().any(|list| list.began) {
            self.taken.get_or_insert_default();
        }
        let first = self.rows.add(rows, None, needs, &mut self.needed);
        self.spares.add(first, &self.rows);
        self.spares.all = all;
    }

    /// Fills places until something is missing. `features` gives a row's features, and is called
    /// while [`Choice::wants_features`].
    pub fn go_on(&mut self, mut features: impl FnMut(&Candidate) -> Vec<u16>) -> Step {
        while self.place < self.places.count {
            let now = (self.places.due)(self.place);
            self.go_on_to(now, &mut features);
            let row = match self.covering_row(now) {
                Ok(None) => self.best(now),
                other => other,
            };
            match row {
                Err(step) => return step,
                Ok(Some(row)) => {
                    if self.cover.wants() {
                        let known = self.cover.of_pool(row);
                        let known = known.unwrap_or_else(|| features(self.rows.candidate(row)));
                        self.cover.covered(&known);
                    }
                    self.chosen.push((row, self.place, now));
                }
                Ok(None) => self.unfilled += 1,
            }
            self.place += 1;
        }
        Step::Done
    }

    /// What was chosen since it was [taken off](Choice::take_off) the last time.
    pub fn chosen(&self) -> impl Iterator<Item = Chosen<'_>> + Clone {
        self.chosen.iter().map(|(row, place, since)| Chosen {
            list: self.rows.list(*row),
            covering: self.rows.is_covering(*row),
            row: self.rows.candidate(*row),
            place: *place,
            since: *since,
        })
    }

    /// Takes off what was chosen.
    pub fn take_off(&mut self) {
        self.chosen.clear();
    }

    /// Places that nothing was left for.
    #[must_use]
    pub fn unfilled(&self) -> usize {
        self.unfilled
    }

    /// Places to come.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.places.count - self.place
    }

    /// How many rows are missing to fill the places to come.
    #[must_use]
    pub fn lacking(&self) -> usize {
        self.remaining().saturating_sub(self.rows.not_taken())
    }

    /// Whether a list will get no more rows.
    #[must_use]
    pub fn is_complete(&self, list: usize) -> bool {
        self.lists[list].complete == f64::INFINITY
    }

    /// How many spare rows more have to be looked at if this many are to be taken.
    #[must_use]
    pub fn spares_to_see(&self, taken: usize) -> usize {
        self.sight.of(self.spares.taken.saturating_add(taken)).saturating_sub(self.spares.at_hand())
    }

    /// How many places stay empty if no spare row is taken and no more children come.
    #[must_use]
    pub fn unfilled_without_spares(&self) -> usize {
        let mut other = Choice {
            places: self.places.clone(),
            place: self.place,
            sight: self.sight,
            rows: self.rows.clone(),
            needed: self.needed.clone(),
            lists: self.lists.iter().map(Children::without_more).collect(),
            spares: Spares::none(),
            cover: Cover::default(),
            taken: self.taken.clone(),
            chosen: Vec::new(),
            unfilled: 0,
        };
        let step = other.go_on(|_| Vec::new());
        debug_assert_eq!(step, Step::Done);
        other.unfilled
    }

    /// Whether most of the rows at hand are taken, so that it is time for [`Choice::compact`].
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.rows.is_loose()
    }

    /// Drops the rows that were taken off and the rows that cannot be chosen any more. `moved` gets
    /// every row that is kept, and returns where its values are from now on.
    pub fn compact(&mut self, moved: impl FnMut(&Candidate) -> u64) {
        debug_assert!(self.chosen.is_empty(), "what was chosen is taken off first");
        let remaining = self.remaining();
        let covers = self.cover.wants();
        for list in &mut self.lists {
            list.forget(remaining, covers, &mut self.rows, self.taken.as_ref());
        }
        let places = self.rows.compact(&mut self.needed, moved);
        for list in &mut self.lists {
            list.follow(&places);
        }
        self.spares.follow(&places);
        self.cover.follow(&places);
    }

    /// What happens until the fraction has grown to `now`.
    fn go_on_to(&mut self, now: f64, features: &mut impl FnMut(&Candidate) -> Vec<u16>) {
        while let Some(key) = self.needed.next_until(now) {
            self.is_there(key);
        }
        for (number, list) in self.lists.iter_mut().enumerate() {
            let arrived = list.arrive(now, &mut self.rows);
            if self.cover.wants() {
                for row in arrived {
                    let about = self.rows.candidate(*row);
                    self.cover.arrive(number, *row, about, &features(about));
                }
            }
        }
    }

    /// A row that covers something. The first place is not for that.
    fn covering_row(&mut self, now: f64) -> Result<Option<u32>, Step> {
        if self.place == 0 {
            return Ok(None);
        }
        while self.cover.wants() {
            let waiting = |list: usize| self.lists[list].complete <= now;
            let known = |list: &usize| *list == 0 || self.lists[*list].began;
            if let Some(list) = (0..self.lists.len()).filter(known).find(|list| waiting(*list)) {
                return Err(Step::Children(list));
            }
            let child = self.cover.child(&self.rows);
            if child.is_none() && self.cover.needs_pool(self.place) {
                return Err(Step::Covering);
            }
            let row = child.or_else(|| self.cover.of_the_pool(self.place, &self.rows));
            let Some(row) = row else {
                self.cover.give_up(self.place);
                return Ok(None);
            };
            if self.take(row) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The best row for the place that falls due now.
    fn best(&mut self, now: f64) -> Result<Option<u32>, Step> {
        for list in 0..self.lists.len() {
            loop {
                match self.lists[list].lacks(now, &self.rows) {
                    Some(Lack::Children) => return Err(Step::Children(list)),
                    Some(Lack::Rest(number)) => return Err(Step::Rest(list, number)),
                    None => {}
                }
                let Some(row) = self.lists[list].next(&self.rows) else { break };
                if self.take(row) {
                    return Ok(Some(row));
                }
            }
            if self.lists[list].sees_more(now) {
                return Err(Step::Children(list));
            }
            self.lists[list].look_ahead(now, &self.rows);
            while let Some(row) = self.lists[list].next_ahead() {
                if self.take(row) {
                    return Ok(Some(row));
                }
            }
        }
        self.best_spare()
    }

    fn best_spare(&mut self) -> Result<Option<u32>, Step> {
        let shown = self.sight.of(self.spares.taken + 1);
        loop {
            while self.spares.shown < shown {
                if !self.spares.show(&mut self.rows, self.taken.as_ref()) {
                    if self.spares.all {
                        break;
                    }
                    return Err(Step::Spares);
                }
            }
            while let Some(row) = self.spares.next(&self.rows) {
                if self.take(row) {
                    self.spares.taken += 1;
                    return Ok(Some(row));
                }
            }
            if !self.spares.show(&mut self.rows, self.taken.as_ref()) {
                return if self.spares.all { Ok(None) } else { Err(Step::Spares) };
            }
        }
    }

    /// Takes a row, unless it was taken from another list. What it needs will be pulled in, and so
    /// is there for others too.
    fn take(&mut self, row: u32) -> bool {
        if !self.rows.take(row) {
            return false;
        }
        let address = self.rows.candidate(row).address;
        if self.taken.as_mut().is_some_and(|taken| !taken.insert(address)) {
            return false;
        }
        for key in self.rows.needs(row) {
            self.is_there(key);
        }
        true
    }

    /// A needed row is in the subset now: the rows that need it are worth more.
    fn is_there(&mut self, key: u32) {
        for row in self.needed.is_there(key) {
            if !self.rows.one_less_missing(row) {
                continue;
            }
            match self.rows.list(row) {
                Some(list) => self.lists[list].push(row, &self.rows),
                None => self.spares.push(row, &self.rows),
            }
        }
    }
}

#[cfg(test)]
mod tests;
