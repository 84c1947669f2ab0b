//! What a load or a migration run of ours left in the database: tables by OID. From it, a later
//! run can tell that something else has dropped or emptied all of them.

use super::layout::PLATFORM_SCHEMAS;
use crate::failure::Failure;
use crate::postgres::Writable;
use std::fmt;

/// A migration tool's table, by schema and name. `None`: any of them. Case does not matter.
pub type MigrationName<'a> = (Option<&'a str>, Option<&'a str>);

pub(super) const TABLE: &str = "\
    create table if not exists review_data.left_table ( \
      table_oid bigint primary key, \
      schema_name text not null, \
      table_name text not null, \
      had_rows boolean not null, \
      keeps_migrations boolean not null, \
      left_by text not null, \
      left_at timestamptz not null);";

/// Tables of the app with their bytes. A partitioned table has the bytes of its partitions. No
/// statement of ours deletes rows, so a table with rows is a table with bytes.
fn tables() -> String {
    format!(
        "select c.oid::int8 as table_oid, n.nspname::text as schema_name, \
           c.relname::text as table_name, \
           case c.relkind when 'p' then \
             (select coalesce(sum(pg_catalog.pg_relation_size(p.relid)), 0) \
              from pg_catalog.pg_partition_tree(c.oid) p where p.isleaf) \
           else pg_catalog.pg_relation_size(c.oid) end > 0 as has_rows \
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
         where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_' \
           and n.nspname not in ({PLATFORM_SCHEMAS}, 'review_data') \
           and not exists (select from pg_catalog.pg_depend d \
             where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid \
               and d.deptype = 'e')"
    )
}

/// Replaces the list of tables by the present ones. The tables in which migration tools keep their
/// state are marked: they outlive whatever drops and makes all others again.
///
/// # Errors
/// The server's.
pub async fn note_left(
    target: &Writable,
    left_by: &str,
    migration_tables: &[MigrationName<'_>],
) -> Result<(), Failure> {
    let failed = |error| target.failure("cannot record which tables the target has", &error);
    let schemas: Vec<Option<&str>> = migration_tables.iter().map(|(schema, _)| *schema).collect();
    let names: Vec<Option<&str>> = migration_tables.iter().map(|(_, name)| *name).collect();
    // one statement, so that no other session sees the list without its rows
    let tables = tables();
    target
        .query(
            &format!(
                "with marked as ( \
                   select schema_name, table_name from review_data.left_table \
                   where keeps_migrations), \
                 now_there as ( \
                   select t.*, exists (select from marked m \
                       where m.schema_name = t.schema_name and m.table_name = t.table_name) \
                     or exists (select from unnest($2::text[], $3::text[]) as k(schema, name) \
                       where lower(coalesce(k.name, t.table_name)) = lower(t.table_name) \
                         and lower(coalesce(k.schema, t.schema_name)) = lower(t.schema_name)) \
                     as keeps \
                   from ({tables}) t), \
                 gone as ( \
                   delete from review_data.left_table l \
                   where l.table_oid not in (select table_oid from now_there)) \
                 insert into review_data.left_table as l \
                 select table_oid, schema_name, table_name, has_rows, keeps, $1::text, \
                        pg_catalog.now() \
                 from now_there \
                 on conflict (table_oid) do update set \
                   schema_name = excluded.schema_name, table_name = excluded.table_name, \
                   had_rows = excluded.had_rows, keeps_migrations = excluded.keeps_migrations, \
                   left_by = excluded.left_by, left_at = excluded.left_at"
            ),
            &[&left_by, &schemas, &names],
        )
        .await
        .map_err(failed)?;
    Ok(())
}

/// Every recorded table that had rows is dropped or emptied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// How many tables there were.
    tables: usize,
    /// How many of them still exist, without rows.
    emptied: usize,
    /// The names of the first few.
    some: Vec<String>,
}

