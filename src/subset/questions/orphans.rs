//! Rows that reference nothing under a foreign key that the schema declares.

use super::counts::covered;
use crate::catalog::{Catalog, ForeignKey};
use crate::postgres::QuotedIdent;

/// A foreign key, as it stands in a question about its rows. All names are quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyText {
    pub table: String,
    pub columns: Vec<String>,
    pub referenced: String,
    pub referenced_columns: Vec<String>,
    /// Between a referenced and a referencing column.
    pub operators: Vec<String>,
    pub match_full: bool,
    /// The last column is a period.
    pub temporal: bool,
}

impl KeyText {
    #[must_use]
    pub fn of(catalog: &Catalog, key: &ForeignKey) -> Self {
        let table = &catalog.tables[key.table];
        let referenced = &catalog.tables[key.referenced];
        let quoted = |name: &String| QuotedIdent::new(name).to_string();
        let columns = key.columns.iter().map(|column| quoted(&table.columns[*column].name));
        let referenced_columns =
            key.referenced_columns.iter().map(|column| quoted(&referenced.columns[*column].name));
        KeyText {
            table: table.name.quoted().to_string(),
            columns: columns.collect(),
            referenced: key.referenced_relation.quoted().to_string(),
            referenced_columns: referenced_columns.collect(),
            operators: key.operators.clone(),
            match_full: key.match_full,
            temporal: key.is_temporal(),
        }
    }

    /// `from … where …`, of the rows `r` that reference nothing.
    #[must_use]
    pub fn orphans(&self) -> String {
        let given = self.columns.iter().map(|column| format!("r.{column} is not null"));
        let given = given.collect::<Vec<_>>().join(if self.match_full { " or " } else { " and " });
        let found = self.found(|position| format!("r.{}", self.columns[position]));
        format!("from {} r where ({given}) and not {found}", self.table)
    }

    /// That what the values name is there. The values are given by position.
    #[must_use]
    pub fn found(&self, value: impl Fn(usize) -> String) -> String {
        let pairs = self.referenced_columns.iter().zip(&self.operators).enumerate();
        let equal = pairs.map(|(position, (column, operator))| {
            format!("p.{column} {operator} {}", value(position))
        });
        let equal = equal.collect::<Vec<_>>().join(" and ");
        let from = format!("from {} p where {equal}", self.referenced);
        match self.referenced_columns.last().filter(|_| self.temporal) {
            Some(period) => {
                let last = value(self.referenced_columns.len() - 1);
                covered(&format!("p.{period}"), &last, &from)
            }
            None => format!("exists (select {from})"),
        }
    }
}

/// How many rows there are.
#[must_use]
pub fn orphans(catalog: &Catalog, key: &ForeignKey) -> String {
    format!("select pg_catalog.count(*) {}", KeyText::of(catalog, key).orphans())
}
