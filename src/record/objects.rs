//! Every object that a person or a program can make in a database, in one query. The record lists
//! by class and OID what the load and each command of ours left. Whatever else is there later was
//! made by somebody else.

use super::layout::PLATFORM_SCHEMAS;
use crate::failure::Failure;
use crate::postgres::Writable;
use std::collections::HashSet;

/// The OID of a system catalogue, and of an object in it.
pub type ObjectId = (u32, u32);

/// A system catalogue whose rows are objects.
struct Class {
    name: &'static str,
    /// Of its columns for the schema and the owner.
    prefix: &'static str,
    /// In which order objects are dropped: views before the tables that they read.
    turn: &'static str,
    /// Which of its rows count.
    only: &'static str,
}

const fn class(
    name: &'static str,
    prefix: &'static str,
    turn: &'static str,
    only: &'static str,
) -> Class {
    Class { name, prefix, turn, only }
}

/// Objects that stand in a schema.
const IN_SCHEMAS: &[Class] = &[
    class(
        "pg_class",
        "rel",
        "case o.relkind when 'v' then 1 when 'm' then 2 when 'f' then 3 when 'S' then 6 else 4 end",
        "o.relkind in ('r', 'p', 'v', 'm', 'S', 'f')",
    ),
    class("pg_statistic_ext", "stx", "5", "true"),
    class("pg_proc", "pro", "7", "true"),
    class("pg_operator", "opr", "8", "true"),
    class("pg_opclass", "opc", "9", "true"),
    class("pg_opfamily", "opf", "10", "true"),
    class(
        "pg_type",
        "typ",
        "11",
        "o.typrelid = 0 or exists (select from pg_catalog.pg_class c \
           where c.oid = o.typrelid and c.relkind = 'c')",
    ),
    class("pg_collation", "coll", "12", "true"),
    class("pg_conversion", "con", "12", "true"),
    class("pg_ts_config", "cfg", "13", "true"),
    class("pg_ts_dict", "dict", "14", "true"),
];

/// Where the turns of objects that stand in no schema begin.
pub const OUTSIDE_SCHEMAS: i32 = 20;

/// The turn of large objects.
pub const LARGE_OBJECTS: i32 = 21;

/// The turn of schemas.
pub const SCHEMAS: i32 = 22;

/// Objects without a schema, and those without an owner: only a superuser makes a parser, a template
/// or an access method. An event trigger and a cast count where their function and their types
/// stand; a cast between the server's own types counts too. A schema in which an extension keeps objects stays, and so does `public`.
const OTHERS: &str = "\
    select 'pg_catalog.pg_publication'::regclass::oid, o.oid, 0::oid, o.pubowner, 20 \
    from pg_catalog.pg_publication o \
    union all \
    select 'pg_catalog.pg_foreign_server'::regclass, o.oid, 0, o.srvowner, 20 \
    from pg_catalog.pg_foreign_server o \
    union all \
    select 'pg_catalog.pg_foreign_data_wrapper'::regclass, o.oid, 0, o.fdwowner, 20 \
    from pg_catalog.pg_foreign_data_wrapper o \
    union all \
    select 'pg_catalog.pg_language'::regclass, o.oid, 0, o.lanowner, 20 \
    from pg_catalog.pg_language o where o.oid >= 16384 \
    union all \
    select 'pg_catalog.pg_cast'::regclass, o.oid, \
      case when t.oid < 16384 then 0 else t.typnamespace end, \
      (select w.typowner from pg_catalog.pg_type w \
        where w.oid in (o.castsource, o.casttarget) \
        order by pg_catalog.pg_has_role(w.typowner, 'usage') desc, w.oid desc limit 1), 20 \
    from pg_catalog.pg_cast o \
    cross join lateral (select t.oid, t.typnamespace from pg_catalog.pg_type t \
      where t.oid in (o.castsource, o.casttarget) order by t.oid desc limit 1) t \
    where o.oid >= 16384 \
    union all \
    select 'pg_catalog.pg_am'::regclass, o.oid, 0, 10, 20 \
    from pg_catalog.pg_am o where o.oid >= 16384 \
    union all \
    select 'pg_catalog.pg_ts_parser'::regclass, o.oid, o.prsnamespace, 10, 15 \
    from pg_catalog.pg_ts_parser o \
    union all \
    select 'pg_catalog.pg_ts_template'::regclass, o.oid, o.tmplnamespace, 10, 15 \
    from pg_catalog.pg_ts_template o \
    union all \
    select 'pg_catalog.pg_event_trigger'::regclass, o.oid, p.pronamespace, o.evtowner, 20 \
    from pg_catalog.pg_event_trigger o join pg_catalog.pg_proc p on p.oid = o.evtfoid \
    union all \
    select 'pg_catalog.pg_largeobject'::regclass, o.oid, 0, o.lomowner, 21 \
    from pg_catalog.pg_largeobject_metadata o \
    union all \
    select 'pg_catalog.pg_namespace'::regclass, o.oid, o.oid, o.nspowner, 22 \
    from pg_catalog.pg_namespace o \
    where o.nspname <> 'public' \
      and not exists (select from pg_catalog.pg_extension e where e.extnamespace = o.oid) \
      and not exists (select from pg_catalog.pg_depend d \
        join pg_catalog.pg_depend m \
          on m.classid = d.classid and m.objid = d.objid and m.deptype = 'e' \
        where d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = o.oid)";

