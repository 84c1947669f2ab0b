//! Selecting rows: the questions go to the source, and the answers are noted.
//!
//! 1. Count: how many rows each table has, and how many of them are to be chosen (`count`).
//! 2. Rows that always come (`always`, `--force`), with all their descendants (`descendants`).
//! 3. Table after table, parents before children, rows are chosen (`base`): children of chosen rows
//!    first, then spare rows.
//! 4. Closure: rows that foreign keys of chosen rows need, until none is missing (`closure`).
//!
//! Rows that come along with their keys go to the target at once (`along`, `outlet`). All others are
//! only named, by their address, and read when the selection is complete.
//!
//! Asking is done by access, answers, ask, children, conditions, counting, lowest, reader. Choosing is
//! done by ahead, base, candidates, coverage, feed, lines, parents, pieces, register. Rows travel by
//! along, held, outlet, values. `crate::subset` decides and holds no socket; this room asks for it.
//!
//! | word | meaning |
//! | --- | --- |
//! | want | the values of foreign keys that name one referenced key: rows to be there in the end |
//! | driving foreign key | a foreign key along which children of chosen rows are chosen |
//! | spare row | a row that is no child of a chosen one, next in the seeded order |
//! | place | the number of a row in the order in which a table fills up |
//! | due | the fraction at which a place is filled; a row with `since` at most the fraction is chosen |
//! | foreseen | chosen by a slightly larger fraction: its children may be taken ahead |
//! | address | partition, block and offset of a row in the source's snapshot |

mod access;
mod ahead;
mod along;
mod answers;
mod ask;
mod base;
mod candidates;
mod children;
mod closure;
mod conditions;
mod count;
mod counting;
mod course;
mod coverage;
mod covering;
mod dangling;
mod descendants;
mod feed;
mod held;
mod lines;
mod lowest;
mod outlet;
mod parents;
mod pieces;
mod reader;
mod register;
mod trace;
mod unresolved;
mod values;

use crate::catalog::{Catalog, ForeignKey, TableId};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::reading::understand_conditions;
use crate::postgres::ReadOnly;
use crate::report::Trace;
use crate::subset::graph::SelectionOrder;
use crate::subset::keys::Keys;
use crate::subset::moments::Moments;
use crate::subset::nulling::{self, Needed};
use crate::subset::permutation::Permutation;
use crate::subset::questions::Layout;
use crate::subset::rows::{Address, RowSet};
use crate::subset::rules::{Reason, Rule};
use crate::subset::wants::{Following, Form, Needs};
pub(super) use conditions::check as check_conditions;
pub(super) use counting::{Counts, Precision, count_rows};
pub(super) use course::Course;
pub(super) use dangling::{Unresolved, report as report_unresolved};
pub(super) use outlet::{Batch, Outlet, Told};
pub(super) use reader::SecondReader;
use std::collections::HashSet;

/// What is to be copied of one table.
#[derive(Clone, Debug, Default)]
pub(super) struct TableSelection {
    /// Rows that there are and that meet the rule's condition; `None` where nobody counted.
    pub available: Option<u64>,
    /// Whether `available` is an estimate.
    pub estimated: bool,
    /// n(T)
    pub target: u64,
    /// All rows, and no list of them.
    pub whole: bool,
    pub rows: RowSet,
    /// Rows that would be chosen next, as long as they are looked ahead at.
    pub foreseen: HashSet<Address>,
    /// How many rows went on to the target while others were being selected; …
    pub gone: u64,
    /// … and those that did not.
    pub left: RowSet,
    /// How many rows were there before foreign keys pulled in more.
    pub chosen: usize,
    /// The foreign key along which it was chosen.
    pub driven_by: Option<String>,
}

impl TableSelection {
    /// Whether a row was chosen, if only to look ahead.
    fn has(&self, row: Address) -> bool {
        self.rows.contains(row) || self.foreseen.contains(&row)
    }
}

/// The subset.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub tables: Vec<TableSelection>,
    /// By table: the columns that become NULL, since what they reference is left empty.
    pub nulled: Vec<Vec<usize>>,
    /// What was asked for and is not there, a line each.
    pub warnings: Vec<String>,
    pub course: Course,
    /// What configured foreign keys name and nobody has.
    pub unresolved: Vec<Unresolved>,
}

