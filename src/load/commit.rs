//! COMMIT. Where the connection is lost before its answer comes, the record in the target says
//! whether it has happened.

use crate::failure::{Failure, TransientKind};
use crate::postgres::{Backend, TargetUrl, Writable};
use crate::report::Progress;
use std::time::Duration;

/// Between two attempts to ask.
const INTERVAL: Duration = Duration::from_millis(500);

/// Commits the load, whose record is written.
pub(super) async fn commit(
    target: &Writable,
    url: &TargetUrl,
    progress: &Progress,
) -> Result<(), Failure> {
    let failed = |error| target.failure("cannot commit on the target", &error);
    let record = record(target).await.map_err(failed)?;
    let Err(error) = target.run("commit").await else { return Ok(()) };
    let failure = failed(error);
    if failure.transient.is_none_or(|transient| transient.kind != TransientKind::Lost) {
        return Err(failure);
    }
    progress.begin("the connection was lost during COMMIT: asking the target what it holds");
    let backend = target.backend();
    let found = found(url, &backend);
    // as long as any server may owe an answer
    let limit = target.silence();
    match tokio::time::timeout(limit, found).await {
        Ok(found) if found == record && found.is_some() => {
            progress.line("the target's record says that the load is complete");
            Ok(())
        }
        Ok(_) => Err(failure.because("the target's record says that nothing was committed")),
        Err(_) => Err(Failure::new("cannot tell whether the load was committed")
            .because(failure.why.join("; "))
            .because(format!("the target did not answer within {} s after that", limit.as_secs()))
            .remedy(
                "run the command again when the target's server is up: it first reads in the \
                 target whether the load is complete",
            )),
    }
}

/// The last record of a load, as text.
async fn record(target: &Writable) -> Result<Option<String>, tokio_postgres::Error> {
    let there: bool = target
        .query("select pg_catalog.to_regclass('review_data.load') is not null", &[])
        .await?[0]
        .get(0);
    if !there {
        return Ok(None);
    }
    let rows = target
        .query("select l::text from review_data.load l order by l.id desc limit 1", &[])
        .await?;
    Ok(rows.first().map(|row| row.get(0)))
}

/// The record once the session that was to commit has ended, however often that must be asked.
async fn found(url: &TargetUrl, backend: &Backend) -> Option<String> {
    loop {
        if let Ok(session) = url.connect().await
            && session.end(backend).await.is_ok()
            && let Ok(record) = record(&session).await
        {
            return record;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
