//! What a target holds that a load replaces: every object outside extensions, the platform's
//! schemas and our record.

use crate::failure::Failure;
use crate::postgres::{QuotedIdent, Writable};
use crate::record::PLATFORM_SCHEMAS;
use crate::report::counted;
use std::collections::HashSet;

/// One object, as the server identifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    /// `table`, `view`, `function`, …
    pub(super) kind: String,
    /// Quoted, with its schema and arguments.
    pub(super) identity: String,
    /// Where it is a relation.
    pub(super) relation: Option<Relation>,
    /// Whether we may drop it.
    ours: bool,
}

/// A table, a view, a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) oid: u32,
    /// Quoted.
    pub(super) owner: String,
    /// It stores rows itself.
    pub(super) has_rows: bool,
    /// With its indexes and TOAST.
    pub(super) bytes: u64,
    /// A partition is a part of another table.
    partition: bool,
}

/// A schema that holds nothing of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OwnSchema {
    name: String,
    ours: bool,
}

/// Everything that the load replaces.
#[derive(Clone, Debug, Default)]
pub(super) struct Inventory {
    /// In the order in which they are locked and dropped: views before the tables that they read.
    pub(super) objects: Vec<Object>,
    schemas: Vec<OwnSchema>,
    large_objects: i64,
}

/// Every kind of object that stands in a schema. What belongs to another object (an identity's
/// sequence, an array type, a range's constructor) goes with it.
const IN_SCHEMAS: &str = "\
    select 'pg_catalog.pg_class'::regclass as class, c.oid as oid, c.relnamespace as schema, \
      c.relowner as owner, \
      case c.relkind when 'v' then 1 when 'm' then 2 when 'f' then 3 when 'S' then 6 else 4 end \
        as turn \
    from pg_catalog.pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') \
    union all \
    select 'pg_catalog.pg_proc'::regclass, oid, pronamespace, proowner, 7 from pg_catalog.pg_proc \
    union all \
    select 'pg_catalog.pg_operator'::regclass, oid, oprnamespace, oprowner, 8 \
    from pg_catalog.pg_operator \
    union all \
    select 'pg_catalog.pg_opclass'::regclass, oid, opcnamespace, opcowner, 9 \
    from pg_catalog.pg_opclass \
    union all \
    select 'pg_catalog.pg_opfamily'::regclass, oid, opfnamespace, opfowner, 10 \
    from pg_catalog.pg_opfamily \
    union all \
    select 'pg_catalog.pg_type'::regclass, t.oid, t.typnamespace, t.typowner, 11 \
    from pg_catalog.pg_type t \
    where t.typrelid = 0 \
      or exists (select from pg_catalog.pg_class c where c.oid = t.typrelid and c.relkind = 'c') \
    union all \
    select 'pg_catalog.pg_collation'::regclass, oid, collnamespace, collowner, 12 \
    from pg_catalog.pg_collation \
    union all \
    select 'pg_catalog.pg_conversion'::regclass, oid, connamespace, conowner, 12 \
    from pg_catalog.pg_conversion \
    union all \
    select 'pg_catalog.pg_ts_config'::regclass, oid, cfgnamespace, cfgowner, 13 \
    from pg_catalog.pg_ts_config \
    union all \
    select 'pg_catalog.pg_ts_dict'::regclass, oid, dictnamespace, dictowner, 14 \
    from pg_catalog.pg_ts_dict \
    union all \
    select 'pg_catalog.pg_statistic_ext'::regclass, oid, stxnamespace, stxowner, 5 \
    from pg_catalog.pg_statistic_ext";

/// Objects without a schema that an ordinary owner may have.
const OUTSIDE_SCHEMAS: &str = "\
    select 'pg_catalog.pg_publication'::regclass as class, oid, pubowner as owner \
    from pg_catalog.pg_publication \
    union all \
    select 'pg_catalog.pg_foreign_server'::regclass, oid, srvowner \
    from pg_catalog.pg_foreign_server \
    union all \
    select 'pg_catalog.pg_cast'::regclass, c.oid, t.typowner \
    from pg_catalog.pg_cast c join pg_catalog.pg_type t on t.oid = c.castsource \
    where c.oid >= 16384 \
    union all \
    select 'pg_catalog.pg_event_trigger'::regclass, e.oid, e.evtowner \
    from pg_catalog.pg_event_trigger e \
    join pg_catalog.pg_proc p on p.oid = e.evtfoid \
    where p.pronamespace not in (select k.oid from kept k)";

