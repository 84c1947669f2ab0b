//! `plan [SOURCE] [FRACTION]`: what would be copied.

use super::app::App;
use super::arguments::{Format, Plan};
use super::overrides::overrides;
use crate::config::MigrationTable;
use crate::failure::Failure;
use crate::load;
use crate::migrate::known_tables;
use crate::postgres::SourceUrl;
use crate::report::{self, PlannedMasks, Progress, tell, tell_json};
use crate::setup::stop::{self, unless_stopped};
use std::fmt::Display;

pub(super) fn run(arguments: Plan) -> Result<(), Failure> {
    let (source, fraction) = arguments.source_and_fraction()?;
    let mut app = App::here()?;
    let source = match source {
        Some(source) => SourceUrl(app.parse(source, "SOURCE")?),
        None => app.source()?,
    };
    let overrides = overrides(&app.config, fraction, arguments.selection)?;
    app.config = app.config.with(overrides);
    if arguments.masks {
        load::check_key(&app.config)?;
        let (masks, refusal) = planned(&app, &source, &async |progress, tables| {
            load::planned_masks(&source, &app.config, tables, progress).await
        })?;
        told(arguments.format, &masks, PlannedMasks::json)?;
        return refusal.map_or(Ok(()), Err);
    }
    let plan = planned(&app, &source, &async |progress, tables| {
        load::plan(&source, &app.config, tables, progress).await
    })?;
    told(arguments.format, &plan, report::Plan::json)
}

/// Runs what only reads, again where a server fails in a way that passes.
pub(super) fn planned<T>(
    app: &App,
    source: &SourceUrl,
    plan: &impl AsyncFn(&Progress, &[MigrationTable]) -> Result<T, Failure>,
) -> Result<T, Failure> {
    stop::block_on(async {
        let mut signals = stop::listen()?;
        let progress = Progress::default();
        let tables = known_tables();
        let plan = load::reading_patiently(
            source,
            app.config.source.patience,
            |line| progress.line(line),
            async || plan(&progress, &tables).await,
        );
        unless_stopped(&mut signals, plan)
            .await
            .map_err(|interruption| interruption.failure("nothing was written"))
    })
}

fn told<T: Display>(
    format: Format,
    plan: &T,
    json: impl Fn(&T) -> Result<String, serde_json::Error>,
) -> Result<(), Failure> {
    match format {
        Format::Text => tell(&plan.to_string()),
        Format::Json => tell_json(&json(plan).map_err(|error| {
            Failure::new("cannot write the plan as JSON").because(error.to_string())
        })?),
    }
}
