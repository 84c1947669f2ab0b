//! The decisions of a load and of a plan: the same for the same data, configuration and seed.

use super::listed;
use super::sampling::sample;
use crate::catalog::{self, Catalog, Table, TableDetails, TableId};
use crate::config::{Config, MaskMode, Masking};
use crate::failure::Failure;
use crate::mask::Mask;
use crate::mask::classify::key_column;
use crate::mask::decisions::{self, Deciding, Decisions, Known, LEFT_EMPTY, Lines, UnknownPath};
use crate::mask::values::{KeyError, Kind, Locale, MaskKey, Masker, Shape};
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

    /// What else the reader should know.
    pub(crate) fn notes(&self, config: &Config) -> Vec<String> {
        let Some(Decided { decisions, .. }) = &self.decided else { return Vec::new() };
        let of_path = |unknown: &UnknownPath| {
            let UnknownPath { column, path, nearest, place } = unknown;
            let near = nearest.as_ref().map(|near| format!("; did you mean {near}?"));
            let near = near.unwrap_or_default();
            let what = format!("no sampled document of {column} has {path}{near}");
            format!("warning: {}", config.point_at(*place, &what))
        };
        let paths = decisions.unknown_paths.iter().map(of_path);
        paths.chain(decisions.files.iter().map(|files| format!("note: {files}"))).collect()
    }
}

/// What was decided, and what it was decided by.
pub(crate) struct Decided {
    pub(crate) decisions: Decisions,
    pub(crate) details: Vec<TableDetails>,
    exempt: Vec<Option<&'static str>>,
    /// What all masked columns share.
    common: Shape,
}

impl Decided {
    fn known<'a>(&'a self, catalog: &'a Catalog) -> Known<'a> {
        Known { catalog, details: &self.details, exempt: &self.exempt }
    }

    /// What masked values of a column must look like, as far as the source tells.
    pub(crate) fn shape(&self, catalog: &Catalog, table: TableId, column: usize) -> Shape {
        let shape = Shape {
            locale: self.common.locale,
            email_domain: self.common.email_domain.clone(),
            kept_email_domains: self.common.kept_email_domains.clone(),
            ..self.decisions.shape(self.known(catalog), table, column)
        };
        let allowed = listed::allowed(&self.details[table], column);
        match (&shape.allowed[..], allowed) {
            ([], Some(allowed)) => Shape { allowed, ..shape },
            _ => shape,
        }
    }

    /// The kind of a column's own values: a referencing column may be of a smaller type.
    pub(super) fn kind(&self, catalog: &Catalog, table: TableId, column: usize) -> Kind {
        decisions::kind(self.known(catalog), (table, column))
    }

    /// The column that says, row by row, what the values of another one are.
    pub(super) fn keys_of(&self, table: &Table, id: TableId, of: usize) -> Option<usize> {
        let types = self.details[id].columns.iter().map(|about| about.type_name.as_str());
        let names = table.columns.iter().map(|column| column.name.as_str());
        let columns: Vec<(&str, &str)> = names.zip(types).collect();
        let keys = key_column(&columns, of)?;
        table.written().any(|column| column == keys).then_some(keys)
    }

    /// Notes the columns that their masks do not fit.
    fn refuse_unfit(&mut self, catalog: &Catalog, lines: &Lines) -> Result<(), KeyError> {
        // what fits does not depend on the key
        let key = MaskKey::random()?;
        let mut unfit = Vec::new();
        for (id, column, choice) in self.decisions.masked() {
            if matches!(choice.mask, Mask::Sql(_)) {
                continue;
            }
            if choice.mask == Mask::ByKey {
                if self.keys_of(&catalog.tables[id], id, column).is_none() {
                    let why =
                        "no column of its table says what its values are, as a column key does";
                    unfit.push(((id, column), why.to_owned()));
                }
                continue;
            }
            let shape = Shape { password: Some(key.password()), ..self.shape(catalog, id, column) };
            if let Err(why) = Masker::new(&key, &choice.mask, &shape) {
                unfit.push(((id, column), why.to_string()));
            }
        }
        let known = Known { catalog, details: &self.details, exempt: &self.exempt };
        for (column, why) in unfit {
            self.decisions.refuse(known, lines, column, why);
        }
        Ok(())
    }

    /// Stops where a column cannot be masked as decided.
    pub(crate) fn check(&self, config: &Config) -> Result<(), Failure> {
        self.decisions.check().map_err(|error| error.failure(config))
    }
}

/// Decides about all columns. What the source's record says to be masked is not masked again.
///
/// # Errors
/// If a line does not fit the source, if nothing decides about a column under `strict`, and the
/// source's. Columns that cannot be masked as decided are noted: [`Decided::check`].
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
    let details = details(source, catalog).await?;
    let exempt: Vec<Option<&'static str>> = rules.iter().map(exempt).collect();
    let known = Known { catalog, details: &details, exempt: &exempt };
    let failed = |error: decisions::MaskError| error.failure(config);
    let lines = Lines::of(masking, catalog, &details).map_err(failed)?;
    let mut deciding = Deciding::new(known, &lines);
    let wanted = catalog.tables.ids().map(|id| (id, decisions::to_sample(known, &lines, id)));
    let wanted = wanted.filter(|(_, columns)| !columns.is_empty());
    sample(source, catalog, wanted, config.subset.seed, |id, samples| deciding.table(id, samples))
        .await?;
    let decisions = deciding.finish(masking).map_err(failed)?;
    let common = common(masking, decisions.language);
    let mut decided = Decided { decisions, details, exempt, common };
    decided
        .refuse_unfit(catalog, &lines)
        .map_err(|error| Failure::new("cannot decide about masks").because(error.to_string()))?;
    Ok(Outcome { state, decided: Some(decided) })
}

/// Whether the lines of `[mask.columns]` fit the source, for a plan that does not decide.
///
/// # Errors
/// If one does not, and the source's.
pub(crate) async fn check_lines(
    source: &ReadOnly,
    config: &Config,
    catalog: &Catalog,
) -> Result<(), Failure> {
    let masking = &config.masking;
    let off = matches!(masking.mode, MaskMode::Off | MaskMode::SwitchedOff);
    if off || masking.columns.is_empty() {
        return Ok(());
    }
    let details = details(source, catalog).await?;
    Lines::of(masking, catalog, &details).map_err(|error| error.failure(config))?;
    Ok(())
}

async fn details(source: &ReadOnly, catalog: &Catalog) -> Result<Vec<TableDetails>, Failure> {
    catalog::details(source, catalog)
        .await
        .map_err(|error| source.failure("cannot read what masks need to know", &error))
}

/// What all masked columns share: the configuration, and the language that values are in.
fn common(masking: &Masking, guessed: Option<Locale>) -> Shape {
    let asked = masking.locale.as_ref().and_then(|locale| locale.value.parse().ok());
    let kept = masking.emails.keep.iter().map(|domain| domain.value.clone());
    Shape {
        locale: asked.or(guessed),
        email_domain: masking.emails.domain.as_ref().map(|domain| domain.value.clone()),
        kept_email_domains: kept.collect(),
        ..Shape::default()
    }
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