/// The state of a selection under way.
struct Selector<'a> {
    source: &'a ReadOnly,
    catalog: &'a Catalog,
    rules: &'a [Rule],
    config: &'a Config,
    /// By table: the only rows that may be chosen now.
    conditions: Vec<Option<String>>,
    counts: &'a Counts,
    needs: Needs,
    /// By referenced key.
    moments: Vec<Moments>,
    /// By referenced key: the place in the order of selection of the last table that names it.
    last_child: Vec<Option<usize>>,
    /// By referenced key: those of rows that a slightly larger fraction would choose.
    foreseen: Vec<Keys>,
    /// By table: the fraction up to which its rows are looked ahead at.
    horizons: Vec<f64>,
    layouts: Vec<Layout>,
    permutations: Vec<Option<Permutation>>,
    tables: Vec<TableSelection>,
    warnings: Vec<String>,
    course: Course,
    /// Once they were asked for.
    statistics: Option<covering::Known>,
    /// Where chosen rows go on at once; `None`: they are only named.
    outlet: Option<Outlet>,
    second: Option<&'a SecondReader<'a>>,
}

/// What a load helps with whose rows are written while others are being selected.
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
    understand_conditions(source).await?;
    check_conditions(source, catalog, rules, config).await?;
    select(source, catalog, rules, config, counts, help).await
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
    let mut selector = Selector::new(source, catalog, rules, config, counts);
    if let Some(Help { outlet, second }) = help {
        selector.outlet = Some(outlet);
        selector.second = Some(second);
    }
    selector.run().await?;
    let unresolved = selector.count_unresolved().await?;
    if let Some(refusal) = selector.second.and_then(SecondReader::refusal) {
        let what = "one session alone read the source, which refused a second one";
        let why = refusal.why.join("; ");
        selector.warnings.push(format!("{what}: {} ({why})", refusal.what));
    }
    Ok(Selection { unresolved, ..selector.finished() })
}

/// Selects the subset once more, and follows one row's way into it back to where it began. The
/// row is the one that meets the condition.
///
/// # Errors
/// As [`select`].
pub(super) async fn trace(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
    (table, condition): (TableId, &str),
) -> Result<(Trace, Selection), Failure> {
    let counts = Counts::default();
    let mut selector = Selector::new(source, catalog, rules, config, &counts);
    selector.course = Course::with_origins(catalog.tables.len());
    selector.run().await?;
    let trace = selector.trace(table, condition).await?;
    Ok((trace, selector.finished()))
}

impl<'a> Selector<'a> {
    fn new(
        source: &'a ReadOnly,
        catalog: &'a Catalog,
        rules: &'a [Rule],
        config: &'a Config,
        counts: &'a Counts,
    ) -> Self {
        Selector {
            source,
            catalog,
            rules,
            config,
            counts,
            conditions: rules
                .iter()
                .map(|rule| rule.condition.as_ref().map(|condition| condition.value.clone()))
                .collect(),
            needs: Needs::default(),
            moments: Vec::new(),
            last_child: Vec::new(),
            foreseen: Vec::new(),
            horizons: Vec::new(),
            layouts: Vec::new(),
            permutations: vec![None; catalog.tables.len()],
            tables: vec![TableSelection::default(); catalog.tables.len()],
            warnings: rules.iter().filter_map(|rule| rule.warning.clone()).collect(),
            course: Course::default(),
            statistics: None,
            outlet: None,
            second: None,
        }
    }

    async fn run(&mut self) -> Result<(), Failure> {
        self.count().await?;
        self.lay_out()?;
        self.note_whole_tables().await?;
        self.select_always().await?;
        let order = SelectionOrder::new(self.catalog);
        self.look_ahead(&order);
        for table in order.tables() {
            let lines = self.lines(*table);
            if lines.is_empty() {
                self.select_base(&order, *table).await?;
            } else {
                self.select_lines(&order, *table, &lines).await?;
            }
            self.complete(&order, *table).await?;
        }
        for table in &mut self.tables {
            table.chosen = table.rows.len();
        }
        self.close().await?;
        self.check_left_empty()
    }
}

