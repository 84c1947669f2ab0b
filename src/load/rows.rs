//! Streaming the selected rows, a table at a time. Rows that the source sent with their keys are
//! written while others are still being selected. The rest is then read by address.

use super::arrived::Arrived;
use super::computed::{self, Hashes};
use super::invalid_text::Refused;
use super::large_rows::Room;
use super::making::{self, Maker};
use super::masking::{self, Masks, Trial};
use super::memory_limit;
use super::objects;
use super::older_target::{Servers, format};
use super::paths::{name_in_full, understand_conditions};
use super::refused_rows;
use super::select::{Batch, Outlet, Selection, TableSelection, Told};
use super::unlock::Unlocking;
use crate::catalog::{Catalog, QualifiedName, Storage, Table, TableId};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, Writable};
use crate::report::Progress;
use crate::schema::{Schema, Statement};
use crate::stream::chunk::Chunks;
use crate::stream::edit::{Constant, Edits};
use crate::stream::error::PumpError;
use crate::stream::format::Format;
use crate::stream::pump::{BATCH, Pump, Taken};
use crate::subset::bytes::FROZEN;
use crate::subset::questions;
use crate::subset::questions::large::Among;
use crate::subset::rows::RowSet;
use bytes::BytesMut;
use std::collections::{HashMap, HashSet};
use tokio::sync::mpsc;

/// Addresses in one statement.
const MOST_ADDRESSES: usize = 100_000;

/// The source's tables, the lock rows in them that arrive released, and the values that are masked.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) unlocking: &'a Unlocking,
    /// A text that the target refuses is noted here.
    pub(super) refused: &'a Refused,
    pub(super) masks: &'a Masks,
}

/// The way for rows that are chosen while others are being selected, and where they come out.
pub(super) fn outlet(
    source: &ReadOnly,
    target: &Writable,
    Tables { catalog, masks, .. }: Tables<'_>,
) -> (Outlet, mpsc::Receiver<Told>) {
    let servers = Servers::of(source, target);
    let binary = |(id, table): (TableId, &Table)| {
        // what a function computes must be computed last
        format(table, servers) == Format::Binary
            && computed::of(catalog, id).is_none()
            && masks.as_they_come(id)
            && !masks.need_text(id)
    };
    Outlet::new(catalog.tables.pairs().map(binary).collect())
}

/// Writes rows as they come, until no more will, and makes the keys and indexes of tables that have
/// theirs; says what arrived of each table.
pub(super) async fn write(
    target: &Writable,
    tables: Tables<'_>,
    schema: &Schema,
    mut chosen: mpsc::Receiver<Told>,
    maker: &mut Maker<'_>,
) -> Result<Written, Failure> {
    let catalog = tables.catalog;
    let arrived = vec![Arrived::default(); catalog.tables.len()];
    let mut writer = Writer { target, tables, arrived, open: None };
    let mut made = HashSet::new();
    let mut indexes = HashMap::<&QualifiedName, Vec<&Statement>>::new();
    for statement in &schema.post_data {
        if let Some(table) = &statement.index_of {
            indexes.entry(table).or_default().push(statement);
        }
    }
    // to select rows takes longer
    objects::allow_workers(target, false).await?;
    while let Some(told) = chosen.recv().await {
        match told {
            Told::Rows(batch) => writer.put(batch).await?,
            Told::Complete(table) => {
                writer.finish().await?;
                // many small ones are quicker together, at the end
                if making::is_large(writer.arrived[table].bytes) {
                    let of_table = indexes.remove(&catalog.tables[table].name).unwrap_or_default();
                    made.extend(maker.make_early(&of_table).await?);
                }
            }
        }
    }
    writer.finish().await?;
    objects::allow_workers(target, true).await?;
    Ok(Written { arrived: writer.arrived, made })
}

/// What was written while rows were being selected.
pub(super) struct Written {
    pub(super) arrived: Vec<Arrived>,
    /// The keys and indexes that were made, by the number of their entries.
    pub(super) made: HashSet<i64>,
}

impl Written {
    pub(super) fn nothing(catalog: &Catalog) -> Self {
        Written { arrived: vec![Arrived::default(); catalog.tables.len()], made: HashSet::new() }
    }
}

