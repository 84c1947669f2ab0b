//! Migrations: the frameworks that run them, and running them.

mod chain;
mod command;
pub mod frameworks;
mod lock_waits;
mod migrations;
mod own_tables;
mod pending;
pub mod production;
mod run;
mod signals;
mod stand_in;
mod tables;
mod watcher;

pub use chain::{RUNNING_VARIABLE, refuse_recursion};
pub use command::{COMMAND_VARIABLE, MigrationCommand, Origin, migration_command, no_migrations};
pub use lock_waits::{OPTIONS_VARIABLE, limits};
pub use migrations::{Migrations, Outcome, on_own_lines};
pub use own_tables::{Clues, own_tables};
pub use pending::{Check, Pending};
pub use run::{Ending, RunError, Shell};
pub use signals::{LockHeld, Signals, Stop};
pub use stand_in::StandIn;
pub use tables::known_tables;
