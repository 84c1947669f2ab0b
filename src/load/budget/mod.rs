//! The byte budget: the largest part of the rows that fits is found before anything is copied, and
//! what the load took is measured before the COMMIT.

mod correction;
mod estimate;
mod fitting;
mod search;
mod sizing;
mod too_large;
mod verdict;

pub(super) use estimate::EMPTY_DATABASE;
pub(super) use fitting::Fitting;
pub(super) use search::Fit;
pub(super) use verdict::Verdict;