/// Writes rows, a table at a time.
struct Writer<'a> {
    target: &'a Writable,
    tables: Tables<'a>,
    arrived: Vec<Arrived>,
    open: Option<(TableId, Writing<'a>)>,
}

impl Writer<'_> {
    async fn put(&mut self, mut batch: Batch) -> Result<(), Failure> {
        let table = batch.table;
        if self.open.as_ref().is_some_and(|(before, _)| *before != table) {
            self.finish().await?;
        }
        if self.open.is_none() {
            let about = &self.tables.catalog.tables[table];
            let edits = edits(self.tables, Format::Binary, &[], table);
            let begun =
                Writing::begin(self.target, self.tables, about, edits, batch.rows()).await?;
            self.open = Some((table, begun));
        }
        let Some((_, writing)) = &mut self.open else { return Ok(()) };
        for (rows, tuples) in batch.tuples(BATCH) {
            writing.put(rows, tuples).await?;
        }
        Ok(())
    }

    /// Ends the COPY that is under way.
    async fn finish(&mut self) -> Result<(), Failure> {
        if let Some((table, writing)) = self.open.take() {
            let unlocks = self.tables.unlocking.unlocks(table);
            self.arrived[table].add(&writing.finish().await?, unlocks);
        }
        Ok(())
    }
}

/// Copies all selected rows that did not arrive yet, and adds to what arrived of each table.
pub(super) async fn copy(
    source: &ReadOnly,
    target: &Writable,
    tables: Tables<'_>,
    selection: &Selection,
    arrived: &mut [Arrived],
    progress: &Progress,
) -> Result<Hashes, Failure> {
    name_in_full(source).await?;
    let mut in_full = true;
    let Tables { catalog, unlocking, masks, .. } = tables;
    let servers = Servers::of(source, target);
    let mut hashes = Hashes::begin(source, target, catalog).await?;
    let limit = memory_limit::limit();
    for id in computed::order(catalog) {
        let table = &catalog.tables[id];
        let selected = &selection.tables[id];
        if !selected.whole && selected.rows.is_empty() {
            continue;
        }
        let left = if selected.gone > 0 { &selected.left } else { &selected.rows };
        if selected.whole || !left.is_empty() {
            let needs_text = masks.need_text(id);
            let format = if needs_text { Format::Text } else { format(table, servers) };
            // text forms of names, such as regclass, must be qualified
            let wants_full = table.has_names() && !masks.ask(table, id);
            if in_full != wants_full {
                in_full = wants_full;
                if in_full {
                    name_in_full(source).await?;
                } else {
                    understand_conditions(source, &catalog.settings).await?;
                }
            }
            let edits = edits(tables, format, &selection.nulled[id], id);
            let rows = if selected.whole { 0 } else { left.len() as u64 };
            // what is computed from masked values is not the source's
            let hash = hashes.column(catalog, id).filter(|_| !masks.mask(id));
            let is_hashed = hash.is_some();
            let room = Room::new(limit, table, &edits);
            let copy = TableCopy { source, target, table, tables, id, edits, rows, hash, room };
            let taken = copy.run(selected, left).await.map_err(|failure| {
                let remedy = computed::remedy(catalog, id);
                remedy.into_iter().fold(failure, Failure::remedy)
            })?;
            if is_hashed {
                hashes.add(id, taken.hashes);
            }
            arrived[id].add(&taken, unlocking.unlocks(id));
            if !selection.nulled[id].is_empty() {
                arrived[id].nulled += taken.changed;
            }
        }
        check(table, selected, &arrived[id])?;
        progress.table(&table.name.to_string(), arrived[id].rows, arrived[id].bytes);
    }
    Ok(hashes)
}

fn check(table: &Table, selected: &TableSelection, arrived: &Arrived) -> Result<(), Failure> {
    let expected = selected.rows.len() as u64;
    let all = arrived.rows + arrived.removed;
    if selected.whole || all == expected {
        return Ok(());
    }
    Err(Failure::new(format!("cannot write the rows of {} to the target", table.name))
        .because(format!("{expected} rows were selected, and {all} arrived"))
        .remedy("this is a fault of review-data: please report it"))
}

