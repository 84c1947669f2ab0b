//! Releasing the locks that migration tools keep as rows: on their way into the target, and in a
//! target that is loaded already.

use crate::catalog::{Catalog, Table, TableId};
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, QuotedLiteral, QuotedName, Writable};
use crate::stream::edit::{self, Edits, Matched};
use crate::subset::lock_tables::{self, Constant, LockTable, Shape, Unlock};
use std::collections::HashMap;

/// The lock tables of the source.
pub(super) struct Unlocking(HashMap<TableId, LockTable>);

impl Unlocking {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let tables = catalog.tables.ids();
        Unlocking(tables.filter_map(|id| Some((id, lock_tables::of(catalog, id)?))).collect())
    }

    pub(super) fn unlocks(&self, table: TableId) -> bool {
        self.0.contains_key(&table)
    }

    /// Adds what unlocks a table to the edits of its rows.
    pub(super) fn add_to(&self, edits: &mut Edits, table: &Table, id: TableId) {
        let Some(known) = self.0.get(&id) else { return };
        let place = |column: usize| table.written().position(|written| written == column);
        let value = |(column, value): &(usize, Constant)| {
            Some((place(*column)?, constant(*value, table.columns[*column].data_type.oid)))
        };
        match &known.unlock {
            Unlock::Set(values) => {
                values.iter().filter_map(value).for_each(|(place, value)| edits.set(place, value));
            }
            Unlock::Remove(values) => edits.remove(values.iter().filter_map(|known| {
                let (place, value) = value(known)?;
                Some((place, matched(known.1, value)))
            })),
        }
    }
}

/// What a value of a row must be for the row to be removed.
fn matched(value: Constant, constant: edit::Constant<'static>) -> Matched<'static> {
    match value {
        Constant::TextEnd(end) => Matched::EndsWith(end),
        _ => Matched::Is(constant),
    }
}

/// A value of a column of this type.
fn constant(value: Constant, oid: u32) -> edit::Constant<'static> {
    let size = match oid {
        20 => 8,
        21 => 2,
        _ => 4,
    };
    match value {
        Constant::Null => edit::Constant::Null,
        Constant::False if is_integer(oid) => edit::Constant::Integer(0, size),
        Constant::False => edit::Constant::Boolean(false),
        Constant::Integer(value) => edit::Constant::Integer(value, size),
        Constant::Text(text) | Constant::TextEnd(text) => edit::Constant::Text(text),
    }
}

fn is_integer(oid: u32) -> bool {
    matches!(oid, 20 | 21 | 23)
}

const UNLOCKING: &str = "cannot release the migration tool's lock on the target";

/// Releases the locks in the target, after a migration of ours was interrupted: our own lock proves
/// that no other run of ours holds them. Returns the names of the tables in which a lock was held.
///
/// # Errors
/// The target's.
pub async fn unlock(target: &Writable) -> Result<Vec<String>, Failure> {
    let failed = |error| target.failure(UNLOCKING, &error);
    let rows = target
        .query(
            "select n.nspname::text, c.relname::text, \
               pg_catalog.array_agg(a.attname::text order by a.attnum), \
               pg_catalog.array_agg(case when a.attgenerated = '' \
                 then coalesce(nullif(t.typbasetype, 0), t.oid) else 0 end order by a.attnum), \
               pg_catalog.array_agg(a.attnotnull order by a.attnum), \
               exists (select from pg_catalog.pg_constraint f \
                 where f.contype = 'f' and f.confrelid = c.oid) \
             from pg_catalog.pg_class c \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             join pg_catalog.pg_attribute a \
               on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
             join pg_catalog.pg_type t on t.oid = a.atttypid \
             where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' \
               and n.nspname not in ('information_schema', '_heroku', 'review_data') \
             group by c.oid, n.nspname, c.relname order by 1, 2",
            &[],
        )
        .await
        .map_err(failed)?;
    let mut unlocked = Vec::new();
    for row in rows {
        let (schema, table): (String, String) = (row.get(0), row.get(1));
        let (names, types): (Vec<String>, Vec<u32>) = (row.get(2), row.get(3));
        let (not_null, referenced): (Vec<bool>, bool) = (row.get(4), row.get(5));
        let shapes: Vec<Shape<'_>> = names
            .iter()
            .zip(&types)
            .zip(&not_null)
            .map(|((name, oid), not_null)| Shape { name, oid: *oid, not_null: *not_null })
            .collect();
        let Some(found) = lock_tables::recognise(&table, &shapes) else { continue };
        if referenced && matches!(found.unlock, Unlock::Remove(_)) {
            continue;
        }
        let name = QuotedName::new(&schema, &table);
        let statement = statement(&name, &shapes, &found.unlock);
        let Some(statement) = statement else { continue };
        if !target.query(&statement, &[]).await.map_err(failed)?.is_empty() {
            unlocked.push(format!("{schema}.{table}"));
        }
    }
    Ok(unlocked)
}

