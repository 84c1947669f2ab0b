//! Binary COPY: walking its tuples, and pumping rows from source to target.

pub mod edit;
pub mod format;
pub mod pump;
pub mod tuple;
