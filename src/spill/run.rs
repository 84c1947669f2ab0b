//! Records in order, in one file.

use super::error::SpillError;
use super::file::{Place, Sealed};
use std::cell::RefCell;
use std::rc::Rc;

/// Bytes of a block, but for its last record.
const BLOCK: usize = if cfg!(test) { 64 } else { 1 << 15 };

/// A record's length stands before it.
const LENGTH: usize = 4;

/// Records in ascending order.
#[derive(Debug)]
pub struct Run {
    file: Sealed,
    /// The first record of each block, and where the block is.
    blocks: Vec<(Box<[u8]>, Place)>,
    count: usize,
    /// The block that was asked for at last: who asks in order reads each block once.
    asked: RefCell<Block>,
}

/// A block in memory, read up to some record.
#[derive(Debug, Default)]
struct Block {
    number: Option<usize>,
    data: Vec<u8>,
    at: usize,
}

impl Block {
    /// The record here.
    fn record(&self) -> Option<&[u8]> {
        let (length, rest) = self.data.get(self.at..)?.split_first_chunk::<LENGTH>()?;
        rest.get(..u32::from_le_bytes(*length) as usize)
    }

    fn advance(&mut self) {
        self.at += self.record().map_or(0, |record| LENGTH + record.len());
    }

    fn load(&mut self, run: &Run, number: usize) -> Result<(), SpillError> {
        (self.number, self.at) = (None, 0);
        self.data.clear();
        if let Some((_, place)) = run.blocks.get(number) {
            run.file.read(*place, &mut self.data)?;
            self.number = Some(number);
        }
        Ok(())
    }

    /// Goes to the first record that is not below this one.
    fn seek(&mut self, run: &Run, record: &[u8]) -> Result<(), SpillError> {
        let first = |(first, _): &(Box<[u8]>, Place)| **first <= *record;
        let number = run.blocks.partition_point(first).saturating_sub(1);
        if self.number != Some(number) {
            self.load(run, number)?;
        } else if self.record().is_none_or(|here| here > record) {
            self.at = 0;
        }
        while self.record().is_some_and(|here| here < record) {
            self.advance();
        }
        Ok(())
    }
}

impl Run {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// # Errors
    /// The file cannot be read.
    pub fn contains(&self, record: &[u8]) -> Result<bool, SpillError> {
        let mut block = self.asked.borrow_mut();
        block.seek(self, record)?;
        Ok(block.record() == Some(record))
    }
}

/// Writes a run.
pub struct Writer {
    run: Run,
    block: Vec<u8>,
    first: Option<Box<[u8]>>,
}

impl Writer {
    /// # Errors
    /// The file cannot be made.
    pub fn begin() -> Result<Self, SpillError> {
        let run =
            Run { file: Sealed::make()?, blocks: Vec::new(), count: 0, asked: RefCell::default() };
        Ok(Writer { run, block: Vec::new(), first: None })
    }

    /// Appends a record that is not below the one before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put(&mut self, record: &[u8]) -> Result<(), SpillError> {
        if self.first.is_none() {
            self.first = Some(record.into());
        }
        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
        self.block.extend_from_slice(&length.to_le_bytes());
        self.block.extend_from_slice(record);
        self.run.count += 1;
        if self.block.len() >= BLOCK { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> Result<(), SpillError> {
        if let Some(first) = self.first.take() {
            let place = self.run.file.append(&mut self.block)?;
            self.block.clear();
            self.run.blocks.push((first, place));
        }
        Ok(())
    }

    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> Result<Rc<Run>, SpillError> {
        self.close_block()?;
        Ok(Rc::new(self.run))
    }
}

/// Reads a run in order.
#[derive(Debug)]
pub struct Reader {
    run: Rc<Run>,
    block: Block,
}

impl Reader {
    /// # Errors
    /// The file cannot be read.
    pub fn begin(run: &Rc<Run>) -> Result<Self, SpillError> {
        let mut block = Block::default();
        block.load(run, 0)?;
        Ok(Reader { run: Rc::clone(run), block })
    }

    /// The next record; `None`: all were read.
    #[must_use]
    pub fn peek(&self) -> Option<&[u8]> {
        self.block.record()
    }

    /// # Errors
    /// The file cannot be read.
    pub fn advance(&mut self) -> Result<(), SpillError> {
        self.block.advance();
        if self.block.record().is_none()
            && let Some(number) = self.block.number
        {
            self.block.load(&self.run, number + 1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_run_gives_its_records_in_order_and_knows_each(
            records in prop::collection::btree_set(prop::collection::vec(0u8..4, 0..6), 0..80),
            asked in prop::collection::vec(prop::collection::vec(0u8..4, 0..6), 0..40),
        ) {
            let mut writer = Writer::begin().unwrap();
            for record in &records {
                writer.put(record).unwrap();
            }
            let run = writer.finish().unwrap();
            prop_assert_eq!(run.len(), records.len());
            let mut reader = Reader::begin(&run).unwrap();
            let mut read = BTreeSet::new();
            while let Some(record) = reader.peek() {
                prop_assert!(read.last() < Some(&record.to_vec()));
                read.insert(record.to_vec());
                reader.advance().unwrap();
            }
            prop_assert_eq!(&read, &records);
            for record in asked.iter().chain(&records) {
                prop_assert_eq!(run.contains(record).unwrap(), records.contains(record));
            }
        }
    }
}
