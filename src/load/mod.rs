//! The load, told as a story: guard, snapshot, schema, select, stream, finish, record.
//!
//! All that is written is written in one transaction of one session: whatever happens before its
//! COMMIT leaves the target as it was.

mod budget;
mod commit;
mod finish;
mod guard;
pub mod measure;
mod names;
mod objects;
mod plan;
mod relations;
mod replace;
mod retry;
mod rows;
mod rules;
mod select;
mod sequences;
mod source_state;
mod unlock;
mod why;

pub use crate::config::MigrationTable;
pub use plan::plan;
pub use replace::Existing;
pub use unlock::unlock;
pub use why::{Question, why};

use crate::catalog::{self, Catalog, QualifiedName};
use crate::config::{ByteSize, Config, Size};
use crate::failure::Failure;
use crate::postgres::{QuotedLiteral, QuotedName, ReadOnly, SourceUrl, TargetUrl, Writable};
use crate::report::{self, FirstAttempt, Progress, Report, SizeReport};
use crate::schema::{self, Dumping, PgDump, Schema};
use crate::subset::rules::Rule;
use budget::{Fitting, Verdict};
use replace::Swap;
use retry::{Ended, Retries};
use rows::Arrived;
use rules::rules_of;
use select::Counts;
use std::collections::HashMap;
use std::time::Instant;
use unlock::Unlocking;

/// What to load, from where to where.
pub struct Request<'a> {
    pub source: &'a SourceUrl,
    pub target: &'a TargetUrl,
    pub config: &'a Config,
    pub migration_tables: &'a [MigrationTable],
    pub existing: Existing,
}

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
/// Any failure; the target is then as it was before.
pub async fn load(request: &Request<'_>, progress: &Progress) -> Result<Report, Failure> {
    progress.line("the data is copied unmasked: this version has no masks yet");
    let mut retries = Retries::new(request, progress);
    loop {
        match Box::pin(attempt(request, progress, retries.begun())).await {
            Ok(report) => return Ok(report),
            Err(ended) => retries.next(ended).await?,
        }
    }
}

/// One attempt. Where it fails, the target is as it was.
async fn attempt(
    request: &Request<'_>,
    progress: &Progress,
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
    replace::enter(&source, request.config.source.patience, progress).await?;
    let snapshot = open_snapshot(&source).await?;
    limit_locks(&source).await?;
    let load = Load { request, progress, source, target, pg_dump, snapshot, swap };
    let loaded = load.run(begun).await;
    if load.target.is_closed() {
        let left = Some(load.target.backend());
        return loaded.map_err(|failure| Ended { failure, left });
    }
    if loaded.is_err() {
        // the server would do it as well; this way it is done before we say that we failed
        let _ = load.target.run("rollback").await;
    }
    Ok(loaded?)
}

/// `15` of `150018`
fn major(version: i32) -> u32 {
    u32::try_from(version / 10_000).unwrap_or(0)
}

/// The source's transaction. It can write nothing and sees one moment, that of a snapshot if one is
/// given.
async fn begin_reading(source: &ReadOnly, snapshot: Option<&str>) -> Result<(), Failure> {
    let import = snapshot
        .map(|snapshot| format!("set transaction snapshot {}; ", QuotedLiteral::new(snapshot)))
        .unwrap_or_default();
    source
        .run(&format!(
            "begin isolation level repeatable read read only; {import}\
             set local jit = off; \
             select pg_catalog.set_config('search_path', '', true)"
        ))
        .await
        .map_err(|error| source.failure(SNAPSHOT, &error))
}

const SNAPSHOT: &str = "cannot take a snapshot of the source";

/// Begins to read, and lets others read the same.
async fn open_snapshot(source: &ReadOnly) -> Result<String, Failure> {
    begin_reading(source, None).await?;
    let rows = source
        .query("select pg_catalog.pg_export_snapshot()", &[])
        .await
        .map_err(|error| source.failure(SNAPSHOT, &error))?;
    Ok(rows[0].get(0))
}

/// Behind a schema change, a load gives up its own locks, and begins again.
async fn limit_locks(source: &ReadOnly) -> Result<(), Failure> {
    source
        .run("set local lock_timeout = '10s'")
        .await
        .map_err(|error| source.failure(SNAPSHOT, &error))
}

/// The source's catalogue, and what the configuration says of it.
async fn read_catalog(source: &ReadOnly, config: &Config) -> Result<Catalog, Failure> {
    let mut catalog = catalog::read(source).await?;
    relations::configure(source, config, &mut catalog).await?;
    Ok(catalog)
}

async fn select_rows(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
    counts: &Counts,
    help: Option<select::Help<'_>>,
) -> Result<select::Selection, Failure> {
    understand_conditions(source).await?;
    select::check_conditions(source, catalog, rules, config).await?;
    select::select(source, catalog, rules, config, counts, help).await
}

/// A rule's condition is written by a person, who counts on the role's `search_path`.
async fn understand_conditions(source: &ReadOnly) -> Result<(), Failure> {
    source
        .run("set local search_path to default")
        .await
        .map_err(|error| source.failure("cannot select rows", &error))
}

