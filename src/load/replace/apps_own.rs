//! Tables that the app's own processes created before the first load: job queues, session stores,
//! migrations at boot. They may be replaced as long as they are small: a database that somebody
//! works with is larger.

use super::error::ReplaceError;
use super::existing::{MOST_BYTES, MOST_ROWS};
use super::inventory::Inventory;
use crate::failure::Failure;
use crate::postgres::Writable;

/// Refuses to drop much.
pub(super) async fn check(target: &Writable, inventory: &Inventory) -> Result<(), Failure> {
    let bytes = inventory.bytes();
    if bytes > MOST_BYTES {
        return Err(ReplaceError::TooLarge { names: inventory.names(), rows: None, bytes }.into());
    }
    let mut rows = 0;
    for (object, _) in inventory.relations().filter(|(_, relation)| relation.has_rows) {
        let of_table: i64 = target
            .query(
                &format!(
                    "select count(*) from (select from only {} limit {}) as t",
                    object.identity,
                    MOST_ROWS + 1
                ),
                &[],
            )
            .await
            .map_err(|error| {
                target.failure(&format!("cannot count the rows of {}", object.identity), &error)
            })?[0]
            .get(0);
        rows += of_table;
        if rows > MOST_ROWS {
            let names = inventory.names();
            return Err(ReplaceError::TooLarge { names, rows: Some(rows), bytes }.into());
        }
    }
    Ok(())
}