/// The columns that are written, as a list.
fn columns(table: &Table) -> String {
    let names = table.written().map(|column| QuotedIdent::new(&table.columns[column].name));
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// What is changed in the rows of a table: columns that become NULL since what they reference is
/// left empty, locks of migration tools, and masked values.
fn edits(
    Tables { catalog, unlocking, masks, .. }: Tables<'_>,
    format: Format,
    nulled: &[usize],
    id: TableId,
) -> Edits {
    let table = &catalog.tables[id];
    let mut edits = Edits::none(format);
    unlocking.add_to(&mut edits, table, id);
    masks.add_to(&mut edits, table, id);
    for (place, column) in table.written().enumerate() {
        if nulled.contains(&column) {
            edits.set(place, Constant::Null);
        }
    }
    edits
}

/// Rows on their way into one table of the target.
struct Writing<'a> {
    target: &'a Writable,
    tables: Tables<'a>,
    table: &'a Table,
    pump: Pump,
}

impl<'a> Writing<'a> {
    /// `rows`: how many there are at least.
    async fn begin(
        target: &'a Writable,
        tables: Tables<'a>,
        table: &'a Table,
        edits: Edits,
        rows: u64,
    ) -> Result<Self, Failure> {
        let (columns, format) = (columns(table), edits.format());
        // a table without columns has no list: () would be an error
        let list = if columns.is_empty() { String::new() } else { format!(" ({columns})") };
        let (name, option) = (table.name.quoted(), format.option());
        let frozen = matches!(table.storage, Storage::Plain) && rows >= FROZEN;
        let freeze = if frozen { ", freeze" } else { "" };
        let sink = target
            .copy_in(&format!("copy {name}{list} from stdin ({option}{freeze})"))
            .await
            .map_err(|error| target.failure(&writing(table), &error))?;
        Ok(Writing { target, tables, table, pump: Pump::new(sink, edits) })
    }

    fn with_hashes(self, hashed: bool) -> Self {
        Writing { pump: self.pump.with_hashes(hashed), ..self }
    }

    async fn put(&mut self, rows: u64, tuples: BytesMut) -> Result<(), Failure> {
        match self.pump.put(rows, tuples).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    /// What arrived.
    async fn finish(self) -> Result<Taken, Failure> {
        let Writing { target, tables, table, pump } = self;
        pump.finish().await.map_err(|error| failure(target, tables, table, &error))
    }

    fn failure(&self, error: &PumpError) -> Failure {
        failure(self.target, self.tables, self.table, error)
    }
}

fn writing(table: &Table) -> String {
    format!("cannot write the rows of {} to the target", table.name)
}

/// What went wrong on the target's side.
fn failure(target: &Writable, tables: Tables<'_>, table: &Table, error: &PumpError) -> Failure {
    match error {
        PumpError::Target(error) => {
            if let Some(unmet) = tables.masks.unmet(tables.catalog, table, error) {
                return unmet;
            }
            tables.refused.note(table, error);
            refused_rows::explain(target.failure(&writing(table), error), table, error)
        }
        PumpError::Refused { column, why } => {
            masking::cannot_mask(table, *column, &why.to_string())
        }
        other => Failure::new(writing(table)).because(other.to_string()),
    }
}

struct TableCopy<'a> {
    source: &'a ReadOnly,
    target: &'a Writable,
    table: &'a Table,
    tables: Tables<'a>,
    id: TableId,
    edits: Edits,
    /// How many there are at least.
    rows: u64,
    /// One more column of the answers.
    hash: Option<String>,
    /// How large a row may be.
    room: Room,
}

/// Bytes of rows whose masked values are tried together.
const CHUNK: usize = 1 << 20;

