//! Foreign keys that follow a framework's pattern: a column says which table, another which row.
//! Rails has the class beside the key (`commentable_type`, `commentable_id`), Django the number of
//! a content type (`content_type_id`, `object_id`).

use super::error::RelationError;
use super::lookup::{named_column, table};
use super::naming::tables_of_class;
use super::undeclared::{Referenced, assemble};
use crate::catalog::{Catalog, Configured, Downward, TableId, When};
use crate::config::{ColumnShape, Config, Given, Pattern, PatternRule, TableName};
use crate::subset::keys::convert::Conversion;
use crate::subset::rules;
use std::collections::HashMap;

/// Two columns of a table that follow a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Position of the entry in the configuration.
    pub entry: usize,
    pub table: TableId,
    /// The column that says which table.
    pub kind: usize,
    /// The column that says which row.
    pub id: usize,
    /// Django's table of content types.
    pub content_types: Option<TableId>,
}

/// What a pair of columns names in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// The value of the column that says which table.
    pub value: String,
    /// The class, as `Post` or as `blog.post`; `None`: the source has no content type of this
    /// number.
    pub class: Option<String>,
}

/// The pairs of columns that the configuration's patterns mean.
///
/// # Errors
/// Where no column follows a pattern, or a name does not exist in the source.
pub fn pairs(config: &Config, catalog: &Catalog) -> Result<Vec<Pair>, RelationError> {
    let mut pairs: Vec<Pair> = Vec::new();
    for (entry, rule) in config.foreign_keys.iter().enumerate() {
        let Some(pattern) = &rule.pattern else { continue };
        let any_table = rule.table.value == TableName { schema: None, table: "*".to_owned() };
        let any_name = pattern.name.value == "*";
        let tables =
            if any_table { catalog.tables.ids().collect() } else { vec![table(catalog, rule)?] };
        let before = pairs.len();
        for id in tables.iter().copied() {
            for name in names(catalog, id, pattern) {
                let (kind, row) = columns(pattern, &name);
                let about = &catalog.tables[id];
                let found = match (about.column(&kind), about.column(&row)) {
                    (Some(kind), Some(row)) => (kind, row),
                    _ if any_table || any_name => continue,
                    _ => (
                        named_column(catalog, id, &kind, pattern.name.location)?,
                        named_column(catalog, id, &row, pattern.name.location)?,
                    ),
                };
                let known = pairs.iter().any(|pair| (pair.table, pair.id) == (id, found.1));
                if (any_table || any_name) && (known || is_taken(catalog, id, found.1)) {
                    continue;
                }
                let content_types = match pattern.kind {
                    Pattern::Rails => None,
                    Pattern::Django => Some(content_types(catalog, id, found.0, pattern)?),
                };
                pairs.push(Pair { entry, table: id, kind: found.0, id: found.1, content_types });
            }
        }
        if pairs.len() == before && !(any_table && any_name) {
            let (kind, id) = columns(pattern, &pattern.name.value);
            let place = pattern.name.location;
            return Err(RelationError::NoPair { kind, id, place });
        }
    }
    Ok(pairs)
}

/// The names of a table's pairs: the name of the pattern, or for `*` all names that fit.
fn names(catalog: &Catalog, table: TableId, pattern: &PatternRule) -> Vec<String> {
    if pattern.name.value != "*" {
        return vec![pattern.name.value.clone()];
    }
    let columns = &catalog.tables[table].columns;
    let is_text = |oid: u32| matches!(oid, 25 | 1043);
    columns
        .iter()
        .filter_map(|column| match pattern.kind {
            Pattern::Rails if is_text(column.data_type.oid) => column.name.strip_suffix("_type"),
            Pattern::Rails => None,
            Pattern::Django => {
                column.name.strip_suffix("_id").filter(|name| name.ends_with("content_type"))
            }
        })
        .map(str::to_owned)
        .collect()
}

/// The column that says which table, and that which says which row.
fn columns(pattern: &PatternRule, name: &str) -> (String, String) {
    match pattern.kind {
        Pattern::Rails => (format!("{name}_type"), format!("{name}_id")),
        // actor_content_type goes with actor_object_id
        Pattern::Django => {
            let prefix = name.strip_suffix("content_type").unwrap_or_default();
            (format!("{name}_id"), format!("{prefix}object_id"))
        }
    }
}

fn is_taken(catalog: &Catalog, table: TableId, column: usize) -> bool {
    catalog
        .foreign_keys
        .iter()
        .any(|key| key.table == table && key.columns == [column] && key.configured.is_none())
}

/// What the column of content types references, or the table of Django's own name.
fn content_types(
    catalog: &Catalog,
    table: TableId,
    kind: usize,
    pattern: &PatternRule,
) -> Result<TableId, RelationError> {
    let declared =
        catalog.foreign_keys.iter().find(|key| key.table == table && key.columns == [kind]);
    let found = declared
        .map(|key| key.referenced)
        .or_else(|| catalog.tables.find(|table| table.name.name == "django_content_type"));
    let is_one = |id: &TableId| {
        let about = &catalog.tables[*id];
        ["id", "app_label", "model"].iter().all(|name| about.column(name).is_some())
    };
    found.filter(is_one).ok_or(RelationError::NoContentTypes { place: pattern.name.location })
}