const LOOKING: &str = "cannot look at what the target holds";

impl Inventory {
    pub(super) async fn of(target: &Writable) -> Result<Self, Failure> {
        let failed = |error| target.failure(LOOKING, &error);
        let rows = target.query(&objects(), &[]).await.map_err(failed)?;
        let objects = rows
            .iter()
            .map(|row| {
                let oid: Option<u32> = row.get(3);
                let relation = oid.map(|oid| Relation {
                    oid,
                    owner: row.get(4),
                    has_rows: row.get(5),
                    bytes: u64::try_from(row.get::<_, i64>(6)).unwrap_or(0),
                    partition: row.get(7),
                });
                Object { kind: row.get(0), identity: row.get(1), ours: row.get(2), relation }
            })
            .collect();
        let rows = target.query(&schemas(), &[]).await.map_err(failed)?;
        let schemas =
            rows.iter().map(|row| OwnSchema { name: row.get(0), ours: row.get(1) }).collect();
        let rows = target
            .query(
                "select count(*) from pg_catalog.pg_largeobject_metadata \
                 where pg_catalog.pg_has_role(lomowner, 'usage')",
                &[],
            )
            .await
            .map_err(failed)?;
        Ok(Inventory { objects, schemas, large_objects: rows[0].get(0) })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.large_objects == 0
    }

    pub(super) fn relations(&self) -> impl Iterator<Item = (&Object, &Relation)> {
        self.objects
            .iter()
            .filter_map(|object| object.relation.as_ref().map(|relation| (object, relation)))
    }

    /// Tables, each with its partitions.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&Object, &Relation)> {
        self.relations()
            .filter(|(object, relation)| object.kind.ends_with("table") && !relation.partition)
    }

    /// Objects that somebody else owns.
    pub(super) fn not_ours(&self) -> Vec<String> {
        let others = self.objects.iter().filter(|object| !object.ours);
        others.map(|object| format!("{} {}", object.kind, object.identity)).collect()
    }

    /// What there is, by name.
    pub(super) fn names(&self) -> Vec<String> {
        let named =
            self.objects.iter().map(|object| format!("{} {}", object.kind, object.identity));
        let large = (self.large_objects > 0).then(|| counted_large_objects(self.large_objects));
        named.chain(large).collect()
    }

    /// Tables that the record does not list.
    pub(super) async fn unrecorded(&self, target: &Writable) -> Result<Vec<String>, Failure> {
        let oids: Vec<i64> = self.tables().map(|(_, relation)| i64::from(relation.oid)).collect();
        let failed = |error| target.failure("cannot read the target's record", &error);
        // the record of 0.1.0 has names, and nothing of what came after the load
        let by_oid: bool = target
            .query("select pg_catalog.to_regclass('review_data.left_table') is not null", &[])
            .await
            .map_err(failed)?[0]
            .get(0);
        let recorded = if by_oid {
            "select from review_data.left_table l where l.table_oid = t.oid"
        } else {
            "select from review_data.load_table l \
             join pg_catalog.pg_namespace n on n.nspname = l.schema_name \
             join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = l.table_name \
             where c.oid = t.oid::oid"
        };
        let rows = target
            .query(
                &format!(
                    "select t.oid::oid from pg_catalog.unnest($1::int8[]) as t(oid) \
                     where not exists ({recorded})"
                ),
                &[&oids],
            )
            .await
            .map_err(failed)?;
        let unrecorded: HashSet<u32> = rows.iter().map(|row| row.get(0)).collect();
        Ok(self
            .tables()
            .filter(|(_, relation)| unrecorded.contains(&relation.oid))
            .map(|(object, _)| object.identity.clone())
            .collect())
    }

    /// Takes in what was found later, too.
    pub(super) fn note(&mut self, later: &Inventory) {
        let new = later
            .objects
            .iter()
            .filter(|object| !self.objects.iter().any(|known| known.identity == object.identity));
        let new: Vec<Object> = new.cloned().collect();
        self.objects.extend(new);
    }

    /// What is on disk of it.
    pub(super) fn bytes(&self) -> u64 {
        self.relations().map(|(_, relation)| relation.bytes).sum()
    }

    /// The statements that drop all of it. Schemas that the load makes again are emptied and stay:
    /// with them stay the rights that were granted on them.
    pub(super) fn drops(&self, made_again: &[&str]) -> Vec<String> {
        let mut drops: Vec<String> = self.objects.iter().map(Object::drop).collect();
        if self.large_objects > 0 {
            drops.push(
                "select pg_catalog.lo_unlink(oid) from pg_catalog.pg_largeobject_metadata \
                 where pg_catalog.pg_has_role(lomowner, 'usage')"
                    .to_owned(),
            );
        }
        let goes = |schema: &&OwnSchema| {
            schema.ours && schema.name != "public" && !made_again.contains(&schema.name.as_str())
        };
        let schemas = self.schemas.iter().filter(goes);
        drops.extend(
            schemas
                .map(|schema| format!("drop schema if exists {}", QuotedIdent::new(&schema.name))),
        );
        drops
    }
}

