//! Which entries of the archive are made on the target, and which are left out.

use super::archive::{Entry, ObjectId, Section};
use super::exceptions::{Exceptions, Why};
use super::policies;
use crate::catalog::{QualifiedName, SHUT};
use std::collections::{BTreeMap, HashMap};

/// One object to be made: sent as a separate message, since a statement may look at the whole
/// text of its message (Heroku's event trigger does, at each `CREATE EXTENSION`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The archive's number of the entry.
    pub id: i64,
    /// What it makes, as the source's catalogue knows it.
    pub source: ObjectId,
    /// The entries that it needs.
    pub needs: Vec<i64>,
    pub kind: Kind,
    /// What it makes, for messages: `TABLE public.users`.
    pub object: String,
    pub sql: String,
    /// It makes a table with expressions that the server evaluates for each row: generated columns, and
    /// partition keys.
    pub computes: bool,
    /// It makes a key or an index of this table, and needs nothing else.
    pub index_of: Option<QualifiedName>,
}

/// What a statement makes, as far as the load goes on differently where that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Function,
    Table,
    /// A view, or a materialized view without its rows.
    View,
    /// A table becomes a partition.
    Partition,
    /// A key or an index: it is built from rows.
    Index,
    /// A partition's index becomes a part of the whole table's.
    Attach,
    ForeignKey,
    /// The rows of a materialized view.
    Refresh,
    Comment,
    /// It stands in no schema: an empty database may have one already.
    Cast,
    /// The target's server may not have its locale.
    Collation,
    Other,
}

impl Kind {
    fn of(entry: &Entry) -> Self {
        match entry.kind.as_str() {
            "FUNCTION" => Kind::Function,
            "TABLE" => Kind::Table,
            "VIEW" | "MATERIALIZED VIEW" => Kind::View,
            "TABLE ATTACH" => Kind::Partition,
            "CONSTRAINT" | "INDEX" => Kind::Index,
            "INDEX ATTACH" => Kind::Attach,
            "FK CONSTRAINT" => Kind::ForeignKey,
            "MATERIALIZED VIEW DATA" => Kind::Refresh,
            "COMMENT" => Kind::Comment,
            "CAST" => Kind::Cast,
            "COLLATION" => Kind::Collation,
            _ => Kind::Other,
        }
    }
}

/// What is to be made, before and after the rows, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    pub pre_data: Vec<Statement>,
    pub post_data: Vec<Statement>,
    /// Row-level security: it would hide rows from what the load itself still reads. Policies do nothing
    /// before it, and come while domains have no CHECKs that read their literals.
    pub last: Vec<Statement>,
    /// What is left out, and why: a line each.
    pub left_out: Vec<String>,
    /// Tables that need what the target cannot have, each with what that is. The load cannot do
    /// without them.
    pub impossible: Vec<(String, String)>,
}

impl Schema {
    /// The schemas that `pre_data` makes.
    #[must_use]
    pub fn namespaces(&self) -> Vec<&str> {
        let names = self.pre_data.iter().map(|statement| statement.object.as_str());
        names.filter_map(|object| object.strip_prefix("schema ")).collect()
    }
}

/// Why an entry is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LeftOut {
    /// It would mean nothing, or something else, in another database: nobody misses it.
    Silently,
    Said(String),
    /// Nothing goes with it.
    Alone(String),
    /// It cannot be made without this one: a table stops the load.
    Needs(String),
}

impl LeftOut {
    fn said(why: &str) -> Self {
        LeftOut::Said(why.to_owned())
    }
}

/// When an entry is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Before,
    After,
    Last,
}

impl Phase {
    fn of(entry: &Entry, phases: &HashMap<i64, Phase>) -> Self {
        match (entry.section, entry.kind.as_str()) {
            (_, "ROW SECURITY") => Phase::Last,
            (Section::PostData, _) => Phase::After,
            // a comment goes with its object
            (Section::None, _) => {
                let found = entry.dependencies.iter().find_map(|id| phases.get(id));
                found.copied().unwrap_or(Phase::Before)
            }
            (Section::PreData | Section::Data, _) => Phase::Before,
        }
    }
}