/// Adds a foreign key for each class that a pair names and that has a table. Classes without a
/// table are reported as left out.
///
/// # Errors
/// Where `types` names a table that the source does not have.
pub fn expand(
    config: &Config,
    catalog: &mut Catalog,
    pair: &Pair,
    named: &[ContentType],
) -> Result<(), RelationError> {
    let rule = &config.foreign_keys[pair.entry];
    let Some(pattern) = &rule.pattern else { return Ok(()) };
    let given = types(catalog, pattern)?;
    // rows of one content type have nothing to do with each other: what they name drives them
    for key in &mut catalog.foreign_keys {
        let is_kind = key.table == pair.table && key.columns == [pair.kind];
        if is_kind && key.downward == Downward::default() {
            key.downward.followed = false;
        }
    }
    let mut without = Vec::new();
    for ContentType { value, class } in named {
        let class_name = class.as_deref().unwrap_or(value);
        let found = given.get(class_name).copied().or_else(|| match (pattern.kind, class) {
            (_, None) => None,
            (Pattern::Rails, Some(class)) => {
                let tables = tables_of_class(class);
                tables.iter().find_map(|(s, name)| find(catalog, pair.table, s.as_deref(), name))
            }
            (Pattern::Django, Some(class)) => {
                find(catalog, pair.table, None, &class.replacen('.', "_", 1))
            }
        });
        let Some(referenced) = found.and_then(|table| primary_key(catalog, pair, table)) else {
            without.push(format!("{class_name:?}"));
            continue;
        };
        let when = When::Is { column: pair.kind, value: value.clone() };
        let known = catalog.foreign_keys.iter().any(|key| {
            let configured = key.configured.as_ref();
            key.table == pair.table
                && key.columns == [pair.id]
                && configured.is_some_and(|configured| configured.when.as_ref() == Some(&when))
        });
        if known {
            continue;
        }
        let configured =
            Configured { place: rule.place, shapes: vec![ColumnShape::Plain], when: Some(when) };
        let mut key = assemble(catalog, (pair.table, vec![pair.id]), referenced, configured);
        let descend = rule.descend.as_ref().is_some_and(|descend| descend.value);
        key.downward = Downward {
            followed: rule.follow,
            children: rule.children,
            into_self: descend && key.is_self_reference(),
        };
        catalog.foreign_keys.push(key);
    }
    if !without.is_empty() {
        without.sort_unstable();
        without.dedup();
        let about = &catalog.tables[pair.table];
        let number = without.len();
        let more = if number > LISTED { ", …" } else { "" };
        without.truncate(LISTED);
        catalog.left_out.push(format!(
            "what {}.{} names: {number} of the types in {} have no table: {}{more}",
            about.name,
            about.columns[pair.id].name,
            about.columns[pair.kind].name,
            without.join(", ")
        ));
    }
    Ok(())
}

/// How many types without a table are reported by name.
const LISTED: usize = 5;

/// The tables of `types`.
fn types<'a>(
    catalog: &Catalog,
    pattern: &'a PatternRule,
) -> Result<HashMap<&'a str, TableId>, RelationError> {
    let mut found = HashMap::new();
    for (class, name) in &pattern.types {
        let given = Given::at(name.location, &name.value.to_string());
        found.insert(class.as_str(), rules::find(catalog, &name.value, &given)?);
    }
    Ok(found)
}

/// Of tables of one name, that in the same schema is meant, then `public`'s, then the only one.
fn find(catalog: &Catalog, beside: TableId, schema: Option<&str>, name: &str) -> Option<TableId> {
    let own = &catalog.tables[beside].name.schema;
    let mut found: Vec<(bool, bool, TableId)> = catalog
        .tables
        .pairs()
        .filter(|(_, table)| {
            table.name.name == name && schema.is_none_or(|schema| table.name.schema == schema)
        })
        .map(|(id, table)| (table.name.schema != *own, table.name.schema != "public", id))
        .collect();
    found.sort_unstable();
    let told_apart = !matches!(found[..], [(true, true, _), (true, true, _), ..]);
    found.first().filter(|_| told_apart).map(|(.., id)| *id)
}

/// The primary key of a table, if it is one column with which the pair's can be compared.
fn primary_key(catalog: &Catalog, pair: &Pair, table: TableId) -> Option<Referenced> {
    let about = &catalog.tables[table];
    let key = about.key.as_ref().filter(|key| key.len() == 1)?;
    let unique = about.unique.iter().find(|unique| unique.columns == *key)?;
    let id = &catalog.tables[pair.table].columns[pair.id].data_type;
    Conversion::between(id, &about.columns[key[0]].data_type)?;
    let operators = unique.operators.clone();
    Some(Referenced { table, columns: key.clone(), operators })
}
