//! What must come of a load, by README's words and the rows themselves, not by the tool's code.

use super::rules::Rules;
use super::schema::{Database, ForeignKey};
use crate::support::{Expectations, Rows, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// What a load may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    MustLoad,
    /// A table is to be left empty that rows need which come in any case.
    MustRefuse,
    /// Whether rows come that need a table which is to be left empty hangs on the choice.
    MayRefuse,
}

pub(super) struct Model<'a> {
    database: &'a Database,
    rules: &'a Rules,
}

impl<'a> Model<'a> {
    pub(super) fn new(database: &'a Database, rules: &'a Rules) -> Self {
        Model { database, rules }
    }

    pub(super) fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::MustLoad;
        for key in self.database.foreign_keys.iter().filter(|key| self.is_cut(key)) {
            let rows = &self.database.tables[key.table].rows;
            if rows.is_empty() || self.can_be_nulled(key) {
                continue;
            }
            let naming = rows.iter().filter(|row| key.named_by(row).is_some()).count();
            // one row at least is chosen of a table whose rule is not `rows`, `where` or both
            let rule = self.rules.of(self.database, key.table);
            let certain = naming == rows.len()
                && rule.condition.is_none()
                && !matches!(rule.rows, Some(Rows::Number(0) | Rows::None));
            outcome = match outcome {
                Outcome::MustRefuse => Outcome::MustRefuse,
                _ if certain => Outcome::MustRefuse,
                _ => Outcome::MayRefuse,
            };
        }
        outcome
    }

    /// Whether a foreign key of rows that may come names a table that is left empty. Values that
    /// count for some rows only are left as they are.
    fn is_cut(&self, key: &ForeignKey) -> bool {
        key.when.is_none() && !self.left_empty(key.table) && self.left_empty(key.referenced)
    }

    fn left_empty(&self, table: usize) -> bool {
        let forced = self.rules.forced.iter().any(|(of, _)| *of == table);
        self.rules.of(self.database, table).leaves_empty() && !forced
    }

    /// Whether all is well where the columns that may be NULL are.
    fn can_be_nulled(&self, key: &ForeignKey) -> bool {
        let free = key.columns.iter().filter(|column| self.is_free(key, **column)).count();
        if key.match_full { free == key.columns.len() } else { free > 0 }
    }

    /// Whether a column may be NULL without breaking another foreign key.
    fn is_free(&self, key: &ForeignKey, column: usize) -> bool {
        let breaks = |other: &ForeignKey| {
            let referenced = other.referenced == key.table
                && other.referenced_columns.contains(&column)
                && !self.left_empty(other.table);
            let half_null = other.table == key.table
                && !std::ptr::eq(other, key)
                && other.match_full
                && other.columns.len() > 1
                && other.columns.contains(&column);
            referenced || half_null
        };
        !self.database.tables[key.table].columns[column].not_null
            && !self.database.foreign_keys.iter().any(breaks)
    }

    /// The ones outside every other foreign key, where there are any.
    fn nulled_of(&self, key: &ForeignKey) -> Vec<usize> {
        let free = key.columns.iter().copied().filter(|column| self.is_free(key, *column));
        let free: Vec<usize> = free.collect();
        let others = || {
            let keys = self.database.foreign_keys.iter();
            keys.filter(|other| other.table == key.table && !std::ptr::eq(*other, key))
        };
        let own = |column: &usize| !others().any(|other| other.columns.contains(column));
        let own: Vec<usize> = free.iter().copied().filter(own).collect();
        if key.match_full || own.is_empty() { free } else { own }
    }

    /// The columns that become NULL.
    pub(super) fn nulled(&self, table: usize) -> Vec<usize> {
        let keys = self.database.foreign_keys.iter();
        let keys = keys.filter(|key| key.table == table && self.is_cut(key));
        let columns: BTreeSet<usize> = keys.flat_map(|key| self.nulled_of(key)).collect();
        columns.into_iter().collect()
    }

    /// By table: rows that must be there, with all descendants, down self-references too.
    pub(super) fn always(&self) -> Vec<BTreeSet<usize>> {
        let tables = &self.database.tables;
        let mut there = vec![BTreeSet::new(); tables.len()];
        let mut waiting: Vec<(usize, usize)> = self.rules.forced.clone();
        for (table, rule) in &self.rules.tables {
            for (place, row) in tables[*table].rows.iter().enumerate() {
                if rule.always.iter().any(|condition| condition.holds(row)) {
                    waiting.push((*table, place));
                }
            }
        }
        while let Some((table, place)) = waiting.pop() {
            if !there[table].insert(place) {
                continue;
            }
            let keys = self.database.foreign_keys.iter().enumerate();
            let down = keys.filter(|(id, key)| {
                let rule = self.rules.of_key(*id);
                key.referenced == table
                    && rule.follow
                    && !self.left_empty(key.table)
                    && !self.rules.only_lends(self.database, key.table)
            });
            for (_, key) in down {
                let Some(name) = key.name_of(&tables[table].rows[place]) else { continue };
                let children = tables[key.table].rows.iter().enumerate();
                let children =
                    children.filter(|(_, row)| key.named_by(row).as_ref() == Some(&name));
                waiting.extend(children.map(|(child, _)| (key.table, child)));
            }
        }
        there
    }

    /// By table: whether a larger fraction surely keeps its rows. The ones not chosen along
    /// a foreign key do; but rows that others have pulled in stay only where those others do.
    ///
    /// Where children are chosen of parents, more parents share the same number of children: a
    /// child may then make place for another parent's first. Seen in one table of ten that could.
    pub(super) fn keep_when_grown(&self) -> Vec<bool> {
        let all = || self.database.foreign_keys.iter().enumerate();
        let descending = |id: usize| self.rules.of_key(id).descend;
        let keys = || {
            let keys = all().filter(|(id, key)| !key.is_self_reference() || descending(*id));
            keys.map(|(_, key)| key)
        };
        let mut keeping = vec![true; self.database.tables.len()];
        for key in keys() {
            keeping[key.table] &= self.is_whole(key.table) || self.is_whole(key.referenced);
        }
        // as often as the longest line of references may be
        for _ in 0..keeping.len() {
            for key in keys() {
                keeping[key.referenced] &= keeping[key.table];
            }
        }
        keeping
    }

    /// Rows that name a row through a foreign key that the schema does not declare, which the
    /// source has and these do not.
    pub(super) fn orphans(&self, lines: &[BTreeMap<String, usize>]) -> Vec<String> {
        let there = |table: usize| {
            let (about, nulled) = (&self.database.tables[table], self.nulled(table));
            let rows = about.rows.iter();
            rows.filter(move |row| lines[table].contains_key(&about.line(row, &nulled)))
        };
        let mut orphans = Vec::new();
        for key in self.database.foreign_keys.iter().filter(|key| key.undeclared) {
            let all = self.database.tables[key.referenced].rows.iter();
            let all: BTreeSet<_> = all.filter_map(|row| key.name_of(row)).collect();
            let here: BTreeSet<_> =
                there(key.referenced).filter_map(|row| key.name_of(row)).collect();
            let named = there(key.table).filter_map(|row| key.named_by(row));
            let lost = named.filter(|name| all.contains(name) && !here.contains(name)).count();
            let nulled = self.nulled(key.table);
            let whole = !key.columns.iter().any(|column| nulled.contains(column));
            if lost > 0 && whole && !self.left_empty(key.referenced) {
                let table = self.database.tables[key.table].plain();
                orphans
                    .push(format!("whole: {lost} rows of {table} name rows that are left behind"));
            }
        }
        orphans
    }

    fn is_whole(&self, table: usize) -> bool {
        let rule = self.rules.of(self.database, table);
        matches!(rule.rows, Some(Rows::All)) && rule.condition.is_none()
    }

    /// What the checks of the hard cases need to know.
    pub(super) fn expectations(&self) -> Expectations {
        let mut expected = Expectations {
            fraction: self.rules.fraction.parse().expect("a number"),
            logarithmic: self.rules.logarithmic,
            // that check knows nothing of foreign keys that the schema does not declare
            more_by_request: !self.rules.forced.is_empty()
                || self.database.foreign_keys.iter().any(|key| key.undeclared),
            ..Expectations::default()
        };
        for (id, table) in self.database.tables.iter().enumerate() {
            let rule = self.rules.of(self.database, id);
            let condition = rule.condition.as_ref().map(|condition| condition.sql(table));
            expected.more_by_request |= !rule.always.is_empty();
            expected.rules.push((table.plain(), Rule { rows: rule.rows, condition }));
            if self.left_empty(id) {
                expected.no_rows.push(table.plain());
            }
            let nulled = self.nulled(id).into_iter();
            let nulled = nulled.map(|column| table.columns[column].name.clone()).collect();
            expected.nulled.push((table.plain(), nulled));
        }
        expected
    }

    /// The rows that must be there, as [`super::schema::Table::line`] writes them, with how many
    /// of them.
    pub(super) fn lines_to_come(
        &self,
        table: usize,
        rows: &BTreeSet<usize>,
    ) -> BTreeMap<String, usize> {
        let about = &self.database.tables[table];
        let nulled = self.nulled(table);
        let mut lines = BTreeMap::new();
        for row in rows {
            *lines.entry(about.line(&about.rows[*row], &nulled)).or_default() += 1;
        }
        lines
    }
}
