//! The rows of an answer.

use crate::subset::rows::Address;

/// A row of an answer.
pub(super) struct Answer<'a> {
    pub(super) address: Address,
    /// The layout's values, and the rank where it was asked for.
    pub(super) values: &'a [Option<&'a [u8]>],
    /// Of an early row: all fields of the tuple behind the address.
    pub(super) row: Option<Fields<'a>>,
}

/// Fields of a tuple of binary COPY.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    pub(super) count: usize,
    pub(super) bytes: &'a [u8],
}
