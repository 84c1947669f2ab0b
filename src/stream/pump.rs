//! Pumping one table's rows from the source to the target.
//!
//! One COPY on the target takes the answers of several on the source. Rows are batched before they
//! are fed: a flush a row would cost twelve times the whole job's CPU. A large row goes on in pieces
//! of the message in which it came, so that it is in memory once.

use super::chunk::Chunk;
use super::edit::{Edited, Edits};
use super::error::PumpError;
use super::format::Format;
use super::text;
use super::tuple::{self, Messages, SIGNATURE, TupleError};
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _};
use std::pin::Pin;
use tokio_postgres::{CopyInSink, CopyOutStream};

/// Bytes in one message to the target.
pub const BATCH: usize = 64 * 1024;

/// A row of more bytes than this is not gathered with others.
const LARGE: usize = 4 * BATCH;

/// The way into one table of the target.
pub struct Pump {
    sink: Pin<Box<CopyInSink<Bytes>>>,
    edits: Edits,
    /// Nothing but values is changed, each for itself.
    only_rewrites: bool,
    batch: BytesMut,
    begun: bool,
    /// Each row ends with a hash, an int8: it is added up and not written.
    hashed: bool,
    taken: Taken,
    /// An edited row on its way into the batch.
    edited: Vec<u8>,
}

/// What went into a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub rows: u64,
    /// As they travelled.
    pub bytes: u64,
    /// Rows that an edit changed.
    pub changed: u64,
    /// Rows that an edit removed. They are not among `rows`.
    pub removed: u64,
    /// By column, how many values were rewritten.
    pub rewritten: Vec<u64>,
    /// The sum of the rows' hashes, where they have one.
    pub hashes: i128,
}

impl Pump {
    #[must_use]
    pub fn new(sink: CopyInSink<Bytes>, edits: Edits) -> Self {
        Pump {
            sink: Box::pin(sink),
            only_rewrites: edits.only_rewrite(),
            edits,
            batch: BytesMut::with_capacity(BATCH),
            begun: false,
            hashed: false,
            taken: Taken::default(),
            edited: Vec::new(),
        }
    }

    /// Each row of the answers ends with a hash, an int8, which the target does not get.
    #[must_use]
    pub fn with_hashes(self, hashed: bool) -> Self {
        Pump { hashed, ..self }
    }

    /// Takes all rows of one answer.
    ///
    /// # Errors
    /// Either side's; or where the answer is not binary COPY.
    pub async fn take(&mut self, answer: CopyOutStream) -> Result<(), PumpError> {
        let mut answer = std::pin::pin!(answer);
        let mut messages = Messages::default();
        while let Some(message) = answer.next().await {
            let mut message = message.map_err(PumpError::Source)?;
            if self.edits.format() == Format::Binary {
                let start = messages.header(&message)?;
                message.advance(start.min(message.len()));
            }
            self.take_message(message).await?;
        }
        Ok(())
    }

    async fn take_message(&mut self, message: Bytes) -> Result<(), PumpError> {
        if message.len() > LARGE {
            return self.take_large(&message).await;
        }
        match self.edits.format() {
            Format::Binary => self.take_tuples(&message)?,
            Format::Text => self.take_line(&message)?,
        }
        if self.batch.len() >= BATCH {
            self.feed().await?;
        }
        Ok(())
    }

    /// Takes one large row.
    async fn take_large(&mut self, message: &Bytes) -> Result<(), PumpError> {
        self.begin();
        let Pump { edits, hashed, taken, .. } = self;
        let pieces = if edits.is_empty() && !*hashed {
            taken.rows += 1;
            vec![message.clone()]
        } else {
            let mut fields = Vec::new();
            let mut rest = &message[..];
            match edits.format() {
                Format::Binary if tuple::take(&mut rest, &mut fields)? && rest.is_empty() => {}
                Format::Binary => return Err(TupleError::Truncated.into()),
                Format::Text => fields = text::fields_of(message),
            }
            let hash = take_hash(*hashed, edits.format(), &mut fields);
            if !taken.count(edits.edit(&mut fields)) {
                return Ok(());
            }
            taken.hashes += hash;
            edits.pieces(&fields, message, &mut taken.rewritten)?
        };
        if !self.batch.is_empty() {
            self.feed().await?;
        }
        for mut piece in pieces {
            while !piece.is_empty() {
                let next = piece.split_to(piece.len().min(BATCH));
                self.send(next).await?;
            }
        }
        Ok(())
    }

    /// Takes rows that came in other ways: about a [`BATCH`] of tuples of binary COPY.
    ///
    /// # Errors
    /// The target's; or where these are not tuples.
    pub async fn put(&mut self, rows: u64, tuples: BytesMut) -> Result<(), PumpError> {
        if !self.edits.is_empty() || self.hashed {
            self.take_tuples(&tuples)?;
            return if self.batch.len() >= BATCH { self.feed().await } else { Ok(()) };
        }
        self.begin();
        self.taken.rows += rows;
        if !self.batch.is_empty() {
            self.feed().await?;
        }
        self.batch = tuples;
        self.feed().await
    }

