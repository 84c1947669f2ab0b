//! Sets of key values: integers as such, all else as bytes. Values are noted as they come, then
//! sorted and deduplicated in bulk, which is several times faster than hashing and takes 8 bytes
//! an integer. [`Keys`] are in memory. A [`KeySet`](super::key_set::KeySet) may be larger: it goes
//! to files, if memory gets short.

pub mod convert;
pub mod form;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The value of a key that is being looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyRef<'a> {
    Integer(i64),
    /// One or more columns, in the encoding of [`encode_part`].
    Bytes(&'a [u8]),
}

impl<'k> KeyRef<'k> {
    /// Appends the key as it stands in a file: the bytes of integers are in the integers' order.
    pub fn put(self, record: &mut Vec<u8>) {
        match self {
            KeyRef::Integer(_) => record.extend_from_slice(&self.fingerprint().to_be_bytes()),
            KeyRef::Bytes(value) => record.extend_from_slice(value),
        }
    }

    /// The key that stands in a file.
    #[must_use]
    pub fn of(record: &'k [u8], integers: bool) -> Self {
        match record.first_chunk() {
            Some(value) if integers => {
                KeyRef::Integer((u64::from_be_bytes(*value) ^ (1 << 63)).cast_signed())
            }
            _ => KeyRef::Bytes(record),
        }
    }

    /// Tells keys of one kind apart; of integers it has their order.
    #[must_use]
    pub fn fingerprint(self) -> u64 {
        match self {
            KeyRef::Integer(value) => value.cast_unsigned() ^ (1 << 63),
            KeyRef::Bytes(value) => {
                let mut hasher = DefaultHasher::new();
                value.hash(&mut hasher);
                hasher.finish()
            }
        }
    }
}

/// Appends one column's value to a key of several columns or of another type than integer:
/// the length (4 bytes, little-endian), then the bytes.
///
/// # Panics
/// Never: a value on the wire is shorter than 2 GiB.
pub fn encode_part(key: &mut Vec<u8>, value: &[u8]) {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    key.extend_from_slice(&length.to_le_bytes());
    key.extend_from_slice(value);
}

/// The parts of a key, as given to [`encode_part`].
pub fn parts(mut key: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = key.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        key = rest;
        Some(value)
    })
}

/// A set of keys of one kind.
#[derive(Clone, Debug)]
pub enum Keys {
    Integers(IntegerSet),
    Bytes(ByteSet),
}

impl Keys {
    #[must_use]
    pub fn new(integers: bool) -> Self {
        if integers {
            Keys::Integers(IntegerSet::default())
        } else {
            Keys::Bytes(ByteSet::default())
        }
    }

    pub fn note(&mut self, key: KeyRef<'_>) {
        match (self, key) {
            (Keys::Integers(set), KeyRef::Integer(value)) => set.note(value),
            (Keys::Bytes(set), KeyRef::Bytes(value)) => set.note(value),
            _ => debug_assert!(false, "a key of another kind"),
        }
    }

    /// Sorts in what was noted; the other methods see it only then.
    pub fn settle(&mut self) {
        match self {
            Keys::Integers(set) => set.settle(),
            Keys::Bytes(set) => set.settle(),
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Keys::Integers(set) => set.sorted.len(),
            Keys::Bytes(set) => set.sorted.len(),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[must_use]
    pub fn contains(&self, key: KeyRef<'_>) -> bool {
        match (self, key) {
            (Keys::Integers(set), KeyRef::Integer(value)) => {
                set.sorted.binary_search(&value).is_ok()
            }
            (Keys::Bytes(set), KeyRef::Bytes(value)) => {
                set.sorted.binary_search_by(|span| set.slice(*span).cmp(value)).is_ok()
            }
            _ => false,
        }
    }

    /// The keys, ascending.
    #[must_use]
    pub fn ascending(&self) -> Box<dyn Iterator<Item = KeyRef<'_>> + '_> {
        match self {
            Keys::Integers(set) => Box::new(set.sorted.iter().map(|value| KeyRef::Integer(*value))),
            Keys::Bytes(set) => {
                Box::new(set.sorted.iter().map(|span| KeyRef::Bytes(set.slice(*span))))
            }
        }
    }

    #[must_use]
    pub fn are_integers(&self) -> bool {
        matches!(self, Keys::Integers(_))
    }

    /// How many bytes they take, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Keys::Integers(set) => (set.sorted.len() + set.pending.len()) * size_of::<i64>(),
            Keys::Bytes(set) => {
                set.data.len() + (set.sorted.len() + set.pending.len()) * size_of::<Span>()
            }
        }
    }

