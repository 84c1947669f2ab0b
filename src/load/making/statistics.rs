//! The planner's statistics, so that the first query plans well.

use super::attempt::{Made, attempt};
use super::maker::Maker;
use crate::failure::Failure;
use crate::postgres::QuotedName;

/// Tables in one statement.
const MOST_TABLES: usize = 100;

/// Of each table 3,000 rows are looked at (300 times the target: `std_typanalyze` in PostgreSQL's
/// analyze.c), as PostgreSQL did by default before 8.4: enough for the migrations and the first
/// queries to plan well, and a tenth less of the target's work in a load. To autovacuum all rows of
/// the transaction are changes since then: it gathers as much as the server is set to, a minute later.
const STATISTICS: &str = "set local default_statistics_target = 10";

/// Since this version, statistics may be about expressions.
const EXPRESSIONS: i32 = 140_000;

impl Maker<'_> {
    /// Of all tables and materialized views. An expression may fail: since PostgreSQL 17, its functions
    /// do not have the database's `search_path` here.
    pub(crate) async fn analyze(&mut self) -> Result<(), Failure> {
        let failed = |error| self.target.failure(GATHERING, &error);
        let rows = self
            .target
            .query(
                "select n.nspname::text, c.relname::text from pg_catalog.pg_class c \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where (c.relkind in ('r', 'p') or c.relkind = 'm' and c.relispopulated) \
                   and not c.relispartition and n.nspname !~ '^pg_' \
                   and n.nspname not in ('information_schema', '_heroku') \
                   and pg_catalog.pg_has_role(c.relowner, 'usage') order by 1, 2",
                &[],
            )
            .await
            .map_err(failed)?;
        let names: Vec<String> =
            rows.iter().map(|row| QuotedName::new(row.get(0), row.get(1)).to_string()).collect();
        self.target.run(STATISTICS).await.map_err(failed)?;
        for chunk in names.chunks(MOST_TABLES) {
            let sql = format!("analyze {}", chunk.join(", "));
            if let Made::Refused(_) = attempt(self.target, &sql).await.map_err(failed)? {
                for name in chunk {
                    self.analyze_one(name).await?;
                }
            }
        }
        Ok(())
    }

    /// Drops what stands in the way: statistics about expressions.
    async fn analyze_one(&mut self, name: &str) -> Result<(), Failure> {
        let failed = |error| self.target.failure(GATHERING, &error);
        let sql = format!("analyze {name}");
        let Made::Refused(error) = attempt(self.target, &sql).await.map_err(failed)? else {
            return Ok(());
        };
        let why = self.why(&error);
        let dropped = if self.target.server_version_num() >= EXPRESSIONS {
            self.target
                .query(
                    "select pg_catalog.format('%I.%I', n.nspname, s.stxname) \
                     from pg_catalog.pg_statistic_ext s \
                     join pg_catalog.pg_namespace n on n.oid = s.stxnamespace \
                     where s.stxrelid = $1::text::pg_catalog.regclass and s.stxexprs is not null \
                     order by 1",
                    &[&name],
                )
                .await
                .map_err(failed)?
        } else {
            Vec::new()
        };
        for row in &dropped {
            let statistics: String = row.get(0);
            let sql = format!("drop statistics {statistics}");
            self.target.run(&sql).await.map_err(failed)?;
            self.differences.left_out.push(format!("statistics {statistics}: {why}"));
        }
        if let Made::Refused(_) = attempt(self.target, &sql).await.map_err(failed)? {
            let line = format!("the planner's statistics of {name}: {why}");
            self.differences.left_out.push(line);
        }
        Ok(())
    }
}

const GATHERING: &str = "cannot gather statistics on the target";