/// A row is returned for each row that held a lock.
fn statement(name: &QuotedName, shapes: &[Shape<'_>], unlock: &Unlock) -> Option<String> {
    let column = |column: usize| QuotedIdent::new(shapes[column].name);
    let sql = |place: usize, value: Constant| match value {
        Constant::Null => "null".to_owned(),
        Constant::False if is_integer(shapes[place].oid) => "0".to_owned(),
        Constant::False => "false".to_owned(),
        Constant::Integer(value) => value.to_string(),
        Constant::Text(text) | Constant::TextEnd(text) => QuotedLiteral::new(text).to_string(),
    };
    let each = |values: &[(usize, Constant)], joined: &str, operator: &str| {
        let parts: Vec<String> = values
            .iter()
            .map(|(place, value)| {
                let (column, sql) = (column(*place), sql(*place, *value));
                match value {
                    Constant::TextEnd(_) => {
                        format!("pg_catalog.right({column}, pg_catalog.length({sql})) = {sql}")
                    }
                    _ => format!("{column} {operator} {sql}"),
                }
            })
            .collect();
        parts.join(joined)
    };
    match unlock {
        Unlock::Set(values) if values.is_empty() => None,
        Unlock::Set(values) => Some(format!(
            "update {name} set {} where {} returning 1",
            each(values, ", ", "="),
            each(values, " or ", "is distinct from")
        )),
        Unlock::Remove(values) if values.is_empty() => {
            Some(format!("delete from {name} returning 1"))
        }
        Unlock::Remove(values) => Some(format!(
            "delete from {name} where {} returning 1",
            each(values, " and ", "is not distinct from")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(table: &str, columns: &[(&str, u32)]) -> String {
        let shapes: Vec<Shape<'_>> =
            columns.iter().map(|(name, oid)| Shape { name, oid: *oid, not_null: false }).collect();
        let found = lock_tables::recognise(table, &shapes).unwrap();
        statement(&QuotedName::new("a b", table), &shapes, &found.unlock).unwrap()
    }

    #[test]
    fn the_statements_that_release_locks_in_a_loaded_target() {
        insta::assert_snapshot!(
            [
                told("knex_migrations_lock", &[("index", 23), ("is_locked", 23)]),
                told(
                    "DATABASECHANGELOGLOCK",
                    &[("ID", 23), ("LOCKED", 16), ("LOCKGRANTED", 1114), ("LOCKEDBY", 1043)]
                ),
                told("schema_migrations", &[("id", 20), ("applied", 1114), ("description", 1043)]),
                told("bun_migration_locks", &[("id", 20), ("table_name", 1043)]),
                told("cache_locks", &[("key", 1043), ("owner", 1043), ("expiration", 23)]),
                told(
                    "jobrunr_migrations",
                    &[("id", 1042), ("script", 1043), ("installedOn", 1043)]
                ),
            ]
            .join("\n")
        );
    }
}
