//! The schema: `pg_dump` writes it, we read its archive's table of contents and choose from it.
//!
//! The archive gives typed entries with exact statement boundaries. Plain SQL would have to be
//! filtered by line, which function bodies make impossible to do right.

pub mod archive;
mod dump;
mod dumping;
mod filter;
mod words;

pub use dump::{DumpError, PgDump};
pub use dumping::Dumping;
pub use filter::{Schema, Statement, choose};
