//! Usable: sequences go on beyond the highest key, materialized views are filled, statistics are
//! there, triggers are as they were, indexes are valid, and our record is where it belongs.

use super::{OF_PEOPLE, Sides, literal};
use std::collections::BTreeSet;

pub(super) fn broken(sides: &Sides) -> Vec<String> {
    let mut broken = sequences(sides);
    broken.extend(materialized_views(sides));
    broken.extend(triggers(sides));
    broken.extend(indexes(sides));
    broken.extend(statistics(sides));
    if sides.target.ask("select count(*) from pg_namespace where nspname = 'review_data'") != "1" {
        broken.push("usable: the target has no record of the load".to_owned());
    }
    broken
}

/// Each sequence with each column of whole numbers that takes its keys from it: by ownership, as
/// an identity, or by a default that names it. A sequence that cycles comes back to used keys.
const SEQUENCES: &str = "
    select distinct s.oid::regclass, a.attrelid::regclass, format('%I', a.attname),
        q.seqincrement > 0, q.seqincrement, q.seqmin, q.seqmax
    from pg_class s
    join pg_sequence q on q.seqrelid = s.oid
    join pg_depend d on
        d.classid = 'pg_class'::regclass and d.objid = s.oid
            and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
        or d.classid = 'pg_attrdef'::regclass
            and d.refclassid = 'pg_class'::regclass and d.refobjid = s.oid
    left join pg_attrdef f on d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
    join pg_attribute a on a.attrelid = coalesce(f.adrelid, d.refobjid)
        and a.attnum = coalesce(f.adnum::int, d.refobjsubid)
    where s.relkind = 'S' and a.attnum > 0 and not q.seqcycle
        and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
    order by 1, 2, 3";

fn sequences(sides: &Sides) -> Vec<String> {
    let mut broken = Vec::new();
    for row in sides.target.rows(SEQUENCES) {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        let (sequence, table, column) = (next(), next(), next());
        let (last, beyond) = if next() == "t" { ("max", ">") } else { ("min", "<") };
        let (increment, lowest, highest) = (next(), next(), next());
        // No sequence can go on beyond a key that it could not have given.
        let answer = sides.target.ask(&format!(
            "select coalesce(next {beyond} used or used not between {lowest} and {highest}, true) || ' ' || next || ' ' || coalesce(used::text, '-')
            from (select last_value::numeric + case when is_called then {increment} else 0 end as next
                from {sequence}) s,
                (select {last}({column}) used from {table}) t"
        ));
        if !answer.starts_with("true ") {
            broken.push(format!(
                "usable: {sequence} goes on among the keys of {table}.{column} (next and used: {answer})"
            ));
        }
    }
    broken
}

/// Filled as the source's are, with what their own queries give on the target.
fn materialized_views(sides: &Sides) -> Vec<String> {
    let views = format!(
        "select c.oid::regclass, c.relispopulated, pg_get_viewdef(c.oid)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'm' and {OF_PEOPLE} order by 1"
    );
    let source: BTreeSet<_> =
        sides.source.rows(&views).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let mut broken = Vec::new();
    for row in sides.target.rows(&views) {
        let (name, filled) = (row[0].clone(), row[1].clone());
        if !source.contains(&(name.clone(), filled.clone())) {
            let name = name.clone().unwrap_or_default();
            broken.push(format!(
                "usable: {name} is filled where the source's is not, or the reverse"
            ));
        }
        if filled.as_deref() != Some("t") {
            continue;
        }
        let (name, query) = (name.unwrap_or_default(), row[2].clone().unwrap_or_default());
        let query = query.trim_end_matches(';');
        let sorted = |from: &str| {
            sides
                .target
                .try_rows(&format!(r#"select "the row"::text from {from} "the row" order by 1"#))
        };
        if sorted(&name) != sorted(&format!("({query})")) {
            broken.push(format!("usable: {name} does not hold what its query gives"));
        }
    }
    broken
}

/// The same triggers, as much enabled; before version 15, a partition's copy of one counts as internal.
/// That none fired shows in the rows, which are the source's.
fn triggers(sides: &Sides) -> Vec<String> {
    let sql = format!(
        "select format('%s on %s (%s)', t.tgname, c.oid::regclass, t.tgenabled)
        from pg_trigger t join pg_class c on c.oid = t.tgrelid
        join pg_namespace n on n.oid = c.relnamespace
        where {OF_PEOPLE}
            and (not t.tgisinternal or t.tgparentid <> 0 and t.tgconstraint = 0) order by 1"
    );
    let source: BTreeSet<_> = sides.source.column(&sql).into_iter().collect();
    let target: BTreeSet<_> = sides.target.column(&sql).into_iter().collect();
    let differing = source.symmetric_difference(&target);
    differing.map(|trigger| format!("usable: on one side only: trigger {trigger}")).collect()
}

fn indexes(sides: &Sides) -> Vec<String> {
    let invalid = "select indexrelid::regclass from pg_index where not indisvalid order by 1";
    let source = sides.source.column(invalid);
    let target = sides.target.column(invalid).into_iter();
    let target = target.filter(|index| !source.contains(index));
    target.map(|index| format!("usable: index {index} is not valid")).collect()
}

/// `reltuples` is -1 until a table is analysed.
fn statistics(sides: &Sides) -> Vec<String> {
    let mut broken = Vec::new();
    let tables = sides.target.column(&format!(
        "select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind = 'r' and {OF_PEOPLE} order by 1",
    ));
    for table in tables {
        let known = sides.target.ask(&format!(
            "select reltuples >= 0 or not exists (select from only {table})
            from pg_class where oid = {}::regclass",
            literal(&table)
        ));
        if known != "t" {
            broken.push(format!("usable: {table} has no statistics"));
        }
    }
    broken
}
