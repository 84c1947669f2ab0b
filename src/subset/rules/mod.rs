//! The configuration's rules held against the catalogue: one rule for each table.

mod decided;
mod empty;
mod error;
mod harmless;
mod kind;
mod migration_tables;
mod names;
mod order;
mod rule;

use super::lock_tables;
use super::size::Target;
use crate::catalog::{Catalog, Contents, TableId};
use crate::config::{
    Asked, Config, Given, MigrationTable, NamePattern, NamedTables, Schemas, Size, TableName,
    TableRule,
};
pub use decided::DecidedBy;
pub use error::{Hint, RuleError, told};
pub use harmless::left_empty;
pub use kind::Kind;
pub use migration_tables::{MOST_MIGRATIONS, candidates};
pub(super) use names::find;
pub(crate) use names::find_in_any_case;
pub use order::{By, RowOrder};
use rule::Omission;
pub use rule::{Reason, Rule};

/// The tables that hold the state of migration tools.
#[derive(Clone, Copy, Debug)]
pub struct MigrationTables<'a> {
    /// By name.
    pub known: &'a [MigrationTable],
    /// The [`candidates`] that have few rows.
    pub guessed: &'a [TableId],
}

/// The rule of each table.
///
/// # Errors
/// Where a name of the configuration is not in the catalogue, or not in one place only; where two
/// wishes contradict each other.
pub fn resolve(
    config: &Config,
    catalog: &Catalog,
    migration_tables: MigrationTables<'_>,
) -> Result<Vec<Rule>, RuleError> {
    let mut rules: Vec<Rule> =
        catalog.tables.ids().map(|id| basic(catalog, id, config, migration_tables)).collect();
    choose_schemas(&mut rules, config, catalog)?;
    give_rules(&mut rules, config, catalog)?;
    choose_tables(&mut rules, config, catalog)?;
    force(&mut rules, config, catalog)?;
    harmless::leave_empty(&mut rules, catalog);
    for (rule, table) in rules.iter_mut().zip(&catalog.tables) {
        let is = |small: &TableName| {
            small.schema.as_ref() == Some(&table.name.schema) && small.table == table.name.name
        };
        if config.small.iter().any(is) {
            rule.keep_whole_if_uncut();
        }
    }
    for (rule, table) in rules.iter_mut().zip(&catalog.tables) {
        if let Some(chosen) = table.kept.as_ref().and_then(|kept| kept.chosen.as_ref()) {
            rule.choose_only(chosen);
        }
    }
    empty::mark(&mut rules, catalog);
    Ok(rules)
}

/// The rule of a table that nobody speaks of.
fn basic(
    catalog: &Catalog,
    id: TableId,
    config: &Config,
    migration_tables: MigrationTables<'_>,
) -> Rule {
    let MigrationTables { known, guessed } = migration_tables;
    let is_known =
        || lock_tables::of(catalog, id).is_some() || migration_tables::is_known(known, catalog, id);
    let (target, decided, reason) = if catalog.tables[id].contents != Contents::Readable {
        (Target::None, DecidedBy::Unreadable, Reason::Unreadable)
    } else if is_known() {
        (Target::All, DecidedBy::MigrationTool, Reason::MigrationTable)
    } else if guessed.contains(&id) {
        (Target::All, DecidedBy::Guess, Reason::LooksLikeMigrationTable)
    } else {
        let reason = match config.subset.size {
            Size::Budget(_) => Reason::Budget,
            Size::Linear(_) | Size::Logarithmic(_) => Reason::Fraction,
        };
        (config.subset.size.into(), DecidedBy::Fraction, reason)
    };
    Rule {
        target,
        condition: None,
        only: None,
        always: Vec::new(),
        forced: Vec::new(),
        order: None,
        decided,
        reason,
        empty: false,
        named: false,
        warning: None,
    }
}

/// `[subset] schemas` and `exclude_schemas`: of other schemas only what foreign keys need, of
/// excluded ones nothing.
fn choose_schemas(rules: &mut [Rule], config: &Config, catalog: &Catalog) -> Result<(), RuleError> {
    let Schemas { included, excluded } = &config.schemas;
    names::check_schemas(catalog, included)?;
    names::check_schemas(catalog, excluded)?;
    for (rule, table) in rules.iter_mut().zip(&catalog.tables) {
        let named = |patterns: &[Asked<NamePattern>]| {
            patterns.iter().any(|pattern| pattern.value.matches(&table.name.schema))
        };
        if named(excluded) {
            rule.leave_out(Omission::Excluded);
        } else if !included.is_empty() && !named(included) {
            rule.leave_out(Omission::NotIncluded);
        }
    }
    Ok(())
}

