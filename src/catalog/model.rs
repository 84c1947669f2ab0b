//! The source as one snapshot shows it: tables, columns, types, keys, foreign keys, sequences.

use super::checks::Check;
use super::extension_table::ExtensionTable;
use super::ids::{ById, id};
use super::name::QualifiedName;
use super::settings::Settings;
use super::types::Transfer;
use crate::config::{ColumnShape, Located, Location};
use std::borrow::Cow;
use std::ops::{Index, IndexMut};

id! {
    /// The position of a table in [`Catalog::tables`], and in each list by table.
    TableId
}

impl TableId {
    /// The items of a list by table, each with its id.
    pub fn each<T>(items: &[T]) -> impl Iterator<Item = (TableId, &T)> {
        items.iter().enumerate().map(|(position, item)| (TableId(position), item))
    }

    /// The same, to be changed.
    pub fn each_mut<T>(items: &mut [T]) -> impl Iterator<Item = (TableId, &mut T)> {
        items.iter_mut().enumerate().map(|(position, item)| (TableId(position), item))
    }
}

// lists by table are plain vectors and slices

impl<T> Index<TableId> for [T] {
    type Output = T;

    fn index(&self, table: TableId) -> &T {
        &self[table.0]
    }
}

impl<T> IndexMut<TableId> for [T] {
    fn index_mut(&mut self, table: TableId) -> &mut T {
        &mut self[table.0]
    }
}

impl<T> Index<TableId> for Vec<T> {
    type Output = T;

    fn index(&self, table: TableId) -> &T {
        &self[table.0]
    }
}

impl<T> IndexMut<TableId> for Vec<T> {
    fn index_mut(&mut self, table: TableId) -> &mut T {
        &mut self[table.0]
    }
}

id! {
    /// The position of a foreign key in [`Catalog::foreign_keys`].
    ForeignKeyId
}

/// The source as of one snapshot.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Plain tables and roots of partitioned tables, by schema and name.
    pub tables: ById<TableId, Table>,
    pub foreign_keys: ById<ForeignKeyId, ForeignKey>,
    pub sequences: Vec<Sequence>,
    pub settings: Settings,
    /// Tables that are written with the help of functions, which may read other tables.
    pub computed: Vec<Computed>,
    /// CHECKs that are made after the rows.
    pub checks: Vec<Check>,
    /// The configuration of extensions; referenced tables first.
    pub extension_tables: Vec<ExtensionTable>,
    /// What is not copied, and why: a line each, for the reader.
    pub left_out: Vec<String>,
}

/// A table that is written with the help of functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    pub table: TableId,
    /// Its generated columns that call functions: their values are compared with the source's.
    pub columns: Vec<String>,
    /// What no row can be written without: `its partition key`, `its column x, which is NOT NULL`.
    pub needed: Option<String>,
    /// The tables that the functions read, as far as their texts tell.
    pub reads: Vec<TableId>,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub oid: u32,
    pub name: QualifiedName,
    pub storage: Storage,
    /// Without dropped columns, in the table's order.
    pub columns: Vec<Column>,
    /// The columns of the primary key, or else of a unique index over NOT NULL columns.
    pub key: Option<Vec<usize>>,
    /// Whether there are rows for us to read.
    pub contents: Contents,
    /// Size of the heap in bytes, by the file system: right where the statistics are not.
    pub bytes: u64,
    /// The same with values that are stored outside of their rows.
    pub stored: u64,
    /// Columns (by position) that lead a valid, complete index, one list an index.
    pub indexes: Vec<Vec<usize>>,
    /// The columns that a foreign key may reference; the primary key first.
    pub unique: Vec<UniqueKey>,
    /// The array columns whose elements have a GIN index.
    pub indexed_elements: Vec<usize>,
    /// The expressions that lead an index, as the server writes them.
    pub indexed_expressions: Vec<String>,
    /// What `[[only]]` leaves of the rows and the values; `None`: all.
    pub kept: Option<Kept>,
}

/// The part of a table that may be read. Every question about rows is a question about this part.
/// The SQL is about the table under its own name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// SQL: these rows; `None`: all.
    pub condition: Option<String>,
    /// References that are read as NULL, where they name a row that may not be read.
    pub severed: Vec<Severed>,
    /// SQL about the part: rows that do not meet it come as parents only.
    pub chosen: Option<String>,
}

/// A foreign key whose columns are read as NULL in some rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severed {
    pub key: ForeignKeyId,
    pub columns: Vec<usize>,
    /// SQL: the row that it references may be read.
    pub kept: String,
}

