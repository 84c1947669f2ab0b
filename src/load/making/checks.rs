//! CHECKs that look outside their row: they are made after the rows, and NOT VALID where some rows
//! do not meet them.

use super::attempt::{Made, attempt};
use super::maker::Maker;
use crate::catalog::Check;
use crate::failure::Failure;
use crate::postgres::QuotedLiteral;
use crate::report::counted;
use crate::schema::Schema;
use tokio_postgres::error::SqlState;

/// The catalogues of tables and of types.
const PG_CLASS: u32 = 1259;
const PG_TYPE: u32 = 1247;

impl Maker<'_> {
    /// Drops them while the tables are empty. Returns what `make_checks` is to create.
    pub(super) async fn postpone<'c>(
        &self,
        schema: &Schema,
        checks: &'c [Check],
    ) -> Result<Vec<&'c Check>, Failure> {
        let made = |check: &&Check| {
            let class = if check.on_domain { PG_TYPE } else { PG_CLASS };
            let mut made = schema.pre_data.iter().map(|statement| statement.source);
            made.any(|object| object.class == class && object.oid == check.on)
        };
        let checks: Vec<&Check> = checks.iter().filter(made).collect();
        let drops = checks.iter().map(|check| {
            let Check { of, name, .. } = check;
            format!("alter {} {of} drop constraint {name}; ", kind(check))
        });
        let sql: String = drops.collect();
        if !sql.is_empty() {
            self.target.run(&sql).await.map_err(|error| {
                self.target.failure("cannot postpone the target's checks", &error)
            })?;
        }
        Ok(checks)
    }

    /// Makes them, and finds out whether all rows meet them.
    pub(super) async fn make_checks(&mut self, checks: &[&Check]) -> Result<(), Failure> {
        for check in checks {
            let Check { of, name, definition, comment, .. } = check;
            let (kind, target) = (kind(check), self.target);
            let title = format!("check {name} of {of}");
            let failed =
                |error| target.failure(&format!("cannot make {title} on the target"), &error);
            let mut sql = format!("alter {kind} {of} add constraint {name} {definition} not valid");
            if let Some(comment) = comment {
                let on = if check.on_domain { "domain " } else { "" };
                let comment = QuotedLiteral::new(comment);
                sql = format!("{sql}; comment on constraint {name} on {on}{of} is {comment}");
            }
            target.run(&self.environment.defining(&sql)).await.map_err(failed)?;
            let validate = format!("alter {kind} {of} validate constraint {name}");
            let Made::Refused(error) = attempt(target, &validate).await.map_err(failed)? else {
                continue;
            };
            let line = if error.code() == Some(&SqlState::CHECK_VIOLATION) {
                match self.count_breaking(check).await.map_err(failed)? {
                    Some(1) => format!("{title}: 1 row of the target does not meet it"),
                    Some(rows) => {
                        format!("{title}: {} of the target do not meet it", counted(rows, "row"))
                    }
                    None => format!("{title}: rows of the target do not meet it"),
                }
            } else if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
                format!("{title}: the server cannot check values in arrays and composite types")
            } else {
                format!("{title}: {}", self.why(&error))
            };
            self.differences.not_valid.push(line);
        }
        Ok(())
    }

    /// How many rows do not meet it. `None` where the expression itself fails, or is in a value.
    async fn count_breaking(&self, check: &Check) -> Result<Option<u64>, tokio_postgres::Error> {
        let places = if check.on_domain {
            self.columns_of_domain(&check.of).await?
        } else {
            vec![(check.of.clone(), String::new())]
        };
        let counts = places.iter().map(|(table, column)| {
            let expression = with_value(&check.expression, column);
            format!("select count(*) as n from {table} where not ({expression})")
        });
        let counts = counts.collect::<Vec<_>>().join(" union all ");
        if counts.is_empty() {
            return Ok(None);
        }
        self.target.run("savepoint review_data").await?;
        let sql = format!("select sum(c.n)::int8 from ({counts}) c");
        let rows = self.target.query(&sql, &[]).await;
        let end = if rows.is_ok() { "" } else { "rollback to savepoint review_data; " };
        self.target.run(&format!("{end}release savepoint review_data")).await?;
        let count = rows.ok().and_then(|rows| rows[0].get::<_, Option<i64>>(0));
        Ok(count.and_then(|count| u64::try_from(count).ok()).filter(|count| *count > 0))
    }

    /// The columns of a domain: tables and columns, quoted.
    async fn columns_of_domain(
        &self,
        domain: &str,
    ) -> Result<Vec<(String, String)>, tokio_postgres::Error> {
        let rows = self
            .target
            .query(
                "select pg_catalog.format('%I.%I', n.nspname, c.relname), \
                        pg_catalog.quote_ident(a.attname) \
                 from pg_catalog.pg_attribute a \
                 join pg_catalog.pg_class c on c.oid = a.attrelid and c.relkind = 'r' \
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
                 where a.atttypid = $1::text::pg_catalog.regtype and not a.attisdropped \
                 order by 1, 2",
                &[&domain],
            )
            .await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

fn kind(check: &Check) -> &'static str {
    if check.on_domain { "domain" } else { "table" }
}

/// A domain's expression with a column in the place of VALUE, outside of quotes.
fn with_value(expression: &str, column: &str) -> String {
    if column.is_empty() {
        return expression.to_owned();
    }
    let mut out = String::with_capacity(expression.len());
    let mut quote = None;
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        let in_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let after = rest.strip_prefix("VALUE");
        match (quote, after) {
            (None, Some(after))
                if !in_word && !after.starts_with(|c: char| c.is_alphanumeric() || c == '_') =>
            {
                out.push_str(column);
                rest = after;
                continue;
            }
            (None, _) if c == '\'' || c == '"' => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_stands_for_the_value_of_a_domain() {
        assert_eq!(
            with_value("((VALUE)::text <> 'VALUE'::text) AND f(VALUE, \"VALUE\", A_VALUE)", "a.b"),
            "((a.b)::text <> 'VALUE'::text) AND f(a.b, \"VALUE\", A_VALUE)"
        );
    }
}
