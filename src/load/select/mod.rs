//! Selecting rows: the questions are asked on the source, the answers noted; no row is read in
//! full yet. What comes out names every row of the subset by its address.

mod ask;
mod base;
mod candidates;
mod closure;
mod count;
mod course;
mod descendants;
mod lines;
mod lowest;

use crate::catalog::{Catalog, ForeignKey, TableId};
use crate::config::{Config, nearest};
use crate::failure::Failure;
use crate::postgres::ReadOnly;
use crate::subset::graph::SelectionOrder;
use crate::subset::nulling::{self, Needed};
use crate::subset::permutation::Permutation;
use crate::subset::questions::{self, Layout};
use crate::subset::rows::RowSet;
use crate::subset::rules::{Reason, Rule};
use crate::subset::wants::{Following, Needs};
pub(super) use count::count_rows;
pub(super) use course::Course;

/// What is to be copied of one table.
#[derive(Clone, Debug, Default)]
pub(super) struct TableSelection {
    /// Rows that there are and that meet the rule's condition; `None` where nobody counted.
    pub available: Option<u64>,
    /// Whether `available` comes from a sample of the blocks.
    pub estimated: bool,
    /// n(T)
    pub target: u64,
    /// All rows, and no list of them.
    pub whole: bool,
    pub rows: RowSet,
    /// How many rows were there before foreign keys pulled in more.
    pub chosen: usize,
    /// The foreign key along which it was chosen.
    pub driven_by: Option<String>,
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
}

/// The state of a selection under way.
struct Selector<'a> {
    source: &'a ReadOnly,
    catalog: &'a Catalog,
    rules: &'a [Rule],
    config: &'a Config,
    /// By table: the only rows that may be chosen now.
    conditions: Vec<Option<String>>,
    needs: Needs,
    layouts: Vec<Layout>,
    permutations: Vec<Option<Permutation>>,
    tables: Vec<TableSelection>,
    warnings: Vec<String>,
    course: Course,
}

/// Selects the subset in the source session's snapshot.
///
/// # Errors
/// The source's; conditions that the source does not understand; rules that cannot be met.
pub(super) async fn select(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
) -> Result<Selection, Failure> {
    check_conditions(source, catalog, rules, config).await?;
    let mut selector = Selector {
        source,
        catalog,
        rules,
        config,
        conditions: rules
            .iter()
            .map(|rule| rule.condition.as_ref().map(|condition| condition.value.clone()))
            .collect(),
        needs: Needs::default(),
        layouts: Vec::new(),
        permutations: vec![None; catalog.tables.len()],
        tables: vec![TableSelection::default(); catalog.tables.len()],
        warnings: Vec::new(),
        course: Course::default(),
    };
    selector.count().await?;
    selector.lay_out()?;
    selector.note_whole_tables().await?;
    selector.select_always().await?;
    let order = SelectionOrder::new(catalog);
    for table in order.tables() {
        let lines = selector.lines(*table);
        if lines.is_empty() {
            selector.select_base(&order, *table).await?;
        } else {
            selector.select_lines(&order, *table, &lines).await?;
        }
    }
    for table in &mut selector.tables {
        table.chosen = table.rows.len();
    }
    selector.close().await?;
    selector.check_left_empty()?;
    Ok(selector.finished())
}

/// A condition is the reader's own SQL: it is looked at by the server before anything else runs,
/// and what is wrong with it is told with its place.
async fn check_conditions(
    source: &ReadOnly,
    catalog: &Catalog,
    rules: &[Rule],
    config: &Config,
) -> Result<(), Failure> {
    for (table, rule) in catalog.tables.iter().zip(rules) {
        for values in &rule.forced {
            let key = table.key.as_deref().unwrap_or_default();
            let condition = questions::key_condition(table, key, values);
            let Err(error) = source.prepare(&questions::probe(table, &condition)).await else {
                continue;
            };
            let given = format!("{}:{}", table.name, values.join(","));
            if error.as_db_error().is_none_or(|said| !said.code().code().starts_with("22")) {
                return Err(source.failure(&format!("cannot check --force {given}"), &error));
            }
            let names: Vec<&str> = key.iter().map(|c| table.columns[*c].name.as_str()).collect();
            let types: Vec<&str> =
                key.iter().map(|c| table.columns[*c].data_type.name.as_str()).collect();
            return Err(Failure::wrong_use(format!(
                "--force {given} is not a key of {}",
                table.name
            ))
            .because(format!("its key is {} ({})", names.join(", "), types.join(", ")))
            .remedy("give a value of that type"));
        }
        for condition in rule.condition.iter().chain(&rule.always) {
            let Err(error) = source.prepare(&questions::probe(table, &condition.value)).await
            else {
                continue;
            };
            let Some(said) = error.as_db_error() else {
                return Err(source.failure("cannot check the conditions of the rules", &error));
            };
            let message = format!("table {}: {}", table.name, said.message());
            let failure = Failure::wrong_use("a rule's condition does not fit its table")
                .because(config.point_at(condition.location, &message));
            let wrong = said.message().split('"').nth(1).unwrap_or_default();
            let wrong = wrong.rsplit('.').next().unwrap_or_default();
            let columns = table.columns.iter().map(|column| column.name.as_str());
            return Err(match nearest(wrong, columns) {
                Some(column) if said.code().code() == "42703" => {
                    failure.remedy(format!("did you mean {column}?"))
                }
                _ => failure.remedy("write a SQL condition on this table's columns"),
            });
        }
    }
    Ok(())
}

impl Selector<'_> {
    /// What becomes of each foreign key, and what is to be asked of each table.
    fn lay_out(&mut self) -> Result<(), Failure> {
        let following = (0..self.catalog.foreign_keys.len())
            .map(|key| self.following(key))
            .collect::<Result<Vec<_>, _>>()?;
        self.needs = Needs::new(self.catalog, following);
        self.layouts = (0..self.catalog.tables.len())
            .map(|table| Layout::new(self.catalog, &self.needs, table, self.config.subset.seed))
            .collect();
        Ok(())
    }

    /// Whether a table gets no rows at all.
    fn left_empty(&self, table: TableId) -> bool {
        self.rules[table].empty
    }

    fn following(&self, id: usize) -> Result<Following, Failure> {
        let key = &self.catalog.foreign_keys[id];
        if self.left_empty(key.table) || self.tables[key.referenced].whole {
            return Ok(Following::Satisfied);
        }
        if !self.left_empty(key.referenced) {
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

    fn finished(mut self) -> Selection {
        self.course.end(&self.needs);
        let mut nulled = vec![Vec::new(); self.catalog.tables.len()];
        for (key, following) in self.catalog.foreign_keys.iter().zip(&self.needs.following) {
            if let Following::Nulled { columns } = following {
                nulled[key.table].extend(columns);
            }
        }
        Selection { tables: self.tables, nulled, warnings: self.warnings, course: self.course }
    }
}
