//! Which of the children of chosen rows are taken.

use super::rows::Address;

/// A row that points at a chosen row through the driving foreign key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub address: Address,
    /// Tells parents apart: a hash of the foreign key's value. Should two parents share one, they
    /// take turns together; 32 bits keep a million candidates small.
    pub parent: u32,
    /// The row's place in the seeded order.
    pub rank: u64,
    /// Where its key values are kept.
    pub values: usize,
    /// Which child of its parent it is, as far as that was asked.
    pub turn: u32,
}

/// Orders the candidates: the first child of every parent, then the second, up to the
/// `per_parent`-th, then all others; each group by rank. Keeps the first `wanted`.
#[must_use]
pub fn choose(mut candidates: Vec<Candidate>, per_parent: u32, wanted: usize) -> Vec<Candidate> {
    if candidates.len() <= wanted {
        return candidates;
    }
    candidates.sort_unstable_by_key(|c| (c.parent, c.rank, c.address));
    let mut parent = None;
    let mut turn = 0;
    for candidate in &mut candidates {
        let same_parent = parent.replace(candidate.parent) == Some(candidate.parent);
        turn = if same_parent { (turn + 1).min(per_parent) } else { 0 };
        candidate.turn = turn;
    }
    candidates.select_nth_unstable_by_key(wanted, |c| (c.turn, c.rank, c.address));
    candidates.truncate(wanted);
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(parent: u32, rank: u64) -> Candidate {
        let offset = u16::try_from(u64::from(parent) * 100 + rank).unwrap();
        Candidate { address: Address::new(0, 0, offset), parent, rank, values: 0, turn: 0 }
    }

    fn chosen(candidates: &[Candidate], per_parent: u32, wanted: usize) -> Vec<(u32, u64)> {
        let mut chosen: Vec<(u32, u64)> = choose(candidates.to_vec(), per_parent, wanted)
            .iter()
            .map(|c| (c.parent, c.rank))
            .collect();
        chosen.sort_unstable();
        chosen
    }

    #[test]
    fn each_parent_gets_a_child_before_any_gets_two() {
        let candidates =
            [candidate(1, 1), candidate(1, 2), candidate(1, 3), candidate(2, 9), candidate(3, 8)];
        assert_eq!(chosen(&candidates, 3, 3), [(1, 1), (2, 9), (3, 8)]);
        assert_eq!(chosen(&candidates, 3, 4), [(1, 1), (1, 2), (2, 9), (3, 8)]);
    }

    #[test]
    fn beyond_the_children_of_each_parent_rank_decides() {
        let candidates =
            [candidate(1, 5), candidate(1, 6), candidate(1, 7), candidate(2, 1), candidate(2, 2)];
        assert_eq!(chosen(&candidates, 1, 3), [(1, 5), (2, 1), (2, 2)]);
    }

    #[test]
    fn all_are_taken_where_they_are_few() {
        let candidates = [candidate(1, 5), candidate(2, 1)];
        assert_eq!(chosen(&candidates, 3, 10), [(1, 5), (2, 1)]);
    }
}
