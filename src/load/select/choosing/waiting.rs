//! Rows in files, in the order in which a choice takes them: they come back some at a time.

use crate::load::select::choosing::candidates::Candidates;
use crate::spill::memory::at_most;
use crate::spill::{Reader, Sorted, SpillError, Writer};
use crate::subset::choice::Rest;
use crate::subset::choice::children::Candidate;
use crate::subset::rows::Address;

/// How many rows come back at a time.
const PIECE: usize = if cfg!(test) { 7 } else { 1 << 17 };

/// Rows by the fractions at which their parents are chosen, then by their worth.
pub(crate) struct Waiting {
    rows: Stream,
    /// How many rows have the last fraction.
    of_the_last: usize,
    count: usize,
}

/// Rows in order.
enum Stream {
    Sorted(Box<Sorted>),
    Run(Box<Reader>),
}

impl Stream {
    fn peek(&self) -> Option<&[u8]> {
        match self {
            Stream::Sorted(rows) => rows.peek(),
            Stream::Run(rows) => rows.peek(),
        }
    }

    fn advance(&mut self) -> Result<(), SpillError> {
        match self {
            Stream::Sorted(rows) => rows.advance(),
            Stream::Run(rows) => rows.advance(),
        }
    }
}

/// The first rows that wait.
pub(crate) struct Piece {
    pub(crate) found: Candidates,
    /// The fraction of the last of these rows, and the other rows that have it.
    pub(crate) open: Option<(f64, Waiting)>,
}

impl Waiting {
    /// Of records that have the fraction (its bits), the turn, the rank, the address and the parent in
    /// front, and the row's values behind them.
    pub(super) fn new(rows: Sorted, of_the_last: usize, count: usize) -> Self {
        Waiting { rows: Stream::Sorted(Box::new(rows)), of_the_last, count }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn peek(&self) -> Option<(Candidate, &[u8])> {
        let (front, values) = self.rows.peek()?.split_first_chunk::<40>()?;
        let [since, turn, rank, address, parent] = numbers(front);
        let row = Candidate {
            address: Address::from_bits(address),
            parent,
            turn: u32::try_from(turn).unwrap_or(u32::MAX),
            rank,
            since: f64::from_bits(since),
            values: 0,
        };
        Some((row, values))
    }

    fn advance(&mut self) -> Result<(), SpillError> {
        self.count = self.count.saturating_sub(1);
        self.rows.advance()
    }

    /// The next rows.
    pub(crate) fn take(&mut self) -> Result<Candidates, SpillError> {
        let mut found = Candidates::default();
        while let Some((row, values)) = self.peek().filter(|_| found.rows.len() < at_most(PIECE)) {
            found.add_written(row, values);
            self.advance()?;
        }
        Ok(found)
    }

    /// The next rows, and what waits behind them. If very many rows have the last one's fraction, the
    /// rows of later fractions do not wait for these.
    pub(crate) fn piece(mut self) -> Result<(Piece, Option<Waiting>), SpillError> {
        let found = self.take()?;
        let last = found.rows.last().map_or(0, |row| row.since.to_bits());
        let goes_on = |waiting: &Waiting| waiting.since().is_some_and(|at| at.to_bits() == last);
        if !goes_on(&self) {
            let waiting = (!self.is_empty()).then_some(self);
            return Ok((Piece { found, open: None }, waiting));
        }
        let since = f64::from_bits(last);
        if self.count <= self.of_the_last {
            return Ok((Piece { found, open: Some((since, self)) }, None));
        }
        let (mut writer, mut count) = (Writer::begin()?, 0);
        while goes_on(&self) {
            writer.put(self.rows.peek().unwrap_or_default())?;
            count += 1;
            self.advance()?;
        }
        let rows = Stream::Run(Box::new(Reader::begin(&writer.finish()?)?));
        let others = Waiting { rows, of_the_last: count, count };
        let waiting = (!self.is_empty()).then_some(self);
        Ok((Piece { found, open: Some((since, others)) }, waiting))
    }

    /// The fraction at which the parent of the next row is chosen.
    pub(crate) fn since(&self) -> Option<f64> {
        Some(self.peek()?.0.since)
    }

    /// The worth of the next row.
    pub(crate) fn rest(&self) -> Option<Rest> {
        let (row, _) = self.peek()?;
        Some((row.turn, row.rank, row.address))
    }
}

/// Appends numbers, eight bytes each.
pub(super) fn append(numbers: &[u64], record: &mut Vec<u8>) {
    for number in numbers {
        record.extend_from_slice(&number.to_be_bytes());
    }
}

/// What was appended.
pub(super) fn numbers<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(8)) {
        *number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    }
    numbers
}
