//! Tables whose rows would act in a review app, or let somebody in: queued jobs, sessions, tokens,
//! outgoing messages. They arrive empty unless a rule names them, and foreign keys bring none of
//! their rows.

mod columns;
mod kinds;
mod known;

use super::decided::DecidedBy;
use super::kind::Kind;
use super::rule::{Reason, Rule};
use crate::catalog::{Catalog, TableId};
use crate::subset::nulling;
use crate::subset::size::Target;

/// Leaves these tables empty, and with them each table whose rows cannot do without one of theirs.
/// A table that a rule names stays as the rule says.
pub(super) fn leave_empty(rules: &mut [Rule], catalog: &Catalog) {
    let mut emptied = Vec::new();
    for id in catalog.tables.ids() {
        if may_be_emptied(&rules[id])
            && let Some(kind) = kinds::kind_of(&catalog.tables[id])
        {
            empty(&mut rules[id], Reason::Harmless(kind));
            emptied.push(id);
        }
    }
    let mut next = 0;
    while let Some(above) = emptied.get(next).copied() {
        next += 1;
        for (id, key) in catalog.foreign_keys.pairs() {
            let is_empty = |table: TableId| emptied.contains(&table);
            if key.referenced == above
                && !key.is_partial()
                && !is_empty(key.table)
                && may_be_emptied(&rules[key.table])
                && nulling::nulled(catalog, is_empty, id).is_err()
            {
                empty(&mut rules[key.table], Reason::NeedsHarmless);
                emptied.push(key.table);
            }
        }
    }
}

fn may_be_emptied(rule: &Rule) -> bool {
    !rule.named
        && rule.target != Target::None
        && !matches!(rule.decided, DecidedBy::MigrationTool | DecidedBy::Guess)
}

fn empty(rule: &mut Rule, reason: Reason) {
    rule.target = Target::None;
    rule.decided = DecidedBy::Harmless;
    rule.reason = reason;
    rule.condition = None;
    rule.always.clear();
    rule.order = None;
}

/// A line for each kind of table that arrives empty although it has rows.
#[must_use]
pub fn left_empty(catalog: &Catalog, rules: &[Rule]) -> Vec<String> {
    let tables = |wanted: Reason| {
        let tables = catalog.tables.pairs();
        let named = tables.filter(|(id, table)| rules[*id].reason == wanted && table.bytes > 0);
        named.map(|(_, table)| table.name.to_string()).collect::<Vec<String>>()
    };
    let line = |names: &[String], why: &str| {
        (!names.is_empty()).then(|| {
            format!(
                "the rows of {}: {why} (a rule [tables.NAME] with rows = … brings them)",
                names.join(", ")
            )
        })
    };
    let mut lines: Vec<String> = Kind::ALL
        .iter()
        .filter_map(|kind| line(&tables(Reason::Harmless(*kind)), kind.why()))
        .collect();
    lines.extend(line(&tables(Reason::NeedsHarmless), "each needs a row of a table left empty"));
    lines
}

/// `sessionToken` and `session_token` alike.
fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
