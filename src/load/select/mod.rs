//! Selecting rows: the questions go to the source, and the answers are noted.
//!
//! 1. Count: how many rows each table has, and how many of them are to be chosen
//!    (`planning`).
//! 2. Rows that always come (`always`, `--force`), with all their descendants (`descendants`).
//! 3. Table after table, parents before children, rows are chosen (`choosing`): children of chosen
//!    rows first, then spare rows.
//! 4. Closure: rows that foreign keys of chosen rows need, until none is missing (`closure`).
//!
//! While one batch of rows is chosen, others are on their way:
//!
//! ```text
//! source, session 1   keys of batch n, early rows ─┐
//! source, session 2   keys of batch n + 1 ─────────┴─► choice (`subset::choice`) ─► subset
//! target              ◄─ COPY of batch n - 1 ◄─ outlet ◄───────────────────────────── early rows
//! ```
//!
//! Early rows are read together with their keys, and go to the target as soon as they are chosen.
//! All other rows are only named, by their address, and read when the selection is complete.
//!
//! The state has three parts, by what changes them. `Asking` sends questions, and nothing changes
//! it. `Plan` is made before rows are chosen. `Subset` is what has been chosen so far: answers
//! change it. This room is the shell of `crate::subset`, which decides and holds no socket.

mod asking;
mod choosing;
mod chosen;
mod closure;
mod count_severed;
mod count_unresolved;
mod descendants;
mod planning;
mod provenance;
mod selection;
mod selector;
mod trace;
mod travelling;
mod unresolved;

use crate::catalog::{Catalog, TableId};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::paths::understand_conditions;
use crate::postgres::ReadOnly;
use crate::report::Trace;
use crate::subset::rules::Rule;
pub(super) use asking::second_session::SecondReader;
use asking::sessions::Asking;
use chosen::Subset;
pub(super) use count_unresolved::Orphans;
pub(super) use planning::check_sql::check as check_conditions;
pub(super) use planning::count::{Counts, Precision, count_rows};
use planning::goal::Goal;
use planning::plan::Plan;
pub(super) use provenance::Course;
pub(super) use selection::{Selection, TableSelection};
use selector::Selector;
pub(super) use travelling::outlet::{Batch, Outlet, Told};
use unresolved::Unresolved;
pub(super) use unresolved::{report as report_unresolved, report_severed};

impl<'a> Selector<'a> {
    /// All rows are chosen.
    async fn run_by(
        asking: Asking<'a>,
        rules: &'a [Rule],
        config: &'a Config,
        counts: &Counts,
    ) -> Result<Self, Failure> {
        let plan = Plan::make(&asking, rules, config, counts).await?;
        let subset = Subset::new(&plan, Course::default());
        let mut selector = Selector { asking, plan, subset };
        selector.run().await?;
        Ok(selector)
    }
}

impl Selector<'_> {
    async fn run(&mut self) -> Result<(), Failure> {
        self.note_whole_tables().await?;
        self.select_always().await?;
        for table in self.plan.order.tables().to_vec() {
            if self.plan.lines[table].is_empty() {
                let goal = Goal::of(&self.plan, table);
                self.select_base(table, &goal).await?;
            } else {
                self.select_lines(table).await?;
            }
            self.complete(table).await?;
        }
        for table in &mut self.subset.tables {
            table.chosen = table.rows.len();
        }
        self.close().await?;
        self.plan.check_left_empty(&self.subset)
    }

    /// A second session that was refused.
    fn warn_of_refusal(&mut self) {
        if let Some(refusal) = self.asking.second.and_then(SecondReader::refusal) {
            let what = "one session alone read the source, which refused a second one";
            let why = refusal.why.join("; ");
            self.subset.warnings.push(format!("{what}: {} ({why})", refusal.what));
        }
    }

    fn finished(self, unresolved: Vec<Unresolved>) -> Selection {
        Selection::of(self.plan, self.subset, unresolved)
    }
}

/// What helps a load whose rows are written while others are being selected.
pub(super) struct Help<'a> {
    pub outlet: Outlet,
    pub second: &'a SecondReader<'a>,
}

/// Selects the subset, by rules whose conditions are checked first.
///
/// # Errors
/// The source's; rules that cannot be met.
pub(super) async fn select_rows(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
    counts: &Counts,
    help: Option<Help<'_>>,
) -> Result<Selection, Failure> {
    understand_conditions(source, &catalog.settings).await?;
    check_conditions(source, catalog, rules, config).await?;
    select(source, catalog, rules, config, counts, help).await
}

/// The same for a plan: what references nothing is counted, too.
///
/// # Errors
/// As [`select_rows`].
pub(super) async fn select_for_plan(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
    counts: &Counts,
) -> Result<(Selection, Vec<Orphans>), Failure> {
    understand_conditions(source, &catalog.settings).await?;
    check_conditions(source, catalog, rules, config).await?;
    let asking = Asking { source, second: None, catalog, outlet: None };
    let mut selector = Selector::run_by(asking, rules, config, counts).await?;
    let unresolved = selector.count_unresolved().await?;
    let severed = selector.count_severed().await?;
    let orphans = selector.count_orphans().await?;
    selector.warn_of_refusal();
    Ok((Selection { severed, ..selector.finished(unresolved) }, orphans))
}

/// Selects the subset in the source session's snapshot, by rules whose conditions were checked
/// ([`check_conditions`]). What goes through the outlet is on its way to the target before the
/// selection is complete.
///
/// # Errors
/// The source's; rules that cannot be met.
pub(super) async fn select(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
    counts: &Counts,
    help: Option<Help<'_>>,
) -> Result<Selection, Failure> {
    let (outlet, second) = match help {
        Some(Help { outlet, second }) => (Some(outlet), Some(second)),
        None => (None, None),
    };
    let asking = Asking { source, second, catalog, outlet };
    let mut selector = Selector::run_by(asking, rules, config, counts).await?;
    let unresolved = selector.count_unresolved().await?;
    let severed = selector.count_severed().await?;
    selector.warn_of_refusal();
    Ok(Selection { severed, ..selector.finished(unresolved) })
}

/// The one row of a table that meets a condition.
pub(super) struct RowToTrace<'a> {
    pub table: TableId,
    pub condition: &'a str,
}

/// Selects the subset once more, and follows one row's way into it back to where it began.
///
/// # Errors
/// As [`select`].
pub(super) async fn trace(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
    row: RowToTrace<'_>,
) -> Result<(Trace, Selection), Failure> {
    let asking = Asking { source, second: None, catalog, outlet: None };
    let plan = Plan::make(&asking, rules, config, &Counts::default()).await?;
    let subset = Subset::new(&plan, Course::with_origins(catalog.tables.len()));
    let mut selector = Selector { asking, plan, subset };
    selector.run().await?;
    let trace = selector.trace(row.table, row.condition).await?;
    Ok((trace, selector.finished(Vec::new())))
}
