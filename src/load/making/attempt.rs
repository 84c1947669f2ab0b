//! A statement that may fail, under a savepoint.

use crate::failure::Failure;
use crate::postgres::Writable;
use bytes::Bytes;
use futures_util::{SinkExt as _, Stream, TryStreamExt as _};
use std::pin::{Pin, pin};

/// How the making of one object ended.
pub(crate) enum Made {
    Yes,
    /// The server's error. The object is not there, and the transaction goes on.
    Refused(tokio_postgres::Error),
}

/// Runs SQL under a savepoint. The savepoint is a separate message, since an older server may not
/// understand the SQL, and then runs nothing of its message. No wait is between the two.
pub(crate) async fn attempt(target: &Writable, sql: &str) -> Result<Made, tokio_postgres::Error> {
    let message = format!("{sql}\n;release savepoint review_data");
    let (saved, made) = tokio::join!(target.run("savepoint review_data"), target.run(&message));
    saved?;
    match made {
        Ok(()) => Ok(Made::Yes),
        Err(error) => refused(target, error).await,
    }
}

/// Writes rows by a COPY under a savepoint. The outer error is the rows', the inner one the
/// target's.
pub(crate) async fn attempt_copy(
    target: &Writable,
    sql: &str,
    rows: Pin<&mut impl Stream<Item = Result<Bytes, Failure>>>,
) -> Result<Result<Made, tokio_postgres::Error>, Failure> {
    if let Err(error) = target.run("savepoint review_data").await {
        return Ok(Err(error));
    }
    let made = match copy(target, sql, rows).await? {
        Ok(()) => target.run("release savepoint review_data").await.map(|()| Made::Yes),
        Err(error) => refused(target, error).await,
    };
    Ok(made)
}

async fn copy(
    target: &Writable,
    sql: &str,
    mut rows: Pin<&mut impl Stream<Item = Result<Bytes, Failure>>>,
) -> Result<Result<(), tokio_postgres::Error>, Failure> {
    let sink = match target.copy_in(sql).await {
        Ok(sink) => sink,
        Err(error) => return Ok(Err(error)),
    };
    let mut sink = pin!(sink);
    while let Some(part) = rows.try_next().await? {
        if let Err(error) = sink.feed(part).await {
            // the reason comes with the end of the COPY
            return Ok(Err(sink.finish().await.err().unwrap_or(error)));
        }
    }
    Ok(sink.finish().await.map(drop))
}

pub(super) async fn refused(
    target: &Writable,
    error: tokio_postgres::Error,
) -> Result<Made, tokio_postgres::Error> {
    if !is_about_the_data(&error) {
        return Err(error);
    }
    target.run("rollback to savepoint review_data; release savepoint review_data").await?;
    Ok(Made::Refused(error))
}

/// Whether an error says something of the data or the definition. Others are the server's own: a
/// lost connection, no room, a limit.
fn is_about_the_data(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else { return false };
    !["08", "25", "40", "53", "57", "58", "F0", "XX"]
        .iter()
        .any(|class| code.code().starts_with(class))
}
