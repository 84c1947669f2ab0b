//! What a target holds that a load replaces: every object outside extensions, the platform's
//! schemas and our record.
//!
//! Rights are not objects: grants on a relation that is made again, grants on a schema, and default
//! privileges outlast a swap, so that the role that reads a small copy can read the next one.

use crate::failure::Failure;
use crate::postgres::{AnySession, QuotedIdent, Writable};
use crate::record::{LARGE_OBJECTS, Listed, OUTSIDE_SCHEMAS, ObjectId, SCHEMAS, with_objects};
use crate::report::counted;
use std::collections::HashSet;

/// One object, as the server identifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    id: ObjectId,
    /// `table`, `view`, `function`, …
    pub(super) kind: String,
    /// Quoted, with its schema and arguments.
    pub(super) identity: String,
    /// Where it is a relation.
    pub(super) relation: Option<Relation>,
    /// A partition, or what stands and falls with a table: the sequence of a column, statistics.
    part: bool,
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
}

/// Objects by kind and identity, to compare two databases.
pub(super) type Names = HashSet<(String, String)>;

/// Everything that the load replaces.
#[derive(Clone, Debug, Default)]
pub(super) struct Inventory {
    /// In the order in which they are locked and dropped: views before the tables that they read.
    pub(super) objects: Vec<Object>,
    schemas: Vec<Object>,
    large_objects: Vec<ObjectId>,
    /// What stands in no schema and belongs to another role stays.
    stays: Vec<String>,
}

const LOOKING: &str = "cannot look at what the target holds";

impl Inventory {
    pub(super) async fn of(target: &Writable) -> Result<Self, Failure> {
        let failed = |error| target.failure(LOOKING, &error);
        let rows = target.query(&objects(), &[]).await.map_err(failed)?;
        let mut inventory = Inventory::default();
        for row in &rows {
            let turn: i32 = row.get(4);
            let object = object(row);
            if turn == SCHEMAS {
                inventory.schemas.push(object);
            } else if turn >= OUTSIDE_SCHEMAS && !object.ours {
                inventory.stays.push(object.name());
            } else {
                inventory.objects.push(object);
            }
        }
        let rows = target.query(&large_objects(), &[]).await.map_err(failed)?;
        let (ours, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.get(2));
        inventory.large_objects = ours.iter().map(|row| (row.get(0), row.get(1))).collect();
        inventory.stays.extend(counted_large_objects(others.len()));
        Ok(inventory)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.large_objects.is_empty()
    }

    pub(super) fn relations(&self) -> impl Iterator<Item = (&Object, &Relation)> {
        self.objects
            .iter()
            .filter_map(|object| object.relation.as_ref().map(|relation| (object, relation)))
    }

    /// Tables, each with its partitions.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&Object, &Relation)> {
        self.relations().filter(|(object, _)| object.is_table() && !object.part)
    }

    /// Objects that somebody else owns.
    pub(super) fn not_ours(&self) -> Vec<String> {
        let others = self.objects.iter().filter(|object| !object.ours);
        others.map(Object::name).collect()
    }

    /// What stays, since it belongs to another role.
    pub(super) fn stays(&self) -> &[String] {
        &self.stays
    }

    /// What is not a table or a part of one, by name.
    pub(super) fn besides_tables(&self) -> Vec<String> {
        let objects = self.objects.iter().filter(|object| !object.part && !object.is_table());
        let large = counted_large_objects(self.large_objects.len());
        objects.map(Object::name).chain(large).collect()
    }

    /// What there is, by name.
    pub(super) fn names(&self) -> Vec<String> {
        let named = self.objects.iter().map(Object::name);
        named.chain(counted_large_objects(self.large_objects.len())).collect()
    }

    /// What the record does not list, by name. Parts go with their tables. Where the record lists
    /// tables only, an object that the source has too, under the same name, counts as loaded.
    pub(super) fn unlisted(&self, listed: &Listed, in_source: &Names) -> Vec<String> {
        let is_listed = |object: &Object| match listed {
            Listed::Objects(ours) => ours.contains(&object.id),
            Listed::AllBut(others) => !others.contains(&object.id),
            Listed::TablesOnly(tables) if object.kind == "table" => tables.contains(&object.id.1),
            Listed::TablesOnly(_) => in_source.contains(&object.key()),
        };
        let schemas = self.schemas.iter().filter(|schema| schema.ours);
        let objects = self.objects.iter().filter(|object| !object.part);
        let unlisted = objects.chain(schemas).filter(|object| !is_listed(object));
        let large = self.large_objects.iter().filter(|id| match listed {
            Listed::Objects(ours) => !ours.contains(*id),
            Listed::AllBut(others) => others.contains(*id),
            Listed::TablesOnly(_) => true,
        });
        unlisted.map(Object::name).chain(counted_large_objects(large.count())).collect()
    }

    /// Takes in what was found later, too.
    pub(super) fn note(&mut self, later: &Inventory) {
        let known: HashSet<ObjectId> = self.objects.iter().map(|object| object.id).collect();
        let new = later.objects.iter().filter(|object| !known.contains(&object.id));
        self.objects.extend(new.cloned());
    }

    /// What is on disk of it.
    pub(super) fn bytes(&self) -> u64 {
        self.relations().map(|(_, relation)| relation.bytes).sum()
    }

    /// The statements that drop all of it. Schemas that the load makes again are emptied and stay:
    /// with them stay the rights that were granted on them.
    pub(super) fn drops(&self, made_again: &[&str]) -> Vec<String> {
        let mut drops: Vec<String> = self.objects.iter().map(Object::drop).collect();
        if !self.large_objects.is_empty() {
            drops.push(
                "select pg_catalog.lo_unlink(oid) from pg_catalog.pg_largeobject_metadata \
                 where pg_catalog.pg_has_role(lomowner, 'usage')"
                    .to_owned(),
            );
        }
        let kept: HashSet<String> =
            made_again.iter().map(|name| QuotedIdent::new(name).to_string()).collect();
        let is_kept = |schema: &Object| {
            let quoted = QuotedIdent::new(&schema.identity).to_string();
            kept.contains(&schema.identity) || kept.contains(&quoted)
        };
        let schemas = self.schemas.iter().filter(|schema| schema.ours && !is_kept(schema));
        drops.extend(schemas.map(|schema| format!("drop schema if exists {}", schema.identity)));
        drops
    }
}

