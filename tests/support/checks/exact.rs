//! Exact: every row of the target is a row of the source, as text and in binary.
//!
//! Rows are counted as byte strings: several types have no equality, and equal rows may be many.

use super::{Expectations, OF_PEOPLE, Sides, literal, settled};
use crate::support::database::Target;
use crate::support::session::Session;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

pub(super) fn broken(sides: &Sides, expected: &Expectations) -> Vec<String> {
    let mut broken = Vec::new();
    let known = tables(&sides.source);
    // What the target alone has is the schema's matter.
    for table in tables(&sides.target).into_iter().filter(|table| known.contains(table)) {
        let nulled = nulled(&sides.source, &table, expected);
        let texts = |session| texts(session, &table, &nulled);
        if let Some(row) = surplus(&texts(&sides.source), &texts(&sides.target)) {
            let row = String::from_utf8_lossy(&row).into_owned();
            broken.push(format!("exact: {table} holds a row that the source does not: {row}"));
        }
        let columns = comparable_columns(&sides.target, &table, &nulled);
        let tuples = |session: &Session| {
            let mut all = Multiset::new();
            for part in parts(session, &table) {
                let copy = format!(
                    r#"copy (select {columns} from only {part} "the row") to stdout (format binary)"#
                );
                count_tuples(&session.copy_out(&copy), &mut all);
            }
            all
        };
        if surplus(&tuples(&sides.source), &tuples(&sides.target)).is_some() {
            broken.push(format!("exact: {table} holds a row that differs in binary"));
        }
    }
    broken
}

/// Tables as people see them: which part of a table a row is in may hang on the OIDs of an enum.
fn tables(session: &Session) -> Vec<String> {
    session.column(&format!(
        "select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not c.relispartition and {OF_PEOPLE} order by 1",
    ))
}

/// The tables that hold a table's rows: itself, or its partitions.
fn parts(session: &Session, table: &str) -> Vec<String> {
    session.column(&format!(
        "select c.oid::regclass from pg_class c where c.relkind = 'r' and c.oid in (
            select {0}::regclass union select relid from pg_partition_tree({0}::regclass))",
        literal(table)
    ))
}

/// Columns that became NULL, as a SQL array of their names.
fn nulled(session: &Session, table: &str, expected: &Expectations) -> String {
    let name = format!(
        "select n.nspname || '.' || c.relname from pg_class c
         join pg_namespace n on n.oid = c.relnamespace where c.oid = {}::regclass",
        literal(table)
    );
    let of_some = expected.nulled.iter().any(|(_, columns)| !columns.is_empty());
    let name = if of_some { session.ask(&name) } else { String::new() };
    let columns = expected.nulled.iter().filter(|(of, _)| *of == name);
    let columns = columns.flat_map(|(_, columns)| columns).map(|column| literal(column));
    format!("array[{}]::text[]", columns.collect::<Vec<_>>().join(", "))
}

/// The rows as text, by the names of their columns: an inherited column may stand elsewhere after
/// a dump.
fn texts(session: &Session, table: &str, nulled: &str) -> Multiset {
    let columns = session.ask(&format!(
        r#"select coalesce(string_agg(case when attname = any ({nulled}) then 'null'
            else format('"the row".%I', attname) end, ', ' order by attname), '')
        from pg_attribute where attrelid = {}::regclass and attnum > 0 and not attisdropped"#,
        literal(table)
    ));
    let mut all = Multiset::new();
    for part in parts(session, table) {
        let copy =
            format!(r#"copy (select row({columns})::text from only {part} "the row") to stdout"#);
        for line in session.copy_out(&copy).split_inclusive(|byte| *byte == b'\n') {
            *all.entry(line.trim_ascii_end().to_vec()).or_default() += 1;
        }
    }
    all
}

/// Columns whose binary form does not hold OIDs, which differ between two databases:
/// not `reg*`, not composites, not arrays of types that people made. A type without a binary form
/// has nothing to compare. Both are compared as text.
fn comparable_columns(session: &Session, table: &str, nulled: &str) -> String {
    session.ask(&format!(
        r#"with recursive base (attnum, attname, typid) as (
            select attnum, attname, atttypid from pg_attribute
                where attrelid = {}::regclass and attnum > 0 and not attisdropped
            union all
            select attnum, attname, t.typbasetype
                from base join pg_type t on t.oid = typid where t.typtype = 'd'
        )
        select coalesce(string_agg(format('"the row".%I', attname), ', ' order by attnum), '')
        from base
        join pg_type t on t.oid = typid
        left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
        where attname <> all ({nulled}) and t.typtype in ('b', 'e', 'r', 'm') and t.typsend <> 0 and t.typname !~ '^_?reg'
            and (e.oid is null
                or e.typnamespace = 'pg_catalog'::regnamespace and e.typsend <> 0 and e.typtype = 'b')"#,
        literal(table)
    ))
}

type Multiset = HashMap<Vec<u8>, usize>;

/// Splits binary COPY into tuples: <https://www.postgresql.org/docs/current/sql-copy.html>.
fn count_tuples(copied: &[u8], counted: &mut Multiset) {
    /// Signature, flags, length of the header's extension, which is empty.
    const HEADER: usize = 19;
    let number = |at: usize, length: usize| {
        copied[at..at + length].iter().fold(0_i64, |n, byte| (n << 8) | i64::from(*byte))
    };
    let mut at = HEADER;
    while number(at, 2) != 0xffff {
        let start = at;
        let fields = number(at, 2);
        at += 2;
        for _ in 0..fields {
            let length = number(at, 4);
            at += 4;
            if length != 0xffff_ffff {
                at += usize::try_from(length).expect("a field's length");
            }
        }
        *counted.entry(copied[start..at].to_vec()).or_default() += 1;
    }
}

/// A row that the target has more often than the source.
fn surplus(source: &Multiset, target: &Multiset) -> Option<Vec<u8>> {
    let mut surplus = target.iter().filter(|(row, n)| source.get(*row).copied().unwrap_or(0) < **n);
    surplus.next().map(|(row, _)| row.clone())
}

/// All rows and sequences of a target: two targets with the same are the same.
pub(crate) fn fingerprint(target: &Target) -> BTreeMap<String, String> {
    let session = settled(target.superuser());
    let mut all = BTreeMap::new();
    for table in tables(&session) {
        let mut rows: Vec<_> = texts(&session, &table, "'{}'").into_iter().collect();
        rows.sort();
        let mut hasher = DefaultHasher::new();
        rows.hash(&mut hasher);
        let count: usize = rows.iter().map(|(_, n)| n).sum();
        all.insert(table, format!("{count} rows, hash {:x}", hasher.finish()));
    }
    let mut values = String::new();
    for row in
        session.rows("select schemaname, sequencename, last_value from pg_sequences order by 1, 2")
    {
        write!(values, "{row:?}").expect("a string takes all");
    }
    all.insert("sequences".to_owned(), values);
    all
}
