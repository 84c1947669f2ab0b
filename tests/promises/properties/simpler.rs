//! Simplifying what fails: parts are taken out as long as the same promise stays broken.

use super::broken;
use super::rules::TableRule;
use super::scenario::{Databases, Scenario, Third};
use super::schema::Database;

/// Tries; each costs a load or more.
const MOST_TRIES: usize = 60;

/// The simplest that was found to fail in the same way, with what it breaks.
pub(super) fn simplest(
    mut scenario: Scenario,
    mut why: Vec<String>,
    databases: &mut Databases,
) -> (Scenario, Vec<String>) {
    let mut tries = 0;
    loop {
        let mut found = false;
        for candidate in candidates(&scenario) {
            tries += 1;
            if tries > MOST_TRIES {
                return (scenario, why);
            }
            let broken = broken(&candidate, databases);
            if kind(&broken) == kind(&why) {
                (scenario, why) = (candidate, broken);
                found = true;
                break;
            }
        }
        if !found {
            return (scenario, why);
        }
    }
}

/// The first words of the first broken promise: another fault is another failure.
fn kind(broken: &[String]) -> Option<String> {
    let first = broken.first()?;
    Some(first.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

/// One part less each; the largest parts first.
fn candidates(scenario: &Scenario) -> Vec<Scenario> {
    let tables = scenario.database.tables.len();
    let mut all = Vec::new();
    if tables > 1 {
        all.extend((0..tables).rev().filter_map(|table| without_table(scenario, table)));
    }
    for rule in 0..scenario.rules.keys.len() {
        let mut simpler = scenario.clone();
        simpler.rules.keys.remove(rule);
        all.push(simpler);
    }
    for option in 0..scenario.rules.clone().options().len() {
        let mut simpler = scenario.clone();
        if simpler.rules.options()[option].pop().is_some() {
            all.push(simpler);
        }
    }
    for forced in 0..scenario.rules.forced.len() {
        let mut simpler = scenario.clone();
        simpler.rules.forced.remove(forced);
        all.push(simpler);
    }
    for rule in 0..scenario.rules.tables.len() {
        let mut simpler = scenario.clone();
        simpler.rules.tables.remove(rule);
        all.push(simpler);
        for part in 0..4 {
            let mut simpler = scenario.clone();
            let of_rule = &mut simpler.rules.tables[rule].1;
            if part_removed(of_rule, part) {
                all.push(simpler);
            }
        }
    }
    for key in 0..scenario.database.foreign_keys.len() {
        let mut simpler = scenario.clone();
        simpler.database.foreign_keys.remove(key);
        simpler.rules.keys.clear();
        all.push(simpler);
    }
    for table in 0..tables {
        if scenario.database.tables[table].partitions.is_some() {
            let mut simpler = scenario.clone();
            simpler.database.tables[table].partitions = None;
            all.push(simpler);
        }
        let rows = scenario.database.tables[table].rows.len();
        if rows > 3 {
            all.extend(with_rows(scenario, table, rows / 2));
        }
    }
    all
}

fn part_removed(rule: &mut TableRule, part: usize) -> bool {
    match part {
        0 => rule.rows.take().is_some(),
        1 => rule.condition.take().is_some(),
        2 => rule.order.take().is_some(),
        _ => rule.always.pop().is_some(),
    }
}

/// Without a table and all foreign keys to and from it.
fn without_table(scenario: &Scenario, gone: usize) -> Option<Scenario> {
    if scenario.third == Third::Unrelated(gone) {
        return None;
    }
    let mut simpler = scenario.clone();
    let moved = |table: usize| if table > gone { table - 1 } else { table };
    simpler.database.tables.remove(gone);
    simpler.database.foreign_keys.retain(|key| key.table != gone && key.referenced != gone);
    for key in &mut simpler.database.foreign_keys {
        (key.table, key.referenced) = (moved(key.table), moved(key.referenced));
    }
    simpler.rules.keys.clear();
    for tables in simpler.rules.options() {
        tables.retain(|table| *table != gone);
        for table in tables {
            *table = moved(*table);
        }
    }
    simpler.rules.tables.retain(|(table, _)| *table != gone);
    simpler.rules.forced.retain(|(table, _)| *table != gone);
    for (table, _) in &mut simpler.rules.tables {
        *table = moved(*table);
    }
    for (table, _) in &mut simpler.rules.forced {
        *table = moved(*table);
    }
    if let Third::Unrelated(table) = &mut simpler.third {
        *table = moved(*table);
    }
    Some(simpler)
}

/// With the first rows of a table, if the foreign keys allow it.
fn with_rows(scenario: &Scenario, table: usize, rows: usize) -> Option<Scenario> {
    let mut simpler = scenario.clone();
    simpler.database.tables[table].rows.truncate(rows);
    let forced_is_there = |(of, row): &(usize, usize)| *of != table || *row < rows;
    let all_hold =
        |database: &Database| database.foreign_keys.iter().all(|key| database.bears_out(key));
    (simpler.rules.forced.iter().all(forced_is_there) && all_hold(&simpler.database))
        .then_some(simpler)
}
