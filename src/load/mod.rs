//! The load: an empty target is filled in one transaction. Before its COMMIT nothing is changed.
//!
//! 1. Guard: both sides are checked before anything is touched (`guard`).
//! 2. Snapshot: the source session exports one, and every reader of the load imports it (`reading`).
//! 3. Schema: `pg_dump` reads it in the same snapshot, and the target makes what comes before rows.
//! 4. Select: rows are chosen by their keys (`select`). Under a budget, the fraction is found first
//!    (`budget`).
//! 5. Stream: chosen rows go to the target through `rows`, the only door.
//! 6. Finish: keys, indexes, foreign keys, triggers, views, sequences, statistics (`finish`).
//! 7. Record: what was loaded, and how. COMMIT, or under a budget one more attempt.
//!
//! What runs at the same time:
//!
//! ```text
//! source, session 1   select keys and rows ──┐
//! source, session 2   look up the next ones ─┴─► channel ─┐
//! pg_dump             dump the schema ─► target: make it ─┴─► COPY, indexes of complete tables
//! ```

mod arrived;
mod backoff;
mod broken;
mod budget;
mod capacity;
mod commit;
mod computed;
mod exceptions;
mod extension_rows;
mod extensions;
mod filling;
mod finish;
mod gate;
mod guard;
mod invalid_text;
mod known;
mod large_rows;
mod left_out;
pub mod lock_estimate;
mod making;
mod masking;
pub mod measure;
mod memory_limit;
mod names;
mod objects;
mod older_target;
mod only;
mod orphans;
mod paths;
mod plan;
mod reading;
mod refused_objects;
mod refused_rows;
mod relations;
mod replace;
mod request;
mod retry;
mod rows;
mod rules;
mod select;
mod sequences;
mod source_state;
mod trial;
mod unlock;
mod why;

pub use crate::config::MigrationTable;
pub use backoff::{Backoff, patiently};
pub use masking::{check_key, planned_masks};
pub use plan::plan;
pub use replace::Existing;
pub use request::Request;
pub use source_state::reading_patiently;
pub use unlock::unlock;
pub use why::{Question, why};

use crate::catalog::{self, Catalog, Outside};
use crate::config::{ByteSize, Size};
use crate::failure::Failure;
use crate::postgres::{ReadOnly, TargetUrl, Writable};
use crate::report::{self, FirstAttempt, Progress, Report, SizeReport};
use crate::schema::{Dumping, Excluded, PgDump};
use crate::subset::rules::Rule;
use budget::{Fit, Fitting, Verdict};
use capacity::Capacity;
use exceptions::Peculiar;
use extension_rows::ExtensionRows;
use finish::Provenance;
use known::{Known, Rows, Source};
use making::Versions;
use masking::{Masks, Secrets, Sides};
use reading::{open_snapshot, read_catalog_inside, read_outside, stop_reading};
use replace::Swap;
use retry::{Ended, Retries};
use rules::rules_of;
use select::Counts;
use std::rc::Rc;
use std::time::Instant;
use unlock::Unlocking;

/// When the target was last loaded: the load is one transaction, so the presence of its record is
/// the truth.
///
/// # Errors
/// Where the target cannot be asked.
pub async fn loaded_at(target: &TargetUrl) -> Result<Option<String>, Failure> {
    guard::loaded_at(&target.connect().await?).await
}

/// Fills a target in one transaction: an empty one, or one that may be replaced. The caller holds
/// the lock on the target (`setup::lock`). Where a server fails in a way that passes, the load
/// begins again, from a fresh snapshot.
///
/// # Errors
/// Any failure; nothing of the target is changed then.
pub async fn load(request: &Request<'_>, progress: &Progress) -> Result<Report, Failure> {
    let secrets = Secrets::of(request.config)?;
    let mut retries = Retries::new(request, progress);
    loop {
        match Box::pin(attempt(request, progress, &secrets, retries.begun())).await {
            Ok(report) => return Ok(report),
            Err(ended) => retries.next(ended).await?,
        }
    }
}

