//! What a load would bring: the selection is made as a load makes it, and nothing is copied.

use super::budget::{Fit, Fitting};
use super::computed;
use super::exceptions::Peculiar;
use super::extension_rows;
use super::left_out;
use super::lock_estimate;
use super::making::not_set;
use super::masking::check_lines;
use super::measure;
use super::names;
use super::orphans;
use super::paths::{name_in_full, understand_conditions};
use super::reading::{begin_reading, moment, read_catalog_inside, read_outside};
use super::rules::rules_of;
use super::select::{
    Counts, Orphans, Precision, Selection, TableSelection, count_rows, report_severed,
    report_unresolved, select_for_plan,
};
use crate::catalog::{self, Catalog, Contents, ForeignKeyId, Storage, Table, TableId};
use crate::config::MigrationTable;
use crate::config::{Config, Size};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, ReadOnly, SourceUrl};
use crate::report::{
    Differences, MissingIndex, Nulled, PLAN_VERSION, Plan, PlannedBytes, PlannedSubset, Progress,
    PulledIn, TablePlan, Undeclared, Unsorted,
};
use crate::subset::bytes::Shape;
use crate::subset::questions;
use crate::subset::relations::suspects;
use crate::subset::rules::{By, Rule, left_empty};

/// The scan of a table of less than this (bytes) is not worth an index.
const WORTH_AN_INDEX: u64 = 1 << 20;

/// Plans a load from this source. Only reads, and ends its transaction before it returns.
///
/// # Errors
/// The errors that the load would meet on the source.
pub async fn plan(
    url: &SourceUrl,
    config: &Config,
    migration_tables: &[MigrationTable],
    progress: &Progress,
) -> Result<Plan, Failure> {
    progress.begin("connecting to the source");
    let source = url.connect().await?;
    begin_reading(&source, None).await?;
    progress.begin("reading the source's catalogue");
    let outside = read_outside(&source, config).await?;
    lock_estimate::check_source(&source, &outside).await?;
    let catalog = read_catalog_inside(&source, config, &outside).await?;
    let rules = rules_of(&source, config, migration_tables, &catalog).await?;
    check_lines(&source, config, &catalog).await?;
    progress.begin("selecting rows");
    let (rules, (selection, orphans), part) = match config.subset.size {
        Size::Budget(size) => {
            let fitting =
                Fitting::new(&source, &outside, &catalog, &rules, config, progress, size.0);
            let mut fitting = fitting.await?;
            let Fit { part, rules } = fitting.find().await?;
            computed::check_possible(&catalog, &rules)?;
            let counts = fitting.counts();
            let selection = select_for_plan(&source, &catalog, &rules, config, counts).await?;
            (rules, selection, part)
        }
        Size::Linear(part) | Size::Logarithmic(part) => {
            computed::check_possible(&catalog, &rules)?;
            let counts = Counts::default();
            let selection = select_for_plan(&source, &catalog, &rules, config, &counts).await?;
            (rules, selection, part)
        }
    };
    progress.begin("counting and measuring");
    let counts = count(&source, &catalog, &rules, &selection).await?;
    let all_rows = count_all(&source, &catalog, &rules, &counts).await?;
    let shapes = measure::shapes(&source, &catalog, &all_rows).await?;
    let differences = differences(&source, &catalog, &rules, &selection, &orphans).await?;
    let snapshot_at = moment(&source).await?;
    source
        .run("commit")
        .await
        .map_err(|error| source.failure("cannot end the source's transaction", &error))?;
    progress.end();

    let planned =
        Planned { catalog: &catalog, rules: &rules, selection: &selection, counts, shapes };
    let tables: Vec<TablePlan> = catalog.tables.ids().map(|id| planned.table(id)).collect();
    let max_size = match config.subset.size {
        Size::Budget(size) => Some(size.0),
        Size::Linear(_) | Size::Logarithmic(_) => None,
    };
    Ok(Plan {
        version: PLAN_VERSION,
        source: url.0.display(),
        snapshot_at,
        subset: PlannedSubset {
            fraction: part,
            logarithmic: !matches!(config.subset.size, Size::Linear(_)),
            max_size,
            children: config.subset.children,
            seed: config.subset.seed,
        },
        rows: tables.iter().map(|table| table.rows).sum(),
        bytes: tables.iter().map(|table| table.bytes.total).sum(),
        missing_indexes: planned.missing_indexes(),
        unsorted: planned.unsorted(),
        undeclared: undeclared(&catalog),
        unresolved: report_unresolved(&catalog, &selection.unresolved),
        severed: report_severed(&catalog, &selection.severed),
        differences,
        warnings: selection.warnings.clone(),
        tables,
    })
}

