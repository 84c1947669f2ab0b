use super::*;
use crate::catalog::Id as _;
use crate::subset::references::ReferencedKeyId;
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

fn places(due: &[f64]) -> Places {
    let due = due.to_vec();
    Places::new(due.len(), move |place| due[place])
}

fn pulled_in(row: usize, key: u64, since: f64) -> Need {
    Need { row, key: (ReferencedKeyId::at(0), key), since }
}

fn take_numbers(choice: &mut Choice<'_>) -> Vec<u16> {
    let numbers = choice.chosen().map(|chosen| chosen.row.address.offset()).collect();
    choice.take_off();
    numbers
}

/// With one list of children, and spare rows, all given before the choice begins.
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
    let needs =
        [(0, 10), (1, 11), (2, 10)].map(|(spare, parent)| pulled_in(spare, parent, f64::INFINITY));
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
        let mut choice = Choice::new(places(&due), vec![None], Sight::Next).covering(vec![RARE; 4]);
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

    /// What is chosen until a step. Rows come in pieces of `piece` steps or spare rows.
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
                Step::Covering | Step::Rest(..) => {
                    unreachable!("nothing is to be covered, and all is given")
                }
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
    /// A smaller fraction gives the rows that a larger one gives first, although the larger one has
    /// more parents, more children and more spare rows to look at.
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

proptest! {
    #[test]
    fn children_that_are_given_in_pieces_are_chosen_as_if_all_were_given_at_once(
        parents in prop::collection::vec((0u32..3, 0u32..4), 1..40),
        piece in 1usize..9,
        count in 1usize..40,
    ) {
        let mut children: Vec<Candidate> = (1u16..)
            .zip(&parents)
            .map(|(number, (since, turn))| row(number, f64::from(*since) / 4.0, *turn))
            .collect();
        children.sort_by(|a, b| {
            let worth = |row: &Candidate| (row.turn, row.rank, row.address);
            a.since.total_cmp(&b.since).then(worth(a).cmp(&worth(b)))
        });
        let spares: Vec<Candidate> = (1..60).map(|number| row(number, 0.0, 0)).collect();
        let due: Vec<f64> = (0u32..).take(count).map(|place| f64::from(place) / 30.0).collect();
        let expected = chosen_of(&due, (&children, &[]), (&spares, &[]), None, Sight::Next);
        let mut choice = Choice::new(places(&due), vec![None], Sight::Next);
        let worth = |row: &Candidate| (row.turn, row.rank, row.address);
        let (mut chosen, mut given) = (Vec::new(), 0);
        let mut open: Vec<&[Candidate]> = Vec::new();
        loop {
            let step = choice.go_on(|_| Vec::new());
            chosen.extend(take_numbers(&mut choice));
            match step {
                Step::Children(0) => {
                    let end = (given + piece).min(children.len());
                    let last = children.get(end.saturating_sub(1)).map_or(0.0, |row| row.since);
                    let rest = children[end..].iter().take_while(|row| row.since <= last).count();
                    let next = children.get(end + rest).map_or(f64::INFINITY, |row| row.since);
                    choice.add_children(0, children[given..end].to_vec(), &[], next);
                    if rest > 0 {
                        assert_eq!(choice.open(0, last, worth(&children[end])), open.len());
                        open.push(&children[end..end + rest]);
                    }
                    given = end + rest;
                }
                Step::Rest(0, number) => {
                    let (some, rest) = open[number].split_at(piece.min(open[number].len()));
                    choice.add_rest((0, number), some.to_vec(), &[], rest.first().map(worth));
                    open[number] = rest;
                }
                Step::Spares => {
                    let left = |row: &&Candidate| !chosen.contains(&row.address.offset());
                    let left: Vec<Candidate> = spares.iter().filter(left).copied().collect();
                    choice.add_spares(left, &[], true);
                }
                Step::Done => break,
                other => prop_assert!(false, "{other:?}"),
            }
        }
        prop_assert_eq!(chosen, expected);
    }
}
