//! Orphans under foreign keys that count as valid, for a plan: a load creates these NOT VALID.

use super::select::{Orphans, Selection};
use crate::catalog::{Catalog, ForeignKey, TableId};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::report::counted;
use crate::subset::questions;

/// Both tables of a foreign key are read to find orphans only if they take no more bytes than this.
const MOST_BYTES: u64 = 256 << 20;

/// A line for each foreign key that has orphans among the rows that a load would copy. `chosen`: those
/// that the selection came across.
pub(super) async fn of(
    source: &ReadOnly,
    catalog: &Catalog,
    selection: &Selection,
    chosen: &[Orphans],
) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for key in &catalog.foreign_keys {
        let Some(of_source) = is_read(catalog, selection, key) else { continue };
        let sql = questions::orphans(catalog, key);
        let rows = source.query(&sql, &[]).await.map_err(|error| {
            source.failure(&format!("cannot count the orphans of {}", key.name), &error)
        })?;
        let orphans = u64::try_from(rows[0].get::<_, i64>(0)).unwrap_or(0);
        if orphans > 0 {
            let verb = if orphans == 1 { "references" } else { "reference" };
            let (rows, place) = (counted(orphans, "row"), of_source.then_some(" of the source"));
            found.push(format!(
                "{}: {rows}{} {verb} nothing",
                title(catalog, key),
                place.unwrap_or_default()
            ));
        }
    }
    for Orphans { keys, values } in chosen {
        let titles = keys.iter().map(|key| title(catalog, &catalog.foreign_keys[*key]));
        let verb = if *values == 1 { "references" } else { "reference" };
        found.push(format!(
            "{}: {} of chosen rows {verb} nothing",
            titles.collect::<Vec<_>>().join(", or "),
            counted(*values, "value")
        ));
    }
    Ok(found)
}

fn title(catalog: &Catalog, key: &ForeignKey) -> String {
    format!("foreign key {} of {}", key.name, catalog.tables[key.table].name)
}

/// Whether both tables are read: if all rows are copied, which a load reads anyway, or if the
/// selection does not look at what the foreign key names, since that table is copied whole. `true`:
/// the orphans of the whole source are counted, and not of the chosen rows.
fn is_read(catalog: &Catalog, selection: &Selection, key: &ForeignKey) -> Option<bool> {
    let declared = key.configured.is_none() && key.validated && key.leaves.is_none();
    if !declared || catalog.tables[key.table].kept.is_some() {
        return None;
    }
    let is_whole = |table: TableId| selection.tables[table].whole;
    if is_whole(key.table) {
        return Some(false);
    }
    let bytes = catalog.tables[key.table].bytes + catalog.tables[key.referenced].bytes;
    let has_rows = !selection.tables[key.table].rows.is_empty();
    (is_whole(key.referenced) && has_rows && bytes <= MOST_BYTES).then_some(true)
}
