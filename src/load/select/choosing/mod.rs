//! Choosing: table after table, the rows that the subset has before foreign keys pull in more.

pub(crate) mod accept;
pub(crate) mod base;
pub(crate) mod candidates;
pub(crate) mod child_batches;
pub(crate) mod coverage;
pub(crate) mod covering;
pub(crate) mod overflow;
pub(crate) mod parents;
pub(crate) mod self_references;
pub(crate) mod supply;
pub(crate) mod waiting;
