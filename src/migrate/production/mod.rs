//! A release of production with maintenance mode: only when migrations are pending, and whatever
//! happens, the app is restored.

mod access;
mod clock;
mod formation;
mod note;
mod platform;
mod platform_error;
mod restore;

use super::migrations::Migrations;
use super::pending::{Check, Pending};
use super::signals::{Signals, Stop};
use crate::config::{Config, Environment};
use crate::failure::Failure;
use crate::postgres::TargetUrl;
use crate::report::say;
use access::{Access, OwnApp};
use clock::Clock;
use futures_util::FutureExt as _;
use note::{Note, Notebook};
use platform::{App, Patience, Platform, Update};
use platform_error::PlatformError;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// How long a command may take to stop after its signal: Heroku kills all of us after 30 s, and
/// by then everything has to be back.
pub const GRACE: Duration = Duration::from_secs(10);

/// How long a second release waits for the first. Heroku ends a release after an hour.
const LOCK_WAIT: Duration = Duration::from_secs(50 * 60);

/// How long `maintenance restore` waits: the lock of a run that was killed is free soon.
const RESTORE_LOCK_WAIT: Duration = Duration::from_secs(30);

/// Where there is nothing to do.
pub const NOTHING_PENDING: &str = "no migrations are pending: nothing to do";

/// A release of production under `[migrate.production]`.
#[derive(Clone, Copy)]
pub struct Release<'a> {
    pub config: &'a Config,
    pub environment: &'a Environment,
    pub database: &'a TargetUrl,
    pub check: &'a Check,
    pub migrations: Migrations<'a>,
    /// The app that the command line names.
    pub app: Option<&'a str>,
}

/// The whole release.
///
/// # Errors
/// Whatever failed. The app is restored, unless the failure says otherwise.
pub async fn release(release: &Release<'_>, signals: &mut Signals) -> Result<(), Failure> {
    let mut clock = Clock::start();
    let shell = release.migrations.shell;
    let (pending, notebook) =
        tokio::join!(release.check.ask(shell, signals), Notebook::open(release.database));
    let (mut pending, notebook) = (pending.map_err(stopped)?, notebook?);
    let notes = notebook.notes().await?;
    if notes.is_empty() && pending == Pending::No {
        say(NOTHING_PENDING);
        return Ok(());
    }
    let own = OwnApp::of(release.config, release.environment, release.app)?;
    if pending == Pending::No && !notes.iter().any(|note| own.may_have_written(note)) {
        say_of_others(&notes, &own);
        say(NOTHING_PENDING);
        return Ok(());
    }

    let access = Access::of(own, release.config, release.environment)?;
    let platform = Platform::new(&access)?;
    if notebook.lock(LOCK_WAIT, signals).await? {
        // the other release may have run the same migrations
        pending = release.check.ask(shell, signals).await.map_err(stopped)?;
    }
    let look = async |signals: &mut Signals| {
        let app = platform.app(Patience::GoingOn, signals).await;
        app.map_err(|error| unchanged(&error))
    };
    let mut app = look(signals).await?;
    access.app.is(&app)?;
    let notes = notebook.notes().await?;
    say_of_others(&notes, &OwnApp { id: Some(app.id.clone()), ..access.app.clone() });
    if let Some(note) = notes.iter().find(|note| note.app_id == app.id) {
        make_good(note, &notebook, &platform, release.config, &mut clock, signals).await?;
        app = look(signals).await?;
    }
    match pending {
        Pending::No => {
            say(NOTHING_PENDING);
            return Ok(());
        }
        Pending::Yes => say("migrations are pending"),
        Pending::Unknown { why } => {
            say(&format!(
                "cannot tell whether migrations are pending ({why}): treating them as pending"
            ));
        }
    }
    if let Some((stop, _)) = signals.heard() {
        return Err(stopped(stop));
    }
    with_maintenance(release, app, &platform, &notebook, &mut clock, signals).await
}

