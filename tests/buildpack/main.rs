//! The buildpack as its two platforms run it: detect and build by the lifecycle, detect, compile and
//! release by classic Heroku; then the processes that come of it, on real servers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should end there")]
#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

#[path = "../support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the harness serves the promises; here are its servers"
)]
mod support;

mod apps;
mod bad_input;
mod build;
mod classic;
mod detect;
mod frameworks;
mod installs;
mod kinds;
mod languages;
mod list;
mod monorepos;
mod package;
mod procfiles;
mod programs;
mod real_tools;
mod stories;
