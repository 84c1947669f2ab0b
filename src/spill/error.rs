//! What may go wrong with a temporary file.

use crate::failure::Failure;
use std::env;
use std::io;

/// A temporary file could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot {doing} a temporary file in {directory}: {why}")]
pub struct SpillError {
    doing: &'static str,
    directory: String,
    why: String,
}

impl SpillError {
    pub(super) fn new(doing: &'static str, why: &io::Error) -> Self {
        let directory = env::temp_dir().display().to_string();
        SpillError { doing, directory, why: why.to_string() }
    }

    pub(super) fn cipher(doing: &'static str) -> Self {
        SpillError::new(doing, &io::Error::other("the cipher failed"))
    }
}

impl From<SpillError> for Failure {
    fn from(error: SpillError) -> Self {
        Failure::new("the keys of the chosen rows do not fit into memory").because(error.to_string()).remedy(
            "make room on that disk, name another directory in TMPDIR, or copy fewer rows: a smaller \
             fraction, or a smaller max_size",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_with_the_directory_and_what_to_do() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = SpillError { directory: "/tmp".to_owned(), ..SpillError::new("write", &full) };
        insta::assert_snapshot!(Failure::from(error));
    }
}