    /// The key in this position, ascending.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<KeyRef<'_>> {
        match self {
            Keys::Integers(set) => set.sorted.get(position).copied().map(KeyRef::Integer),
            Keys::Bytes(set) => set.sorted.get(position).map(|at| KeyRef::Bytes(set.slice(*at))),
        }
    }

    /// Those at these positions among the keys, both ascending.
    #[must_use]
    pub fn at(&self, positions: &[u32]) -> Keys {
        let mut keys = Keys::new(matches!(self, Keys::Integers(_)));
        for position in positions {
            match self {
                Keys::Integers(set) => keys.note(KeyRef::Integer(set.sorted[*position as usize])),
                Keys::Bytes(set) => {
                    keys.note(KeyRef::Bytes(set.slice(set.sorted[*position as usize])));
                }
            }
        }
        keys.settle();
        keys
    }

    /// Adds all keys of another set of the same kind.
    pub fn absorb(&mut self, other: &Keys) {
        for key in other.ascending() {
            self.note(key);
        }
        self.settle();
    }
}

/// How many keys are noted before they are sorted in.
const PENDING: usize = if cfg!(test) { 16 } else { 1 << 16 };

/// How many are noted at most before they are sorted into a large set.
const MOST_PENDING: usize = 1 << 18;

#[derive(Clone, Debug, Default)]
pub struct IntegerSet {
    sorted: Vec<i64>,
    pending: Vec<i64>,
}

impl IntegerSet {
    fn note(&mut self, value: i64) {
        self.pending.push(value);
        if self.pending.len() >= PENDING.max(self.sorted.len().min(MOST_PENDING)) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.pending.sort_unstable();
        self.pending.dedup();
        let behind = self.sorted.last() < self.pending.first();
        let before = self.sorted.len();
        // a large set is not doubled to make room
        let room = self.pending.len().max(if before > MOST_PENDING { before / 8 } else { before });
        if self.sorted.capacity() - before < self.pending.len() {
            self.sorted.reserve_exact(room);
        }
        self.sorted.extend_from_slice(&self.pending);
        if !behind {
            self.merge(before);
        }
        self.pending.clear();
        if self.pending.capacity() > PENDING {
            self.pending = Vec::new();
        }
    }

    /// Merges the first `before` values with what is pending and stands behind them, from the back.
    fn merge(&mut self, before: usize) {
        let mut own = before;
        let mut rest = &self.pending[..];
        for place in (0..self.sorted.len()).rev() {
            let Some((last, others)) = rest.split_last() else { break };
            if own > 0 && self.sorted[own - 1] > *last {
                own -= 1;
                self.sorted[place] = self.sorted[own];
            } else {
                self.sorted[place] = *last;
                rest = others;
            }
        }
        self.sorted.dedup();
    }
}

/// Byte strings in one piece of memory.
#[derive(Clone, Debug, Default)]
pub struct ByteSet {
    data: Vec<u8>,
    sorted: Vec<Span>,
    pending: Vec<Span>,
}

/// Where a byte string is: its start (40 bits) and its length (24 bits).
#[derive(Clone, Copy, Debug)]
struct Span(u64);

