//! The fraction at which each key comes into the subset.

use crate::subset::keys::KeyRef;
use crate::subset::mix::mix;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

/// When the rows of one referenced key were chosen, or first wanted.
#[derive(Clone, Debug)]
pub struct Moments {
    chosen: InOrder,
    wanted: Fingerprints,
}

/// At which fraction each place of a table falls due.
pub type Due = Rc<dyn Fn(usize) -> f64>;

/// Keys in the order in which their rows were chosen: 8 bytes per key. The index is made at the
/// first lookup.
#[derive(Clone, Debug)]
struct InOrder {
    /// Integers as such, others by their fingerprint.
    integers: bool,
    keys: Vec<u64>,
    /// The moments of the keys, by the position of the first key of each run.
    runs: Vec<(usize, Run)>,
    /// The moments never fall.
    ascends: bool,
    last: f64,
    index: OnceCell<Index>,
}

/// The moments of keys that follow each other.
#[derive(Clone)]
enum Run {
    /// All of one moment.
    At(f64),
    /// Of places that follow each other, from this one on.
    From(usize, Due),
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Run::At(since) => write!(f, "At({since})"),
            Run::From(place, _) => write!(f, "From({place})"),
        }
    }
}

type Fingerprints = HashMap<u64, f64, BuildHasherDefault<Mixed>>;

/// Where each key is.
#[derive(Clone, Debug)]
enum Index {
    Hashed(Fingerprints),
    /// The positions of many keys, by fingerprint.
    Sorted(Vec<u32>),
}

/// How many keys are noted as wanted, at most: a row that references a later one counts as one that
/// needs it.
const MOST_WANTED: usize = if cfg!(test) { 8 } else { 1 << 21 };

/// More keys than this are not hashed.
const MANY: usize = if cfg!(test) { 8 } else { 1 << 20 };

impl InOrder {
    fn note(&mut self, key: KeyRef<'_>, since: f64) {
        let fingerprint = key.fingerprint();
        match self.index.get_mut() {
            Some(Index::Hashed(index)) => {
                index.entry(fingerprint).or_insert(since);
            }
            Some(Index::Sorted(_)) => drop(self.index.take()),
            None => {}
        }
        self.ascends &= self.last <= since;
        self.last = since;
        self.keys.push(match key {
            KeyRef::Integer(value) => value.cast_unsigned(),
            KeyRef::Bytes(_) => fingerprint,
        });
    }

    /// The moment of the key in this position.
    fn since(&self, position: usize) -> f64 {
        let run = self.runs.partition_point(|(first, _)| *first <= position).saturating_sub(1);
        match self.runs.get(run) {
            Some((_, Run::At(since))) => *since,
            Some((first, Run::From(place, due))) => due(place + (position - first)),
            None => 0.0,
        }
    }

    fn fingerprint(&self, position: usize) -> u64 {
        let key = self.keys[position];
        if self.integers { KeyRef::Integer(key.cast_signed()).fingerprint() } else { key }
    }

    fn index(&self) -> Index {
        if self.keys.len() > MANY {
            let mut sorted: Vec<u32> = (0u32..).take(self.keys.len()).collect();
            // of equal ones, the first counts
            sorted.sort_by_key(|position| (self.fingerprint(*position as usize), *position));
            return Index::Sorted(sorted);
        }
        let mut index = Fingerprints::with_capacity_and_hasher(self.keys.len(), <_>::default());
        for position in 0..self.keys.len() {
            index.entry(self.fingerprint(position)).or_insert_with(|| self.since(position));
        }
        Index::Hashed(index)
    }
}

impl Moments {
    #[must_use]
    pub fn new(integers: bool) -> Self {
        let chosen = InOrder {
            integers,
            keys: Vec::new(),
            runs: Vec::new(),
            ascends: true,
            last: f64::NEG_INFINITY,
            index: OnceCell::new(),
        };
        Moments { chosen, wanted: Fingerprints::default() }
    }

    /// Rows of a table are noted in the order in which they were chosen.
    pub fn note_chosen(&mut self, key: KeyRef<'_>, since: f64) {
        let chosen = &mut self.chosen;
        let same =
            |(_, run): &(usize, Run)| matches!(run, Run::At(at) if at.to_bits() == since.to_bits());
        if !chosen.runs.last().is_some_and(same) {
            chosen.runs.push((chosen.keys.len(), Run::At(since)));
        }
        chosen.note(key, since);
    }

    /// The same for a row that was chosen when its place fell due, at `since`.
    pub fn note_place(&mut self, key: KeyRef<'_>, (place, since): (usize, f64), due: &Due) {
        let chosen = &mut self.chosen;
        let next = chosen.keys.len();
        let follows = |(from, run): &(usize, Run)| match run {
            Run::At(_) => false,
            Run::From(first, known) => first + (next - from) == place && Rc::ptr_eq(known, due),
        };
        if !chosen.runs.last().is_some_and(follows) {
            chosen.runs.push((next, Run::From(place, Rc::clone(due))));
        }
        chosen.note(key, since);
    }

    /// Notes that a chosen row will have this key pulled in.
    pub fn note_wanted(&mut self, key: KeyRef<'_>, since: f64) {
        let fingerprint = key.fingerprint();
        if self.wanted.len() < MOST_WANTED || self.wanted.contains_key(&fingerprint) {
            let noted = self.wanted.entry(fingerprint).or_insert(since);
            *noted = noted.min(since);
        }
    }

