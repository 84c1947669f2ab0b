//! Some rows of an answer, held until they were looked at.

use super::error::PumpError;
use super::format::Format;
use super::tuple::{self, Messages, TupleError};
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::pin::Pin;
use tokio_postgres::CopyOutStream;

/// Rows, as they came.
pub struct Chunk {
    format: Format,
    /// Each is a row, or the end of the answer.
    messages: Vec<Bytes>,
}

/// An answer in chunks.
pub struct Chunks {
    answer: Pin<Box<CopyOutStream>>,
    format: Format,
    messages: Messages,
    /// The answer has ended: it may not be asked again.
    ended: bool,
}

impl Chunks {
    #[must_use]
    pub fn of(answer: CopyOutStream, format: Format) -> Self {
        Chunks { answer: Box::pin(answer), format, messages: Messages::default(), ended: false }
    }

    /// The next rows, of about this many bytes; `None` at the end.
    ///
    /// # Errors
    /// The source's.
    pub async fn next(&mut self, size: usize) -> Result<Option<Chunk>, PumpError> {
        let mut chunk = Chunk { format: self.format, messages: Vec::new() };
        let mut held = 0;
        while held < size && !self.ended {
            let Some(message) = self.answer.next().await else {
                self.ended = true;
                break;
            };
            let mut message = message.map_err(PumpError::Source)?;
            if self.format == Format::Binary {
                let start = self.messages.header(&message)?;
                message = message.slice(start.min(message.len())..);
            }
            held += message.len();
            chunk.messages.push(message);
        }
        Ok((!chunk.messages.is_empty()).then_some(chunk))
    }
}

impl Chunk {
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    pub(super) fn messages(&self) -> &[Bytes] {
        &self.messages
    }

    /// The fields of each row; in the text format without their escapes.
    ///
    /// # Errors
    /// Where these are not tuples.
    pub fn each(&self, mut look: impl FnMut(&[Option<&[u8]>])) -> Result<(), TupleError> {
        for message in &self.messages {
            match self.format {
                Format::Binary => {
                    let mut rest = &message[..];
                    let mut fields = Vec::new();
                    while tuple::take(&mut rest, &mut fields)? {
                        look(&fields);
                    }
                }
                Format::Text => {
                    let fields = super::text::fields_of(message);
                    let fields: Vec<Option<Vec<u8>>> =
                        fields.into_iter().map(|field| field.map(super::text::unescaped)).collect();
                    let fields: Vec<Option<&[u8]>> = fields.iter().map(Option::as_deref).collect();
                    look(&fields);
                }
            }
        }
        Ok(())
    }
}
