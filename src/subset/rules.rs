//! The configuration's rules held against the catalogue: one rule for each table.

use super::size::Target;
use crate::catalog::{Catalog, Contents, Storage, TableId};
use crate::config::{Config, Located, Location, TableName, nearest};
use crate::failure::Failure;

/// What is to be copied of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub target: Target,
    /// SQL: only these rows are chosen.
    pub condition: Option<Located<String>>,
    /// SQL: these rows come with all their descendants.
    pub always: Vec<Located<String>>,
    /// Keys whose rows come with all their descendants, as text, a part a column of the key.
    pub forced: Vec<Vec<String>>,
    /// Why the target is what it is.
    pub reason: Reason,
}

impl Rule {
    /// Why rows come: the reason, and what was asked for besides.
    #[must_use]
    pub fn why(&self) -> String {
        let mut why = self.reason.text().to_owned();
        if !self.always.is_empty() {
            why.push_str(", always");
        }
        if !self.forced.is_empty() {
            why.push_str(", --force");
        }
        why
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The fraction of `[subset]` or of the command line.
    Fraction,
    /// A rule of `[tables]`.
    Rule,
    /// A migration tool keeps its state there.
    MigrationTable,
    /// It has no rows that could be read.
    Unreadable,
}

impl Reason {
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Reason::Fraction => "fraction",
            Reason::Rule => "rule",
            Reason::MigrationTable => "migration table",
            Reason::Unreadable => "left out",
        }
    }
}

/// A name in the configuration that the source does not bear out.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleError {
    #[error("there is no table {name} in the source")]
    UnknownTable { name: String, nearest: Option<String>, place: Option<Location> },
    #[error("{name} is a partition of {root}")]
    Partition { name: String, root: String, place: Option<Location> },
    #[error("{name} is in several schemas: {}", found.join(", "))]
    Ambiguous { name: String, found: Vec<String>, place: Option<Location> },
    #[error("there are two rules for {name}")]
    Twice { name: String, place: Option<Location> },
    #[error("{name} has no key that --force could name")]
    NoKey { name: String },
    #[error("the key of {name} has {columns} columns, and --force gives {given}")]
    KeyColumns { name: String, columns: usize, given: usize },
}

impl RuleError {
    /// As it is told: with the place in the configuration, if it has one there.
    #[must_use]
    pub fn failure(&self, config: &Config) -> Failure {
        let (location, remedy) = match self {
            RuleError::UnknownTable { nearest, place, .. } => (
                *place,
                match nearest {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => "name a table of the source, as schema.table".to_owned(),
                },
            ),
            RuleError::Partition { root, place, .. } => {
                (*place, format!("give the rule to {root}"))
            }
            RuleError::Ambiguous { place, .. } => {
                (*place, "name the schema too, as \"schema.table\"".to_owned())
            }
            RuleError::Twice { place, .. } => (*place, "keep one of them".to_owned()),
            RuleError::NoKey { .. } => {
                (None, "use always = [\"…\"] in review-data.toml, with a condition".to_owned())
            }
            RuleError::KeyColumns { .. } => {
                (None, "separate the parts by commas, as table:1,2".to_owned())
            }
        };
        let failure = match location {
            Some(_) => Failure::wrong_use("a rule does not fit the source")
                .because(config.point_at(location, &self.to_string())),
            None => Failure::wrong_use(self.to_string()),
        };
        failure.remedy(remedy)
    }
}

/// A migration table: its schema (`None`: any) and name.
pub type MigrationName = (Option<&'static str>, &'static str);

/// The rule of each table.
///
/// # Errors
/// Where a name of the configuration is not in the catalogue, or not in one place only.
pub fn resolve(
    config: &Config,
    catalog: &Catalog,
    migration_tables: &[MigrationName],
) -> Result<Vec<Rule>, RuleError> {
    let mut rules: Vec<Rule> = catalog
        .tables
        .iter()
        .map(|table| {
            let (target, reason) = if table.contents != Contents::Readable {
                (Target::None, Reason::Unreadable)
            } else if migration_tables.iter().any(|(schema, name)| {
                table.name.name == *name && schema.is_none_or(|schema| table.name.schema == schema)
            }) {
                (Target::All, Reason::MigrationTable)
            } else {
                (config.subset.size.into(), Reason::Fraction)
            };
            Rule { target, condition: None, always: Vec::new(), forced: Vec::new(), reason }
        })
        .collect();
    let mut given_already = vec![false; rules.len()];
    for given in &config.tables {
        let place = given.table.location;
        let table = find(catalog, &given.table.value, place)?;
        if std::mem::replace(&mut given_already[table], true) {
            return Err(RuleError::Twice { name: catalog.tables[table].name.to_string(), place });
        }
        let rule = &mut rules[table];
        if let Some(rows) = given.rows
            && rule.reason != Reason::Unreadable
        {
            rule.target = rows.into();
            rule.reason = Reason::Rule;
        }
        rule.condition.clone_from(&given.condition);
        rule.always.clone_from(&given.always);
    }
    for force in &config.force {
        let table = find(catalog, &force.table, None)?;
        let name = || catalog.tables[table].name.to_string();
        let key =
            catalog.tables[table].key.as_ref().ok_or_else(|| RuleError::NoKey { name: name() })?;
        // a key of one column may hold commas
        let parts = if key.len() == 1 { vec![force.key.join(",")] } else { force.key.clone() };
        if parts.len() != key.len() {
            return Err(RuleError::KeyColumns {
                name: name(),
                columns: key.len(),
                given: parts.len(),
            });
        }
        rules[table].forced.push(parts);
    }
    Ok(rules)
}

/// The table of a name: with a schema that one; without, the only one of that name, or the one in
/// `public`.
fn find(
    catalog: &Catalog,
    name: &TableName,
    place: Option<Location>,
) -> Result<TableId, RuleError> {
    let shown = match &name.schema {
        Some(schema) => format!("{schema}.{}", name.table),
        None => name.table.clone(),
    };
    let fits = |found: &crate::catalog::QualifiedName| {
        found.name == name.table
            && name.schema.as_ref().is_none_or(|schema| found.schema == *schema)
    };
    let found: Vec<TableId> =
        (0..catalog.tables.len()).filter(|id| fits(&catalog.tables[*id].name)).collect();
    match found[..] {
        [table] => return Ok(table),
        [] => {}
        _ => {
            let public = found.iter().find(|id| catalog.tables[**id].name.schema == "public");
            return public.copied().ok_or_else(|| RuleError::Ambiguous {
                name: shown,
                found: found.iter().map(|id| catalog.tables[*id].name.to_string()).collect(),
                place,
            });
        }
    }
    for table in &catalog.tables {
        if let Storage::Partitioned { leaves, .. } = &table.storage
            && leaves.iter().any(|leaf| fits(&leaf.name))
        {
            let root = table.name.to_string();
            return Err(RuleError::Partition { name: shown, root, place });
        }
    }
    let names: Vec<String> = catalog
        .tables
        .iter()
        .map(|table| match name.schema {
            Some(_) => table.name.to_string(),
            None => table.name.name.clone(),
        })
        .collect();
    let nearest = nearest(&shown, names.iter().map(String::as_str)).map(str::to_owned);
    Err(RuleError::UnknownTable { name: shown, nearest, place })
}
