//! Binary COPY: walking its tuples, and pumping rows from source to target.

pub mod chunk;
pub mod edit;
pub mod error;
pub mod format;
mod pieces;
pub mod pump;
mod rewrite;
mod row;
pub mod text;
pub mod tuple;
