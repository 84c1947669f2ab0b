//! A key or an index that cannot be built from the source's rows.

use super::attempt::Made;
use super::maker::Maker;
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::schema::{ObjectId, Statement};
use tokio_postgres::error::SqlState;

impl Maker<'_> {
    pub(super) async fn make_index(
        &mut self,
        source: &ReadOnly,
        statement: &Statement,
    ) -> Result<(), Failure> {
        let Made::Refused(error) = self.try_to_make(statement).await? else { return Ok(()) };
        let equal = error.code() == Some(&SqlState::UNIQUE_VIOLATION);
        let masked =
            if equal { self.masked_columns(source, statement.source).await? } else { Vec::new() };
        let damaged = equal && masked.is_empty();
        let why = if !masked.is_empty() {
            format!(
                "masked values of {} are equal in what it is about: keep that column, or give it \
                 another mask, to have it",
                masked.join(" and ")
            )
        } else if damaged {
            let query = duplicates(source, statement.source).await?;
            format!(
                "the source's own index is damaged: it has duplicates, which this query finds on the source's primary: {query}"
            )
        } else {
            self.why(&error)
        };
        if !self.needed.contains(&statement.id) {
            self.leave(statement, &why);
            return Ok(());
        }
        let failure = Failure::new(format!("cannot make {} on the target", statement.object));
        let failure = failure.because(why).because("a foreign key needs it");
        Err(if damaged {
            failure.remedy(
                "on the source's primary, remove the duplicates that the query finds, then run \
                 reindex index for that index",
            )
        } else {
            failure
        })
    }
}

impl Maker<'_> {
    /// The masked columns that an index is about, in expressions, too.
    async fn masked_columns(
        &self,
        source: &ReadOnly,
        object: ObjectId,
    ) -> Result<Vec<String>, Failure> {
        let rows = source
            .query(
                "select i.indrelid, a.attname::text, i.indrelid::pg_catalog.regclass::text \
                 from pg_catalog.pg_index i \
                 join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum > 0 \
                 where (i.indexrelid = $1 or i.indexrelid = ( \
                   select k.conindid from pg_catalog.pg_constraint k where k.oid = $1 \
                     and $2 = 'pg_catalog.pg_constraint'::pg_catalog.regclass::oid)) \
                   and (a.attnum = any (i.indkey::int2[]) or exists ( \
                     select from pg_catalog.pg_depend d \
                     where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass \
                       and d.objid = i.indexrelid and d.refobjid = i.indrelid \
                       and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass \
                       and d.refobjsubid = a.attnum)) \
                 order by a.attnum",
                &[&object.oid, &object.class],
            )
            .await
            .map_err(|error| source.failure("cannot ask the source for an index", &error))?;
        let masked = rows.iter().filter_map(|row| {
            let (table, column, name): (u32, String, String) = (row.get(0), row.get(1), row.get(2));
            let known = self.masked.get(&table).is_some_and(|columns| columns.contains(&column));
            known.then(|| format!("{name}.{column}"))
        });
        Ok(masked.collect())
    }
}

/// The query that finds the duplicates.
async fn duplicates(source: &ReadOnly, object: ObjectId) -> Result<String, Failure> {
    // an index, or the index of a constraint
    let rows = source
        .query(
            "select i.indrelid::pg_catalog.regclass::text, \
                    (select pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, g.n, true), ', ' \
                                                  order by g.n) \
                     from pg_catalog.generate_series(1, i.indnkeyatts::int4) as g(n)), \
                    pg_catalog.pg_get_expr(i.indpred, i.indrelid) \
             from pg_catalog.pg_index i \
             where i.indexrelid = $1 or i.indexrelid = ( \
               select k.conindid from pg_catalog.pg_constraint k \
               where k.oid = $1 and $2 = 'pg_catalog.pg_constraint'::pg_catalog.regclass::oid)",
            &[&object.oid, &object.class],
        )
        .await
        .map_err(|error| source.failure("cannot ask the source for an index", &error))?;
    let Some(row) = rows.first() else { return Ok(String::new()) };
    let (table, columns): (String, String) = (row.get(0), row.get(1));
    let condition: Option<String> = row.get(2);
    let condition = condition.map(|condition| format!(" where {condition}")).unwrap_or_default();
    // the planner must not look into the damaged index
    Ok(format!(
        "set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off; \
         select {columns}, count(*) from {table}{condition} group by {columns} having count(*) > 1;"
    ))
}
