//! The harness: real servers, databases made of readable SQL, and the tool run as a process.
//!
//! One set of servers a test process: a primary, its streaming hot standby, and the target's
//! cluster. Tests share the servers; each has its own databases.

mod checks;
mod database;
mod forwarder;
mod pgbouncer;
mod python;
mod recorder;
mod secrets;
mod servers;
mod session;
mod tool;

pub(crate) use checks::{
    Expectations, Relation, Rows, Rule, broken_promises, broken_when_masked, definitions_of,
    fingerprint,
};
pub(crate) use database::{Source, Target};
pub(crate) use forwarder::{Cut, Forwarder};
pub(crate) use pgbouncer::PgBouncer;
pub(crate) use python::python;
pub(crate) use servers::{OWNER, OwnProduction, OwnServer, READER, Role, Server, clients, servers};
pub(crate) use session::Session;
pub(crate) use tool::{AppDir, Outcome, Running, Tool, eventually, processes_of};
