//! The record that a target holds about itself, in schema `review_data`: whose database it is, how
//! far its set-up got, what the load and the migrations left in it, and where its rows came from.
//!
//! A record counts only in the database that it names by system identifier and OID: a copied
//! database does not take over the record of the one that it was copied from.

mod commands;
mod holding;
mod identity;
mod layout;
mod left;
mod masks;
mod objects;
mod origin;
mod read;
mod write;

pub use commands::{List, fingerprint, missing};
pub use holding::{Holding, holds};
pub use identity::{Identity, identity};
pub use layout::{PLATFORM_SCHEMAS, VERSION};
pub use left::{Gone, MigrationName, gone, has_rows, note_left};
pub use masks::{MaskNote, MaskNotes, is_masked, mask_notes, note_masks};
pub use objects::{
    LARGE_OBJECTS, Listed, OUTSIDE_SCHEMAS, ObjectId, SCHEMAS, listed, with_objects,
};
pub use origin::{Origin, came_from, chain, is_one_of, origins};
pub use read::{
    Awaited, Ended, Found, Loaded, Newer, Record, Running, Step, is_of_today, loaded_tables, read,
};
pub use write::{
    SCHEMA, adopted, awaited, begin_command, begin_migrations, command_ended, command_failed, cut,
    loaded, migrations_failed, migrations_succeeded, name_app, upgrade,
};
