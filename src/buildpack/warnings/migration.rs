//! Why a release has no migration to run.

use super::super::app::App;
use super::super::warning::Warning;
use super::no_migration;
use crate::migrate::frameworks::{Remark, why_nothing_migrates};

/// What stands in the way of each framework that is there; else that the app migrates elsewhere;
/// else that nothing is known.
pub(in crate::buildpack) fn nothing_migrates(app: &App) -> Vec<Warning> {
    let obstacles: Vec<Warning> =
        app.frameworks.iter().filter_map(|found| found.obstacle.as_ref()).map(of_remark).collect();
    if !obstacles.is_empty() {
        return obstacles;
    }
    match why_nothing_migrates(&app.files) {
        Ok(Some(remark)) => vec![of_remark(&remark)],
        Ok(None) => vec![no_migration()],
        Err(problem) => vec![Warning::of_file(&problem, "The build goes on."), no_migration()],
    }
}

fn of_remark(remark: &Remark) -> Warning {
    Warning::new(&remark.title, &remark.body)
}
