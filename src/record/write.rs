//! Writing the record: one function for each thing that happens to a target.

use super::commands::{List, fingerprint};
use super::identity::identity;
use super::layout::VERSION;
use super::left::{self, MigrationName, note_left};
use super::objects;
use super::origin::{self, Origin};
use super::read::Step;
use crate::failure::Failure;
use crate::postgres::Writable;

const RECORDING: &str = "cannot write our record to the target";

/// The schema, for whoever writes into it first. `create schema if not exists` asks for a right
/// that the schema's presence makes unnecessary.
pub const SCHEMA: &str = "\
    do $$ begin \
      if pg_catalog.to_regnamespace('review_data') is null then \
        create schema review_data; \
        comment on schema review_data is \
          'the record of review-data: what was copied here, when, and what has run since'; \
      end if; \
    end $$;";

const SET_UP: &str = "\
    create table if not exists review_data.setup ( \
      one_row boolean primary key default true check (one_row), \
      version integer not null, \
      tool_version text not null, \
      system_identifier bigint not null, \
      database_oid bigint not null, \
      app text, \
      awaited_at timestamptz, \
      awaited_empty boolean, \
      adopted_at timestamptz, \
      loaded_at timestamptz, \
      migrated_at timestamptz, \
      migration_failed_at timestamptz, \
      cut_at timestamptz, \
      running_step text, \
      running_since timestamptz, \
      running_command text); \
    create table if not exists review_data.setup_command ( \
      id bigint generated always as identity primary key, \
      list text not null, \
      command text not null, \
      ended_at timestamptz not null default pg_catalog.now());";

/// Makes the tables where they are missing, and the one row that says whose database this is. A
/// row about another database is of a copied record, and is replaced with all that belongs to it.
async fn make(target: &Writable, app: Option<&str>) -> Result<(), Failure> {
    let failed = |error| target.failure(RECORDING, &error);
    let own = identity(target).await?;
    target
        .run(&format!("{SCHEMA} {SET_UP} {} {} {}", left::TABLE, objects::TABLE, origin::TABLE))
        .await
        .map_err(failed)?;
    let database = i64::from(own.database);
    let others = target
        .query(
            "delete from review_data.setup \
             where system_identifier <> $1 or database_oid <> $2 returning 1",
            &[&own.system, &database],
        )
        .await
        .map_err(failed)?;
    if !others.is_empty() {
        target.run("delete from review_data.setup_command").await.map_err(failed)?;
        target.run("delete from review_data.left_table").await.map_err(failed)?;
        target.run("delete from review_data.left_object").await.map_err(failed)?;
    }
    target
        .query(
            "insert into review_data.setup (version, tool_version, system_identifier, \
               database_oid, app) values ($1, $2, $3, $4, $5) \
             on conflict (one_row) do update set version = excluded.version, \
               tool_version = excluded.tool_version, \
               app = coalesce(excluded.app, review_data.setup.app)",
            &[&VERSION, &env!("CARGO_PKG_VERSION"), &own.system, &database, &app],
        )
        .await
        .map_err(failed)?;
    Ok(())
}

/// Does one thing to the record, whole or not at all.
async fn in_one_transaction(
    target: &Writable,
    work: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    let failed = |error| target.failure(RECORDING, &error);
    target.run("begin").await.map_err(failed)?;
    match work.await {
        Ok(()) => target.run("commit").await.map_err(failed),
        Err(failure) => {
            let _ = target.run("rollback").await;
            Err(failure)
        }
    }
}

