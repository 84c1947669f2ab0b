//! Whether the server has read a definition as the source means it. A definition names everything in
//! full, except what is in `pg_catalog`. Under the database's `search_path`, another function or
//! operator may fit its arguments better.

use super::attempt::{Made, attempt};
use super::environment::NO_PATH;
use super::maker::Maker;
use crate::failure::Failure;
use crate::schema::Statement;

/// What the server has made of a key or an index: how it writes it under an empty path, and the
/// statements that drop it and build it once more. `$1` is `index schema.name`, or
/// `constraint schema.table name`.
const INDEX: &str = "\
    select pg_catalog.pg_get_indexdef(c.oid), pg_catalog.format('drop index %I.%I', n.nspname, c.relname), \
           case when c.relkind = 'i' \
             then pg_catalog.format('reindex index %I.%I', n.nspname, c.relname) else '' end \
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    where c.relkind in ('i', 'I') \
      and pg_catalog.format('index %s.%s', n.nspname, c.relname) = $1 \
    union all \
    select pg_catalog.pg_get_constraintdef(k.oid), \
           pg_catalog.format('alter table %I.%I drop constraint %I', n.nspname, c.relname, k.conname), \
           pg_catalog.format('reindex index %I.%I', n.nspname, i.relname) \
    from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid \
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    join pg_catalog.pg_class i on i.oid = k.conindid \
    where pg_catalog.format('constraint %s.%s %s', n.nspname, c.relname, k.conname) = $1";

/// The expressions of a table that the server looks into when it makes it.
const TABLE: &str = "\
    select pg_catalog.pg_get_expr(d.adbin, d.adrelid) \
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    join pg_catalog.pg_attrdef d on d.adrelid = c.oid \
    where pg_catalog.format('table %s.%s', n.nspname, c.relname) = $1 \
    union all \
    select pg_catalog.pg_get_constraintdef(k.oid) \
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.contype = 'c' and k.conislocal \
    where pg_catalog.format('table %s.%s', n.nspname, c.relname) = $1 \
    union all \
    select pg_catalog.pg_get_partkeydef(c.oid) \
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    where c.relkind = 'p' and pg_catalog.format('table %s.%s', n.nspname, c.relname) = $1";

impl Maker<'_> {
    /// Of a table that was made under the database's path. The session's path is empty again.
    pub(super) async fn check_meaning(&self, statement: &Statement) -> Result<(), Failure> {
        let failed = |error| self.failed(statement, &error);
        let rows = self.target.query(TABLE, &[&statement.object]).await.map_err(failed)?;
        if rows.iter().all(|row| statement.sql.contains(row.get::<_, &str>(0))) {
            return Ok(());
        }
        Err(Failure::new(format!("cannot make {} on the target", statement.object))
            .because("one of its expressions would call another function than in the source")
            .because("it calls a function that names others without their schema")
            .remedy(
                "on the source, give that function its path: alter function NAME set search_path = \
                 SCHEMAS\n\
                 or leave the table out: leave_out in the section [schema] of review-data.toml",
            ))
    }

    /// Makes a key or an index. Its functions run under the database's path while it is built.
    /// Where the definition means something else under that path, the index is defined under the
    /// empty one, and built once more.
    pub(super) async fn index(&self, statement: &Statement) -> Result<Made, Failure> {
        let failed = |error| self.failed(statement, &error);
        let made = attempt(self.target, &statement.sql).await.map_err(failed)?;
        let refused = matches!(made, Made::Refused(_));
        if refused || !has_expressions(&statement.sql) {
            return Ok(made);
        }
        self.target.run(NO_PATH).await.map_err(failed)?;
        let rows = self.target.query(INDEX, &[&statement.object]).await.map_err(failed)?;
        self.target.run(&self.environment.path_again()).await.map_err(failed)?;
        let Some(row) = rows.first() else { return Ok(made) };
        let (means, drop, reindex): (&str, &str, &str) = (row.get(0), row.get(1), row.get(2));
        if statement.sql.contains(means) {
            return Ok(made);
        }
        self.target.run(drop).await.map_err(failed)?;
        let sql = format!("{}\n;{reindex}", self.environment.defining(&statement.sql));
        attempt(self.target, &sql).await.map_err(failed)
    }
}

/// Whether an index may hold more than columns: they stand in one pair of parentheses.
fn has_expressions(sql: &str) -> bool {
    sql.matches('(').count() > 1 || sql.contains(" WHERE ")
}
