//! What `[[foreign_keys]]` asks of the source and the source does not bear out.

use crate::config::{Config, Location};
use crate::failure::Failure;
use crate::subset::rules::RuleError;

/// Where it is written in the file.
type Place = Option<Location>;

/// An entry that does not fit the source.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RelationError {
    #[error(transparent)]
    Table(#[from] RuleError),
    #[error("{table} has no column {column}")]
    UnknownColumn { table: String, column: String, nearest: Option<String>, place: Place },
    #[error("{table} has no foreign key {asked}")]
    NotDeclared { table: String, asked: String, declared: Vec<String>, place: Place },
    #[error("{table} has several foreign keys {asked}")]
    Several { table: String, asked: String, declared: Vec<String>, place: Place },
    #[error("there are two entries for {name}")]
    Twice { name: String, places: [Place; 2] },
    #[error(
        "descend is for a table that references itself, and {name} leads from {table} to {referenced}"
    )]
    NotToItself { name: String, table: String, referenced: String, place: Place },
}

impl RelationError {
    /// As it is told, with the place in the file.
    #[must_use]
    pub fn failure(&self, config: &Config) -> Failure {
        let (places, remedy) = match self {
            RelationError::Table(error) => return error.failure(config),
            RelationError::UnknownColumn { nearest, place, .. } => (
                vec![place],
                match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "name a column of that table".to_owned(),
                },
            ),
            RelationError::NotDeclared { declared, place, .. } if declared.is_empty() => {
                (vec![place], "the table declares no foreign key at all".to_owned())
            }
            RelationError::NotDeclared { declared, place, .. } => {
                (vec![place], format!("it has {}", declared.join(", ")))
            }
            RelationError::Several { declared, place, .. } => {
                (vec![place], format!("give the name of one: {}", declared.join(", ")))
            }
            RelationError::Twice { places, .. } => {
                (places.iter().collect(), "keep one of them".to_owned())
            }
            RelationError::NotToItself { place, .. } => (
                vec![place],
                "leave it out: children along other foreign keys are chosen without it".to_owned(),
            ),
        };
        let failure = Failure::wrong_use("[[foreign_keys]] does not fit the source");
        let told = self.to_string();
        places
            .into_iter()
            .fold(failure, |failure, place| failure.because(config.point_at(*place, &told)))
            .remedy(remedy)
    }
}
