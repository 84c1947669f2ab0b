//! A set of keys that may be larger than memory. What was noted goes to files once memory is short:
//! the set is then a few runs, and what came since.

use super::keys::{KeyRef, Keys};
use crate::spill::{Reader, Run, SpillError, Writer, memory};
use std::cell::RefCell;
use std::rc::Rc;

/// How many keys are noted until the next question whether memory is short.
const UNASKED: usize = 1 << 16;

/// Fewer bytes of keys than this are not worth a file.
const FEWEST: usize = 4 << 20;

/// More runs than this are merged into one: each is an open file.
const MOST_RUNS: usize = 8;

/// A set of keys of one kind.
#[derive(Clone, Debug)]
pub struct KeySet {
    recent: Keys,
    runs: Vec<Rc<Run>>,
    noted: usize,
    /// A file failed: the set is not complete, and a caller that can stop the load hears of it.
    failed: RefCell<Option<SpillError>>,
}

impl KeySet {
    #[must_use]
    pub fn new(integers: bool) -> Self {
        KeySet {
            recent: Keys::new(integers),
            runs: Vec::new(),
            noted: 0,
            failed: RefCell::new(None),
        }
    }

    #[must_use]
    pub fn are_integers(&self) -> bool {
        self.recent.are_integers()
    }

    pub fn note(&mut self, key: KeyRef<'_>) {
        self.recent.note(key);
        self.noted += 1;
        if self.noted >= memory::at_most(UNASKED) {
            self.relieve();
        }
    }

    /// Sorts in what was noted; the other methods see it only then.
    pub fn settle(&mut self) {
        self.recent.settle();
    }

    /// How many keys there are: at most, where some are in files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recent.len() + self.runs.iter().map(|run| run.len()).sum::<usize>()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many keys there are.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn count(&self) -> Result<usize, SpillError> {
        if self.runs.is_empty() {
            return Ok(self.recent.len());
        }
        let (mut walk, mut count) = (self.walk()?, 0);
        while walk.next()?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    /// The keys, if all are in memory.
    #[must_use]
    pub fn in_memory(&self) -> Option<&Keys> {
        self.runs.is_empty().then_some(&self.recent)
    }

    /// Whether a key is in the set. If a file fails, [`KeySet::check`] tells of it.
    #[must_use]
    pub fn contains(&self, key: KeyRef<'_>) -> bool {
        if self.recent.contains(key) {
            return true;
        }
        let mut room = Vec::new();
        self.runs.iter().any(|run| match run.contains(record(key, &mut room)) {
            Ok(is_there) => is_there,
            Err(error) => {
                self.failed.replace(Some(error));
                false
            }
        })
    }

    /// # Errors
    /// A file failed since the set was made.
    pub fn check(&self) -> Result<(), SpillError> {
        self.failed.borrow().clone().map_or(Ok(()), Err)
    }

    /// Writes the keys to a file, if memory is short and there are many.
    pub fn relieve(&mut self) {
        self.noted = 0;
        let many = self.recent.bytes() >= memory::at_most(FEWEST);
        if many && self.failed.get_mut().is_none() && memory::is_short() {
            self.spill();
        }
    }

    /// Writes the keys to a file.
    fn spill(&mut self) {
        if let Err(error) = self.write() {
            self.failed.replace(Some(error));
        }
    }

    fn write(&mut self) -> Result<(), SpillError> {
        self.settle();
        if self.recent.is_empty() {
            return Ok(());
        }
        let mut writer = Writer::begin()?;
        let mut room = Vec::new();
        for key in self.recent.ascending() {
            writer.put(record(key, &mut room))?;
        }
        self.runs.push(writer.finish()?);
        self.recent = Keys::new(self.are_integers());
        if self.runs.len() > MOST_RUNS {
            let mut writer = Writer::begin()?;
            let mut walk = self.walk()?;
            while let Some(key) = walk.next()? {
                writer.put(record(key, &mut room))?;
            }
            drop(walk);
            self.runs = vec![writer.finish()?];
        }
        Ok(())
    }

    /// The keys, ascending, each once.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn walk(&self) -> Result<Walk<'_>, SpillError> {
        self.check()?;
        let readers = self.runs.iter().map(Reader::begin).collect::<Result<_, _>>()?;
        Ok(Walk { recent: &self.recent, next: 0, readers, given: None })
    }

    /// Takes all keys that are in none of the others, and leaves the set empty.
    ///
    /// # Errors
    /// A file failed.
    pub fn take_missing_from(&mut self, others: &[&KeySet]) -> Result<KeySet, SpillError> {
        self.settle();
        let mut missing = KeySet::new(self.are_integers());
        let mut walk = self.walk()?;
        while let Some(key) = walk.next()? {
            if !others.iter().any(|other| other.contains(key)) {
                missing.note(key);
            }
        }
        drop(walk);
        missing.settle();
        for set in others.iter().copied().chain([&missing]) {
            set.check()?;
        }
        *self = KeySet::new(self.are_integers());
        Ok(missing)
    }

    /// Adds all keys of another set of the same kind.
    pub fn absorb(&mut self, other: &KeySet) {
        self.runs.extend(other.runs.iter().cloned());
        self.recent.absorb(&other.recent);
        if let Err(error) = other.check() {
            self.failed.replace(Some(error));
        }
    }
}

