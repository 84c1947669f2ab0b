//! `subset SOURCE TARGET FRACTION`: the copier alone.

use super::app::App;
use super::arguments::Subset;
use super::{set_up, stop};
use crate::config::Overrides;
use crate::failure::Failure;
use crate::postgres::{SourceUrl, TargetUrl};
use std::io::{self, IsTerminal, Write};

pub(super) fn run(arguments: Subset) -> Result<(), Failure> {
    let mut app = App::here()?;
    let source = SourceUrl(app.parse(&arguments.source, "SOURCE")?);
    let target = TargetUrl(app.parse(&arguments.target, "TARGET")?);
    if !arguments.yes && io::stdin().is_terminal() {
        confirm(&format!("Copy a part of {} into {}.", source.0, target.0))?;
    }
    app.config = app.config.with(Overrides {
        fraction: Some(arguments.fraction),
        logarithmic: arguments.logarithmic,
        children: arguments.children,
        seed: arguments.seed,
        force: arguments.force,
    });
    stop::block_on(async {
        let mut signals = stop::listen()?;
        set_up::load(&source, &target, &app.config, &mut signals).await
    })
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
