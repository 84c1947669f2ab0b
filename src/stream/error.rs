//! What can go wrong with rows on their way.

use super::edit::{NotEdited, NotRewritten, Refused};
use super::tuple::TupleError;

/// What can go wrong on the way, and on which side.
#[derive(Debug, thiserror::Error)]
pub enum PumpError {
    #[error("reading from the source")]
    Source(#[source] tokio_postgres::Error),
    #[error("writing to the target")]
    Target(#[source] tokio_postgres::Error),
    #[error(transparent)]
    Tuple(#[from] TupleError),
    /// A value of a column, by its place among the written columns, has no replacement.
    #[error("{why}")]
    Refused { column: usize, why: NotRewritten },
}

impl From<Refused> for PumpError {
    fn from(Refused { column, why }: Refused) -> Self {
        PumpError::Refused { column, why }
    }
}

impl From<NotEdited> for PumpError {
    fn from(error: NotEdited) -> Self {
        match error {
            NotEdited::Broken(error) => error.into(),
            NotEdited::Refused(refused) => refused.into(),
        }
    }
}