/// A key as it stands in a file.
fn record<'k>(key: KeyRef<'k>, room: &'k mut Vec<u8>) -> &'k [u8] {
    match key {
        KeyRef::Bytes(value) => value,
        KeyRef::Integer(_) => {
            room.clear();
            key.put(room);
            room
        }
    }
}

/// Goes through the keys of a set, ascending.
pub struct Walk<'k> {
    recent: &'k Keys,
    next: usize,
    readers: Vec<Reader>,
    /// Where the key that was given at last comes from: a reader, or memory behind them.
    given: Option<usize>,
}

impl Walk<'_> {
    fn head(&self, place: usize) -> Option<KeyRef<'_>> {
        match self.readers.get(place) {
            Some(reader) => Some(KeyRef::of(reader.peek()?, self.recent.are_integers())),
            None => self.recent.get(self.next),
        }
    }

    fn advance(&mut self, place: usize) -> Result<(), SpillError> {
        if let Some(reader) = self.readers.get_mut(place) {
            return reader.advance();
        }
        self.next += 1;
        Ok(())
    }

    /// # Errors
    /// A file cannot be read.
    #[allow(clippy::should_implement_trait, reason = "the key is borrowed from the walk")]
    pub fn next(&mut self) -> Result<Option<KeyRef<'_>>, SpillError> {
        if let Some(place) = self.given.take() {
            self.advance(place)?;
        }
        let memory = self.readers.len();
        let mut least = memory;
        for place in 0..memory {
            if let Some(head) = self.head(place)
                && self.head(least).is_none_or(|known| head < known)
            {
                least = place;
            }
        }
        for place in 0..=memory {
            if place != least && self.head(place).is_some() && self.head(place) == self.head(least)
            {
                self.advance(place)?;
            }
        }
        self.given = Some(least);
        Ok(self.head(least))
    }

    /// The next keys, `most` of them or fewer: an empty batch is the last.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn batch(&mut self, most: usize) -> Result<Keys, SpillError> {
        let mut keys = Keys::new(self.recent.are_integers());
        for _ in 0..most {
            let Some(key) = self.next()? else { break };
            keys.note(key);
        }
        keys.settle();
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn all(set: &KeySet) -> Vec<KeyRef<'static>> {
        let mut walk = set.walk().unwrap();
        let mut keys = Vec::new();
        while let Some(key) = walk.next().unwrap() {
            keys.push(match key {
                KeyRef::Integer(value) => KeyRef::Integer(value),
                KeyRef::Bytes(value) => KeyRef::Bytes(value.to_vec().leak()),
            });
        }
        keys
    }

    fn noted(values: &[u8], integers: bool) -> Vec<KeyRef<'_>> {
        let integer = |value: &u8| KeyRef::Integer(i64::from(*value) - 20);
        let bytes = |value| KeyRef::Bytes(std::slice::from_ref(value));
        values.iter().map(|value| if integers { integer(value) } else { bytes(value) }).collect()
    }

    proptest! {
        #[test]
        fn keys_in_files_and_in_memory_are_one_set(
            values in prop::collection::vec(0u8..40, 0..300),
            spilled in prop::collection::btree_set(0usize..300, 0..30),
            integers in any::<bool>(),
        ) {
            let keys = noted(&values, integers);
            let mut set = KeySet::new(integers);
            for (position, key) in keys.iter().enumerate() {
                set.note(*key);
                if spilled.contains(&position) {
                    set.spill();
                }
            }
            set.settle();
            let expected: BTreeSet<KeyRef<'_>> = keys.iter().copied().collect();
            prop_assert_eq!(all(&set), expected.iter().copied().collect::<Vec<_>>());
            for key in noted(&(0..40).collect::<Vec<_>>(), integers) {
                prop_assert_eq!(set.contains(key), expected.contains(&key));
            }
            let mut walk = set.walk().unwrap();
            let mut batches = Vec::new();
            loop {
                let batch = walk.batch(7).unwrap();
                if batch.is_empty() { break }
                batches.push(batch.len());
            }
            prop_assert_eq!(batches.iter().sum::<usize>(), expected.len());
            prop_assert!(batches.iter().rev().skip(1).all(|size| *size == 7));
        }

        #[test]
        fn missing_keys_are_taken_once(
            wanted in prop::collection::vec(0u8..40, 0..60),
            have in prop::collection::vec(0u8..40, 0..60),
            integers in any::<bool>(),
            spills in any::<bool>(),
        ) {
            let set = |values: &[u8]| {
                let mut set = KeySet::new(integers);
                for key in noted(values, integers) {
                    set.note(key);
                }
                if spills {
                    set.spill();
                }
                set.settle();
                set
            };
            let (mut wants, mut there) = (set(&wanted), set(&have));
            let missing = wants.take_missing_from(&[&there]).unwrap();
            let expected: BTreeSet<u8> =
                wanted.iter().copied().filter(|value| !have.contains(value)).collect();
            let expected: Vec<u8> = expected.into_iter().collect();
            prop_assert_eq!(all(&missing), noted(&expected, integers));
            prop_assert!(wants.is_empty());
            there.absorb(&missing);
            there.settle();
            let together: BTreeSet<u8> = wanted.iter().chain(&have).copied().collect();
            let together: Vec<u8> = together.into_iter().collect();
            prop_assert_eq!(all(&there), noted(&together, integers));
        }
    }
}
