//! Foreign keys that the schema does not declare.

use super::error::RelationError;
use super::lookup::{column, named_column};
use crate::catalog::{
    Catalog, Comparison, Configured, DataType, Downward, ForeignKey, Table, TableId, UniqueKey,
    When,
};
use crate::config::{ColumnPath, ColumnShape, ForeignKeyRule, Given, Located, Reference};
use crate::subset::keys::convert::Conversion;
use crate::subset::references::Form;
use crate::subset::rules;

/// What the columns of an entry reference.
pub(super) struct Referenced {
    pub(super) table: TableId,
    pub(super) columns: Vec<usize>,
    /// By which its values are unique, a column each.
    pub(super) operators: Vec<String>,
}

/// The foreign key that an entry describes.
pub(super) fn foreign_key(
    catalog: &Catalog,
    table: TableId,
    rule: &ForeignKeyRule,
    references: &Located<Reference>,
) -> Result<ForeignKey, RelationError> {
    let target = referenced(catalog, references)?;
    let columns = rule
        .columns
        .iter()
        .map(|given| column(catalog, table, given))
        .collect::<Result<Vec<_>, _>>()?;
    let (given, wanted) = (columns.len(), target.columns.len());
    if given != wanted {
        let place = references.location;
        return Err(RelationError::Number { given, wanted, place });
    }
    let shapes = rule.columns.iter().map(|column| column.value.shape.clone()).collect();
    let when = rule.condition.as_ref().map(|condition| when(&catalog.tables[table], condition));
    let key =
        assemble(catalog, (table, columns), target, Configured { place: rule.place, shapes, when });
    check_values(catalog, &key, &rule.columns)?;
    Ok(key)
}

pub(super) fn assemble(
    catalog: &Catalog,
    (table, columns): (TableId, Vec<usize>),
    referenced: Referenced,
    configured: Configured,
) -> ForeignKey {
    let (mine, theirs) = (&catalog.tables[table], &catalog.tables[referenced.table]);
    let named = columns.iter().zip(&configured.shapes).map(|(column, shape)| {
        let column = mine.columns[*column].name.clone();
        ColumnPath { column, shape: shape.clone() }.to_string()
    });
    let target = match theirs.name.schema.as_str() {
        "public" => theirs.name.name.clone(),
        _ => theirs.name.to_string(),
    };
    ForeignKey {
        name: format!("{} -> {target}", named.collect::<Vec<_>>().join(", ")),
        table,
        leaves: None,
        columns,
        referenced: referenced.table,
        referenced_relation: theirs.name.clone(),
        referenced_leaves: None,
        referenced_columns: referenced.columns,
        operators: referenced.operators,
        match_full: false,
        comparison: Comparison::Equality,
        on_delete_cascade: false,
        validated: false,
        downward: Downward::default(),
        configured: Some(configured),
    }
}

/// The table and the unique columns that an entry references.
fn referenced(
    catalog: &Catalog,
    references: &Located<Reference>,
) -> Result<Referenced, RelationError> {
    let place = references.location;
    let Reference { table: name, columns } = &references.value;
    let given = Given::at(place, &name.to_string());
    let table = rules::find(catalog, name, &given)?;
    let about = &catalog.tables[table];
    let unique: Vec<String> = about.unique.iter().map(|key| shown(about, &key.columns)).collect();
    if columns.is_empty() {
        let primary = about.key.as_ref();
        let primary = primary.and_then(|key| about.unique.iter().find(|u| u.columns == *key));
        let Some(primary) = primary else {
            let table = about.name.to_string();
            let reference = name.to_string();
            return Err(RelationError::NoPrimaryKey { table, reference, unique, place });
        };
        let UniqueKey { columns, operators } = primary.clone();
        return Ok(Referenced { table, columns, operators });
    }
    let columns = columns
        .iter()
        .map(|column| named_column(catalog, table, column, place))
        .collect::<Result<Vec<_>, _>>()?;
    let found = about.unique.iter().find(|key| {
        key.columns.len() == columns.len() && columns.iter().all(|c| key.columns.contains(c))
    });
    let Some(key) = found else {
        return Err(RelationError::NotUnique {
            table: about.name.to_string(),
            columns: names(about, &columns),
            unique,
            place,
        });
    };
    // in the entry's order
    let operator = |column| key.columns.iter().position(|c| c == column);
    let operators = columns.iter().filter_map(operator).map(|at| key.operators[at].clone());
    Ok(Referenced { table, operators: operators.collect(), columns })
}

