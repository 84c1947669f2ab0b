//! The record that a target holds about itself, in schema `review_data`: whose database it is, how
//! far its set-up got, what the load and the migrations left in it, and where its rows came from.
//!
//! A record counts only in the database that it names by system identifier and OID: a copied
//! database does not take over the record of the one that it was copied from.

mod commands;
mod holding;
mod identity;
mod left;
mod origin;
mod read;
mod write;

pub use commands::{List, fingerprint, missing};
pub use holding::{Holding, holds};
pub use identity::{Identity, identity};
pub use left::{Gone, MigrationName, gone, has_rows, note_left};
pub use origin::{Origin, came_from, origins};
pub use read::{
    Awaited, Ended, Found, Loaded, Newer, Record, Running, Step, is_of_today, loaded_tables, read,
};
pub use write::{
    SCHEMA, adopted, awaited, begin_command, begin_migrations, command_ended, command_failed, cut,
    loaded, migrations_failed, migrations_succeeded, name_app, upgrade,
};

/// The version of the record that this tool writes. The record of 0.1.0 has no version: it
/// consists of the tables `load` and `load_table` alone, and counts as version 1.
pub const VERSION: i32 = 2;

/// What PostgreSQL, its extensions and the platforms keep in every database, for `not in (…)`.
/// Objects in these schemas do not make a database used.
pub const PLATFORM_SCHEMAS: &str = "'information_schema', '_heroku', 'heroku_ext'";