async fn update(
    target: &Writable,
    sql: &str,
    parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> Result<(), Failure> {
    let done = target.query(sql, parameters).await;
    done.map(drop).map_err(|error| target.failure(RECORDING, &error))
}

/// A release ran before anything was loaded. The first such release counts: an empty database
/// proves that whatever comes into it later is the app's own.
///
/// # Errors
/// The server's.
pub async fn awaited(target: &Writable, app: Option<&str>, empty: bool) -> Result<(), Failure> {
    in_one_transaction(target, async {
        make(target, app).await?;
        update(
            target,
            "update review_data.setup set awaited_at = pg_catalog.now(), awaited_empty = $1 \
             where awaited_at is null",
            &[&empty],
        )
        .await
    })
    .await
}

/// Gives the record the app's name, where the platform gives one, and today's form.
///
/// # Errors
/// The server's.
pub async fn name_app(target: &Writable, app: Option<&str>) -> Result<(), Failure> {
    in_one_transaction(target, make(target, app)).await
}

/// A person says that a filled database is the app's own.
///
/// # Errors
/// The server's.
pub async fn adopted(target: &Writable, app: Option<&str>) -> Result<(), Failure> {
    in_one_transaction(target, async {
        make(target, app).await?;
        update(target, "update review_data.setup set adopted_at = pg_catalog.now()", &[]).await?;
        objects::note_all(target).await
    })
    .await
}

/// The target was loaded: written in the load's own transaction, after its rows. The set-up begins
/// anew. `chain`: where the rows came from.
///
/// # Errors
/// The server's.
pub async fn loaded(
    chain: &[Origin],
    target: &Writable,
    migration_tables: &[MigrationName<'_>],
) -> Result<(), Failure> {
    make(target, None).await?;
    write_chain(target, chain).await?;
    update(target, "delete from review_data.setup_command", &[]).await?;
    update(target, "delete from review_data.left_table", &[]).await?;
    note_left(target, "the load", migration_tables).await?;
    objects::note_all(target).await?;
    update(
        target,
        "update review_data.setup set loaded_at = pg_catalog.now(), migrated_at = null, \
           migration_failed_at = null, cut_at = null, running_step = null, \
           running_since = null, running_command = null",
        &[],
    )
    .await
}

async fn write_chain(target: &Writable, chain: &[Origin]) -> Result<(), Failure> {
    origin::write(target, chain).await.map_err(|error| target.failure(RECORDING, &error))
}

/// Gives a target with a record of 0.1.0 the record of today. The old record has no OIDs: the
/// present tables stand for the tables that the load left. Other objects are listed by the next load.
///
/// # Errors
/// The server's.
pub async fn upgrade(
    target: &Writable,
    app: Option<&str>,
    migration_tables: &[MigrationName<'_>],
) -> Result<(), Failure> {
    in_one_transaction(target, async {
        let chain = origin::origins(target).await?;
        make(target, app).await?;
        write_chain(target, &chain).await?;
        update(
            target,
            "update review_data.setup set loaded_at = \
               (select loaded_at from review_data.load order by id desc limit 1)",
            &[],
        )
        .await?;
        note_left(target, "the load", migration_tables).await
    })
    .await
}

/// A command of `[postdeploy]` is about to run.
///
/// # Errors
/// The server's.
pub async fn begin_command(target: &Writable, list: List, command: &str) -> Result<(), Failure> {
    begin(target, Step::Command(list), command).await
}

/// The migration command is about to run.
///
/// # Errors
/// The server's.
pub async fn begin_migrations(target: &Writable, command: &str) -> Result<(), Failure> {
    begin(target, Step::Migrations, command).await
}

async fn begin(target: &Writable, step: Step, command: &str) -> Result<(), Failure> {
    in_one_transaction(target, async {
        if was_interrupted(target).await? {
            objects::note_ours(target).await?;
        }
        objects::note_others(target).await?;
        update(
            target,
            "update review_data.setup set running_step = $1, running_command = $2, \
               running_since = pg_catalog.now()",
            &[&step.key(), &fingerprint(command)],
        )
        .await
    })
    .await
}

/// Whether a command was begun whose end is not recorded.
async fn was_interrupted(target: &Writable) -> Result<bool, Failure> {
    let rows = target
        .query("select from review_data.setup where running_step is not null", &[])
        .await
        .map_err(|error| target.failure(RECORDING, &error))?;
    Ok(!rows.is_empty())
}

/// Nothing runs any more, and what the last command made is ours.
async fn at_rest(target: &Writable) -> Result<(), Failure> {
    objects::note_ours(target).await?;
    update(target, &format!("update review_data.setup set {AT_REST}"), &[]).await
}

/// Nothing runs any more.
const AT_REST: &str = "running_step = null, running_since = null, running_command = null";

/// A command of `[postdeploy]` has succeeded: it never runs again.
///
/// # Errors
/// The server's.
pub async fn command_ended(target: &Writable, list: List, command: &str) -> Result<(), Failure> {
    in_one_transaction(target, async {
        update(
            target,
            // only once, also where the answer to the first COMMIT was lost
            "insert into review_data.setup_command (list, command) \
             select $1::text, $2::text from review_data.setup \
             where running_step = $1::text and running_command = $2::text",
            &[&list.name(), &fingerprint(command)],
        )
        .await?;
        at_rest(target).await
    })
    .await
}

/// A command of `[postdeploy]` has failed.
///
/// # Errors
/// The server's.
pub async fn command_failed(target: &Writable) -> Result<(), Failure> {
    in_one_transaction(target, at_rest(target)).await
}

/// The migrations have succeeded. `left`: the target's tables are to be recorded anew.
///
/// # Errors
/// The server's.
pub async fn migrations_succeeded(
    target: &Writable,
    left: bool,
    migration_tables: &[MigrationName<'_>],
) -> Result<(), Failure> {
    in_one_transaction(target, async {
        if left {
            note_left(target, "the migrations", migration_tables).await?;
        }
        update(
            target,
            "update review_data.setup set migrated_at = pg_catalog.now(), \
               migration_failed_at = null, cut_at = null",
            &[],
        )
        .await?;
        at_rest(target).await
    })
    .await
}

/// The migrations have failed.
///
/// # Errors
/// The server's.
pub async fn migrations_failed(target: &Writable) -> Result<(), Failure> {
    in_one_transaction(target, async {
        let failed = "update review_data.setup set migration_failed_at = pg_catalog.now()";
        update(target, failed, &[]).await?;
        at_rest(target).await
    })
    .await
}

/// The migrations that a run had begun were interrupted.
///
/// # Errors
/// The server's.
pub async fn cut(target: &Writable) -> Result<(), Failure> {
    update(
        target,
        "update review_data.setup set cut_at = coalesce(cut_at, running_since, pg_catalog.now())",
        &[],
    )
    .await
}
