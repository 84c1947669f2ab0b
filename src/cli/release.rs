//! `release`: on each release, in production and in review apps.

use super::app::App;
use super::arguments;
use crate::failure::Failure;
use crate::migrate::frameworks::AppFiles;
use crate::migrate::{Check, Migrations, Pending, Signals, no_migrations, production};
use crate::report::say;
use crate::setup::stop::{self, Interruption};
use crate::setup::{self, Occasion};

pub(super) fn run(arguments: &arguments::Release) -> Result<(), Failure> {
    let app = App::to_run("release")?.masked_unless(arguments.no_mask);
    stop::block_on(async {
        let mut signals = stop::listen()?;
        if app.environment.review_app().is_one {
            let app = app.to_set_up()?;
            return Box::pin(setup::run(&app, Occasion::Release, &mut signals)).await;
        }
        in_production(&app, arguments, &mut signals).await
    })
}

/// Production's release: the migration command alone, unless the configuration asks for more.
async fn in_production(
    app: &App,
    arguments: &arguments::Release,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let name = app.name();
    let config = &app.config.migrate;
    let Some(command) = &app.migration_command() else {
        say(&no_migrations(&name));
        return Ok(());
    };
    let mut shell = app.production_shell();
    let only = if config.production.maintenance { "" } else { ", running migrations only" };
    let because = app.environment.review_app().because;
    say(&format!("{name} is not a review app ({because}){only}"));
    if config.production.maintenance {
        shell.grace = Some(production::GRACE);
        let database = app.target()?;
        let files = AppFiles::new(&app.directory);
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
        match pending.map_err(|stop| Interruption::by(stop).failure("nothing was done"))? {
            Pending::No => {
                say(production::NOTHING_PENDING);
                return Ok(());
            }
            Pending::Yes => say("migrations are pending"),
            Pending::Unknown { why } => say(&format!(
                "cannot tell whether migrations are pending ({why}): treating them as pending"
            )),
        }
    }
    // only to name who holds a lock: without it, migrations run all the same
    let database = config.lock_timeout.and_then(|_| app.target().ok());
    let database = database.as_ref();
    Migrations { app: &name, command, config, shell: &shell, database }.run(signals).await
}