/// How the target will differ, as far as the source tells. It does not ask what a target's role may do.
async fn differences(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    selection: &Selection,
    orphans: &[Orphans],
) -> Result<Differences, Failure> {
    // names are written in full
    name_in_full(source).await?;
    let Peculiar { policies, privileged, .. } = Peculiar::read(source).await?;
    let mut differences = Differences {
        left_out: [catalog.left_out.clone(), left_empty(catalog, rules)].concat(),
        ..Differences::default()
    };
    differences.left_out.extend(extension_rows::may_be_left_out(catalog));
    differences.left_out.extend(left_out::of(source, catalog, &privileged).await?);
    for policy in &policies {
        differences.left_out.push(format!(
            "policy {}, unless the target's server has one of its roles: {}",
            policy.title(),
            policy.roles.join(", ")
        ));
    }
    for check in &catalog.checks {
        differences.not_valid.push(format!(
            "check {} of {}, if rows of the subset do not meet it: it calls a function, or reads \
             the clock or a setting",
            check.name, check.of
        ));
    }
    understand_conditions(source, &catalog.settings).await?;
    differences.not_valid.extend(orphans::of(source, catalog, selection, orphans).await?);
    differences.not_set = not_set(&catalog.settings);
    Ok(differences)
}

fn undeclared(catalog: &Catalog) -> Vec<Undeclared> {
    suspects::suspects(catalog)
        .into_iter()
        .map(|suspect| {
            let table = &catalog.tables[suspect.table];
            let referenced = &catalog.tables[suspect.referenced];
            let key = &referenced.columns[suspect.referenced_column].name;
            Undeclared {
                schema: table.name.schema.clone(),
                table: table.name.name.clone(),
                column: table.columns[suspect.column].name.clone(),
                references: format!("{}({key})", referenced.name),
                entry: suspect.entry,
            }
        })
        .collect()
}

/// Rows of a table in the source, and whether that is an estimate.
type Count = Option<(u64, bool)>;

/// The selection counts only what it has to.
async fn count(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    selection: &Selection,
) -> Result<Vec<Count>, Failure> {
    let mut counts = Vec::with_capacity(catalog.tables.len());
    for ((table, rule), selected) in catalog.tables.iter().zip(rules).zip(&selection.tables) {
        counts.push(match selected.available {
            _ if table.contents != Contents::Readable => None,
            Some(rows) => Some((rows, selected.estimated)),
            None => {
                let condition = rule.condition.as_ref().map(|condition| condition.value.as_str());
                // all of it will be read anyway
                let precision = if selected.whole { Precision::Exact } else { Precision::Rough };
                Some(count_rows(source, table, condition, precision).await?)
            }
        });
    }
    Ok(counts)
}

/// How many rows there are, whether or not they meet their rule's condition: sizes are theirs.
async fn count_all(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    counts: &[Count],
) -> Result<Vec<u64>, Failure> {
    let mut all = Vec::with_capacity(counts.len());
    for ((table, rule), count) in catalog.tables.iter().zip(rules).zip(counts) {
        let part = rule.condition.is_some() || table.kept.is_some();
        all.push(match count {
            Some(_) if part => count_rows(source, &table.entire(), None, Precision::Rough).await?.0,
            count => count.map_or(0, |(rows, _)| rows),
        });
    }
    Ok(all)
}

struct Planned<'a> {
    catalog: &'a Catalog,
    rules: &'a [Rule],
    selection: &'a Selection,
    counts: Vec<Count>,
    shapes: Vec<Shape>,
}

