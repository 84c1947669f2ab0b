//! Travelling: early rows, from the answer in which they came to the writer.

pub(crate) mod early;
pub(crate) mod held;
pub(crate) mod outlet;
pub(crate) mod row_values;
