//! The question to a framework: are migrations pending?

/// A question that a framework answers without running a migration. Where a database has never seen
/// the framework, some of them make their empty table first (Knex, node-pg-migrate).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingCheck {
    /// Exit code 0: nothing is pending. One of `pending`: something is. Any other: not known.
    ExitCode { command: String, pending: &'static [i32] },
    /// The command succeeds and prints one of `pending` where something is, on either stream.
    /// Where `settled` is not empty, one of its texts must be there to say that nothing is.
    Output { command: String, pending: &'static [&'static str], settled: &'static [&'static str] },
    /// Both commands print a revision a line, as the line's first word (other lines have none).
    /// Nothing is pending where every head is among the current ones.
    Revisions { current: String, heads: String },
    /// The framework has no such question: treat it as pending.
    Unknown { why: &'static str },
}

/// What the answer of a [`PendingCheck::Output`] means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Pending,
    Settled,
    Unknown,
}

impl PendingCheck {
    /// Reads the output of a [`PendingCheck::Output`]'s command that succeeded.
    #[must_use]
    pub fn read_output(output: &str, pending: &[&'static str], settled: &[&'static str]) -> Answer {
        if settled.iter().any(|text| output.contains(text)) {
            Answer::Settled
        } else if pending.iter().any(|text| output.contains(text)) {
            Answer::Pending
        } else if settled.is_empty() {
            Answer::Settled
        } else {
            Answer::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_is_read_by_its_words() {
        let read = |output| PendingCheck::read_output(output, &["down"], &[]);
        assert_eq!(read("up 1\ndown 2\n"), Answer::Pending);
        assert_eq!(read("up 1\n"), Answer::Settled);
        let strict = |output| PendingCheck::read_output(output, &["PENDING"], &["OK"]);
        assert_eq!(strict("Status: OK"), Answer::Settled);
        assert_eq!(strict("Status: PENDING"), Answer::Pending);
        assert_eq!(strict(""), Answer::Unknown);
    }
}
