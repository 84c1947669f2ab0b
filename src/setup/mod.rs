//! The set-up of a review app's database: a sequence that any run can resume. It is one story for
//! `release` and `postdeploy`: see whose database it is, take the lock, read the record again, say
//! what was found and what comes next, do the steps that are missing, and record each.

mod app;
mod attached;
mod commands;
mod load;
pub mod lock;
mod occasion;
mod reaching;
mod shell;
mod state;
mod status;
mod steps;
pub mod stop;
mod whose;
mod words;

pub use app::{App, AppJson, Causes, claim, existing, find_source, parse};
pub use load::load;
pub use occasion::Occasion;
pub use shell::shell;
pub use status::status;

use crate::failure::Failure;
use crate::load::patiently;
use crate::migrate::Signals;
use crate::report::say;
use commands::missing_commands;
use lock::holding;
use state::{Because, Course, Existing, State, Wishes};
use std::cell::Cell;
use steps::Steps;
use stop::unless_stopped;

/// Does what is missing of a review app's set-up, or runs the migrations of a later push.
///
/// # Errors
/// Where the database is not the app's own, or a step fails.
pub async fn run(app: &App<'_>, occasion: Occasion, signals: &mut Signals) -> Result<(), Failure> {
    signals.limit(app.config.postdeploy.max_duration);
    let patience = app.config.source.patience;
    let verify = patiently(patience, say, async || {
        let target = app.target.connect().await?;
        let own = whose::verify(app, &target).await?;
        Ok((own, target))
    });
    let (own, target) = asked(signals, verify).await?;
    let target = Cell::new(Some(target));
    let claim = app.claim(occasion.name());
    let locked = holding(&claim, signals, async |signals| {
        // another run may have changed it meanwhile
        let find = patiently(patience, say, async || {
            let target = match target.take().filter(|target| !target.is_closed()) {
                Some(target) => target,
                None => app.target.connect().await?,
            };
            Ok((whose::find(app, &target).await?, target))
        });
        let (state, target) = asked(signals, find).await?;
        let steps = Steps::new(app, own.clone(), state, target, signals);
        Box::pin(sequence(app, occasion, steps)).await
    });
    Box::pin(locked).await
}

/// A question, before anything is written.
async fn asked<T>(
    signals: &mut Signals,
    question: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let answer = unless_stopped(signals, question).await;
    answer.map_err(|interruption| interruption.failure("nothing was done"))
}

/// The steps, under the lock.
async fn sequence(app: &App<'_>, occasion: Occasion, mut steps: Steps<'_>) -> Result<(), Failure> {
    let course = steps.state.course(occasion, wishes(app, &steps.state));
    say(&words::found(app, &steps.state, occasion, course));
    if whose::adopts(app) && steps.is_of_another_app() {
        steps.name_app().await?;
    }
    let done = match course {
        Course::Await => steps.note_release().await,
        Course::Everything(because) => everything(&mut steps, occasion, because).await,
        Course::Complete => complete(&mut steps).await,
        Course::Adopt => adopt(&mut steps).await,
        Course::Migrate | Course::MigrateAdopted | Course::MigrateWhatIsLeft => {
            steps.migrate().await
        }
        Course::Nothing => Ok(()),
        Course::RefuseGone => Err(words::gone(app, &steps.state)),
        Course::RefuseNotOurs => Err(whose::not_ours(app, &steps.state)),
    };
    done.map_err(|failure| words::with_repair(app, course, steps.has_loaded(), failure))
}

fn wishes(app: &App<'_>, state: &State) -> Wishes {
    Wishes {
        postdeploy_follows: app.app_json.calls_us,
        existing: if whose::adopts(app) {
            Existing::Adopt
        } else if whose::replaces(app) {
            Existing::Replace
        } else {
            Existing::Refuse
        },
        missing: state
            .record
            .as_ref()
            .is_some_and(|record| !missing_commands(app, record).is_empty()),
        migrates: app.command.is_some(),
    }
}

/// Load, `before`, migrations, `after`.
async fn everything(
    steps: &mut Steps<'_>,
    occasion: Occasion,
    because: Because,
) -> Result<(), Failure> {
    // a missing source fails the run before anything is written
    let source = steps.app.source(&steps.own)?;
    if occasion == Occasion::Release && because == Because::Empty {
        steps.note_release().await?;
    }
    let replace = because == Because::Replace;
    if replace {
        say(words::AFTER_THE_SWAP);
    }
    steps.load(source, replace).await?;
    complete(steps).await
}

/// What comes after the load, as far as it is missing.
async fn complete(steps: &mut Steps<'_>) -> Result<(), Failure> {
    steps.prepare().await?;
    steps.run_before().await?;
    steps.migrate_if_pending().await?;
    steps.run_after().await?;
    say(&format!("{} is set up", steps.app.name));
    Ok(())
}

async fn adopt(steps: &mut Steps<'_>) -> Result<(), Failure> {
    steps.adopt().await?;
    steps.migrate().await
}
