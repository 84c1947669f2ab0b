//! Which mask each column gets: lines of `review-data.toml` first, then the classification, then
//! what foreign keys tie together. Whatever cannot be masked as decided is refused here, before a
//! row is copied.

mod decided;
mod error;
mod files;
mod lines;
mod references;
mod refusals;
mod ties;

pub use decided::{By, Decided, Known, LEFT_EMPTY, Samples, holds_text, kind};
pub use error::{MaskError, Refused, line, line_of_path};
pub use lines::{Lines, UnknownPath, unknown_table};

use super::classify::{self, ColumnFacts, TableFacts};
use super::language;
use super::values::{Kind, Locale, Shape};
use crate::catalog::{Column, TableDetails, TableId};
use crate::config::{MaskMode, Masking};
use decided::masked;
use error::Undecided;
use std::collections::BTreeMap;
use ties::Ties;

/// What becomes of all columns.
pub struct Decisions {
    /// By table and column.
    pub tables: Vec<Vec<Decided>>,
    ties: Ties,
    /// By table and column: why the column cannot be masked as decided.
    pub refused: BTreeMap<(TableId, usize), Refused>,
    /// Lines about paths that no sampled document has.
    pub unknown_paths: Vec<UnknownPath>,
    /// The report's line about references of files.
    pub files: Option<String>,
    /// The language that the names and addresses of the source are in.
    pub language: Option<Locale>,
}

/// Decides, a table at a time: the values that were read of one table are not kept for the next.
pub struct Deciding<'a> {
    known: Known<'a>,
    lines: &'a Lines,
    ties: Ties,
    /// By table; empty: nothing is decided yet.
    tables: Vec<Vec<Decided>>,
    unknown_paths: Vec<UnknownPath>,
    files: Vec<String>,
    language: language::Votes,
}

impl<'a> Deciding<'a> {
    #[must_use]
    pub fn new(known: Known<'a>, lines: &'a Lines) -> Self {
        Deciding {
            known,
            lines,
            ties: Ties::of(known.catalog),
            tables: vec![Vec::new(); known.catalog.tables.len()],
            unknown_paths: Vec::new(),
            files: Vec::new(),
            language: language::Votes::default(),
        }
    }

    /// Decides for the columns of a table by values of them.
    pub fn table(&mut self, id: TableId, samples: &Samples) {
        let Deciding { known, lines, .. } = *self;
        let table = &known.catalog.tables[id];
        self.tables[id] = match known.exempt[id] {
            // a line that asks for a mask there is refused: see `refusals`
            Some(reason) => (0..table.columns.len())
                .map(|column| lines.asked(id, column).unwrap_or_else(|| Decided::kept(reason)))
                .collect(),
            None => of_table(known, &self.ties, id, lines, samples),
        };
        let decided = &mut self.tables[id];
        self.files.extend(files::references(known, id, decided, samples));
        for (column, values) in samples {
            self.unknown_paths.extend(lines.unknown_paths(known, (id, *column), values));
            if decided[*column].is_masked() {
                self.language.add(values.iter().map(String::as_str));
            }
        }
    }

    /// What no values were read of is decided, too; then what foreign keys tie.
    ///
    /// # Errors
    /// Where lines contradict each other, and under `strict` where nothing decides about a column.
    pub fn finish(mut self, masking: &Masking) -> Result<Decisions, MaskError> {
        let Deciding { known, lines, .. } = self;
        for id in known.catalog.tables.ids() {
            if self.tables[id].is_empty() {
                self.table(id, &Samples::new());
            }
        }
        let (mut tables, ties) = (self.tables, self.ties);
        ties.settle(known, lines, &mut tables)?;
        references::keep_keys_of_tables(known, &ties, &mut tables);
        if masking.mode == MaskMode::Strict {
            check_strict(known, &tables)?;
        }
        let refused = refusals::refusals(known, &tables, &ties);
        let mut decisions = Decisions {
            tables,
            ties,
            refused: BTreeMap::new(),
            unknown_paths: self.unknown_paths,
            files: files::note(&self.files),
            language: self.language.most(),
        };
        for (column, why) in refused {
            decisions.refuse(known, lines, column, why);
        }
        Ok(decisions)
    }
}

