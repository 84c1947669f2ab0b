//! Statements that are sent without waiting for each answer.
//!
//! A schema of thousands of tables has tens of thousands of small statements. A round trip and a
//! savepoint for each take longer than the statements: at the end of a savepoint, the server goes
//! through all files that the transaction has made. Each statement is still one message, since a
//! statement may look at the whole text of its message.

use super::attempt::{Made, refused};
use crate::catalog::{Catalog, Storage, TableId};
use crate::postgres::Writable;
use crate::schema::{Kind, Schema, Statement};
use futures_util::future::poll_immediate;
use std::collections::HashSet;
use tokio_postgres::Error;

/// Statements that are sent together, or share a savepoint.
pub(super) const MOST: usize = 100;

/// What is built from more bytes of rows than this shares no savepoint: it is not built twice because
/// something else failed.
const LARGE: u64 = 1 << 20;

/// Whether a table has many bytes of rows.
pub(crate) fn is_large(bytes: u64) -> bool {
    bytes > LARGE
}

/// Sends the messages one behind the other, and waits for all answers.
///
/// # Errors
/// The first one, and which message it was. In a transaction, the server did nothing after it.
pub(super) async fn send(target: &Writable, messages: &[&str]) -> Result<(), (usize, Error)> {
    let mut sent = Vec::with_capacity(messages.len());
    for message in messages {
        let mut answer = Box::pin(target.run(message));
        // let it go out
        let ended = poll_immediate(&mut answer).await;
        sent.push((answer, ended));
    }
    let mut first = Ok(());
    for (position, (answer, ended)) in sent.into_iter().enumerate() {
        let ended = match ended {
            Some(ended) => ended,
            None => answer.await,
        };
        if let (Ok(()), Err(error)) = (&first, ended) {
            first = Err((position, error));
        }
    }
    first
}

/// Runs all messages under one savepoint, or none.
pub(super) async fn attempt_all(target: &Writable, messages: &[&str]) -> Result<Made, Error> {
    let mut all = vec!["savepoint review_data"];
    all.extend(messages);
    all.push("release savepoint review_data");
    match send(target, &all).await {
        Ok(()) => Ok(Made::Yes),
        Err((_, error)) => refused(target, error).await,
    }
}

/// The entries of tables with many bytes of rows, and of the keys and indexes of these.
pub(crate) struct Large(HashSet<i64>);

impl Large {
    /// `bytes`: how many bytes of rows a table has.
    pub(crate) fn of(schema: &Schema, catalog: &Catalog, bytes: impl Fn(TableId) -> u64) -> Self {
        let mut relations = HashSet::new();
        for (_, table) in catalog.tables.pairs().filter(|(id, _)| is_large(bytes(*id))) {
            relations.insert(table.oid);
            if let Storage::Partitioned { leaves, .. } = &table.storage {
                relations.extend(leaves.iter().map(|leaf| leaf.oid));
            }
        }
        Large::of_relations(schema, &relations)
    }

    fn of_relations(schema: &Schema, relations: &HashSet<u32>) -> Self {
        const PG_CLASS: u32 = 1259;
        let tables = schema.pre_data.iter().map(|made| (made.id, made.source));
        let tables = tables.filter(|(_, of)| of.class == PG_CLASS && relations.contains(&of.oid));
        let mut large = Large(tables.map(|(id, _)| id).collect());
        let indexes = schema.post_data.iter().filter(|made| made.kind == Kind::Index);
        let indexes: Vec<i64> =
            indexes.filter(|made| large.has(made)).map(|made| made.id).collect();
        large.0.extend(indexes);
        large
    }

    fn has(&self, statement: &Statement) -> bool {
        statement.needs.iter().any(|id| self.0.contains(id))
    }

    /// Whether a statement may share its savepoint with others.
    pub(super) fn lets_share(&self, statement: &Statement) -> bool {
        let looks_everything_up = match statement.kind {
            // one that calls functions runs under the database's search_path
            Kind::Index => statement.index_of.is_some(),
            Kind::ForeignKey | Kind::Attach | Kind::Comment | Kind::Other => true,
            Kind::Function
            | Kind::Table
            | Kind::View
            | Kind::Partition
            | Kind::Refresh
            | Kind::Cast
            | Kind::Collation => false,
        };
        looks_everything_up && !self.has(statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::QualifiedName;
    use crate::schema::ObjectId;

    fn made(id: i64, kind: Kind, needs: &[i64]) -> Statement {
        let index_of = (kind == Kind::Index).then(|| QualifiedName::new("public", "t"));
        Statement {
            id,
            source: ObjectId { class: 1259, oid: u32::try_from(id * 10).unwrap() },
            needs: needs.to_vec(),
            kind,
            object: format!("object {id}"),
            sql: String::new(),
            computes: false,
            index_of,
        }
    }

    #[test]
    fn what_is_built_from_many_rows_or_calls_functions_shares_no_savepoint() {
        let calls_functions = Statement { index_of: None, ..made(9, Kind::Index, &[1]) };
        let schema = Schema {
            pre_data: vec![made(1, Kind::Table, &[]), made(2, Kind::Table, &[])],
            post_data: vec![
                made(3, Kind::Index, &[1]),
                made(4, Kind::Index, &[2]),
                made(5, Kind::ForeignKey, &[1, 3]),
                made(6, Kind::ForeignKey, &[1, 4]),
                made(7, Kind::Comment, &[3]),
                made(8, Kind::Refresh, &[]),
                calls_functions,
            ],
            ..Schema::default()
        };
        let large = Large::of_relations(&schema, &HashSet::from([20]));
        let share = schema.post_data.iter().filter(|made| large.lets_share(made));
        assert_eq!(share.map(|made| made.id).collect::<Vec<_>>(), [3, 5, 7]);
    }
}
