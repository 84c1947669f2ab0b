//! Whole: every foreign key of every copied row resolves, as far as it does in the source.

use super::{Expectations, Sides, literal};

/// A foreign key that the schema does not declare.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// Qualified, as SQL.
    pub(crate) table: String,
    /// SQL, a value each; of an array, `unnest`.
    pub(crate) values: Vec<String>,
    pub(crate) when: Option<String>,
    pub(crate) parent: String,
    pub(crate) columns: Vec<String>,
}

/// Looks for orphans with separate queries: a constraint that the server believes to be valid
/// is what is being checked. `NOT VALID` ones promise nothing.
pub(super) fn broken(sides: &Sides, expected: &Expectations) -> Vec<String> {
    let declared = sides.target.rows(FOREIGN_KEYS);
    let declared = declared.into_iter().filter_map(|row| orphans(sides, &row));
    declared.chain(expected.relations.iter().filter_map(|relation| relation.lost(sides))).collect()
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

impl Relation {
    /// Values that name a row of the source and none of the target. They are compared as texts,
    /// and with integers as numbers.
    fn lost(&self, sides: &Sides) -> Option<String> {
        let names: Vec<String> = (0..self.values.len()).map(|n| format!("v{n}")).collect();
        let texts =
            self.values.iter().zip(&names).map(|(sql, name)| format!("({sql})::text {name}"));
        let same = self.columns.iter().zip(&names).map(|(column, v)| {
            format!(
                "case when pg_typeof(p.{column})::text in ('integer', 'bigint', 'smallint')
                    then case when the.{v} ~ '^\\s*[-+]?[0-9]{{1,30}}\\s*$'
                        then trim(the.{v})::numeric = p.{column}::text::numeric else false end
                    when pg_typeof(p.{column})::text = 'uuid'
                        then p.{column}::text = lower(the.{v})
                    else p.{column}::text = the.{v} end"
            )
        });
        let is_there = format!(
            "exists (select from {} p where {})",
            self.parent,
            same.collect::<Vec<_>>().join(" and ")
        );
        let set = names.iter().map(|name| format!("the.{name} is not null"));
        let missing = sides.target.rows(&format!(
            "select distinct the.* from (select {} from {} where {}) the where {} and not {is_there}",
            texts.collect::<Vec<_>>().join(", "),
            self.table,
            self.when.as_deref().unwrap_or("true"),
            set.collect::<Vec<_>>().join(" and "),
        ));
        if missing.is_empty() {
            return None;
        }
        let rows = missing.iter().map(|row| {
            let values = row.iter().map(|value| literal(value.as_deref().unwrap_or_default()));
            format!("({})", values.collect::<Vec<_>>().join(", "))
        });
        let lost = sides.source.count(&format!(
            "select count(*) from (values {}) the({}) where {is_there}",
            rows.collect::<Vec<_>>().join(", "),
            names.join(", ")
        ));
        let values = self.values.join(", ");
        (lost > 0).then(|| {
            format!(
                "whole: {lost} values of {} ({values}) name nothing in {}",
                self.table, self.parent
            )
        })
    }
}
