//! What `[[foreign_keys]]` asks of the source and the source does not bear out.

use crate::config::{Config, Location};
use crate::failure::Failure;
use crate::subset::rules::RuleError;

/// What an entry without a declared foreign key lacks.
const SAY: &str = "say what it references, such as references = \"users(id)\"";

/// Where it is written in the file.
type Place = Option<Location>;

/// An entry that does not fit the source.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RelationError {
    #[error(transparent)]
    Table(#[from] RuleError),
    /// Not in review-data.toml, but there.
    #[error("{error}")]
    Elsewhere { place: String, error: Box<RelationError> },
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
    #[error("{table} has no primary key that {reference} could mean")]
    NoPrimaryKey { table: String, reference: String, unique: Vec<String>, place: Place },
    #[error("({columns}) of {table} is not unique, so that it names no single row")]
    NotUnique { table: String, columns: String, unique: Vec<String>, place: Place },
    #[error("{given} columns reference {wanted}")]
    Number { given: usize, wanted: usize, place: Place },
    #[error("{column} of {table} is not an array: its type is {data_type}")]
    NoArray { table: String, column: String, data_type: String, place: Place },
    #[error("{column} of {table} is not json or jsonb: its type is {data_type}")]
    NoJson { table: String, column: String, data_type: String, place: Place },
    #[error("{column} holds elements of type {data_type}, which have no binary form")]
    NoBinary { column: String, data_type: String, place: Place },
    #[error("no table has the columns {kind} and {id}")]
    NoPair { kind: String, id: String, place: Place },
    #[error(
        "the source has no table of content types: django_content_type, with id, app_label and model"
    )]
    NoContentTypes { place: Place },
    #[error("only one of the columns can be an array")]
    SeveralArrays { place: Place },
    #[error("{column} is {from}, and {referenced} is {to}: they cannot be compared")]
    NotComparable { column: String, from: String, referenced: String, to: String, place: Place },
}

impl RelationError {
    /// The message, with the place in the file.
    #[must_use]
    pub fn failure(&self, config: &Config) -> Failure {
        let (places, remedy) = match self {
            RelationError::Table(error) => return error.failure(config),
            RelationError::Elsewhere { place, error } => {
                let what = format!("{place} does not fit the source");
                return Failure { what, ..error.failure(config) };
            }
            RelationError::UnknownColumn { nearest, place, .. } => (
                vec![place],
                match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "name a column of that table; elements of an array are written \
                             name[], a path into JSON name ->> 'key'"
                        .to_owned(),
                },
            ),
            RelationError::NotDeclared { declared, place, .. } if declared.is_empty() => {
                (vec![place], SAY.to_owned())
            }
            RelationError::NotDeclared { declared, place, .. } => {
                (vec![place], format!("{SAY}; the schema declares {}", declared.join(", ")))
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
            RelationError::NoPrimaryKey { unique, place, .. }
            | RelationError::NotUnique { unique, place, .. }
                if unique.is_empty() =>
            {
                (vec![place], "the table has no unique key at all that could be named".to_owned())
            }
            RelationError::NoPrimaryKey { unique, place, .. }
            | RelationError::NotUnique { unique, place, .. } => {
                (vec![place], format!("its unique keys are {}", unique.join(", ")))
            }
            RelationError::Number { place, .. } => {
                (vec![place], "name as many columns on both sides, in the same order".to_owned())
            }
            RelationError::NoArray { column, place, .. } => {
                (vec![place], format!("name the column as {column}, without []"))
            }
            RelationError::NoJson { place, .. } => {
                (vec![place], "name a column, or a path into one of type jsonb".to_owned())
            }
            RelationError::NoBinary { place, .. } => (
                vec![place],
                "review-data cannot follow this foreign key: take the entry out".to_owned(),
            ),
            RelationError::NoPair { place, .. } => (
                vec![place],
                "name what stands before _type and _id, such as \"commentable\", or with generic \
                 what stands before _id, such as \"content_type\""
                    .to_owned(),
            ),
            RelationError::NoContentTypes { place } => {
                (vec![place], "without that table, give each type an entry with when".to_owned())
            }
            RelationError::SeveralArrays { place } => {
                (vec![place], "give each array its own entry".to_owned())
            }
            RelationError::NotComparable { place, .. } => (
                vec![place],
                "values of one type can be compared, integers with each other, and text with \
                 integers, uuids and other text"
                    .to_owned(),
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
