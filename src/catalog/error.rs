//! Why the source's catalogue could not be read.

use super::name::QualifiedName;
use super::unreadable::Unreadable;
use crate::config::Given;
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, Side, server_failure};

/// What stops the reading of the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("the server refused a question about its catalogue")]
    Server(#[from] tokio_postgres::Error),
    #[error("the source's role may not read all tables")]
    NotReadable(Box<Unreadable>),
    #[error("no {what} of the source matches {pattern}")]
    NothingToLeaveOut { what: &'static str, pattern: String, meant: Option<String>, given: Given },
    #[error("row-level security hides rows from the source's role")]
    HiddenRows { tables: Vec<QualifiedName>, role: String },
}

impl From<Unreadable> for CatalogError {
    fn from(unreadable: Unreadable) -> Self {
        CatalogError::NotReadable(Box::new(unreadable))
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Server(error) => {
                server_failure(Side::Source, "cannot read the source's catalogue", &error)
            }
            CatalogError::NotReadable(unreadable) => (*unreadable).into(),
            error @ CatalogError::NothingToLeaveOut { .. } => {
                Failure::wrong_use("a rule does not fit the source").because(error.to_string())
            }
            CatalogError::HiddenRows { tables, role } => {
                let mut failure = Failure::new(format!(
                    "row-level security hides rows from the source's role {role}"
                ))
                .because("a subset of the visible rows would not be a subset of the data");
                for table in &tables {
                    failure = failure.because(format!("policies apply on {table}"));
                }
                let quoted = QuotedIdent::new(&role);
                failure.remedy(format!(
                    "on the source's primary: alter role {quoted} bypassrls;\n\
                     or give each of these tables a policy: create policy review_data on TABLE \
                     for select to {quoted} using (true);"
                ))
            }
        }
    }
}
