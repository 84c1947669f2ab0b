//! The rows whose children may be chosen along a foreign key, some at a time.

use crate::spill::memory::at_most;
use crate::spill::{Sorted, Sorter, SpillError};
use crate::subset::choice::moments::Moments;
use crate::subset::key_set::KeySet;
use crate::subset::keys::{KeyRef, Keys};

/// More bytes of keys than this are put into order in files.
const MOST_IN_MEMORY: usize = if cfg!(test) { 100 } else { 64 << 20 };

/// More keys than this are not asked for together.
const MOST_AT_ONCE: usize = if cfg!(test) { 10 } else { 1 << 20 };

/// How many parents make a batch where nothing says which come first, and all are too many.
const OF_MANY: usize = if cfg!(test) { 2 } else { 250_000 };

/// Referenced rows, in the order in which they are chosen.
pub(crate) struct Parents {
    known: Known,
    /// How many parents make a batch.
    batch: usize,
    next: usize,
}

enum Known {
    /// In the order in which they were noted. Parents that are always there come first.
    InOrder { always: Keys, until: usize },
    /// Positions in the keys, each with its moment, ascending by it.
    Sorted { keys: Keys, order: Vec<(f64, u32)> },
    /// The same, in files.
    InFiles(Filed),
    /// Nothing says at which fraction each is chosen.
    AtOnce(Keys),
    /// The same, in files.
    Many(Filed),
}

/// Keys behind their moments, ascending: the bits of a positive number are in its order.
struct Filed {
    sorted: Sorted,
    integers: bool,
}

impl Filed {
    fn of(
        present: &KeySet,
        foreseen: &Keys,
        since: impl Fn(KeyRef<'_>) -> f64,
    ) -> Result<Self, SpillError> {
        let mut sorter = Sorter::default();
        let mut record = Vec::new();
        let mut put = |key: KeyRef<'_>| {
            record.clear();
            record.extend_from_slice(&since(key).to_bits().to_be_bytes());
            key.put(&mut record);
            sorter.put(&record)
        };
        let mut walk = present.walk()?;
        while let Some(key) = walk.next()? {
            put(key)?;
        }
        for key in foreseen.ascending().filter(|key| !present.contains(*key)) {
            put(key)?;
        }
        present.check()?;
        Ok(Filed { sorted: sorter.finish()?, integers: present.are_integers() })
    }

    /// The next key, and its moment.
    fn peek(&self) -> Option<(KeyRef<'_>, f64)> {
        let (since, record) = self.sorted.peek()?.split_first_chunk()?;
        let since = f64::from_bits(u64::from_be_bytes(*since));
        Some((KeyRef::of(record, self.integers), since))
    }
}

/// Which parents may have children.
#[derive(Clone, Copy)]
pub(crate) struct InSight {
    /// The fraction of the load.
    pub(crate) end: f64,
    /// Rows that are chosen later, up to this fraction, are only looked ahead at.
    pub(crate) until: f64,
}

/// Some of them.
pub(crate) struct ParentBatch {
    pub(crate) keys: Keys,
    /// The fraction at which each is chosen, by fingerprint, ascending.
    pub(crate) since: Vec<(u64, f64)>,
    /// The fraction at which the next parent behind them is chosen.
    pub(crate) complete: f64,
}

impl Parents {
    /// `present` are the keys of chosen rows.
    pub(crate) fn new(
        present: &KeySet,
        foreseen: &Keys,
        moments: &Moments,
        InSight { end, until }: InSight,
        batch: usize,
    ) -> Result<Self, SpillError> {
        let since = |key: KeyRef<'_>| moments.chosen(key).unwrap_or(0.0);
        let known = if let Some(until) = moments.integers_until(until) {
            let mut always = Keys::new(true);
            let chosen = moments.integers_until(end).unwrap_or(until).min(until);
            if chosen < present.len() {
                let mut walk = present.walk()?;
                while let Some(key) = walk.next()? {
                    if moments.chosen(key).is_none_or(|since| since > end) {
                        always.note(key);
                    }
                }
                always.settle();
            }
            Known::InOrder { always, until }
        } else if let Some(keys) = few(present) {
            let mut keys = keys.clone();
            keys.absorb(foreseen);
            let mut order: Vec<(f64, u32)> = keys.ascending().map(since).zip(0u32..).collect();
            order.sort_by(|(a, _), (b, _)| a.total_cmp(b));
            Known::Sorted { keys, order }
        } else {
            Known::InFiles(Filed::of(present, foreseen, since)?)
        };
        let all = match &known {
            Known::InOrder { until, .. } => *until,
            Known::Sorted { order, .. } => order.len(),
            Known::InFiles(keys) => keys.sorted.len(),
            Known::AtOnce(_) | Known::Many(_) => 0,
        };
        Ok(Parents { known, batch: even(all, batch), next: 0 })
    }

