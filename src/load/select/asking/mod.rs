//! Asking: the questions that go to the source, and their answers.

pub(crate) mod access;
pub(crate) mod answer;
pub(crate) mod children;
pub(crate) mod in_order;
pub(crate) mod query;
pub(crate) mod second_session;
pub(crate) mod sessions;