/// `kept`: the schemas that stay. `found`: every object outside of them and of extensions, with
/// `class`, `oid`, `owner` and `turn`. What is a part of another object (an identity's sequence, an
/// array type, a range's constructor) is not counted.
#[must_use]
pub fn with_objects() -> String {
    let in_schemas: Vec<String> = IN_SCHEMAS
        .iter()
        .map(|Class { name, prefix, turn, only }| {
            format!(
                "select 'pg_catalog.{name}'::regclass::oid as class, o.oid as oid, \
                   o.{prefix}namespace as schema, o.{prefix}owner as owner, {turn} as turn \
                 from pg_catalog.{name} o where {only}"
            )
        })
        .collect();
    let in_schemas = in_schemas.join(" union all ");
    format!(
        "kept as ( \
           select n.oid, n.nspname from pg_catalog.pg_namespace n \
           where n.nspname ~ '^pg_' or n.nspname in ({PLATFORM_SCHEMAS}, 'review_data')), \
         found as ( \
           select o.class, o.oid, o.owner, o.turn from ({in_schemas} union all {OTHERS}) o \
           where o.schema not in (select k.oid from kept k) \
             and not exists (select from pg_catalog.pg_depend d \
               where d.classid = o.class and d.objid = o.oid and d.deptype in ('e', 'i') \
                 and (d.refclassid <> d.classid or d.refobjid <> d.objid)))"
    )
}

/// One row for each class. `oids`: what the load and our commands left. `others`: what somebody
/// else had made when the last command of ours began.
pub(super) const TABLE: &str = "\
    create table if not exists review_data.left_object ( \
      class_oid bigint primary key, \
      oids oid[] not null, \
      others oid[] not null default '{}');";

const RECORDING: &str = "cannot record which objects the target has";

/// After a load: everything that is there is ours.
pub(super) async fn note_all(target: &Writable) -> Result<(), Failure> {
    let objects = with_objects();
    let sql = format!(
        "with {objects}, \
         emptied as (delete from review_data.left_object l \
           where l.class_oid not in (select f.class from found f)) \
         insert into review_data.left_object (class_oid, oids) \
         select f.class, pg_catalog.array_agg(f.oid) from found f group by f.class \
         on conflict (class_oid) do update set oids = excluded.oids, others = '{{}}'"
    );
    run(target, &sql).await
}

