//! The schema is the source's: `pg_dump -s` of both sides is the same, but for what is left out.

use super::{Expectations, Sides};
use crate::support::database::Target;
use crate::support::servers::{OWNER, Server, Servers, servers};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::process::Stdio;

/// What a statement defines, as `pg_dump` names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    kind: String,
    /// `-` where it is in none.
    schema: String,
    name: String,
}

/// Statements by what they define.
pub(crate) type Definitions = BTreeMap<Key, Vec<String>>;

/// What a target holds before a load: the platform may have put things there.
pub(crate) fn definitions_of(target: &Target) -> Definitions {
    definitions(&servers().target, &target.name)
}

pub(super) fn broken(sides: &Sides, expected: &Expectations) -> Vec<String> {
    let servers = servers();
    let mut source = definitions(&servers.primary, &sides.source_name);
    let mut target = definitions(&servers.target, &sides.target_name);
    // a load may bring more to an older server than psql does
    let mut more = BTreeSet::new();
    if servers.primary.major() != servers.target.major() {
        more = source.into_keys().collect();
        source = restored(&sides.source_name);
        // its owner differs since version 15
        source.retain(|key, _| !key.is("SCHEMA public"));
        target.retain(|key, _| !key.is("SCHEMA public"));
    }
    for left_out in &expected.left_out {
        leave_out(&mut source, left_out);
    }
    target.retain(|key, _| source.contains_key(key) || !expected.already_there.contains_key(key));
    let keys: BTreeSet<_> = source.keys().chain(target.keys()).collect();
    let compare = |key: &&Key| match (source.get(key), target.get(key)) {
        (Some(here), Some(there)) if here == there => None,
        (Some(here), Some(there)) => Some(format!(
            "schema: {key} differs:\n--- source\n{}\n--- target\n{}",
            here.join("\n"),
            there.join("\n")
        )),
        (Some(_), None) => Some(format!("schema: the target has no {key}")),
        (None, _) if more.contains(*key) => None,
        (None, _) => Some(format!("schema: the target alone has {key}")),
    };
    keys.iter().filter_map(compare).collect()
}

/// The source's schema as `pg_dump` and `psql` bring it to the target's server. Servers of two versions
/// do not write the same definition alike, and the older one may not understand all of them.
fn restored(source: &str) -> Definitions {
    let Servers { primary, target, .. } = servers();
    let name = format!("restored_{source}");
    let admin = target.superuser("postgres");
    admin.run(&format!("drop database if exists {name}"));
    admin.run(&format!("create database {name} owner {} template template0", OWNER.name));
    let dump = primary.client("pg_dump", source).args(["--schema-only", "--no-acl"]).output();
    let dump = dump.expect("pg_dump runs").stdout;
    let mut psql = target.client("psql", &name);
    psql.args(["-X", "-q", "-f", "-"]).stdin(Stdio::piped());
    psql.stdout(Stdio::null()).stderr(Stdio::null());
    let mut psql = psql.spawn().expect("psql runs");
    psql.stdin.take().expect("psql's standard input").write_all(&dump).expect("psql reads");
    psql.wait().expect("psql ends");
    let restored = definitions(target, &name);
    admin.run(&format!("drop database {name}"));
    restored
}

/// Takes out `KIND name` or `KIND schema.name`, with what cannot be without it: comments, columns'
/// defaults, constraints, a publication's list of tables, and all that is in a schema.
fn leave_out(definitions: &mut Definitions, left_out: &str) {
    let meant: Vec<Key> = definitions.keys().filter(|key| key.is(left_out)).cloned().collect();
    definitions.retain(|key, statements| {
        let in_schema = left_out.strip_prefix("SCHEMA ") == Some(&key.schema);
        let index_on = |gone: &Key| {
            let on = format!(" ON {}.{} USING ", gone.schema, gone.name);
            key.kind == "INDEX" && statements.iter().any(|statement| statement.contains(&on))
        };
        let goes = |gone: &Key| key == gone || key.belongs_to(gone) || index_on(gone);
        !in_schema && !meant.iter().any(goes)
    });
}

impl Key {
    fn is(&self, text: &str) -> bool {
        text == self.to_string() || text == format!("{} {}", self.kind, self.name)
    }

    fn belongs_to(&self, owner: &Key) -> bool {
        let Key { kind, name, .. } = owner;
        if self.schema != owner.schema {
            return kind == "PUBLICATION"
                && self.kind.starts_with("PUBLICATION TABLE")
                && self.name.starts_with(&format!("{name} "));
        }
        match self.kind.as_str() {
            "COMMENT" => {
                self.name == format!("{kind} {name}")
                    || self.name.starts_with(&format!("COLUMN {name}."))
            }
            "TABLE ATTACH" => self.name == *name,
            "CONSTRAINT" | "DEFAULT" | "TRIGGER" | "RULE" | "POLICY" => {
                self.name.starts_with(&format!("{name} "))
            }
            _ => false,
        }
    }

    fn is_ours(&self) -> bool {
        self.schema == "review_data"
            || self.is("SCHEMA review_data")
            || self.is("COMMENT SCHEMA review_data")
    }

    /// Comments that an ordinary owner may not make: the platform's.
    fn is_the_platforms(&self) -> bool {
        self.kind == "COMMENT"
            && (self.name.starts_with("EXTENSION ") || self.name == "SCHEMA public")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schema.as_str() {
            "-" => write!(f, "{} {}", self.kind, self.name),
            schema => write!(f, "{} {schema}.{}", self.kind, self.name),
        }
    }
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
    all.retain(|key, _| !key.is_ours() && !key.is_the_platforms());
    all
}

fn header(line: &str) -> Option<Key> {
    let (name, rest) = line.strip_prefix("-- Name: ")?.split_once("; Type: ")?;
    let (kind, rest) = rest.split_once("; Schema: ")?;
    let (schema, _) = rest.split_once("; Owner: ")?;
    Some(Key { kind: kind.to_owned(), schema: schema.to_owned(), name: name.to_owned() })
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