fn counted_large_objects(count: i64) -> String {
    counted(u64::try_from(count).unwrap_or(0), "large object")
}

impl Object {
    /// What depends on the object goes with it, if it is not gone already.
    fn drop(&self) -> String {
        let kind = match self.kind.as_str() {
            "function" | "procedure" | "aggregate" => "routine",
            "statistics object" => "statistics",
            "foreign-data wrapper" => "foreign data wrapper",
            other => other,
        };
        format!("drop {kind} if exists {} cascade", self.identity)
    }
}

/// Kind, identity, whether it is ours; of relations also OID, owner, rows, bytes, partition.
fn objects() -> String {
    format!(
        "with kept as ( \
           select n.oid, n.nspname from pg_catalog.pg_namespace n \
           where n.nspname ~ '^pg_' or n.nspname in ({PLATFORM_SCHEMAS}, 'review_data')), \
         found as ( \
           select o.class, o.oid, o.owner, o.turn from ({IN_SCHEMAS}) o \
           where o.schema not in (select k.oid from kept k) \
           union all \
           select g.class, g.oid, g.owner, 20 from ({OUTSIDE_SCHEMAS}) g \
           where pg_catalog.pg_has_role(g.owner, 'usage')) \
         select i.type, i.identity, pg_catalog.pg_has_role(f.owner, 'usage'), c.oid, \
           pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(f.owner)), \
           c.relkind in ('r', 'm'), \
           case when c.relkind in ('r', 'm', 'S') \
             then pg_catalog.pg_total_relation_size(c.oid) else 0 end, \
           c.relispartition \
         from found f \
         cross join lateral pg_catalog.pg_identify_object(f.class, f.oid, 0) i \
         left join pg_catalog.pg_class c \
           on f.class = 'pg_catalog.pg_class'::regclass and c.oid = f.oid \
         where not exists (select from pg_catalog.pg_depend d \
           where d.classid = f.class and d.objid = f.oid and d.deptype in ('e', 'i') \
             and (d.refclassid <> d.classid or d.refobjid <> d.objid)) \
         order by f.turn, i.identity"
    )
}

fn schemas() -> String {
    format!(
        "select n.nspname::text, pg_catalog.pg_has_role(n.nspowner, 'usage') \
         from pg_catalog.pg_namespace n \
         where n.nspname !~ '^pg_' and n.nspname not in ({PLATFORM_SCHEMAS}, 'review_data') \
           and not exists (select from pg_catalog.pg_extension e where e.extnamespace = n.oid) \
           and not exists (select from pg_catalog.pg_depend d \
             where d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = n.oid \
               and exists (select from pg_catalog.pg_depend m where m.classid = d.classid \
                 and m.objid = d.objid and m.deptype = 'e')) \
           and not exists (select from pg_catalog.pg_depend d \
             where d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid \
               and d.deptype = 'e') \
         order by 1"
    )
}
