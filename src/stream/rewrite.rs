//! Rewriting the values of a column.

use std::fmt;

/// Rewrites the values of one column, a value at a time.
pub trait Rewrite: fmt::Debug {
    /// Appends what becomes of a value that is not NULL. Both are as the rows travel; in the text
    /// format they are without the escapes of COPY.
    ///
    /// # Errors
    /// If nothing can take the value's place.
    fn rewrite(&self, value: &[u8], out: &mut Vec<u8>) -> Result<Rewritten, NotRewritten>;

    /// The column of the row that the result depends on, too, by its place among the written ones.
    fn beside(&self) -> Option<usize> {
        None
    }

    /// The same, with the value of that column, which may be NULL.
    ///
    /// # Errors
    /// If nothing can take the value's place.
    fn rewrite_beside(
        &self,
        _beside: Option<&[u8]>,
        value: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<Rewritten, NotRewritten> {
        self.rewrite(value, out)
    }
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewritten {
    /// The value stays, and nothing was appended.
    Kept,
    /// What was appended takes its place.
    Changed,
    Null,
}

/// Nothing can take the value's place. The reason never holds the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRewritten(pub String);
