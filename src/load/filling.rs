//! The target filled up to its COMMIT: schema, rows, keys and indexes, sequences, statistics, record.

use super::extension_rows::ExtensionRows;
use super::invalid_text::Refused;
use super::known::{Rows, Source};
use super::making::{Environment, Large, Maker, Relaxed};
use super::older_target::Servers;
use super::reading::stop_reading;
use super::rows::{self, Tables, Written};
use super::select::{self, select_rows};
use super::{Filled, Load, extensions, finish, objects, sequences};
use crate::failure::Failure;
use crate::report::{Differences, SizeReport};
use crate::schema::{self, Dumping, Schema};
use crate::subset::rules::left_empty;
use futures_util::future::Either;
use std::cell::OnceCell;
use std::rc::Rc;

impl Load<'_> {
    /// Fills the target up to the COMMIT. If rows break a constraint, it begins again without it; if the
    /// target refuses a text, the rows that have it are named.
    pub(super) async fn fill(
        &self,
        about: &Source<'_>,
        schema: impl Future<Output = Result<Rc<Schema>, Failure>>,
        rows: Rows<'_>,
        size: SizeReport,
    ) -> Result<Filled, Failure> {
        let refused = Refused::default();
        let mut relaxed = Relaxed::new(&about.catalog.checks);
        let dumped = OnceCell::new();
        let schema = async { schema.await.inspect(|schema| drop(dumped.set(Rc::clone(schema)))) };
        let filling = self.fill_all(about, schema, rows, size, &refused, &relaxed);
        let mut filled = Box::pin(filling).await;
        loop {
            let failure = match filled {
                Ok(filled) => return Ok(filled),
                Err(failure) => failure,
            };
            let (Some(schema), Some(broken)) = (dumped.get(), refused.broken()) else {
                return Err(refused
                    .explain((&self.source, &self.target), &about.catalog.tables, failure)
                    .await);
            };
            let Some(constraint) = broken.relax(&self.source, &mut relaxed).await? else {
                return Err(failure);
            };
            self.progress.line(&format!("rows break {constraint}: beginning again without it"));
            self.target
                .run("rollback")
                .await
                .map_err(|error| self.target.failure("cannot roll back on the target", &error))?;
            let schema = std::future::ready(Ok(Rc::clone(schema)));
            let filling = self.fill_all(about, schema, rows, size, &refused, &relaxed);
            filled = Box::pin(filling).await;
        }
    }

    /// Rows that the source sends with their keys are written while others are being selected.
    async fn fill_all(
        &self,
        about: &Source<'_>,
        schema: impl Future<Output = Result<Rc<Schema>, Failure>>,
        Rows { rules, counts }: Rows<'_>,
        size: SizeReport,
        refused: &Refused,
        relaxed: &Relaxed,
    ) -> Result<Filled, Failure> {
        let Source { catalog, unlocking, masks, extension_rows, provenance, versions, .. } = *about;
        let tables = Tables { catalog, unlocking, refused, masks };
        let (source, target) = (&self.source, &self.target);
        let config = self.request.config;
        let environment = Environment::new(&catalog.settings);
        let mut maker = Maker::new(target, versions, &environment, relaxed);
        maker.masked = masks.columns(catalog);
        // what the target may not have is made before a row is read
        let first = self.swap.is_none() && about.peculiar.lacking.collations;
        let schema = if first {
            self.progress.begin("making the schema");
            let schema = schema.await?;
            self.begin(&schema, extension_rows, &mut maker).await?;
            self.progress.begin("selecting rows and copying them");
            Either::Left(std::future::ready(Ok(schema)))
        } else {
            self.progress.begin("making the schema, selecting rows and copying them");
            Either::Right(schema)
        };
        let ((schema, written), selection) = if self.swap.is_some() {
            // a swap makes readers wait: it begins once all rows are chosen
            let selection = select_rows(source, catalog, rules, config, counts, None);
            let (schema, selection) = tokio::try_join!(schema, selection)?;
            self.begin(&schema, extension_rows, &mut maker).await?;
            ((schema, Written::nothing(catalog)), selection)
        } else {
            let (outlet, chosen) = rows::outlet(source, target, tables);
            let second = select::SecondReader::new(source, &self.snapshot, &catalog.settings);
            let help = select::Help { outlet, second: &second };
            tokio::try_join!(
                async {
                    let schema = schema.await?;
                    if !first {
                        self.begin(&schema, extension_rows, &mut maker).await?;
                    }
                    second.allow();
                    let written = rows::write(target, tables, &schema, chosen, &mut maker).await?;
                    Ok((schema, written))
                },
                select_rows(source, catalog, rules, config, counts, Some(help))
            )?
        };
        for warning in &selection.warnings {
            self.progress.line(&format!("warning: {warning}"));
        }

        let Written { mut arrived, made } = written;
        self.progress.begin("copying rows");
        let hashes =
            rows::copy(source, target, tables, &selection, &mut arrived, self.progress).await?;
        self.capacity().measure(target).await?;
        // under a budget, another attempt may follow
        if !matches!(size, SizeReport::Budget { .. }) {
            stop_reading(source).await;
        }

        self.progress.begin("making keys, indexes, foreign keys, triggers and views");
        let left = schema.post_data.iter().filter(|statement| !made.contains(&statement.id));
        let large = Large::of(&schema, catalog, |id| arrived[id].bytes);
        maker.make_after(source, left, &large).await?;

        self.progress.begin("setting sequences, gathering statistics");
        let anew = sequences::set(target, catalog).await?;
        maker.analyze().await?;
        let mut differences =
            Differences { left_out: catalog.left_out.clone(), ..Differences::default() };
        differences.left_out.extend(schema.left_out.iter().cloned());
        differences.left_out.extend(left_empty(catalog, rules));
        differences.left_out.extend(anew.iter().map(|name| {
            format!("the state of sequence {name}: not readable, and no column draws from it")
        }));
        environment.leave(target).await?;
        maker.differences.other_values = hashes.differing(target, &environment, catalog).await?;
        maker.make_last(&schema, self.swap.is_some()).await?;
        differences.extend(maker.differences);
        let mut report = finish::report_of(catalog, rules, &selection, &arrived, differences);
        report.size = size;
        report.masks = masks.report(catalog, self.secrets, &arrived);
        finish::record(provenance, target, self.request, catalog, &report, rules).await?;
        report.target_bytes = finish::size(target).await?;
        Ok(Filled { report, selection })
    }

    /// The statements that make the schema. Attempts share them: they may be megabytes of text.
    pub(super) async fn choose_schema(
        &self,
        about: &Source<'_>,
        dumping: Dumping<'_>,
    ) -> Result<Rc<Schema>, Failure> {
        let known = about.extensions;
        let entries = schema::without(dumping.entries().await?, about.outside);
        let (mut exceptions, fewer_roles) =
            about.peculiar.exceptions(&self.target, known, about.outside).await?;
        let gone = &about.outside.objects;
        let (source, target) = (&self.source, &self.target);
        extensions::leave_out(source, target, known, &entries, gone, &mut exceptions).await?;
        let mut schema = schema::choose(&entries, &exceptions);
        schema.left_out.extend(fewer_roles);
        objects::check_possible(&schema)?;
        let servers = Servers::of(source, target);
        servers.check_values(about.catalog)?;
        if let Some(major) = servers.older() {
            schema.write_for(major);
        }
        if about.versions.differ(target) {
            self.try_out(about, &schema).await?;
        }
        Ok(Rc::new(schema))
    }

    /// Begins the one transaction, and makes what comes before the rows.
    async fn begin(
        &self,
        schema: &Schema,
        extension_rows: &ExtensionRows<'_>,
        maker: &mut Maker<'_>,
    ) -> Result<(), Failure> {
        objects::begin(&self.target).await?;
        if let Some(swap) = &self.swap {
            swap.clear(&self.target, &schema.namespaces(), self.progress).await?;
        }
        maker.make_before(schema).await?;
        let left_out = extension_rows.write(&self.target, self.swap.is_some()).await?;
        maker.differences.left_out.extend(left_out);
        Ok(())
    }
}
