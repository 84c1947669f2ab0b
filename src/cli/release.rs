//! `release`: on each release, in production and in review apps.

use super::app::App;
use super::{app_json, say, set_up, stop};
use crate::failure::Failure;
use crate::load::SetUp;
use crate::migrate::{MigrationCommand, Signals};

pub(super) fn run() -> Result<(), Failure> {
    let app = App::here()?;
    let command = app.migration_command()?;
    stop::block_on(async {
        let mut signals = stop::listen()?;
        release(&app, &command, &mut signals).await
    })
}

async fn release(
    app: &App,
    command: &MigrationCommand,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let name = app.name();
    let review_app = app.environment.review_app();
    if !review_app.is_one {
        say(&format!(
            "{name} is not a review app ({}), running migrations only",
            review_app.because
        ));
        return set_up::migrate(app, command, &app.production_shell(), signals).await;
    }
    let postdeploy_follows = app_json::postdeploy_calls_us(&app.directory)?;
    let target = app.target()?;
    if let Some(how) = set_up::is_set_up(&target, signals).await? {
        say(&format!("{name} is set up already ({}), running migrations only", shown(&how)));
        let shell = app.shell(app.source_if_known().as_ref(), &target);
        return set_up::migrate(app, command, &shell, signals).await;
    }
    if postdeploy_follows && let Some(holding) = set_up::holds(&target, signals).await? {
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
    set_up::set_up(app, &source, &target, command, signals).await
}

fn shown(how: &SetUp) -> String {
    match how {
        SetUp::Record { loaded_at } => format!("loaded {loaded_at}"),
        SetUp::MigrationTable { name } => format!("it has {name}"),
    }
}