    /// All parents in one batch, if they are not too many: nothing says at which fraction each was
    /// chosen. `together`: in one batch however many they are.
    pub(crate) fn at_once(
        present: &KeySet,
        foreseen: &Keys,
        together: bool,
    ) -> Result<Self, SpillError> {
        // the number alone decides, since it matters which rows can be compared
        let known = if together || present.len() <= at_most(MOST_AT_ONCE) {
            let mut keys = match present.in_memory() {
                Some(keys) => keys.clone(),
                None => present.walk()?.batch(usize::MAX)?,
            };
            keys.absorb(foreseen);
            Known::AtOnce(keys)
        } else {
            Known::Many(Filed::of(present, foreseen, |_| 0.0)?)
        };
        Ok(Parents { known, batch: at_most(OF_MANY).max(2), next: 0 })
    }

    /// Whether all were taken.
    pub(crate) fn ended(&self) -> bool {
        match &self.known {
            Known::AtOnce(keys) => keys.is_empty(),
            Known::InFiles(keys) | Known::Many(keys) => keys.sorted.is_empty(),
            Known::InOrder { until, .. } => self.next >= *until,
            Known::Sorted { order, .. } => self.next >= order.len(),
        }
    }

    /// The next ones: at least one, and all that are chosen at the same moment.
    pub(crate) fn take(&mut self, moments: &Moments) -> Result<ParentBatch, SpillError> {
        let (next, most) = (self.next, self.batch);
        Ok(match &mut self.known {
            Known::InFiles(filed) => {
                let mut keys = Keys::new(filed.integers);
                let mut fingerprints = Vec::new();
                let mut last = None;
                while let Some((key, since)) = filed.peek()
                    && (fingerprints.len() < most || last == Some(since.to_bits()))
                {
                    keys.note(key);
                    fingerprints.push((key.fingerprint(), since));
                    last = Some(since.to_bits());
                    filed.sorted.advance()?;
                }
                keys.settle();
                fingerprints.sort_unstable_by_key(|(fingerprint, _)| *fingerprint);
                let complete = filed.peek().map_or(f64::INFINITY, |(_, since)| since);
                ParentBatch { keys, since: fingerprints, complete }
            }
            Known::Many(filed) => {
                let mut keys = Keys::new(filed.integers);
                let mut count = 0;
                while let Some((key, _)) = filed.peek().filter(|_| count < most) {
                    keys.note(key);
                    count += 1;
                    filed.sorted.advance()?;
                }
                keys.settle();
                let complete = if filed.sorted.is_empty() { f64::INFINITY } else { 0.0 };
                ParentBatch { keys, since: Vec::new(), complete }
            }
            Known::AtOnce(keys) => {
                let keys = std::mem::replace(keys, Keys::new(true));
                ParentBatch { keys, since: Vec::new(), complete: f64::INFINITY }
            }
            Known::InOrder { always, until } => {
                let all = *until;
                let known = |place: usize| moments.integer(place).filter(|_| place < all);
                let since = |place: usize| known(place).map(|(_, since)| since);
                let end = end_of_batch(next, self.batch, all, since);
                self.next = end;
                let mut fingerprints: Vec<(u64, f64)> =
                    always.ascending().map(|key| (key.fingerprint(), 0.0)).collect();
                let mut keys = std::mem::replace(always, Keys::new(true));
                for (key, since) in (next..end).filter_map(known) {
                    let key = KeyRef::Integer(key);
                    keys.note(key);
                    fingerprints.push((key.fingerprint(), since));
                }
                keys.settle();
                fingerprints.sort_unstable_by_key(|(fingerprint, _)| *fingerprint);
                let complete = since(end).unwrap_or(f64::INFINITY);
                ParentBatch { keys, since: fingerprints, complete }
            }
            Known::Sorted { keys, order } => {
                let since = |place: usize| order.get(place).map(|(since, _)| *since);
                let end = end_of_batch(next, self.batch, order.len(), since);
                self.next = end;
                let mut some: Vec<(u32, f64)> =
                    order[next..end].iter().map(|(since, at)| (*at, *since)).collect();
                some.sort_unstable_by_key(|(at, _)| *at);
                let positions: Vec<u32> = some.iter().map(|(at, _)| *at).collect();
                let keys = keys.at(&positions);
                let moments = some.iter().map(|(_, since)| *since);
                let mut fingerprints: Vec<(u64, f64)> =
                    keys.ascending().map(KeyRef::fingerprint).zip(moments).collect();
                fingerprints.sort_unstable_by_key(|(fingerprint, _)| *fingerprint);
                let complete = since(end).unwrap_or(f64::INFINITY);
                ParentBatch { keys, since: fingerprints, complete }
            }
        })
    }
}

