//! SQL of `[mask]`: the server has to understand it before a row is copied, and `plan --masks` asks, too.

use super::deciding::Decided;
use crate::catalog::{Catalog, Table, TableId, Transfer};
use crate::config::{Config, KeepWhere};
use crate::failure::Failure;
use crate::load::paths::{BY_QUALIFIED_NAMES, understand_conditions};
use crate::mask::Mask;
use crate::mask::decisions::{By, unknown_table};
use crate::postgres::ReadOnly;
use crate::subset::questions;

/// Checks the expressions of `sql:` and the conditions of `keep_where`.
///
/// # Errors
/// Where the server does not understand one, where a condition names no table, and the server's.
pub(super) async fn check(
    source: &ReadOnly,
    config: &Config,
    catalog: &Catalog,
    decided: &Decided,
) -> Result<(), Failure> {
    check_expressions(source, config, catalog, decided).await?;
    for rule in &config.masking.keep_where {
        for (_, table) in tables_of(config, catalog, rule)? {
            let sql = questions::probe(&table.entire(), &rule.condition.value);
            if let Some(said) = understood(source, catalog, table, &sql).await? {
                return Err(Failure::wrong_use(format!("keep_where of {} fails", table.name))
                    .because(config.point_at(rule.condition.location, &said))
                    .remedy("write a condition on the table's own columns"));
            }
        }
    }
    Ok(())
}

async fn check_expressions(
    source: &ReadOnly,
    config: &Config,
    catalog: &Catalog,
    decided: &Decided,
) -> Result<(), Failure> {
    for (id, column, choice) in decided.decisions.masked() {
        let Mask::Sql(expression) = &choice.mask else { continue };
        let table = &catalog.tables[id];
        let declared = &decided.details[id].columns[column].declared;
        let sql = questions::probe_value(&table.entire(), expression, declared);
        let Some(said) = understood(source, catalog, table, &sql).await? else { continue };
        let place = match choice.by {
            By::Line(line) => config.masking.columns[line].columns.location,
            _ => None,
        };
        let name = format!("{}.{}", table.name, table.columns[column].name);
        return Err(Failure::wrong_use(format!("the expression that masks {name} fails"))
            .because(config.point_at(place, &said))
            .remedy(format!(
                "write an expression about columns of {} that has a value of type {declared}",
                table.name
            )));
    }
    Ok(())
}

/// The tables that a line of `keep_where` is about.
pub(super) fn tables_of<'a>(
    config: &Config,
    catalog: &'a Catalog,
    rule: &KeepWhere,
) -> Result<Vec<(TableId, &'a Table)>, Failure> {
    let pattern = &rule.table.value;
    let tables = catalog.tables.pairs();
    let matched: Vec<(TableId, &Table)> =
        tables.filter(|(_, table)| pattern.matches(&table.name.schema, &table.name.name)).collect();
    if matched.is_empty() {
        return Err(unknown_table(catalog, pattern, rule.table.location).failure(config));
    }
    Ok(matched)
}

/// What the server says of a query that it does not understand.
async fn understood(
    source: &ReadOnly,
    catalog: &Catalog,
    table: &Table,
    sql: &str,
) -> Result<Option<String>, Failure> {
    let failed = |error: &_| source.failure("cannot check the SQL of [mask]", error);
    if has_own_path(table) {
        understand_conditions(source, &catalog.settings).await?;
    } else {
        source.run(BY_QUALIFIED_NAMES).await.map_err(|error| failed(&error))?;
    }
    match source.prepare(sql).await {
        Ok(_) => Ok(None),
        Err(error) => match error.as_db_error() {
            Some(said) => Ok(Some(said.message().to_owned())),
            None => Err(failed(&error)),
        },
    }
}

/// A table with types such as `regclass` is read under an empty `search_path`: their texts would lack
/// the schema.
pub(super) fn has_own_path(table: &Table) -> bool {
    table.written().all(|column| table.columns[column].data_type.transfer != Transfer::Text)
}
