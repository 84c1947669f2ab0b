//! Where an edited row is written: behind others, or in pieces if it is large.

use super::tuple;
use bytes::Bytes;

/// A value of more bytes than this is a separate piece.
const PIECE: usize = 64 * 1024;

/// Where a row is written.
pub(super) trait Out {
    /// What is appended to.
    fn open(&mut self) -> &mut Vec<u8>;

    /// Appends a value as it came.
    fn as_it_came(&mut self, value: &[u8]);

    /// Appends a field of a tuple that `fill` makes, if it says that it has made one.
    fn field<E>(&mut self, fill: impl FnOnce(&mut Vec<u8>) -> Result<bool, E>) -> Result<(), E>;
}

/// Behind other rows.
impl Out for Vec<u8> {
    fn open(&mut self) -> &mut Vec<u8> {
        self
    }

    fn as_it_came(&mut self, value: &[u8]) {
        self.extend_from_slice(value);
    }

    fn field<E>(&mut self, fill: impl FnOnce(&mut Vec<u8>) -> Result<bool, E>) -> Result<(), E> {
        let start = self.len();
        tuple::put_length(self, 0);
        let begun = self.len();
        if fill(self)? {
            let length = i32::try_from(self.len() - begun).unwrap_or(i32::MAX);
            self[start..begun].copy_from_slice(&length.to_be_bytes());
        } else {
            self.truncate(start);
        }
        Ok(())
    }
}

/// A row in pieces. Large values that stay as they came are parts of the message: no copy is made.
pub(super) struct Pieces<'a> {
    message: &'a Bytes,
    done: Vec<Bytes>,
    open: Vec<u8>,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(message: &'a Bytes) -> Self {
        Pieces { message, done: Vec::new(), open: Vec::new() }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.done.push(std::mem::take(&mut self.open).into());
        }
    }

    pub(super) fn end(mut self) -> Vec<Bytes> {
        self.close();
        self.done
    }
}

impl Out for Pieces<'_> {
    fn open(&mut self) -> &mut Vec<u8> {
        &mut self.open
    }

    fn as_it_came(&mut self, value: &[u8]) {
        let within = self.message.as_ptr_range();
        let range = value.as_ptr_range();
        if value.len() > PIECE && within.start <= range.start && range.end <= within.end {
            self.close();
            self.done.push(self.message.slice_ref(value));
        } else {
            self.open.extend_from_slice(value);
        }
    }

    fn field<E>(&mut self, fill: impl FnOnce(&mut Vec<u8>) -> Result<bool, E>) -> Result<(), E> {
        let mut value = Vec::new();
        if fill(&mut value)? {
            tuple::put_length(&mut self.open, value.len());
            if value.len() > PIECE {
                self.close();
                self.done.push(value.into());
            } else {
                self.open.extend_from_slice(&value);
            }
        }
        Ok(())
    }
}
