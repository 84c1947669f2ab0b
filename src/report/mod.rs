//! What people read: progress while it runs, and the result.

mod numbers;
mod progress;
mod result;

pub use numbers::{bytes, grouped};
pub use progress::Progress;
pub use result::{Report, TableReport};
