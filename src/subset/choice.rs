//! Which rows of a table are chosen, so that a larger fraction keeps the rows of a smaller one.
//!
//! A table's places fall due one after the other as the fraction grows from 0: the j-th of N rows
//! at j / N. Each place is filled with the best that is within reach at that moment: a child of a
//! row that is itself chosen by then, or else of one that will be shortly, or else a spare row, in
//! the seeded order. Nothing here knows how large the fraction becomes in the end: a smaller one
//! only breaks off the same story earlier.

mod story;

use super::children::Candidate;
use std::collections::HashMap;
use story::Story;

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

/// The place that has been reached when this one is seen.
#[must_use]
pub fn foreseen_from(place: u64) -> u64 {
    let mut from = place.saturating_sub(place.isqrt() + 3).max(1);
    while foresight(from) < place {
        from += 1;
    }
    from
}

/// Since when the children of a row may be taken ahead, given since when it is chosen itself; a
/// function for each list.
pub type Ahead<'a> = Box<dyn Fn(f64) -> f64 + 'a>;

/// The rows that are within reach of one table's choice.
pub struct Choice<'a> {
    /// Children of chosen rows, a list for each foreign key, the one that goes first first. The
    /// last list are the spare rows, by rank.
    lists: Vec<&'a [Candidate]>,
    /// Where each list begins if all are counted through.
    starts: Vec<usize>,
    /// Which row needs which, by position of both; sorted.
    needs: Vec<(u32, u32)>,
    /// The needed rows: by what tells them apart, and since when they are there.
    needed: HashMap<(usize, u64), u32>,
    since: Vec<f64>,
}

/// What was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Which list, which of its rows, and which place it has.
    pub rows: Vec<(usize, usize, usize)>,
    /// Places that nothing was left for.
    pub unfilled: usize,
    /// How many spare rows more would have been looked at.
    pub unseen: usize,
}

