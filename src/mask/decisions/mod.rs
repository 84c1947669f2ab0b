//! Which mask each column gets: lines of `review-data.toml` first, then the classification, then
//! what foreign keys tie together. Whatever cannot be masked as decided is refused here, before a
//! row is copied.

mod decided;
mod error;
mod lines;
mod refusals;
mod ties;

pub use decided::{By, Decided, Known, LEFT_EMPTY, Samples, holds_text, kind};
pub use error::{MaskError, Refused, line, line_of_path};
pub use lines::{Lines, unknown_table};

use super::classify::{self, ColumnFacts, TableFacts};
use super::values::{Kind, Shape};
use crate::catalog::{Column, TableDetails, TableId};
use crate::config::{MaskMode, Masking};
use decided::masked;
use error::Undecided;
use ties::Ties;

/// What becomes of all columns.
pub struct Decisions {
    /// By table and column.
    pub tables: Vec<Vec<Decided>>,
    ties: Ties,
}

/// Decides for all columns.
///
/// # Errors
/// Where lines contradict each other, where a column cannot be masked as decided, and under
/// `strict` where nothing decides about a column.
pub fn decide(
    known: Known<'_>,
    masking: &Masking,
    lines: &Lines,
    samples: &Samples,
) -> Result<Decisions, MaskError> {
    let Known { catalog, exempt, .. } = known;
    let mut tables = Vec::with_capacity(catalog.tables.len());
    for (id, table) in catalog.tables.pairs() {
        tables.push(match exempt[id] {
            // a line that asks for a mask there is refused: see `refusals`
            Some(reason) => (0..table.columns.len())
                .map(|column| lines.asked(id, column).unwrap_or_else(|| Decided::kept(reason)))
                .collect(),
            None => of_table(known, id, lines, samples),
        });
    }
    let ties = Ties::of(catalog);
    ties.settle(known, lines, &mut tables)?;
    if masking.mode == MaskMode::Strict {
        check_strict(known, &tables)?;
    }
    refusals::check(known, lines, &tables, &ties)?;
    Ok(Decisions { tables, ties })
}

fn of_table(known: Known<'_>, id: TableId, lines: &Lines, samples: &Samples) -> Vec<Decided> {
    let table = &known.catalog.tables[id];
    let classified = classify::table(&facts(known, id, samples));
    let mut decided = Vec::with_capacity(table.columns.len());
    for ((column, about), classified) in table.columns.iter().enumerate().zip(classified) {
        decided.push(if about.generated {
            Decided::kept("the server computes it")
        } else {
            lines.decide(id, column, classified)
        });
    }
    decided
}

fn facts(known: Known<'_>, id: TableId, samples: &Samples) -> TableFacts {
    let Known { catalog, details, .. } = known;
    let (table, about) = (&catalog.tables[id], &details[id]);
    let columns = table.columns.iter().enumerate().map(|(position, column)| {
        let details = &about.columns[position];
        let own = about.checks.iter().filter(|check| check.columns.contains(&position));
        let references = catalog
            .foreign_keys
            .iter()
            .find(|key| key.table == id && key.columns == [position] && !key.is_partial());
        let references = references.map(|key| {
            let parent = &catalog.tables[key.referenced];
            let column = &parent.columns[key.referenced_columns[0]];
            (parent.name.name.clone(), column.name.clone())
        });
        ColumnFacts {
            name: column.name.clone(),
            type_name: without_schema(&details.type_name),
            domain: details.domain.clone(),
            fields: details.fields.clone(),
            comment: details.comment.clone(),
            checks: own
                .map(|check| check.expression.clone())
                .chain(details.domain_checks.iter().map(|check| check.expression.clone()))
                .collect(),
            unique: details.unique,
            nullable: !column.not_null,
            references,
            samples: samples.get(&(id, position)).cloned().unwrap_or_default(),
        }
    });
    TableFacts {
        schema: table.name.schema.clone(),
        table: table.name.name.clone(),
        comment: about.comment.clone(),
        columns: columns.collect(),
    }
}

/// `citext` of `public.citext`: the type of an extension may be in any schema.
fn without_schema(type_name: &str) -> String {
    let plain = type_name.chars().all(|c| c.is_ascii_alphanumeric() || "_.()[], ".contains(c));
    match type_name.split_once('.') {
        Some((schema, name)) if plain && !schema.contains(['(', ' ']) => name.to_owned(),
        _ => type_name.to_owned(),
    }
}

