//! After the rows: our record, the report.

use super::arrived::Arrived;
use super::request::Request;
use super::select::{Selection, report_severed, report_unresolved};
use crate::catalog::Catalog;
use crate::config::{MaskedTable, Size, TableName};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, Writable};
use crate::record::{self, Origin};
use crate::report::{self, Differences, Report, SizeReport, TableReport};
use crate::subset::rules::{DecidedBy, Rule};

/// The result of the load, as it is printed and recorded.
pub(super) fn report_of(
    catalog: &Catalog,
    rules: &[Rule],
    selection: &Selection,
    arrived: &[Arrived],
    differences: Differences,
) -> Report {
    let tables = catalog
        .tables
        .pairs()
        .map(|(id, table)| {
            let selected = &selection.tables[id];
            let rows = arrived[id].rows;
            let available = if selected.whole { Some(rows) } else { selected.available };
            TableReport {
                schema: table.name.schema.clone(),
                table: table.name.name.clone(),
                available,
                estimated: selected.estimated,
                target: if selected.whole { rows } else { selected.target },
                rows,
                bytes: arrived[id].bytes,
                pulled_in: rows.saturating_sub(if selected.whole {
                    rows
                } else {
                    selected.chosen as u64
                }),
                reason: rules[id].why(),
                driven_by: selected.driven_by.clone(),
                nulled: selection.nulled[id]
                    .iter()
                    .map(|column| table.columns[*column].name.clone())
                    .collect(),
                nulled_rows: arrived[id].nulled,
                unreadable: rules[id].decided == DecidedBy::Unreadable,
            }
        })
        .collect();
    let unresolved = report_unresolved(catalog, &selection.unresolved);
    let severed = report_severed(catalog, &selection.severed);
    let unlocked = (catalog.tables.iter().zip(arrived))
        .filter(|(_, arrived)| arrived.unlocked > 0)
        .map(|(table, _)| table.name.to_string())
        .collect();
    Report { tables, unresolved, severed, differences, unlocked, ..Report::default() }
}

const RECORDING: &str = "cannot write our record to the target";

/// An earlier load's record goes. Whoever reads it meanwhile sees it until the COMMIT.
const EMPTY_RECORD: &str = "\
    delete from review_data.load_table; delete from review_data.load";

/// Our record has its own schema, so that no migration tool sees it. The tables of an older record
/// are made again: they may lack columns.
const RECORD: &str = "\
    drop table if exists review_data.load_table, review_data.load; \
    create table review_data.load ( \
      id bigint primary key, \
      loaded_at timestamptz not null default pg_catalog.now(), \
      tool_version text not null, \
      source text not null, \
      source_database text not null, \
      source_system bigint not null, \
      snapshot_at timestamptz not null, \
      snapshot text not null, \
      fraction double precision not null, \
      logarithmic boolean not null, \
      max_size bigint, \
      database_size bigint, \
      children bigint not null, \
      seed bigint not null, \
      masked boolean not null, \
      settings json not null); \
    create table review_data.load_table ( \
      load_id bigint not null references review_data.load, \
      schema_name text not null, \
      table_name text not null, \
      source_rows bigint, \
      source_rows_estimated boolean not null, \
      target_rows bigint not null, \
      rows bigint not null, \
      pulled_in bigint not null, \
      reason text not null, \
      driven_by text, \
      nulled_columns text[] not null, \
      primary key (load_id, schema_name, table_name))";

/// What the record says of the source. It is read at the start, so that the load does not need the
/// source once its rows are read.
pub(super) struct Provenance {
    database: String,
    system: i64,
    snapshot_at: String,
    snapshot: String,
    chain: Vec<Origin>,
}

impl Provenance {
    pub(super) async fn read(source: &ReadOnly) -> Result<Self, Failure> {
        let rows = source
            .query(
                "select pg_catalog.current_database()::text, c.system_identifier, \
                        pg_catalog.now()::text, pg_catalog.pg_current_snapshot()::text \
                 from pg_catalog.pg_control_system() c",
                &[],
            )
            .await
            .map_err(|error| source.failure("cannot read what the record needs", &error))?;
        let row = &rows[0];
        Ok(Provenance {
            database: row.get(0),
            system: row.get(1),
            snapshot_at: row.get(2),
            snapshot: row.get(3),
            chain: record::chain(source).await?,
        })
    }
}

