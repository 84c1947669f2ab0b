//! `[[foreign_keys]]` held against the catalogue.

mod error;

use crate::catalog::{Catalog, Downward, TableId};
use crate::config::{Config, ForeignKeyRule, Given, Located, nearest};
use crate::subset::rules;
pub use error::RelationError;

/// Gives the catalogue's foreign keys what the configuration says of them.
///
/// # Errors
/// Where an entry names what the source does not have, or contradicts another one.
pub fn configure(config: &Config, catalog: &mut Catalog) -> Result<(), RelationError> {
    let mut given = vec![None; catalog.foreign_keys.len()];
    for rule in &config.foreign_keys {
        let table = table(catalog, rule)?;
        let id = declared(catalog, table, rule)?;
        let place = rule.place;
        let key = &catalog.foreign_keys[id];
        if let Some(first) = given[id].replace(place) {
            return Err(RelationError::Twice { name: key.name.clone(), places: [first, place] });
        }
        let into_self = rule.descend.as_ref().is_some_and(|descend| descend.value);
        if into_self && !key.is_self_reference() {
            return Err(RelationError::NotToItself {
                name: key.name.clone(),
                table: catalog.tables[key.table].name.to_string(),
                referenced: catalog.tables[key.referenced].name.to_string(),
                place: rule.descend.as_ref().and_then(|descend| descend.location),
            });
        }
        catalog.foreign_keys[id].downward =
            Downward { followed: rule.follow, children: rule.children, into_self };
    }
    Ok(())
}

fn table(catalog: &Catalog, rule: &ForeignKeyRule) -> Result<TableId, RelationError> {
    let given = match rule.table.location {
        Some(place) => Given::File(place),
        None => Given::Words(rule.table.value.to_string()),
    };
    Ok(rules::find(catalog, &rule.table.value, &given)?)
}

/// The declared foreign key that an entry means: that of its name, or the one on its columns.
fn declared(
    catalog: &Catalog,
    table: TableId,
    rule: &ForeignKeyRule,
) -> Result<usize, RelationError> {
    let columns = rule
        .columns
        .iter()
        .map(|column| find_column(catalog, table, column))
        .collect::<Result<Vec<_>, _>>()?;
    let of_table: Vec<usize> = (0..catalog.foreign_keys.len())
        .filter(|id| catalog.foreign_keys[*id].table == table)
        .collect();
    let fits = |id: &usize| {
        let key = &catalog.foreign_keys[*id];
        let named = rule.name.as_ref().is_none_or(|name| key.name == name.value);
        named && (columns.is_empty() || key.columns == columns)
    };
    let found: Vec<usize> = of_table.iter().copied().filter(fits).collect();
    let about = |id: &usize| {
        let key = &catalog.foreign_keys[*id];
        let about = &catalog.tables[table];
        let columns: Vec<&str> =
            key.columns.iter().map(|column| about.columns[*column].name.as_str()).collect();
        format!("{} ({})", key.name, columns.join(", "))
    };
    match found[..] {
        [one] => Ok(one),
        [] => Err(RelationError::NotDeclared {
            table: catalog.tables[table].name.to_string(),
            asked: asked(rule),
            declared: of_table.iter().map(about).collect(),
            place: rule.name.as_ref().or(rule.columns.first()).and_then(|name| name.location),
        }),
        _ => Err(RelationError::Several {
            table: catalog.tables[table].name.to_string(),
            asked: asked(rule),
            declared: found.iter().map(about).collect(),
            place: rule.columns.first().and_then(|name| name.location),
        }),
    }
}

/// `on (a, b)`, or `named x`
fn asked(rule: &ForeignKeyRule) -> String {
    let columns: Vec<&str> = rule.columns.iter().map(|column| column.value.as_str()).collect();
    match &rule.name {
        Some(name) if columns.is_empty() => format!("named {}", name.value),
        Some(name) => format!("named {} on ({})", name.value, columns.join(", ")),
        None => format!("on ({})", columns.join(", ")),
    }
}

fn find_column(
    catalog: &Catalog,
    table: TableId,
    column: &Located<String>,
) -> Result<usize, RelationError> {
    let about = &catalog.tables[table];
    about.column(&column.value).ok_or_else(|| {
        let names = about.columns.iter().map(|column| column.name.as_str());
        RelationError::UnknownColumn {
            table: about.name.to_string(),
            column: column.value.clone(),
            nearest: nearest(&column.value, names).map(str::to_owned),
            place: column.location,
        }
    })
}
