//! The decisions as `plan --masks` shows them: the same that a load makes.

use super::deciding::{Decided, Outcome, decide};
use crate::catalog::{Catalog, TableId};
use crate::config::{Config, MigrationTable, Secret};
use crate::failure::Failure;
use crate::load::reading::{begin_reading, moment, read_catalog};
use crate::load::rules::rules_of;
use crate::mask::Mask;
use crate::mask::decisions::{self, MaskError, Refused};
use crate::mask::values::{Kind, MaskKey, Masked, Masker, Shape};
use crate::postgres::SourceUrl;
use crate::report::{MaskedPath, PLANNED_MASKS_VERSION, PlannedMask, PlannedMasks, Progress};

/// Examples are masked under a key that everybody may know: no value of the source is among them,
/// and the same decisions give the same text.
const EXAMPLE_KEY: &str = "review-data plan --masks: examples only";

/// Decides as a load would. Only reads, and ends its transaction before it returns.
///
/// # Errors
/// The errors that the load would meet before it copies a row.
pub async fn planned_masks(
    url: &SourceUrl,
    config: &Config,
    migration_tables: &[MigrationTable],
    progress: &Progress,
) -> Result<PlannedMasks, Failure> {
    progress.begin("connecting to the source");
    let source = url.connect().await?;
    begin_reading(&source, None).await?;
    progress.begin("reading the source's catalogue");
    let catalog = read_catalog(&source, config).await?;
    let rules = rules_of(&source, config, migration_tables, &catalog).await?;
    progress.begin("deciding about masks");
    let Outcome { state, decided } = decide(&source, config, &catalog, &rules).await?;
    let snapshot_at = moment(&source).await?;
    source
        .run("commit")
        .await
        .map_err(|error| source.failure("cannot end the source's transaction", &error))?;
    progress.end();
    let columns = match &decided {
        Some(decided) => columns(config, &catalog, decided)?,
        None => Vec::new(),
    };
    Ok(PlannedMasks {
        version: PLANNED_MASKS_VERSION,
        source: url.0.display(),
        snapshot_at,
        state,
        columns,
    })
}

/// All masked columns, and all columns with text that are kept.
fn columns(
    config: &Config,
    catalog: &Catalog,
    decided: &Decided,
) -> Result<Vec<PlannedMask>, Failure> {
    let key = MaskKey::of(&Secret::new(EXAMPLE_KEY))
        .map_err(|error| Failure::new("cannot make examples").because(error.to_string()))?;
    let mut columns = Vec::new();
    let mut refused = Vec::new();
    for (id, table) in catalog.tables.pairs() {
        for (column, choice) in decided.decisions.tables[id].iter().enumerate() {
            let holds_text = decisions::holds_text(&decided.details[id], column);
            if !choice.is_masked() && (!holds_text || choice.by == decisions::By::Exempt) {
                continue;
            }
            let examples = match examples(&key, catalog, decided, (id, column), choice) {
                Ok(examples) => examples,
                Err(why) => {
                    refused.push(Refused::of(table, column, choice, why));
                    continue;
                }
            };
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
            });
        }
    }
    if refused.is_empty() { Ok(columns) } else { Err(MaskError::Refused(refused).failure(config)) }
}

/// Masked forms of made-up values. The error says why the column cannot be masked.
fn examples(
    key: &MaskKey,
    catalog: &Catalog,
    decided: &Decided,
    (id, column): (TableId, usize),
    choice: &decisions::Decided,
) -> Result<Vec<String>, String> {
    if !choice.is_masked() || matches!(choice.mask, Mask::Sql(_)) {
        return Ok(Vec::new());
    }
    let shape = decided.shape(catalog, id, column);
    let shape = Shape { password: Some(key.password()), locale: decided.locale, ..shape };
    let masker = Masker::new(key, &choice.mask, &shape).map_err(|why| why.to_string())?;
    let mut examples = Vec::new();
    for value in made_up(&choice.mask, &shape.kind) {
        match masker.mask(value) {
            Ok(Masked::Value(text)) => examples.push(text),
            Ok(Masked::Null) => examples.push("NULL".to_owned()),
            // a made-up value need not have the column's form
            Err(_) => {}
        }
    }
    Ok(examples)
}

/// Values of the kind that a mask is for.
fn made_up(mask: &Mask, kind: &Kind) -> [&'static str; 3] {
    match kind {
        Kind::Uuid => [
            "00000000-0000-4000-8000-000000000001",
            "00000000-0000-4000-8000-000000000002",
            "00000000-0000-4000-8000-000000000003",
        ],
        Kind::Integer(_) | Kind::Numeric | Kind::Float(_) => ["1001", "2002", "3003"],
        Kind::Date => ["1970-02-03", "1985-06-07", "1999-11-12"],
        Kind::Timestamp => ["1970-02-03 04:05:06", "1985-06-07 08:09:10", "1999-11-12 13:14:15"],
        Kind::TimestampTz => {
            ["1970-02-03 04:05:06+00", "1985-06-07 08:09:10+00", "1999-11-12 13:14:15+00"]
        }
        Kind::Point => ["(48.1,11.5)", "(46.05,14.5)", "(52.5,13.4)"],
        Kind::Bytea => ["\\x00112233445566778899", "\\x0123456789abcdef", "\\xdeadbeefcafebabe"],
        Kind::Inet | Kind::Cidr => ["192.0.2.1", "198.51.100.7", "2001:db8::7"],
        Kind::MacAddr => ["00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:03"],
        Kind::Json | Kind::Jsonb | Kind::Hstore | Kind::Xml | Kind::Array(_) => ["{}", "{}", "{}"],
        _ => of_mask(mask),
    }
}

fn of_mask(mask: &Mask) -> [&'static str; 3] {
    match mask {
        Mask::Email => ["ann@shop.test", "bob.miller@mail.test", "c.d@office.test"],
        Mask::FirstName => ["Ann", "Bob", "Cleo"],
        Mask::LastName => ["Miller", "Smith", "Young"],
        Mask::FullName => ["Ann Miller", "Bob Smith", "Cleo Young"],
        Mask::Username => ["ann", "bob77", "cleo_young"],
        Mask::Phone => ["+1 202 555 0101", "+44 20 7946 0102", "030 23125 103"],
        Mask::Street => ["1 Main Street", "22 Station Road", "Hauptstr. 3"],
        Mask::City => ["Springfield", "Riverside", "Newtown"],
        Mask::Postcode => ["12345", "SW1A 1AA", "1000"],
        Mask::Company => ["Example Ltd", "Sample GmbH", "Some Company"],
        Mask::Url => ["https://a.test/x", "https://b.test/y?z=1", "http://c.test"],
        Mask::Ip => ["192.0.2.1", "198.51.100.7", "2001:db8::7"],
        Mask::Mac => ["00:00:5e:00:53:01", "00:00:5e:00:53:02", "00:00:5e:00:53:03"],
        Mask::Iban => {
            ["GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606"]
        }
        Mask::Card => ["4111111111111111", "5555 5555 5555 4444", "378282246310005"],
        Mask::NationalId => ["078-05-1120", "123-45-6789", "219-09-9999"],
        Mask::Date => ["1970-02-03", "1985-06-07", "1999-11-12"],
        Mask::Number => ["1001", "20.50", "-3"],
        Mask::Geo => ["48.137154", "11.576124", "46.056946"],
        _ => ["example-one-1", "Another Example 22", "a third example"],
    }
}
