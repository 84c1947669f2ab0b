//! The schema: `pg_dump` writes it, we read its archive's table of contents and choose from it.
//!
//! The archive gives typed entries with exact statement boundaries. Plain SQL would have to be
//! filtered by line, which function bodies make impossible to do right.

pub mod archive;
mod client;
mod dump;
mod dumping;
mod exceptions;
mod excluded;
mod filter;
mod older;
mod output;
mod policies;
pub mod restore;
mod words;

pub use archive::{Entry, ObjectId};
pub use client::{ClientError, NEWEST, version};
pub use dump::{DumpError, PgDump};
pub use dumping::Dumping;
pub use exceptions::{Exceptions, Why};
pub use excluded::{Excluded, without};
pub use filter::{Kind, OTHER_SERVER, Schema, Statement, choose};
