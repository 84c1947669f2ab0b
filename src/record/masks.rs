//! What the record says of masks: whether the rows are masked, under which kind of key, and which
//! columns by which mask.
//!
//! Whether they are is granted to everyone: a load from a small copy asks for it.

use crate::failure::Failure;
use crate::postgres::{AnySession, Writable};

/// The column that a load masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskNote {
    pub schema: String,
    pub table: String,
    pub column: String,
    pub mask: String,
    /// Paths within a document, with their masks.
    pub paths: Vec<String>,
    pub reason: String,
    pub values: u64,
}

/// What a load notes about masks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaskNotes {
    pub masked: bool,
    pub key: Option<String>,
    pub columns: Vec<MaskNote>,
}

const TABLES: &str = "\
    create table if not exists review_data.masking ( \
      one_row boolean primary key default true check (one_row), \
      masked boolean not null, \
      key_kind text); \
    create table if not exists review_data.masked_column ( \
      schema_name text not null, \
      table_name text not null, \
      column_name text not null, \
      mask text not null, \
      paths text[] not null, \
      reason text not null, \
      masked_values bigint not null, \
      primary key (schema_name, table_name, column_name)); \
    grant usage on schema review_data to public; \
    grant select on review_data.masking to public; \
    delete from review_data.masking; delete from review_data.masked_column";

/// Replaces what the target's record says of masks.
///
/// # Errors
/// The server's.
pub async fn note_masks(target: &Writable, notes: &MaskNotes) -> Result<(), Failure> {
    let failed = |error| target.failure("cannot write our record to the target", &error);
    target.run(TABLES).await.map_err(failed)?;
    target
        .query(
            "insert into review_data.masking (masked, key_kind) values ($1, $2)",
            &[&notes.masked, &notes.key],
        )
        .await
        .map_err(failed)?;
    for note in &notes.columns {
        let values = i64::try_from(note.values).unwrap_or(i64::MAX);
        target
            .query(
                "insert into review_data.masked_column values ($1, $2, $3, $4, $5, $6, $7)",
                &[
                    &note.schema,
                    &note.table,
                    &note.column,
                    &note.mask,
                    &note.paths,
                    &note.reason,
                    &values,
                ],
            )
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Whether a relation of the record is there, and may be read.
async fn readable(session: &impl AnySession, name: &str) -> Result<bool, Failure> {
    let rows = session
        .query(
            "select exists (select from pg_catalog.pg_class c \
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
               where n.nspname = 'review_data' and c.relname = $1 and c.relkind = 'r' \
                 and pg_catalog.has_schema_privilege(n.oid, 'usage') \
                 and pg_catalog.has_table_privilege(c.oid, 'select'))",
            &[&name],
        )
        .await
        .map_err(|error| {
            let whose = session.side().name();
            session
                .failure(&format!("cannot read what the record of {whose} says of masks"), &error)
        })?;
    Ok(rows[0].get(0))
}

/// Whether a database's own record says that its rows are masked.
///
/// # Errors
/// The server's.
pub async fn is_masked(session: &impl AnySession) -> Result<bool, Failure> {
    if !readable(session, "masking").await? {
        return Ok(false);
    }
    let rows = session
        .query("select masked from review_data.masking", &[])
        .await
        .map_err(|error| session.failure("cannot read whether the rows are masked", &error))?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// What the target's record says of masks.
///
/// # Errors
/// The server's.
pub async fn mask_notes(target: &Writable) -> Result<MaskNotes, Failure> {
    if !readable(target, "masking").await? || !readable(target, "masked_column").await? {
        return Ok(MaskNotes::default());
    }
    let failed = |error| target.failure("cannot read the target's record", &error);
    let rows = target
        .query("select masked, key_kind from review_data.masking", &[])
        .await
        .map_err(failed)?;
    let Some(row) = rows.first() else { return Ok(MaskNotes::default()) };
    let (masked, key) = (row.get(0), row.get(1));
    let rows = target
        .query(
            "select schema_name, table_name, column_name, mask, paths, reason, masked_values \
             from review_data.masked_column order by 1, 2, 3",
            &[],
        )
        .await
        .map_err(failed)?;
    let note = |row: &tokio_postgres::Row| MaskNote {
        schema: row.get(0),
        table: row.get(1),
        column: row.get(2),
        mask: row.get(3),
        paths: row.get(4),
        reason: row.get(5),
        values: u64::try_from(row.get::<_, i64>(6)).unwrap_or(0),
    };
    Ok(MaskNotes { masked, key, columns: rows.iter().map(note).collect() })
}