impl Selector<'_> {
    /// What becomes of each foreign key, and what is to be asked of each table.
    fn lay_out(&mut self) -> Result<(), Failure> {
        let following = (0..self.catalog.foreign_keys.len())
            .map(|key| self.following(key))
            .collect::<Result<Vec<_>, _>>()?;
        self.needs = Needs::new(self.catalog, following);
        for want in &mut self.needs.wants {
            let referenced = self.needs.referenced[want.referenced].table;
            want.fetched = !self.tables[referenced].whole && !self.rules[referenced].empty;
        }
        self.course.lay_out(&self.needs);
        self.foreseen = self
            .needs
            .referenced
            .iter()
            .map(|key| Keys::new(key.forms[..] == [Form::Integer]))
            .collect();
        let integers = self.needs.referenced.iter().map(|key| key.forms[..] == [Form::Integer]);
        self.moments = integers.map(Moments::new).collect();
        self.layouts = (0..self.catalog.tables.len())
            .map(|table| {
                let order = self.rules[table].order.as_ref();
                Layout::new(self.catalog, &self.needs, table, self.config.subset.seed, order)
            })
            .collect();
        Ok(())
    }

    /// Whether a table gets no rows at all.
    fn left_empty(&self, table: TableId) -> bool {
        self.rules[table].empty
    }

    fn following(&self, id: usize) -> Result<Following, Failure> {
        let key = &self.catalog.foreign_keys[id];
        if self.left_empty(key.table) {
            return Ok(Following::Satisfied);
        }
        if self.tables[key.referenced].whole {
            // what it names may not be there: that is counted
            return Ok(match key.configured {
                Some(_) => Following::Want(0),
                None => Following::Satisfied,
            });
        }
        if !self.left_empty(key.referenced) || key.is_partial() {
            return Ok(Following::Want(0));
        }
        if let Ok(columns) = self.nulled(id) {
            return Ok(Following::Nulled { columns });
        }
        // whether others bring rows that its own rule does not is seen in the end
        let child = &self.tables[key.table];
        if child.target == 0 && !child.whole || self.catalog.tables[key.table].bytes == 0 {
            return Ok(Following::Satisfied);
        }
        Err(self.cannot_be_left_empty(key))
    }

    fn nulled(&self, id: usize) -> Result<Vec<usize>, Needed> {
        nulling::nulled(self.catalog, |table| self.left_empty(table), id)
    }

    /// Of a table from which nothing could be chosen, rows may have come after all, as ancestors
    /// or as descendants: they may need a table that is left empty.
    fn check_left_empty(&self) -> Result<(), Failure> {
        for (id, key) in self.catalog.foreign_keys.iter().enumerate() {
            if self.left_empty(key.referenced)
                && self.needs.following[id] == Following::Satisfied
                && !self.tables[key.table].rows.is_empty()
            {
                return Err(self.cannot_be_left_empty(key));
            }
        }
        Ok(())
    }

    /// Rows of a table cannot do without rows of another that is left empty.
    fn cannot_be_left_empty(&self, key: &ForeignKey) -> Failure {
        let name = |table: TableId| self.catalog.tables[table].name.to_string();
        let parent = name(key.referenced);
        let why = match self.rules[key.referenced].reason {
            Reason::Unreadable => "has no rows that could be read",
            Reason::Excluded => "is excluded",
            _ => "has the rule rows = \"none\"",
        };
        let mut failure = Failure::wrong_use(format!("{parent} cannot be left empty"))
            .because(format!("{parent} {why}"));
        // whatever cannot do without it, and what cannot do without that
        let mut chain = vec![key.referenced];
        let mut next = 0;
        while let Some(above) = chain.get(next).copied() {
            for (id, key) in self.catalog.foreign_keys.iter().enumerate() {
                if key.referenced == above
                    && !key.is_partial()
                    && !chain.contains(&key.table)
                    && !self.left_empty(key.table)
                    && let Err(why) = self.nulled(id)
                {
                    chain.push(key.table);
                    failure = failure.because(format!(
                        "{} references {} through {}, and {}",
                        name(key.table),
                        name(above),
                        key.name,
                        self.why_not_null(key, why)
                    ));
                }
            }
            next += 1;
        }
        let children: Vec<String> = chain[1..].iter().map(|table| name(*table)).collect();
        failure.remedy(format!(
            "leave out the rows of {} too (rows = \"none\" or -T), or let {parent} have rows: \
             foreign keys then bring those that are needed",
            children.join(", ")
        ))
    }

    fn why_not_null(&self, key: &ForeignKey, why: Needed) -> String {
        let named = |column: usize| &self.catalog.tables[key.table].columns[column].name;
        match why {
            Needed::NotNull => "the column may not be NULL".to_owned(),
            Needed::Generated => "the column is generated".to_owned(),
            Needed::Partitions => "the column says in which partition a row is".to_owned(),
            Needed::Referenced { column, by } => {
                let by = &self.catalog.foreign_keys[by];
                let table = &self.catalog.tables[by.table].name;
                format!(
                    "{} may not become NULL: {table} references it by {}",
                    named(column),
                    by.name
                )
            }
            Needed::MatchFull { column, other } => {
                let other = &self.catalog.foreign_keys[other].name;
                format!("{} may not become NULL: it is part of {other}, MATCH FULL", named(column))
            }
        }
    }

    fn finished(self) -> Selection {
        let mut nulled = vec![Vec::new(); self.catalog.tables.len()];
        for (key, following) in self.catalog.foreign_keys.iter().zip(&self.needs.following) {
            if let Following::Nulled { columns } = following {
                nulled[key.table].extend(columns);
            }
        }
        Selection {
            tables: self.tables,
            nulled,
            warnings: self.warnings,
            course: self.course,
            unresolved: Vec::new(),
        }
    }
}
