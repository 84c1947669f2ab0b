//! `[[only]]`: one tenant and no other. Of each table only a part may be read, and every question
//! about rows is a question about that part (`questions::from`). So no path leads to another row.
//!
//! 1. A table that has the column keeps the rows with the values, and the rows with NULL. What the
//!    column references keeps these values, too.
//! 2. A row that cannot do without an excluded row is excluded itself, and so on.
//! 3. A reference that may be NULL is read as NULL where it names an excluded row. A table without
//!    the column gives such rows as parents only: they may belong to somebody else.

mod above;
mod error;
mod scope;

pub use error::OnlyError;
pub use scope::Own;

use crate::catalog::{Catalog, Kept, TableId};
use crate::config::{Config, OnlyKeep, OnlyRule};
use scope::Scope;

/// Restricts the tables of a catalogue.
///
/// # Errors
/// If no table has the column of an entry.
pub fn restrict(config: &Config, catalog: &mut Catalog) -> Result<Vec<Own>, OnlyError> {
    if config.only.is_empty() {
        return Ok(Vec::new());
    }
    let mut scope = Scope::new(catalog);
    for (position, rule) in config.only.iter().enumerate() {
        scope.start(position, rule)?;
    }
    scope.spread();
    let kept: Vec<(TableId, Kept)> =
        catalog.tables.ids().filter_map(|table| Some((table, scope.kept(table)?))).collect();
    let own = scope.own;
    for (table, kept) in kept {
        catalog.tables[table].kept = Some(kept);
    }
    for (position, rule) in config.only.iter().enumerate() {
        let line = told(catalog, &own, position, rule);
        catalog.left_out.push(line);
    }
    Ok(own)
}

/// `other rows than tenant_id = 42: of public.orders, public.users, and of what needs them`
fn told(catalog: &Catalog, own: &[Own], position: usize, rule: &OnlyRule) -> String {
    let of_rule = own.iter().filter(|own| own.rule == position);
    let mut tables: Vec<String> =
        of_rule.map(|own| catalog.tables[own.table].name.to_string()).collect();
    tables.sort_unstable();
    tables.dedup();
    let column = &rule.column.value;
    let null = if rule.null { " or NULL" } else { "" };
    let kept = match &rule.keep {
        OnlyKeep::Values(values) => format!("{column} = {}{null}", values.join(", ")),
        OnlyKeep::Where(condition) => format!("{}{null}", condition.value.trim()),
    };
    format!(
        "rows of {} for which [[only]] does not hold ({kept}), and what needs them",
        tables.join(", ")
    )
}
