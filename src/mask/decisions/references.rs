//! Which column a column references: by a foreign key, or by its name alone.

use super::decided::{By, Decided, Known, column_name};
use super::ties::Ties;
use crate::catalog::TableId;
use crate::mask::Mask;
use crate::mask::classify::Confidence;
use std::collections::HashMap;

/// The table and the column that a foreign key of the column references.
pub(super) fn declared(known: Known<'_>, id: TableId, position: usize) -> Option<(String, String)> {
    let catalog = known.catalog;
    let (table, column) = catalog.foreign_keys.iter().find_map(|key| {
        let place = key.columns.iter().position(|own| *own == position)?;
        let refers = key.table == id && !key.is_partial();
        refers.then(|| (key.referenced, key.referenced_columns[place]))
    })?;
    let parent = &catalog.tables[table];
    Some((parent.name.name.clone(), parent.columns[column].name.clone()))
}

/// Keeps what only looks like a secret: `device_id` holds the key of `devices`, and that is kept.
pub(super) fn keep_keys_of_tables(known: Known<'_>, ties: &Ties, tables: &mut [Vec<Decided>]) {
    let catalog = known.catalog;
    let by_name: HashMap<(&str, String), TableId> = catalog
        .tables
        .pairs()
        .map(|(id, table)| ((&*table.name.schema, bare(&table.name.name)), id))
        .collect();
    for (id, table) in catalog.tables.pairs() {
        for (position, column) in table.columns.iter().enumerate() {
            let decided = &tables[id][position];
            let secret = matches!(decided.mask, Mask::Secret | Mask::Uuid);
            if !secret || decided.by != By::Classification || ties.with((id, position)).len() > 1 {
                continue;
            }
            let parent = tables_of(&column.name)
                .into_iter()
                .find_map(|name| by_name.get(&(&*table.name.schema, name)))
                .filter(|parent| **parent != id && known.exempt[**parent].is_none());
            let Some(parent) = parent else { continue };
            let Some([key]) = catalog.tables[*parent].key.as_deref() else { continue };
            let type_of = |id: TableId, column: usize| &known.details[id].columns[column].type_name;
            if tables[*parent][*key].is_masked() || type_of(id, position) != type_of(*parent, *key)
            {
                continue;
            }
            let name = column_name(&catalog.tables[*parent], *key);
            tables[id][position] = Decided {
                mask: Mask::Keep,
                paths: Vec::new(),
                reason: format!("by its name the key {name}, which is kept"),
                confidence: Confidence::Low,
                by: By::Classification,
            };
        }
    }
}

/// The names, without what separates words, of the tables whose key a column may hold.
fn tables_of(column: &str) -> Vec<String> {
    let column = bare(column);
    let Some(word) = column.strip_suffix("id").filter(|word| !word.is_empty()) else {
        return Vec::new();
    };
    let plural = word.strip_suffix('y').map_or_else(|| format!("{word}es"), |y| format!("{y}ies"));
    vec![word.to_owned(), format!("{word}s"), plural]
}

fn bare(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_key_leads_to_a_table_in_one_or_many() {
        assert_eq!(tables_of("api_key_id"), ["apikey", "apikeys", "apikeies"]);
        assert_eq!(tables_of("entityId"), ["entity", "entitys", "entities"]);
        assert!(tables_of("id").is_empty() && tables_of("token").is_empty());
    }
}
