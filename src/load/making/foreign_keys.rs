//! Orphans under a foreign key that counts as valid in the source: it is made NOT VALID.

use super::attempt::{Made, attempt};
use super::maker::Maker;
use crate::failure::Failure;
use crate::postgres::{QuotedIdent, QuotedName, ReadOnly, Writable};
use crate::report::counted;
use crate::schema::Statement;
use crate::subset::questions::KeyText;
use tokio_postgres::error::SqlState;

/// Orphans that are looked for in the source.
const LOOKED_FOR: usize = 1_000;

/// Since then, a partitioned table may have a foreign key that is NOT VALID.
const ON_PARTITIONED: i32 = 180_000;

impl Maker<'_> {
    pub(super) async fn make_foreign_key(
        &mut self,
        source: &ReadOnly,
        statement: &Statement,
    ) -> Result<(), Failure> {
        let Made::Refused(error) = self.try_to_make(statement).await? else { return Ok(()) };
        let definition = Definition::of(&statement.sql);
        let orphans = error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION);
        let Some(definition) = definition.filter(|_| orphans) else {
            return Err(self.failed(statement, &error));
        };
        let weak = self.add_not_valid(statement, &definition).await?;
        let failed = |error| self.failed(statement, &error);
        let on = weak.first().map_or(definition.table, String::as_str);
        let orphans = Orphans::of(self.target, definition.table, on).await.map_err(failed)?;
        let rows = orphans.count(self.target).await.map_err(failed)?;
        self.environment.leave(self.target).await?;
        let keys = orphans.keys(self.target).await.map_err(failed)?;
        self.environment.enter(self.target).await?;
        if orphans.any_in(source, &keys).await? {
            return Err(failed(error)
                .because("the source has the referenced rows, and they were not copied")
                .remedy("this is a fault of review-data: please report it"));
        }
        let verb = if rows == 1 { "references" } else { "reference" };
        let mut line = format!(
            "{}: {} {verb} nothing, as in the source",
            statement.object,
            counted(rows, "row")
        );
        if !weak.is_empty() {
            let version = self.target.server_version_num() / 10_000;
            line = format!(
                "{line}; PostgreSQL {version} refuses NOT VALID on a partitioned table: each \
                 partition has the foreign key, NOT VALID on {}",
                weak.join(", ")
            );
        }
        self.differences.not_valid.push(line);
        Ok(())
    }

    /// Makes it NOT VALID. On a partitioned table of an older server, each partition gets it; returns
    /// those where it is NOT VALID.
    async fn add_not_valid(
        &self,
        statement: &Statement,
        definition: &Definition<'_>,
    ) -> Result<Vec<String>, Failure> {
        let failed = |error| self.failed(statement, &error);
        let add = async |table: &str, option: &str| {
            let sql = format!("alter table only {table} {}{option}", definition.rest);
            attempt(self.target, &sql).await
        };
        let leaves = if self.target.server_version_num() < ON_PARTITIONED {
            leaves(self.target, definition.table).await.map_err(failed)?
        } else {
            Vec::new()
        };
        if leaves.is_empty() {
            let sql = format!("{} {} not valid", definition.head, definition.rest);
            self.target.run(&self.environment.defining(&sql)).await.map_err(failed)?;
            return Ok(Vec::new());
        }
        let mut weak = Vec::new();
        for leaf in leaves {
            if let Made::Refused(_) = add(&leaf, "").await.map_err(failed)? {
                if let Made::Refused(error) = add(&leaf, " not valid").await.map_err(failed)? {
                    return Err(failed(error));
                }
                weak.push(leaf);
            }
        }
        Ok(weak)
    }
}

/// The partitions of a table that hold rows, quoted.
async fn leaves(target: &Writable, table: &str) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = target
        .query(
            "select pg_catalog.format('%I.%I', n.nspname, c.relname) \
             from pg_catalog.pg_partition_tree($1::text::pg_catalog.regclass) p \
             join pg_catalog.pg_class c on c.oid = p.relid \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where p.isleaf and p.level > 0 order by 1",
            &[&table],
        )
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// `ALTER TABLE ONLY public.orders` and `ADD CONSTRAINT … FOREIGN KEY …`, as `pg_dump` writes it.
#[derive(Debug, PartialEq, Eq)]
struct Definition<'a> {
    head: &'a str,
    /// As quoted there.
    table: &'a str,
    rest: &'a str,
}

impl<'a> Definition<'a> {
    fn of(sql: &'a str) -> Option<Self> {
        let (head, _) = sql.split_once("\n    ADD CONSTRAINT ")?;
        let rest = sql[head.len()..].trim().strip_suffix(';')?;
        let table = head.strip_prefix("ALTER TABLE ")?;
        Some(Definition { head, table: table.strip_prefix("ONLY ").unwrap_or(table), rest })
    }
}

/// The rows of a table under a foreign key that is not valid.
struct Orphans {
    key: KeyText,
    /// Of the referencing columns.
    types: Vec<String>,
}

