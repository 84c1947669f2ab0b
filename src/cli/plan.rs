//! `plan [SOURCE] [FRACTION]`: what would be copied.

use super::app::App;
use super::arguments::{Format, Plan};
use super::overrides::overrides;
use crate::failure::Failure;
use crate::load;
use crate::migrate::known_tables;
use crate::postgres::SourceUrl;
use crate::report::{Progress, tell, tell_json};
use crate::setup::stop::{self, unless_stopped};

pub(super) fn run(arguments: Plan) -> Result<(), Failure> {
    let (source, fraction) = arguments.source_and_fraction()?;
    let mut app = App::here()?;
    let source = match source {
        Some(source) => SourceUrl(app.parse(source, "SOURCE")?),
        None => app.source()?,
    };
    let overrides = overrides(&app.config, fraction, arguments.selection)?;
    app.config = app.config.with(overrides);
    let plan = stop::block_on(async {
        let mut signals = stop::listen()?;
        let progress = Progress::default();
        let migration_tables = known_tables();
        let plan = load::patiently(
            app.config.source.patience,
            |line| progress.line(line),
            async || load::plan(&source, &app.config, &migration_tables, &progress).await,
        );
        unless_stopped(&mut signals, plan)
            .await
            .map_err(|interruption| interruption.failure("nothing was written"))
    })?;
    match arguments.format {
        Format::Text => tell(&plan.to_string()),
        Format::Json => tell_json(&plan.json().map_err(|error| {
            Failure::new("cannot write the plan as JSON").because(error.to_string())
        })?),
    }
}
