//! Why the source's catalogue could not be read.

use super::model::QualifiedName;
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, Side, server_failure};

/// What stops the reading of the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("the server refused a question about its catalogue")]
    Server(#[from] tokio_postgres::Error),
    #[error("the source's role may not read all tables")]
    NotReadable { tables: Vec<QualifiedName>, schemas: Vec<String>, role: String },
    #[error("row-level security hides rows from the source's role")]
    HiddenRows { tables: Vec<QualifiedName>, role: String },
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Server(error) => {
                server_failure(Side::Source, "cannot read the source's catalogue", &error)
            }
            CatalogError::NotReadable { tables, schemas, role } => {
                let quoted = QuotedIdent::new(&role);
                let mut failure = Failure::new(format!(
                    "the source's role {role} may not read {}",
                    count(tables.len() + schemas.len(), "object", "objects")
                ));
                let mut remedy = Vec::new();
                for schema in &schemas {
                    let ident = QuotedIdent::new(schema);
                    failure = failure.because(format!("no USAGE on schema {schema}"));
                    remedy.push(format!(" grant usage on schema {ident} to {quoted};"));
                }
                for table in tables.iter().take(10) {
                    failure = failure.because(format!("no SELECT on table {table}"));
                    remedy.push(format!(" grant select on {} to {quoted};", table.quoted()));
                }
                if tables.len() > 10 {
                    failure = failure.because(format!("and {} more tables", tables.len() - 10));
                }
                failure.remedy(format!(
                    "on the source's primary, run as the tables' owner:\n{}",
                    remedy.join("\n")
                ))
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

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
