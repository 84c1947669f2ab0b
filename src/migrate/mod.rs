//! Migrations: the frameworks that run them, and running them.

pub mod frameworks;
