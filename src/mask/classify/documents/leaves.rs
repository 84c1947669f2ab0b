//! The values within documents, by their paths.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What stands at one path of all sampled documents.
#[derive(Default)]
pub(super) struct Leaf {
    pub(super) values: Vec<String>,
    texts: usize,
    flags: usize,
    whole_numbers: usize,
    numbers: usize,
}

impl Leaf {
    /// The type of a column that would hold these values.
    pub(super) fn type_name(&self) -> &'static str {
        if self.texts > 0 {
            "text"
        } else if self.numbers > 0 {
            "numeric"
        } else if self.whole_numbers > 0 {
            "bigint"
        } else {
            "boolean"
        }
    }
}

#[derive(Default)]
pub(super) struct Leaves {
    pub(super) by_path: BTreeMap<Vec<String>, Leaf>,
    /// Keys that are values themselves: of these at least one is personal.
    pub(super) personal_keys: usize,
}

/// Deeper and more is not looked at.
const DEPTH: usize = 8;
const PATHS: usize = 500;
const VALUES: usize = 64;

impl Leaves {
    pub(super) fn add(&mut self, document: &Value) {
        self.walk(document, &mut Vec::new());
    }

    fn walk(&mut self, value: &Value, path: &mut Vec<String>) {
        if path.len() > DEPTH {
            return;
        }
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    if is_personal(key) {
                        self.personal_keys += 1;
                    }
                    path.push(if is_a_name(key) { key.clone() } else { "*".to_owned() });
                    self.walk(value, path);
                    path.pop();
                }
            }
            Value::Array(elements) => {
                for element in elements.iter().take(VALUES) {
                    self.walk(element, path);
                }
            }
            Value::Null => {}
            Value::Bool(flag) => {
                let text = if *flag { "t" } else { "f" };
                if let Some(leaf) = self.leaf(path, text.to_owned()) {
                    leaf.flags += 1;
                }
            }
            Value::Number(number) => {
                let whole = number.is_i64() || number.is_u64();
                if let Some(leaf) = self.leaf(path, number.to_string()) {
                    if whole {
                        leaf.whole_numbers += 1;
                    } else {
                        leaf.numbers += 1;
                    }
                }
            }
            Value::String(text) => self.text(path, text),
        }
    }

    pub(super) fn text(&mut self, path: &[String], text: &str) {
        if let Some(leaf) = self.leaf(path, text.to_owned()) {
            leaf.texts += 1;
        }
    }

    fn leaf(&mut self, path: &[String], value: String) -> Option<&mut Leaf> {
        if self.by_path.len() >= PATHS && !self.by_path.contains_key(path) {
            return None;
        }
        let leaf = self.by_path.entry(path.to_vec()).or_default();
        if leaf.values.len() < VALUES {
            leaf.values.push(value);
        }
        Some(leaf)
    }

    /// Where a document has too many keys to be names, one path stands for all of them.
    pub(super) fn merge_many(&mut self) {
        let mut keys: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
        for path in self.by_path.keys() {
            for at in 0..path.len() {
                keys.entry(path[..at].to_vec()).or_default().insert(path[at].clone());
            }
        }
        let many: BTreeSet<Vec<String>> =
            keys.into_iter().filter(|(_, keys)| keys.len() > 60).map(|(path, _)| path).collect();
        if many.is_empty() {
            return;
        }
        for (mut path, leaf) in std::mem::take(&mut self.by_path) {
            for at in 0..path.len() {
                if many.contains(&path[..at]) {
                    "*".clone_into(&mut path[at]);
                }
            }
            let own = self.by_path.entry(path).or_default();
            own.texts += leaf.texts;
            own.flags += leaf.flags;
            own.whole_numbers += leaf.whole_numbers;
            own.numbers += leaf.numbers;
            own.values.extend(leaf.values);
            own.values.truncate(VALUES);
        }
    }
}

/// A key that a program chose, and not a value that became a key.
fn is_a_name(key: &str) -> bool {
    let first = key.chars().next();
    first.is_some_and(|c| c.is_alphabetic() || "_@$:#".contains(c))
        && key.len() <= 40
        && key.chars().all(|c| c.is_alphanumeric() || "_-@$:# /.".contains(c))
        && key.chars().filter(char::is_ascii_digit).count() <= 4
        && !is_personal(key)
}

/// An e-mail address, or the name of a person.
fn is_personal(key: &str) -> bool {
    super::super::signs::is_personal(key)
}
