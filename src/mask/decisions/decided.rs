//! The decision about a column, and its ground.

use crate::catalog::{Catalog, Table, TableDetails, TableId};
use crate::mask::Mask;
use crate::mask::classify::Confidence;
use crate::mask::values::Kind;
use std::collections::BTreeMap;

/// What is known of the source before a mask is chosen.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub catalog: &'a Catalog,
    pub details: &'a [TableDetails],
    /// By table: why no mask is chosen in it, such as `migration table`.
    pub exempt: &'a [Option<&'static str>],
}

/// Why a table is exempt whose rows do not arrive.
pub const LEFT_EMPTY: &str = "no row of its table is copied";

/// Values of a table's columns, as text: what the classification sees.
pub type Samples = BTreeMap<usize, Vec<String>>;

/// What becomes of a column, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub mask: Mask,
    /// For [`Mask::Json`]: paths within the document, and their masks.
    pub paths: Vec<(String, Mask)>,
    pub reason: String,
    pub confidence: Confidence,
    pub by: By,
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A line of `[mask.columns]`: its position.
    Line(usize),
    Classification,
    /// A foreign key, which ties the column to another one.
    ForeignKey,
    /// The column gets no mask, whatever it holds.
    Exempt,
}

impl Decided {
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.mask != Mask::Keep
    }

    pub(super) fn kept(reason: &str) -> Self {
        Decided {
            mask: Mask::Keep,
            paths: Vec::new(),
            reason: reason.to_owned(),
            confidence: Confidence::High,
            by: By::Exempt,
        }
    }
}

/// Whether a column's values hold text that anybody may have written.
#[must_use]
pub fn holds_text(table: &TableDetails, column: usize) -> bool {
    let about = &table.columns[column];
    if !about.labels.is_empty() {
        return false;
    }
    let of = |type_name: &str| {
        let kind = Kind::of(type_name);
        let element = match &kind {
            Kind::Array(element) => element.as_ref(),
            kind => kind,
        };
        element.is_textual() || element.is_document()
    };
    of(&about.type_name) || about.fields.iter().any(|(_, type_name)| of(type_name))
}

/// The kind of a column's values.
#[must_use]
pub fn kind(known: Known<'_>, (table, column): (TableId, usize)) -> Kind {
    let about = &known.details[table].columns[column];
    let base = Kind::of(&about.type_name);
    let is_array = matches!(base, Kind::Array(_));
    match (&about.labels[..], is_array) {
        ([], _) => base,
        (_, false) => Kind::Enum,
        (_, true) => Kind::Array(Box::new(Kind::Enum)),
    }
}

/// `public.users.email`
pub(super) fn column_name(table: &Table, column: usize) -> String {
    format!("{}.{}", table.name, table.columns[column].name)
}

/// The masked columns, in the order of the tables and their columns.
pub(super) fn masked(tables: &[Vec<Decided>]) -> impl Iterator<Item = (TableId, usize, &Decided)> {
    TableId::each(tables).flat_map(|(id, columns)| {
        let masked = columns.iter().enumerate().filter(|(_, decided)| decided.is_masked());
        masked.map(move |(column, decided)| (id, column, decided))
    })
}
