//! Checks the conditions and keys that a person wrote, before rows are selected.

use crate::catalog::{Catalog, Table, When};
use crate::config::{Config, Located, Location, nearest};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::questions;
use crate::subset::rules::{By, RowOrder, Rule};

/// A condition is a person's SQL. The server parses it before anything else runs, and an error is
/// reported with its place in the file.
pub(crate) async fn check(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
) -> Result<(), Failure> {
    for key in &catalog.foreign_keys {
        let when = key.configured.as_ref().and_then(|configured| configured.when.as_ref());
        if let Some(When::Sql(condition)) = when {
            let what = "the condition of a foreign key does not fit its table";
            check_condition(source, &catalog.tables[key.table], condition, what, config).await?;
        }
    }
    for (table, rule) in catalog.tables.iter().zip(rules) {
        for values in &rule.forced {
            let key = table.key.as_deref().unwrap_or_default();
            let condition = questions::key_condition(table, key, values);
            let Err(error) = source.prepare(&questions::probe(table, &condition)).await else {
                continue;
            };
            let given = format!("{}:{}", table.name, values.join(","));
            if error.as_db_error().is_none_or(|said| !said.code().code().starts_with("22")) {
                return Err(source.failure(&format!("cannot check --force {given}"), &error));
            }
            let names: Vec<&str> = key.iter().map(|c| table.columns[*c].name.as_str()).collect();
            let types: Vec<&str> =
                key.iter().map(|c| table.columns[*c].data_type.name.as_str()).collect();
            return Err(Failure::wrong_use(format!(
                "--force {given} is not a key of {}",
                table.name
            ))
            .because(format!("its key is {} ({})", names.join(", "), types.join(", ")))
            .remedy("give a value of that type"));
        }
        if let Some(RowOrder { by: By::Sql(order), .. }) = &rule.order {
            check_order(source, table, order, config).await?;
        }
        for condition in rule.condition.iter().chain(&rule.always) {
            let what = "a rule's condition does not fit its table";
            check_condition(source, table, condition, what, config).await?;
        }
    }
    Ok(())
}

async fn check_order(
    source: &ReadOnly,
    table: &Table,
    order: &Located<String>,
    config: &Config,
) -> Result<(), Failure> {
    let probe = Probe {
        sql: questions::probe_order(table, &order.value),
        location: order.location,
        what: "a rule's order does not fit its table",
        words: &["newest", "oldest"],
        remedy: "write \"newest\", \"oldest\", or what would stand behind ORDER BY",
    };
    probe.check(source, table, config).await
}

/// `what` is the message if the server does not understand a condition.
async fn check_condition(
    source: &ReadOnly,
    table: &Table,
    condition: &Located<String>,
    what: &str,
    config: &Config,
) -> Result<(), Failure> {
    let probe = Probe {
        sql: questions::probe(table, &condition.value),
        location: condition.location,
        what,
        words: &[],
        remedy: "write a SQL condition on this table's columns",
    };
    probe.check(source, table, config).await
}

/// A person's SQL, in a statement that the server only has to parse.
struct Probe<'a> {
    sql: String,
    location: Option<Location>,
    /// The message if the server does not understand it.
    what: &'a str,
    remedy: &'a str,
    /// A misspelt name may mean one of these, besides columns.
    words: &'a [&'static str],
}

impl Probe<'_> {
    async fn check(
        &self,
        source: &ReadOnly,
        table: &Table,
        config: &Config,
    ) -> Result<(), Failure> {
        let Err(error) = source.prepare(&self.sql).await else { return Ok(()) };
        let Some(said) = error.as_db_error() else {
            return Err(source.failure("cannot check the conditions of the rules", &error));
        };
        let message = format!("table {}: {}", table.name, said.message());
        let failure =
            Failure::wrong_use(self.what).because(config.point_at(self.location, &message));
        let wrong = said.message().split('"').nth(1).unwrap_or_default();
        let wrong = wrong.rsplit('.').next().unwrap_or_default();
        let columns = table.columns.iter().map(|column| column.name.as_str());
        let names = self.words.iter().copied().chain(columns);
        Err(match nearest(wrong, names) {
            Some(column) if said.code().code() == "42703" => {
                failure.remedy(format!("did you mean {column}?"))
            }
            _ => failure.remedy(self.remedy),
        })
    }
}
