//! Which rows of a table are chosen, so that a larger fraction keeps the rows of a smaller one.
//!
//! A table's places fall due one after the other as the fraction grows from 0: the j-th of N rows
//! at j / N. Each place is filled with the best that is within reach at that moment: a child of a
//! row that is itself chosen by then, or else of one that will be shortly, or else a spare row, in
//! the seeded order. Nothing here knows how large the fraction becomes in the end: a smaller one
//! only breaks off the same story earlier.
//!
//! The rows come piece by piece, in the order in which their parents are chosen: a choice says
//! what it needs to go on ([`Step`]), and the rows that it has chosen can be taken off meanwhile.

mod candidates;
mod cover;
mod needs;

use super::children::Candidate;
use super::coverage::Patience;
use super::rows::Address;
use candidates::{AtHand, Children, Spares};
use cover::Cover;
use needs::Needed;
use std::collections::HashSet;
use std::rc::Rc;

/// How far the spare rows are looked at; those of them that need the fewest other rows are taken.
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

/// Of `place` parents that are chosen, how many the children see: a few more, since a parent's
/// children fall due over a while, and since one has many and another few.
#[must_use]
pub fn foresight(place: u64) -> u64 {
    place.saturating_add(place.isqrt()).saturating_add(2)
}

/// Up to which fraction rows are in sight whose children may be taken ahead, given how far it has
/// grown.
pub type Ahead<'a> = Box<dyn Fn(f64) -> f64 + 'a>;

/// The places to be filled.
#[derive(Clone)]
pub struct Places<'a> {
    count: usize,
    due: Rc<dyn Fn(usize) -> f64 + 'a>,
}

impl<'a> Places<'a> {
    /// `due` says at which fraction each place falls due; it never falls from one to the next.
    pub fn new(count: usize, due: impl Fn(usize) -> f64 + 'a) -> Self {
        Places { count, due: Rc::new(due) }
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
    /// More spare rows.
    Spares,
    /// Rows that cover what did not come by itself.
    Covering,
    /// Nothing: each place is filled, as far as there is anything to fill it with.
    Done,
}

/// A row that was chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen<'c> {
    /// The list of children that it comes from; `None`: it was a spare row.
    pub list: Option<usize>,
    /// It is of those that were given for what it covers.
    pub covering: bool,
    pub row: &'c Candidate,
    pub place: usize,
    /// The fraction at which the place falls due.
    pub since: f64,
}

/// That a row references another one, which is not what it is a child of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// A position among the rows that are given with it.
    pub row: usize,
    /// Tells the needed row from others.
    pub key: (usize, u64),
    /// It is there since that fraction; infinity: it would have to be pulled in.
    pub since: f64,
}

/// One table's choice.
pub struct Choice<'a> {
    places: Places<'a>,
    place: usize,
    sight: Sight,
    rows: AtHand,
    needed: Needed,
    /// Children of chosen rows, a list for each foreign key, the one that goes first first.
    lists: Vec<Children<'a>>,
    spares: Spares,
    cover: Cover,
    /// What was taken since there are rows of more than one kind: one may be of several.
    taken: Option<HashSet<Address>>,
    /// Rows at hand that were chosen, and their places.
    chosen: Vec<(u32, usize)>,
    unfilled: usize,
}

