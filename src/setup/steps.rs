//! The steps of the sequence. Each is recorded before the next begins: a command whose success is
//! recorded never runs again, and one whose end is not recorded runs again.

use super::app::{App, existing};
use super::commands::missing;
use super::load::load;
use super::reaching::reaching;
use super::state::State;
use super::stop::Interruption;
use crate::config::without_secrets;
use crate::failure::{Failure, visible};
use crate::load::{self as loading, MigrationTable};
use crate::migrate::known_tables;
use crate::migrate::{Check, Ending, Migrations, Outcome, Pending, Shell, Signals, on_own_lines};
use crate::postgres::{SourceUrl, Writable};
use crate::record::{self, Found, List, MigrationName, Record, Step};
use crate::report::say;
use std::time::Duration;

/// The record is tried this many times where the session is lost, as when the server restarts.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_secs(2);

/// After a stop, how long the record may take. Heroku kills a dyno 30 s after its SIGTERM.
const LAST_WRITE: Duration = Duration::from_secs(4);

/// The sequence under way.
pub(super) struct Steps<'a> {
    pub(super) app: &'a App<'a>,
    /// Config vars that hold empty databases of the app itself.
    pub(super) own: Vec<String>,
    pub(super) state: State,
    source: Option<SourceUrl>,
    /// Variables that lead to the source in another spelling, once they were asked.
    reaching: Option<Vec<String>>,
    session: Option<Writable>,
    signals: &'a mut Signals,
}

