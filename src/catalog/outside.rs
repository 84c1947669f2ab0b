//! What `[schema] leave_out` and `leave_out_extensions` leave out, with all that needs it. Nothing of
//! it is read or locked, and the role needs no privilege on it.

use super::error::CatalogError;
use super::name::QualifiedName;
use super::scope::{LEFT_OUT_SCHEMAS, NOT_OF_AN_EXTENSION};
use crate::config::{Asked, NamePattern, TablePattern};
use crate::postgres::ReadOnly;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What the configuration leaves out, as it is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeaveOut<'a> {
    pub objects: &'a [Asked<TablePattern>],
    pub extensions: &'a [Asked<NamePattern>],
}

/// The objects that are left out.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// Whole schemas.
    pub namespaces: HashMap<u32, String>,
    /// Relations of other schemas.
    pub relations: BTreeMap<u32, QualifiedName>,
    /// All of it, by catalogue and OID.
    pub objects: HashSet<(u32, u32)>,
    /// For the reader, a line each.
    pub lines: Vec<String>,
}

/// `relkind`s that an option of `pg_dump` can leave out.
const KINDS: &str = "c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')";

/// Why a restrictive policy is not the source's: without it, other policies would let more through.
pub const SHUT: &str = "needs what is left out, and lets no row through without it";

impl Outside {
    /// # Errors
    /// The source's; a pattern that matches nothing.
    pub async fn of(source: &ReadOnly, asked: LeaveOut<'_>) -> Result<Self, CatalogError> {
        let mut outside = Outside::default();
        if asked.objects.is_empty() && asked.extensions.is_empty() {
            return Ok(outside);
        }
        let copy = "select pg_catalog.to_regclass('review_data.load') is not null";
        let of_ours: bool = source.query(copy, &[]).await?[0].get(0);
        outside.find_schemas(source, asked.objects).await?;
        let relations = outside.find_relations(source, asked.objects, of_ours).await?;
        let extensions = find_extensions(source, asked.extensions, of_ours).await?;
        outside.find_dependents(source, &relations, &extensions).await?;
        Ok(outside)
    }

    /// The condition on `n` and `c` that a relation is not left out.
    pub(super) fn condition(&self) -> String {
        if self.namespaces.is_empty() && self.relations.is_empty() {
            return "true".to_owned();
        }
        let list = |oids: Vec<String>| format!("'{{{}}}'::pg_catalog.oid[]", oids.join(","));
        let namespaces = list(self.namespaces.keys().map(ToString::to_string).collect());
        let relations = list(self.relations.keys().map(ToString::to_string).collect());
        format!("n.oid <> all ({namespaces}) and c.oid <> all ({relations})")
    }

    /// Of all that is left out, whatever its catalogue.
    pub(super) fn oids(&self) -> Vec<u32> {
        self.objects.iter().map(|(_, oid)| *oid).collect()
    }

    async fn find_schemas(
        &mut self,
        source: &ReadOnly,
        patterns: &[Asked<TablePattern>],
    ) -> Result<(), CatalogError> {
        let whole: Vec<&NamePattern> =
            patterns.iter().filter_map(|asked| asked.value.whole_schema()).collect();
        let sql = format!(
            "select n.oid, n.nspname::text from pg_catalog.pg_namespace n where {LEFT_OUT_SCHEMAS}"
        );
        for row in source.query(&sql, &[]).await? {
            let name: String = row.get(1);
            if whole.iter().any(|pattern| pattern.matches(&name)) {
                self.namespaces.insert(row.get(0), name);
            }
        }
        Ok(())
    }

