//! Setting up a review app's database: load, migrate, `after` commands; and migrating alone.

use super::app::App;
use super::say;
use super::stop::{Interruption, unless_stopped};
use crate::config::{Config, without_secrets};
use crate::failure::Failure;
use crate::load::{self, Request};
use crate::migrate::{
    Ending, MigrationCommand, Migrations, Shell, Signals, known_tables, on_own_lines,
};
use crate::postgres::{SourceUrl, TargetUrl};
use crate::record::{self, Holding};
use crate::report::Progress;
use std::io::Write;
use std::time::Duration;

/// How long the target is asked, after a stop, whether the load had been committed already.
const QUESTION_LIMIT: Duration = Duration::from_secs(5);

/// The whole set-up: the subset, the pull request's migrations on it, the `after` commands.
pub(super) async fn set_up(
    app: &App,
    source: &SourceUrl,
    target: &TargetUrl,
    command: &MigrationCommand,
    signals: &mut Signals,
) -> Result<(), Failure> {
    load(source, target, &app.config, signals).await?;
    let shell = app.shell(Some(source), target);
    for before in &app.config.postdeploy.before {
        run_own(Moment::Before, before, &shell, signals).await?;
    }
    migrate(app, command, &shell, Some(target), signals).await?;
    for after in &app.config.postdeploy.after {
        run_own(Moment::After, after, &shell, signals).await?;
    }
    say(&format!("{} is set up", app.name()));
    Ok(())
}

/// The load, stopped where we are told to stop.
pub(super) async fn load(
    source: &SourceUrl,
    target: &TargetUrl,
    config: &Config,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let migration_tables = known_tables();
    let request = Request { source, target, config, migration_tables: &migration_tables };
    let progress = Progress::default();
    let loaded = unless_stopped(signals, load::load(&request, &progress)).await;
    match loaded {
        Ok(report) => {
            // the load is done, whether or not anybody reads of it
            let _ = writeln!(std::io::stdout().lock(), "{report}");
            Ok(())
        }
        Err(Interruption::Failed(failure)) => Err(failure),
        Err(stopped) => {
            // a signal may come while the COMMIT is on its way
            let question = load::loaded_at(target);
            let state = match tokio::time::timeout(QUESTION_LIMIT, question).await {
                Ok(Ok(Some(_))) => "the load was complete by then, and the target holds it",
                _ => "the target is as it was",
            };
            Err(stopped.failure(state))
        }
    }
}

/// When the target was loaded.
pub(super) async fn loaded_at(
    target: &TargetUrl,
    signals: &mut Signals,
) -> Result<Option<String>, Failure> {
    unless_stopped(signals, load::loaded_at(target))
        .await
        .map_err(|interruption| interruption.failure("nothing was done"))
}

/// What the target holds, where it is not empty.
pub(super) async fn holds(
    target: &TargetUrl,
    signals: &mut Signals,
) -> Result<Option<Holding>, Failure> {
    unless_stopped(signals, async { record::holds(&target.connect().await?).await })
        .await
        .map_err(|interruption| interruption.failure("nothing was done"))
}

/// Runs the migration command.
pub(super) async fn migrate(
    app: &App,
    command: &MigrationCommand,
    shell: &Shell,
    database: Option<&TargetUrl>,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let config = &app.config.migrate;
    Migrations { app: &app.name(), command, config, shell, database }.run(signals).await
}

/// When a command of `[postdeploy]` runs.
#[derive(Clone, Copy)]
enum Moment {
    Before,
    After,
}

async fn run_own(
    moment: Moment,
    command: &str,
    shell: &Shell,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let (key, state) = match moment {
        Moment::Before => ("before", "the subset is loaded; no migration has run"),
        Moment::After => ("after", "the subset is loaded and the migrations have run"),
    };
    let shown = without_secrets(command);
    say(&format!("running {key} the migrations: {shown}"));
    let why = match shell.run(command, signals).await {
        Ok(Ending::Success) => return Ok(()),
        Ok(ending) => ending.to_string(),
        Err(error) => error.to_string(),
    };
    Err(Failure::new(format!("a command of [postdeploy] {key} failed: {why}"))
        .because(format!("the command:\n{}", on_own_lines(&shown)))
        .because(state)
        .remedy("see the command's own output above and mend it"))
}
