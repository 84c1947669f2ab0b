//! What the readers of a load lock on the source.

use super::error::CatalogError;
use super::outside::Outside;
use super::scope::{LEFT_OUT_SCHEMAS, NOT_OF_AN_EXTENSION};
use crate::postgres::ReadOnly;

/// How many relations stay locked on the source until its transaction ends: the tables, which
/// `pg_dump` locks, and the sequences, whose state is read.
///
/// # Errors
/// The source's.
pub async fn count_locked(source: &ReadOnly, outside: &Outside) -> Result<usize, CatalogError> {
    let rows = source
        .query(
            &format!(
                "select count(*) from pg_catalog.pg_class c \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where c.relkind in ('r', 'p', 'S') and {LEFT_OUT_SCHEMAS} \
                   and {NOT_OF_AN_EXTENSION} and {}",
                outside.condition()
            ),
            &[],
        )
        .await?;
    Ok(usize::try_from(rows[0].get::<_, i64>(0)).unwrap_or(usize::MAX))
}