/// Chooses from an archive.
#[must_use]
pub fn choose(entries: &[Entry], exceptions: &Exceptions) -> Schema {
    let mut schema = Schema::default();
    let mut dropped: HashMap<i64, String> = HashMap::new();
    let mut phases: HashMap<i64, Phase> = HashMap::new();
    let mut tables: HashMap<i64, QualifiedName> = HashMap::new();
    let mut said: BTreeMap<(LeftOut, String), Vec<String>> = BTreeMap::new();
    for entry in entries {
        let left_out = own_reason(entry, exceptions).or_else(|| {
            let needed = entry.dependencies.iter().find_map(|id| dropped.get(id));
            needed.map(|needed| match entry.kind.as_str() {
                "COMMENT" => LeftOut::Silently,
                _ => LeftOut::Needs(needed.clone()),
            })
        });
        let sql = exceptions.rewritten(entry.object).cloned().unwrap_or_else(|| definition(entry));
        let mut shut = None;
        if let Some(LeftOut::Needs(_)) = left_out {
            shut = policies::shut(entry, &sql, &tables);
        }
        if shut.is_some() {
            let reason = (LeftOut::said(SHUT), "condition of policy".to_owned());
            said.entry(reason).or_default().push(name(entry));
        } else if let Some(left_out) = left_out {
            // without its access method, a table has the server's own
            let alone = matches!(left_out, LeftOut::Alone(_))
                || entry.kind == "ACCESS METHOD" && entry.definition.contains(" TYPE TABLE ");
            if !alone && !matches!(entry.kind.as_str(), "COMMENT" | "ACL" | "DEFAULT ACL") {
                dropped.insert(entry.id, object(entry));
            }
            if let ("TABLE", LeftOut::Needs(needed)) = (entry.kind.as_str(), &left_out) {
                schema.impossible.push((object(entry), needed.clone()));
            }
            if left_out != LeftOut::Silently {
                said.entry((left_out, entry.kind.to_lowercase())).or_default().push(name(entry));
            }
            continue;
        }
        let phase = Phase::of(entry, &phases);
        phases.insert(entry.id, phase);
        if entry.kind == "TABLE" {
            let schema = entry.namespace.clone().unwrap_or_default();
            tables.insert(entry.id, QualifiedName::new(schema, entry.tag.clone()));
        }
        let kind = Kind::of(entry);
        let index_of = (kind == Kind::Index).then(|| only_table_of(entry, &tables)).flatten();
        let sql = shut.unwrap_or(sql);
        let statement = Statement {
            id: entry.id,
            source: entry.object,
            needs: entry.dependencies.clone(),
            kind,
            object: object(entry),
            computes: kind == Kind::Table && computes(&sql),
            sql,
            index_of,
        };
        if statement.sql.trim().is_empty() {
            continue;
        }
        match phase {
            Phase::Before => schema.pre_data.push(statement),
            Phase::After => schema.post_data.push(statement),
            Phase::Last => schema.last.push(statement),
        }
    }
    schema.left_out = said
        .into_iter()
        .map(|((reason, kind), names)| {
            let names = names.join(", ");
            match reason {
                LeftOut::Said(why) | LeftOut::Alone(why) => format!("{kind} {names}: {why}"),
                LeftOut::Needs(needed) => format!("{kind} {names}: needs {needed}"),
                LeftOut::Silently => format!("{kind} {names}"),
            }
        })
        .collect();
    schema
}

/// Whether a table has generated columns, or a partition key of more than columns: these stand in one
/// pair of parentheses.
fn computes(sql: &str) -> bool {
    let key = sql.split_once("\nPARTITION BY ").map(|(_, key)| key);
    sql.contains("GENERATED ALWAYS AS (") || key.is_some_and(|key| key.matches('(').count() > 1)
}

/// The table that an entry depends on, where it depends on nothing else. A function of the user's may
/// read other tables, whatever it is declared to be: what calls one waits for all rows.
fn only_table_of(entry: &Entry, tables: &HashMap<i64, QualifiedName>) -> Option<QualifiedName> {
    let (table, others) = entry.dependencies.split_first()?;
    others.iter().all(|other| other == table).then(|| tables.get(table).cloned())?
}

/// Why what leads to another server is left out.
pub const OTHER_SERVER: &str = "a review app reaches no other server";

