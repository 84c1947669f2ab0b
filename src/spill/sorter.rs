//! Records in any order, put into order: in memory as far as they fit, in files beyond.

use super::error::SpillError;
use super::memory::at_most;
use super::run::{Reader, Run, Writer};
use std::rc::Rc;

/// Bytes of records that are sorted in memory.
const MOST: usize = if cfg!(test) { 256 } else { 24 << 20 };

/// How many runs are merged together.
const MOST_RUNS: usize = 16;

/// Takes records.
#[derive(Default)]
pub struct Sorter {
    data: Vec<u8>,
    /// Where each record is: its start and its end.
    places: Vec<(u32, u32)>,
    runs: Vec<Rc<Run>>,
    count: usize,
}

impl Sorter {
    /// How many records were given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// # Errors
    /// A file cannot be written.
    pub fn put(&mut self, record: &[u8]) -> Result<(), SpillError> {
        if self.data.len() + self.places.len() * size_of::<(u32, u32)>() + record.len()
            > at_most(MOST)
        {
            self.write()?;
        }
        let place = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let start = place(self.data.len());
        self.data.extend_from_slice(record);
        self.places.push((start, place(self.data.len())));
        self.count += 1;
        Ok(())
    }

    fn sort(&mut self) {
        let Sorter { data, places, .. } = self;
        places.sort_unstable_by(|one, other| record(data, *one).cmp(record(data, *other)));
    }

    fn write(&mut self) -> Result<(), SpillError> {
        if self.places.is_empty() {
            return Ok(());
        }
        self.sort();
        let mut writer = Writer::begin()?;
        for place in &self.places {
            writer.put(record(&self.data, *place))?;
        }
        self.runs.push(writer.finish()?);
        self.data.clear();
        self.places.clear();
        if self.runs.len() >= MOST_RUNS {
            let mut merged = Sorted::of(&std::mem::take(&mut self.runs))?;
            let mut writer = Writer::begin()?;
            while let Some(record) = merged.peek() {
                writer.put(record)?;
                merged.advance()?;
            }
            self.runs.push(writer.finish()?);
        }
        Ok(())
    }

    /// The records, ascending.
    ///
    /// # Errors
    /// A file cannot be written or read.
    pub fn finish(mut self) -> Result<Sorted, SpillError> {
        if self.runs.is_empty() {
            self.sort();
        } else {
            self.write()?;
            (self.data, self.places) = (Vec::new(), Vec::new());
        }
        let mut sorted = Sorted::of(&std::mem::take(&mut self.runs))?;
        sorted.count = self.count;
        sorted.memory = self;
        sorted.find();
        Ok(sorted)
    }
}

fn record(data: &[u8], (start, end): (u32, u32)) -> &[u8] {
    &data[start as usize..end as usize]
}

/// Records in ascending order. They are in memory, or in runs.
pub struct Sorted {
    memory: Sorter,
    next: usize,
    readers: Vec<Reader>,
    /// The reader of the next record.
    least: Option<usize>,
    /// How many records are still to come.
    count: usize,
}

impl Sorted {
    fn of(runs: &[Rc<Run>]) -> Result<Self, SpillError> {
        let count = runs.iter().map(|run| run.len()).sum();
        let readers = runs.iter().map(Reader::begin).collect::<Result<_, _>>()?;
        let mut sorted = Sorted { memory: Sorter::default(), next: 0, readers, least: None, count };
        sorted.find();
        Ok(sorted)
    }

    fn find(&mut self) {
        let heads = self.readers.iter().enumerate();
        let heads = heads.filter_map(|(number, reader)| Some((reader.peek()?, number)));
        self.least = heads.min().map(|(_, number)| number);
    }

    /// How many records are still to come.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The next record; `None`: all were read.
    #[must_use]
    pub fn peek(&self) -> Option<&[u8]> {
        match self.least {
            Some(number) => self.readers[number].peek(),
            None => {
                self.memory.places.get(self.next).map(|place| record(&self.memory.data, *place))
            }
        }
    }

    /// # Errors
    /// A file cannot be read.
    pub fn advance(&mut self) -> Result<(), SpillError> {
        self.count = self.count.saturating_sub(1);
        match self.least {
            Some(number) => {
                self.readers[number].advance()?;
                self.find();
            }
            None => self.next += 1,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn records_come_back_in_order_however_many_there_are(
            mut records in prop::collection::vec(prop::collection::vec(0u8..9, 0..20), 0..900),
        ) {
            let mut sorter = Sorter::default();
            for record in &records {
                sorter.put(record).unwrap();
            }
            prop_assert_eq!(sorter.len(), records.len());
            let mut sorted = sorter.finish().unwrap();
            prop_assert_eq!(sorted.len(), records.len());
            let mut back = Vec::new();
            while let Some(record) = sorted.peek() {
                back.push(record.to_vec());
                sorted.advance().unwrap();
            }
            records.sort();
            prop_assert_eq!(back, records);
            prop_assert!(sorted.is_empty());
        }
    }
}
