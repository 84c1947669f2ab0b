//! What a run says: in one line what it found and what it will do, and how a failed set-up is
//! completed.

use super::app::App;
use super::commands::missing_commands;
use super::occasion::Occasion;
use super::state::{Because, Course, State};
use crate::failure::Failure;
use crate::record::{Gone, List, Record};
use crate::report::counted;

/// Before a swap begins.
pub(super) const AFTER_THE_SWAP: &str = "\
    the swap is one transaction: until its COMMIT, the old data stays. The commands of [postdeploy] \
    and the migrations come after that point of no return: if one of them fails, the new data stays, \
    loaded, and the next run continues from there";

/// What a run found, and what it will do.
pub(super) fn found(app: &App<'_>, state: &State, occasion: Occasion, course: Course) -> String {
    let name = &app.name;
    let record = state.record.as_ref();
    let loaded = record
        .and_then(|record| record.loaded.as_ref())
        .map_or_else(String::new, |loaded| format!("loaded at {}", loaded.at));
    let only = match app.command {
        Some(_) => "running migrations only",
        None => "no migration command, nothing to run",
    };
    match course {
        Course::Await => {
            let filled = match &state.holding {
                Some(holding) => format!(
                    "the database holds {holding}, which the load will replace ([target] existing)"
                ),
                None => "the database is empty".to_owned(),
            };
            format!(
                "{name}: first release in a review app, {filled}: nothing to do yet, postdeploy \
                 will set up the database"
            )
        }
        Course::Everything(because) => {
            format!("{name}: {}", why_everything(state, occasion, because))
        }
        Course::Adopt => format!(
            "{name}: the database is not empty, and {} is set: recording it as the app's own, \
             {only}; nothing is loaded",
            super::whose::ADOPT_VARIABLE
        ),
        Course::MigrateAdopted => format!(
            "{name}: the database was recorded as the app's own at {}, without a load: {only}",
            record.and_then(|record| record.adopted_at.as_deref()).unwrap_or_default()
        ),
        Course::Migrate => format!("{name} is set up already ({loaded}): {only}"),
        Course::MigrateWhatIsLeft => {
            let gone = state.gone.as_ref().map_or_else(String::new, ToString::to_string);
            format!(
                "warning: {name}: {loaded}, but nothing of the load is left: {gone}. {}. Now \
                 {only}. This loads the tables again:\n{}",
                cause(app),
                app.by_hand("review-data postdeploy --replace")
            )
        }
        Course::Complete => {
            let missing = record.map_or_else(Vec::new, |record| missing(app, record));
            format!("{name}: {loaded}; still missing: {}: doing that now", missing.join(", "))
        }
        Course::Nothing => {
            let migrated = record.and_then(|record| record.migrated_at.as_ref());
            let migrated = migrated.map_or_else(String::new, |at| format!(", migrated at {at}"));
            format!("{name} is set up already ({loaded}{migrated}): nothing to do")
        }
        Course::RefuseGone => {
            format!("{name}: {loaded}, but nothing of the load is left: nothing is run")
        }
        Course::RefuseNotOurs => {
            format!("{name}: the database is not empty, and has no record: nothing is run")
        }
    }
}

fn why_everything(state: &State, occasion: Occasion, because: Because) -> String {
    let record = state.record.as_ref();
    let release = occasion == Occasion::Release;
    match because {
        Because::Empty if release => {
            "first release in a review app, the database is empty, and no postdeploy in app.json \
             calls review-data: setting up the database now"
                .to_owned()
        }
        Because::Empty => "the database is empty: setting it up".to_owned(),
        Because::NothingLoaded => {
            let awaited = record.and_then(|record| record.awaited.as_ref());
            let at = awaited.map_or_else(String::new, |awaited| format!(" at {}", awaited.at));
            let why = if release {
                " (postdeploy has failed, was killed or has not run yet)"
            } else {
                ""
            };
            format!("a release ran{at}, but nothing is loaded yet{why}: doing the whole set-up")
        }
        Because::ReplaceExisting => {
            let holding = state.holding.as_ref().map_or_else(String::new, ToString::to_string);
            format!("the database holds {holding}: replacing it ([target] existing), setting up")
        }
        Because::Replace => match record.and_then(|record| record.loaded.as_ref()) {
            Some(loaded) => format!(
                "loaded at {}: replacing it by a fresh load (--replace), setting up",
                loaded.at
            ),
            None => "replacing what the database holds (--replace), setting up".to_owned(),
        },
    }
}