fn own_reason(entry: &Entry, exceptions: &Exceptions) -> Option<LeftOut> {
    match exceptions.of(entry.object) {
        Some(Why::Said(why)) => return Some(LeftOut::said(why)),
        Some(Why::Alone(why)) => return Some(LeftOut::Alone(why.clone())),
        None => {}
    }
    let heroku = "_heroku";
    if entry.namespace.as_deref() == Some(heroku) || (entry.kind == "SCHEMA" && entry.tag == heroku)
    {
        return Some(LeftOut::Silently);
    }
    match entry.kind.as_str() {
        "ENCODING"
        | "STDSTRINGS"
        | "SEARCHPATH"
        | "ACL"
        | "DEFAULT ACL"
        | "SECURITY LABEL"
        | "DATABASE"
        | "DATABASE PROPERTIES"
        | "STATISTICS DATA"
        | "TABLE DATA"
        | "SEQUENCE SET"
        | "BLOB"
        | "BLOBS"
        | "BLOB METADATA"
        | "BLOB COMMENTS" => Some(LeftOut::Silently),
        "COMMENT" if entry.tag.starts_with("EXTENSION ") || entry.tag == "SCHEMA public" => {
            Some(LeftOut::Silently)
        }
        "COMMENT"
            if entry.tag.starts_with("DATABASE ") || entry.tag.starts_with("LARGE OBJECT ") =>
        {
            Some(LeftOut::Silently)
        }
        "EVENT TRIGGER" => Some(LeftOut::said("only a superuser may make one")),
        "PUBLICATION"
        | "PUBLICATION TABLE"
        | "PUBLICATION TABLES IN SCHEMA"
        | "SUBSCRIPTION"
        | "SUBSCRIPTION TABLE" => Some(LeftOut::said("replication is the source's own")),
        "FOREIGN TABLE" | "SERVER" | "USER MAPPING" | "FOREIGN DATA WRAPPER" => {
            Some(LeftOut::said(OTHER_SERVER))
        }
        _ => None,
    }
}

fn name(entry: &Entry) -> String {
    match &entry.namespace {
        Some(namespace) => format!("{namespace}.{}", entry.tag),
        None => entry.tag.clone(),
    }
}

fn object(entry: &Entry) -> String {
    format!("{} {}", entry.kind.to_lowercase(), name(entry))
}

