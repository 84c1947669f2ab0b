//! Progress: bars on a terminal; in a log a line a table, and a heartbeat.

/// Where the load tells what it does. All of it goes to standard error.
#[derive(Debug, Default)]
pub struct Progress {}

impl Progress {
    /// A line that stands alone.
    pub fn line(&self, text: &str) {
        eprintln!("{text}");
    }
}