impl Gone {
    #[must_use]
    pub fn new(tables: usize, emptied: usize, some: Vec<String>) -> Self {
        Gone { tables, emptied, some }
    }
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = self.tables - self.some.len();
        f.write_str(&self.some.join(", "))?;
        if more > 0 {
            write!(f, " and {more} more")?;
        }
        f.write_str(match (self.emptied, self.tables) {
            (0, 1) => " was dropped",
            (0, _) => " were dropped",
            (1, 1) => " was emptied",
            (emptied, tables) if emptied == tables => " were emptied",
            _ => " were dropped or emptied",
        })
    }
}

/// How long a look at a table waits for somebody's exclusive lock on it.
const PATIENCE: &str = "set lock_timeout = '5s'";

/// Whether all that the load and the migrations left is gone; `None` where some of it is there, or
/// where no table had rows.
///
/// # Errors
/// The server's.
pub async fn gone(target: &Writable) -> Result<Option<Gone>, Failure> {
    let failed = |error| target.failure("cannot look at the target's tables", &error);
    target.run(PATIENCE).await.map_err(failed)?;
    let looked = look(target).await;
    target.run("set lock_timeout = 0").await.map_err(failed)?;
    match looked {
        // somebody works on a table: so it is there
        Err(error)
            if error.code() == Some(&tokio_postgres::error::SqlState::LOCK_NOT_AVAILABLE) =>
        {
            Ok(None)
        }
        looked => looked.map_err(failed),
    }
}

async fn look(target: &Writable) -> Result<Option<Gone>, tokio_postgres::Error> {
    let tables = tables();
    let rows = target
        .query(
            &format!(
                "select count(*), count(t.table_oid), coalesce(bool_or(t.has_rows), false), \
                   (array_agg(l.schema_name || '.' || l.table_name \
                      order by l.schema_name, l.table_name))[:3] \
                 from review_data.left_table l \
                 left join ({tables}) t on t.table_oid = l.table_oid \
                 where l.had_rows and not l.keeps_migrations"
            ),
            &[],
        )
        .await?;
    let row = &rows[0];
    let (tables, there): (i64, i64) = (row.get(0), row.get(1));
    if tables == 0 || row.get(2) {
        return Ok(None);
    }
    Ok(Some(Gone {
        tables: usize::try_from(tables).unwrap_or(0),
        emptied: usize::try_from(there).unwrap_or(0),
        some: row.get(3),
    }))
}

/// Whether any table has rows, other than those in which migration tools keep their state.
///
/// # Errors
/// The server's.
pub async fn has_rows(
    target: &Writable,
    migration_tables: &[MigrationName<'_>],
) -> Result<bool, Failure> {
    let schemas: Vec<Option<&str>> = migration_tables.iter().map(|(schema, _)| *schema).collect();
    let names: Vec<Option<&str>> = migration_tables.iter().map(|(_, name)| *name).collect();
    let tables = tables();
    let rows = target
        .query(
            &format!(
                "select exists (select from ({tables}) t where t.has_rows \
                   and not exists (select from review_data.left_table m where m.keeps_migrations \
                     and m.schema_name = t.schema_name and m.table_name = t.table_name) \
                   and not exists (select from unnest($1::text[], $2::text[]) as k(schema, name) \
                     where lower(coalesce(k.name, t.table_name)) = lower(t.table_name) \
                       and lower(coalesce(k.schema, t.schema_name)) = lower(t.schema_name)))"
            ),
            &[&schemas, &names],
        )
        .await
        .map_err(|error| target.failure("cannot look at the target's tables", &error))?;
    Ok(rows[0].get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_told_in_a_few_words() {
        let told = |tables, emptied, some: &[&str]| {
            let some = some.iter().map(ToString::to_string).collect();
            Gone { tables, emptied, some }.to_string()
        };
        assert_eq!(told(1, 0, &["public.users"]), "public.users was dropped");
        assert_eq!(told(2, 2, &["a.b", "a.c"]), "a.b, a.c were emptied");
        assert_eq!(told(9, 1, &["a", "b", "c"]), "a, b, c and 6 more were dropped or emptied");
    }
}
