//! Why a row is in a target that was loaded, or is not. The record of a load says by which
//! settings its rows were selected; they are selected again, on the source as it is now.

use super::guard;
use super::paths::understand_conditions;
use super::reading::{begin_reading, read_catalog};
use super::rules::rules_of;
use super::select::{self, RowToTrace, Selection};
use crate::catalog::{Catalog, Contents, QualifiedName, Table};
use crate::config::MigrationTable;
use crate::config::{Config, Force, ForceMissing, Given, MaskedTable, TableName};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, SourceUrl, TargetUrl, Writable};
use crate::report::{Absence, Held, Progress, RowName, Trace, Why};
use crate::subset::questions::{self, one_row};
use crate::subset::rules;
use std::collections::HashMap;

/// A question about one row.
pub struct Question<'a> {
    pub source: &'a SourceUrl,
    pub target: &'a TargetUrl,
    pub migration_tables: &'a [MigrationTable],
    /// What review-data.toml says now: the record leaves out what mentions masked columns.
    pub config: &'a Config,
    pub table: TableName,
    /// As `--force` takes it.
    pub key: String,
}

/// How many changes of whole tables are reported.
const CHANGES: usize = 3;

/// Answers it. Writes nothing.
///
/// # Errors
/// The target has no record of a load, the source is another one or cannot be read, or the table or
/// the key does not exist.
pub async fn why(question: &Question<'_>, progress: &Progress) -> Result<Why, Failure> {
    progress.begin("reading the record of the load");
    let target = question.target.connect().await?;
    let mut record = Record::read(&target, question.target).await?;
    let mut masked = masked_tables(&target).await?;
    record.reveal(question.config, &masked)?;
    let source = question.source.connect().await?;
    record.check_source(&source, question.source).await?;
    begin_reading(&source, None).await?;
    let by_record = |failure: Failure| failure.because("as the record of the load says");
    let config = &record.config;
    let catalog = read_catalog(&source, config).await.map_err(by_record)?;
    for table in &mut masked {
        table.key = key_is_masked(&catalog, table);
    }
    let rules =
        rules_of(&source, config, question.migration_tables, &catalog).await.map_err(by_record)?;
    let given = Given::Words(format!("why {} {}", question.table, question.key));
    let id = rules::find_in_any_case(&catalog, &question.table, &given)
        .map_err(|error| error.failure(config))?;
    let table = &catalog.tables[id];
    let values = key(table, &question.key)?;
    let columns = table.key.as_deref().unwrap_or_default();
    let condition = questions::key_condition(table, columns, &values);
    understand_conditions(&source, &catalog.settings).await?;
    check_key(&source, table, &condition, &question.key).await?;

    progress.begin("selecting the rows again");
    select::check_conditions(&source, &catalog, &rules, config).await?;
    let row = RowToTrace { table: id, condition: &condition };
    let (mut trace, selection) = select::trace(&source, &catalog, &rules, config, row).await?;
    source
        .run("commit")
        .await
        .map_err(|error| source.failure("cannot end the source's transaction", &error))?;

    progress.begin("looking at the target");
    let is_masked = |name: &str| masked.iter().any(|table| table.key && qualified(table) == name);
    let held = if is_masked(&table.name.to_string()) {
        Held::Unknown(KEY_MASKED.to_owned())
    } else {
        held(&target, table, &values).await?
    };
    if let Trace::Comes(steps) = &mut trace {
        for step in steps {
            if is_masked(&step.row.table) {
                step.held = Held::Unknown(KEY_MASKED.to_owned());
                hide(&mut step.row);
                continue;
            }
            let table =
                catalog.tables.iter().find(|table| table.name.to_string() == step.row.table);
            if let Some(table) = table.filter(|_| !step.row.key.is_empty()) {
                step.held = self::held(&target, table, &step.row.key).await?;
            }
        }
    }
    if let Trace::StaysAway(absences) = &mut trace {
        for absence in absences {
            if let Absence::Parent { parent: Some((row, _)), .. } = absence
                && is_masked(&row.table)
            {
                hide(row);
            }
        }
    }
    progress.end();
    Ok(Why {
        row: RowName { table: table.name.to_string(), key: values },
        trace,
        held,
        changes: record.changes(&catalog, &selection),
        snapshot_at: record.snapshot_at,
    })
}