/// Writes down, takes down, migrates; then puts back, whatever happened.
async fn with_maintenance(
    release: &Release<'_>,
    app: App,
    platform: &Platform,
    notebook: &Notebook<'_>,
    clock: &mut Clock,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let wait = release.config.migrate.production.wait;
    let mut note = note_of(app, release.config, platform, signals).await?;
    notebook
        .write(&mut note)
        .await
        .map_err(|failure| failure.because("nothing was changed, and no migration was run"))?;

    let work = take_down_and_migrate(release, &mut note, platform, notebook, clock, signals);
    let ended = AssertUnwindSafe(work).catch_unwind().await;
    let ended = ended.unwrap_or_else(|_| Err(panicked()));

    let fresh;
    let mut notebook = notebook;
    if notebook.is_lost() {
        match notebook.reopened(&note).await {
            Ok(Some(reopened)) => {
                fresh = reopened;
                notebook = &fresh;
            }
            Ok(None) => return Err(taken_over(&platform.app, ended)),
            // the app is put back all the same; the note stays
            Err(_) => {}
        }
    }
    let put_back = restore::put_back(&note, platform, wait, clock, signals).await;
    if let Err(not_put_back) = put_back {
        let migrations = match ended {
            Ok(()) => "the migrations have run".to_owned(),
            Err(failure) => format!("before that: {}", failure.what),
        };
        return Err(not_put_back.failure(&platform.app, &migrations));
    }
    let forgotten = notebook.forget(&note).await;
    match (ended, forgotten) {
        (Ok(()), Ok(())) => match signals.heard() {
            None => {
                say(&format!("done, and {} is restored ({:.1} s)", platform.app, clock.total()));
                Ok(())
            }
            Some((stop, _)) => Err(stopped_by(stop)
                .because(format!("the migrations have run, and {} is restored", platform.app))),
        },
        (Err(failure), Ok(())) => Err(failure.because(format!("{} is restored", platform.app))),
        (Ok(()), Err(failure)) => {
            Err(still_noted(failure.because("the migrations have run"), &platform.app))
        }
        (Err(first), Err(second)) => Err(still_noted(first.because(second.what), &platform.app)),
    }
}

/// What the app is like before the first change.
async fn note_of(
    app: App,
    config: &Config,
    platform: &Platform,
    signals: &mut Signals,
) -> Result<Note, Failure> {
    let formation = platform.formation(Patience::GoingOn, signals).await;
    let plan = formation::plan(&formation.map_err(|error| unchanged(&error))?, config)?;
    plan.said.iter().for_each(|line| say(line));
    Ok(Note {
        app_id: app.id,
        app_name: app.name,
        maintenance: app.maintenance,
        formation: plan.noted,
        ..Note::default()
    })
}

/// Everything between the note and its being made good.
async fn take_down_and_migrate(
    release: &Release<'_>,
    note: &mut Note,
    platform: &Platform,
    notebook: &Notebook<'_>,
    clock: &mut Clock,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let failed = |error: PlatformError| error.failure();
    if note.maintenance {
        clock.done("maintenance mode is on already, and will stay on");
    } else if platform.app(Patience::GoingOn, signals).await.map_err(failed)?.maintenance {
        notebook.note_maintenance(note).await?;
        clock.done("somebody has just turned maintenance mode on: it will stay on");
    } else {
        platform.set_maintenance(true, Patience::GoingOn, signals).await.map_err(failed)?;
        clock.done("maintenance mode on");
    }
    let down: Vec<Update> = note
        .scaled()
        .map(|noted| Update { process_type: noted.process_type.clone(), quantity: 0, size: None })
        .collect();
    if !down.is_empty() {
        platform.scale(&down, Patience::GoingOn, signals).await.map_err(failed)?;
        let scaled =
            note.scaled().map(|noted| format!("{} {} -> 0", noted.process_type, noted.quantity));
        clock.done(&format!("scaled down: {}", scaled.collect::<Vec<_>>().join(", ")));
        until_gone(&down, release, platform, clock, signals).await?;
    }
    if let Some((stop, _)) = signals.heard() {
        return Err(stopped_by(stop).because("no migration was run"));
    }
    release.migrations.run(signals).await?;
    clock.done("the migration command has ended");
    match signals.heard() {
        Some((stop, _)) => Err(stopped_by(stop).because("the migrations have run")),
        None => Ok(()),
    }
}

/// Waits until no dyno of these types is left.
async fn until_gone(
    down: &[Update],
    release: &Release<'_>,
    platform: &Platform,
    clock: &mut Clock,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let wait = release.config.migrate.production.wait;
    loop {
        let dynos = platform.dynos(Patience::GoingOn, signals).await;
        let left: Vec<String> = dynos
            .map_err(|error| error.failure())?
            .into_iter()
            .filter(|dyno| {
                down.iter().any(|down| down.process_type == dyno.process_type)
                    && dyno.state != "down"
            })
            .map(|dyno| dyno.name)
            .collect();
        if left.is_empty() {
            clock.done("their dynos have stopped");
            return Ok(());
        }
        if clock.step() > wait {
            return Err(Failure::new(format!(
                "dynos of {} did not stop within {} s",
                platform.app,
                wait.as_secs()
            ))
            .because(format!("still there: {}", left.join(", ")))
            .because("no migration was run")
            .remedy("deploy again; [migrate.production] wait says how long to wait"));
        }
        clock.goes_on(|| format!("waiting for {} to stop", left.join(", ")));
        signals.pause(restore::LOOK).await.map_err(stopped_by)?;
    }
}

