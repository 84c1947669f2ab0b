//! A statement that may fail, under a savepoint.

use crate::postgres::Writable;

/// How the making of one object ended.
pub(super) enum Made {
    Yes,
    /// The server's error. The object is not there, and the transaction goes on.
    Refused(tokio_postgres::Error),
}

/// Runs SQL under a savepoint, in one message.
pub(super) async fn attempt(target: &Writable, sql: &str) -> Result<Made, tokio_postgres::Error> {
    let message = format!("savepoint review_data;\n{sql}\n;release savepoint review_data");
    let Err(error) = target.run(&message).await else { return Ok(Made::Yes) };
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
