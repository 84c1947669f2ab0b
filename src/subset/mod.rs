//! Which rows: rules, sizes, the foreign-key graph, the order of selection, the sets of keys and
//! addresses, and the SQL text of the questions to the source. No sockets here.

pub mod budget;
pub mod bytes;
pub mod children;
pub mod choice;
pub mod convert;
pub mod coverage;
pub mod form;
pub mod graph;
pub mod key_ranges;
pub mod keys;
pub mod lock_tables;
pub mod moments;
pub mod nulling;
pub mod one_row;
pub mod permutation;
pub mod questions;
pub mod relations;
pub mod rows;
pub mod rules;
pub mod size;
pub mod small;
pub mod suspects;
pub mod wants;
pub mod widths;