/// The steps that are missing after the load, in a few words each.
pub(super) fn missing(app: &App<'_>, record: &Record) -> Vec<String> {
    let commands = missing_commands(app, record);
    let of = |list: List| {
        let number = commands.iter().filter(|(other, _)| *other == list).count();
        (number > 0).then(|| {
            let commands = counted(number as u64, "command");
            format!("{commands} of [postdeploy] {}", list.name())
        })
    };
    let migrations = app.command.is_some().then(|| migrations_missing(record)).flatten();
    [of(List::Before), migrations, of(List::After)].into_iter().flatten().collect()
}

/// What there is to say of migrations that have not ended well.
fn migrations_missing(record: &Record) -> Option<String> {
    if let Some(at) = &record.cut_at {
        return Some(format!("the migrations (interrupted at {at})"));
    }
    if record.is_migrating() {
        return Some("the migrations (interrupted)".to_owned());
    }
    if let Some(at) = &record.migration_failed_at {
        return Some(format!("the migrations (failed at {at})"));
    }
    record.migrated_at.is_none().then(|| "the migrations".to_owned())
}

/// What has likely emptied the database: the app's own command where its files show one.
fn cause(app: &App<'_>) -> String {
    let emptied = (app.causes)(app.directory).emptied;
    if emptied.is_empty() {
        return "A command that makes the schema anew does this (rails db:schema:load, artisan \
                migrate:fresh, flyway clean), in app.json's postdeploy or by hand"
            .to_owned();
    }
    format!("This app has a command that does it: {}", emptied.join("; "))
}

/// `postdeploy` on a target whose load is gone.
pub(super) fn gone(app: &App<'_>, state: &State) -> Failure {
    let gone = state.gone.as_ref().map_or_else(String::new, ToString::to_string);
    Failure::new(format!("nothing is left of what was loaded into the database of {}", app.name))
        .because(gone)
        .because(cause(app))
        .because("nothing was done")
        .remedy(format!(
            "take that command out of app.json's postdeploy; this loads the tables again:\n{}",
            app.by_hand("review-data postdeploy --replace")
        ))
}

/// The migrations themselves have left nothing.
pub(super) fn gone_by_migrations(app: &App<'_>, gone: &Gone) -> String {
    format!(
        "warning: {}: after the migrations, nothing is left of the load: {gone}. The migration \
         command makes the schema anew, or empties the tables: let it run what is pending only. \
         This loads the tables again:\n{}",
        app.name,
        app.by_hand("review-data postdeploy --replace")
    )
}

/// A migration that failed after an earlier run was interrupted in it.
pub(super) fn cut_half_way(app: &App<'_>, at: &str, failure: Failure) -> Failure {
    failure
        .because(format!(
            "the migration was cut half-way: a run that was interrupted had begun it at {at}, and \
             what it did may be in the database in part; the migration tool's own message is above"
        ))
        .remedy(format!(
            "this loads the data again and runs the migrations from the start:\n{}",
            app.by_hand("review-data postdeploy --replace")
        ))
}

/// A set-up that failed says how it is completed.
pub(super) fn with_repair(
    app: &App<'_>,
    course: Course,
    loaded: bool,
    mut failure: Failure,
) -> Failure {
    let repair = match course {
        Course::Everything(Because::Replace) if !loaded => format!(
            "the earlier set-up is unchanged; this tries the swap again:\n{}",
            app.by_hand("review-data postdeploy --replace")
        ),
        Course::Everything(_) | Course::Complete => format!(
            "the next release does what is missing of the set-up; by hand, this does:\n{}",
            app.by_hand("review-data postdeploy")
        ),
        _ => return failure,
    };
    failure.remedy = Some(match failure.remedy.take() {
        Some(remedy) => format!("{remedy}\n{repair}"),
        None => repair,
    });
    failure
}
