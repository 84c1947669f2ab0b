//! Constraints that rows break while they are written. The source has such rows: it checks a constraint
//! only when a row is written, and people have changed its catalogue since, or a function. The load
//! begins again without the constraint, and makes it NOT VALID after the rows.

use super::making::{Nullable, Relaxed};
use crate::catalog::{self, Table};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly};
use tokio_postgres::error::{DbError, SqlState};

/// Constraints that one load goes without.
const MOST: usize = 20;

/// What the target said that a row breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Check { schema: String, of: String, name: String },
    NotNull { schema: String, table: String, column: String },
}

impl Broken {
    /// `None`: it is something else.
    pub(super) fn of(table: &Table, said: &DbError) -> Option<Self> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let schema = text(said.schema()).unwrap_or_else(|| table.name.schema.clone());
        if *said.code() == SqlState::CHECK_VIOLATION {
            let of = text(said.datatype().or(said.table()))?;
            return Some(Broken::Check { schema, of, name: text(said.constraint())? });
        }
        if *said.code() == SqlState::NOT_NULL_VIOLATION {
            let (table, column) = (text(said.table())?, text(said.column())?);
            return Some(Broken::NotNull { schema, table, column });
        }
        None
    }

    /// Adds it to what the load goes without. Returns its title, or `None` if that does not help.
    pub(super) async fn relax(
        self,
        source: &ReadOnly,
        relaxed: &mut Relaxed,
    ) -> Result<Option<String>, Failure> {
        if relaxed.checks.len() + relaxed.nullable.len() >= MOST + relaxed.known {
            return Ok(None);
        }
        let failed = |error| source.failure("cannot ask the source for a constraint", &error);
        match self {
            Broken::Check { schema, of, name } => {
                let check =
                    catalog::find_check(source, &schema, &of, &name).await.map_err(failed)?;
                let Some(check) = check else { return Ok(None) };
                if relaxed.checks.iter().any(|known| known.oid == check.oid) {
                    return Ok(None);
                }
                let title = format!("check {} of {}", check.name, check.of);
                relaxed.checks.push(check);
                Ok(Some(title))
            }
            Broken::NotNull { schema, table, column } => {
                let root = catalog::root_of(source, &schema, &table).await.map_err(failed)?;
                let Some(root) = root else { return Ok(None) };
                let title = format!("NOT NULL of {root}.{column}");
                if relaxed.nullable.iter().any(|known| known.title == title) {
                    return Ok(None);
                }
                let (table, column) = (root.quoted(), QuotedIdent::new(&column));
                let sql = format!("alter table {table} alter column {column} drop not null; ");
                relaxed.nullable.push(Nullable { title: title.clone(), sql });
                Ok(Some(title))
            }
        }
    }
}
