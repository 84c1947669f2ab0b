//! What the source holds, from `pg_catalog` only (a role with nothing but SELECT sees no keys in
//! `information_schema`): tables, columns, types, keys, foreign keys, sequences.

mod checks;
mod computed;
mod details;
mod domain_value;
mod error;
mod extension_table;
mod extension_tables;
mod foreign_keys;
pub(crate) mod ids;
mod indexes;
mod locked;
mod model;
mod name;
mod outside;
pub mod peculiar;
mod read;
mod scope;
mod sequences;
mod settings;
pub mod sizes;
mod types;
mod unreadable;
pub mod without;

pub use checks::{Check, find_check, root_of};
pub use details::{CheckDetails, ColumnDetails, DomainCheck, TableDetails, details};
pub use domain_value::with_value;
pub use error::CatalogError;
pub use extension_table::ExtensionTable;
pub(crate) use ids::id;
pub use ids::{ById, Id};
pub use locked::count_locked;
pub use model::{
    Catalog, Column, Comparison, Computed, Configured, Contents, DataType, Downward, ForeignKey,
    ForeignKeyId, Kept, Leaf, Sequence, SequenceState, Severed, Storage, Table, TableId, UniqueKey,
    When,
};
pub use name::QualifiedName;
pub use outside::{LeaveOut, Outside, SHUT};
pub use read::read;
pub use sequences::{DumpedNames, dumped_names};
pub use settings::{Setting, Settings};
pub use types::Transfer;
pub use unreadable::Unreadable;
