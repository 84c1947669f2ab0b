//! Documents within a column: JSON, hstore, XML, YAML. Their paths are classified as columns are.

mod arrays;
mod leaves;
mod written;

use std::collections::BTreeMap;

pub(super) use arrays::elements;

use super::types::Class;
use super::{ColumnFacts, Confidence, Decision, Mask, TableFacts};
use crate::config::path_of;
use leaves::Leaves;

/// Decides for the columns of a table.
pub(super) type Classify<'a> = &'a dyn Fn(&TableFacts) -> Vec<Decision>;

/// More documents say nothing new.
const DOCUMENTS: usize = 100;

/// The decision for a column of documents, or None if nothing in them is personal.
pub(super) fn decide(
    column: &ColumnFacts,
    class: Class,
    table: &TableFacts,
    classify: Classify<'_>,
) -> Option<Decision> {
    let (mut leaves, read) = read(&column.samples, class);
    if leaves.personal_keys * 2 > read && read > 0 {
        return Some(whole("keys of its documents are personal"));
    }
    leaves.merge_many();
    let mut by_parent: BTreeMap<Vec<String>, Vec<ColumnFacts>> = BTreeMap::new();
    for (path, leaf) in leaves.by_path {
        let (parent, key) = match path.split_last() {
            // what stands for any key is known by what it stands in
            Some((key, parent)) if key == "*" => {
                (parent.to_vec(), parent.last().unwrap_or(&column.name))
            }
            Some((key, parent)) => (parent.to_vec(), key),
            None => (Vec::new(), &column.name),
        };
        let name = key.trim_start_matches(['@', '$', ':', '#']).to_owned();
        let type_name = leaf.type_name().to_owned();
        let facts = ColumnFacts { name, type_name, samples: leaf.values, ..ColumnFacts::default() };
        let facts = ColumnFacts { comment: Some(path_of(&path)), ..facts };
        by_parent.entry(parent).or_default().push(facts);
    }
    let mut paths: Vec<(String, Mask)> = Vec::new();
    let mut confidence = Confidence::Low;
    for (parent, mut columns) in by_parent {
        let paths_of: Vec<String> =
            columns.iter_mut().map(|column| column.comment.take().unwrap_or_default()).collect();
        // the innermost word that says what the part holds, then what is around it
        let around = [table.table.as_str(), column.name.as_str()];
        let title = around.into_iter().chain(parent.iter().map(String::as_str)).collect::<Vec<_>>();
        let part = TableFacts { table: title.join("_"), columns, ..TableFacts::default() };
        for (path, decision) in paths_of.into_iter().zip(classify(&part)) {
            if decision.mask != Mask::Keep {
                confidence = confidence.max(decision.confidence);
                paths.push((path, decision.mask));
            }
        }
    }
    paths.sort();
    let shown: Vec<&str> = paths.iter().take(3).map(|(path, _)| path.as_str()).collect();
    let more = if paths.len() > 3 { " and more" } else { "" };
    let at = shown.join(", ");
    let reason = if at.is_empty() {
        "its elements are personal".to_owned()
    } else {
        format!("personal data at {at}{more}")
    };
    (!paths.is_empty()).then_some(Decision { mask: Mask::Json, paths, reason, confidence })
}

/// What stands at the paths of all documents, and how many could be read.
fn read(samples: &[String], class: Class) -> (Leaves, usize) {
    let mut leaves = Leaves::default();
    let mut read = 0;
    for sample in samples.iter().take(DOCUMENTS) {
        match class {
            Class::Hstore => written::hstore(sample, &mut leaves),
            Class::Xml => written::xml(sample, &mut leaves),
            _ => match serde_json::from_str(sample) {
                Ok(document) => leaves.add(&document),
                Err(_) if class == Class::Json => continue,
                Err(_) if sample.trim_start().starts_with('<') => written::xml(sample, &mut leaves),
                Err(_) => written::yaml(sample, &mut leaves),
            },
        }
        read += 1;
    }
    (leaves, read)
}

/// The paths of the documents.
pub(super) fn paths(class: Class, samples: &[String]) -> Vec<String> {
    let (leaves, _) = read(samples, class);
    leaves.by_path.keys().filter(|path| !path.is_empty()).map(|path| path_of(path)).collect()
}

/// A composite: the server alone reads its text form, so that only NULL can take its place.
pub(super) fn decide_composite(column: &ColumnFacts, classify: Classify<'_>) -> Option<Decision> {
    let rows: Vec<Vec<String>> = column.samples.iter().map(|value| arrays::fields(value)).collect();
    let columns = column.fields.iter().enumerate().map(|(index, (name, type_name))| ColumnFacts {
        name: name.clone(),
        type_name: type_name.clone(),
        samples: rows.iter().filter_map(|row| row.get(index).cloned()).collect(),
        ..ColumnFacts::default()
    });
    let part = TableFacts {
        table: column.name.clone(),
        columns: columns.collect(),
        ..TableFacts::default()
    };
    let found = classify(&part).into_iter().zip(&column.fields);
    let found = found.into_iter().find(|(decision, _)| decision.mask != Mask::Keep);
    found.map(|(_, (name, _))| whole(&format!("its field {name} is personal")))
}

fn whole(reason: &str) -> Decision {
    Decision {
        mask: Mask::Null,
        paths: Vec::new(),
        reason: reason.to_owned(),
        confidence: Confidence::Medium,
    }
}
