//! A database that we load into may be the source of other loads: a small copy, refreshed on a
//! schedule. A load that reads from it holds its gate, so that a swap waits until the load is done,
//! and a load that comes during a swap waits until the new data is there.

use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::report::{Progress, duration};
use std::time::{Duration, Instant};

/// The key of the advisory lock, "revswap". A load that reads from the database holds it shared. A
/// swap holds it alone, so that no load reads between its locks on two tables.
pub(super) const GATE: i64 = 0x0072_6576_7377_6170;

const PAUSE: Duration = Duration::from_millis(300);

/// Takes the shared side of the source's gate, until the session ends. A database without a record
/// of ours has no gate: nobody swaps it. A swap is waited for as long as `patience` lasts.
pub(super) async fn enter(
    source: &ReadOnly,
    patience: Duration,
    progress: &Progress,
) -> Result<(), Failure> {
    let failed = |error| source.failure("cannot begin to read from the source", &error);
    let rows = source
        .query(
            "select pg_catalog.to_regclass('review_data.load') is not null \
               and not pg_catalog.pg_is_in_recovery()",
            &[],
        )
        .await
        .map_err(failed)?;
    let may_be_swapped: bool = rows[0].get(0);
    if !may_be_swapped {
        return Ok(());
    }
    let begun = Instant::now();
    let mut said = false;
    loop {
        let rows = source
            .query("select pg_catalog.pg_try_advisory_lock_shared($1)", &[&GATE])
            .await
            .map_err(failed)?;
        if rows[0].get(0) {
            return Ok(());
        }
        if begun.elapsed() > patience {
            return Err(Failure::new("cannot begin to read from the source")
                .because("another run of review-data is replacing its data")
                .because(format!("waited {} for it ([source] patience)", duration(patience)))
                .remedy("run again once that run has ended"));
        }
        if !said {
            said = true;
            progress.line("another run is replacing the source's data: waiting for it");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