/// Writes the record of this load.
pub(super) async fn record(
    provenance: &Provenance,
    target: &Writable,
    request: &Request<'_>,
    catalog: &Catalog,
    report: &Report,
    rules: &[Rule],
) -> Result<(), Failure> {
    let failed = |error| target.failure(RECORDING, &error);
    let Provenance { database, system, snapshot_at, snapshot, chain } = provenance;
    let made = if record::is_of_today(target).await? { EMPTY_RECORD } else { RECORD };
    target.run(&format!("{} {made}", record::SCHEMA)).await.map_err(failed)?;
    let subset = &request.config.subset;
    let (fraction, logarithmic, max_size) = match report.size {
        SizeReport::Linear { part } => (part, false, None),
        SizeReport::Logarithmic { part } => (part, true, None),
        SizeReport::Budget { part, bytes, .. } => (part, true, i64::try_from(bytes).ok()),
    };
    let size = if logarithmic { Size::Logarithmic(fraction) } else { Size::Linear(fraction) };
    let small = report.tables.iter().zip(rules).filter(|(_, rule)| rule.decided == DecidedBy::Size);
    let small = small.map(|(table, _)| TableName {
        schema: Some(table.schema.clone()),
        table: table.table.clone(),
    });
    // a condition may hold a value of a masked column
    let hidden = masked_tables(catalog, &report.masks.columns);
    let settings = request
        .config
        .hiding(&hidden)
        .settings(size, small.collect())
        .map_err(|error| Failure::new(RECORDING).because(error.to_string()))?;
    // the one row of this table: a sequence's number would be used up by a load that fails, too
    let rows = target
        .query(
            "insert into review_data.load (id, tool_version, source, source_database, source_system, \
               snapshot_at, snapshot, fraction, logarithmic, max_size, children, seed, masked, \
               settings) \
             values (1, $1, $2, $3, $4, $5::text::timestamptz, $6, $7, $8, $9, $10, $11, $13, \
               $12::text::json) \
             returning id",
            &[
                &env!("CARGO_PKG_VERSION"),
                &request.source.0.display(),
                database,
                system,
                snapshot_at,
                snapshot,
                &fraction,
                &logarithmic,
                &max_size,
                &i64::from(subset.children),
                &subset.seed,
                &settings,
                &report.masks.is_masked(),
            ],
        )
        .await
        .map_err(failed)?;
    let load: i64 = rows[0].get(0);
    let tables = serde_json::to_string(&report.tables)
        .map_err(|error| Failure::new(RECORDING).because(error.to_string()))?;
    target
        .query(
            "insert into review_data.load_table \
             select $1, t.schema, t.\"table\", t.source_rows, t.source_rows_estimated, \
                    t.target_rows, t.rows, t.pulled_in_rows, t.reason, t.driven_by, \
                    t.nulled_columns \
             from pg_catalog.json_to_recordset($2::text::json) as t( \
               schema text, \"table\" text, source_rows bigint, source_rows_estimated boolean, \
               target_rows bigint, rows bigint, pulled_in_rows bigint, reason text, \
               driven_by text, nulled_columns text[])",
            &[&load, &tables],
        )
        .await
        .map_err(failed)?;
    let keep_migrations: Vec<record::MigrationName<'_>> = report
        .tables
        .iter()
        .zip(rules)
        .filter(|(_, rule)| matches!(rule.decided, DecidedBy::MigrationTool | DecidedBy::Guess))
        .map(|(table, _)| (Some(table.schema.as_str()), Some(table.table.as_str())))
        .collect();
    record::loaded(chain, target, &keep_migrations).await?;
    record::note_masks(target, &notes(&report.masks)).await?;
    // one row more or less of this table takes no page more
    target
        .run(
            "update review_data.load set database_size = \
             pg_catalog.pg_database_size(pg_catalog.current_database())",
        )
        .await
        .map_err(failed)?;
    Ok(())
}

/// The tables that have masked columns.
pub(super) fn masked_tables(
    catalog: &Catalog,
    columns: &[report::MaskedColumn],
) -> Vec<MaskedTable> {
    let masked = |schema: &str, table: &str| -> Vec<String> {
        let of_table = columns.iter().filter(|one| one.schema == schema && one.table == table);
        of_table.map(|one| one.column.clone()).collect()
    };
    let tables = catalog.tables.iter().map(|table| {
        let columns = masked(&table.name.schema, &table.name.name);
        let key = table.key.iter().flatten().map(|column| &table.columns[*column].name);
        let key = key.into_iter().any(|name| columns.contains(name));
        let (schema, table) = (table.name.schema.clone(), table.name.name.clone());
        MaskedTable { schema, table, columns, key }
    });
    tables.filter(|table| !table.columns.is_empty()).collect()
}

/// What the record keeps of what was masked.
fn notes(masks: &report::Masks) -> record::MaskNotes {
    let note = |column: &report::MaskedColumn| record::MaskNote {
        schema: column.schema.clone(),
        table: column.table.clone(),
        column: column.column.clone(),
        mask: column.mask.clone(),
        paths: column.paths.iter().map(|path| format!("{} {}", path.path, path.mask)).collect(),
        reason: column.reason.clone(),
        values: column.values,
    };
    record::MaskNotes {
        masked: masks.is_masked(),
        key: masks.key.map(|key| key.name().to_owned()),
        columns: masks.columns.iter().map(note).collect(),
    }
}

/// The size of the target's database in bytes: files of our own transaction count already.
pub(super) async fn size(target: &Writable) -> Result<u64, Failure> {
    let rows = target
        .query("select pg_catalog.pg_database_size(pg_catalog.current_database())", &[])
        .await
        .map_err(|error| target.failure("cannot ask for the target's size", &error))?;
    Ok(u64::try_from(rows[0].get::<_, i64>(0)).unwrap_or(0))
}
