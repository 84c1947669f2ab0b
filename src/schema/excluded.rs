//! The objects that `pg_dump` does not read: a few patterns, however many objects they are. It looks at
//! the whole catalogue for each.

use super::archive::Entry;
use super::policies;
use crate::catalog::{DumpedNames, Outside, QualifiedName};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Bytes of names in one pattern. The server makes one regular expression of it.
const MOST_BYTES: usize = 4_000;

/// Sequences of serial and identity columns.
const USUAL: &str = "_seq";

/// The arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excluded(Vec<String>);

impl Excluded {
    /// Without what is left out, and without the state of any sequence: `pg_dump` reads it, though
    /// it is in neither section, and a role with SELECT on tables only may not.
    #[must_use]
    pub fn of(outside: &Outside, names: &DumpedNames) -> Self {
        let schemas: BTreeSet<&str> = outside.namespaces.values().map(String::as_str).collect();
        let mut arguments = arguments("--exclude-schema=", schemas);
        for (schema, names) in by_schema(outside.relations.values()) {
            arguments
                .extend(self::arguments(&format!("--exclude-table={}.", quoted(schema)), names));
        }
        arguments.extend(states(names));
        Excluded(arguments)
    }

    pub(super) fn arguments(&self) -> &[String] {
        &self.0
    }
}

/// A pattern also matches a table, whose rows are not dumped anyway. It may not match a materialized
/// view, whose REFRESH is dumped with the rows.
fn states(DumpedNames { sequences, materialized_views: views }: &DumpedNames) -> Vec<String> {
    const ARGUMENT: &str = "--exclude-table-data=";
    let mut states = Vec::new();
    let usual = !views.iter().any(|view| view.name.ends_with(USUAL));
    if usual && sequences.iter().any(|sequence| sequence.name.ends_with(USUAL)) {
        states.push(format!("{ARGUMENT}*.*{USUAL}"));
    }
    let others = sequences.iter().filter(|name| !usual || !name.name.ends_with(USUAL));
    let of_views: HashSet<&str> = views.iter().map(|view| view.name.as_str()).collect();
    let (alone, others): (Vec<_>, Vec<_>) =
        others.partition(|sequence| of_views.contains(sequence.name.as_str()));
    let names: BTreeSet<&str> = others.iter().map(|sequence| sequence.name.as_str()).collect();
    states.extend(arguments(&format!("{ARGUMENT}*."), names));
    for (schema, names) in by_schema(alone) {
        states.extend(arguments(&format!("{ARGUMENT}{}.", quoted(schema)), names));
    }
    states
}

fn by_schema<'a>(
    names: impl IntoIterator<Item = &'a QualifiedName>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut schemas: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for name in names {
        schemas.entry(&name.schema).or_default().insert(&name.name);
    }
    schemas
}

/// `--exclude-schema=("a"|"b")`, as few as they can be.
fn arguments(start: &str, names: BTreeSet<&str>) -> Vec<String> {
    let mut arguments = Vec::new();
    let mut open = String::new();
    for name in names {
        if open.len() > MOST_BYTES {
            arguments.push(format!("{start}({open})"));
            open.clear();
        }
        if !open.is_empty() {
            open.push('|');
        }
        open.push_str(&quoted(name));
    }
    if !open.is_empty() {
        arguments.push(format!("{start}({open})"));
    }
    arguments
}

/// In quotes, no character of a pattern has a meaning.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The entries that are not left out: foreign keys, policies and functions that need what is left
/// out are in the archive, and so are remarks about them.
#[must_use]
pub fn without(entries: Vec<Entry>, outside: &Outside) -> Vec<Entry> {
    let objects = &outside.objects;
    if objects.is_empty() {
        return entries;
    }
    let mut gone = HashSet::new();
    let mut tables = HashMap::new();
    let mut kept = Vec::with_capacity(entries.len());
    for mut entry in entries {
        let itself = objects.contains(&(entry.object.class, entry.object.oid));
        let about = entry.object.oid == 0 && entry.dependencies.iter().any(|id| gone.contains(id));
        if itself && let Some(sql) = policies::shut(&entry, &entry.definition, &tables) {
            entry.definition = sql;
        } else if itself || about {
            gone.insert(entry.id);
            continue;
        }
        if entry.kind == "TABLE" {
            let schema = entry.namespace.clone().unwrap_or_default();
            tables.insert(entry.id, QualifiedName::new(schema, entry.tag.clone()));
        }
        kept.push(entry);
    }
    kept
}
