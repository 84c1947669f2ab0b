//! `[[foreign_keys]]` held against the catalogue.

mod error;
mod lookup;
mod naming;
mod patterns;
pub mod suspects;
mod undeclared;

use crate::catalog::{ById, Catalog, Downward, ForeignKey, ForeignKeyId, TableId};
use crate::config::{ColumnShape, Config, ForeignKeyRule, Location};
pub use error::RelationError;
use lookup::{column, table};
pub use naming::singulars;
pub use patterns::{ContentType, Pair, expand, pairs};

/// Gives the catalogue's foreign keys what the configuration says of them, and adds foreign keys
/// that the schema does not declare.
///
/// # Errors
/// Where an entry names what the source does not have, or contradicts another one.
pub fn configure(config: &Config, catalog: &mut Catalog) -> Result<(), RelationError> {
    let mut given: ById<_, _> = catalog.foreign_keys.iter().map(|_| None).collect();
    for rule in config.foreign_keys.iter().filter(|rule| rule.pattern.is_none()) {
        configure_one(rule, catalog, &mut given).map_err(|error| match &rule.elsewhere {
            Some(place) => {
                RelationError::Elsewhere { place: place.clone(), error: Box::new(error) }
            }
            None => error,
        })?;
    }
    Ok(())
}

/// Where an entry is in the file.
type Place = Option<Location>;

/// `given` says by foreign key where its entry is.
fn configure_one(
    rule: &ForeignKeyRule,
    catalog: &mut Catalog,
    given: &mut ById<ForeignKeyId, Option<Place>>,
) -> Result<(), RelationError> {
    let table = table(catalog, rule)?;
    let new = match &rule.references {
        Some(references) => Some(undeclared::foreign_key(catalog, table, rule, references)?),
        None => None,
    };
    let id = match &new {
        Some(key) => catalog.foreign_keys.find(|known| same(known, key)),
        None => Some(declared(catalog, table, rule)?),
    };
    let into_self = rule.descend.as_ref().is_some_and(|descend| descend.value);
    let downward = Downward { followed: rule.follow, children: rule.children, into_self };
    let id = match (id, new) {
        (Some(id), _) => id,
        (None, Some(key)) => {
            given.push(None);
            catalog.foreign_keys.push(key)
        }
        (None, None) => return Ok(()),
    };
    let key = &catalog.foreign_keys[id];
    if let Some(first) = given[id].replace(rule.place) {
        let places = [first, rule.place];
        return Err(RelationError::Twice { name: key.name.clone(), places });
    }
    if into_self && !key.is_self_reference() {
        return Err(RelationError::NotToItself {
            name: key.name.clone(),
            table: catalog.tables[key.table].name.to_string(),
            referenced: catalog.tables[key.referenced].name.to_string(),
            place: rule.descend.as_ref().and_then(|descend| descend.location),
        });
    }
    catalog.foreign_keys[id].downward = downward;
    Ok(())
}

/// Whether a foreign key, declared or not, is what an entry describes.
fn same(known: &ForeignKey, described: &ForeignKey) -> bool {
    let of = |key: &ForeignKey| {
        let configured = key.configured.as_ref();
        let shapes = configured.map(|configured| configured.shapes.clone());
        (
            shapes.unwrap_or_else(|| vec![ColumnShape::Plain; key.columns.len()]),
            configured.and_then(|configured| configured.when.clone()),
        )
    };
    (known.table, &known.columns, known.referenced, &known.referenced_columns)
        == (
            described.table,
            &described.columns,
            described.referenced,
            &described.referenced_columns,
        )
        && known.referenced_leaves.is_none()
        && known.leaves.is_none()
        && of(known) == of(described)
}

/// The declared foreign key that an entry means, by its name or its columns.
fn declared(
    catalog: &Catalog,
    table: TableId,
    rule: &ForeignKeyRule,
) -> Result<ForeignKeyId, RelationError> {
    let columns = rule
        .columns
        .iter()
        .map(|given| column(catalog, table, given))
        .collect::<Result<Vec<_>, _>>()?;
    let of_table: Vec<ForeignKeyId> =
        catalog.foreign_keys.ids().filter(|id| catalog.foreign_keys[*id].table == table).collect();
    let fits = |id: &ForeignKeyId| {
        let key = &catalog.foreign_keys[*id];
        let named = rule.name.as_ref().is_none_or(|name| key.name == name.value);
        let plain = rule.columns.iter().all(|column| column.value.shape == ColumnShape::Plain);
        named && plain && (columns.is_empty() || key.columns == columns)
    };
    let found: Vec<ForeignKeyId> = of_table.iter().copied().filter(fits).collect();
    let about = |id: &ForeignKeyId| {
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
            place: place(rule),
        }),
        _ => Err(RelationError::Several {
            table: catalog.tables[table].name.to_string(),
            asked: asked(rule),
            declared: found.iter().map(about).collect(),
            place: place(rule),
        }),
    }
}

/// Where an entry says which foreign key it means.
fn place(rule: &ForeignKeyRule) -> Option<Location> {
    let name = rule.name.as_ref().and_then(|name| name.location);
    name.or(rule.columns.first().and_then(|column| column.location)).or(rule.place)
}

/// `on (a, b)`, or `named x`
fn asked(rule: &ForeignKeyRule) -> String {
    let columns: Vec<String> = rule.columns.iter().map(|column| column.value.to_string()).collect();
    match &rule.name {
        Some(name) if columns.is_empty() => format!("named {}", name.value),
        Some(name) => format!("named {} on ({})", name.value, columns.join(", ")),
        None => format!("on ({})", columns.join(", ")),
    }
}