/// Does the work in this session, or a new one where it is lost.
async fn with_session<T>(
    app: &App<'_>,
    kept: &mut Option<Writable>,
    work: impl AsyncFn(&Writable) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let session = match kept.take().filter(|session| !session.is_closed()) {
            Some(session) => Ok(session),
            None => app.target.connect().await,
        };
        let (done, lost) = match session {
            Ok(session) => {
                let done = work(&session).await;
                let lost = session.is_closed();
                *kept = Some(session);
                (done, lost)
            }
            Err(error) => (Err(error.into()), true),
        };
        if done.is_ok() || !lost || attempts == ATTEMPTS {
            return done;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The tables that are a migration tool's by their name alone.
fn names(tables: &[MigrationTable]) -> Vec<MigrationName<'_>> {
    let by_name = tables.iter().filter(|known| !known.if_plausible);
    by_name.map(|known| (known.schema.as_deref(), known.table.as_deref())).collect()
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        app: &'a App<'a>,
        own: Vec<String>,
        state: State,
        target: Writable,
        signals: &'a mut Signals,
    ) -> Self {
        Steps { app, own, state, source: None, reaching: None, session: Some(target), signals }
    }

    /// Reads or writes the record. A session that was lost meanwhile is replaced, so each write must
    /// tolerate being done twice. A stop lets it end, unless the server keeps it waiting.
    async fn with_target<T>(
        &mut self,
        work: impl AsyncFn(&Writable) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let Steps { app, session, signals, .. } = self;
        let work = with_session(app, session, work);
        tokio::pin!(work);
        let stop = if let Some((stop, _)) = signals.heard() {
            stop
        } else {
            tokio::select! {
                biased;
                done = &mut work => return done,
                stop = signals.next() => stop,
            }
        };
        match tokio::time::timeout(LAST_WRITE, &mut work).await {
            Ok(done) => done,
            Err(_) => Err(Failure::new(format!("stopped by {stop}"))
                .because(format!(
                    "the target did not finish within {} s what was to be recorded there",
                    LAST_WRITE.as_secs()
                ))
                .remedy("run the command again")),
        }
    }

    fn record(&self) -> Option<&Record> {
        self.state.record.as_ref()
    }

    /// Reads the record again.
    async fn refresh(&mut self) -> Result<(), Failure> {
        let found = self.with_target(async |target| record::read(target).await).await?;
        self.state.record = match found {
            Found::Ours(record) => Some(*record),
            Found::Newer(newer) => return Err(newer.into()),
            Found::Nothing | Found::ProductionNotes | Found::OfAnotherDatabase(_) => None,
        };
        Ok(())
    }

    /// Records that a release ran before anything was loaded.
    pub(super) async fn note_release(&mut self) -> Result<(), Failure> {
        let (app, empty) = (self.app.platform_name, self.state.holding.is_none());
        self.with_target(async |target| record::awaited(target, app, empty).await).await
    }

    /// Whether the record names another app than this one.
    pub(super) fn is_of_another_app(&self) -> bool {
        let recorded = self.record().and_then(|record| record.app.as_deref());
        recorded.is_some() && self.app.platform_name.is_some() && recorded != self.app.platform_name
    }

    /// Records this app's name.
    pub(super) async fn name_app(&mut self) -> Result<(), Failure> {
        let app = self.app.platform_name;
        self.with_target(async |target| record::name_app(target, app).await).await
    }

    /// Records a filled database as the app's own.
    pub(super) async fn adopt(&mut self) -> Result<(), Failure> {
        let app = self.app.platform_name;
        self.with_target(async |target| record::adopted(target, app).await).await?;
        self.refresh().await
    }

    pub(super) async fn load(&mut self, source: SourceUrl, replace: bool) -> Result<(), Failure> {
        // the load works in this session; a stop waits until every session is closed
        if let Some(session) = self.session.take() {
            session.leave_to_next();
        }
        let App { config, environment, target, format, .. } = self.app;
        let mut existing = existing(environment, config, replace);
        // what the target holds now came from whatever dropped all that the load had left
        existing.others |= replace && self.state.gone.is_some();
        load(&source, target, config, existing, *format, self.signals).await?;
        self.source = Some(source);
        self.refresh().await
    }

    /// Whether this run has loaded.
    pub(super) fn has_loaded(&self) -> bool {
        self.source.is_some()
    }

    /// Before anything runs on a loaded target: the record gets the app's name and today's form,
    /// and what was interrupted is named.
    pub(super) async fn prepare(&mut self) -> Result<(), Failure> {
        let app = self.app.platform_name;
        let Some(record) = self.record().cloned() else { return Ok(()) };
        if record.of_0_1_0 {
            say(
                "the database was loaded by review-data 0.1.0, whose record does not say what ran \
                 after the load: the migrations and all commands of [postdeploy] after run now",
            );
        }
        let tables = self.migration_tables();
        let names = names(&tables);
        self.with_target(async |target| {
            if record.of_0_1_0 {
                record::upgrade(target, app, &names).await
            } else {
                record::name_app(target, app).await
            }
        })
        .await?;
        if let Some(running) = &record.running {
            let what = running.step.name();
            say(&format!(
                "an earlier run was interrupted while it ran {what}, begun at {}: it runs again",
                running.since
            ));
        }
        Ok(())
    }

    /// The commands of `[postdeploy] before`, after the load and before the first migration.
    pub(super) async fn run_before(&mut self) -> Result<(), Failure> {
        self.run_commands(List::Before).await
    }

    /// The commands of `[postdeploy] after`, after the migrations.
    pub(super) async fn run_after(&mut self) -> Result<(), Failure> {
        self.run_commands(List::After).await
    }

    async fn run_commands(&mut self, list: List) -> Result<(), Failure> {
        let Some(record) = self.record() else { return Ok(()) };
        for command in missing(self.app, record, list) {
            self.run_command(list, command).await?;
        }
        Ok(())
    }

    async fn run_command(&mut self, list: List, command: &str) -> Result<(), Failure> {
        let shown = without_secrets(command);
        say(&format!("running {} the migrations: {}", list.name(), visible(&shown)));
        self.with_target(async |target| record::begin_command(target, list, command).await).await?;
        let shell = self.shell().await?;
        let why = match shell.run(command, self.signals).await {
            Ok(Ending::Success) => {
                return self
                    .with_target(async |target| record::command_ended(target, list, command).await)
                    .await;
            }
            // no end is recorded: the next run says that the command was interrupted
            Ok(ending @ (Ending::Stopped(_) | Ending::Killed(_))) => ending.to_string(),
            Ok(ending) => {
                self.with_target(async |target| record::command_failed(target).await).await?;
                ending.to_string()
            }
            Err(error) => error.to_string(),
        };
        let state = match list {
            List::Before => "the subset is loaded; the migrations have not run yet",
            List::After => "the subset is loaded and the migrations have run",
        };
        Err(Failure::new(format!("a command of [postdeploy] {} failed: {why}", list.name()))
            .because(format!("the command:\n{}", on_own_lines(&shown)))
            .because(state)
            .remedy("see the command's own output above and mend it"))
    }

    /// Runs the migrations, unless they have run and `[migrate] check` says that none is pending.
    pub(super) async fn migrate_if_pending(&mut self) -> Result<(), Failure> {
        let done = self.record().is_some_and(Record::is_migrated);
        if let Some(check) = &self.app.config.migrate.check
            && done
        {
            let shell = self.shell().await?;
            let pending = Check::Own(check.clone()).ask(&shell, self.signals).await;
            let pending = pending
                .map_err(|stop| Interruption::by(stop).failure("the migrations were not run"))?;
            if matches!(pending, Pending::No) {
                say("no migrations are pending");
                return Ok(());
            }
        }
        self.migrate().await
    }

    /// Runs the migrations.
    pub(super) async fn migrate(&mut self) -> Result<(), Failure> {
        let app = self.app;
        let Some(command) = &app.command else { return Ok(()) };
        let cut_at = self.after_interruption().await?;
        let shell = self.shell().await?;
        self.with_target(async |target| record::begin_migrations(target, &command.command).await)
            .await?;
        let migrations = Migrations {
            app: &app.name,
            command,
            config: &app.config.migrate,
            shell: &shell,
            database: Some(&app.target),
        };
        match migrations.outcome(self.signals).await {
            Outcome::Done => self.migrated().await,
            Outcome::Tolerated => {
                self.with_target(async |target| record::migrations_failed(target).await).await
            }
            Outcome::Failed { failure, interrupted } => {
                if !interrupted {
                    self.with_target(async |target| record::migrations_failed(target).await)
                        .await?;
                }
                Err(match cut_at {
                    Some(at) => super::words::cut_half_way(app, &at, failure),
                    None => failure,
                })
            }
        }
    }

    /// After an interrupted migration: records that it was cut, and releases the lock rows of the
    /// migration tool, since our lock proves that no run of ours holds them.
    async fn after_interruption(&mut self) -> Result<Option<String>, Failure> {
        let Some(record) = self.record() else { return Ok(None) };
        let running = record.running.as_ref().filter(|running| running.step == Step::Migrations);
        let Some(at) = record.cut_at.clone().or(running.map(|running| running.since.clone()))
        else {
            return Ok(None);
        };
        if running.is_some() {
            let unlocked = self
                .with_target(async |target| {
                    record::cut(target).await?;
                    loading::unlock(target).await
                })
                .await?;
            if !unlocked.is_empty() {
                say(&format!(
                    "the interrupted migration had left its tool's lock in {}: released",
                    unlocked.join(", ")
                ));
            }
        }
        Ok(Some(at))
    }

    /// The tables in which migration tools keep their state, under the app's own names too.
    fn migration_tables(&self) -> Vec<MigrationTable> {
        [known_tables(), self.app.config.migration_tables.clone()].concat()
    }

    /// The migrations have succeeded: what they left is recorded, unless it is nothing.
    async fn migrated(&mut self) -> Result<(), Failure> {
        let tables = self.migration_tables();
        let names = names(&tables);
        let known_gone = self.state.gone.is_some();
        let gone = self
            .with_target(async |target| {
                let nothing_left = match record::gone(target).await? {
                    Some(gone) if !record::has_rows(target, &names).await? => Some(gone),
                    _ => None,
                };
                let note = !known_gone && nothing_left.is_none();
                record::migrations_succeeded(target, note, &names).await?;
                Ok(nothing_left)
            })
            .await?;
        if let Some(gone) = gone.filter(|_| !known_gone) {
            say(&super::words::gone_by_migrations(self.app, &gone));
        }
        self.refresh().await
    }

    async fn shell(&mut self) -> Result<Shell, Failure> {
        let known = || {
            let chosen = self.app.environment.source_besides(self.app.config, &self.own).ok()?;
            SourceUrl::parse(chosen.url.expose()).ok()
        };
        let source = self.source.clone().or_else(known);
        let mut shell = self.app.shell(source.as_ref());
        let reaching = match self.reaching.take() {
            Some(reaching) => reaching,
            None => self.ask_where_variables_lead(source.as_ref(), &shell.hidden).await?,
        };
        shell.hide(&reaching);
        self.reaching = Some(reaching);
        Ok(shell)
    }

    async fn ask_where_variables_lead(
        &mut self,
        source: Option<&SourceUrl>,
        hidden: &[String],
    ) -> Result<Vec<String>, Failure> {
        let origins = self.with_target(async |target| record::origins(target).await).await?;
        if origins.is_empty() {
            return Ok(Vec::new());
        }
        let app = self.app;
        let places = (source, &app.target);
        let found = reaching(app.environment, places, hidden, &origins).await;
        if !found.silent.is_empty() {
            say(&format!(
                "these config vars hold PostgreSQL URLs that do not answer, so the app's commands \
                 keep them: {}",
                found.silent.join(", ")
            ));
        }
        Ok(found.source)
    }
}