fn of_table(
    known: Known<'_>,
    ties: &Ties,
    id: TableId,
    lines: &Lines,
    samples: &Samples,
) -> Vec<Decided> {
    let table = &known.catalog.tables[id];
    let classified = classify::table(&facts(known, ties, id, samples));
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

fn facts(known: Known<'_>, ties: &Ties, id: TableId, samples: &Samples) -> TableFacts {
    let (table, about) = (&known.catalog.tables[id], &known.details[id]);
    let columns = table.columns.iter().enumerate().map(|(position, column)| {
        let details = &about.columns[position];
        let own = about.checks.iter().filter(|check| check.columns.contains(&position));
        ColumnFacts {
            name: column.name.clone(),
            type_name: without_schema(&details.type_name),
            domain: details.domain.clone(),
            fields: details.fields.clone(),
            comment: details.comment.clone(),
            checks: own
                .map(|check| check.expression.clone())
                .chain(details.domain_checks.iter().map(|check| check.expression.clone()))
                .chain(lists_of_tied(known, ties, (id, position)))
                .collect(),
            unique: details.unique,
            nullable: !column.not_null,
            references: references::declared(known, id, position),
            samples: samples.get(&position).cloned().unwrap_or_default(),
        }
    });
    TableFacts {
        schema: table.name.schema.clone(),
        table: table.name.name.clone(),
        comment: about.comment.clone(),
        columns: columns.collect(),
    }
}

/// The CHECKs of the columns that foreign keys tie to this one: `status_enum.name` has
/// the values of `orders.status`.
fn lists_of_tied(known: Known<'_>, ties: &Ties, own: (TableId, usize)) -> Vec<String> {
    let others = ties.with(own).into_iter().filter(|column| *column != own);
    let expressions = others.flat_map(|(table, column)| {
        let about = &known.details[table];
        let alone = about.checks.iter().filter(move |check| check.columns == [column]);
        let of_domain = about.columns[column].domain_checks.iter().map(|check| &check.expression);
        alone.map(|check| &check.expression).chain(of_domain)
    });
    expressions.filter(|check| classify::lists_values(check)).cloned().collect()
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
    /// Notes that a column cannot be masked as decided. The first reason counts.
    pub fn refuse(
        &mut self,
        known: Known<'_>,
        lines: &Lines,
        (id, column): (TableId, usize),
        why: String,
    ) {
        let decided = &self.tables[id][column];
        let place = match decided.by {
            By::Line(line) => lines.place(line),
            _ => None,
        };
        let refused = Refused::of(&known.catalog.tables[id], column, decided, why).at(place);
        self.refused.entry((id, column)).or_insert(refused);
    }

    /// What the load says to columns that cannot be masked as decided.
    ///
    /// # Errors
    /// Where there are any.
    pub fn check(&self) -> Result<(), MaskError> {
        if self.refused.is_empty() {
            return Ok(());
        }
        Err(MaskError::Refused(self.refused.values().cloned().collect()))
    }

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
            shape.distinct_first |= about.unique_in_part;
            shape.not_null |= known.catalog.tables[table].columns[column].not_null;
            // equal numbers have equal results, whatever the size of their types
            if let Some(least) = size(&kind(known, (table, column))) {
                shape.kind = at_most(shape.kind, least);
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

/// The size in bytes of an integer, or of an array's.
fn size(kind: &Kind) -> Option<u8> {
    match kind {
        Kind::Integer(size) => Some(*size),
        Kind::Array(element) => size(element),
        _ => None,
    }
}

/// The same with integers of this size at most.
fn at_most(kind: Kind, most: u8) -> Kind {
    match kind {
        Kind::Integer(size) => Kind::Integer(size.min(most)),
        Kind::Array(element) => Kind::Array(Box::new(at_most(*element, most))),
        kind => kind,
    }
}

/// A generated column that is computed from this one is unique, such as `lower(email)`.
fn is_computed_unique(known: Known<'_>, table: TableId, column: usize) -> bool {
    let computed = known.details[table].columns.iter();
    computed.into_iter().any(|about| about.unique && about.computed_from.contains(&column))
}
