//! What people read: progress while it runs, and the result.

mod progress;

pub use progress::Progress;
