//! Making the target's schema, and going on without what a review app can do without.
//!
//! A statement that depends on what rows hold has a savepoint. It is released before the next COPY,
//! which cannot be frozen inside one. Where it fails, the object is weakened, left
//! empty or left out, and so is what needs it. The result names each.

mod attempt;
mod checks;
mod database_settings;
mod environment;
mod foreign_keys;
mod in_values;
mod indexes;
mod kept;
mod maker;
mod meaning;
mod statistics;
mod together;

pub(super) use attempt::{Made, attempt, attempt_copy};
pub(super) use environment::{Environment, NO_PATH, not_set};
pub(super) use maker::{Maker, Nullable, Relaxed, Versions, older_target};
pub(super) use together::{Large, is_large};

use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::schema::{Kind, Schema, Statement};
use maker::{is_about_the_definition, is_not_found};
use std::borrow::Cow;
use std::collections::HashSet;
use tokio_postgres::error::SqlState;

/// Tables that cannot be made, each with what it needs, and why that is not there.
pub(super) fn impossible_tables(tables: &[(String, String)], left_out: &[String]) -> Failure {
    let failure = Failure::new("the target cannot have all tables of the source");
    let names: Vec<String> = tables
        .iter()
        .map(|(table, _)| format!("{:?}", table.strip_prefix("table ").unwrap_or(table)))
        .collect();
    let lines = tables.iter().map(|(table, needed)| format!("{table} needs {needed}"));
    let reasons = lines.chain(left_out.iter().cloned());
    reasons.fold(failure, Failure::because).because("nothing was copied").remedy(format!(
        "leave these tables out, with what needs them, in review-data.toml:\n [schema]\n leave_out \
         = [{}]\nor replace what they need, on the source",
        names.join(", ")
    ))
}

/// A statement to be sent, or what directly follows it.
struct Ready<'s> {
    statement: &'s Statement,
    sql: Cow<'s, str>,
}

impl<'s> Ready<'s> {
    fn of(statement: &'s Statement) -> Self {
        Ready { statement, sql: Cow::Borrowed(&statement.sql) }
    }
}

