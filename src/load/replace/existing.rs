//! What may become of a target that is not empty.

/// What the caller allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Existing {
    /// `--replace`: the set-up that our record describes is swapped for a fresh one.
    pub replace: bool,
    /// `[target] existing = "replace"`: so are objects that the record does not list.
    pub others: bool,
    /// This is a review app: without a record, `others` holds for what the app's own processes
    /// created.
    pub review_app: bool,
}

/// Rows in all tables that the app's own processes created, at most.
pub(super) const MOST_ROWS: i64 = 10_000;

/// Bytes of these tables, with their indexes, at most.
pub(super) const MOST_BYTES: u64 = 100_000_000;