impl Span {
    const LENGTH_BITS: u32 = 24;
    const LONGEST: usize = (1 << Span::LENGTH_BITS) - 1;

    fn new(start: usize, length: usize) -> Self {
        Span((start as u64) << Span::LENGTH_BITS | length as u64)
    }

    fn range(self) -> std::ops::Range<usize> {
        #[allow(clippy::cast_possible_truncation, reason = "it was a position in memory")]
        let start = (self.0 >> Span::LENGTH_BITS) as usize;
        start..start + self.length()
    }

    #[allow(clippy::cast_possible_truncation, reason = "24 bits")]
    fn length(self) -> usize {
        self.0 as usize & Span::LONGEST
    }
}

impl ByteSet {
    fn slice(&self, span: Span) -> &[u8] {
        &self.data[span.range()]
    }

    fn note(&mut self, value: &[u8]) {
        if value.len() > Span::LONGEST {
            // no index holds a key of this length, so that no row has it
            return;
        }
        let start = self.data.len();
        self.data.extend_from_slice(value);
        self.pending.push(Span::new(start, value.len()));
        if self.pending.len() >= PENDING.max(self.sorted.len().min(MOST_PENDING)) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut spans = std::mem::take(&mut self.sorted);
        spans.append(&mut self.pending);
        spans.sort_by(|a, b| self.slice(*a).cmp(self.slice(*b)));
        spans.dedup_by(|a, b| self.slice(*a) == self.slice(*b));
        // copied anew, so that repeats do not stay in memory
        let mut data = Vec::with_capacity(spans.iter().map(|span| span.length()).sum());
        for span in &mut spans {
            let start = data.len();
            data.extend_from_slice(self.slice(*span));
            *span = Span::new(start, span.length());
        }
        self.data = data;
        self.sorted = spans;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn integers_are_a_set(values in prop::collection::vec(-50i64..50, 0..300)) {
            let mut keys = Keys::new(true);
            for value in &values {
                keys.note(KeyRef::Integer(*value));
            }
            keys.settle();
            let expected: Vec<KeyRef<'_>> =
                values.iter().collect::<BTreeSet<_>>().into_iter().map(|v| KeyRef::Integer(*v)).collect();
            prop_assert_eq!(keys.ascending().collect::<Vec<_>>(), expected);
        }

        #[test]
        fn byte_strings_are_a_set(
            values in prop::collection::vec(prop::collection::vec(0u8..3, 0..4), 0..200),
            settle_at in 0usize..200,
        ) {
            let mut keys = Keys::new(false);
            for (position, value) in values.iter().enumerate() {
                keys.note(KeyRef::Bytes(value));
                if position == settle_at {
                    keys.settle();
                }
            }
            keys.settle();
            let expected: BTreeSet<Vec<u8>> = values.iter().cloned().collect();
            prop_assert_eq!(keys.len(), expected.len());
            for value in &expected {
                prop_assert!(keys.contains(KeyRef::Bytes(value)));
            }
        }

        #[test]
        fn parts_come_back(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..5)) {
            let mut key = Vec::new();
            for value in &values {
                encode_part(&mut key, value);
            }
            prop_assert_eq!(parts(&key).map(<[u8]>::to_vec).collect::<Vec<_>>(), values);
        }
    }

    #[test]
    fn keys_are_known_by_their_position() {
        for integers in [true, false] {
            let mut keys = Keys::new(integers);
            for value in [7u8, 3, 9, 5] {
                keys.note(if integers {
                    KeyRef::Integer(value.into())
                } else {
                    KeyRef::Bytes(std::slice::from_ref(match value {
                        3 => &3,
                        5 => &5,
                        7 => &7,
                        _ => &9,
                    }))
                });
            }
            keys.settle();
            let all: Vec<KeyRef<'_>> = keys.ascending().collect();
            let some = keys.at(&[0, 2]);
            assert_eq!(some.ascending().collect::<Vec<_>>(), [all[0], all[2]]);
        }
    }
}
