//! Objects of the source that the target does not get, each with the reason.

use super::archive::ObjectId;
use std::collections::HashMap;

/// Why an object is left out, with all that needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    Said(String),
    /// The target cannot have it. Tables that need it are impossible: `Schema::impossible`.
    Impossible(String),
}

/// What is left out, by object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    left_out: HashMap<ObjectId, Why>,
    /// What makes an object instead of the source's own statement.
    rewritten: HashMap<ObjectId, String>,
}

impl Exceptions {
    /// The object is left out, and so is what needs it, tables included. The first reason counts.
    pub fn leave_out(&mut self, object: ObjectId, why: impl Into<String>) {
        self.left_out.entry(object).or_insert_with(|| Why::Said(why.into()));
    }

    /// The target cannot have the object. A table that needs it stops the load.
    pub fn impossible(&mut self, object: ObjectId, why: impl Into<String>) {
        self.left_out.entry(object).or_insert_with(|| Why::Impossible(why.into()));
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
