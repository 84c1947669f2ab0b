//! What the documents show is so: commands, keys, defaults, messages, outputs, links.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should end there")]
#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

mod commands;
mod configuration;
mod copied;
mod environment;
mod links;
mod messages;
mod outputs;
mod page;
mod tree;
