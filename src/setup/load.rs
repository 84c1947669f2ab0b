//! The load as a step: a signal stops it, and its result is printed.

use super::stop::{Interruption, unless_stopped};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::{self, Existing, Request};
use crate::migrate::Signals;
use crate::migrate::known_tables;
use crate::postgres::{SourceUrl, TargetUrl};
use crate::report::{Format, Progress, Report, say, tell, tell_json};
use std::time::Duration;

/// After a stop, the target has this long to answer whether the load was committed.
const QUESTION_LIMIT: Duration = Duration::from_secs(1);

/// Loads, and prints the report.
///
/// # Errors
/// The load's, or the signal that stopped it.
pub async fn load(
    source: &SourceUrl,
    target: &TargetUrl,
    config: &Config,
    existing: Existing,
    format: Format,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let migration_tables = known_tables();
    let request = Request { source, target, config, migration_tables: &migration_tables, existing };
    // a target that is swapped was loaded before
    let before = if existing.replace {
        unless_stopped(signals, load::loaded_at(target))
            .await
            .map_err(|interruption| interruption.failure("nothing was done"))?
    } else {
        None
    };
    let progress = Progress::default();
    let loaded = unless_stopped(signals, load::load(&request, &progress)).await;
    match loaded {
        // the load is done, whether or not anybody reads of it
        Ok(report) => print(&report, format),
        Err(Interruption::Failed(failure)) => Err(failure),
        Err(stopped @ Interruption::Stopped { is_known, .. }) => {
            // a signal may come while the COMMIT is on its way
            let question = load::loaded_at(target);
            let state = match tokio::time::timeout(QUESTION_LIMIT, question).await {
                Ok(Ok(after)) if after.is_some() && after != before => {
                    "the load was complete by then, and the target holds it"
                }
                Ok(Ok(_)) if is_known => "the target is as it was",
                _ => {
                    "the target does not answer, so whether the load was complete is unknown; the \
                     next run reads that in the target"
                }
            };
            Err(stopped.failure(state))
        }
    }
}

fn print(report: &Report, format: Format) -> Result<(), Failure> {
    match format {
        Format::Text => tell(&report.to_string()),
        Format::Json => {
            if let Some(line) = report.masks.sign_in_line() {
                say(&line);
            }
            tell_json(&report.json().map_err(|error| {
                Failure::new("cannot write the result as JSON").because(error.to_string())
            })?)
        }
    }
}
