//! Rows of the source that the target refuses: they break a constraint that the source has as well, or
//! a function fails on them that did not when they were written.

use crate::catalog::Table;
use crate::failure::Failure;
use crate::postgres::QuotedIdent;
use tokio_postgres::error::SqlState;

/// States with a remedy of their own: text that an encoding cannot hold.
const OF_TEXT: [&str; 2] = ["22021", "22P05"];

/// Adds to a failure how the load can go on.
pub(super) fn explain(failure: Failure, table: &Table, error: &tokio_postgres::Error) -> Failure {
    let Some(said) = error.as_db_error() else { return failure };
    let code = said.code().code();
    let of_rows = ["22", "23", "38", "39", "42", "P0"].iter().any(|class| code.starts_with(class));
    if !of_rows || code == "42501" || OF_TEXT.contains(&code) {
        return failure;
    }
    let name = &table.name;
    let (failure, condition) = match (said.code(), said.column()) {
        (code, Some(column)) if *code == SqlState::NOT_NULL_VIOLATION => {
            let column = QuotedIdent::new(column);
            let query = format!("select count(*) from {} where {column} is null;", name.quoted());
            let because = format!("the source has such rows too, which this query finds: {query}");
            (failure.because(because), format!("{column} is not null"))
        }
        (code, _) if code.code().starts_with("23") => {
            (failure.because("rows of the source break its own constraint"), "CONDITION".to_owned())
        }
        _ => (
            failure.because("a function of the database fails on a row that the source has"),
            "CONDITION".to_owned(),
        ),
    };
    failure.remedy(format!(
        "repair the rows or the function on the source; or copy the other rows only, in \
         review-data.toml:\n [tables.\"{name}\"]\n where = '{condition}'\n\
         or leave the table out:\n [schema]\n leave_out = [\"{name}\"]"
    ))
}