/// The columns of a table whose values the classification should see.
#[must_use]
pub fn to_sample(known: Known<'_>, lines: &Lines, id: TableId) -> Vec<usize> {
    let Known { catalog, details, exempt } = known;
    if exempt[id].is_some() {
        return Vec::new();
    }
    let table = &catalog.tables[id];
    let undecided = |column: &usize| {
        let about = &table.columns[*column];
        !about.generated
            && !lines.suffice(id, *column)
            && may_be_personal(about, details, id, *column)
    };
    let wanted: Vec<usize> = (0..table.columns.len()).filter(undecided).collect();
    let textual = wanted.iter().any(|column| holds_text(&details[id], *column));
    if textual { wanted } else { Vec::new() }
}

/// The classification can learn something from values of this type.
fn may_be_personal(
    column: &Column,
    details: &[TableDetails],
    table: TableId,
    position: usize,
) -> bool {
    let _ = column;
    let details = &details[table];
    let kind = Kind::of(&details.columns[position].type_name);
    let element = match &kind {
        Kind::Array(element) => element.as_ref(),
        kind => kind,
    };
    holds_text(details, position)
        || matches!(element, Kind::Integer(8) | Kind::Numeric | Kind::Float(_) | Kind::Bytea)
        // days of birth are known by their years
        || matches!(element, Kind::Date | Kind::Timestamp)
}

/// Under `strict`, a column that holds text needs a mask or a line.
fn check_strict(known: Known<'_>, tables: &[Vec<Decided>]) -> Result<(), MaskError> {
    let mut undecided = Vec::new();
    for (id, table) in known.catalog.tables.pairs() {
        for (column, decided) in tables[id].iter().enumerate() {
            let open = decided.by == By::Classification && !decided.is_masked();
            if open && holds_text(&known.details[id], column) {
                undecided.push(Undecided::of(table, column, decided));
            }
        }
    }
    if undecided.is_empty() { Ok(()) } else { Err(MaskError::Undecided(undecided)) }
}

impl Decisions {
    /// The masked columns, in the order of the tables and their columns.
    pub fn masked(&self) -> impl Iterator<Item = (TableId, usize, &Decided)> {
        masked(&self.tables)
    }

    /// What masked values of a column must look like, as far as the source tells.
    #[must_use]
    pub fn shape(&self, known: Known<'_>, table: TableId, column: usize) -> Shape {
        let decided = &self.tables[table][column];
        let own = (table, column);
        let mut shape = Shape {
            tie: decided.mask.to_string(),
            kind: kind(known, own),
            paths: decided.paths.clone(),
            ..Shape::default()
        };
        let mut allowed: Option<Vec<String>> = None;
        for (table, column) in self.ties.with(own) {
            let about = &known.details[table].columns[column];
            let number = |a: usize, b: Option<usize>| b.map_or(a, |b| a.min(b));
            shape.max_chars = match (shape.max_chars, about.max_chars) {
                (Some(a), b) => Some(number(a, b)),
                (None, b) => b,
            };
            shape.unique |= about.unique || is_computed_unique(known, table, column);
            shape.lower_case |=
                about.unique_in_lower_case || is_computed_unique(known, table, column);
            shape.not_null |= known.catalog.tables[table].columns[column].not_null;
            if let (Kind::Integer(a), Kind::Integer(b)) =
                (&shape.kind, kind(known, (table, column)))
            {
                shape.kind = Kind::Integer((*a).min(b));
            }
            if !about.labels.is_empty() {
                let labels = &about.labels;
                allowed = Some(match allowed {
                    None => labels.clone(),
                    Some(before) => before.into_iter().filter(|l| labels.contains(l)).collect(),
                });
            }
        }
        shape.allowed = allowed.unwrap_or_default();
        shape
    }

    /// The column, and all columns that foreign keys tie to it.
    #[must_use]
    pub fn tied(&self, table: TableId, column: usize) -> Vec<(TableId, usize)> {
        self.ties.with((table, column))
    }
}

/// A generated column that is computed from this one is unique, such as `lower(email)`.
fn is_computed_unique(known: Known<'_>, table: TableId, column: usize) -> bool {
    let computed = known.details[table].columns.iter();
    computed.into_iter().any(|about| about.unique && about.computed_from.contains(&column))
}