impl<'a> Choice<'a> {
    /// `spares` are rows of lowest rank, ascending.
    #[must_use]
    pub fn new(children: &[&'a [Candidate]], spares: &'a [Candidate]) -> Self {
        let mut lists = children.to_vec();
        lists.push(spares);
        let starts = lists
            .iter()
            .scan(0, |next, list| Some(std::mem::replace(next, *next + list.len())))
            .collect();
        Choice { lists, starts, needs: Vec::new(), needed: HashMap::new(), since: Vec::new() }
    }

    /// Says that a row references another, told apart by `key`, that is there `since` that
    /// fraction; at infinity where it would have to be pulled in. What it is a child of is not
    /// mentioned here.
    pub fn needs(&mut self, list: usize, row: usize, key: (usize, u64), since: f64) {
        if since <= 0.0 {
            return;
        }
        let next = position(self.since.len());
        let key = *self.needed.entry(key).or_insert(next);
        if key == next {
            self.since.push(since);
        }
        self.needs.push((position(self.starts[list] + row), key));
    }

    /// Fills the places, each told by the fraction at which it falls due, ascending.
    #[must_use]
    pub fn fill(mut self, due: &[f64], ahead: &[Ahead<'_>], sight: Sight) -> Chosen {
        self.needs.sort_unstable();
        self.needs.dedup();
        let mut story = Story::new(&self, ahead, sight);
        for (place, now) in due.iter().enumerate() {
            story.go_on_to(*now);
            match story.child().or_else(|| story.child_ahead(*now)).or_else(|| story.spare()) {
                Some(row) => {
                    let (list, within) = self.place(row);
                    story.chosen.rows.push((list, within, place));
                }
                None => story.chosen.unfilled += 1,
            }
        }
        story.chosen.unseen = story.unseen();
        story.chosen
    }

    fn len(&self) -> usize {
        self.lists.iter().map(|list| list.len()).sum()
    }

    /// The list of a row, and its position there.
    fn place(&self, row: u32) -> (usize, usize) {
        let row = row as usize;
        let list = self.starts.partition_point(|start| *start <= row) - 1;
        (list, row - self.starts[list])
    }

    fn candidate(&self, row: u32) -> &'a Candidate {
        let (list, within) = self.place(row);
        &self.lists[list][within]
    }

    fn first_spare(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// By row: which one it is, whatever list it is in.
    fn identities(&self) -> Vec<u32> {
        let mut identities: Vec<u32> = (0..position(self.len())).collect();
        if self.lists.iter().filter(|list| !list.is_empty()).count() > 1 {
            let mut order = identities.clone();
            order.sort_unstable_by_key(|row| (self.candidate(*row).address, *row));
            for pair in 1..order.len() {
                let (before, row) = (order[pair - 1], order[pair]);
                if self.candidate(before).address == self.candidate(row).address {
                    identities[row as usize] = identities[before as usize];
                }
            }
        }
        identities
    }
}

fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::rows::Address;
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

    fn numbers(lists: &[&[Candidate]], chosen: &Chosen) -> Vec<u16> {
        chosen.rows.iter().map(|(list, row, _)| lists[*list][*row].address.offset()).collect()
    }

    #[test]
    fn a_place_is_filled_with_a_child_of_a_parent_that_is_there_by_then() {
        let children = [row(1, 0.0, 0), row(2, 0.2, 0), row(3, 0.1, 0)];
        let chosen = Choice::new(&[&children], &[]).fill(&[0.0, 0.1, 0.2], &[], Sight::Next);
        assert_eq!(numbers(&[&children], &chosen), [1, 3, 2]);
    }

    #[test]
    fn first_children_go_before_second_ones() {
        let children = [row(1, 0.0, 0), row(2, 0.0, 1), row(3, 0.0, 0)];
        let chosen = Choice::new(&[&children], &[]).fill(&[0.1, 0.1], &[], Sight::Next);
        let mut numbers = numbers(&[&children], &chosen);
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 3]);
    }

    #[test]
    fn a_place_without_a_child_takes_the_next_spare_row_and_the_child_comes_later() {
        let children = [row(1, 0.5, 0)];
        let spares = [row(8, 0.0, 0), row(9, 0.0, 0)];
        let chosen = Choice::new(&[&children], &spares).fill(&[0.0, 0.5], &[], Sight::Next);
        assert_eq!(numbers(&[&children, &spares], &chosen), [8, 1]);
        assert_eq!((chosen.unfilled, chosen.unseen), (0, 0));
    }

    #[test]
    fn a_place_without_a_child_takes_one_whose_parent_is_next_before_a_spare_row() {
        let children = [row(1, 0.5, 0), row(2, 0.3, 0), row(3, 0.3, 0)];
        let spares = [row(8, 0.0, 0), row(9, 0.0, 0)];
        let ahead: [Ahead<'_>; 1] = [Box::new(|since| since - 0.2)];
        let chosen = Choice::new(&[&children], &spares).fill(&[0.0, 0.1, 0.3], &ahead, Sight::Next);
        let numbers = numbers(&[&children, &spares], &chosen);
        assert_eq!(numbers[0], 8, "nobody was in sight");
        assert_eq!(BTreeSet::from_iter(&numbers[1..]), BTreeSet::from([&2, &3]));
    }

    #[test]
    fn foresight_is_undone() {
        for place in 1..5000 {
            let from = foreseen_from(place);
            assert!(foresight(from) >= place);
            assert!(from == 1 || foresight(from - 1) < place);
        }
    }

    #[test]
    fn what_is_missing_is_counted() {
        let spares = [row(1, 0.0, 0)];
        let chosen = Choice::new(&[], &spares).fill(&[0.0, 0.1, 0.2], &[], Sight::Next);
        assert_eq!((chosen.rows.len(), chosen.unfilled, chosen.unseen), (1, 2, 2));
        let chosen = Choice::new(&[], &spares).fill(&[], &[], Sight::Several);
        assert_eq!(chosen.unseen, 0, "nobody asked for one");
    }

    #[test]
    fn spare_rows_that_need_fewer_others_go_first_and_share_what_was_pulled_in() {
        let spares = [row(1, 0.0, 0), row(2, 0.0, 0), row(3, 0.0, 0), row(4, 0.0, 0)];
        let mut choice = Choice::new(&[], &spares);
        for (spare, parent) in [(0, 10), (1, 11), (2, 10)] {
            choice.needs(0, spare, (0, parent), f64::INFINITY);
        }
        let chosen = choice.fill(&[0.1, 0.2, 0.3], &[], Sight::Several);
        assert_eq!(numbers(&[&spares], &chosen)[0], 4, "it needs none");
        let others: BTreeSet<u16> = numbers(&[&spares], &chosen)[1..].iter().copied().collect();
        assert!(others == BTreeSet::from([1, 3]) || others.contains(&2), "{others:?}");
        assert!(!others.contains(&2) || chosen.rows[1].1 == 1, "the second one shares a parent");
    }

    #[test]
    fn link_rows_with_both_sides_chosen_go_first() {
        let children = [row(1, 0.0, 0), row(2, 0.0, 0), row(3, 0.0, 0)];
        let mut choice = Choice::new(&[&children], &[]);
        choice.needs(0, 0, (1, 5), f64::INFINITY);
        choice.needs(0, 1, (1, 6), 0.05);
        choice.needs(0, 2, (1, 7), 0.3);
        let chosen = choice.fill(&[0.1], &[], Sight::Next);
        assert_eq!(numbers(&[&children], &chosen), [2]);
    }

    proptest! {
        /// The rows of a smaller fraction are those of a larger one, up to that fraction, although
        /// the larger one has more parents, more children and more spare rows to look at.
        #[test]
        fn a_larger_fraction_keeps_the_rows_of_a_smaller_one(
            children in prop::collection::vec((0u16..60, 0u8..30, 0u32..3), 0..40),
            others in prop::collection::vec((0u16..60, 0u8..30), 0..20),
            needs in prop::collection::vec((0usize..100, 0u8..6, 0u8..40), 0..60),
            small in 0u8..30,
            sight in prop::sample::select(vec![Sight::Next, Sight::Several, Sight::All]),
        ) {
            let at = |fraction: u8| f64::from(fraction) / 30.0;
            // parents are seen three steps ahead
            let chosen = |until: u8| -> Vec<u16> {
                let until_then = |(number, since, turn): (u16, u8, u32)| {
                    (since <= until + 3).then(|| row(number, at(since), turn))
                };
                let mut seen = BTreeSet::new();
                let first: Vec<Candidate> = children.iter().copied()
                    .filter(|child| seen.insert(child.0)).filter_map(until_then).collect();
                let mut seen = BTreeSet::new();
                let second: Vec<Candidate> = others.iter().map(|(n, s)| (*n, *s, 0))
                    .filter(|child| seen.insert(child.0)).filter_map(until_then).collect();
                let mut spares: Vec<Candidate> = (0..60).map(|n| row(n, 0.0, 0)).collect();
                spares.sort_by_key(|spare| spare.rank);
                let mut choice = Choice::new(&[&first, &second], &spares);
                let lists = [&first[..], &second[..], &spares[..]];
                for (which, key, since) in &needs {
                    for (list, rows) in lists.iter().enumerate() {
                        for (at_row, candidate) in rows.iter().enumerate() {
                            if usize::from(candidate.address.offset()) == *which {
                                let since = since.min(&30).wrapping_add(*key % 2);
                                let since = if since <= until { at(since) } else { f64::INFINITY };
                                choice.needs(list, at_row, (0, u64::from(*key)), since);
                            }
                        }
                    }
                }
                let due: Vec<f64> = (0..=until).map(at).collect();
                let ahead: [Ahead<'_>; 2] = [Box::new(|since| since - 0.1), Box::new(|since| since - 0.1)];
                let chosen = choice.fill(&due, &ahead, sight);
                numbers(&lists, &chosen)
            };
            let (fewer, more) = (chosen(small), chosen(30));
            prop_assert_eq!(&more[..fewer.len()], &fewer[..]);
            let distinct: BTreeSet<u16> = more.iter().copied().collect();
            prop_assert_eq!(distinct.len(), more.len());
        }
    }
}
