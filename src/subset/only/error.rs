//! What `[[only]]` asks of the source and the source does not bear out.

use crate::config::{Config, Location};
use crate::failure::Failure;

/// An entry that does not fit the source.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum OnlyError {
    #[error("no table of the source has a column {column}")]
    UnknownColumn { column: String, nearest: Option<String>, place: Option<Location> },
    #[error("table {table}: {said}")]
    Condition { table: String, said: String, place: Option<Location> },
    #[error("table {table}, column {column} ({data_type}): {said}")]
    Value {
        table: String,
        column: String,
        data_type: String,
        said: String,
        place: Option<Location>,
    },
}

impl OnlyError {
    /// The message, with the place in the file.
    #[must_use]
    pub fn failure(&self, config: &Config) -> Failure {
        let (place, remedy) = match self {
            OnlyError::UnknownColumn { nearest, place, .. } => (
                place,
                match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "name the column that says whose a row is".to_owned(),
                },
            ),
            OnlyError::Condition { place, .. } => (
                place,
                "write a SQL condition that holds in every table with the column; write functions \
                 and types of your own with their schema, as public.current_tenant()"
                    .to_owned(),
            ),
            OnlyError::Value { place, .. } => {
                (place, "give values of the column's type in every table that has it".to_owned())
            }
        };
        Failure::wrong_use("[[only]] does not fit the source")
            .because(config.point_at(*place, &self.to_string()))
            .remedy(remedy)
    }
}
