//! Restricts the tables to what `[[only]]` keeps. The server parses each condition before anything is
//! read by it.

use crate::catalog::Catalog;
use crate::config::{Config, OnlyKeep};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::only::{self, OnlyError};
use crate::subset::questions;

/// To be called under the empty `search_path`: rows are copied under it.
pub(super) async fn restrict(
    source: &ReadOnly,
    config: &Config,
    catalog: &mut Catalog,
) -> Result<(), Failure> {
    let all = only::restrict(config, catalog).map_err(|error| error.failure(config))?;
    for own in all {
        let (table, rule) = (&catalog.tables[own.table], &config.only[own.rule]);
        let sql = questions::probe(&table.entire(), &own.condition);
        let Err(error) = source.prepare(&sql).await else { continue };
        let Some(said) = error.as_db_error() else {
            return Err(source.failure("cannot check the conditions of [[only]]", &error));
        };
        let name = table.name.to_string();
        let said = said.message().to_owned();
        let column = &table.columns[own.column];
        let error = match &rule.keep {
            OnlyKeep::Where(sql) => OnlyError::Condition { table: name, said, place: sql.location },
            OnlyKeep::Values(_) => OnlyError::Value {
                table: name,
                column: column.name.clone(),
                data_type: column.data_type.name.clone(),
                said,
                place: rule.column.location,
            },
        };
        return Err(error.failure(config));
    }
    Ok(())
}