impl TableCopy<'_> {
    /// Copies the whole table, or the rows that are left.
    async fn run(self, selected: &TableSelection, left: &RowSet) -> Result<Taken, Failure> {
        let source = self.source;
        let failed = |error| source.failure(&reading(self.table), &error);
        let mut way = Way::begin(&self).await?;
        let mut columns = self.tables.masks.selected(self.table, self.id);
        if let Some(hash) = &self.hash {
            // as the target's session writes values
            source.run("set local timezone to 'UTC'").await.map_err(failed)?;
            let comma = if columns.is_empty() { "" } else { ", " };
            columns = format!("{columns}{comma}{hash}");
        }
        let room = &self.room;
        let matters = room.matters(self.table);
        if selected.whole {
            if matters {
                room.check(source, self.table, Among::All).await?;
            }
            self.take(&mut way, &questions::all_rows(&columns, self.table)).await?;
            return way.finish().await;
        }
        source.run(questions::PLAN_LOOKUPS).await.map_err(failed)?;
        let setting = source.prepare(questions::SET_ADDRESSES).await.map_err(failed)?;
        for (position, leaf) in self.table.leaves().into_iter().enumerate() {
            let sql = questions::rows_by_address(&columns, self.table, leaf);
            for addresses in left.in_leaf(position, MOST_ADDRESSES) {
                let list = questions::address_list(&addresses);
                source.query_prepared(&setting, &[&list]).await.map_err(failed)?;
                if matters {
                    room.check(source, self.table, Among::Addresses(leaf)).await?;
                }
                self.take(&mut way, &sql).await?;
            }
        }
        source.run(questions::PLAN_FREELY).await.map_err(failed)?;
        way.finish().await
    }

    async fn take(&self, way: &mut Way<'_>, sql: &str) -> Result<(), Failure> {
        let format = self.edits.format();
        let failed =
            |error: &tokio_postgres::Error| self.source.failure(&reading(self.table), error);
        let sql = format!("copy ({sql}) to stdout ({})", format.option());
        let answer = self.source.copy_out(&sql).await.map_err(|error| failed(&error))?;
        let taken = match way {
            Way::Straight(writing) => writing.pump.take(answer).await,
            Way::Tried { trials, taken } => {
                let mut chunks = Chunks::of(answer, format);
                loop {
                    match chunks.next(CHUNK).await {
                        Ok(Some(chunk)) => {
                            for (place, trial) in trials.iter() {
                                trial.run(self.target, *place, &chunk).await?;
                            }
                            let mut writing = self.begin().await?;
                            if let Err(error) = writing.pump.take_chunk(&chunk).await {
                                break Err(error);
                            }
                            taken.push(writing.finish().await?);
                            for (_, trial) in trials.iter() {
                                trial.forget();
                            }
                        }
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            }
        };
        match taken {
            Ok(()) => Ok(()),
            Err(PumpError::Source(error)) => Err(failed(&error)),
            Err(PumpError::Tuple(error)) => {
                Err(Failure::new(reading(self.table)).because(error.to_string()))
            }
            Err(error) => Err(failure(self.target, self.tables, self.table, &error)),
        }
    }

    async fn begin(&self) -> Result<Writing<'_>, Failure> {
        let edits = self.edits.clone();
        let writing =
            Writing::begin(self.target, self.tables, self.table, edits, self.rows).await?;
        Ok(writing.with_hashes(self.hash.is_some()))
    }
}

/// How rows go to the target.
enum Way<'a> {
    Straight(Box<Writing<'a>>),
    /// Masked values are tried, a chunk of rows at a time. Each chunk is a COPY.
    Tried {
        trials: Vec<(usize, &'a Trial)>,
        taken: Vec<Taken>,
    },
}

impl<'a> Way<'a> {
    async fn begin(copy: &'a TableCopy<'_>) -> Result<Self, Failure> {
        let place = |trial: &'a Trial| {
            let place = copy.table.written().position(|column| column == trial.column());
            place.map(|place| (place, trial))
        };
        let trials: Vec<_> = copy.tables.masks.trials(copy.id).iter().filter_map(place).collect();
        if trials.is_empty() {
            return Ok(Way::Straight(Box::new(copy.begin().await?)));
        }
        Ok(Way::Tried { trials, taken: Vec::new() })
    }

    async fn finish(self) -> Result<Taken, Failure> {
        match self {
            Way::Straight(writing) => writing.finish().await,
            Way::Tried { taken, .. } => {
                let mut all = Taken::default();
                for taken in &taken {
                    all.add(taken);
                }
                Ok(all)
            }
        }
    }
}

fn reading(table: &Table) -> String {
    format!("cannot read the rows of {} from the source", table.name)
}