/// The keys, if they are few enough to be copied.
fn few(present: &KeySet) -> Option<&Keys> {
    present.in_memory().filter(|keys| keys.bytes() <= at_most(MOST_IN_MEMORY))
}

/// The batch size that divides `all` evenly.
fn even(all: usize, batch: usize) -> usize {
    let batches = all.div_ceil(batch.max(1)).max(1);
    all.div_ceil(batches).max(1)
}

fn end_of_batch(
    from: usize,
    batch: usize,
    all: usize,
    since: impl Fn(usize) -> Option<f64>,
) -> usize {
    let mut end = from.saturating_add(batch).min(all);
    while end > from && end < all && since(end - 1) == since(end) {
        end += 1;
    }
    end
}

impl ParentBatch {
    /// Whether the fraction of each parent is known.
    pub(crate) fn tells_all(&self) -> bool {
        self.since.len() == self.keys.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(values: &[i64]) -> Keys {
        let mut keys = Keys::new(true);
        for value in values {
            keys.note(KeyRef::Integer(*value));
        }
        keys.settle();
        keys
    }

    fn set(values: impl IntoIterator<Item = i64>) -> KeySet {
        let mut set = KeySet::new(true);
        for value in values {
            set.note(KeyRef::Integer(value));
        }
        set.settle();
        set
    }

    fn values(keys: &Keys) -> Vec<i64> {
        keys.ascending()
            .map(|key| match key {
                KeyRef::Integer(value) => value,
                KeyRef::Bytes(_) => unreachable!("these keys are integers"),
            })
            .collect()
    }

    #[test]
    fn parents_come_in_the_order_in_which_they_are_chosen() {
        let mut moments = Moments::new(true);
        for (key, since) in [(30, 0.0), (10, 0.1), (40, 0.1), (20, 0.2), (50, 0.4), (60, 0.9)] {
            moments.note_chosen(KeyRef::Integer(key), since);
        }
        // 5 is always there, 50 is looked ahead at, and 60 is too far
        let present = set([5, 10, 20, 30, 40]);
        let sight = InSight { end: 0.3, until: 0.5 };
        let mut parents = Parents::new(&present, &keys(&[50]), &moments, sight, 2).unwrap();
        let batch = parents.take(&moments).unwrap();
        assert_eq!(values(&batch.keys), [5, 10, 30, 40], "10 and 40 come at the same moment");
        assert!(batch.tells_all());
        assert!((batch.complete - 0.2).abs() < f64::EPSILON);
        assert!(!parents.ended());
        let batch = parents.take(&moments).unwrap();
        assert_eq!(values(&batch.keys), [20, 50]);
        assert!(batch.complete.is_infinite());
        assert!(parents.ended());
    }

    #[test]
    fn keys_that_were_not_noted_in_order_are_sorted_in_memory_and_in_files() {
        for many in [3, 300] {
            let mut moments = Moments::new(true);
            // the later ones came first
            for key in (0..many).rev() {
                moments
                    .note_chosen(KeyRef::Integer(key), f64::from(i32::try_from(key).unwrap() / 2));
            }
            let sight = InSight { end: 1e9, until: 1e9 };
            let mut parents = Parents::new(&set(0..many), &keys(&[]), &moments, sight, 3).unwrap();
            assert_eq!(matches!(parents.known, Known::InFiles(_)), many == 300);
            let mut all = Vec::new();
            while !parents.ended() {
                let batch = parents.take(&moments).unwrap();
                assert!(batch.tells_all() && batch.keys.len() <= 4);
                assert!(batch.since.iter().all(|(_, since)| *since < batch.complete));
                all.extend(values(&batch.keys));
            }
            assert_eq!(all, (0..many).collect::<Vec<_>>());
        }
    }

    #[test]
    fn without_moments_all_come_at_once_unless_they_are_many() {
        let moments = Moments::new(true);
        let mut parents = Parents::at_once(&set([1, 2]), &keys(&[3]), false).unwrap();
        let batch = parents.take(&moments).unwrap();
        assert_eq!(values(&batch.keys), [1, 2, 3]);
        assert!(!batch.tells_all() && batch.complete.is_infinite());
        for together in [true, false] {
            let mut parents = Parents::at_once(&set(1..100), &keys(&[100]), together).unwrap();
            let mut all = Vec::new();
            while !parents.ended() {
                let batch = parents.take(&moments).unwrap();
                assert_eq!(batch.complete.is_infinite(), parents.ended());
                all.extend(values(&batch.keys));
            }
            assert_eq!(all, (1..=100).collect::<Vec<_>>());
        }
    }
}
