//! Objects of the source that the target does not get, each with the reason.

use super::archive::ObjectId;
use std::collections::HashMap;

/// Why an object is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// What needs it goes with it.
    Said(String),
    /// Nothing goes with it.
    Alone(String),
}

/// What is left out, by object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    left_out: HashMap<ObjectId, Why>,
    /// What makes an object instead of the source's own statement.
    rewritten: HashMap<ObjectId, String>,
}

impl Exceptions {
    /// The object is left out, and so is what needs it. The first reason counts.
    pub fn leave_out(&mut self, object: ObjectId, why: impl Into<String>) {
        self.left_out.entry(object).or_insert_with(|| Why::Said(why.into()));
    }

    /// The object alone is left out: what seems to need it can be made without it.
    pub fn leave_out_alone(&mut self, object: ObjectId, why: impl Into<String>) {
        self.left_out.entry(object).or_insert_with(|| Why::Alone(why.into()));
    }

    /// The object is made by this statement.
    pub fn rewrite(&mut self, object: ObjectId, sql: String) {
        self.rewritten.insert(object, sql);
    }

    #[must_use]
    pub fn rewritten(&self, object: ObjectId) -> Option<&String> {
        self.rewritten.get(&object)
    }

    #[must_use]
    pub fn of(&self, object: ObjectId) -> Option<&Why> {
        self.left_out.get(&object)
    }
}