/// One attempt. If it fails, nothing of the target is changed.
async fn attempt(
    request: &Request<'_>,
    progress: &Progress,
    secrets: &Secrets,
    begun: Instant,
) -> Result<Report, Ended> {
    progress.begin("connecting to source and target");
    let (source, target) = tokio::join!(request.source.connect(), request.target.connect());
    let (source, target) = (source?, target?);
    let (checked, pg_dump) = tokio::join!(
        guard::check(request.source, &source, request.target, &target, request.existing),
        PgDump::find(major(source.server_version_num()))
    );
    let swap = checked?;
    let pg_dump = pg_dump?;
    gate::enter(&source, request.config.source.patience, progress).await?;
    let snapshot = open_snapshot(&source).await?;
    let load = Load { request, progress, secrets, source, target, pg_dump, snapshot, swap };
    let loaded = load.run(begun).await;
    if load.target.is_closed() {
        let left = Some(load.target.backend());
        return loaded.map_err(|failure| Ended { failure, left });
    }
    if loaded.is_err() {
        // the server would do it as well; this way it is done before we say that we failed
        let _ = load.target.run("rollback").await;
    }
    let swaps = load.swap.is_some();
    let unchanged = |failure: Failure| failure.because("the target's old data is unchanged");
    Ok(loaded.map_err(|failure| if swaps { unchanged(failure) } else { failure })?)
}

/// `15` of `150018`
fn major(version: i32) -> u32 {
    u32::try_from(version / 10_000).unwrap_or(0)
}

/// A load under way.
struct Load<'a> {
    request: &'a Request<'a>,
    progress: &'a Progress,
    /// The key of the masks and the reviewers' password: the same in all attempts.
    secrets: &'a Secrets,
    source: ReadOnly,
    target: Writable,
    pg_dump: PgDump,
    snapshot: String,
    /// What is replaced in a target that is not empty.
    swap: Option<Swap>,
}

/// A target that is filled, and not committed yet.
struct Filled {
    report: Report,
    selection: select::Selection,
}

