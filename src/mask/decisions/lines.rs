//! The lines of `[mask.columns]`, held against the catalogue.

use super::decided::{By, Decided, Known, column_name};
use super::error::MaskError;
use crate::catalog::{Catalog, Table, TableDetails, TableId};
use crate::config::{Location, MaskRule, Masking, TablePattern, keys_of, nearest};
use crate::mask::Mask;
use crate::mask::classify::{self, Confidence, Decision};
use crate::mask::values::Kind;
use std::collections::HashMap;

/// Which lines are about which columns.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// By column: the line that counts for all of it, and those about paths within it.
    columns: HashMap<(TableId, usize), OfColumn>,
    places: Vec<Option<Location>>,
    masks: Vec<Mask>,
}

#[derive(Clone, Debug, Default)]
struct OfColumn {
    line: Option<usize>,
    /// In the file's order; of a path's lines, the one that counts.
    paths: Vec<(String, usize)>,
}

impl Lines {
    /// # Errors
    /// Where a line is about no column of the source.
    pub fn of(
        masking: &Masking,
        catalog: &Catalog,
        details: &[TableDetails],
    ) -> Result<Self, MaskError> {
        let mut lines = Lines {
            places: masking.columns.iter().map(|rule| rule.columns.location).collect(),
            masks: masking.columns.iter().map(|rule| rule.mask.clone()).collect(),
            ..Lines::default()
        };
        // what comes later counts: names after patterns, both in the file's order
        let mut order: Vec<usize> = (0..masking.columns.len()).collect();
        order.sort_by_key(|line| masking.columns[*line].columns.value.is_exact());
        for line in order {
            lines.add(line, &masking.columns[line], catalog, details)?;
        }
        Ok(lines)
    }

    fn add(
        &mut self,
        line: usize,
        rule: &MaskRule,
        catalog: &Catalog,
        details: &[TableDetails],
    ) -> Result<(), MaskError> {
        let named = &rule.columns.value;
        let place = rule.columns.location;
        let matched: Vec<(TableId, &Table)> = catalog
            .tables
            .pairs()
            .filter(|(_, table)| named.table.matches(&table.name.schema, &table.name.name))
            .collect();
        if matched.is_empty() {
            return Err(unknown_table(catalog, &named.table, place));
        }
        let mut found = false;
        for (id, table) in &matched {
            for (column, about) in table.columns.iter().enumerate() {
                if !named.column.matches(&about.name) {
                    continue;
                }
                found = true;
                let of_column = self.columns.entry((*id, column)).or_default();
                let Some(path) = &named.path else {
                    of_column.line = Some(line);
                    continue;
                };
                if !may_hold_paths(&details[*id], column) {
                    return Err(MaskError::NotADocument {
                        column: column_name(table, column),
                        data_type: details[*id].columns[column].type_name.clone(),
                        place,
                    });
                }
                of_column.paths.retain(|(known, _)| known != path);
                of_column.paths.push((path.clone(), line));
            }
        }
        if found {
            return Ok(());
        }
        let columns = matched.iter().flat_map(|(_, table)| &table.columns);
        let asked = named.column.to_string();
        let nearest = nearest(&asked, columns.map(|column| column.name.as_str()));
        Err(MaskError::UnknownColumn {
            table: match &matched[..] {
                [(_, table)] => table.name.to_string(),
                _ => format!("no table that {} matches", named.table),
            },
            several: matched.len() > 1,
            nearest: nearest.map(str::to_owned),
            column: asked,
            place,
        })
    }

    /// The lines about paths that none of a column's documents has, each with a path that is written
    /// almost so.
    pub(super) fn unknown_paths(
        &self,
        known: Known<'_>,
        (id, column): (TableId, usize),
        values: &[String],
    ) -> Vec<UnknownPath> {
        let of_column = self.columns.get(&(id, column)).filter(|of| !of.paths.is_empty());
        let Some(of_column) = of_column else { return Vec::new() };
        let there = classify::paths(&known.details[id].columns[column].type_name, values);
        let is_unknown = |path: &str| !there.iter().any(|there| leads_along(path, there));
        let unknown =
            of_column.paths.iter().filter(|(path, _)| !there.is_empty() && is_unknown(path));
        let unknown = unknown.map(|(path, line)| UnknownPath {
            column: column_name(&known.catalog.tables[id], column),
            path: path.clone(),
            nearest: nearest(path, there.iter().map(String::as_str)).map(str::to_owned),
            place: self.place(*line),
        });
        unknown.collect()
    }

