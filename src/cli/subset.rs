//! `subset SOURCE TARGET FRACTION`: the copier alone.

use super::app::App;
use super::arguments::{Missing, Subset};
use super::{say, set_up, stop};
use crate::config::{Asked, FileOf2019, ForceMissing, Given, NamePattern, NamedTables, Overrides};
use crate::failure::Failure;
use crate::postgres::{SourceUrl, TargetUrl};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

pub(super) fn run(arguments: Subset) -> Result<(), Failure> {
    refuse_imports(&arguments.import)?;
    say_what_is_ignored(&arguments);
    let mut app = App::here()?;
    let file = match &arguments.config {
        Some(path) => without_constraints(FileOf2019::read(path)?)?,
        None => FileOf2019::default(),
    };
    let source = SourceUrl(app.parse(&arguments.source, "SOURCE")?);
    let target = TargetUrl(app.parse(&arguments.target, "TARGET")?);
    if !arguments.yes && io::stdin().is_terminal() {
        confirm(&format!("Copy a part of {} into {}.", source.0, target.0))?;
    }
    app.config = app.config.with(overrides(arguments, file));
    stop::block_on(async {
        let mut signals = stop::listen()?;
        set_up::load(&source, &target, &app.config, &mut signals).await
    })
}

/// What the command line says in place of review-data.toml, and the file that it names.
fn overrides(arguments: Subset, file: FileOf2019) -> Overrides {
    let mut schemas = asked("--schema", arguments.schema);
    schemas.extend(file.schemas);
    if let Some(first) = schemas.first() {
        // the schema of 2019 that went without saying
        let given = first.given.clone();
        schemas.push(Asked { value: NamePattern::exactly("public"), given });
    }
    Overrides {
        fraction: Some(arguments.fraction),
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
    }
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

/// rdbms-subsetter told Python modules of each row, so that they could bring more.
fn refuse_imports(modules: &[String]) -> Result<(), Failure> {
    let Some(module) = modules.first() else { return Ok(()) };
    Err(Failure::wrong_use(format!("--import {module}: there is no Python here to import it"))
        .because("rdbms-subsetter told such modules of each row, so that they could bring more rows")
        .remedy(
            "say in review-data.toml which rows you need: [tables.NAME] always = [\"…\"] brings \
             rows with all that belongs to them; commands for afterwards go into [postdeploy] after",
        ))
}

/// Options of 2019 that mean nothing any more.
fn say_what_is_ignored(arguments: &Subset) {
    let ignored: Vec<&str> = [
        arguments.buffer.is_some().then_some("--buffer"),
        arguments.loglevel.is_some().then_some("--loglevel"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match ignored[..] {
        [] => {}
        [one] => say(&format!("{one} means nothing here and is ignored")),
        _ => say(&format!("{} mean nothing here and are ignored", ignored.join(" and "))),
    }
}

/// Asks on the terminal; an empty answer is yes.
fn confirm(question: &str) -> Result<(), Failure> {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "{question} Proceed? (Y/n) ");
    let _ = stderr.flush();
    let mut answer = String::new();
    let read = io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::new("the answer cannot be read").because(error.to_string()))?;
    // the end of the input (Ctrl-D) is no answer
    let answer = answer.trim().to_lowercase();
    if read > 0 && ["", "y", "yes"].contains(&answer.as_str()) {
        return Ok(());
    }
    Err(Failure::new("you said no; nothing was done"))
}
