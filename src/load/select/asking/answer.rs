//! The rows of an answer.

use crate::subset::rows::Address;

/// A row of an answer.
pub(crate) struct Answer<'a> {
    pub(crate) address: Address,
    /// The layout's values, and the rank where it was asked for.
    pub(crate) values: &'a [Option<&'a [u8]>],
    /// Of an early row: all fields of the tuple behind the address.
    pub(crate) row: Option<Fields<'a>>,
}

/// Fields of a tuple of binary COPY.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) count: usize,
    pub(crate) bytes: &'a [u8],
}