impl Maker<'_> {
    /// What comes before the rows. The definitions name everything in full.
    pub(super) async fn make_before(&mut self, schema: &Schema) -> Result<(), Failure> {
        self.needed = kept::indexes(schema);
        let (mut functions, mut computed) = (HashSet::new(), HashSet::new());
        let (mut deferred, mut later) = (HashSet::new(), Vec::new());
        let mut ready = Vec::new();
        let mut drops = None;
        let mut impossible = Vec::new();
        for statement in &schema.pre_data {
            let needs = |ids: &HashSet<i64>| statement.needs.iter().any(|id| ids.contains(id));
            let calls = match statement.kind {
                Kind::Table => statement.computes || needs(&functions),
                Kind::Partition => needs(&computed),
                _ => false,
            };
            if statement.kind == Kind::Function {
                functions.insert(statement.id);
            }
            if calls {
                computed.insert(statement.id);
            }
            // remarks on a domain's CHECKs come right behind it
            if statement.kind != Kind::Comment {
                ready.extend(drops.take());
            }
            let (waits, lacks) = (needs(&deferred), self.lacks(statement));
            let of_server = matches!(statement.kind, Kind::Cast | Kind::Collation);
            let alone = waits || calls || lacks.is_some() || of_server;
            if alone || ready.len() >= together::MOST {
                self.make_ready(&mut ready).await?;
            }
            if let Some(needed) = lacks {
                if statement.kind == Kind::Table {
                    impossible.push((statement.object.clone(), needed.clone()));
                }
                self.skip(statement, &needed);
            } else if statement.kind == Kind::Cast {
                self.make_cast(statement).await?;
            } else if statement.kind == Kind::Collation {
                self.make_collation(statement).await?;
            } else if !alone {
                ready.push(Ready::of(statement));
                let drop = self.bare(schema, statement);
                drops = drop.map(|sql| Ready { statement, sql: Cow::Owned(sql) }).or(drops);
            } else if waits || !self.make_unless_too_early(statement).await? {
                deferred.insert(statement.id);
                later.push(statement);
            }
        }
        ready.extend(drops.take());
        self.make_ready(&mut ready).await?;
        if !impossible.is_empty() {
            return Err(impossible_tables(&impossible, &self.differences.left_out));
        }
        self.make_in_any_order(later).await?;
        self.postponed = self.postpone(schema, &self.relaxed.checks).await?;
        self.environment.enter(self.target).await
    }

    /// Makes what must not fail, without waiting for each answer. A target that may not understand all
    /// definitions may refuse a view: then each is made alone.
    async fn make_ready(&mut self, ready: &mut Vec<Ready<'_>>) -> Result<(), Failure> {
        let ready = std::mem::take(ready);
        let messages: Vec<&str> = ready.iter().map(|made| &*made.sql).collect();
        if !self.source.differ(self.target) {
            let sent = together::send(self.target, &messages).await;
            return sent
                .map_err(|(position, error)| self.failed(ready[position].statement, &error));
        }
        let Some(first) = ready.first() else { return Ok(()) };
        let made = together::attempt_all(self.target, &messages).await;
        if let Made::Yes = made.map_err(|error| self.failed(first.statement, &error))? {
            return Ok(());
        }
        for Ready { statement, sql } in &ready {
            self.make_or_leave(statement, sql).await?;
        }
        Ok(())
    }

    /// Makes what must not fail, and views that the target may not understand.
    async fn make_or_leave(&mut self, statement: &Statement, sql: &str) -> Result<(), Failure> {
        if let Some(needed) = self.lacks(statement) {
            if statement.kind == Kind::Table {
                let tables = [(statement.object.clone(), needed)];
                return Err(impossible_tables(&tables, &self.differences.left_out));
            }
            self.skip(statement, &needed);
            return Ok(());
        }
        let made = attempt(self.target, sql).await;
        match made.map_err(|error| self.failed(statement, &error))? {
            Made::Yes => Ok(()),
            Made::Refused(error)
                if statement.kind == Kind::View && is_about_the_definition(&error) =>
            {
                let why = self.why(&error);
                self.leave(statement, &why);
                Ok(())
            }
            Made::Refused(error) => Err(self.failed(statement, &error)),
        }
    }

    /// Makes tables whose functions may name others of them, and what needs these tables: as many
    /// rounds as something can be made. What is left then says why.
    async fn make_in_any_order(&self, mut statements: Vec<&Statement>) -> Result<(), Failure> {
        while !statements.is_empty() {
            let mut left = Vec::new();
            let mut waiting = HashSet::new();
            for statement in &statements {
                let waits = statement.needs.iter().any(|id| waiting.contains(id));
                if waits || !self.make_unless_too_early(statement).await? {
                    waiting.insert(statement.id);
                    left.push(*statement);
                }
            }
            if left.len() == statements.len() {
                return self.run(left[0], &self.environment.finding(&left[0].sql)).await;
            }
            statements = left;
        }
        Ok(())
    }

    /// Makes a table whose expressions call functions. The server looks into a function in SQL. The
    /// function may name something by the database's `search_path`, or a table that is made later: then
    /// nothing is made.
    async fn make_unless_too_early(&self, statement: &Statement) -> Result<bool, Failure> {
        let failed = |error| self.failed(statement, &error);
        match attempt(self.target, &statement.sql).await.map_err(failed)? {
            Made::Yes => return Ok(true),
            Made::Refused(error) if is_not_found(&error) => {}
            Made::Refused(error) => return Err(failed(error)),
        }
        let sql = self.environment.finding(&statement.sql);
        match attempt(self.target, &sql).await.map_err(failed)? {
            Made::Yes => {
                self.check_meaning(statement).await?;
                Ok(true)
            }
            Made::Refused(error) if is_not_found(&error) => Ok(false),
            Made::Refused(error) => Err(failed(error)),
        }
    }

    /// The types of a cast may be the server's own, and then the target may have the cast already.
    async fn make_cast(&mut self, statement: &Statement) -> Result<(), Failure> {
        let made = attempt(self.target, &statement.sql).await;
        match made.map_err(|error| self.failed(statement, &error))? {
            Made::Yes => Ok(()),
            Made::Refused(error) if error.code() == Some(&SqlState::DUPLICATE_OBJECT) => {
                self.leave(statement, "the target has another one between these types");
                Ok(())
            }
            Made::Refused(error) => Err(self.failed(statement, &error)),
        }
    }

    /// The target's server may not have the locale.
    async fn make_collation(&mut self, statement: &Statement) -> Result<(), Failure> {
        let made = attempt(self.target, &statement.sql).await;
        if let Made::Refused(error) = made.map_err(|error| self.failed(statement, &error))? {
            let why = self.why(&error);
            self.leave(statement, &why);
        }
        Ok(())
    }

    /// Keys and indexes of a table that has its rows. Returns which were made. The others are tried
    /// once more after the rows: the source cannot be asked now why it did not work.
    pub(super) async fn make_early(
        &mut self,
        statements: &[&Statement],
    ) -> Result<Vec<i64>, Failure> {
        let mut made = Vec::new();
        for statement in statements {
            if let Made::Yes = self.try_to_make(statement).await? {
                made.push(statement.id);
            }
        }
        Ok(made)
    }

    /// What comes after the rows. What is about `large` tables shares no savepoint.
    pub(super) async fn make_after<'s>(
        &mut self,
        source: &ReadOnly,
        statements: impl IntoIterator<Item = &'s Statement>,
        large: &Large,
    ) -> Result<(), Failure> {
        let mut together = Vec::new();
        for statement in statements {
            let alone = !large.lets_share(statement)
                || self.lacks(statement).is_some()
                || self.check_of(statement).is_some();
            if alone || together.len() == together::MOST {
                self.make_together(source, &mut together).await?;
            }
            if alone {
                self.make_one_after(source, statement).await?;
            } else {
                together.push(statement);
            }
        }
        self.make_together(source, &mut together).await?;
        let nullable = self.relaxed.nullable.iter();
        let nullable =
            nullable.map(|column| format!("{}: rows of the source have NULL there", column.title));
        self.differences.left_out.extend(nullable);
        let postponed = std::mem::take(&mut self.postponed);
        self.make_checks(&postponed).await
    }

    /// Makes statements under one savepoint. If one of them fails, each is made alone.
    async fn make_together(
        &mut self,
        source: &ReadOnly,
        statements: &mut Vec<&Statement>,
    ) -> Result<(), Failure> {
        let statements = std::mem::take(statements);
        if statements.len() > 1 {
            let path_again = self.environment.path_again();
            let mut messages = vec![NO_PATH];
            messages.extend(statements.iter().map(|statement| statement.sql.as_str()));
            messages.push(&path_again);
            let made = together::attempt_all(self.target, &messages).await;
            if let Made::Yes = made.map_err(|error| self.failed(statements[0], &error))? {
                return Ok(());
            }
        }
        for statement in statements {
            self.make_one_after(source, statement).await?;
        }
        Ok(())
    }

    async fn make_one_after(
        &mut self,
        source: &ReadOnly,
        statement: &Statement,
    ) -> Result<(), Failure> {
        if let Some(needed) = self.lacks(statement) {
            self.skip(statement, &needed);
            return Ok(());
        }
        match statement.kind {
            Kind::Index => self.make_index(source, statement).await,
            Kind::ForeignKey => self.make_foreign_key(source, statement).await,
            Kind::Refresh => self.refresh(statement).await,
            Kind::Function
            | Kind::Table
            | Kind::View
            | Kind::Partition
            | Kind::Attach
            | Kind::Comment
            | Kind::Cast
            | Kind::Collation
            | Kind::Other => match self.check_of(statement) {
                Some(check) => self.make_check(check).await,
                None => self.make(statement).await,
            },
        }
    }

    /// What comes last: the database's settings, and what may hide rows from us.
    pub(super) async fn make_last(&mut self, schema: &Schema, swaps: bool) -> Result<(), Failure> {
        self.differences.not_set = self.environment.set_on_database(self.target, swaps).await?;
        let mut ready = Vec::new();
        for statement in &schema.last {
            match self.lacks(statement) {
                Some(needed) => self.skip(statement, &needed),
                None => ready.push(Ready::of(statement)),
            }
            if ready.len() == together::MOST {
                self.make_ready(&mut ready).await?;
            }
        }
        self.make_ready(&mut ready).await
    }

    async fn refresh(&mut self, statement: &Statement) -> Result<(), Failure> {
        if let Made::Refused(error) = self.try_to_make(statement).await? {
            let why = self.why(&error);
            self.leave(statement, &why);
        }
        Ok(())
    }
}
