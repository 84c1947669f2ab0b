//! Tables whose rows need functions of the database when they are written: generated columns, and
//! expressions that say which partition a row is in. These functions may read other tables, whatever
//! they are declared to be.

use super::checks::{OF_THE_DATABASE, calls};
use super::ids::ById;
use super::model::{Computed, Table, TableId};
use super::name::QualifiedName;
use super::scope::Places;
use crate::postgres::ReadOnly;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A function or a view, as far as its text tells what it reads.
struct Text {
    schema: String,
    name: String,
    /// Its definition.
    says: String,
    oid: u32,
}

pub(super) async fn read_computed(
    source: &ReadOnly,
    tables: &ById<TableId, Table>,
    places: &Places,
) -> Result<Vec<Computed>, tokio_postgres::Error> {
    let mut found: BTreeMap<TableId, (Computed, BTreeSet<u32>)> = BTreeMap::new();
    for row in source.query(&expressions(), &[]).await? {
        let (relation, column): (u32, Option<String>) = (row.get(0), row.get(1));
        let Some((table, leaf)) = places.get(&relation) else { continue };
        // a partition has the generated columns of its table
        if leaf.is_some() && column.is_some() {
            continue;
        }
        let (not_null, functions): (bool, Vec<u32>) = (row.get(2), row.get(3));
        let (computed, called) = found.entry(*table).or_insert_with(|| {
            let (columns, reads) = (Vec::new(), Vec::new());
            (Computed { table: *table, columns, needed: None, reads }, BTreeSet::new())
        });
        called.extend(functions);
        match column {
            None => computed.needed = Some("its partition key".to_owned()),
            Some(column) => {
                if not_null && computed.needed.is_none() {
                    computed.needed = Some(format!("its column {column}, which is NOT NULL"));
                }
                computed.columns.push(column);
            }
        }
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let texts = texts(source).await?;
    let known: Vec<&QualifiedName> = tables.iter().map(|table| &table.name).collect();
    Ok(found
        .into_values()
        .map(|(mut computed, called)| {
            let reads = read_by(&texts, &called, &known);
            computed.reads = tables.ids().filter(|id| reads.contains(&tables[*id].name)).collect();
            computed
        })
        .collect())
}

/// The expressions that call functions of the database: relation, generated column (NULL for a
/// partition key), whether it is NOT NULL, the functions.
fn expressions() -> String {
    let functions = |tree: &str| {
        format!(
            "array(select distinct m.found[1]::pg_catalog.oid from pg_catalog.regexp_matches( \
               {tree}::text, ':(?:op)?funcid (\\d+)', 'g') as m(found))"
        )
    };
    format!(
        "select a.attrelid, a.attname::text, a.attnotnull, {} \
         from pg_catalog.pg_attribute a \
         join pg_catalog.pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum \
         where a.attgenerated = 's' and not a.attisdropped and {} \
         union all \
         select pg_catalog.pg_partition_root(t.partrelid)::pg_catalog.oid, null, false, {} \
         from pg_catalog.pg_partitioned_table t where t.partexprs is not null and {} \
         order by 1, 2",
        functions("f.adbin"),
        calls("f.adbin", OF_THE_DATABASE),
        functions("t.partexprs"),
        calls("t.partexprs", OF_THE_DATABASE),
    )
}

/// The functions and views of the database. Their OIDs are never the same by chance: a view's is 0.
async fn texts(source: &ReadOnly) -> Result<Vec<Text>, tokio_postgres::Error> {
    // since version 14, a function in SQL may be stored as a tree
    let body = if source.server_version_num() >= 140_000 {
        "coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)"
    } else {
        "p.prosrc"
    };
    let rows = source
        .query(
            &format!(
                "select n.nspname::text, p.proname::text, {body}, p.oid \
                 from pg_catalog.pg_proc p \
                 join pg_catalog.pg_namespace n on n.oid = p.pronamespace \
                 join pg_catalog.pg_language l on l.oid = p.prolang \
                 where {OF_THE_DATABASE} and l.lanname not in ('c', 'internal') \
                 union all \
                 select n.nspname::text, c.relname::text, pg_catalog.pg_get_viewdef(c.oid), 0 \
                 from pg_catalog.pg_class c \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where c.relkind in ('v', 'm') and c.oid >= 16384"
            ),
            &[],
        )
        .await?;
    let text = |row: &tokio_postgres::Row| Text {
        schema: row.get(0),
        name: row.get(1),
        says: row.get::<_, Option<String>>(2).unwrap_or_default(),
        oid: row.get(3),
    };
    Ok(rows.iter().map(text).collect())
}

/// The tables that these functions read, themselves or by what they call.
fn read_by<'t>(
    texts: &[Text],
    called: &BTreeSet<u32>,
    tables: &[&'t QualifiedName],
) -> HashSet<&'t QualifiedName> {
    let mut open: Vec<usize> =
        (0..texts.len()).filter(|place| called.contains(&texts[*place].oid)).collect();
    let mut seen: HashSet<usize> = open.iter().copied().collect();
    let mut read = HashSet::new();
    while let Some(place) = open.pop() {
        let Names { all, read: relations } = Names::of(&texts[place].says);
        let is = |names: &BTreeSet<Vec<String>>, schema: &str, name: &str| {
            names.contains(&vec![name.to_owned()])
                || names.contains(&vec![schema.to_owned(), name.to_owned()])
        };
        read.extend(tables.iter().filter(|table| is(&relations, &table.schema, &table.name)));
        for (place, text) in texts.iter().enumerate() {
            let names = if text.oid == 0 { &relations } else { &all };
            if is(names, &text.schema, &text.name) && seen.insert(place) {
                open.push(place);
            }
        }
    }
    read
}

