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

/// Constraints that must not be there while rows are written.
pub(crate) struct Relaxed {
    pub(crate) checks: Vec<Check>,
    /// How many of them are known from the catalogue.
    pub(crate) known: usize,
    pub(crate) nullable: Vec<Nullable>,
}

/// A column that is NOT NULL in the source, and holds NULL there.
pub(crate) struct Nullable {
    /// `NOT NULL of public.users.name`
    pub(crate) title: String,
    pub(crate) sql: String,
}

impl Relaxed {
    pub(crate) fn new(checks: &[Check]) -> Self {
        Relaxed { checks: checks.to_vec(), known: checks.len(), nullable: Vec::new() }
    }
}

/// What may make the source's definitions unknown to the target.
pub(crate) struct Versions {
    /// Of the source's server, such as `150018`.
    pub(crate) server: i32,
    /// Extensions with older versions on the target: a line each.
    pub(crate) extensions: Vec<String>,
}

impl Versions {
    /// Whether the target may not understand all definitions.
    pub(crate) fn differ(&self, target: &Writable) -> bool {
        target.server_version_num() / 10_000 < self.server / 10_000 || !self.extensions.is_empty()
    }
}

/// Makes objects, and notes what could not be made as it is in the source.
pub(crate) struct Maker<'a> {
    pub(super) target: &'a Writable,
    pub(super) source: &'a Versions,
    pub(super) environment: &'a Environment<'a>,
    pub(super) relaxed: &'a Relaxed,
    /// Dropped for now, until the rows are there.
    pub(super) postponed: Vec<&'a Check>,
    /// Domains that have lost their CHECKs, by their OIDs in the source.
    pub(super) bare: HashSet<u32>,
    /// What was not made, by the number of its entry.
    pub(super) missing: HashMap<i64, String>,
    /// The indexes that foreign keys need, by the number of their entries.
    pub(super) needed: HashSet<i64>,
    /// The masked columns of each table, by its OID in the source.
    pub(crate) masked: HashMap<u32, HashSet<String>>,
    pub(crate) differences: Differences,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(
        target: &'a Writable,
        source: &'a Versions,
        environment: &'a Environment<'a>,
        relaxed: &'a Relaxed,
    ) -> Self {
        Maker {
            target,
            source,
            environment,
            relaxed,
            postponed: Vec::new(),
            bare: HashSet::new(),
            missing: HashMap::new(),
            needed: HashSet::new(),
            masked: HashMap::new(),
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
        let sql = &statement.sql;
        let made = match statement.kind {
            // to check rows, the server looks into the functions of the tables' indexes
            Kind::Refresh | Kind::ForeignKey => attempt(self.target, sql).await,
            Kind::Index => return self.index(statement).await,
            _ => attempt(self.target, &self.environment.defining(sql)).await,
        };
        made.map_err(|error| self.failed(statement, &error))
    }

    /// What the statement needs and is not there.
    pub(super) fn lacks(&self, statement: &Statement) -> Option<String> {
        statement.needs.iter().find_map(|id| self.missing.get(id)).cloned()
    }

    pub(super) fn skip(&mut self, statement: &Statement, needed: &str) {
        let rows_of = statement.object.strip_prefix("materialized view data ");
        if rows_of.is_some_and(|view| needed.strip_prefix("materialized view ") == Some(view)) {
            // the view itself is named
            self.missing.insert(statement.id, needed.to_owned());
            return;
        }
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
            | Kind::View
            | Kind::Partition
            | Kind::Index
            | Kind::Attach
            | Kind::ForeignKey
            | Kind::Cast
            | Kind::Collation
            | Kind::Other => {
                self.differences.left_out.push(format!("{}: {why}", statement.object));
                statement.object.clone()
            }
        };
        self.missing.insert(statement.id, object);
    }

    /// Why the server refused, in one line, and what helps.
    pub(super) fn why(&self, error: &tokio_postgres::Error) -> String {
        let mut said = self.target.failure("", error).why.join("; ");
        let (target, source) =
            (self.target.server_version_num() / 10_000, self.source.server / 10_000);
        if target < source && is_about_the_definition(error) {
            said = format!("{said}; the target is PostgreSQL {target}, the source {source}");
        }
        if is_not_found(error) {
            let older = self.source.extensions.iter();
            said = older.fold(said, |said, extension| format!("{said}; {extension}"));
        }
        match safe_path_remedy(self.target.server_version_num(), error) {
            Some(remedy) => format!("{said}; {remedy}"),
            None => said,
        }
    }

    pub(super) fn failed(&self, statement: &Statement, error: &tokio_postgres::Error) -> Failure {
        let what = format!("cannot make {} on the target", statement.object);
        let failure = self.target.failure(&what, error);
        let (target, source) = (self.target.server_version_num(), self.source.server);
        if !is_about_the_definition(error) {
            return failure;
        }
        let failure = older_extensions(failure, &self.source.extensions);
        if target / 10_000 < source / 10_000 {
            return older_target(failure, target / 10_000, source / 10_000);
        }
        failure
    }
}

/// An older version of an extension may not have what the definition calls.
fn older_extensions(failure: Failure, extensions: &[String]) -> Failure {
    if extensions.is_empty() {
        return failure;
    }
    extensions.iter().cloned().fold(failure, Failure::because).remedy(
        "if the object needs a newer version of an extension, its owner or a superuser updates it \
         on the target:\n \
         alter extension NAME update;\n\
         or leave the object out: leave_out in the section [schema] of review-data.toml",
    )
}

/// The server does not understand a definition, or does not know something that it names.
pub(super) fn is_about_the_definition(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        let code = code.code();
        code != "42501" && (code.starts_with("42") || matches!(code, "0A000" | "22023"))
    })
}

/// The target's server may not know what the source's does.
pub(crate) fn older_target(failure: Failure, target: i32, source: i32) -> Failure {
    failure
        .because(format!(
            "the target is PostgreSQL {target}, the source {source}: an older server does not \
             know all that a newer one does"
        ))
        .remedy(format!(
            "take a target of PostgreSQL {source} or newer; on Heroku, name the version in \
             app.json:\n \
             \"addons\": [{{\"plan\": \"heroku-postgresql\", \"options\": {{\"version\": \"{source}\"}}}}]\n\
             or leave the object out: leave_out in the section [schema] of review-data.toml"
        ))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_target_is_named_as_the_cause() {
        let failure = Failure::new("cannot make table public.t on the target")
            .because("syntax error at or near \"VIRTUAL\" (SQLSTATE 42601)");
        insta::assert_snapshot!(older_target(failure, 15, 18));
    }

    #[test]
    fn an_older_version_of_an_extension_is_named_as_a_cause() {
        let failure = Failure::new("cannot make view public.v on the target").because(
            "function public.strict_word_similarity(text, text) does not exist (SQLSTATE 42883)",
        );
        let line = "extension pg_trgm has version 1.3 on the target, and 1.6 in the source";
        insta::assert_snapshot!(older_extensions(failure, &[line.to_owned()]));
    }
}
