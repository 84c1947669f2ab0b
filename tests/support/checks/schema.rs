//! The schema is the source's: `pg_dump -s` of both sides is the same, but for what is left out.

use super::{Expectations, Sides};
use crate::support::servers::{Server, servers};
use std::collections::{BTreeMap, BTreeSet};

/// Statements by what they define: `TABLE public.users`.
type Definitions = BTreeMap<String, Vec<String>>;

pub(super) fn broken(sides: &Sides, expected: &Expectations) -> Vec<String> {
    let servers = servers();
    let mut source = definitions(&servers.primary, &sides.source_name);
    let target = definitions(&servers.target, &sides.target_name);
    let mut broken = Vec::new();
    for left_out in &expected.left_out {
        let found = source.keys().filter(|key| is(key, left_out)).cloned().collect::<Vec<_>>();
        if found.is_empty() {
            broken.push(format!("schema: the source has no {left_out} that could be left out"));
        }
        for key in found {
            source.remove(&key);
        }
    }
    let keys: BTreeSet<_> = source.keys().chain(target.keys()).collect();
    for key in keys {
        match (source.get(key), target.get(key)) {
            (Some(here), Some(there)) if here == there => {}
            (Some(here), Some(there)) => broken.push(format!(
                "schema: {key} differs:\n--- source\n{}\n--- target\n{}",
                here.join("\n"),
                there.join("\n")
            )),
            (Some(_), None) => broken.push(format!("schema: the target has no {key}")),
            (None, _) => broken.push(format!("schema: the target alone has {key}")),
        }
    }
    broken
}

/// Whether a definition is meant by `KIND name`: itself, a comment on it, and for a schema all
/// that is in it.
fn is(key: &str, left_out: &str) -> bool {
    let (kind, name) = split_kind(left_out);
    let (key_kind, key_name) = split_kind(key);
    let bare = key_name.split_once('.').map_or(key_name, |(_, bare)| bare);
    let same_name = |given: &str| given == key_name || given == bare;
    kind == key_kind && same_name(name)
        || key_kind == "COMMENT" && same_name(left_out)
        || kind == "SCHEMA" && key_name.starts_with(&format!("{name}."))
}

/// `EVENT TRIGGER x`: the kind is in capitals, the name begins where they end.
fn split_kind(text: &str) -> (&str, &str) {
    let is_kind = |word: &str| word.chars().all(|c| c.is_ascii_uppercase());
    let mut end = 0;
    for word in text.split(' ') {
        if !is_kind(word) {
            break;
        }
        end += word.len() + 1;
    }
    let end = end.min(text.len());
    (text[..end].trim_end(), &text[end..])
}

/// Reads `pg_dump`'s text, whose entries begin with `-- Name: …; Type: …; Schema: …; Owner: …`.
fn definitions(server: &Server, database: &str) -> Definitions {
    let output = server
        .client("pg_dump", database)
        .args(["--schema-only", "--no-owner", "--no-acl"])
        .output()
        .expect("pg_dump runs");
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("pg_dump writes UTF-8");
    let mut all = Definitions::new();
    let mut entry = None;
    for line in text.lines() {
        if let Some(key) = header(line) {
            all.entry(key.clone()).or_default();
            entry = Some(key);
        } else if let Some(statements) = entry.as_ref().and_then(|key| all.get_mut(key))
            && !is_noise(line)
        {
            statements.push(line.to_owned());
        }
    }
    all.retain(|key, _| !is_ours(key));
    all
}

fn header(line: &str) -> Option<String> {
    let (name, rest) = line.strip_prefix("-- Name: ")?.split_once("; Type: ")?;
    let (kind, rest) = rest.split_once("; Schema: ")?;
    let (schema, _) = rest.split_once("; Owner: ")?;
    Some(match schema {
        "-" => format!("{kind} {name}"),
        schema => format!("{kind} {schema}.{name}"),
    })
}

/// Settings follow the order of the entries, not the entries.
fn is_noise(line: &str) -> bool {
    line.is_empty()
        || line == "--"
        || line.starts_with("SET default_t")
        || line.starts_with("\\restrict")
        || line.starts_with("\\unrestrict")
        || line == "-- PostgreSQL database dump complete"
}

fn is_ours(key: &str) -> bool {
    let (_, name) = split_kind(key);
    name.starts_with("review_data.") || key == "SCHEMA review_data"
}
