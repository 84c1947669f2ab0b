//! `why TABLE KEY`: how a row came into the subset, or why it did not.

use super::app::App;
use super::arguments::Why;
use crate::failure::Failure;
use crate::load::{self, Question};
use crate::migrate::known_tables;
use crate::postgres::{SourceUrl, TargetUrl};
use crate::report::{Progress, tell};
use crate::setup::stop::{self, unless_stopped};

pub(super) fn run(arguments: Why) -> Result<(), Failure> {
    let app = App::here()?;
    let source = match &arguments.source {
        Some(source) => SourceUrl(app.parse(source, "--source")?),
        None => app.source()?,
    };
    let target = match &arguments.target {
        Some(target) => TargetUrl(app.parse(target, "--target")?),
        None => app.target()?,
    };
    let why = stop::block_on(async {
        let mut signals = stop::listen()?;
        let progress = Progress::default();
        let question = Question {
            source: &source,
            target: &target,
            migration_tables: &known_tables(),
            config: &app.config,
            table: arguments.table,
            key: arguments.key,
        };
        let why = load::reading_patiently(
            &source,
            app.config.source.patience,
            |line| progress.line(line),
            async || load::why(&question, &progress).await,
        );
        unless_stopped(&mut signals, why)
            .await
            .map_err(|interruption| interruption.failure("nothing was written"))
    })?;
    tell(&why.to_string())
}
