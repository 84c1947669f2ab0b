//! Binary COPY: walking its tuples, and pumping rows from source to target.

pub mod chunk;
pub mod edit;
pub mod error;
pub mod format;
pub mod pump;
pub mod tuple;
