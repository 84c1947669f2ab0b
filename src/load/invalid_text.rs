//! Text of the source that the target's encoding cannot hold: which rows have it. The server tells
//! the column and not the row.

use super::broken::Broken;
use super::older_target::Servers;
use crate::catalog::{ById, Table, TableId};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::subset::questions;
use futures_util::StreamExt as _;
use std::cell::{Cell, RefCell};
use std::time::Duration;
use tokio_postgres::error::SqlState;

/// Rows that are named.
const MOST_ROWS: usize = 3;

/// Bytes of the column that are looked through.
const MOST_BYTES: usize = 256 << 20;

/// How long it may take: the load has failed already.
const MOST_TIME: Duration = Duration::from_secs(60);

/// What the target refused of a row.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// A text: the OID of the table, and the column.
    text: RefCell<Option<(u32, String)>>,
    broken: RefCell<Option<Broken>>,
    /// A value that is not valid there.
    value: Cell<bool>,
}

impl Refused {
    /// Notes what the server tells: a constraint, or a column, with `COPY t, line 3, column body`.
    pub(super) fn note(&self, table: &Table, error: &tokio_postgres::Error) {
        let Some(said) = error.as_db_error() else { return };
        self.broken.replace(Broken::of(table, said));
        if said.code() != &SqlState::CHARACTER_NOT_IN_REPERTOIRE {
            self.value.set(said.code().code().starts_with("22"));
            return;
        }
        let context = said.where_().unwrap_or_default();
        let first = context.lines().find(|line| line.starts_with("COPY ")).unwrap_or_default();
        if let Some((_, column)) = first.rsplit_once(", column ") {
            self.text.replace(Some((table.oid, column.to_owned())));
        }
    }

    /// The constraint that a row broke.
    pub(super) fn broken(&self) -> Option<Broken> {
        self.broken.take()
    }

    /// Adds to a failure that the target is older, or which rows have a text, if that can be found out.
    pub(super) async fn explain(
        &self,
        (source, target): (&ReadOnly, &Writable),
        tables: &ById<TableId, Table>,
        failure: Failure,
    ) -> Failure {
        if self.value.get() {
            return Servers::of(source, target).explain(failure);
        }
        let Some((table, column)) = self.text.take() else { return failure };
        let Some(table) = tables.iter().find(|about| about.oid == table) else { return failure };
        let found = tokio::time::timeout(MOST_TIME, find(source, table, &column)).await;
        match found {
            Ok(Some(rows)) if !rows.is_empty() => failure.because(format!(
                "rows of {} with such text in {column}, the first ones: {}",
                table.name,
                rows.join(", ")
            )),
            _ => failure,
        }
    }
}

/// The keys of some rows whose text is not valid UTF-8: `id = 7`. Only keys of numbers and UUIDs are
/// shown.
async fn find(source: &ReadOnly, table: &Table, column: &str) -> Option<Vec<String>> {
    let key = table.key.as_ref()?;
    let shown = key.iter().all(|column| {
        let data_type = &table.columns[*column].data_type;
        data_type.is_integer() || data_type.is_uuid()
    });
    if !shown {
        return None;
    }
    let names: Vec<&str> = key.iter().map(|column| table.columns[*column].name.as_str()).collect();
    let columns = names.iter().copied().chain([column]);
    let columns = columns.map(|name| QuotedIdent::new(name).to_string()).collect::<Vec<_>>();
    // the bytes as they are
    source.run("select pg_catalog.set_config('client_encoding', 'SQL_ASCII', true)").await.ok()?;
    let sql = questions::all_rows(&columns.join(", "), table);
    let answer = source.copy_out(&format!("copy ({sql}) to stdout")).await.ok()?;
    let mut answer = std::pin::pin!(answer);
    let (mut rows, mut read) = (Vec::new(), 0);
    while let Some(line) = answer.next().await {
        let line = line.ok()?;
        read += line.len();
        if str::from_utf8(&line).is_err() {
            let values = line.split(|byte| *byte == b'\t');
            let parts = names.iter().zip(values);
            let parts =
                parts.map(|(name, value)| format!("{name} = {}", String::from_utf8_lossy(value)));
            rows.push(parts.collect::<Vec<_>>().join(" and "));
        }
        if rows.len() == MOST_ROWS || read > MOST_BYTES {
            break;
        }
    }
    Some(rows)
}
