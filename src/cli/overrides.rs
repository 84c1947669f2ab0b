//! What the command line says of which rows, in place of review-data.toml.

use super::arguments::{Missing, Selection};
use crate::config::{Asked, FileOf2019, ForceMissing, Given, NamePattern, NamedTables, Overrides};
use crate::failure::Failure;
use std::fmt::Display;

/// What the options say, and the file that `--config` names.
pub(super) fn overrides(fraction: Option<f64>, arguments: Selection) -> Result<Overrides, Failure> {
    let file = match &arguments.config {
        Some(path) => without_constraints(FileOf2019::read(path)?)?,
        None => FileOf2019::default(),
    };
    let mut schemas = asked("--schema", arguments.schema);
    schemas.extend(file.schemas);
    if let Some(first) = schemas.first() {
        // the schema of 2019 that went without saying
        let given = first.given.clone();
        schemas.push(Asked { value: NamePattern::exactly("public"), given });
    }
    Ok(Overrides {
        fraction,
        logarithmic: arguments.logarithmic,
        children: arguments.children,
        seed: arguments.seed,
        force: arguments.force,
        force_missing: match arguments.force_missing {
            Missing::Fail => ForceMissing::Fail,
            Missing::Warn => ForceMissing::Warn,
        },
        schemas,
        named: NamedTables {
            only: [asked("-t", arguments.table), file.tables].concat(),
            whole: [asked("-F", arguments.full_table), file.full_tables].concat(),
            excluded: asked("-T", arguments.exclude_table),
        },
    })
}

/// Values of an option, each with the words that gave it.
fn asked<T: Display>(option: &str, values: Vec<T>) -> Vec<Asked<T>> {
    let words = |value: &T| Given::Words(format!("{option} {value}"));
    values.into_iter().map(|value| Asked { given: words(&value), value }).collect()
}

/// Foreign keys that the schema does not declare are not followed yet.
fn without_constraints(file: FileOf2019) -> Result<FileOf2019, Failure> {
    let Some(Asked { value: constraint, given: Given::Words(place) }) = file.constraints.first()
    else {
        return Ok(file);
    };
    Err(Failure::wrong_use(format!("{place}: this version cannot follow constraints of a file"))
        .because(format!(
            "only foreign keys that the schema declares are followed, and {} to {} is none",
            constraint.table, constraint.referenced
        ))
        .remedy("take \"constraints\" out of the file"))
}
