//! Whole: every foreign key of every copied row resolves.

use super::Sides;

/// Looks for orphans with queries of its own: a constraint that the server believes to be valid
/// is what is being checked. `NOT VALID` ones promise nothing.
pub(super) fn broken(sides: &Sides) -> Vec<String> {
    sides.target.rows(FOREIGN_KEYS).into_iter().filter_map(|row| orphans(sides, &row)).collect()
}

/// One row a key: name, and the query that counts its orphans. The key's own equality operators
/// are used. `only` keeps the children of classic inheritance out, to which keys do not apply.
const FOREIGN_KEYS: &str = r#"
    select f.conrelid::regclass || ' ' || f.conname,
        format(
            'select count(*) from %s "the child" where %s and not (%s and exists (select from %s "the parent" where %s))',
            case child.relkind when 'p' then '' else 'only ' end || f.conrelid::regclass,
            -- SIMPLE: a key with a NULL is no key. FULL: all NULL is no key, some NULL is wrong.
            case f.confmatchtype when 'f' then '(' || some_set || ')' else all_set end,
            all_set,
            case parent.relkind when 'p' then '' else 'only ' end || f.confrelid::regclass,
            same)
    from pg_constraint f
    join pg_class child on child.oid = f.conrelid
    join pg_class parent on parent.oid = f.confrelid
    cross join lateral (
        select
            string_agg(format('"the child".%I is not null', ca.attname), ' and ') all_set,
            string_agg(format('"the child".%I is not null', ca.attname), ' or ') some_set,
            string_agg(
                format('"the parent".%I operator(%I.%s) "the child".%I', pa.attname, o.nspname, op.oprname, ca.attname),
                ' and ') same
        from unnest(f.conkey, f.confkey, f.conpfeqop) k (child_column, parent_column, equality)
        join pg_attribute ca on ca.attrelid = f.conrelid and ca.attnum = k.child_column
        join pg_attribute pa on pa.attrelid = f.confrelid and pa.attnum = k.parent_column
        join pg_operator op on op.oid = k.equality
        join pg_namespace o on o.oid = op.oprnamespace
    ) columns
    where f.contype = 'f' and f.convalidated and f.conparentid = 0
        and coalesce(to_jsonb(f) ->> 'conenforced', 'true') = 'true'
    order by 1"#;

fn orphans(sides: &Sides, row: &[Option<String>]) -> Option<String> {
    let (name, query) = (row[0].as_deref()?, row[1].as_deref()?);
    let count = sides.target.count(query);
    (count > 0).then(|| format!("whole: {count} rows violate foreign key {name}"))
}
