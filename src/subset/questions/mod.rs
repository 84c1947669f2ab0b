//! The questions to the source, as SQL text: which rows, their addresses and their key values.
//!
//! Every name is qualified and quoted, every operator named with its schema, so that no
//! `search_path` matters. Values travel in settings (`review_data.k0`, …), set by a prepared
//! statement, since COPY takes no parameters.

mod access;
mod answer;
mod configured;
mod counts;
pub mod large;
mod layout;
mod lists;
mod names;
pub mod one_row;
mod orphans;

pub use access::{
    Access, MOST_IN_BLOCKS, PLAN_BITMAPS, PLAN_BLOCKS, PLAN_FREELY, PLAN_LOOKUPS, PLAN_SCAN,
};
pub use answer::{AnswerLayout, Question, With};
pub(super) use configured::value as key_value;
pub use configured::{Referencing, condition, content_types, distinct, index_on, unresolved};
pub use counts::{
    bounds, count, count_up_to, counts_in_ranges, covered, sampled_count, samples, statistics,
};
pub use layout::{Layout, RankKind};
pub use lists::{Lookup, SET_ADDRESSES, address_list, rows_by_address, set_keys};
pub use names::severed_rows;
pub(super) use names::{alias, enclosed, entire, equality, raw_reference, reference};
pub use names::{all_of, all_rows, key_condition, names_nothing, probe, probe_order, probe_value};
pub use orphans::{KeyText, orphans};
