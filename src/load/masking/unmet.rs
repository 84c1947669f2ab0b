//! Masked values that the target refuses: the column, the constraint, and the lines to choose from.

use super::masks::Masks;
use crate::catalog::{Catalog, Table, TableId};
use crate::failure::Failure;
use crate::mask::decisions::line;
use tokio_postgres::error::SqlState;

impl Masks {
    /// What to say where the target refuses a row for a CHECK that masked columns are part of. A CHECK
    /// over several columns is tried by the COPY itself.
    pub(crate) fn unmet(
        &self,
        catalog: &Catalog,
        table: &Table,
        error: &tokio_postgres::Error,
    ) -> Option<Failure> {
        let said = error.as_db_error().filter(|said| said.code() == &SqlState::CHECK_VIOLATION)?;
        let constraint = said.constraint()?;
        let (id, _) = catalog.tables.pairs().find(|(_, other)| other.oid == table.oid)?;
        let (about, columns) = match said.datatype() {
            Some(domain) => (format!("domain {domain}"), self.of_domain(id, domain)),
            None => (table.name.to_string(), self.of_check(id, constraint)),
        };
        if columns.is_empty() {
            return None;
        }
        let names = |separator: &str, name: &dyn Fn(&str) -> String| {
            let names = columns.iter().map(|column| name(&table.columns[*column].name));
            names.collect::<Vec<_>>().join(separator)
        };
        let qualified = names(" and ", &|column| format!("{}.{column}", table.name));
        let (schema, own) = (&table.name.schema, &table.name.name);
        let lines = names("", &|column| format!("\n {}", line(schema, own, column, "keep")));
        Some(
            Failure::wrong_use(format!("cannot mask {qualified}"))
                .because(format!("a row with masked values does not meet CHECK {constraint} of {about}"))
                .remedy(format!(
                    "choose other masks, or keep the values, in review-data.toml:\n [mask.columns]{lines}"
                )),
        )
    }

    /// The masked columns that a CHECK of the table names, or that a generated column in it is computed from.
    fn of_check(&self, id: TableId, constraint: &str) -> Vec<usize> {
        let Some(decided) = &self.decided else { return Vec::new() };
        let details = &decided.details[id];
        let check = details.checks.iter().find(|check| check.name == constraint);
        self.masked(id, |column| {
            check.is_some_and(|check| {
                check.columns.iter().any(|about| {
                    *about == column || details.columns[*about].computed_from.contains(&column)
                })
            })
        })
    }

    /// The masked columns that may hold values of a domain.
    fn of_domain(&self, id: TableId, domain: &str) -> Vec<usize> {
        let Some(decided) = &self.decided else { return Vec::new() };
        let own = &decided.details[id].columns;
        let named = self.masked(id, |column| own[column].declared.contains(domain));
        // a composite or a range does not name the domain that is within it
        if named.is_empty() { self.masked(id, |_| true) } else { named }
    }

    fn masked(&self, id: TableId, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        let decided = self.decided.iter().flat_map(|decided| decided.decisions.masked());
        let of_table = decided.filter(|(table, ..)| *table == id).map(|(_, column, _)| column);
        of_table.filter(|column| wanted(*column)).collect()
    }
}

/// A value of a column, by its place among the written ones, has no masked form.
pub(crate) fn cannot_mask(table: &Table, place: usize, why: &str) -> Failure {
    let name = table.written().nth(place).map_or("", |column| &table.columns[column].name);
    let keep = line(&table.name.schema, &table.name.name, name, "keep");
    Failure::wrong_use(format!("cannot mask a value of {}.{name}", table.name)).because(why).remedy(
        format!(
            "choose another mask, or keep the values, in review-data.toml:\n [mask.columns]\n {keep}"
        ),
    )
}