    /// The fraction at which the row of a key is chosen, if that was noted.
    #[must_use]
    pub fn chosen(&self, key: KeyRef<'_>) -> Option<f64> {
        let chosen = &self.chosen;
        let fingerprint = key.fingerprint();
        match chosen.index.get_or_init(|| chosen.index()) {
            Index::Hashed(index) => index.get(&fingerprint).copied(),
            Index::Sorted(sorted) => {
                let of = |position: &u32| chosen.fingerprint(*position as usize);
                let first = sorted.partition_point(|position| of(position) < fingerprint);
                let position = sorted.get(first).filter(|position| of(position) == fingerprint)?;
                Some(chosen.since(*position as usize))
            }
        }
    }

    /// How many integer keys there are up to a moment, in the order in which their rows were chosen.
    /// `None`: the keys are not integers, or were not noted in the order of their moments.
    #[must_use]
    pub fn integers_until(&self, end: f64) -> Option<usize> {
        let chosen = &self.chosen;
        if !chosen.integers || !chosen.ascends {
            return None;
        }
        let (mut from, mut to) = (0, chosen.keys.len());
        while from < to {
            let middle = usize::midpoint(from, to);
            if chosen.since(middle) <= end {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        Some(from)
    }

    /// The integer key in this position, and its moment.
    #[must_use]
    pub fn integer(&self, position: usize) -> Option<(i64, f64)> {
        let key = self.chosen.keys.get(position)?;
        Some((key.cast_signed(), self.chosen.since(position)))
    }

    /// The fraction at which a row that is not chosen is pulled in; infinite if no row references
    /// it.
    #[must_use]
    pub fn wanted(&self, key: KeyRef<'_>) -> f64 {
        self.wanted.get(&key.fingerprint()).copied().unwrap_or(f64::INFINITY)
    }
}

/// Of fingerprints, which may be the keys themselves.
#[derive(Clone, Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        mix(self.0)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_in_their_order_and_by_themselves() {
        let mut moments = Moments::new(true);
        for (key, since) in [(-5, 0.0), (7, 0.1), (3, 0.25)] {
            moments.note_chosen(KeyRef::Integer(key), since);
        }
        assert_eq!(moments.chosen(KeyRef::Integer(7)), Some(0.1));
        moments.note_chosen(KeyRef::Integer(9), 0.5);
        assert_eq!(moments.chosen(KeyRef::Integer(9)), Some(0.5));
        assert_eq!(moments.chosen(KeyRef::Integer(8)), None);
        assert_eq!(moments.integers_until(0.3), Some(3));
        moments.note_chosen(KeyRef::Integer(1), 0.2);
        assert_eq!(moments.integers_until(1.0), None, "they are not in order any more");
    }

    #[test]
    fn other_keys_are_known_by_themselves_only() {
        let mut moments = Moments::new(false);
        moments.note_chosen(KeyRef::Bytes(b"one"), 0.5);
        moments.note_chosen(KeyRef::Bytes(b"one"), 0.75);
        assert_eq!(moments.chosen(KeyRef::Bytes(b"one")), Some(0.5), "the first time counts");
        assert_eq!(moments.integers_until(1.0), None);
        moments.note_wanted(KeyRef::Bytes(b"two"), 0.5);
        moments.note_wanted(KeyRef::Bytes(b"two"), 0.25);
        assert!((moments.wanted(KeyRef::Bytes(b"two")) - 0.25).abs() < f64::EPSILON);
        assert!(moments.wanted(KeyRef::Bytes(b"one")).is_infinite());
        for value in 0..20u8 {
            moments.note_wanted(KeyRef::Bytes(&[value]), 0.5);
        }
        assert_eq!(moments.wanted.len(), MOST_WANTED, "there is no room for more");
    }

    #[test]
    fn moments_are_known_by_key_and_by_position_however_many_there_are() {
        let due: Due = Rc::new(|place| f64::from(u32::try_from(place).unwrap()) / 100.0);
        for many in [4, 40] {
            let mut moments = Moments::new(true);
            moments.note_chosen(KeyRef::Integer(1_000), 0.0);
            for place in (0..many).filter(|place| *place != 2) {
                let key = i64::try_from(place).unwrap() * 7 % 41;
                moments.note_place(KeyRef::Integer(key), (place, due(place)), &due);
                assert_eq!(moments.chosen(KeyRef::Integer(key)), Some(due(place)));
            }
            assert_eq!(moments.chosen(KeyRef::Integer(1_000)), Some(0.0));
            assert_eq!(moments.chosen(KeyRef::Integer(14)), None, "its place was left");
            assert_eq!(moments.integers_until(due(1)), Some(3));
            assert_eq!(moments.integers_until(f64::INFINITY), Some(many));
            assert_eq!(moments.integer(3), Some((21, due(3))));
            assert_eq!(moments.chosen.runs.len(), 3);
            // of a key that is noted twice, the first moment counts
            moments.note_place(KeyRef::Integer(21), (many, due(many)), &due);
            assert_eq!(moments.chosen(KeyRef::Integer(21)), Some(due(3)));
            moments.note_chosen(KeyRef::Integer(2_000), 0.0);
            assert_eq!(moments.integers_until(1.0), None, "they are not in order any more");
        }
    }
}
