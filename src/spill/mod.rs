//! Records that do not fit into memory, in files.
//!
//! A file holds a run: records of bytes, ascending, cut into blocks. It has no name any more once it
//! is there, so that nothing is left of it when the process ends. Each block is encrypted with a key
//! that only this process has. A run is read in order, or asked for one record.

mod error;
mod file;
pub mod memory;
mod run;
mod sorter;

pub use error::SpillError;
pub use run::{Reader, Run, Writer};
pub use sorter::{Sorted, Sorter};