    /// The relations of other schemas that a pattern matches.
    async fn find_relations(
        &self,
        source: &ReadOnly,
        patterns: &[Asked<TablePattern>],
        of_ours: bool,
    ) -> Result<Vec<u32>, CatalogError> {
        let sql = format!(
            "select c.oid, n.oid, n.nspname::text, c.relname::text \
             from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where {KINDS} and {LEFT_OUT_SCHEMAS} and {NOT_OF_AN_EXTENSION}"
        );
        let mut found = Vec::new();
        let mut matched = vec![false; patterns.len()];
        let rows = source.query(&sql, &[]).await?;
        for row in &rows {
            let (schema, name): (String, String) = (row.get(2), row.get(3));
            for (asked, matched) in patterns.iter().zip(&mut matched) {
                if asked.value.matches(&schema, &name) {
                    *matched = true;
                    if !self.namespaces.contains_key(&row.get(1)) {
                        found.push(row.get(0));
                    }
                }
            }
        }
        for (asked, matched) in patterns.iter().zip(matched) {
            let schema = asked.value.whole_schema();
            let empty = schema
                .is_some_and(|pattern| self.namespaces.values().any(|name| pattern.matches(name)));
            if !matched && !empty && !of_ours {
                return Err(CatalogError::NothingToLeaveOut {
                    what: "object",
                    pattern: asked.value.to_string(),
                    meant: meant(&asked.value, rows.iter().map(|row| (row.get(2), row.get(3)))),
                    given: asked.given.clone(),
                });
            }
        }
        Ok(found)
    }

    async fn find_dependents(
        &mut self,
        source: &ReadOnly,
        relations: &[u32],
        extensions: &[u32],
    ) -> Result<(), CatalogError> {
        let namespaces: Vec<u32> = self.namespaces.keys().copied().collect();
        let rows = source.query(GONE, &[&namespaces, &relations, &extensions]).await?;
        let asked_for: HashSet<u32> = relations.iter().copied().collect();
        let (mut asked, mut by_extension) = (Vec::new(), Vec::new());
        let (mut needing, mut shut) = (Vec::new(), Vec::new());
        for row in rows {
            let (class, object): (u32, u32) = (row.get(0), row.get(1));
            self.objects.insert((class, object));
            let inside: Option<u32> = row.get(2);
            let relation: Option<(String, String)> =
                row.get::<_, Option<String>>(3).zip(row.get::<_, Option<String>>(4));
            if inside.is_some_and(|inside| self.namespaces.contains_key(&inside)) {
                continue;
            }
            if let Some((schema, name)) = relation {
                self.relations.insert(object, QualifiedName::new(schema, name));
            }
            if let Some(name) = row.get::<_, Option<String>>(5) {
                let is = |column| row.get::<_, bool>(column);
                if is(8) {
                    shut.push(format!("condition of {name}"));
                    continue;
                }
                let list = if is(6) && asked_for.contains(&object) {
                    &mut asked
                } else if is(7) && extensions.contains(&object) {
                    &mut by_extension
                } else {
                    &mut needing
                };
                list.push(name);
            }
        }
        let mut schemas: Vec<&str> = self.namespaces.values().map(String::as_str).collect();
        schemas.sort_unstable();
        if !schemas.is_empty() {
            let word = if schemas.len() == 1 { "schema" } else { "schemas" };
            self.lines.push(format!("{word} {}: [schema] leave_out", schemas.join(", ")));
        }
        for (names, why) in [
            (asked, "[schema] leave_out"),
            (by_extension, "[schema] leave_out_extensions"),
            (needing, "needs what is left out"),
            (shut, SHUT),
        ] {
            self.lines.extend(names.into_iter().map(|name| format!("{name}: {why}")));
        }
        Ok(())
    }
}

/// What a pattern that matches nothing may be meant to be.
fn meant<'r>(
    pattern: &TablePattern,
    relations: impl Iterator<Item = (&'r str, &'r str)>,
) -> Option<String> {
    let names: BTreeSet<(&str, &str)> = relations.collect();
    let schemas: BTreeSet<&str> = names.iter().map(|(schema, _)| *schema).collect();
    if let Some(schema) = pattern.whole_schema() {
        return schema.nearest(schemas).map(|name| format!("{name}.*"));
    }
    let inside = |schema: &str| pattern.schema.as_ref().is_none_or(|wanted| wanted.matches(schema));
    let inside = names.iter().filter(|(schema, _)| inside(schema));
    let name = pattern.table.nearest(inside.map(|(_, name)| *name))?;
    let (schema, _) = names.iter().find(|(_, known)| *known == name)?;
    Some(format!("{schema}.{name}"))
}