const KEY_MASKED: &str = "its key is masked there";

/// A masked key is a value of the source that nobody may read here.
fn hide(row: &mut RowName) {
    row.key.iter_mut().for_each(|part| "…".clone_into(part));
}

fn key_is_masked(catalog: &Catalog, masked: &MaskedTable) -> bool {
    let name = QualifiedName::new(&masked.schema, &masked.table);
    let table = catalog.tables.iter().find(|table| table.name == name);
    table.is_some_and(|table| {
        let mut key = table.key.iter().flatten();
        key.any(|column| masked.columns.contains(&table.columns[*column].name))
    })
}

fn qualified(table: &MaskedTable) -> String {
    QualifiedName::new(&table.schema, &table.table).to_string()
}

/// The tables that the record says to have masked columns.
async fn masked_tables(target: &Writable) -> Result<Vec<MaskedTable>, Failure> {
    let mut tables: Vec<MaskedTable> = Vec::new();
    for note in crate::record::mask_notes(target).await?.columns {
        match tables.last_mut() {
            Some(last) if last.schema == note.schema && last.table == note.table => {
                last.columns.push(note.column);
            }
            _ => tables.push(MaskedTable {
                schema: note.schema,
                table: note.table,
                columns: vec![note.column],
                key: false,
            }),
        }
    }
    Ok(tables)
}

/// What a load has left behind about itself.
struct Record {
    config: Config,
    snapshot_at: String,
    source_database: String,
    source_system: i64,
    source_name: String,
    /// Rows by table.
    rows: HashMap<(String, String), i64>,
}

impl Record {
    /// Takes what the record hides from the configuration, where that is still the same.
    fn reveal(&mut self, now: &Config, masked: &[MaskedTable]) -> Result<(), Failure> {
        if !self.config.hides() {
            return Ok(());
        }
        self.config = self.config.revealed(now, masked).ok_or_else(|| {
            Failure::new("the record of the load does not say how its rows were selected")
                .because("it leaves out keys and conditions on masked columns, which are values of the source")
                .remedy(
                    "ask in the directory of the app, with the review-data.toml of the load; a \
                     load with --force on a masked key cannot be asked about",
                )
        })?;
        Ok(())
    }

    async fn read(target: &Writable, url: &TargetUrl) -> Result<Self, Failure> {
        let failed = |error| target.failure("cannot read the record of the load", &error);
        if guard::loaded_at(target).await?.is_none() {
            return Err(Failure::new("the target holds no record of a load")
                .because(format!("{} has no table review_data.load", url.0.display()))
                .remedy("name the database that review-data has filled, by --target"));
        }
        // an older record has no column for the settings
        let rows = target
            .query(
                "select l.id, pg_catalog.to_jsonb(l) operator(pg_catalog.->>) 'settings', \
                        l.snapshot_at::timestamptz(0)::text, l.source_database, l.source_system, \
                        l.source, l.tool_version \
                 from review_data.load l order by l.id desc limit 1",
                &[],
            )
            .await
            .map_err(failed)?;
        let load: i64 = rows[0].get(0);
        let settings: Option<String> = rows[0].get(1);
        let version: String = rows[0].get(6);
        let unreadable = |why: String| {
            Failure::new("the record of the load does not say how its rows were selected")
                .because(format!("it was written by review-data {version}: {why}"))
                .remedy(
                    "ask with the version of review-data that wrote it, or load anew; what a load \
                     would copy now is told by\n review-data plan",
                )
        };
        let settings = settings.ok_or_else(|| unreadable("it has no settings".to_owned()))?;
        let mut config =
            Config::from_settings(&settings).map_err(|error| unreadable(error.to_string()))?;
        // the answer does not need a row that was deleted since the load
        config.force_missing = ForceMissing::Warn;
        let mut tables = HashMap::new();
        for row in target
            .query(
                "select schema_name, table_name, rows from review_data.load_table \
                 where load_id operator(pg_catalog.=) $1",
                &[&load],
            )
            .await
            .map_err(failed)?
        {
            tables.insert((row.get(0), row.get(1)), row.get(2));
        }
        Ok(Record {
            config,
            snapshot_at: rows[0].get(2),
            source_database: rows[0].get(3),
            source_system: rows[0].get(4),
            source_name: rows[0].get(5),
            rows: tables,
        })
    }