/// The objects of a database by kind and identity.
pub(super) async fn names(session: &impl AnySession) -> Result<Names, Failure> {
    let objects = with_objects();
    let sql = format!(
        "with {objects} select i.type, i.identity from found f \
         cross join lateral pg_catalog.pg_identify_object(f.class, f.oid, 0) i \
         where f.turn <> {LARGE_OBJECTS}"
    );
    let rows = session.query(&sql, &[]).await.map_err(|error| {
        session.failure(&format!("cannot look at {}", session.side().name()), &error)
    })?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

fn counted_large_objects(count: usize) -> Option<String> {
    (count > 0).then(|| counted(count as u64, "large object"))
}

impl Object {
    pub(super) fn is_table(&self) -> bool {
        self.kind.ends_with("table")
    }

    fn name(&self) -> String {
        format!("{} {}", self.kind, self.identity)
    }

    fn key(&self) -> (String, String) {
        (self.kind.clone(), self.identity.clone())
    }

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

fn object(row: &tokio_postgres::Row) -> Object {
    let relation = row.get::<_, Option<String>>(7).map(|owner| Relation {
        oid: row.get(3),
        owner,
        has_rows: row.get(8),
        bytes: u64::try_from(row.get::<_, i64>(9)).unwrap_or(0),
    });
    Object {
        id: (row.get(2), row.get(3)),
        kind: row.get(0),
        identity: row.get(1),
        relation,
        part: row.get(6),
        ours: row.get(5),
    }
}

/// Kind, identity, class, OID, turn, whether it is ours, whether it is a part of a table; of
/// relations also owner, rows, bytes.
fn objects() -> String {
    let objects = with_objects();
    format!(
        "with {objects} \
         select i.type, i.identity, f.class, f.oid, f.turn, \
           pg_catalog.pg_has_role(f.owner, 'usage'), \
           coalesce(c.relispartition, false) or exists (select from pg_catalog.pg_depend d \
             where d.classid = f.class and d.objid = f.oid and d.deptype = 'a' \
               and d.refclassid = 'pg_catalog.pg_class'::regclass), \
           case when c.oid is not null \
             then pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(f.owner)) end, \
           coalesce(c.relkind in ('r', 'm'), false), \
           case when c.relkind in ('r', 'm', 'S') \
             then pg_catalog.pg_total_relation_size(c.oid) else 0 end \
         from found f \
         cross join lateral pg_catalog.pg_identify_object(f.class, f.oid, 0) i \
         left join pg_catalog.pg_class c \
           on f.class = 'pg_catalog.pg_class'::regclass and c.oid = f.oid \
         where f.turn <> {LARGE_OBJECTS} \
         order by f.turn, i.identity"
    )
}

/// Large objects, and whether they are ours.
fn large_objects() -> String {
    let objects = with_objects();
    format!(
        "with {objects} select f.class, f.oid, pg_catalog.pg_has_role(f.owner, 'usage') \
         from found f where f.turn = {LARGE_OBJECTS}"
    )
}
