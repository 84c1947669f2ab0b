#![allow(unused_crate_dependencies, reason = "some are the binaries' and the tests' only")]
//! review-data: fills a review app's PostgreSQL with a small, referentially whole subset of
//! production's data and runs the pull request's migrations on it.
//!
//! The rooms, top to bottom; each may use those below it and none above:
//! `cli`, `buildpack`, `setup`, `migrate`, `load`, `record`, `report`, `subset`, `mask`, `schema`, `stream`,
//! `catalog`, `postgres`, `spill`, `config`, `failure`.

pub mod buildpack;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod failure;
pub mod load;
pub mod mask;
pub mod migrate;
pub mod postgres;
pub mod record;
pub mod report;
pub mod schema;
pub mod setup;
pub mod spill;
pub mod stream;
pub mod subset;
