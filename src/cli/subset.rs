//! `subset SOURCE TARGET [FRACTION]`: the copier alone.

use super::app::App;
use super::arguments::Subset;
use super::overrides::overrides;
use crate::failure::Failure;
use crate::postgres::{SourceUrl, TargetUrl};
use crate::report::say;
use crate::setup::lock::holding;
use crate::setup::{self, stop};
use std::io::{self, IsTerminal, Write};

pub(super) fn run(arguments: Subset) -> Result<(), Failure> {
    refuse_imports(&arguments.import)?;
    say_what_is_ignored(&arguments);
    let mut app = App::here()?;
    let overrides = overrides(&app.config, arguments.fraction, arguments.selection)?;
    let source = SourceUrl(app.parse(&arguments.source, "SOURCE")?);
    let target = TargetUrl(app.parse(&arguments.target, "TARGET")?);
    if !arguments.yes && io::stdin().is_terminal() {
        let how = if arguments.replace { ", replacing what an earlier load brought" } else { "" };
        confirm(&format!("Copy a part of {} into {}{how}.", source.0, target.0))?;
    }
    app.config = app.config.with(overrides);
    crate::load::check_key(&app.config)?;
    stop::block_on(async {
        let mut signals = stop::listen()?;
        let claim = setup::claim("subset", &app.name(), &app.environment, &app.config, &target);
        let existing = setup::existing(&app.environment, &app.config, arguments.replace);
        holding(&claim, &mut signals, async |signals| {
            let format = arguments.format.into();
            setup::load(&source, &target, &app.config, existing, format, signals).await
        })
        .await
    })
}

/// rdbms-subsetter told Python modules of each row, so that they could bring more.
fn refuse_imports(modules: &[String]) -> Result<(), Failure> {
    let Some(module) = modules.first() else { return Ok(()) };
    Err(Failure::wrong_use(format!(
        "--import {module} is not supported: review-data cannot call Python"
    ))
    .because("rdbms-subsetter told such modules of each row, so that they could bring more rows")
    .remedy(
        "say in review-data.toml which rows you need: [tables.NAME] always = [\"…\"] brings \
             rows with all that belongs to them, [[foreign_keys]] relations that the schema does \
             not declare; commands for afterwards go into [postdeploy] after",
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
    // the end of the input (Ctrl-D) is not an answer
    let answer = answer.trim().to_lowercase();
    if read > 0 && ["", "y", "yes"].contains(&answer.as_str()) {
        return Ok(());
    }
    Err(Failure::new("you said no; nothing was done"))
}
