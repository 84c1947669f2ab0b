//! Which tables `[[only]]` restricts, along which foreign keys, and the SQL of that.

use super::error::OnlyError;
use crate::catalog::{Catalog, ForeignKey, ForeignKeyId, Kept, Severed, Table, TableId};
use crate::config::{ColumnShape, OnlyKeep, OnlyRule, nearest};
use crate::postgres::{QuotedIdent, QuotedLiteral};
use crate::subset::nulling;
use crate::subset::questions::{
    alias, condition as condition_of, covered, enclosed, entire, equality, key_value,
    raw_reference, reference,
};
use crate::subset::relations::suspects;
use std::collections::BTreeMap;

/// Conditions within the condition of one table. Where there would be more, or they would go in
/// circles, the server walks up the rows instead ([`above`]).
const MOST_NESTED: usize = 60;

/// What an entry says of a table: the server checks it before anything is read by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    pub table: TableId,
    /// The position of the entry.
    pub rule: usize,
    pub column: usize,
    pub condition: String,
}

/// Which tables are restricted, and along which foreign keys.
pub(super) struct Scope<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) own: Vec<Own>,
    /// Foreign keys whose rows are excluded where they name an excluded row.
    hard: BTreeMap<TableId, Vec<ForeignKeyId>>,
    /// Foreign keys that are read as NULL there.
    soft: Vec<(ForeignKeyId, Vec<usize>)>,
}

/// A row's values beside what they reference.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) pairs: Vec<String>,
    /// The array whose elements are compared, as `review_data_e.v`.
    pub(super) elements: Option<String>,
    /// Values that may be NULL.
    pub(super) nullable: Vec<String>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        Scope { catalog, own: Vec::new(), hard: BTreeMap::new(), soft: Vec::new() }
    }
}

