//! What a review app gets instead of personal data and secrets.
//!
//! [`Mask`] names what becomes of a column's values. This room decides and computes, and holds no
//! socket: `load` asks the source for samples, and `stream` carries the masked rows.

pub mod classify;
#[cfg(test)]
mod decided;
pub mod decisions;
pub mod language;
pub mod values;

pub use crate::config::{Mask, UnknownMask};