/// A load under way.
struct Load<'a> {
    request: &'a Request<'a>,
    progress: &'a Progress,
    source: ReadOnly,
    target: Writable,
    pg_dump: PgDump,
    snapshot: String,
    /// What is replaced in a target that is not empty.
    swap: Option<Swap>,
}

type Extensions = HashMap<String, objects::Extension>;

/// What is known of the source before rows are selected.
struct Source<'a> {
    catalog: &'a Catalog,
    rules: &'a [Rule],
    extensions: &'a Extensions,
    unlocking: &'a Unlocking,
}

impl Load<'_> {
    async fn run(&self, begun: Instant) -> Result<Report, Failure> {
        if let Some(swap) = &self.swap {
            swap.announce(self.progress);
        }
        self.progress.begin("reading the source's catalogue");
        let sequences = catalog::sequence_names(&self.source).await?;
        let sequences: Vec<QuotedName> = sequences.iter().map(QualifiedName::quoted).collect();
        let (known, dumping) = tokio::join!(
            self.read_source(),
            self.pg_dump.begin(&self.source, &self.snapshot, &sequences)
        );
        // what our own look at the source finds wrong is told better than what pg_dump does
        let (catalog, rules, extensions) = known?;
        let dumping = dumping?;
        let unlocking = Unlocking::of(&catalog);
        let about = Source {
            catalog: &catalog,
            rules: &rules,
            extensions: &extensions,
            unlocking: &unlocking,
        };
        let mut report = match self.request.config.subset.size {
            Size::Budget(budget) => self.fill_budget(&about, dumping, budget).await?,
            Size::Linear(part) => {
                self.fill_fraction(&about, dumping, SizeReport::Linear { part }).await?
            }
            Size::Logarithmic(part) => {
                self.fill_fraction(&about, dumping, SizeReport::Logarithmic { part }).await?
            }
        };
        if let Some(swap) = &self.swap {
            swap.finish(&self.target).await?;
        }
        self.progress.begin("committing");
        commit::commit(&self.target, self.request.target, self.progress).await?;
        if let Some(swap) = &self.swap {
            report.replaced = Some(swap.done());
            report.target_bytes = finish::size(&self.target).await?;
        }
        report.seconds = begun.elapsed().as_secs_f64();
        self.progress.end();
        Ok(report)
    }

    /// All that must be known of the source before rows are selected.
    async fn read_source(&self) -> Result<(Catalog, Vec<Rule>, Extensions), Failure> {
        let Request { config, migration_tables, .. } = self.request;
        let catalog = read_catalog(&self.source, config).await?;
        let rules = rules_of(&self.source, config, migration_tables, &catalog).await?;
        self.estimate_locks(&catalog).await?;
        let extensions = objects::extensions(&self.source)
            .await
            .map_err(|error| self.source.failure("cannot read the source's extensions", &error))?;
        Ok((catalog, rules, extensions))
    }

    /// Rows by the fraction that was asked for.
    async fn fill_fraction(
        &self,
        about: &Source<'_>,
        dumping: Dumping<'_>,
        size: SizeReport,
    ) -> Result<Report, Failure> {
        self.progress.begin("making the schema, selecting rows and copying them");
        let Source { catalog, rules, unlocking, .. } = *about;
        let counts = Counts::default();
        if self.swap.is_some() {
            let (schema, selection) = tokio::try_join!(
                self.make_schema(about, dumping),
                select_rows(&self.source, catalog, rules, self.request.config, &counts, None)
            )?;
            let none = vec![Arrived::default(); catalog.tables.len()];
            return self.fill((catalog, unlocking), rules, &schema, (&selection, none), size).await;
        }
        let (outlet, chosen) = rows::outlet(&self.source, &self.target, catalog);
        let config = self.request.config;
        let second = select::SecondReader::new(&self.source, &self.snapshot);
        let help = select::Help { outlet, second: &second };
        let ((schema, arrived), selection) = tokio::try_join!(
            async {
                let schema = self.make_schema(about, dumping).await?;
                second.allow();
                let arrived =
                    rows::write(&self.target, catalog, &schema, unlocking, chosen).await?;
                Ok((schema, arrived))
            },
            select_rows(&self.source, catalog, rules, config, &counts, Some(help))
        )?;
        drop(second);
        self.fill((catalog, unlocking), rules, &schema, (&selection, arrived), size).await
    }

    /// As many rows as fit the budget: found by trial selections, then loaded, and loaded anew as
    /// long as the truth is too far from what was to be expected.
    async fn fill_budget(
        &self,
        about: &Source<'_>,
        dumping: Dumping<'_>,
        size: ByteSize,
    ) -> Result<Report, Failure> {
        self.progress.begin("making the schema and measuring the source");
        let before = finish::size(&self.target).await?;
        let (schema, mut fitting) = tokio::try_join!(
            self.make_schema(about, dumping),
            Fitting::new(
                &self.source,
                about.catalog,
                about.rules,
                self.request.config,
                self.progress,
                size.0
            )
        )?;
        let mut first = None;
        loop {
            self.progress.begin(&format!("finding the rows that fit {}", report::bytes(size.0)));
            let fit = fitting.find().await?;
            let none = vec![Arrived::default(); about.catalog.tables.len()];
            let of = (about.catalog, about.unlocking);
            let budget = SizeReport::Budget { part: fit.part, bytes: size.0, taken: 0, first };
            let mut report =
                self.fill(of, &fit.rules, &schema, (&fit.selection, none), budget).await?;
            let added = report.target_bytes.saturating_sub(before);
            match fitting.judge(&self.target, &fit, added).await? {
                Verdict::Commit { taken } => {
                    report.size =
                        SizeReport::Budget { part: fit.part, bytes: size.0, taken, first };
                    return Ok(report);
                }
                Verdict::Again { taken } => {
                    first = first.or(Some(FirstAttempt { part: fit.part, taken }));
                }
            }
            self.target
                .run("rollback")
                .await
                .map_err(|error| self.target.failure("cannot roll back on the target", &error))?;
            if self.swap.is_none() {
                self.begin(&schema).await?;
            }
        }
    }

    /// All that comes after the selection, up to the COMMIT. Some rows may have arrived.
    async fn fill(
        &self,
        (catalog, unlocking): (&Catalog, &Unlocking),
        rules: &[Rule],
        schema: &Schema,
        (selection, mut arrived): (&select::Selection, Vec<Arrived>),
        size: SizeReport,
    ) -> Result<Report, Failure> {
        for warning in &selection.warnings {
            self.progress.line(&format!("warning: {warning}"));
        }

        // a swap makes readers wait: it begins once all rows are chosen
        if self.swap.is_some() {
            self.begin(schema).await?;
        }
        self.progress.begin("copying rows");
        let (source, target) = (&self.source, &self.target);
        let about = (catalog, unlocking);
        rows::copy(source, target, about, selection, &mut arrived, self.progress).await?;

        self.progress.begin("making keys, indexes, foreign keys, triggers and views");
        let left = rows::still_to_make(schema, catalog, &arrived);
        objects::make(&self.target, left).await?;

        self.progress.begin("setting sequences, gathering statistics");
        let anew = sequences::set(&self.target, catalog).await?;
        finish::analyze(&self.target).await?;
        let mut left_out = catalog.left_out.clone();
        left_out.extend(schema.left_out.iter().cloned());
        left_out.extend(anew.iter().map(|name| {
            format!("the state of sequence {name}: not readable, and no column draws from it")
        }));
        let mut report = finish::report(catalog, rules, selection, &arrived, left_out);
        report.size = size;
        finish::record(&self.source, &self.target, self.request, &report, rules).await?;
        report.target_bytes = finish::size(&self.target).await?;
        Ok(report)
    }

    /// Everything that comes before the rows is made while rows are being selected; of a swap, it is
    /// only read.
    async fn make_schema(
        &self,
        about: &Source<'_>,
        dumping: Dumping<'_>,
    ) -> Result<Schema, Failure> {
        let extensions = about.extensions;
        let entries = dumping.entries().await?;
        let foreign: Vec<String> = extensions
            .iter()
            .filter(|(_, extension)| extension.foreign)
            .map(|(name, _)| name.clone())
            .collect();
        let schema = schema::choose(&entries, &foreign);
        objects::check_extensions(&self.target, &schema, extensions).await?;
        if self.swap.is_none() {
            self.begin(&schema).await?;
        }
        Ok(schema)
    }

    /// Begins the one transaction, and makes what comes before the rows.
    async fn begin(&self, schema: &Schema) -> Result<(), Failure> {
        objects::begin(&self.target).await?;
        if let Some(swap) = &self.swap {
            swap.clear(&self.target, &schema.namespaces(), self.progress).await?;
        }
        objects::make(&self.target, &schema.pre_data).await
    }

    /// One transaction takes about a dozen locks a table: near 1,800 tables a server with the
    /// default settings has no room for more.
    async fn estimate_locks(&self, catalog: &Catalog) -> Result<(), Failure> {
        const LOCKS_A_TABLE: usize = 12;
        let relations: usize = catalog.tables.iter().map(|table| 1 + table.leaves().len()).sum();
        let rows = self
            .target
            .query(
                "select pg_catalog.current_setting('max_locks_per_transaction')::int8 \
                   * (pg_catalog.current_setting('max_connections')::int8 \
                      + pg_catalog.current_setting('max_prepared_transactions')::int8)",
                &[],
            )
            .await
            .map_err(|error| self.target.failure("cannot read the target's settings", &error))?;
        let room = usize::try_from(rows[0].get::<_, i64>(0)).unwrap_or(usize::MAX);
        let dropped = self.swap.as_ref().map_or(0, Swap::tables);
        let locks = relations * LOCKS_A_TABLE + dropped * replace::LOCKS_A_TABLE;
        // measured: about 3.4 times the nominal size fits
        if locks > room.saturating_mul(3) {
            self.progress.line(&format!(
                "{relations} tables and partitions need about {} locks on the target, which has \
                 room for {}: raise its max_locks_per_transaction if it says \"out of shared \
                 memory\"",
                locks,
                room.saturating_mul(3)
            ));
        }
        Ok(())
    }
}