fn definition(entry: &Entry) -> String {
    match entry.kind.as_str() {
        // public is always there, and others may be (Heroku's heroku_ext)
        "SCHEMA" => entry.definition.replacen("CREATE SCHEMA ", "CREATE SCHEMA IF NOT EXISTS ", 1),
        _ => entry.definition.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: i64, kind: &str, tag: &str, section: Section, dependencies: &[i64]) -> Entry {
        Entry {
            id,
            object: ObjectId { class: 1, oid: u32::try_from(id).unwrap() },
            kind: kind.to_owned(),
            tag: tag.to_owned(),
            namespace: (kind == "TABLE" || kind == "VIEW").then(|| "public".to_owned()),
            section,
            definition: format!("CREATE {kind} {tag};"),
            dependencies: dependencies.to_vec(),
        }
    }

    fn objects(statements: &[Statement]) -> Vec<&str> {
        statements.iter().map(|statement| statement.object.as_str()).collect()
    }

    #[test]
    fn comments_go_with_their_objects() {
        let entries = [
            entry(1, "TABLE", "t", Section::PreData, &[]),
            entry(2, "COMMENT", "TABLE t", Section::None, &[1]),
            entry(3, "INDEX", "i", Section::PostData, &[1]),
            entry(4, "COMMENT", "INDEX i", Section::None, &[3]),
            entry(5, "COMMENT", "EXTENSION hstore", Section::None, &[9]),
        ];
        let schema = choose(&entries, &Exceptions::default());
        assert_eq!(objects(&schema.pre_data), ["table public.t", "comment TABLE t"]);
        assert_eq!(objects(&schema.post_data), ["index i", "comment INDEX i"]);
    }

    #[test]
    fn what_can_be_made_with_a_table_alone_is_known() {
        let entries = [
            entry(1, "TABLE", "t", Section::PreData, &[]),
            entry(2, "TABLE", "u", Section::PreData, &[]),
            entry(3, "FUNCTION", "f", Section::PreData, &[]),
            entry(4, "CONSTRAINT", "t t_pkey", Section::PostData, &[1]),
            entry(5, "INDEX", "i", Section::PostData, &[1]),
            entry(6, "INDEX", "of what a function says", Section::PostData, &[3, 1]),
            entry(7, "INDEX", "of two", Section::PostData, &[1, 2]),
            entry(8, "FK CONSTRAINT", "t t_u_fkey", Section::PostData, &[1, 4]),
            entry(9, "TRIGGER", "t g", Section::PostData, &[1]),
        ];
        let made = choose(&entries, &Exceptions::default()).post_data;
        let early: Vec<_> = made.iter().filter(|made| made.index_of.is_some()).collect();
        let t = QualifiedName::new("public", "t");
        assert!(early.iter().all(|made| made.index_of.as_ref() == Some(&t)));
        let names: Vec<&str> = early.iter().map(|made| made.object.as_str()).collect();
        assert_eq!(names, ["constraint t t_pkey", "index i"]);
    }

    #[test]
    fn what_needs_something_left_out_is_left_out_and_said() {
        let entries = [
            entry(1, "EXTENSION", "postgres_fdw", Section::PreData, &[]),
            entry(2, "SERVER", "other", Section::PreData, &[1]),
            entry(3, "FOREIGN TABLE", "far", Section::PreData, &[2]),
            entry(4, "VIEW", "v", Section::PreData, &[3]),
            entry(5, "VIEW", "w", Section::PreData, &[4]),
            entry(6, "EVENT TRIGGER", "e", Section::PostData, &[]),
            entry(7, "TABLE", "t", Section::PreData, &[]),
        ];
        let mut exceptions = Exceptions::default();
        exceptions.leave_out(entries[0].object, OTHER_SERVER);
        let schema = choose(&entries, &exceptions);
        assert_eq!(objects(&schema.pre_data), ["table public.t"]);
        assert_eq!(schema.post_data, []);
        insta::assert_snapshot!(schema.left_out.join("\n"));
    }

    #[test]
    fn a_table_that_needs_what_the_target_cannot_have_is_impossible() {
        let entries = [
            entry(1, "FUNCTION", "f()", Section::PreData, &[]),
            entry(2, "VIEW", "v", Section::PreData, &[1]),
            entry(3, "TABLE", "t", Section::PreData, &[1]),
            entry(4, "EXTENSION", "columnar", Section::PreData, &[]),
            entry(5, "TABLE", "u", Section::PreData, &[4]),
        ];
        let mut exceptions = Exceptions::default();
        exceptions.leave_out(entries[0].object, "it is written in C");
        exceptions.leave_out_alone(entries[3].object, "nothing needs it");
        let schema = choose(&entries, &exceptions);
        assert_eq!(schema.impossible, [("table public.t".to_owned(), "function f()".to_owned())]);
        assert_eq!(objects(&schema.pre_data), ["table public.u"]);
        insta::assert_snapshot!(schema.left_out.join("\n"), @r"
        function f(): it is written in C
        extension columnar: nothing needs it
        table public.t: needs function f()
        view public.v: needs function f()
        ");
    }

    #[test]
    fn row_level_security_comes_last() {
        let entries = [
            entry(1, "TABLE", "t", Section::PreData, &[]),
            entry(2, "POLICY", "t p", Section::PostData, &[1]),
            entry(3, "COMMENT", "POLICY p ON t", Section::None, &[2]),
            entry(4, "ROW SECURITY", "t", Section::PostData, &[1]),
            entry(5, "INDEX", "i", Section::PostData, &[1]),
        ];
        let schema = choose(&entries, &Exceptions::default());
        let after = ["policy t p", "comment POLICY p ON t", "index i"];
        assert_eq!(objects(&schema.post_data), after);
        assert_eq!(objects(&schema.last), ["row security t"]);
    }

    #[test]
    fn a_schema_may_be_there_already() {
        let schema = choose(
            &[entry(1, "SCHEMA", "heroku_ext", Section::PreData, &[])],
            &Exceptions::default(),
        );
        assert_eq!(schema.pre_data[0].sql, "CREATE SCHEMA IF NOT EXISTS heroku_ext;");
    }
}
