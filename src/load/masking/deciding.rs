//! The decisions of a load and of a plan: the same for the same data, configuration and seed.

use super::listed;
use super::sampling::sample;
use crate::catalog::{self, Catalog, TableDetails, TableId};
use crate::config::{Config, MaskMode};
use crate::failure::Failure;
use crate::mask::decisions::{self, Decisions, Known, LEFT_EMPTY, Lines, Samples};
use crate::mask::language;
use crate::mask::values::{Locale, Shape};
use crate::postgres::ReadOnly;
use crate::record;
use crate::report::{self, Masked};
use crate::subset::rules::{DecidedBy, Rule};

/// Whether anything is masked, and what was decided then.
pub(crate) struct Outcome {
    pub(crate) state: Masked,
    /// `None`: nothing is masked.
    pub(crate) decided: Option<Decided>,
}

impl Outcome {
    /// What the reader has to know before anything is copied.
    pub(crate) fn announcement(&self) -> Option<String> {
        report::Masks { state: self.state, ..report::Masks::default() }.announcement()
    }
}

/// What was decided, and what it was decided by.
pub(crate) struct Decided {
    pub(crate) decisions: Decisions,
    pub(crate) details: Vec<TableDetails>,
    /// The language of the source's names and addresses, as their values tell.
    pub(super) locale: Option<Locale>,
    exempt: Vec<Option<&'static str>>,
}

impl Decided {
    fn known<'a>(&'a self, catalog: &'a Catalog) -> Known<'a> {
        Known { catalog, details: &self.details, exempt: &self.exempt }
    }

    /// What masked values of a column must look like, as far as the source tells.
    pub(crate) fn shape(&self, catalog: &Catalog, table: TableId, column: usize) -> Shape {
        let shape = self.decisions.shape(self.known(catalog), table, column);
        let allowed = listed::allowed(&self.details[table], column);
        match (&shape.allowed[..], allowed) {
            ([], Some(allowed)) => Shape { allowed, ..shape },
            _ => shape,
        }
    }
}

/// Decides about all columns. What the source's record says to be masked is not masked again.
///
/// # Errors
/// If a column cannot be masked as decided, and the source's.
pub(crate) async fn decide(
    source: &ReadOnly,
    config: &Config,
    catalog: &Catalog,
    rules: &[Rule],
) -> Result<Outcome, Failure> {
    let masking = &config.masking;
    let state = match masking.mode {
        MaskMode::Off => Masked::Off,
        MaskMode::SwitchedOff => Masked::SwitchedOff,
        _ if record::is_masked(source).await? => Masked::Before,
        MaskMode::Auto => Masked::Auto,
        MaskMode::Strict => Masked::Strict,
    };
    if !matches!(state, Masked::Auto | Masked::Strict) {
        return Ok(Outcome { state, decided: None });
    }
    let details = catalog::details(source, catalog)
        .await
        .map_err(|error| source.failure("cannot read what masks need to know", &error))?;
    let exempt: Vec<Option<&'static str>> = rules.iter().map(exempt).collect();
    let known = Known { catalog, details: &details, exempt: &exempt };
    let failed = |error: decisions::MaskError| error.failure(config);
    let lines = Lines::of(masking, catalog, &details).map_err(failed)?;
    let wanted: Vec<(TableId, Vec<usize>)> = catalog
        .tables
        .ids()
        .map(|id| (id, decisions::to_sample(known, &lines, id)))
        .filter(|(_, columns)| !columns.is_empty())
        .collect();
    let samples = sample(source, catalog, &wanted, config.subset.seed).await?;
    let decisions = decisions::decide(known, masking, &lines, &samples).map_err(failed)?;
    let locale = guess(&decisions, &samples);
    let decided = Some(Decided { decisions, details, locale, exempt });
    Ok(Outcome { state, decided })
}

/// Why no column of a table is masked.
fn exempt(rule: &Rule) -> Option<&'static str> {
    match rule.decided {
        DecidedBy::MigrationTool | DecidedBy::Guess => {
            Some("a migration tool keeps its state there")
        }
        _ if rule.empty => Some(LEFT_EMPTY),
        _ => None,
    }
}

/// The language that the names and addresses of the source are in.
fn guess(decisions: &Decisions, samples: &Samples) -> Option<Locale> {
    let masked = decisions.masked().filter_map(|(id, column, _)| samples.get(&(id, column)));
    language::guess(masked.flatten().map(String::as_str))
}