    /// Takes rows that were looked at.
    ///
    /// # Errors
    /// The target's; or where these are not rows.
    pub async fn take_chunk(&mut self, chunk: &Chunk) -> Result<(), PumpError> {
        for message in chunk.messages() {
            self.take_message(message.clone()).await?;
        }
        Ok(())
    }

    fn begin(&mut self) {
        if !self.begun && self.edits.format() == Format::Binary {
            self.begun = true;
            self.batch.extend_from_slice(SIGNATURE);
            self.batch.extend_from_slice(&[0; 8]);
        }
    }

    fn take_tuples(&mut self, message: &[u8]) -> Result<(), PumpError> {
        self.begin();
        let mut rest = message;
        let Pump { edits, only_rewrites, batch, hashed, taken, edited: out, .. } = self;
        if edits.is_empty() && !*hashed {
            // a message is a tuple, or the end of the answer: no need to look inside
            if rest != [0xff, 0xff] && !rest.is_empty() {
                taken.rows += 1;
                batch.extend_from_slice(rest);
            }
            return Ok(());
        }
        if *only_rewrites && !*hashed {
            loop {
                out.clear();
                if !edits.put_tuple(&mut rest, out, &mut taken.rewritten)? {
                    return Ok(());
                }
                taken.rows += 1;
                batch.extend_from_slice(out);
            }
        }
        let mut fields = Vec::new();
        while tuple::take(&mut rest, &mut fields)? {
            let hash = take_hash(*hashed, Format::Binary, &mut fields);
            if taken.count(edits.edit(&mut fields)) {
                taken.hashes += hash;
                out.clear();
                edits.put(&fields, out, &mut taken.rewritten)?;
                batch.extend_from_slice(out);
            }
        }
        Ok(())
    }

    /// A message is a line.
    fn take_line(&mut self, line: &[u8]) -> Result<(), PumpError> {
        let Pump { edits, batch, hashed, taken, .. } = self;
        if edits.is_empty() && !*hashed {
            taken.rows += 1;
            batch.extend_from_slice(line);
            return Ok(());
        }
        let mut fields = text::fields_of(line);
        let hash = take_hash(*hashed, Format::Text, &mut fields);
        if taken.count(edits.edit(&mut fields)) {
            taken.hashes += hash;
            let mut out = Vec::with_capacity(line.len());
            edits.put(&fields, &mut out, &mut taken.rewritten)?;
            batch.extend_from_slice(&out);
        }
        Ok(())
    }

    async fn feed(&mut self) -> Result<(), PumpError> {
        let batch = std::mem::replace(&mut self.batch, BytesMut::with_capacity(BATCH + BATCH / 4));
        self.send(batch.freeze()).await
    }

    async fn send(&mut self, bytes: Bytes) -> Result<(), PumpError> {
        self.taken.bytes += bytes.len() as u64;
        match self.sink.feed(bytes).await {
            Ok(()) => Ok(()),
            // the reason comes with the end of the COPY
            Err(error) => Err(self.sink.as_mut().finish().await.err().unwrap_or(error)),
        }
        .map_err(PumpError::Target)
    }

    /// Ends the COPY, and returns what went into the table.
    ///
    /// # Errors
    /// The target's.
    pub async fn finish(mut self) -> Result<Taken, PumpError> {
        self.begin();
        if self.edits.format() == Format::Binary {
            self.batch.extend_from_slice(&[0xff, 0xff]);
        }
        self.feed().await?;
        let rows = self.sink.as_mut().finish().await.map_err(PumpError::Target)?;
        debug_assert_eq!(rows, self.taken.rows);
        Ok(Taken { rows, ..self.taken })
    }
}

/// Takes the hash off the end of a row that has one.
fn take_hash(hashed: bool, format: Format, fields: &mut Vec<Option<&[u8]>>) -> i128 {
    let Some(hash) = hashed.then(|| fields.pop().flatten()).flatten() else { return 0 };
    let hash = match format {
        Format::Binary => hash.try_into().ok().map(|hash| i64::from_be_bytes(hash).into()),
        Format::Text => str::from_utf8(hash).ok().and_then(|hash| hash.parse().ok()),
    };
    hash.unwrap_or_default()
}

impl Taken {
    /// Adds what went into the same table in another COPY.
    pub fn add(&mut self, more: &Taken) {
        self.rows += more.rows;
        self.bytes += more.bytes;
        self.changed += more.changed;
        self.removed += more.removed;
        let columns = self.rewritten.len().max(more.rewritten.len());
        self.rewritten.resize(columns, 0);
        for (all, more) in self.rewritten.iter_mut().zip(&more.rewritten) {
            *all += more;
        }
    }

    /// Counts a row; returns whether it goes to the target.
    fn count(&mut self, edited: Edited) -> bool {
        match edited {
            Edited::Removed => self.removed += 1,
            Edited::Changed => self.changed += 1,
            Edited::Unchanged => {}
        }
        let goes = edited != Edited::Removed;
        self.rows += u64::from(goes);
        goes
    }
}