    async fn check_source(&self, source: &ReadOnly, url: &SourceUrl) -> Result<(), Failure> {
        let rows = source
            .query(
                "select pg_catalog.current_database()::text, c.system_identifier \
                 from pg_catalog.pg_control_system() c",
                &[],
            )
            .await
            .map_err(|error| source.failure("cannot tell which database the source is", &error))?;
        let (database, system): (String, i64) = (rows[0].get(0), rows[0].get(1));
        if (&database, system) == (&self.source_database, self.source_system) {
            return Ok(());
        }
        Err(Failure::wrong_use("the source is not the one that the target was loaded from")
            .because(format!("the record of the load names {}", self.source_name))
            .because(format!("the source is {}", url.0.display()))
            .remedy("name that source, or another standby of it, by --source"))
    }

    /// Tables that give another number of rows now.
    fn changes(&self, catalog: &Catalog, selection: &Selection) -> Vec<String> {
        let mut changes: Vec<String> = selection.warnings.clone();
        let mut more = 0;
        for (table, selected) in catalog.tables.iter().zip(&selection.tables) {
            let key = (table.name.schema.clone(), table.name.name.clone());
            let now = i64::try_from(selected.rows.len()).unwrap_or(i64::MAX);
            match self.rows.get(&key) {
                Some(then) if selected.whole || *then == now => {}
                _ if changes.len() == CHANGES => more += 1,
                Some(then) => {
                    changes.push(format!("{} gives {now} rows, and gave {then}", table.name));
                }
                None => changes.push(format!("{} is new", table.name)),
            }
        }
        if more > 0 {
            changes.push(format!("{more} more tables"));
        }
        changes
    }
}

/// The values of a key, from the words of the command line.
fn key(table: &Table, given: &str) -> Result<Vec<String>, Failure> {
    let Some(key) = &table.key else {
        return Err(Failure::wrong_use(format!("{} has no key that names a row", table.name))
            .because("it has no primary key, and no unique index on columns that are NOT NULL")
            .remedy("ask about a row of another table that references it, or that it references"));
    };
    let name = TableName { schema: None, table: String::new() };
    let values = Force { table: name, key: given.to_owned() }.values(key.len());
    if values.len() == key.len() {
        return Ok(values);
    }
    let columns: Vec<&str> =
        key.iter().map(|column| table.columns[*column].name.as_str()).collect();
    Err(Failure::wrong_use(format!("the key of {} has other columns", table.name))
        .because(format!("they are {}, and {given} gives {}", columns.join(", "), values.len()))
        .remedy("separate the values by commas, as 1,2, or give a JSON array, as '[\"a,b\", 2]'"))
}

/// Reports values that do not have the key's types, before anything else is done.
async fn check_key(
    source: &ReadOnly,
    table: &Table,
    condition: &str,
    given: &str,
) -> Result<(), Failure> {
    // a standby does not even look at tables that are not replicated
    if table.contents != Contents::Readable {
        return Ok(());
    }
    let Err(error) = source.prepare(&questions::probe(table, condition)).await else {
        return Ok(());
    };
    if error.as_db_error().is_none_or(|said| !said.code().code().starts_with("22")) {
        return Err(source.failure("cannot look for the row", &error));
    }
    let key = table.key.iter().flatten().map(|column| &table.columns[*column]);
    let columns: Vec<String> =
        key.map(|column| format!("{} ({})", column.name, column.data_type.name)).collect();
    Err(Failure::wrong_use(format!("{given} is not a key of {}", table.name))
        .because(format!("its key is {}", columns.join(", ")))
        .remedy("give values of these types"))
}

/// Whether the target holds a row. Migrations may have changed its table since.
async fn held(target: &Writable, table: &Table, values: &[String]) -> Result<Held, Failure> {
    let key = table.key.as_deref().unwrap_or_default();
    match target.query(&one_row::is_there(table, key, values), &[]).await {
        Ok(rows) if rows[0].get(0) => Ok(Held::Yes),
        Ok(_) => Ok(Held::No),
        Err(error) => match error.as_db_error() {
            // no such table, column, operator; no value of that type
            Some(said)
                if said.code().code().starts_with("42") || said.code().code().starts_with("22") =>
            {
                Ok(Held::Unknown(said.message().to_owned()))
            }
            _ => Err(target.failure("cannot look for the row in the target", &error)),
        },
    }
}