impl Planned<'_> {
    fn table(&self, id: TableId) -> TablePlan {
        let table = &self.catalog.tables[id];
        let selected = &self.selection.tables[id];
        let rows = self.rows(id);
        TablePlan {
            schema: table.name.schema.clone(),
            table: table.name.name.clone(),
            source_rows: self.counts[id].map(|(rows, _)| rows),
            source_rows_estimated: self.counts[id].is_some_and(|(_, estimated)| estimated),
            target_rows: if selected.whole { rows } else { selected.target },
            rows,
            bytes: self.bytes(id),
            reason: self.rules[id].why(),
            driven_by: selected.driven_by.clone(),
            pulled_in: self.pulled_in(id),
            nulled: self.nulled(id),
        }
    }

    /// How many rows of a table will arrive.
    fn rows(&self, id: TableId) -> u64 {
        let TableSelection { whole, rows, .. } = &self.selection.tables[id];
        let all = self.counts[id].map_or(0, |(rows, _)| rows);
        if *whole { all } else { rows.len() as u64 }
    }

    fn bytes(&self, id: TableId) -> PlannedBytes {
        let selected = &self.selection.tables[id];
        let shape = &self.shapes[id];
        let leaves = self.catalog.tables[id].leaves().len();
        #[allow(clippy::cast_precision_loss, reason = "an estimate")]
        let rows = if selected.whole {
            shape.spread(self.rows(id) as f64)
        } else {
            (0..leaves).map(|leaf| selected.rows.count_in_leaf(leaf) as f64).collect()
        };
        let loaded = shape.bytes(&rows);
        PlannedBytes {
            heap: loaded.heap,
            toast: loaded.toast,
            indexes: loaded.indexes,
            total: loaded.total(),
        }
    }

    fn pulled_in(&self, id: TableId) -> Vec<PulledIn> {
        let of_table = |keys: &[ForeignKeyId]| {
            keys.first().is_some_and(|key| self.catalog.foreign_keys[*key].referenced == id)
        };
        self.selection
            .course
            .pulled_in()
            .filter(|(keys, _)| of_table(keys))
            .map(|(keys, rows)| {
                let child = |key: ForeignKeyId| self.catalog.foreign_keys[key].table;
                let with_rows = keys.iter().filter(|key| self.rows(child(**key)) > 0);
                let foreign_keys =
                    with_rows.map(|key| names::foreign_key(self.catalog, *key)).collect();
                PulledIn { foreign_keys, rows }
            })
            .collect()
    }

    fn nulled(&self, id: TableId) -> Vec<Nulled> {
        let keys = self.selection.course.nulled().iter();
        keys.map(|(key, columns)| (&self.catalog.foreign_keys[*key], columns))
            .filter(|(key, _)| key.table == id)
            .map(|(key, columns)| Nulled {
                foreign_key: key.name.clone(),
                columns: columns.iter().map(|column| self.column(id, *column)).collect(),
                references: self.catalog.tables[key.referenced].name.to_string(),
            })
            .collect()
    }

    fn missing_indexes(&self) -> Vec<MissingIndex> {
        let unindexed = self.selection.course.unindexed();
        unindexed
            .into_iter()
            .map(|key| (key, &self.catalog.tables[self.catalog.foreign_keys[key].table]))
            .filter(|(_, table)| table.bytes >= WORTH_AN_INDEX)
            .map(|(key, table)| MissingIndex {
                foreign_key: names::foreign_key(self.catalog, key),
                scanned_bytes: table.bytes,
                statements: statements(
                    table,
                    &questions::index_on(self.catalog, &self.catalog.foreign_keys[key]),
                ),
            })
            .collect()
    }

    /// Tables whose rule has an order that no index serves.
    fn unsorted(&self) -> Vec<Unsorted> {
        let tables = self.catalog.tables.iter().zip(self.rules).zip(&self.selection.tables);
        tables
            .filter(|((table, _), selected)| {
                !selected.whole && selected.target > 0 && table.bytes >= WORTH_AN_INDEX
            })
            .filter_map(|((table, rule), _)| {
                let By::Column { column, .. } = rule.order.as_ref()?.by else { return None };
                let name = &table.columns[column].name;
                (!table.has_index_on(&[column])).then(|| Unsorted {
                    schema: table.name.schema.clone(),
                    table: table.name.name.clone(),
                    column: name.clone(),
                    scanned_bytes: table.bytes,
                    statements: statements(table, &format!("({})", QuotedIdent::new(name))),
                })
            })
            .collect()
    }

    fn column(&self, table: TableId, column: usize) -> String {
        self.catalog.tables[table].columns[column].name.clone()
    }
}

/// Statements that make an index. On a partitioned table none can be made concurrently: made on its
/// partitions, it is only put together on the table itself, which takes no time.
fn statements(table: &Table, columns: &str) -> Vec<String> {
    let concurrently = |name: &catalog::QualifiedName| {
        format!("create index concurrently on {} {columns};", name.quoted())
    };
    let mut statements: Vec<String> = table.leaves().into_iter().map(concurrently).collect();
    if matches!(table.storage, Storage::Partitioned { .. }) {
        statements.push(format!("create index on {} {columns};", table.name.quoted()));
    }
    statements
}