async fn find_extensions(
    source: &ReadOnly,
    patterns: &[Asked<NamePattern>],
    of_ours: bool,
) -> Result<Vec<u32>, CatalogError> {
    let sql = "select e.oid, e.extname::text from pg_catalog.pg_extension e";
    let mut found = Vec::new();
    let mut matched = vec![false; patterns.len()];
    let rows = source.query(sql, &[]).await?;
    for row in &rows {
        for (asked, matched) in patterns.iter().zip(&mut matched) {
            if asked.value.matches(row.get(1)) {
                *matched = true;
                found.push(row.get(0));
            }
        }
    }
    match patterns.iter().zip(matched).find(|(_, matched)| !matched && !of_ours) {
        Some((asked, _)) => Err(CatalogError::NothingToLeaveOut {
            what: "extension",
            pattern: asked.value.to_string(),
            meant: asked.value.nearest(rows.iter().map(|row| row.get(1))).map(str::to_owned),
            given: asked.given.clone(),
        }),
        None => Ok(found),
    }
}

/// All that needs these schemas, relations and extensions, by indexes of the catalogue: an index
/// depends on its constraint, and no index of the catalogue serves `conindid`. `offset 0` keeps the
/// planner from asking for the schema of each object. A default and a CHECK stand in the
/// statement that creates their table or domain, so that goes with them. Columns: catalogue, OID,
/// schema, the name of a relation, what people call it, whether it is a relation, an
/// extension, and a restrictive policy.
const GONE: &str = "\
    with recursive gone(classid, objid) as ( \
      select 'pg_catalog.pg_namespace'::regclass::oid, u.oid from pg_catalog.unnest($1::oid[]) u(oid) \
      union \
      select 'pg_catalog.pg_class'::regclass::oid, u.oid from pg_catalog.unnest($2::oid[]) u(oid) \
      union \
      select 'pg_catalog.pg_extension'::regclass::oid, u.oid from pg_catalog.unnest($3::oid[]) u(oid) \
    ), \
    all_gone(classid, objid) as ( \
      select g.classid, g.objid from gone g \
      union \
      select x.classid, x.objid from all_gone g cross join lateral ( \
        select d.classid, d.objid from pg_catalog.pg_depend d \
        where d.refclassid = g.classid and d.refobjid = g.objid \
        union all \
        select 'pg_catalog.pg_class'::regclass::oid, r.ev_class from pg_catalog.pg_rewrite r \
        where g.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = g.objid \
          and r.rulename = '_RETURN' \
        union all \
        select 'pg_catalog.pg_class'::regclass::oid, a.adrelid from pg_catalog.pg_attrdef a \
        where g.classid = 'pg_catalog.pg_attrdef'::regclass and a.oid = g.objid \
        union all \
        select case when k.conrelid <> 0 then 'pg_catalog.pg_class'::regclass::oid \
                    else 'pg_catalog.pg_type'::regclass::oid end, \
               case when k.conrelid <> 0 then k.conrelid else k.contypid end \
        from pg_catalog.pg_constraint k \
        where g.classid = 'pg_catalog.pg_constraint'::regclass and k.oid = g.objid \
          and k.contype = 'c' \
        union all \
        select d.refclassid, d.refobjid from pg_catalog.pg_depend d \
        where g.classid = 'pg_catalog.pg_class'::regclass and d.classid = g.classid \
          and d.objid = g.objid and d.deptype = 'i' \
          and d.refclassid = 'pg_catalog.pg_constraint'::regclass \
      ) x) \
    select g.classid, g.objid, coalesce(c.relnamespace, p.pronamespace, t.typnamespace, oc.relnamespace, \
             x.namespace, case when g.classid = 'pg_catalog.pg_namespace'::regclass then g.objid end), \
           n.nspname::text, c.relname::text, \
           case when c.oid is not null or p.oid is not null or t.oid is not null or e.oid is not null \
                  or x.classid is not null \
                  or oc.oid is not null and oc.oid not in (select h.objid from all_gone h \
                       where h.classid = 'pg_catalog.pg_class'::regclass) \
                then pg_catalog.pg_describe_object(g.classid, g.objid, 0) end, \
           c.oid is not null, e.oid is not null, po.oid is not null \
    from all_gone g \
    left join pg_catalog.pg_class c on g.classid = 'pg_catalog.pg_class'::regclass and c.oid = g.objid \
      and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') \
    left join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    left join pg_catalog.pg_proc p on g.classid = 'pg_catalog.pg_proc'::regclass and p.oid = g.objid \
      and not exists (select from pg_catalog.pg_depend d where d.classid = g.classid \
        and d.objid = g.objid and d.deptype = 'e') \
    left join pg_catalog.pg_type t on g.classid = 'pg_catalog.pg_type'::regclass and t.oid = g.objid \
      and t.typtype in ('d', 'e', 'r') and not exists (select from pg_catalog.pg_depend d \
        where d.classid = g.classid and d.objid = g.objid and d.deptype = 'e') \
    left join pg_catalog.pg_extension e on g.classid = 'pg_catalog.pg_extension'::regclass \
      and e.oid = g.objid \
    left join pg_catalog.pg_policy po on g.classid = 'pg_catalog.pg_policy'::regclass \
      and po.oid = g.objid and not po.polpermissive \
    left join lateral ( \
      select k.conrelid from pg_catalog.pg_constraint k \
      where g.classid = 'pg_catalog.pg_constraint'::regclass and k.oid = g.objid \
        and k.contype in ('f', 'x', 'u', 'p') and k.conparentid = 0 \
      union all \
      select tr.tgrelid from pg_catalog.pg_trigger tr \
      where g.classid = 'pg_catalog.pg_trigger'::regclass and tr.oid = g.objid and not tr.tgisinternal \
      union all \
      select q.polrelid from pg_catalog.pg_policy q \
      where g.classid = 'pg_catalog.pg_policy'::regclass and q.oid = g.objid \
      union all \
      select r.ev_class from pg_catalog.pg_rewrite r \
      where g.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = g.objid \
        and r.rulename <> '_RETURN' \
      union all \
      select s.stxrelid from pg_catalog.pg_statistic_ext s \
      where g.classid = 'pg_catalog.pg_statistic_ext'::regclass and s.oid = g.objid \
      union all \
      select i.indrelid from pg_catalog.pg_index i \
      where g.classid = 'pg_catalog.pg_class'::regclass and i.indexrelid = g.objid \
        and not exists (select from pg_catalog.pg_inherits h where h.inhrelid = i.indexrelid) \
        and not exists (select from pg_catalog.pg_depend d where d.classid = g.classid \
          and d.objid = i.indexrelid and d.deptype = 'i' \
          and d.refclassid = 'pg_catalog.pg_constraint'::regclass) \
    ) o(relation) on true \
    left join pg_catalog.pg_class oc on oc.oid = o.relation and oc.relkind <> 't' \
    left join lateral ( \
      select g.classid, (select s.oid from pg_catalog.pg_namespace s \
        where pg_catalog.quote_ident(s.nspname) = (pg_catalog.pg_identify_object(g.classid, g.objid, 0)).schema) \
      where g.classid in ('pg_catalog.pg_cast'::regclass, 'pg_catalog.pg_operator'::regclass, \
          'pg_catalog.pg_opclass'::regclass, 'pg_catalog.pg_opfamily'::regclass, \
          'pg_catalog.pg_ts_config'::regclass, 'pg_catalog.pg_ts_dict'::regclass, \
          'pg_catalog.pg_collation'::regclass, 'pg_catalog.pg_conversion'::regclass) \
        and not exists (select from pg_catalog.pg_depend d where d.classid = g.classid \
          and d.objid = g.objid and d.deptype = 'e') \
      offset 0 \
    ) x(classid, namespace) on true \
    order by 6, 1, 2";