    /// Whether nothing else needs to be known about a column.
    #[must_use]
    pub(super) fn suffice(&self, table: TableId, column: usize) -> bool {
        let line = self.columns.get(&(table, column)).and_then(|of_column| of_column.line);
        line.is_some_and(|line| !matches!(self.masks[line], Mask::Json | Mask::ByKey))
    }

    /// The mask that a line asks for, where it asks for one.
    pub(super) fn asked(&self, table: TableId, column: usize) -> Option<Decided> {
        let line = self.columns.get(&(table, column))?.line?;
        let mask = self.masks[line].clone();
        (mask != Mask::Keep).then(|| Decided {
            mask,
            paths: Vec::new(),
            reason: "review-data.toml says so".to_owned(),
            confidence: Confidence::High,
            by: By::Line(line),
        })
    }

    /// The place of a line.
    pub(super) fn place(&self, line: usize) -> Option<Location> {
        self.places.get(line).copied().flatten()
    }

    /// What the lines make of a classification.
    pub(super) fn decide(&self, table: TableId, column: usize, classified: Decision) -> Decided {
        let Decision { mask, paths, reason, confidence } = classified;
        let Some(of_column) = self.columns.get(&(table, column)) else {
            return Decided { mask, paths, reason, confidence, by: By::Classification };
        };
        let own: Vec<(String, Mask)> = of_column
            .paths
            .iter()
            .map(|(path, line)| (path.clone(), self.masks[*line].clone()))
            .collect();
        let by = |line: usize| By::Line(line);
        let last = of_column.line.or(of_column.paths.last().map(|(_, line)| *line));
        let Some(line) = last else {
            return Decided { mask, paths, reason, confidence, by: By::Classification };
        };
        let whole = of_column.line.map(|line| self.masks[line].clone());
        let reason = "review-data.toml says so".to_owned();
        let confidence = Confidence::High;
        match whole {
            // the masks of the classification and of the lines
            Some(mask @ (Mask::Json | Mask::ByKey)) => {
                let paths = merged(paths, own);
                Decided { mask, paths, reason, confidence, by: by(line) }
            }
            Some(Mask::Keep) if !own.is_empty() => {
                Decided { mask: Mask::Json, paths: own, reason, confidence, by: by(line) }
            }
            Some(mask) => Decided { mask, paths: Vec::new(), reason, confidence, by: by(line) },
            None if mask == Mask::Json || mask == Mask::Keep => {
                let paths = merged(paths, own);
                Decided { mask: Mask::Json, paths, reason, confidence, by: by(line) }
            }
            // the whole column is personal: a path is not less so
            None => {
                let all = (String::new(), mask);
                let paths = merged(vec![all], own);
                Decided { mask: Mask::Json, paths, reason, confidence, by: by(line) }
            }
        }
    }
}

/// A line about a path that no sampled document has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPath {
    pub column: String,
    pub path: String,
    pub nearest: Option<String>,
    pub place: Option<Location>,
}

/// Whether one of the paths leads to the other's value, or through it. A `*` is any key.
fn leads_along(path: &str, known: &str) -> bool {
    let (Some(path), Some(known)) = (keys_of(path), keys_of(known)) else { return false };
    path.iter().zip(&known).all(|(a, b)| a == b || a == "*" || b == "*")
}

/// The paths of the classification, unless lines are about them.
fn merged(classified: Vec<(String, Mask)>, own: Vec<(String, Mask)>) -> Vec<(String, Mask)> {
    let mut paths: Vec<(String, Mask)> = classified
        .into_iter()
        .filter(|(path, _)| own.iter().all(|(other, _)| other != path))
        .collect();
    paths.extend(own);
    paths
}

/// Documents, and texts that may hold one.
fn may_hold_paths(table: &TableDetails, column: usize) -> bool {
    let kind = Kind::of(&table.columns[column].type_name);
    let kind = match kind {
        Kind::Array(element) => *element,
        kind => kind,
    };
    kind.is_document() || kind.is_textual() || !table.columns[column].fields.is_empty()
}

/// No table of the source is meant by the pattern.
#[must_use]
pub fn unknown_table(
    catalog: &Catalog,
    pattern: &TablePattern,
    place: Option<Location>,
) -> MaskError {
    let asked = pattern.to_string();
    let with_schema = pattern.schema.is_some();
    let names: Vec<String> = catalog
        .tables
        .iter()
        .map(|table| if with_schema { table.name.to_string() } else { table.name.name.clone() })
        .collect();
    let nearest = nearest(&asked, names.iter().map(String::as_str)).map(str::to_owned);
    MaskError::UnknownTable { table: asked, nearest, place }
}