/// The names in a text, each as its parts: `schema.name` has two.
#[derive(Debug, Default)]
struct Names {
    all: BTreeSet<Vec<String>>,
    /// Those where SQL has a relation: after FROM, JOIN and their like.
    read: BTreeSet<Vec<String>>,
}

/// What a relation follows.
const BEFORE_A_RELATION: [&str; 7] = ["from", "join", "only", "update", "into", "table", "using"];

impl Names {
    /// Also what stands in quotes: it may be a statement that is executed.
    fn of(text: &str) -> Self {
        let mut names = Names::default();
        let mut rest = text;
        // within a list of relations; a relation may come next
        let (mut in_list, mut next) = (false, false);
        while let Some(c) = rest.chars().next() {
            if let Some((name, after, quoted)) = name(rest) {
                rest = after;
                let word = (!quoted && name.len() == 1).then(|| name[0].as_str());
                match word {
                    Some(word) if BEFORE_A_RELATION.contains(&word) => {
                        (in_list, next) = (true, true);
                        continue;
                    }
                    Some("where" | "on" | "group" | "order" | "set" | "select" | "limit") => {
                        (in_list, next) = (false, false);
                    }
                    _ if next => {
                        names.read.insert(name.clone());
                        next = false;
                    }
                    _ => {}
                }
                names.all.insert(name);
                continue;
            }
            match c {
                ',' if in_list => next = true,
                ';' => (in_list, next) = (false, false),
                // a subquery, or a join in parentheses
                '(' if next => {}
                ')' => next = false,
                _ => {}
            }
            rest = &rest[c.len_utf8()..];
        }
        names
    }
}

/// A name at the start of a text: its parts, what follows, and whether a part is quoted.
fn name(text: &str) -> Option<(Vec<String>, &str, bool)> {
    let mut parts = Vec::new();
    let (mut rest, mut quoted) = (text, false);
    loop {
        if let Some(inside) = rest.strip_prefix('"') {
            let (part, after) = inside.split_once('"')?;
            parts.push(part.to_owned());
            (rest, quoted) = (after, true);
        } else {
            let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            let end = rest.find(|c: char| !in_word(c)).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            parts.push(rest[..end].to_lowercase());
            rest = &rest[end..];
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None => break,
        }
    }
    (!parts.is_empty()).then_some((parts, rest, quoted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        Names::of(text).read.into_iter().map(|parts| parts.join(".")).collect()
    }

    #[test]
    fn relations_are_found_where_sql_has_them() {
        assert_eq!(
            read("select label from public.codes c, \"Other\" as o join x using (id) where y = 1"),
            ["Other", "id", "public.codes", "x"]
        );
        assert_eq!(read("BEGIN RETURN lower(status); END"), [] as [&str; 0]);
        assert_eq!(
            read("begin select v into r from only (a) ; execute 'select 1 from t'; return r; end"),
            ["a", "r", "t"]
        );
        assert_eq!(read("select (select n from a where k = 1), b.c"), ["a"]);
    }

    #[test]
    fn what_a_function_calls_is_followed() {
        let text = |schema: &str, name: &str, says: &str, oid| Text {
            schema: schema.to_owned(),
            name: name.to_owned(),
            says: says.to_owned(),
            oid,
        };
        let texts = [
            text("public", "f", "begin return g(1); end", 1),
            text("lib", "g", "select n from v", 2),
            text("public", "v", "SELECT t.n FROM shop.t", 0),
            text("public", "h", "select n from other", 3),
        ];
        let names = [QualifiedName::new("shop", "t"), QualifiedName::new("public", "other")];
        let names: Vec<&QualifiedName> = names.iter().collect();
        let read = read_by(&texts, &BTreeSet::from([1]), &names);
        assert_eq!(read, HashSet::from([names[0]]));
    }
}
