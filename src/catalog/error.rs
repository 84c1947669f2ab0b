//! Why the source's catalogue could not be read.

use super::model::QualifiedName;
use crate::config::Given;
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, Side, server_failure};

/// What stops the reading of the catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("the server refused a question about its catalogue")]
    Server(#[from] tokio_postgres::Error),
    #[error("the source's role may not read all tables")]
    NotReadable { tables: Vec<QualifiedName>, schemas: Vec<String>, role: String },
    #[error("[schema] does not fit the source: no {what} matches {pattern}")]
    NothingToLeaveOut { what: &'static str, pattern: String, given: Given },
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
                let mut names: Vec<String> =
                    schemas.iter().map(|schema| format!("\"{schema}.*\"")).collect();
                let others = tables.iter().filter(|table| !schemas.contains(&table.schema));
                names.extend(others.take(10).map(|table| format!("\"{table}\"")));
                let future = default_privileges(&schemas, &tables, &quoted);
                failure.remedy(format!(
                    "leave them out, in review-data.toml:\n [schema]\n leave_out = [{}]\n\
                         or, on the source's primary, run as the tables' owner:\n{}{future}",
                    names.join(", "),
                    remedy.join("\n")
                ))
            }
            CatalogError::NothingToLeaveOut { what, ref pattern, ref given } => {
                let failure = Failure::wrong_use("[schema] does not fit the source")
                    .because(format!("no {what} of the source matches {pattern}"));
                let failure = match given {
                    Given::File(place) => {
                        failure.because(format!("review-data.toml, line {}", place.line))
                    }
                    Given::Words(words) => failure.because(words.clone()),
                };
                failure.remedy(
                    "write a name or a pattern that the source has, as \"vault.*\" for all of a \
                     schema, or take the entry out",
                )
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

/// So that the tables of the next migration can be read, too.
fn default_privileges(schemas: &[String], tables: &[QualifiedName], role: &QuotedIdent) -> String {
    let mut all: Vec<&String> =
        schemas.iter().chain(tables.iter().map(|table| &table.schema)).collect();
    all.sort_unstable();
    all.dedup();
    let grants = all.into_iter().map(|schema| {
        let schema = QuotedIdent::new(schema);
        format!("\n alter default privileges in schema {schema} grant select on tables to {role};")
    });
    grants.collect()
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