impl<'a> Choice<'a> {
    /// The lists of children are told by when those of rows that are not chosen yet may be taken,
    /// if ever. Of a list that will get no rows, [`Choice::nothing_in`] has to be said.
    #[must_use]
    pub fn new(places: Places<'a>, lists: Vec<Option<Ahead<'a>>>, sight: Sight) -> Self {
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

    /// Asks for rows that have certain features, each of which is left to chance for so long.
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

    /// Gives rows that cover something, each with its features, none of which was chosen already.
    pub fn add_covering(&mut self, rows: Vec<Candidate>, features: Vec<Vec<u16>>) {
        self.taken.get_or_insert_default();
        let first = self.rows.add_covering(rows, &mut self.needed);
        self.cover.add_pool((first..).zip(features).collect());
    }

    /// Gives rows to a list of children, none of which was chosen already: all those whose parents
    /// are chosen before `complete`,
    /// which is infinite once no more will come.
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

    /// Says that a list has no rows.
    pub fn nothing_in(&mut self, list: usize) {
        self.lists[list].complete = f64::INFINITY;
    }

    /// Gives the next spare rows, by rank, none of which was chosen already. `all`: there are no more.
    pub fn add_spares(&mut self, rows: Vec<Candidate>, needs: &[Need], all: bool) {
        if self.lists.iter().any(|list| list.began) {
            self.taken.get_or_insert_default();
        }
        let first = self.rows.add(rows, None, needs, &mut self.needed);
        self.spares.add(first, &self.rows);
        self.spares.all = all;
    }

    /// Fills places until something is missing. `features` tells those of a row, as long as
    /// [`Choice::wants_features`].
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
                    self.chosen.push((row, self.place));
                }
                Ok(None) => self.unfilled += 1,
            }
            self.place += 1;
        }
        Step::Done
    }

    /// What was chosen since it was [taken off](Choice::take_off) the last time.
    pub fn chosen(&self) -> impl Iterator<Item = Chosen<'_>> + Clone {
        self.chosen.iter().map(|(row, place)| Chosen {
            list: self.rows.list(*row),
            covering: self.rows.is_covering(*row),
            row: self.rows.candidate(*row),
            place: *place,
            since: (self.places.due)(*place),
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

    /// How many more places there are to come than rows at hand: so many others will be asked for.
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

    /// Forgets the rows that were taken, and taken off, and those that never will be taken. `moved` is handed every row
    /// that is kept, to say where its values will be.
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
            if self.lists[list].complete <= now {
                return Err(Step::Children(list));
            }
            while let Some(row) = self.lists[list].next(&self.rows) {
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

    /// A needed row is there now: those that need it are worth more.
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
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn row(number: u16, since: f64, turn: u32) -> Candidate {
        Candidate {
            address: Address::new(0, 0, number),
            parent: 0,
            rank: u64::from(number) * 7919 % 1000,
            values: 0,
            turn,
            since,
        }
    }

    fn places(due: &[f64]) -> Places<'_> {
        Places::new(due.len(), |place| due[place])
    }

    fn pulled_in(row: usize, key: u64, since: f64) -> Need {
        Need { row, key: (0, key), since }
    }

    fn take_numbers(choice: &mut Choice<'_>) -> Vec<u16> {
        let numbers = choice.chosen().map(|chosen| chosen.row.address.offset()).collect();
        choice.take_off();
        numbers
    }

    /// All at once: one list of children, and spare rows.
    fn chosen_of(
        due: &[f64],
        (children, needs): (&[Candidate], &[Need]),
        (spares, spare_needs): (&[Candidate], &[Need]),
        ahead: Option<Ahead<'_>>,
        sight: Sight,
    ) -> Vec<u16> {
        let mut choice = Choice::new(places(due), vec![ahead], sight);
        choice.add_children(0, children.to_vec(), needs, f64::INFINITY);
        choice.add_spares(spares.to_vec(), spare_needs, true);
        assert_eq!(choice.go_on(|_| Vec::new()), Step::Done);
        take_numbers(&mut choice)
    }

    #[test]
    fn a_place_is_filled_with_a_child_of_a_parent_that_is_there_by_then() {
        let children = [row(1, 0.0, 0), row(2, 0.2, 0), row(3, 0.1, 0)];
        let chosen = chosen_of(&[0.0, 0.1, 0.2], (&children, &[]), (&[], &[]), None, Sight::Next);
        assert_eq!(chosen, [1, 3, 2]);
    }

    #[test]
    fn first_children_go_before_second_ones() {
        let children = [row(1, 0.0, 0), row(2, 0.0, 1), row(3, 0.0, 0)];
        let mut chosen = chosen_of(&[0.1, 0.1], (&children, &[]), (&[], &[]), None, Sight::Next);
        chosen.sort_unstable();
        assert_eq!(chosen, [1, 3]);
    }

    #[test]
    fn a_place_without_a_child_takes_the_next_spare_row_and_the_child_comes_later() {
        let children = [row(1, 0.5, 0)];
        let spares = [row(8, 0.0, 0), row(9, 0.0, 0)];
        let chosen = chosen_of(&[0.0, 0.5], (&children, &[]), (&spares, &[]), None, Sight::Next);
        assert_eq!(chosen, [8, 1]);
    }

    #[test]
    fn a_place_without_a_child_takes_one_whose_parent_is_next_before_a_spare_row() {
        let children = [row(1, 0.5, 0), row(2, 0.3, 0), row(3, 0.3, 0)];
        let spares = [row(8, 0.0, 0), row(9, 0.0, 0)];
        let ahead: Ahead<'_> = Box::new(|now| now + 0.2);
        let due = [0.0, 0.1, 0.3];
        let chosen = chosen_of(&due, (&children, &[]), (&spares, &[]), Some(ahead), Sight::Next);
        assert_eq!(chosen[0], 8, "nobody was in sight");
        assert_eq!(BTreeSet::from_iter(&chosen[1..]), BTreeSet::from([&2, &3]));
    }

    #[test]
    fn places_stay_empty_where_nothing_is_left() {
        let mut choice = Choice::new(places(&[0.0, 0.1, 0.2]), vec![], Sight::Next);
        assert_eq!(choice.go_on(|_| Vec::new()), Step::Spares);
        choice.add_spares(vec![row(1, 0.0, 0)], &[], true);
        assert_eq!(choice.go_on(|_| Vec::new()), Step::Done);
        assert_eq!((choice.chosen().count(), choice.unfilled()), (1, 2));
    }

    #[test]
    fn it_asks_for_what_it_needs_and_for_nothing_else() {
        let mut choice = Choice::new(places(&[0.0, 0.1, 0.2, 0.3]), vec![None, None], Sight::Next);
        assert_eq!(choice.go_on(|_| Vec::new()), Step::Children(0));
        choice.add_children(0, vec![row(1, 0.0, 0), row(2, 0.0, 1)], &[], 0.15);
        assert_eq!(choice.go_on(|_| Vec::new()), Step::Children(0), "at 0.2 there may be others");
        assert_eq!(take_numbers(&mut choice), [1, 2]);
        choice.add_children(0, vec![row(3, 0.2, 0)], &[], f64::INFINITY);
        assert_eq!(
            choice.go_on(|_| Vec::new()),
            Step::Children(1),
            "nothing is left of the first list"
        );
        assert_eq!(choice.unfilled_without_spares(), 1);
        choice.nothing_in(1);
        assert_eq!(choice.go_on(|_| Vec::new()), Step::Spares);
        choice.add_spares(vec![row(4, 0.0, 0)], &[], false);
        assert_eq!(choice.go_on(|_| Vec::new()), Step::Done);
        assert_eq!(take_numbers(&mut choice), [3, 4]);
    }

    #[test]
    fn spare_rows_that_need_fewer_others_go_first_and_share_what_was_pulled_in() {
        let spares = [row(1, 0.0, 0), row(2, 0.0, 0), row(3, 0.0, 0), row(4, 0.0, 0)];
        let needs = [(0, 10), (1, 11), (2, 10)]
            .map(|(spare, parent)| pulled_in(spare, parent, f64::INFINITY));
        let due = [0.1, 0.2, 0.3];
        let chosen = chosen_of(&due, (&[], &[]), (&spares, &needs), None, Sight::Several);
        assert_eq!(chosen[0], 4, "it needs none");
        let others: BTreeSet<u16> = chosen[1..].iter().copied().collect();
        assert!(others == BTreeSet::from([1, 3]) || others.contains(&2), "{others:?}");
        assert!(!others.contains(&2) || chosen[1] == 2, "the second one shares a parent");
    }

    const RARE: Patience = Patience { group: 0, until: None };

    /// The last digit of a row's number is its feature.
    fn last_digit(row: &Candidate) -> Vec<u16> {
        vec![row.address.offset() % 10]
    }

    #[test]
    fn children_that_cover_something_go_first() {
        let children = [row(11, 0.0, 0), row(21, 0.0, 1), row(12, 0.0, 2), row(13, 0.2, 3)];
        let due = [0.0, 0.1, 0.2, 0.3];
        let mut choice = Choice::new(places(&due), vec![None], Sight::Next).covering(vec![RARE; 6]);
        choice.add_children(0, children.to_vec(), &[], f64::INFINITY);
        assert_eq!(choice.go_on(last_digit), Step::Done);
        assert_eq!(take_numbers(&mut choice), [11, 12, 13, 21]);
    }

    #[test]
    fn what_does_not_come_by_itself_is_taken_from_the_pool_in_time() {
        let children: Vec<Candidate> = (1..30).map(|number| row(number * 10, 0.0, 0)).collect();
        let due = [0.0; 20];
        let choice = || {
            let mut choice =
                Choice::new(places(&due), vec![None], Sight::Next).covering(vec![RARE; 4]);
            choice.add_children(0, children.clone(), &[], f64::INFINITY);
            assert_eq!(choice.go_on(last_digit), Step::Covering);
            assert_eq!(choice.chosen().count(), 5, "four values are to be there in eight rows");
            choice
        };
        let mut covered = choice();
        let pool = vec![row(1, 0.0, 0), row(2, 0.0, 0)];
        covered.add_covering(pool, vec![vec![1], vec![2]]);
        assert_eq!(covered.go_on(last_digit), Step::Done);
        let numbers = take_numbers(&mut covered);
        assert_eq!(numbers[5..7], [2, 1]);
        assert_eq!(numbers.iter().filter(|number| **number % 10 > 0).count(), 2);
        let mut left = choice();
        left.add_covering(Vec::new(), Vec::new());
        assert_eq!(left.go_on(last_digit), Step::Done);
        assert_eq!(take_numbers(&mut left).len(), 20, "nobody has it");
    }

    #[test]
    fn link_rows_with_both_sides_chosen_go_first() {
        let children = [row(1, 0.0, 0), row(2, 0.0, 0), row(3, 0.0, 0)];
        let needs = [pulled_in(0, 5, f64::INFINITY), pulled_in(1, 6, 0.05), pulled_in(2, 7, 0.3)];
        let chosen = chosen_of(&[0.1], (&children, &needs), (&[], &[]), None, Sight::Next);
        assert_eq!(chosen, [2]);
    }

    /// What a random choice is made from: children and others by number, step of the parent, and
    /// turn; which number needs which key; since which step each key is there.
    #[derive(Clone, Debug)]
    struct Random {
        children: Vec<(u16, u8, u32)>,
        others: Vec<(u16, u8, u32)>,
        needs: Vec<(u16, u8)>,
        keys: [u8; 6],
        sight: Sight,
    }

    fn random() -> impl Strategy<Value = Random> {
        (
            prop::collection::vec((0u16..60, 0u8..30, 0u32..3), 0..40),
            prop::collection::vec((0u16..60, 0u8..30, 0u32..1), 0..20),
            prop::collection::vec((0u16..60, 0u8..6), 0..60),
            [0u8..40, 0u8..40, 0u8..40, 0u8..40, 0u8..40, 0u8..40],
            prop::sample::select(vec![Sight::Next, Sight::Several, Sight::All]),
        )
            .prop_map(|(children, others, needs, keys, sight)| Random {
                children,
                others,
                needs,
                keys,
                sight,
            })
    }

    fn at(step: u8) -> f64 {
        f64::from(step) / 30.0
    }

    impl Random {
        fn needs_of(&self, rows: &[Candidate], until: u8) -> Vec<Need> {
            let mut needs = Vec::new();
            for (position, candidate) in rows.iter().enumerate() {
                let of_this = |need: &&(u16, u8)| need.0 == candidate.address.offset();
                for (_, key) in self.needs.iter().filter(of_this) {
                    let since = self.keys[usize::from(*key)];
                    let since = if since <= until.min(30) { at(since) } else { f64::INFINITY };
                    needs.push(pulled_in(position, (*key).into(), since));
                }
            }
            needs
        }

        /// What is chosen until that step; rows come in pieces of so many steps, or spare rows.
        fn chosen(&self, until: u8, piece: u8, compact: bool) -> Vec<u16> {
            // parents are seen three steps ahead
            let list = |rows: &[(u16, u8, u32)]| -> Vec<(u8, Candidate)> {
                let mut seen = BTreeSet::new();
                rows.iter()
                    .filter(|(number, since, _)| seen.insert(*number) && *since <= until + 3)
                    .map(|(number, since, turn)| (*since, row(*number, at(*since), *turn)))
                    .collect()
            };
            let lists = [list(&self.children), list(&self.others)];
            let mut spares: Vec<Candidate> = (0..60).map(|n| row(n, 0.0, 0)).collect();
            spares.sort_by_key(|spare| spare.rank);
            let ahead = || -> Option<Ahead<'_>> { Some(Box::new(|now| now + 0.1)) };
            let due: Vec<f64> = (0..=until).map(at).collect();
            let mut choice = Choice::new(places(&due), vec![ahead(), ahead()], self.sight);
            let mut next = [0, 0];
            let mut chosen = Vec::new();
            let mut gone = BTreeSet::new();
            loop {
                let step = choice.go_on(|_| Vec::new());
                gone.extend(choice.chosen().map(|chosen| chosen.row.address));
                chosen.extend(take_numbers(&mut choice));
                if compact {
                    choice.compact(|row| row.values);
                }
                let fresh = |candidate: &Candidate| !gone.contains(&candidate.address);
                match step {
                    Step::Done => return chosen,
                    Step::Children(list) => {
                        let from = next[list];
                        let to = from + piece;
                        next[list] = to;
                        let rows: Vec<Candidate> = lists[list]
                            .iter()
                            .filter(|(since, row)| (from..to).contains(since) && fresh(row))
                            .map(|(_, row)| *row)
                            .collect();
                        let complete = if to > 33 { f64::INFINITY } else { at(to) };
                        let needs = self.needs_of(&rows, until);
                        choice.add_children(list, rows, &needs, complete);
                    }
                    Step::Covering => unreachable!("nothing is to be covered"),
                    Step::Spares => {
                        let few = spares.len().min(piece.into());
                        let rows: Vec<Candidate> = spares.drain(..few).filter(fresh).collect();
                        let needs = self.needs_of(&rows, until);
                        choice.add_spares(rows, &needs, spares.is_empty());
                    }
                }
            }
        }
    }

    proptest! {
        /// The rows of a smaller fraction are those of a larger one, up to that fraction, although
        /// the larger one has more parents, more children and more spare rows to look at.
        #[test]
        fn a_larger_fraction_keeps_the_rows_of_a_smaller_one(
            random in random(),
            small in 0u8..30,
            pieces in (1u8..40, 1u8..40),
        ) {
            let (fewer, more) =
                (random.chosen(small, pieces.0, false), random.chosen(30, pieces.1, false));
            prop_assert_eq!(&more[..fewer.len()], &fewer[..]);
            let distinct: BTreeSet<u16> = more.iter().copied().collect();
            prop_assert_eq!(distinct.len(), more.len());
        }

        #[test]
        fn in_which_pieces_rows_come_makes_no_difference(
            random in random(),
            pieces in (1u8..40, 1u8..40),
            compact in any::<bool>(),
        ) {
            let chosen = |piece, compact| random.chosen(30, piece, compact);
            prop_assert_eq!(chosen(pieces.0, compact), chosen(pieces.1, false));
        }
    }
}
