//! The decisions as `plan --masks` shows them: the same that a load makes.

use super::deciding::{Decided, Outcome, decide};
use super::made_up::made_up;
use super::sql;
use crate::catalog::{Catalog, TableId};
use crate::config::{Config, MigrationTable, Secret};
use crate::failure::Failure;
use crate::load::reading::{begin_reading, moment, read_catalog};
use crate::load::rules::rules_of;
use crate::mask::Mask;
use crate::mask::decisions;
use crate::mask::values::{MaskKey, Masked, Masker, Shape};
use crate::postgres::SourceUrl;
use crate::report::{MaskedPath, PLANNED_MASKS_VERSION, PlannedMask, PlannedMasks, Progress};

/// Examples are masked under a key that everybody may know: no value of the source is among them,
/// and the same decisions give the same text.
const EXAMPLE_KEY: &str = "review-data plan --masks: examples only";

/// Decides as a load would. Only reads, and ends its transaction before it returns. The failure is
/// what the load would say to columns that cannot be masked as decided.
///
/// # Errors
/// All other errors that the load would meet before it copies a row.
pub async fn planned_masks(
    url: &SourceUrl,
    config: &Config,
    migration_tables: &[MigrationTable],
    progress: &Progress,
) -> Result<(PlannedMasks, Option<Failure>), Failure> {
    progress.begin("connecting to the source");
    let source = url.connect().await?;
    begin_reading(&source, None).await?;
    progress.begin("reading the source's catalogue");
    let catalog = read_catalog(&source, config).await?;
    let rules = rules_of(&source, config, migration_tables, &catalog).await?;
    progress.begin("deciding about masks");
    let outcome = decide(&source, config, &catalog, &rules).await?;
    let notes = outcome.notes(config);
    let Outcome { state, decided } = outcome;
    let snapshot_at = moment(&source).await?;
    let mut refusal = None;
    if let Some(decided) = &decided {
        refusal = decided.check(config).err();
        if refusal.is_none() {
            refusal = sql::check(&source, config, &catalog, decided).await.err();
        }
    }
    source
        .run("commit")
        .await
        .map_err(|error| source.failure("cannot end the source's transaction", &error))?;
    progress.end();
    for note in notes {
        progress.line(&note);
    }
    let columns = match &decided {
        Some(decided) => columns(&catalog, decided)?,
        None => Vec::new(),
    };
    let planned = PlannedMasks {
        version: PLANNED_MASKS_VERSION,
        source: url.0.display(),
        snapshot_at,
        state,
        columns,
    };
    Ok((planned, refusal))
}

/// All masked columns, and all columns with text that are kept.
fn columns(catalog: &Catalog, decided: &Decided) -> Result<Vec<PlannedMask>, Failure> {
    let key = MaskKey::of(&Secret::new(EXAMPLE_KEY))
        .map_err(|error| Failure::new("cannot make examples").because(error.to_string()))?;
    let mut columns = Vec::new();
    for (id, table) in catalog.tables.pairs() {
        for (column, choice) in decided.decisions.tables[id].iter().enumerate() {
            let holds_text = decisions::holds_text(&decided.details[id], column);
            if !choice.is_masked() && (!holds_text || choice.by == decisions::By::Exempt) {
                continue;
            }
            let refused = decided.decisions.refused.get(&(id, column));
            let examples = examples(&key, catalog, decided, (id, column), choice);
            columns.push(PlannedMask {
                schema: table.name.schema.clone(),
                table: table.name.name.clone(),
                column: table.columns[column].name.clone(),
                mask: choice.mask.to_string(),
                paths: choice
                    .paths
                    .iter()
                    .map(|(path, mask)| MaskedPath { path: path.clone(), mask: mask.to_string() })
                    .collect(),
                reason: choice.reason.clone(),
                confidence: choice.confidence.name().to_owned(),
                examples,
                refused: refused.map(|refused| refused.why().to_owned()),
            });
        }
    }
    Ok(columns)
}

/// Masked forms of made-up values; none where the column cannot be masked.
fn examples(
    key: &MaskKey,
    catalog: &Catalog,
    decided: &Decided,
    (id, column): (TableId, usize),
    choice: &decisions::Decided,
) -> Vec<String> {
    if !choice.is_masked() || matches!(choice.mask, Mask::Sql(_)) {
        return Vec::new();
    }
    let shape = decided.shape(catalog, id, column);
    let shape = Shape { password: Some(key.password()), ..shape };
    if choice.mask == Mask::ByKey {
        // what a row of each of these keys would get
        return [("email", Mask::Email), ("name", Mask::FullName), ("phone", Mask::Phone)]
            .iter()
            .filter_map(|(name, mask)| {
                let shape = Shape { tie: mask.to_string(), ..shape.clone() };
                let masker = Masker::new(key, mask, &shape).ok()?;
                match masker.mask(made_up(mask, &shape).first()?).ok()? {
                    Masked::Value(text) => Some(format!("{name}: {text}")),
                    Masked::Null => None,
                }
            })
            .collect();
    }
    let Ok(masker) = Masker::new(key, &choice.mask, &shape) else { return Vec::new() };
    let mut examples = Vec::new();
    for value in made_up(&choice.mask, &shape) {
        match masker.mask(&value) {
            Ok(Masked::Value(text)) => examples.push(text),
            Ok(Masked::Null) => examples.push("NULL".to_owned()),
            // a made-up value need not have the column's form
            Err(_) => {}
        }
    }
    examples
}
