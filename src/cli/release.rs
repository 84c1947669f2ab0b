//! `release`: on each release, in production and in review apps.

use super::app::App;
use super::stop::Interruption;
use super::{app_json, arguments, say, set_up, stop};
use crate::failure::Failure;
use crate::migrate::frameworks::AppFiles;
use crate::migrate::{Check, MigrationCommand, Migrations, Pending, Signals, production};
use crate::postgres::TargetUrl;
use crate::setup::lock::holding;

pub(super) fn run(arguments: &arguments::Release) -> Result<(), Failure> {
    let app = App::here()?;
    let command = app.migration_command()?;
    stop::block_on(async {
        let mut signals = stop::listen()?;
        release(&app, &command, arguments, &mut signals).await
    })
}

async fn release(
    app: &App,
    command: &MigrationCommand,
    arguments: &arguments::Release,
    signals: &mut Signals,
) -> Result<(), Failure> {
    if !app.environment.review_app().is_one {
        return in_production(app, command, arguments, signals).await;
    }
    let postdeploy_follows = app_json::postdeploy_calls_us(&app.directory);
    let target = app.target()?;
    holding(&app.claim("release", &target), signals, async |signals| {
        in_review(app, command, &target, postdeploy_follows, signals).await
    })
    .await
}

/// A review app's release, under the lock.
async fn in_review(
    app: &App,
    command: &MigrationCommand,
    target: &TargetUrl,
    postdeploy_follows: bool,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let name = app.name();
    if let Some(at) = set_up::loaded_at(target, signals).await? {
        say(&format!("{name} is set up already (loaded {at}), running migrations only"));
        let shell = app.shell(app.source_if_known().as_ref(), target);
        return set_up::migrate(app, command, &shell, Some(target), signals).await;
    }
    if postdeploy_follows && let Some(holding) = set_up::holds(target, signals).await? {
        say(&format!(
            "The database of {name} is not set up, nor is it empty: it holds {holding}. No \
             migrations are run. Once it is empty, this sets it up:\n review-data postdeploy"
        ));
        return Ok(());
    }
    if postdeploy_follows {
        say(&format!(
            "This is the first release of {name} in a review app: nothing to do yet, postdeploy \
             will set up the database."
        ));
        return Ok(());
    }
    say(&format!(
        "This is the first release of {name} in a review app, and no postdeploy in app.json calls \
         review-data: setting up the database now."
    ));
    let source = app.source()?;
    set_up::set_up(app, &source, target, command, signals).await
}

/// Production's release: the migration command alone, unless the configuration asks for more.
async fn in_production(
    app: &App,
    command: &MigrationCommand,
    arguments: &arguments::Release,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let config = &app.config.migrate;
    let mut shell = app.production_shell();
    let only = if config.production.maintenance { "" } else { ", running migrations only" };
    let because = app.environment.review_app().because;
    say(&format!("{} is not a review app ({because}){only}", app.name()));
    if config.production.maintenance {
        shell.grace = Some(production::GRACE);
        let database = app.target()?;
        let files = AppFiles::new(&app.directory);
        let name = app.name();
        let migrations =
            Migrations { app: &name, command, config, shell: &shell, database: Some(&database) };
        let release = production::Release {
            config: &app.config,
            environment: &app.environment,
            database: &database,
            check: &Check::of(config, &files, &command.command),
            migrations,
            app: arguments.app.as_deref(),
        };
        return production::release(&release, signals).await;
    }
    if let Some(check) = &config.check {
        let pending = Check::Own(check.clone()).ask(&shell, signals).await;
        match pending.map_err(|stop| Interruption::Stopped(stop).failure("nothing was done"))? {
            Pending::No => {
                say(production::NOTHING_PENDING);
                return Ok(());
            }
            Pending::Yes => say("migrations are pending"),
            Pending::Unknown { why } => say(&format!(
                "whether migrations are pending is not known ({why}): treated as pending"
            )),
        }
    }
    // only for seeing who holds a lock: where it is not to be had, migrations run without
    let database = config.lock_timeout.and_then(|_| app.target().ok());
    set_up::migrate(app, command, &shell, database.as_ref(), signals).await
}
