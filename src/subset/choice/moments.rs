//! The fraction at which each key comes into the subset.

use crate::subset::keys::{KeyRef, Keys};
use crate::subset::mix::mix;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// When the rows of one referenced key were chosen, or first wanted.
#[derive(Clone, Debug)]
pub struct Moments {
    chosen: InOrder,
    wanted: Fingerprints,
}

/// Keys in the order in which their rows were chosen, each with its moment: 16 bytes per key. The
/// index is made at the first lookup.
#[derive(Clone, Debug)]
struct InOrder {
    /// Integers as such, others by their fingerprint.
    integers: bool,
    keys: Vec<(u64, f64)>,
    index: OnceCell<Fingerprints>,
}

type Fingerprints = HashMap<u64, f64, BuildHasherDefault<Mixed>>;

impl Moments {
    #[must_use]
    pub fn new(integers: bool) -> Self {
        Moments {
            chosen: InOrder { integers, keys: Vec::new(), index: OnceCell::new() },
            wanted: Fingerprints::default(),
        }
    }

    /// Rows of a table are noted in the order in which they were chosen.
    pub fn note_chosen(&mut self, key: KeyRef<'_>, since: f64) {
        let fingerprint = key.fingerprint();
        if let Some(index) = self.chosen.index.get_mut() {
            index.entry(fingerprint).or_insert(since);
        }
        self.chosen.keys.push((
            match key {
                KeyRef::Integer(value) => value.cast_unsigned(),
                KeyRef::Bytes(_) => fingerprint,
            },
            since,
        ));
    }

    /// Notes that a chosen row will have this key pulled in.
    pub fn note_wanted(&mut self, key: KeyRef<'_>, since: f64) {
        let noted = self.wanted.entry(key.fingerprint()).or_insert(since);
        *noted = noted.min(since);
    }

    /// The fraction at which the row of a key is chosen, if that was noted.
    #[must_use]
    pub fn chosen(&self, key: KeyRef<'_>) -> Option<f64> {
        let InOrder { integers, keys, index } = &self.chosen;
        let index = index.get_or_init(|| {
            let mut index = Fingerprints::with_capacity_and_hasher(keys.len(), <_>::default());
            for (key, since) in keys {
                let known = KeyRef::Integer(key.cast_signed());
                let fingerprint = if *integers { known.fingerprint() } else { *key };
                index.entry(fingerprint).or_insert(*since);
            }
            index
        });
        index.get(&key.fingerprint()).copied()
    }

    /// The integer keys up to a moment, as bits, in the order in which their rows were chosen.
    /// `None`: the keys are not integers, or were not noted in the order of their moments.
    #[must_use]
    pub fn integers_until(&self, end: f64) -> Option<&[(u64, f64)]> {
        let InOrder { integers, keys, .. } = &self.chosen;
        if !integers || !keys.is_sorted_by(|(_, one), (_, next)| one <= next) {
            return None;
        }
        Some(&keys[..keys.partition_point(|(_, since)| *since <= end)])
    }

    /// The fraction at which a row that is not chosen is pulled in; infinite if no row references
    /// it.
    #[must_use]
    pub fn wanted(&self, key: KeyRef<'_>) -> f64 {
        self.wanted.get(&key.fingerprint()).copied().unwrap_or(f64::INFINITY)
    }
}

/// Integer keys, as [`Moments::integers_until`] has them.
#[must_use]
pub fn keys_of(integers: &[(u64, f64)]) -> Keys {
    let mut keys = Keys::new(true);
    for (key, _) in integers {
        keys.note(KeyRef::Integer(key.cast_signed()));
    }
    keys.settle();
    keys
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
        let until = moments.integers_until(0.3).unwrap();
        let keys: Vec<KeyRef<'_>> =
            vec![KeyRef::Integer(-5), KeyRef::Integer(3), KeyRef::Integer(7)];
        assert_eq!(keys_of(until).ascending().collect::<Vec<_>>(), keys);
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
    }
}