/// Columns that are unique together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueKey {
    pub columns: Vec<usize>,
    /// The equality by which they are, such as `operator(pg_catalog.=)`, a column each.
    pub operators: Vec<String>,
}

impl Table {
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The columns that a load writes, by position: the server itself computes generated ones.
    pub fn written(&self) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(|column| !self.columns[*column].generated)
    }

    /// The relations that hold the rows themselves; a row's address is a position in this list
    /// and a `ctid`.
    #[must_use]
    pub fn leaves(&self) -> Vec<&QualifiedName> {
        match &self.storage {
            Storage::Plain => vec![&self.name],
            Storage::Partitioned { leaves, .. } => leaves.iter().map(|leaf| &leaf.name).collect(),
        }
    }

    /// How many bytes of values are stored outside of their rows, at most: what is stored, without
    /// the heap and its maps of free and visible pages.
    #[must_use]
    pub fn outside(&self) -> u64 {
        const MAPS: u64 = 8 * 8192;
        let maps = self.bytes / 2_000 + MAPS * self.leaves().len() as u64;
        self.stored.saturating_sub(self.bytes).saturating_sub(maps)
    }

    /// The table without what `[[only]]` says of it.
    #[must_use]
    pub fn entire(&self) -> Cow<'_, Table> {
        match self.kept {
            None => Cow::Borrowed(self),
            Some(_) => Cow::Owned(Table { kept: None, ..self.clone() }),
        }
    }

    /// Whether there are partitions that cannot be read, or `[[only]]` keeps a part of the rows.
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.kept.is_some() || matches!(self.storage, Storage::Partitioned { partial: true, .. })
    }

    /// Whether a value may be a name of the database: its text is in full under an empty `search_path`.
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.columns.iter().any(|column| column.data_type.transfer == Transfer::Text)
    }

    /// Whether a column is read as NULL in some rows.
    #[must_use]
    pub fn is_severed(&self, column: usize) -> bool {
        let severed = self.kept.iter().flat_map(|kept| &kept.severed);
        severed.into_iter().any(|severed| severed.columns.contains(&column))
    }

    /// Whether an index begins with these columns, in any order.
    #[must_use]
    pub fn has_index_on(&self, columns: &[usize]) -> bool {
        self.indexes.iter().any(|index| {
            index.len() >= columns.len()
                && index[..columns.len()].iter().all(|column| columns.contains(column))
        })
    }
}

#[derive(Clone, Debug)]
pub enum Storage {
    Plain,
    Partitioned {
        /// The partitions that can be read.
        leaves: Vec<Leaf>,
        /// There are partitions that cannot be read: foreign or unlogged.
        partial: bool,
    },
}

/// A partition that holds rows.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub oid: u32,
    pub name: QualifiedName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    Readable,
    /// Not replicated, so not on a hot standby, and of no lasting value anywhere.
    Unlogged,
}

#[expect(clippy::struct_excessive_bools, reason = "facts that say nothing about each other")]
#[derive(Clone, Debug)]
pub struct Column {
    /// `pg_attribute.attnum`
    pub number: i16,
    pub name: String,
    pub not_null: bool,
    /// Generated columns cannot be written by COPY.
    pub generated: bool,
    /// It says in which partition a row is.
    pub partitions: bool,
    /// Its collation is nondeterministic: equal values may have other bytes.
    pub nondeterministic: bool,
    pub data_type: DataType,
}

impl Column {
    /// Whether equal values always have equal bytes.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let is_text = self.data_type.is_plain_text() && !self.nondeterministic;
        self.data_type.is_integer() || self.data_type.is_uuid() || is_text
    }
}

/// A column's type, looked through domains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataType {
    /// The base type's OID.
    pub oid: u32,
    /// The base type's name as `format_type` gives it under an empty `search_path`, without a
    /// length: safe in SQL text.
    pub name: String,
    /// A row type: an array of it does not come apart into single values.
    pub composite: bool,
    /// An enum.
    pub enumerated: bool,
    pub transfer: Transfer,
    /// Of an array: the type of its elements.
    pub element: Option<Box<DataType>>,
}

impl DataType {
    /// `text`
    #[must_use]
    pub fn text() -> Self {
        DataType {
            oid: 25,
            name: "pg_catalog.text".to_owned(),
            composite: false,
            enumerated: false,
            transfer: Transfer::Binary,
            element: None,
        }
    }