/// `[tables]`: the rule of a table's own name wins over one whose pattern it matches.
fn give_rules(rules: &mut [Rule], config: &Config, catalog: &Catalog) -> Result<(), RuleError> {
    let place = |rule: &TableRule| Given::at(rule.table.location, &rule.table.value.to_string());
    let mut by_name: Vec<Option<&TableRule>> = vec![None; rules.len()];
    let mut by_pattern: Vec<Option<&TableRule>> = vec![None; rules.len()];
    let mut clashes = Vec::new();
    for given in &config.tables {
        let is_name = given.table.value.exact().is_some();
        for table in names::matching(catalog, &given.table.value, &place(given))? {
            let name = || catalog.tables[table].name.to_string();
            if is_name {
                if let Some(first) = by_name[table].replace(given) {
                    let given = [place(first), place(given)];
                    return Err(RuleError::Twice { name: name(), given });
                }
            } else if let Some(first) = by_pattern[table].replace(given) {
                clashes.push((table, [place(first), place(given)]));
            }
        }
    }
    let clash = clashes.into_iter().find(|(table, _)| by_name[*table].is_none());
    if let Some((table, given)) = clash {
        let name = catalog.tables[table].name.to_string();
        return Err(RuleError::TwoPatterns { name, given });
    }
    for (table, rule) in TableId::each_mut(rules) {
        let Some(given) = by_name[table].or(by_pattern[table]) else { continue };
        rule.named |= given.table.value.names_tables();
        if rule.decided == DecidedBy::MigrationTool {
            if by_name[table].is_some() && given.cuts() {
                rule.warning = Some(format!(
                    "the rule for {} does not apply: a migration table is always copied whole",
                    catalog.tables[table].name
                ));
            }
            continue;
        }
        if rule.decided == DecidedBy::Guess && given.cuts() {
            rule.warning = Some(format!(
                "{} looks like a migration table, and its rule leaves rows out: migrations \
                 that have run may run again",
                catalog.tables[table].name
            ));
        }
        if let Some(rows) = given.rows
            && rule.decided != DecidedBy::Unreadable
        {
            rule.target = rows.into();
            rule.decided = DecidedBy::Wish;
            rule.reason = Reason::Rule;
        }
        rule.condition.clone_from(&given.condition);
        rule.always.clone_from(&given.always);
        if let Some(order) = &given.order {
            let name = || catalog.tables[table].name.to_string();
            let given = || Given::at(order.location, "order");
            let resolved = order::resolve(catalog, table, order);
            rule.order =
                Some(resolved.ok_or_else(|| RuleError::NoTime { name: name(), given: given() })?);
        }
    }
    Ok(())
}

/// `-t`, `-F` and `-T`, which win over the file; the last of them over the others.
fn choose_tables(rules: &mut [Rule], config: &Config, catalog: &Catalog) -> Result<(), RuleError> {
    let NamedTables { only, whole, excluded } = &config.named;
    let mut included = vec![only.is_empty(); rules.len()];
    for Asked { value: pattern, given } in only {
        for table in names::matching(catalog, pattern, given)? {
            included[table] = true;
            rules[table].named |= pattern.names_tables();
        }
    }
    for (rule, included) in rules.iter_mut().zip(included) {
        if !included {
            rule.leave_out(Omission::NotIncluded);
        }
    }
    for Asked { value: pattern, given } in whole {
        for table in names::matching(catalog, pattern, given)? {
            let rule = &mut rules[table];
            rule.named |= pattern.names_tables();
            if !matches!(rule.decided, DecidedBy::NotIncluded | DecidedBy::Unreadable) {
                rule.target = Target::All;
                rule.decided = DecidedBy::Wish;
                rule.reason = Reason::FullTable;
                rule.condition = None;
            }
        }
    }
    for Asked { value: pattern, given } in excluded {
        let is_name = pattern.exact().is_some();
        for table in names::matching(catalog, pattern, given)? {
            let rule = &mut rules[table];
            if is_name && rule.decided == DecidedBy::MigrationTool {
                rule.decided = DecidedBy::Wish;
            }
            rule.leave_out(Omission::Excluded);
        }
    }
    Ok(())
}

/// `--force`
fn force(rules: &mut [Rule], config: &Config, catalog: &Catalog) -> Result<(), RuleError> {
    for force in &config.force {
        let given = Given::Words(format!("--force {}:{}", force.table, force.key));
        let id = names::find_in_any_case(catalog, &force.table, &given)?;
        let table = &catalog.tables[id];
        let name = table.name.to_string();
        let Some(key) = &table.key else {
            return Err(RuleError::NoKey { name, given });
        };
        let excluding = config
            .named
            .excluded
            .iter()
            .find(|excluded| excluded.value.matches(&table.name.schema, &table.name.name));
        if let Some(excluded) = excluding {
            let given = [given, excluded.given.clone()];
            return Err(RuleError::ForcedAndExcluded { name, given });
        }
        let values = force.values(key.len());
        if values.len() != key.len() {
            return Err(RuleError::KeyColumns {
                name,
                key: key.iter().map(|column| table.columns[*column].name.clone()).collect(),
                values: values.len(),
                given,
            });
        }
        rules[id].forced.push(values);
    }
    Ok(())
}
