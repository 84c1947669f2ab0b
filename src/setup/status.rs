//! `status`: what a database's record says, what is missing, and what will complete it.

use super::app::App;
use super::lock;
use super::words;
use crate::failure::Failure;
use crate::postgres::Writable;
use crate::record::{self, Found, List, Record};
use crate::report::{
    LoadStatus, LoadedTable, MaskedColumn, MaskedPath, RunningStatus, STATUS_VERSION, SetUpState,
    Status, counted,
};

/// Reads the status of the app's target. Writes nothing.
///
/// # Errors
/// Where the database cannot be asked.
pub async fn status(app: &App<'_>) -> Result<Status, Failure> {
    let target = app.target.connect().await?;
    let mut status = Status {
        version: STATUS_VERSION,
        database: app.target.0.display(),
        state: SetUpState::Empty,
        app: None,
        holds: None,
        awaited_at: None,
        adopted_at: None,
        loaded: None,
        migrated_at: None,
        done: Vec::new(),
        missing: Vec::new(),
        running: None,
        gone: None,
        next: None,
    };
    let by_hand = app.by_hand("review-data postdeploy");
    let found = record::read(&target).await?;
    if let Found::Ours(record) = &found {
        of_record(app, &target, record, &mut status).await?;
    } else {
        status.holds = record::holds(&target).await?.map(|holding| holding.to_string());
    }
    status.state = match &found {
        Found::Ours(record) => state_of(record, &status),
        Found::Newer(_) => SetUpState::Newer,
        Found::ProductionNotes => SetUpState::Production,
        Found::OfAnotherDatabase(_) => SetUpState::Copied,
        Found::Nothing if status.holds.is_some() => SetUpState::Unknown,
        Found::Nothing => SetUpState::Empty,
    };
    status.next = match status.state {
        SetUpState::SetUp | SetUpState::Adopted => None,
        SetUpState::Empty => Some(format!("this sets it up:\n{by_hand}")),
        SetUpState::Awaited | SetUpState::Loaded => {
            Some(format!("the next release does what is missing; by hand:\n{by_hand}"))
        }
        SetUpState::Gone => Some(format!(
            "this loads the tables again:\n{}",
            app.by_hand("review-data postdeploy --replace")
        )),
        SetUpState::Newer => {
            Some("use the version of review-data that wrote the record".to_owned())
        }
        SetUpState::Production => Some("nothing; no review app may use it".to_owned()),
        SetUpState::Unknown | SetUpState::Copied => Some(
            "in a review app, a release is refused; if the database is the app's own, set \
             REVIEW_DATA_ADOPT=1 once"
                .to_owned(),
        ),
    };
    Ok(status)
}

fn state_of(record: &Record, status: &Status) -> SetUpState {
    if record.loaded.is_none() {
        return match record.adopted_at {
            Some(_) => SetUpState::Adopted,
            None => SetUpState::Awaited,
        };
    }
    if status.gone.is_some() {
        return SetUpState::Gone;
    }
    if status.missing.is_empty() { SetUpState::SetUp } else { SetUpState::Loaded }
}

/// A masked column, as the record has it.
fn masked(note: record::MaskNote) -> MaskedColumn {
    let path = |text: &String| {
        let (path, mask) = text.rsplit_once(' ').unwrap_or((text, ""));
        MaskedPath { path: path.to_owned(), mask: mask.to_owned() }
    };
    MaskedColumn {
        paths: note.paths.iter().map(path).collect(),
        schema: note.schema,
        table: note.table,
        column: note.column,
        mask: note.mask,
        reason: note.reason,
        values: note.values,
    }
}

async fn of_record(
    app: &App<'_>,
    target: &Writable,
    record: &Record,
    status: &mut Status,
) -> Result<(), Failure> {
    status.app.clone_from(&record.app);
    status.awaited_at = record.awaited.as_ref().map(|awaited| awaited.at.clone());
    status.adopted_at.clone_from(&record.adopted_at);
    status.migrated_at.clone_from(&record.migrated_at);
    if let Some(running) = &record.running {
        status.running = Some(RunningStatus {
            step: running.step.name().to_owned(),
            since: running.since.clone(),
            by: lock::holder(target).await?,
        });
    }
    let Some(loaded) = &record.loaded else {
        status.holds = record::holds(target).await?.map(|holding| holding.to_string());
        if record.adopted_at.is_none() {
            status.missing.push("load".to_owned());
        }
        return Ok(());
    };
    let tables = record::loaded_tables(target).await?;
    let notes = record::mask_notes(target).await?;
    status.loaded = Some(LoadStatus {
        at: loaded.at.clone(),
        tool_version: loaded.tool_version.clone(),
        source: loaded.source.clone(),
        snapshot_at: loaded.snapshot_at.clone(),
        masked: loaded.masked,
        mask_key: notes.key,
        masks: notes.columns.into_iter().map(masked).collect(),
        came_from: record::origins(target).await?.iter().map(ToString::to_string).collect(),
        tables: tables.into_iter().map(|(table, rows)| LoadedTable { table, rows }).collect(),
    });
    if !record.of_0_1_0 {
        status.gone = record::gone(target).await?.map(|gone| gone.to_string());
    }
    status.done.push("load".to_owned());
    let commands = |list: List| {
        let number = record.ended.of(list).len();
        (number > 0).then(|| {
            format!("{} of [postdeploy] {}", counted(number as u64, "command"), list.name())
        })
    };
    status.done.extend(commands(List::Before));
    if record.is_migrated() {
        status.done.push("the migrations".to_owned());
    }
    status.done.extend(commands(List::After));
    status.missing = words::missing(app, record);
    Ok(())
}
