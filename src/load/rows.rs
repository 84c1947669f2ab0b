//! Streaming the selected rows, a table at a time.

use super::select::Selection;
use crate::catalog::{Catalog, Table, Transfer};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::report::Progress;
use crate::stream::pump::{Format, Pump, PumpError};
use crate::subset::questions;

/// Addresses in one statement.
const MOST_ADDRESSES: usize = 100_000;

/// What arrived of one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) rows: u64,
    /// As they travelled.
    pub(super) bytes: u64,
}

/// Copies all selected rows, and says for each table what arrived.
pub(super) async fn copy(
    source: &ReadOnly,
    target: &Writable,
    catalog: &Catalog,
    selection: &Selection,
    progress: &Progress,
) -> Result<Vec<Arrived>, Failure> {
    // text forms of names, such as regclass, must be qualified
    source
        .run("select pg_catalog.set_config('search_path', '', true)")
        .await
        .map_err(|error| source.failure("cannot read rows from the source", &error))?;
    let since_14 = source.server_version_num().min(target.server_version_num()) >= 140_000;
    let mut arrived = Vec::with_capacity(catalog.tables.len());
    for (id, table) in catalog.tables.iter().enumerate() {
        let selected = &selection.tables[id];
        if !selected.whole && selected.rows.is_empty() {
            arrived.push(Arrived::default());
            continue;
        }
        let copy = TableCopy { source, target, table, format: format(table, since_14) };
        let here = copy.run(selected, &selection.nulled[id]).await?;
        progress.table(&table.name.to_string(), here.rows, here.bytes);
        arrived.push(here);
    }
    Ok(arrived)
}

fn format(table: &Table, since_14: bool) -> Format {
    let worst = table
        .columns
        .iter()
        .filter(|column| !column.generated)
        .map(|column| column.data_type.transfer)
        .max()
        .unwrap_or(Transfer::Binary);
    match worst {
        Transfer::Binary => Format::Binary,
        Transfer::BinarySince14 if since_14 => Format::Binary,
        Transfer::BinarySince14 | Transfer::Text => Format::Text,
    }
}

struct TableCopy<'a> {
    source: &'a ReadOnly,
    target: &'a Writable,
    table: &'a Table,
    format: Format,
}

impl TableCopy<'_> {
    async fn run(
        &self,
        selected: &super::select::TableSelection,
        nulled: &[usize],
    ) -> Result<Arrived, Failure> {
        let written: Vec<usize> = (0..self.table.columns.len())
            .filter(|column| !self.table.columns[*column].generated)
            .collect();
        let columns: Vec<String> = written
            .iter()
            .map(|column| QuotedIdent::new(&self.table.columns[*column].name).to_string())
            .collect();
        let columns = columns.join(", ");
        // a table without columns has no list: () would be an error
        let list = if columns.is_empty() { String::new() } else { format!(" ({columns})") };
        let format = self.format.option();
        let name = self.table.name.quoted();
        let sink = self
            .target
            .copy_in(&format!("copy {name}{list} from stdin ({format})"))
            .await
            .map_err(|error| self.target.failure(&self.writing(), &error))?;
        let nulled = (0..written.len()).filter(|place| nulled.contains(&written[*place])).collect();
        let mut pump = Pump::new(sink, self.format, nulled);
        if selected.whole {
            self.take(&mut pump, &questions::all_rows(&columns, self.table)).await?;
        } else {
            self.take_selected(&mut pump, selected, &columns).await?;
        }
        let (rows, bytes) = pump.finish().await.map_err(|error| self.failure(&error))?;
        let expected = selected.rows.len() as u64;
        if !selected.whole && rows != expected {
            return Err(Failure::new(self.writing())
                .because(format!("{expected} rows were selected, and {rows} arrived"))
                .remedy("this is a fault of review-data: please report it"));
        }
        Ok(Arrived { rows, bytes })
    }

    async fn take_selected(
        &self,
        pump: &mut Pump,
        selected: &super::select::TableSelection,
        columns: &str,
    ) -> Result<(), Failure> {
        let reading = |error| self.source.failure(&self.reading(), &error);
        self.source.run(questions::PLAN_LOOKUPS).await.map_err(reading)?;
        let setting = self.source.prepare(questions::SET_ADDRESSES).await.map_err(reading)?;
        for (position, leaf) in self.table.leaves().into_iter().enumerate() {
            let sql = questions::rows_by_address(columns, leaf);
            for addresses in selected.rows.in_leaf(position).chunks(MOST_ADDRESSES) {
                let list = questions::address_list(addresses);
                self.source.query_prepared(&setting, &[&list]).await.map_err(reading)?;
                self.take(pump, &sql).await?;
            }
        }
        self.source.run(questions::PLAN_FREELY).await.map_err(reading)
    }

    async fn take(&self, pump: &mut Pump, sql: &str) -> Result<(), Failure> {
        let answer = self
            .source
            .copy_out(&format!("copy ({sql}) to stdout ({})", self.format.option()))
            .await
            .map_err(|error| self.source.failure(&self.reading(), &error))?;
        pump.take(answer).await.map_err(|error| self.failure(&error))
    }

    fn reading(&self) -> String {
        format!("cannot read the rows of {} from the source", self.table.name)
    }

    fn writing(&self) -> String {
        format!("cannot write the rows of {} to the target", self.table.name)
    }

    fn failure(&self, error: &PumpError) -> Failure {
        match error {
            PumpError::Source(error) => self.source.failure(&self.reading(), error),
            PumpError::Target(error) => self.target.failure(&self.writing(), error),
            PumpError::Tuple(error) => Failure::new(self.reading()).because(error.to_string()),
        }
    }
}
