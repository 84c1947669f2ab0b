//! What foreign keys tie together: columns whose equal values must stay equal.

use super::decided::{By, Decided, Known, column_name};
use super::error::{MaskError, Said};
use super::lines::Lines;
use crate::catalog::{Catalog, TableId};
use crate::config::ColumnShape;
use crate::mask::Mask;
use crate::mask::classify::Confidence;
use std::collections::{HashMap, HashSet};

/// A column of the catalogue.
pub(super) type ColumnId = (TableId, usize);

/// Groups of columns.
pub(super) struct Ties {
    groups: Vec<Vec<ColumnId>>,
    group_of: HashMap<ColumnId, usize>,
}

impl Ties {
    pub(super) fn of(catalog: &Catalog) -> Self {
        let mut ties = Ties { groups: Vec::new(), group_of: HashMap::new() };
        for key in &catalog.foreign_keys {
            for (position, (own, theirs)) in
                key.columns.iter().zip(&key.referenced_columns).enumerate()
            {
                let shape =
                    key.configured.as_ref().and_then(|configured| configured.shapes.get(position));
                // what a path within a document references is looked at apart
                if !matches!(shape, Some(ColumnShape::Path(_))) {
                    ties.join((key.table, *own), (key.referenced, *theirs));
                }
            }
        }
        ties
    }

    fn group(&mut self, column: ColumnId) -> usize {
        *self.group_of.entry(column).or_insert_with(|| {
            self.groups.push(vec![column]);
            self.groups.len() - 1
        })
    }

    fn join(&mut self, one: ColumnId, other: ColumnId) {
        let (into, from) = (self.group(one), self.group(other));
        if into == from {
            return;
        }
        let moved = std::mem::take(&mut self.groups[from]);
        for column in &moved {
            self.group_of.insert(*column, into);
        }
        self.groups[into].extend(moved);
    }

    /// The column with all that are tied to it.
    pub(super) fn with(&self, column: ColumnId) -> Vec<ColumnId> {
        match self.group_of.get(&column) {
            Some(group) => self.groups[*group].clone(),
            None => vec![column],
        }
    }

    /// Gives all columns of a group one mask: what a line says, or else the classification that is
    /// surest.
    pub(super) fn settle(
        &self,
        known: Known<'_>,
        lines: &Lines,
        tables: &mut [Vec<Decided>],
    ) -> Result<(), MaskError> {
        let sequences = known.catalog.sequences.iter();
        let fed = sequences.flat_map(|sequence| sequence.columns.iter().copied()).collect();
        for group in self.groups.iter().filter(|group| group.len() > 1) {
            let Some(chosen) = chosen(known, lines, tables, group, &fed)? else { continue };
            let decided = tables[chosen.0][chosen.1].clone();
            let name = column_name(&known.catalog.tables[chosen.0], chosen.1);
            for column in group.iter().filter(|column| **column != chosen) {
                let exempt = known.exempt[column.0].is_some();
                let generated = known.catalog.tables[column.0].columns[column.1].generated;
                let own = &mut tables[column.0][column.1];
                if exempt || generated || own.mask == decided.mask {
                    continue;
                }
                *own = Decided {
                    reason: format!("a foreign key ties it to {name}"),
                    by: By::ForeignKey,
                    ..decided.clone()
                };
            }
        }
        Ok(())
    }
}

/// The column of a group whose decision counts for all of it; `None` where all are kept anyway.
fn chosen(
    known: Known<'_>,
    lines: &Lines,
    tables: &[Vec<Decided>],
    group: &[ColumnId],
    fed: &HashSet<ColumnId>,
) -> Result<Option<ColumnId>, MaskError> {
    let of = |column: &ColumnId| &tables[column.0][column.1];
    let line = |column: &ColumnId| match of(column).by {
        By::Line(line) => Some(line),
        _ => None,
    };
    let mut by_line: Option<ColumnId> = None;
    for column in group.iter().filter(|column| line(column).is_some()) {
        match by_line {
            Some(before) if of(&before).mask != of(column).mask => {
                let said = |column: &ColumnId| Said {
                    column: column_name(&known.catalog.tables[column.0], column.1),
                    mask: of(column).mask.to_string(),
                    place: line(column).and_then(|line| lines.place(line)),
                };
                return Err(MaskError::Contradiction(Box::new([said(&before), said(column)])));
            }
            Some(_) => {}
            None => by_line = Some(*column),
        }
    }
    if by_line.is_some() {
        return Ok(by_line);
    }
    let surest = |column: &&ColumnId| -> (Confidence, bool) {
        let referenced = known.catalog.foreign_keys.iter();
        let is_referenced = referenced
            .into_iter()
            .any(|key| key.referenced == column.0 && key.referenced_columns.contains(&column.1));
        (of(column).confidence, is_referenced)
    };
    // a number that a sequence gives is the row's own: the columns that reference it say no more
    let kept_key = |column: &&ColumnId| fed.contains(*column) && !of(column).is_masked();
    if let Some(key) = group.iter().find(kept_key) {
        return Ok(Some(*key));
    }
    let masked = group.iter().filter(|column| of(column).mask != Mask::Keep);
    Ok(masked.max_by_key(surest).copied())
}