fn names(about: &Table, columns: &[usize]) -> String {
    let names: Vec<&str> =
        columns.iter().map(|column| about.columns[*column].name.as_str()).collect();
    names.join(", ")
}

fn shown(about: &Table, columns: &[usize]) -> String {
    format!("({})", names(about, columns))
}

/// Whether the values can be found in the columns, and compared with what they reference.
fn check_values(
    catalog: &Catalog,
    key: &ForeignKey,
    given: &[Located<ColumnPath>],
) -> Result<(), RelationError> {
    let (mine, theirs) = (&catalog.tables[key.table], &catalog.tables[key.referenced]);
    let table = mine.name.to_string();
    for (position, given) in given.iter().enumerate() {
        let ColumnPath { column, shape } = given.value.clone();
        let own = &mine.columns[key.columns[position]].data_type;
        let data_type = own.name.clone();
        let (table, place) = (table.clone(), given.location);
        match shape {
            ColumnShape::Elements if own.element.is_none() => {
                return Err(RelationError::NoArray { table, column, data_type, place });
            }
            ColumnShape::Path(_) if !is_json(own) => {
                return Err(RelationError::NoJson { table, column, data_type, place });
            }
            _ => {}
        }
        let from = key.value_type(catalog, position);
        let other = &theirs.columns[key.referenced_columns[position]];
        if shape == ColumnShape::Elements && matches!(Form::of(&from), Form::Text { .. }) {
            let data_type = from.name.clone();
            return Err(RelationError::NoBinary { column, data_type, place });
        }
        if Conversion::between(&from, &other.data_type).is_none() {
            return Err(RelationError::NotComparable {
                column: given.value.to_string(),
                from: from.name.clone(),
                referenced: format!("{}.{}", theirs.name, other.name),
                to: other.data_type.name.clone(),
                place,
            });
        }
    }
    let mut arrays = given.iter().filter(|column| column.value.shape == ColumnShape::Elements);
    if let (Some(_), Some(second)) = (arrays.next(), arrays.next()) {
        return Err(RelationError::SeveralArrays { place: second.location });
    }
    Ok(())
}

fn is_json(data_type: &DataType) -> bool {
    matches!(data_type.oid, 114 | 3802)
}

/// Recognises a condition that compares one column of text with one value. An index that leads with
/// the column then serves, and rows are checked without asking the server.
fn when(table: &Table, condition: &Located<String>) -> When {
    let is_text = |column: &usize| matches!(table.columns[*column].data_type.oid, 25 | 1043);
    match comparison(&condition.value) {
        Some((name, value)) => match table.column(&name).filter(is_text) {
            Some(column) => When::Is { column, value },
            None => When::Sql(condition.clone()),
        },
        None => When::Sql(condition.clone()),
    }
}

/// `column = 'value'`
fn comparison(sql: &str) -> Option<(String, String)> {
    let (column, value) = sql.split_once('=')?;
    let column = column.trim();
    let name = if let Some(quoted) = column.strip_prefix('"') {
        quoted.strip_suffix('"').filter(|name| !name.contains('"'))?.to_owned()
    } else {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if column.is_empty() || !column.chars().all(letters) {
            return None;
        }
        column.to_ascii_lowercase()
    };
    let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let single = value.replace("''", "");
    (!single.contains('\'')).then(|| (name, value.replace("''", "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_with_one_value_are_known() {
        let is = |column: &str, value: &str| Some((column.to_owned(), value.to_owned()));
        assert_eq!(comparison("commentable_type = 'Post'"), is("commentable_type", "Post"));
        assert_eq!(comparison(" Kind='it''s' "), is("kind", "it's"));
        assert_eq!(comparison("\"Kind\" = ''"), is("Kind", ""));
        for other in [
            "kind = 'a' or kind = 'b'",
            "kind != 'a'",
            "kind = 1",
            "lower(kind) = 'a'",
            "kind = 'a' -- a comment",
            "kind",
            "kind = 'a",
        ] {
            assert_eq!(comparison(other), None, "{other}");
        }
    }
}