impl Load<'_> {
    async fn run(&self, begun: Instant) -> Result<Report, Failure> {
        if let Some(swap) = &self.swap {
            swap.announce(self.request.config.subset.size, self.progress);
        }
        self.capacity().check(&self.target).await?;
        self.progress.begin("reading the source's catalogue");
        let outside = read_outside(&self.source, self.request.config).await?;
        lock_estimate::check_source(&self.source, &outside).await?;
        let names = catalog::dumped_names(&self.source, &outside).await?;
        let excluded = Excluded::of(&outside, &names);
        let (known, dumping) = tokio::join!(
            self.read_source(&outside),
            self.pg_dump.begin(&self.source, &self.snapshot, &excluded)
        );
        // our own error names the remedy, pg_dump's does not: ours comes first
        let Known { catalog, rules, extensions, peculiar, versions, may_stop, masks } = known?;
        let dumping = dumping?;
        let (source, snapshot) = (&self.source, &self.snapshot);
        let extension_rows =
            ExtensionRows::read(source, snapshot, &catalog, masks.are_on()).await?;
        let provenance = Provenance::read(&self.source).await?;
        let unlocking = Unlocking::of(&catalog);
        let about = Source {
            catalog: &catalog,
            rules: &rules,
            extensions: &extensions,
            extension_rows: &extension_rows,
            provenance: &provenance,
            peculiar: &peculiar,
            outside: &outside,
            unlocking: &unlocking,
            versions: &versions,
            may_stop,
            masks: &masks,
        };
        let mut report = match self.request.config.subset.size {
            Size::Budget(budget) => self.fill_to_budget(&about, dumping, budget).await?,
            Size::Linear(part) => {
                self.fill_to_fraction(&about, dumping, SizeReport::Linear { part }).await?
            }
            Size::Logarithmic(part) => {
                self.fill_to_fraction(&about, dumping, SizeReport::Logarithmic { part }).await?
            }
        };
        if let Some(swap) = &self.swap {
            swap.finish(&self.target).await?;
        }
        self.capacity().measure(&self.target).await?;
        self.progress.begin("committing");
        commit::commit(&self.target, self.request.target, self.progress).await?;
        if let Some(swap) = &self.swap {
            report.replaced = Some(swap.done());
            report.target_bytes = self.size_after_commit().await.unwrap_or(report.target_bytes);
        }
        report.seconds = begun.elapsed().as_secs_f64();
        self.progress.end();
        Ok(report)
    }

    fn capacity(&self) -> Capacity {
        Capacity::of(self.request.config, self.swap.is_some())
    }

    /// The load is done, even if the session was lost during its COMMIT: another one asks.
    async fn size_after_commit(&self) -> Option<u64> {
        if let Ok(bytes) = finish::size(&self.target).await {
            return Some(bytes);
        }
        let session = self.request.target.connect().await.ok()?;
        finish::size(&session).await.ok()
    }

    /// All that must be known of the source before rows are selected.
    async fn read_source(&self, outside: &Outside) -> Result<Known, Failure> {
        let Request { config, migration_tables, .. } = self.request;
        let catalog = read_catalog_inside(&self.source, config, outside).await?;
        let rules = rules_of(&self.source, config, migration_tables, &catalog).await?;
        let swap = self.swap.as_ref();
        lock_estimate::check(&self.source, &self.target, &catalog, swap, self.progress).await?;
        refused_objects::check(&self.source, &self.target, &catalog).await?;
        let extensions = extensions::extensions(&self.source)
            .await
            .map_err(|error| self.source.failure("cannot read the source's extensions", &error))?;
        let peculiar = Peculiar::read(&self.source).await?;
        let versions = Versions {
            server: self.source.server_version_num(),
            extensions: extensions::older_versions(&self.target, &extensions).await?,
        };
        let may_stop = !peculiar.privileged.is_empty()
            || peculiar.lacking.foreign_tables
            || versions.differ(&self.target)
            || extensions::lacks_any(&self.target, &extensions).await?;
        let masks = self.prepare_masks(&catalog, &rules).await?;
        Ok(Known { catalog, rules, extensions, peculiar, versions, may_stop, masks })
    }

    /// Decides about masks, and says what the reader has to know before anything is copied.
    async fn prepare_masks(&self, catalog: &Catalog, rules: &[Rule]) -> Result<Masks, Failure> {
        let (source, config) = (&self.source, self.request.config);
        let decided = masking::decide(source, config, catalog, rules).await?;
        if let Some(line) = decided.announcement() {
            self.progress.line(&line);
        }
        for note in decided.notes(config) {
            self.progress.line(&note);
        }
        let sides = Sides { source, target: &self.target, config, secrets: self.secrets };
        Masks::prepare(&sides, catalog, decided).await
    }

    /// Rows by the fraction that was asked for: the schema is dumped while rows are being selected.
    async fn fill_to_fraction(
        &self,
        about: &Source<'_>,
        dumping: Dumping<'_>,
        size: SizeReport,
    ) -> Result<Report, Failure> {
        computed::check_possible(about.catalog, about.rules)?;
        let rows = Rows { rules: about.rules, counts: &Counts::default() };
        let schema = self.choose_schema(about, dumping);
        let filled = if about.may_stop {
            self.progress.begin("dumping the schema");
            let schema = std::future::ready(Ok(schema.await?));
            self.fill(about, schema, rows, size).await?
        } else {
            self.fill(about, schema, rows, size).await?
        };
        Ok(filled.report)
    }

    /// As many rows as fit the budget. The fraction is found first. Where what the load took is not
    /// what was expected, it is rolled back, and loads with another fraction.
    async fn fill_to_budget(
        &self,
        about: &Source<'_>,
        dumping: Dumping<'_>,
        ByteSize(budget): ByteSize,
    ) -> Result<Report, Failure> {
        self.progress.begin("dumping the schema and measuring the source");
        let Source { catalog, rules, outside, .. } = *about;
        let (source, config, progress) = (&self.source, self.request.config, self.progress);
        let schema = self.choose_schema(about, dumping);
        let fitting = Fitting::new(source, outside, catalog, rules, config, progress, budget);
        let (schema, mut fitting) = if about.may_stop {
            (schema.await?, fitting.await?)
        } else {
            tokio::try_join!(schema, fitting)?
        };
        let before = finish::size(&self.target).await?;
        let mut first = None;
        loop {
            self.progress.begin(&format!("finding the rows that fit {}", report::bytes(budget)));
            let Fit { part, rules } = fitting.find().await?;
            computed::check_possible(catalog, &rules)?;
            let size = |taken| SizeReport::Budget { part, bytes: budget, taken, first };
            let rows = Rows { rules: &rules, counts: fitting.counts() };
            let schema = std::future::ready(Ok(Rc::clone(&schema)));
            let Filled { mut report, selection } = self.fill(about, schema, rows, size(0)).await?;
            let added = report.target_bytes.saturating_sub(before);
            match fitting.judge(&self.target, part, &selection, added).await? {
                Verdict::Commit { taken } => {
                    stop_reading(&self.source).await;
                    report.size = size(taken);
                    return Ok(report);
                }
                Verdict::Again { taken } => first = first.or(Some(FirstAttempt { part, taken })),
            }
            self.target
                .run("rollback")
                .await
                .map_err(|error| self.target.failure("cannot roll back on the target", &error))?;
        }
    }
}