/// A command of ours begins: somebody else has made every object that is not ours. A record that
/// lists tables only stays so until the next load.
pub(super) async fn note_others(target: &Writable) -> Result<(), Failure> {
    let objects = with_objects();
    let sql = format!(
        "with {objects} \
         insert into review_data.left_object (class_oid, oids, others) \
         select f.class, '{{}}', pg_catalog.array_agg(f.oid) from found f \
         where exists (select from review_data.left_object) \
         group by f.class \
         on conflict (class_oid) do update set others = array( \
           select u.oid from pg_catalog.unnest(excluded.others) u(oid) \
           except select u.oid from pg_catalog.unnest(left_object.oids) u(oid))"
    );
    run(target, &sql).await
}

/// A command of ours has ended, well or not: what it made is ours.
pub(super) async fn note_ours(target: &Writable) -> Result<(), Failure> {
    let objects = with_objects();
    let sql = format!(
        "with {objects}, \
         emptied as (update review_data.left_object l set oids = '{{}}' \
           where l.class_oid not in (select f.class from found f)) \
         insert into review_data.left_object (class_oid, oids) \
         select f.class, pg_catalog.array_agg(f.oid) from found f \
         where exists (select from review_data.left_object) \
         group by f.class \
         on conflict (class_oid) do update set oids = array( \
           select u.oid from pg_catalog.unnest(excluded.oids) u(oid) \
           except select u.oid from pg_catalog.unnest(left_object.others) u(oid))"
    );
    run(target, &sql).await
}

async fn run(target: &Writable, sql: &str) -> Result<(), Failure> {
    let done = target.query(sql, &[]).await;
    done.map(drop).map_err(|error| target.failure(RECORDING, &error))
}

/// What the record says about the objects of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// These are ours.
    Objects(HashSet<ObjectId>),
    /// A command of ours was interrupted: everything is ours but these.
    AllBut(HashSet<ObjectId>),
    /// The record is of an older version: these tables are ours, and it lists nothing else.
    TablesOnly(HashSet<u32>),
}

/// Reads the list.
///
/// # Errors
/// The server's.
pub async fn listed(target: &Writable, interrupted: bool) -> Result<Listed, Failure> {
    let failed = |error| target.failure("cannot read the target's record", &error);
    let rows = target
        .query(
            "select pg_catalog.to_regclass('review_data.left_object') is not null, \
               pg_catalog.to_regclass('review_data.left_table') is not null, \
               pg_catalog.to_regclass('review_data.load_table') is not null",
            &[],
        )
        .await
        .map_err(failed)?;
    let (objects, tables, names): (bool, bool, bool) =
        (rows[0].get(0), rows[0].get(1), rows[0].get(2));
    if objects {
        let rows = target
            .query("select class_oid, oids, others from review_data.left_object", &[])
            .await
            .map_err(failed)?;
        let ids = |column: usize| {
            let each = rows.iter().flat_map(move |row| {
                let class = u32::try_from(row.get::<_, i64>(0)).unwrap_or(0);
                row.get::<_, Vec<u32>>(column).into_iter().map(move |oid| (class, oid))
            });
            each.collect()
        };
        match (rows.is_empty(), interrupted) {
            (true, _) => {}
            (false, true) => return Ok(Listed::AllBut(ids(2))),
            (false, false) => return Ok(Listed::Objects(ids(1))),
        }
    }
    // the record of 0.1.0 has names, and nothing of what came after the load
    let sql = match (tables, names) {
        (true, _) => "select l.table_oid::oid from review_data.left_table l",
        (false, true) => {
            "select c.oid from review_data.load_table l \
             join pg_catalog.pg_namespace n on n.nspname = l.schema_name \
             join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = l.table_name"
        }
        (false, false) => return Ok(Listed::TablesOnly(HashSet::new())),
    };
    let rows = target.query(sql, &[]).await.map_err(failed)?;
    Ok(Listed::TablesOnly(rows.iter().map(|row| row.get(0)).collect()))
}