impl Scope<'_> {
    /// The tables that have the column, and what it references.
    pub(super) fn start(&mut self, position: usize, rule: &OnlyRule) -> Result<(), OnlyError> {
        let catalog = self.catalog;
        let having: Vec<(TableId, usize)> = catalog
            .tables
            .pairs()
            .filter_map(|(id, table)| Some((id, table.column(&rule.column.value)?)))
            .collect();
        if having.is_empty() {
            let columns = catalog.tables.iter().flat_map(|table| &table.columns);
            let names = columns.map(|column| column.name.as_str());
            let nearest = nearest(&rule.column.value, names).map(str::to_owned);
            let column = rule.column.clone();
            return Err(OnlyError::UnknownColumn {
                column: column.value,
                nearest,
                place: column.location,
            });
        }
        let mut all = having.clone();
        let suspects = suspects::suspects(catalog);
        for (table, column) in having {
            for key in catalog.foreign_keys.iter().filter(|key| key.table == table) {
                let named = key.columns.iter().position(|own| *own == column);
                let Some(named) = named.filter(|_| !key.is_partial()) else { continue };
                all.push((key.referenced, key.referenced_columns[named]));
            }
            for suspect in &suspects {
                if (suspect.table, suspect.column) == (table, column) {
                    all.push((suspect.referenced, suspect.referenced_column));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        for (table, column) in all {
            let condition = own_condition(&catalog.tables[table], column, rule);
            self.own.push(Own { table, rule: position, column, condition });
        }
        Ok(())
    }

    fn has_own(&self, table: TableId) -> bool {
        self.own.iter().any(|own| own.table == table)
    }

    fn is_restricted(&self, table: TableId) -> bool {
        self.has_own(table) || self.hard.contains_key(&table)
    }

    /// Decides about each foreign key that may name an excluded row, until nothing changes: a table
    /// that cannot do without another one's rows may lose rows itself.
    pub(super) fn spread(&mut self) {
        let mut decided = vec![false; self.catalog.foreign_keys.len()];
        loop {
            let before = self.hard.len();
            for (position, (id, key)) in self.catalog.foreign_keys.pairs().enumerate() {
                if decided[position] || !self.is_restricted(key.referenced) || self.is_implied(key)
                {
                    continue;
                }
                decided[position] = true;
                if key.is_partial() {
                    if self.follows_partial(key) {
                        self.hard.entry(key.table).or_default().push(id);
                    }
                } else if let Ok(columns) = nulling::nulled(self.catalog, |_| false, id) {
                    self.soft.push((id, columns));
                } else {
                    self.hard.entry(key.table).or_default().push(id);
                }
            }
            if self.hard.len() == before {
                return;
            }
        }
    }

    /// What an entry says of the referencing column, it says of the referenced one, too.
    fn is_implied(&self, key: &ForeignKey) -> bool {
        if self.hard.contains_key(&key.referenced) {
            return false;
        }
        let mut of_referenced = self.own.iter().filter(|own| own.table == key.referenced);
        of_referenced.all(|own| {
            let pairs = key.columns.iter().zip(&key.referenced_columns);
            let mut columns =
                pairs.filter(|(_, theirs)| **theirs == own.column).map(|(own, _)| own);
            columns.any(|column| {
                self.own.iter().any(|other| {
                    (other.table, other.rule, other.column) == (key.table, own.rule, *column)
                })
            })
        })
    }

    /// Whether a row is excluded for what an array or a path into JSON names. A table that has the
    /// column says itself whose a row is.
    fn follows_partial(&self, key: &ForeignKey) -> bool {
        let shapes = key.configured.iter().flat_map(|configured| &configured.shapes);
        let plain = shapes.into_iter().all(|shape| *shape == ColumnShape::Plain);
        plain || !self.has_own(key.table)
    }

    pub(super) fn kept(&self, table: TableId) -> Option<Kept> {
        let severed: Vec<Severed> = self
            .soft
            .iter()
            .filter(|(id, _)| self.catalog.foreign_keys[*id].table == table)
            .map(|(id, columns)| Severed {
                key: *id,
                columns: columns.clone(),
                kept: self.names_kept(*id),
            })
            .collect();
        let condition = self.condition(table);
        if severed.is_empty() && condition.is_none() {
            return None;
        }
        let chosen = (!self.has_own(table) && !severed.is_empty()).then(|| {
            let about = &self.catalog.tables[table];
            let columns = severed.iter().flat_map(|severed| &severed.columns);
            let tests: Vec<String> = columns
                .map(|column| {
                    let found_by = raw_reference(about, *column);
                    format!("({found_by} is null or {} is not null)", reference(about, *column))
                })
                .collect();
            tests.join(" and ")
        });
        Some(Kept { condition, severed, chosen })
    }

    /// The rows of a table that may be read; `None`: all.
    pub(super) fn condition(&self, table: TableId) -> Option<String> {
        let mut tests = self.own_conditions(table);
        if self.nested(table, &mut Vec::new()).is_some_and(|nested| nested <= MOST_NESTED) {
            tests.extend(self.hard_keys(table).iter().map(|id| self.names_kept(*id)));
        } else {
            tests.push(self.no_excluded_above(table));
        }
        (!tests.is_empty()).then(|| tests.join(" and "))
    }

    pub(super) fn own_conditions(&self, table: TableId) -> Vec<String> {
        let own = self.own.iter().filter(|own| own.table == table);
        own.map(|own| own.condition.clone()).collect()
    }

    pub(super) fn hard_keys(&self, table: TableId) -> &[ForeignKeyId] {
        self.hard.get(&table).map_or(&[], Vec::as_slice)
    }

    /// How many conditions a condition holds within each other; `None`: it goes in circles.
    fn nested(&self, table: TableId, above: &mut Vec<TableId>) -> Option<usize> {
        if above.contains(&table) {
            return None;
        }
        above.push(table);
        let mut all = 0;
        for id in self.hard_keys(table) {
            all += 1 + self.nested(self.catalog.foreign_keys[*id].referenced, above)?;
            if all > MOST_NESTED {
                break;
            }
        }
        above.pop();
        Some(all)
    }

    /// That a row references a row that may be read, or none.
    fn names_kept(&self, id: ForeignKeyId) -> String {
        let key = &self.catalog.foreign_keys[id];
        let (about, referenced) =
            (&self.catalog.tables[key.table], &self.catalog.tables[key.referenced]);
        let names = &key.referenced_columns;
        let columns: Vec<String> =
            names.iter().map(|column| reference(referenced, *column)).collect();
        let condition = self.condition(key.referenced);
        let condition = condition.map(|sql| format!(" where {sql}")).unwrap_or_default();
        // under another name: the two tables may have the same one
        let part = format!(
            "(select {} from {}{condition}) as review_data_p({})",
            columns.join(", "),
            entire(referenced),
            (0..names.len()).map(|at| format!("c{at}")).collect::<Vec<_>>().join(", ")
        );
        let Compared { pairs, elements, nullable } = self.compared(key, "review_data_p");
        let mut free: Vec<String> =
            nullable.into_iter().map(|value| format!("{value} is null")).collect();
        let mut test = format!("exists (select from {part} where {})", pairs.join(" and "));
        if let Some(column) = key.columns.last().filter(|_| key.is_temporal()) {
            let periods = format!("review_data_p.c{}", key.columns.len() - 1);
            let rows = format!("from {part} where {}", pairs.join(" and "));
            test = covered(&periods, &reference(about, *column), &rows);
        }
        if let Some(array) = elements {
            test = format!(
                "not exists (select from pg_catalog.unnest({array}) as review_data_e(v) \
                 where review_data_e.v is not null and not {test})"
            );
        }
        if let Some(when) = key.configured.as_ref().and_then(|configured| configured.when.as_ref())
        {
            free.push(format!("({}) is not true", condition_of(about, when)));
        }
        if free.is_empty() {
            return test;
        }
        format!("({} or {test})", free.join(" or "))
    }

    /// How the values of a row are compared with the columns `c0`, `c1`, … of what it references.
    pub(super) fn compared(&self, key: &ForeignKey, referenced: &str) -> Compared {
        let about = &self.catalog.tables[key.table];
        let mut compared = Compared::default();
        for (position, column) in key.columns.iter().enumerate() {
            let shape = key.configured.as_ref().map(|configured| &configured.shapes[position]);
            let theirs = format!("{referenced}.c{position}");
            let mut value = match shape {
                Some(shape) => key_value(about, *column, shape),
                None => reference(about, *column),
            };
            if shape == Some(&ColumnShape::Elements) {
                let element = "review_data_e.v".to_owned();
                compared.elements = Some(std::mem::replace(&mut value, element));
            } else if shape.is_some_and(|shape| *shape != ColumnShape::Plain)
                || !about.columns[*column].not_null
            {
                compared.nullable.push(value.clone());
            }
            compared.pairs.push(match (&key.configured, self.compares(key, position)) {
                (None, _) => format!("{theirs} {} {value}", key.operators[position]),
                (Some(_), true) => format!("{theirs} operator(pg_catalog.=) {value}"),
                (Some(_), false) => format!(
                    "{theirs}::pg_catalog.text operator(pg_catalog.=) {value}::pg_catalog.text"
                ),
            });
        }
        compared
    }

    /// Whether the values of a configured foreign key are compared as they are.
    fn compares(&self, key: &ForeignKey, position: usize) -> bool {
        let theirs = &self.catalog.tables[key.referenced].columns[key.referenced_columns[position]]
            .data_type;
        key.value_type(self.catalog, position).same_bytes(theirs)
    }
}

/// What an entry says of one column of a table.
fn own_condition(table: &Table, column: usize, rule: &OnlyRule) -> String {
    let name = reference(table, column);
    let test = match &rule.keep {
        OnlyKeep::Values(values) => {
            let equals = equality(&table.columns[column].data_type);
            let tests: Vec<String> = values
                .iter()
                .map(|value| format!("{name} {equals} {}", QuotedLiteral::new(value)))
                .collect();
            format!("({})", tests.join(" or "))
        }
        OnlyKeep::Where(sql) if table.columns[column].name == rule.column.value => {
            enclosed(&sql.value)
        }
        // the referenced column under the name that the condition knows
        OnlyKeep::Where(sql) => format!(
            "exists (select from (select {name}) as {}({}) where {})",
            alias(table),
            QuotedIdent::new(&rule.column.value),
            enclosed(&sql.value)
        ),
    };
    if rule.null && !table.columns[column].not_null {
        format!("({name} is null or {test})")
    } else {
        test
    }
}