    /// int2, int4 and int8 are compared with each other by value.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(self.oid, 20 | 21 | 23)
    }

    #[must_use]
    pub fn is_uuid(&self) -> bool {
        self.oid == 2950
    }

    /// text and varchar, whose values are not padded
    #[must_use]
    pub fn is_plain_text(&self) -> bool {
        matches!(self.oid, 25 | 1043)
    }

    /// Whether equal values of the two types always have equal bytes on the wire, so that a key
    /// of one can be looked for among keys of the other.
    #[must_use]
    pub fn same_bytes(&self, other: &DataType) -> bool {
        (self.is_integer() && other.is_integer())
            || self.oid == other.oid
            || (self.is_plain_text() && other.is_plain_text())
    }
}

#[derive(Clone, Debug)]
pub struct ForeignKey {
    pub name: String,
    pub table: TableId,
    /// The partitions that it holds for; `None`: all of the table.
    pub leaves: Option<Vec<usize>>,
    pub columns: Vec<usize>,
    pub referenced: TableId,
    /// The relation that it names: the referenced table, or a partition of it.
    pub referenced_relation: QualifiedName,
    /// The partitions that are referenced; `None`: all of the table.
    pub referenced_leaves: Option<Vec<usize>>,
    pub referenced_columns: Vec<usize>,
    /// The equality operator of each pair of columns, such as `operator(pg_catalog.=)`.
    pub operators: Vec<String>,
    pub match_full: bool,
    pub comparison: Comparison,
    pub on_delete_cascade: bool,
    /// It counts as valid: the server says that all rows meet it.
    pub validated: bool,
    pub downward: Downward,
    /// `None`: the schema declares it.
    pub configured: Option<Configured>,
}

/// How values are compared with values of referenced rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equality,
    /// The last column is a period: the referenced rows that overlap it together cover it.
    Period,
}

/// What a foreign key has that only the configuration knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// Where its entry begins.
    pub place: Option<Location>,
    /// How the values lie in each column.
    pub shapes: Vec<ColumnShape>,
    /// Only rows for which this is so reference anything.
    pub when: Option<When>,
}

/// A condition on the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// As a person wrote it.
    Sql(Located<String>),
    /// The column has this value, given as text.
    Is { column: usize, value: String },
}

/// How rows are chosen along a foreign key from referenced rows to their children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Downward {
    /// Whether they are at all.
    pub followed: bool,
    /// How many for each referenced row; `None`: as many as for any other foreign key.
    pub children: Option<u32>,
    /// Whether the children of chosen rows are chosen down a self-reference.
    pub into_self: bool,
}

impl Default for Downward {
    fn default() -> Self {
        Downward { followed: true, children: None, into_self: false }
    }
}

impl ForeignKey {
    /// Whether a row may reference several rows, whose periods cover its own.
    #[must_use]
    pub fn is_temporal(&self) -> bool {
        self.comparison == Comparison::Period
    }

    /// Whether rows that reference a row that comes with all its descendants come, too: down a
    /// self-reference as well.
    #[must_use]
    pub fn brings_descendants(&self) -> bool {
        self.downward.followed
    }

    /// Whether children of chosen rows are chosen along it: down a self-reference only where the
    /// configuration says so.
    #[must_use]
    pub fn brings_children(&self) -> bool {
        self.downward.followed && (!self.is_self_reference() || self.downward.into_self)
    }

    /// The type of the values that stand for a column in the referencing table.
    #[must_use]
    pub fn value_type<'a>(&self, catalog: &'a Catalog, position: usize) -> Cow<'a, DataType> {
        let column = &catalog.tables[self.table].columns[self.columns[position]].data_type;
        let shape = self.configured.as_ref().and_then(|configured| configured.shapes.get(position));
        match (shape, &column.element) {
            (Some(ColumnShape::Elements), Some(element)) => Cow::Borrowed(element),
            (Some(ColumnShape::Path(_)), _) => Cow::Owned(DataType::text()),
            _ => Cow::Borrowed(column),
        }
    }

    /// Whether it is about some rows only, or about a part of what its columns hold.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.configured.as_ref().is_some_and(|configured| {
            configured.when.is_some()
                || configured.shapes.iter().any(|shape| *shape != ColumnShape::Plain)
        })
    }

    #[must_use]
    pub fn is_self_reference(&self) -> bool {
        self.table == self.referenced
    }
}

#[derive(Clone, Debug)]
pub struct Sequence {
    pub name: QualifiedName,
    pub start: i64,
    pub increment: i64,
    pub minimum: i64,
    pub maximum: i64,
    pub cycles: bool,
    /// `None`: the role may not read it.
    pub state: Option<SequenceState>,
    /// The integer columns that take their values from it.
    pub columns: Vec<(TableId, usize)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceState {
    pub last_value: i64,
    pub is_called: bool,
}
