//! What review-data promises, a file a promise, on real servers: a primary, its hot standby, and
//! a target. The tool runs as a process, and the tests query the target.

#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

#[path = "../support/mod.rs"]
mod support;

mod atomicity;
mod bad_data;
mod budget;
mod cases;
mod clients;
mod command_line_of_2019;
mod computed_elsewhere;
mod connecting;
mod coverage;
mod crash_matrix;
mod credentials;
mod database_settings;
mod descendants;
mod every_size;
mod examples;
mod extension_rows;
mod foreign_keys;
mod guards;
mod harmless;
mod hostile_input;
mod large_rows;
mod leak;
mod left_empty;
mod left_out;
mod life;
mod lock;
mod lock_restart;
mod lock_rows;
mod masks;
mod migration_tables;
mod only;
mod order;
mod outside_the_row;
mod pairwise;
mod plan;
mod poolers;
mod pools;
mod production;
mod properties;
mod proportion;
mod release;
mod replace;
mod retries;
mod second_session;
mod selection;
mod shadowed_operators;
mod silence;
mod small_tables;
mod soak;
mod spill;
mod swap_readers;
mod swap_record;
mod which_tables;
mod why;
mod wrong_answers;
