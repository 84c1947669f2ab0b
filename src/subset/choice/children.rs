//! Children of chosen rows, and which of them may be chosen themselves.

use crate::subset::rows::Address;
use std::collections::BinaryHeap;

/// A row that may be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub address: Address,
    /// Tells parents apart: the fingerprint of the foreign key's value.
    pub parent: u64,
    /// Which child of its parent it is, as far as that was asked.
    pub turn: u32,
    /// The row's place in the seeded order.
    pub rank: u64,
    /// The fraction at which its parent is chosen.
    pub since: f64,
    /// Where its values are kept.
    pub values: u64,
}

/// The fraction at which each parent is chosen, by the parent's fingerprint, ascending.
pub type Since = [(u64, f64)];

/// Numbers each parent's children 0, 1, … up to `per_parent`; later children share the last number.
/// Then drops every candidate that cannot be chosen, because `wanted` better ones are within reach
/// no later than it is. The result does not depend on the order in which candidates were given, or
/// on what was dropped before. A child is within reach once its parent is chosen (`since`).
#[must_use]
pub fn take_turns(
    mut candidates: Vec<Candidate>,
    per_parent: u32,
    wanted: usize,
    since: &Since,
) -> Vec<Candidate> {
    // they often come in the order of their parents
    if candidates.is_sorted_by_key(|c| c.parent) {
        for siblings in candidates.chunk_by_mut(|one, next| one.parent == next.parent) {
            siblings.sort_unstable_by_key(|c| (c.rank, c.address));
        }
    } else {
        candidates.sort_unstable_by_key(|c| (c.parent, c.rank, c.address));
    }
    let mut parent = None;
    let mut turn = 0;
    let mut parents = since.iter().peekable();
    for candidate in &mut candidates {
        let same_parent = parent.replace(candidate.parent) == Some(candidate.parent);
        turn = if same_parent { (turn + 1).min(per_parent) } else { 0 };
        candidate.turn = turn;
        while parents.next_if(|(parent, _)| *parent < candidate.parent).is_some() {}
        if let Some((parent, since)) = parents.peek()
            && *parent == candidate.parent
        {
            candidate.since = *since;
        }
    }
    if candidates.len() <= wanted {
        return candidates;
    }
    let order = |c: &Candidate| (c.turn, c.rank, c.address);
    candidates
        .sort_unstable_by(|a, b| a.since.total_cmp(&b.since).then_with(|| order(a).cmp(&order(b))));
    let mut first = BinaryHeap::with_capacity(wanted + 1);
    candidates.retain(|candidate| {
        let order = order(candidate);
        if first.len() < wanted {
            first.push(order);
            return true;
        }
        let Some(mut last) = first.peek_mut() else { return false };
        let goes_before = order < *last;
        if goes_before {
            *last = order;
        }
        goes_before
    });
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn candidate(parent: u64, rank: u64, since: f64) -> Candidate {
        let offset = u16::try_from(parent * 100 + rank).unwrap();
        let address = Address::new(0, 0, offset);
        Candidate { address, parent, turn: 0, rank, since, values: 0 }
    }

    fn taken(candidates: &[Candidate], per_parent: u32, wanted: usize) -> Vec<(u64, u64, u32)> {
        let candidates = candidates.to_vec();
        let mut taken: Vec<(u64, u64, u32)> = take_turns(candidates, per_parent, wanted, &[])
            .iter()
            .map(|c| (c.parent, c.rank, c.turn))
            .collect();
        taken.sort_unstable();
        taken
    }

    #[test]
    fn each_parent_gets_a_child_before_any_gets_two() {
        let candidates = [(1, 1), (1, 2), (1, 3), (2, 9), (3, 8)].map(|(p, r)| candidate(p, r, 0.));
        assert_eq!(taken(&candidates, 3, 3), [(1, 1, 0), (2, 9, 0), (3, 8, 0)]);
        assert_eq!(taken(&candidates, 3, 4), [(1, 1, 0), (1, 2, 1), (2, 9, 0), (3, 8, 0)]);
    }

    #[test]
    fn beyond_the_children_of_each_parent_rank_decides() {
        let candidates = [(1, 5), (1, 6), (1, 7), (2, 1), (2, 2)].map(|(p, r)| candidate(p, r, 0.));
        assert_eq!(taken(&candidates, 1, 3), [(1, 5, 0), (2, 1, 0), (2, 2, 1)]);
    }

    #[test]
    fn a_late_turn_that_is_within_reach_early_is_kept() {
        let candidates = [candidate(1, 5, 0.0), candidate(1, 6, 0.0), candidate(2, 1, 0.5)];
        assert_eq!(taken(&candidates, 3, 1), [(1, 5, 0), (2, 1, 0)]);
        assert_eq!(taken(&candidates, 3, 2), [(1, 5, 0), (1, 6, 1), (2, 1, 0)]);
    }

    #[test]
    fn children_come_within_reach_with_their_parents() {
        let rows = [candidate(2, 1, 0.9), candidate(1, 5, 0.9), candidate(4, 2, 0.9)];
        let since = [(1, 0.25), (3, 0.5), (4, 0.75)];
        let known: Vec<(u64, f64)> = take_turns(rows.to_vec(), 3, 10, &since)
            .iter()
            .map(|candidate| (candidate.parent, candidate.since))
            .collect();
        assert_eq!(known, [(1, 0.25), (2, 0.9), (4, 0.75)], "nothing says when 2 is chosen");
    }

    proptest! {
        #[test]
        fn forgetting_some_before_others_come_changes_nothing(
            rows in prop::collection::btree_set((0u64..5, 0u64..100), 0..40),
            split in 0usize..40,
            wanted in 1usize..10,
        ) {
            // the rows of a parent come within reach together
            let since = |parent: u64| f64::from(u32::try_from(parent * 7 % 4).unwrap());
            let all: Vec<Candidate> = rows.iter()
                .map(|(parent, rank)| candidate(*parent, *rank, since(*parent)))
                .collect();
            let mut mixed = all.clone();
            mixed.sort_by_key(|c| c.rank * 37 % 101);
            let later = mixed.split_off(split.min(mixed.len()));
            let mut kept = take_turns(mixed, 2, wanted, &[]);
            kept.extend(later);
            let addresses = |rows: Vec<Candidate>| -> BTreeSet<(Address, u32)> {
                rows.iter().map(|c| (c.address, c.turn)).collect()
            };
            prop_assert_eq!(
                addresses(take_turns(kept, 2, wanted, &[])),
                addresses(take_turns(all, 2, wanted, &[]))
            );
        }
    }
}