/// Makes good what a release that was cut off has left, by its note.
async fn make_good(
    note: &Note,
    notebook: &Notebook<'_>,
    platform: &Platform,
    config: &Config,
    clock: &mut Clock,
    signals: &mut Signals,
) -> Result<(), Failure> {
    say(&format!(
        "a release of {} was cut off: putting back what it noted at {}",
        platform.app, note.noted_at
    ));
    restore::put_back(note, platform, config.migrate.production.wait, clock, signals)
        .await
        .map_err(|failed| {
            failed.failure(&platform.app, "an earlier release was cut off; no migration was run")
        })?;
    notebook.forget(note).await?;
    clock.done(&format!("{} is as that release found it", platform.app));
    Ok(())
}

/// `maintenance restore`: makes good what a release that was cut off has left.
///
/// # Errors
/// Where that fails, or a release is under way.
pub async fn restore(
    config: &Config,
    environment: &Environment,
    database: &TargetUrl,
    app: Option<&str>,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let mut clock = Clock::start();
    let notebook = Notebook::open(database).await?;
    if notebook.notes().await?.is_empty() {
        say("nothing to put back: the database holds no note of a release that was cut off");
        return Ok(());
    }
    let own = OwnApp::of(config, environment, app)?;
    let access = Access::of(own, config, environment)?;
    let platform = Platform::new(&access)?;
    notebook.lock(RESTORE_LOCK_WAIT, signals).await?;
    let app = platform.app(Patience::GoingOn, signals).await.map_err(|error| unchanged(&error))?;
    access.app.is(&app)?;
    let notes = notebook.notes().await?;
    if let Some(note) = notes.iter().find(|note| note.app_id == app.id) {
        return make_good(note, &notebook, &platform, config, &mut clock, signals).await;
    }
    let Some(other) = notes.first() else {
        say("nothing to put back: another run has just done it");
        return Ok(());
    };
    Err(Failure::new(format!("the note in the database is not of {}", platform.app))
        .because(format!("a release of {} wrote it at {}", other.app_name, other.noted_at))
        .because("nothing was changed")
        .remedy(format!(
            "if that app uses this database, and its release was cut off, say\n \
             review-data maintenance restore --app {}\nif this database is a copy of that app's, \
             remove the note\n heroku pg:psql -a {} -c 'drop table review_data.production_note'",
            other.app_name, platform.app
        )))
}

impl OwnApp {
    /// Whether a note may be of this app, as far as that is clear without the API.
    fn may_have_written(&self, note: &Note) -> bool {
        match &self.id {
            Some(id) => note.app_id == *id,
            None => note.app_name == self.name,
        }
    }

    /// That the API's app is the one that we run in.
    fn is(&self, app: &App) -> Result<(), Failure> {
        match &self.id {
            Some(id) if *id != app.id => Err(Failure::wrong_use(format!(
                "{} is not the app that we run in",
                app.name
            ))
            .because(format!(
                "its id is {}, and HEROKU_APP_ID is {id}: HEROKU_APP_NAME may have been set \
                         by hand",
                app.id
            ))
            .because("nothing was changed")
            .remedy("unset HEROKU_APP_NAME, or name the app: review-data release --app APP")),
            _ => Ok(()),
        }
    }
}

/// A database may be a copy of another app's, or be used by two.
fn say_of_others(notes: &[Note], own: &OwnApp) {
    for note in notes.iter().filter(|note| !own.may_have_written(note)) {
        say(&format!(
            "the database holds a note of a release of {}, of {}: left alone",
            note.app_name, note.noted_at
        ));
    }
}

fn stopped_by(stop: Stop) -> Failure {
    Failure::new(format!("stopped by {stop}")).remedy("deploy again")
}

fn stopped(stop: Stop) -> Failure {
    Failure::new(format!("stopped by {stop}; nothing was changed")).remedy("deploy again")
}

fn unchanged(error: &PlatformError) -> Failure {
    error.failure().because("nothing was changed, and no migration was run")
}

/// What a panic says may quote a value: only its place is shown, where the command ends.
fn panicked() -> Failure {
    Failure::new("the release ended before its time")
}

fn taken_over(app: &str, ended: Result<(), Failure>) -> Failure {
    let failure = match ended {
        Ok(()) => Failure::new("the connection to the database was lost")
            .because("the migrations have run"),
        Err(failure) => failure,
    };
    failure
        .because(format!("meanwhile another run has put {app} back, by our note: left to it"))
        .remedy("see how that run ends, and deploy again")
}

fn still_noted(failure: Failure, app: &str) -> Failure {
    failure
        .because(format!(
            "{app} is restored, but the note about it is still in the database"
        ))
        .remedy("let it be removed, before somebody changes the dynos:\n review-data maintenance restore")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_failure_like_others() {
        let work = async {
            let numbers: Vec<u8> = std::hint::black_box(Vec::new());
            numbers[7]
        };
        let ended = AssertUnwindSafe(work).catch_unwind().await;
        assert!(ended.is_err());
        insta::assert_snapshot!(panicked());
    }
}