impl Orphans {
    /// Of the foreign key that was made last `on` this table or one of its partitions.
    async fn of(target: &Writable, table: &str, on: &str) -> Result<Self, tokio_postgres::Error> {
        let rows = target
            .query(
                "select array(select a.attname::text \
                       from pg_catalog.unnest(k.conkey) with ordinality as u(n, position) \
                       join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n \
                       order by u.position), \
                     array(select pg_catalog.format('%I.%I', m.nspname, t.typname) \
                       from pg_catalog.unnest(k.conkey) with ordinality as u(n, position) \
                       join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n \
                       join pg_catalog.pg_type t on t.oid = a.atttypid \
                       join pg_catalog.pg_namespace m on m.oid = t.typnamespace \
                       order by u.position), \
                     n.nspname::text, c.relname::text, \
                     array(select a.attname::text \
                       from pg_catalog.unnest(k.confkey) with ordinality as u(n, position) \
                       join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n \
                       order by u.position), \
                     array(select pg_catalog.format('operator(%I.%s)', m.nspname, o.oprname) \
                       from pg_catalog.unnest(k.conpfeqop) with ordinality as u(oid, position) \
                       join pg_catalog.pg_operator o on o.oid = u.oid \
                       join pg_catalog.pg_namespace m on m.oid = o.oprnamespace \
                       order by u.position), \
                     k.confmatchtype::text = 'f', \
                     coalesce((pg_catalog.to_jsonb(k) operator(pg_catalog.->>) 'conperiod') \
                       operator(pg_catalog.=) 'true', false) \
                 from pg_catalog.pg_constraint k \
                 join pg_catalog.pg_class c on c.oid = k.confrelid \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where k.conrelid = $1::text::pg_catalog.regclass and k.contype = 'f' \
                   and not k.convalidated \
                 order by k.oid desc limit 1",
                &[&on],
            )
            .await?;
        let row = &rows[0];
        let quoted = |place| {
            let names: Vec<String> = row.get(place);
            names.iter().map(|name| QuotedIdent::new(name).to_string()).collect()
        };
        let (schema, name): (String, String) = (row.get(2), row.get(3));
        let key = KeyText {
            table: table.to_owned(),
            columns: quoted(0),
            referenced: QuotedName::new(&schema, &name).to_string(),
            referenced_columns: quoted(4),
            operators: row.get(5),
            match_full: row.get(6),
            temporal: row.get(7),
        };
        Ok(Orphans { key, types: row.get(1) })
    }

    async fn count(&self, target: &Writable) -> Result<u64, tokio_postgres::Error> {
        let rows = target.query(&format!("select count(*) {}", self.key.orphans()), &[]).await?;
        Ok(u64::try_from(rows[0].get::<_, i64>(0)).unwrap_or(0))
    }

    /// What they reference, as text, a list for each column.
    async fn keys(
        &self,
        target: &Writable,
    ) -> Result<Vec<Vec<Option<String>>>, tokio_postgres::Error> {
        let texts = self.key.columns.iter().map(|column| format!("r.{column}::text"));
        let texts = texts.collect::<Vec<_>>().join(", ");
        let sql = format!("select distinct {texts} {} limit {LOOKED_FOR}", self.key.orphans());
        let rows = target.query(&sql, &[]).await?;
        let of = |column| rows.iter().map(|row| row.get(column)).collect();
        Ok((0..self.key.columns.len()).map(of).collect())
    }

    /// Whether the source has a row that one of these keys names.
    async fn any_in(
        &self,
        source: &ReadOnly,
        keys: &[Vec<Option<String>>],
    ) -> Result<bool, Failure> {
        let names = (0..keys.len()).map(|position| format!("c{position}"));
        let names = names.collect::<Vec<_>>().join(", ");
        let lists = (1..=keys.len()).map(|number| format!("pg_catalog.unnest(${number}::text[])"));
        let lists = lists.collect::<Vec<_>>().join(", ");
        let found = self.key.found(|position| format!("k.c{position}::{}", self.types[position]));
        let sql =
            format!("select exists (select from rows from ({lists}) as k({names}) where {found})");
        let lists: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
            keys.iter().map(|keys| keys as _).collect();
        let rows = source
            .query(&sql, &lists)
            .await
            .map_err(|error| source.failure("cannot look for referenced rows", &error))?;
        Ok(rows[0].get(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_definition() {
        let sql = "ALTER TABLE ONLY public.orders\n    ADD CONSTRAINT k FOREIGN KEY (a) \
                   REFERENCES public.users(id) DEFERRABLE;\n\n\n";
        let parts = Definition::of(sql).unwrap();
        assert_eq!((parts.head, parts.table), ("ALTER TABLE ONLY public.orders", "public.orders"));
        assert_eq!(
            parts.rest,
            "ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES public.users(id) DEFERRABLE"
        );
        let whole = sql.replace("ONLY ", "");
        let whole = Definition::of(&whole).unwrap();
        assert_eq!(whole.table, "public.orders");
    }
}
