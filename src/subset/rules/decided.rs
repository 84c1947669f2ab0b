//! What decides how many rows of a table come.

/// Later wishes look at it: some do not change what was decided before. People read
/// [`Reason`](super::rule::Reason).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// The fraction of the load, given or found for a budget.
    Fraction,
    /// Its size: a budget copies small tables whole.
    Size,
    /// The configuration or the command line names the table.
    Wish,
    /// The configuration or the command line names others, and not this table.
    NotIncluded,
    /// A migration tool keeps its state there.
    MigrationTool,
    /// It looks like a migration tool's table.
    Guess,
    /// Its rows would act in a review app, or need rows that would.
    Harmless,
    /// It has no rows that could be read.
    Unreadable,
}
