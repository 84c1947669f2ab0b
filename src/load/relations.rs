//! Adds the foreign keys of the configuration to the catalogue. A pattern's foreign keys depend on
//! what its columns hold, so the source is queried.

use super::paths::{name_in_full, understand_conditions};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::questions;
use crate::subset::relations::{self, ContentType, Pair, RelationError};
use std::collections::HashMap;

/// A column with more different values than that does not name tables.
const MOST_TYPES: usize = 1_000;

pub(super) async fn configure(
    source: &ReadOnly,
    config: &Config,
    catalog: &mut Catalog,
) -> Result<(), Failure> {
    let failed = |error: RelationError| error.failure(config);
    relations::configure(config, catalog).map_err(failed)?;
    let pairs = relations::pairs(config, catalog).map_err(failed)?;
    if pairs.is_empty() {
        return Ok(());
    }
    understand_conditions(source, &catalog.settings).await?;
    for pair in pairs {
        let named = named(source, catalog, &pair).await?;
        if named.len() > MOST_TYPES {
            let table = &catalog.tables[pair.table];
            let (id, kind) = (&table.columns[pair.id].name, &table.columns[pair.kind].name);
            let name = &table.name;
            catalog.left_out.push(format!(
                "what {name}.{id} names: {kind} has more than {MOST_TYPES} different values"
            ));
            continue;
        }
        relations::expand(config, catalog, &pair, &named).map_err(failed)?;
    }
    name_in_full(source).await
}

/// The types that the rows of a pair name.
async fn named(
    source: &ReadOnly,
    catalog: &Catalog,
    pair: &Pair,
) -> Result<Vec<ContentType>, Failure> {
    let table = &catalog.tables[pair.table];
    let what = format!("cannot read what {} holds", table.name);
    let failed = |error| source.failure(&what, &error);
    let sql = questions::distinct(table, pair.kind, MOST_TYPES + 1);
    let rows = source.query(&sql, &[]).await.map_err(failed)?;
    let values: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let Some(content_types) = pair.content_types else {
        let named = |value: String| ContentType { class: Some(value.clone()), value };
        return Ok(values.into_iter().map(named).collect());
    };
    let sql = questions::content_types(&catalog.tables[content_types]);
    let rows = source.query(&sql, &[]).await.map_err(failed)?;
    let classes: HashMap<String, String> =
        rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let named = |value: String| ContentType { class: classes.get(&value).cloned(), value };
    Ok(values.into_iter().map(named).collect())
}
