//! What makes objects on the target, one at a time, and what it notes.

use super::attempt::{Made, attempt};
use super::environment::Environment;
use crate::catalog::Check;
use crate::failure::Failure;
use crate::postgres::Writable;
use crate::report::Differences;
use crate::schema::{Kind, Statement};
use std::collections::{HashMap, HashSet};
use tokio_postgres::error::SqlState;

/// Makes objects, and notes what could not be made as it is in the source.
pub(crate) struct Maker<'a> {
    pub(super) target: &'a Writable,
    pub(super) environment: &'a Environment<'a>,
    pub(super) checks: &'a [Check],
    /// Dropped for now, until the rows are there.
    pub(super) postponed: Vec<&'a Check>,
    /// What was not made, by the number of its entry.
    pub(super) missing: HashMap<i64, String>,
    /// The indexes that foreign keys need, by the number of their entries.
    pub(super) needed: HashSet<i64>,
    pub(crate) differences: Differences,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(
        target: &'a Writable,
        environment: &'a Environment<'a>,
        checks: &'a [Check],
    ) -> Self {
        Maker {
            target,
            environment,
            checks,
            postponed: Vec::new(),
            missing: HashMap::new(),
            needed: HashSet::new(),
            differences: Differences::default(),
        }
    }

    /// Makes what must not fail.
    pub(super) async fn make(&self, statement: &Statement) -> Result<(), Failure> {
        self.run(statement, &self.environment.defining(&statement.sql)).await
    }

    pub(super) async fn run(&self, statement: &Statement, sql: &str) -> Result<(), Failure> {
        self.target.run(sql).await.map_err(|error| self.failed(statement, &error))
    }

    /// Makes what may fail.
    pub(super) async fn try_to_make(&self, statement: &Statement) -> Result<Made, Failure> {
        let runs_functions = match statement.kind {
            Kind::Refresh => true,
            Kind::Index => statement.index_of.is_none(),
            _ => false,
        };
        let sql = &statement.sql;
        let made = if runs_functions {
            attempt(self.target, sql).await
        } else {
            attempt(self.target, &self.environment.defining(sql)).await
        };
        made.map_err(|error| self.failed(statement, &error))
    }

    /// What the statement needs and is not there.
    pub(super) fn lacks(&self, statement: &Statement) -> Option<String> {
        statement.needs.iter().find_map(|id| self.missing.get(id)).cloned()
    }

    pub(super) fn skip(&mut self, statement: &Statement, needed: &str) {
        self.leave(statement, &format!("needs {needed}"));
    }

    /// Notes what is not made.
    pub(super) fn leave(&mut self, statement: &Statement, why: &str) {
        let object = match statement.kind {
            Kind::Refresh => {
                let view = statement.object.trim_start_matches("materialized view data ");
                self.differences.unpopulated.push(format!("{view}: {why}"));
                format!("the rows of {view}")
            }
            Kind::Comment => return,
            Kind::Function
            | Kind::Table
            | Kind::Index
            | Kind::Attach
            | Kind::ForeignKey
            | Kind::Cast
            | Kind::Other => {
                self.differences.left_out.push(format!("{}: {why}", statement.object));
                statement.object.clone()
            }
        };
        self.missing.insert(statement.id, object);
    }

    /// Why the server refused, in one line, and what helps.
    pub(super) fn why(&self, error: &tokio_postgres::Error) -> String {
        let said = self.target.failure("", error).why.join("; ");
        match safe_path_remedy(self.target.server_version_num(), error) {
            Some(remedy) => format!("{said}; {remedy}"),
            None => said,
        }
    }

    pub(super) fn failed(&self, statement: &Statement, error: &tokio_postgres::Error) -> Failure {
        let what = format!("cannot make {} on the target", statement.object);
        self.target.failure(&what, error)
    }
}

/// The server did not find what a name means.
pub(super) fn is_not_found(error: &tokio_postgres::Error) -> bool {
    let codes = [
        SqlState::UNDEFINED_FUNCTION,
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_OBJECT,
        SqlState::UNDEFINED_COLUMN,
    ];
    error.code().is_some_and(|code| codes.contains(code))
}

/// Since version 17, the server looks up names in `pg_catalog` only while it builds indexes,
/// refreshes materialized views and gathers statistics.
fn safe_path_remedy(version: i32, error: &tokio_postgres::Error) -> Option<&'static str> {
    (version >= 170_000 && is_not_found(error)).then_some(
        "since PostgreSQL 17 a function is called there without the database's search_path; this \
         helps, on the source: alter function NAME set search_path = SCHEMAS",
    )
}
