//! CHECKs that look outside their row: they are made after the rows, and NOT VALID where some rows
//! do not meet them.

use super::attempt::{Made, attempt};
use super::in_values;
use super::maker::Maker;
use crate::catalog::Check;
use crate::failure::Failure;
use crate::postgres::QuotedLiteral;
use crate::report::counted;
use crate::schema::{Schema, Statement};
use tokio_postgres::error::SqlState;

/// The catalogues of tables, types and constraints.
const PG_CLASS: u32 = 1259;
const PG_TYPE: u32 = 1247;
const PG_CONSTRAINT: u32 = 2606;

impl<'m> Maker<'m> {
    /// What drops the CHECKs of a domain, once it is there. A literal of an array or of a composite type
    /// is read when its table or view is made, and the server checks the domains in it.
    pub(super) fn bare(&mut self, schema: &Schema, domain: &Statement) -> Option<String> {
        let of_domain = |check: &&Check| check.on_domain && check.on == domain.source.oid;
        if domain.source.class != PG_TYPE {
            return None;
        }
        let checks = self.relaxed.checks.iter().filter(of_domain);
        let drops: String = checks.filter(|check| !is_alone(check, schema)).map(drop_it).collect();
        if drops.is_empty() {
            return None;
        }
        self.bare.insert(domain.source.oid);
        Some(drops)
    }

    /// Drops them while the tables are empty. Returns what `make_checks` is to create. A CHECK that
    /// needs its own table (`f(items.*)`) gets a separate statement, after the rows.
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
        let checks: Vec<&Check> =
            checks.iter().filter(made).filter(|check| !is_alone(check, schema)).collect();
        let there = |check: &&&Check| !(check.on_domain && self.bare.contains(&check.on));
        let drops = checks.iter().filter(there).map(|check| drop_it(check));
        let nullable = self.relaxed.nullable.iter().map(|column| column.sql.clone());
        let sql: String = drops.chain(nullable).collect();
        if !sql.is_empty() {
            self.target.run(&sql).await.map_err(|error| {
                self.target.failure("cannot postpone the target's checks", &error)
            })?;
        }
        Ok(checks)
    }

    /// The CHECK that looks outside its row and that this statement would make.
    pub(super) fn check_of(&self, statement: &Statement) -> Option<&'m Check> {
        self.relaxed.checks.iter().find(|check| is_of(check, statement))
    }

    /// Makes them, and finds out whether all rows meet them.
    pub(super) async fn make_checks(&mut self, checks: &[&Check]) -> Result<(), Failure> {
        for check in checks {
            self.make_check(check).await?;
        }
        Ok(())
    }

    pub(super) async fn make_check(&mut self, check: &Check) -> Result<(), Failure> {
        let Check { of, name, definition, comment, .. } = check;
        let (kind, target) = (kind(check), self.target);
        let title = format!("check {name} of {of}");
        let failed = |error| target.failure(&format!("cannot make {title} on the target"), &error);
        let mut sql = format!("alter {kind} {of} add constraint {name} {definition} not valid");
        if let Some(comment) = comment {
            let on = if check.on_domain { "domain " } else { "" };
            let comment = QuotedLiteral::new(comment);
            sql = format!("{sql}; comment on constraint {name} on {on}{of} is {comment}");
        }
        target.run(&self.environment.defining(&sql)).await.map_err(failed)?;
        let validate = format!("alter {kind} {of} validate constraint {name}");
        let Made::Refused(error) = attempt(target, &validate).await.map_err(failed)? else {
            return Ok(());
        };
        let in_values = error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED);
        let line = if error.code() == Some(&SqlState::CHECK_VIOLATION) || in_values {
            let breaking = match self.count_breaking(check).await.map_err(failed)? {
                Some(1) => "1 row of the target does not meet it".to_owned(),
                Some(0) => "all rows of the target meet it".to_owned(),
                Some(rows) => format!("{} of the target do not meet it", counted(rows, "row")),
                None => "rows of the target may not meet it".to_owned(),
            };
            let server = "; the server cannot validate values in arrays and composite types";
            format!("{title}: {breaking}{}", if in_values { server } else { "" })
        } else {
            format!("{title}: {}", self.why(&error))
        };
        self.differences.not_valid.push(line);
        Ok(())
    }

    /// How many rows do not meet it. `None` where the expression itself fails.
    async fn count_breaking(&self, check: &Check) -> Result<Option<u64>, tokio_postgres::Error> {
        let Check { of, expression, .. } = check;
        let counts = if check.on_domain {
            in_values::counts(self.target, of, expression).await?
        } else {
            vec![format!("select count(*) as n from {of} where not ({expression})")]
        };
        let counts = counts.join(" union all ");
        if counts.is_empty() {
            return Ok(None);
        }
        self.target.run("savepoint review_data").await?;
        let sql = format!("select sum(c.n)::int8 from ({counts}) c");
        let rows = self.target.query(&sql, &[]).await;
        let end = if rows.is_ok() { "" } else { "rollback to savepoint review_data; " };
        self.target.run(&format!("{end}release savepoint review_data")).await?;
        let count = rows.ok().and_then(|rows| rows[0].get::<_, Option<i64>>(0));
        Ok(count.and_then(|count| u64::try_from(count).ok()))
    }
}

/// Whether the statement makes this CHECK alone.
fn is_of(check: &Check, statement: &Statement) -> bool {
    statement.source.class == PG_CONSTRAINT && statement.source.oid == check.oid
}

/// Whether a separate statement makes it.
fn is_alone(check: &Check, schema: &Schema) -> bool {
    schema.post_data.iter().any(|made| is_of(check, made))
}

fn drop_it(check: &Check) -> String {
    let Check { of, name, .. } = check;
    format!("alter {} {of} drop constraint {name}; ", kind(check))
}

fn kind(check: &Check) -> &'static str {
    if check.on_domain { "domain" } else { "table" }
}
