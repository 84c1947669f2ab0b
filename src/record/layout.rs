//! What the record's modules agree on.

/// The version of the record that this tool writes. The record of 0.1.0 has no version: it
/// consists of the tables `load` and `load_table` alone, and counts as version 1. Version 2 lists
/// tables only, version 3 every object.
pub const VERSION: i32 = 3;

/// What PostgreSQL, its extensions and the platforms keep in every database, for `not in (…)`.
/// Objects in these schemas do not make a database used.
pub const PLATFORM_SCHEMAS: &str = "'information_schema', '_heroku', 'heroku_ext'";
