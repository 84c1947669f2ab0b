//! `review-data.toml` and the environment, read once into one validated [`Config`].

mod byte_size;
mod column;
mod document_path;
mod environment;
mod file;
mod foreign_keys;
mod hidden;
mod json;
pub mod malloc;
mod mask;
mod mask_name;
mod migrate;
mod migration_table;
mod mistake;
mod model;
mod nearest;
mod of_2019;
mod only;
mod pattern;
mod reader;
mod secret;
mod sections;
mod settings;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told;

pub use byte_size::{ByteSize, ByteSizeError};
pub use column::{ColumnError, ColumnPath, ColumnShape, JsonPath, Reference, ReferenceError, Step};
pub use document_path::{keys_of, path_of};
pub use environment::{
    API_KEY_VARIABLE, APP_VARIABLE, Chosen, DEFAULT_TARGET, Environment, ReviewApp,
    SOURCE_VARIABLE, TOKEN_VARIABLE, is_connection_pool,
};
pub use file::FILE_NAME;
pub use hidden::MaskedTable;
pub use mask::{
    KeepWhere, LOCALES, MASK_KEY_VARIABLE, MaskMode, MaskRule, MaskedColumns, MaskedColumnsError,
    MaskedEmails, Masking, PASSWORD_VARIABLE,
};
pub use mask_name::{Mask, UnknownMask};
pub use migration_table::MigrationTable;
pub use mistake::{FileText, Mistakes, without_secrets};
pub use model::{
    Asked, Config, DEFAULT_BUDGET, ForceMissing, ForeignKeyRule, Given, LeftOut, Located, Location,
    Migrate, NamedTables, OnFailure, OnlyKeep, OnlyRule, Order, Overrides, Pattern, PatternRule,
    Postdeploy, Production, Rows, ScaleDown, Schemas, Size, Source, Subset, TableRule, Target,
};
pub use nearest::nearest;
pub use of_2019::FileOf2019;
pub use pattern::{NamePattern, TablePattern};
pub use secret::Secret;
pub use sections::file_keys;
pub use settings::SettingsError;
pub use table::{Force, ForceError, TableName, TableNameError};
