//! A random database with random rules, loaded and held against what must come of it.

use super::dice::Dice;
use super::masking::Lines as Masks;
use super::model::{self, Model};
use super::random;
use super::rules::Rules;
use super::schema::{Database, quoted};
use crate::support::{Outcome, Source, Target, Tool, broken_promises, broken_when_masked};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::Path;

#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) database: Database,
    pub(super) rules: Rules,
    pub(super) third: Third,
}

/// What is loaded after the two loads that must be equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Third {
    /// The same with a larger fraction.
    Grown,
    /// By a budget, as users load who say nothing about sizes.
    Budget,
    /// The same with random masks.
    Masked(u64),
    /// The same source, to which a table with rows was added, and a column of this table.
    Unrelated(usize),
}

/// The rows of each table, as `COPY` writes them, with how often.
type Lines = Vec<BTreeMap<String, usize>>;

impl Scenario {
    pub(super) fn random(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let database = random::database(&mut dice);
        let rules = Rules::random(&mut dice, &database);
        let third = match dice.below(5) {
            0 => Third::Grown,
            1 => Third::Masked(seed),
            2 => Third::Unrelated(dice.below(database.tables.len())),
            _ => Third::Budget,
        };
        Scenario { database, rules, third }
    }

    /// Every promise that is broken, and none if all are kept.
    pub(super) fn broken(&self, databases: &Databases) -> Vec<String> {
        if let Err(error) = databases.source.try_refill(&self.database.to_string()) {
            return vec![format!("the generator's own SQL fails: {error}")];
        }
        let model = Model::new(&self.database, &self.rules);
        let first = databases.load(&self.database, &self.rules);
        let refused = first.code == Some(2) && first.said.contains("cannot be left empty");
        match (model.outcome(), first.code) {
            (model::Outcome::MustLoad | model::Outcome::MayRefuse, Some(0)) => {}
            (model::Outcome::MustRefuse | model::Outcome::MayRefuse, _) if refused => {
                let left = databases.target.contents();
                let touched = !left.is_empty();
                return touched
                    .then(|| format!("a refused load leaves {left:?}"))
                    .into_iter()
                    .collect();
            }
            (outcome, _) => {
                return vec![format!("{outcome:?}, and the tool said:\n{}", first.said)];
            }
        }
        let Databases { source, target } = databases;
        let mut broken = broken_promises(source, target, &model.expectations());
        broken.extend(self.lacking(&model, &first.lines));
        broken.extend(model.orphans(&first.lines));
        let again = databases.load_again(&self.database, &self.rules);
        broken.extend(self.differing("not the same twice", &first.lines, &again.lines));
        broken.extend(self.third(databases, &model, &first.lines));
        target.empty_again();
        broken
    }

    /// Tables whose rows an earlier build of the tool would not choose.
    pub(super) fn differing_from(&self, earlier: &Path, databases: &Databases) -> Vec<String> {
        if let Err(error) = databases.source.try_refill(&self.database.to_string()) {
            return vec![format!("the generator's own SQL fails: {error}")];
        }
        let Databases { source, target } = databases;
        let load = |build: Option<&Path>| {
            target.empty_again();
            let tool = Tool::subset(&source.url(), &target.url(), self.rules.fraction);
            let tool = build.into_iter().fold(tool, Tool::of_build);
            databases.loaded(&self.database, &self.rules.run_with(tool, &self.database))
        };
        let (before, now) = (load(Some(earlier)), load(None));
        target.empty_again();
        if before.code == now.code {
            self.differing("by the earlier build", &before.lines, &now.lines)
        } else {
            vec![format!(
                "the earlier build exits {:?}, this one {:?}\n{}\n{}",
                before.code, now.code, before.said, now.said
            )]
        }
    }

    /// Rows that must be there and are not.
    fn lacking(&self, model: &Model<'_>, lines: &Lines) -> Vec<String> {
        let mut lacking = Vec::new();
        for (table, rows) in model.always().iter().enumerate() {
            let wanted = model.lines_to_come(table, rows);
            let missing =
                |(line, n): &(&String, &usize)| lines[table].get(*line).unwrap_or(&0) < *n;
            let mut missing = wanted.iter().filter(missing);
            if let Some((line, _)) = missing.next() {
                let (name, more) = (self.database.tables[table].plain(), missing.count());
                lacking.push(format!("always: {name} lacks {line:?} and {more} more rows"));
            }
        }
        lacking
    }

    /// Tables whose rows are not the same.
    fn differing(&self, what: &str, before: &Lines, after: &Lines) -> Vec<String> {
        let mut broken = Vec::new();
        for (table, (before, after)) in self.database.tables.iter().zip(before.iter().zip(after)) {
            let lost = before.iter().filter(|(line, n)| after.get(*line) != Some(*n)).count();
            if before != after {
                let (name, had, has) = (table.plain(), before.len(), after.len());
                broken.push(format!(
                    "{what}: {name} had {had} rows, and has {has} without {lost} of them"
                ));
            }
        }
        broken
    }

    fn third(&self, databases: &Databases, model: &Model<'_>, before: &Lines) -> Vec<String> {
        match self.third {
            Third::Budget => self.by_budget(databases, model),
            Third::Masked(seed) => self.masked(databases, model, seed, before),
            Third::Grown => {
                let Some(rules) = self.rules.grown() else { return Vec::new() };
                let grown = databases.load_again(&self.database, &rules);
                if grown.code == Some(0) {
                    self.lost(before, &grown.lines)
                } else {
                    vec![format!("with a larger fraction it fails: {}", grown.said)]
                }
            }
            Third::Unrelated(table) => {
                self.add_what_is_unrelated(table, &databases.source);
                let after = databases.load_again(&self.database, &self.rules);
                if after.code == Some(0) {
                    let what = "a new column and an unrelated table change rows";
                    self.differing(what, before, &after.lines)
                } else {
                    vec![format!("with an unrelated table it fails: {}", after.said)]
                }
            }
        }
    }

    /// The same rows, whole and exact except for what is masked. Where a column cannot be masked, the
    /// lines that the refusal prints let the load go on.
    fn masked(
        &self,
        databases: &Databases,
        model: &Model<'_>,
        seed: u64,
        before: &Lines,
    ) -> Vec<String> {
        let Databases { source, target } = databases;
        let masks = Masks::random(seed, &self.database);
        let load = |refusal: &str| {
            target.empty_again();
            let tool = Tool::subset(&source.url(), &target.url(), self.rules.fraction);
            let file = masks.file(refusal);
            databases.loaded(&self.database, &self.rules.run_masked(tool, &self.database, &file))
        };
        let mut loaded = load("");
        if loaded.code == Some(2) && loaded.said.contains("cannot mask") {
            loaded = load(&loaded.said);
        }
        // one end of a foreign key is kept now, and the other has a line
        if loaded.code == Some(2) && loaded.said.contains("columns that get different masks") {
            return Vec::new();
        }
        if loaded.code != Some(0) {
            return vec![format!("masked, it fails, and said:\n{}", loaded.said)];
        }
        let mut broken = broken_when_masked(source, target, &model.expectations());
        let rows = |lines: &BTreeMap<String, usize>| lines.values().sum::<usize>();
        for (table, (before, after)) in
            self.database.tables.iter().zip(before.iter().zip(&loaded.lines))
        {
            if rows(before) != rows(after) {
                broken.push(format!("{} has another number of rows", table.plain()));
            }
        }
        broken.iter().map(|line| format!("masked: {line}")).collect()
    }

    fn by_budget(&self, databases: &Databases, model: &Model<'_>) -> Vec<String> {
        let Databases { source, target } = databases;
        target.empty_again();
        let load = databases.load_by_budget(&self.database, &self.rules);
        let mut broken = Vec::new();
        if load.code == Some(0) {
            broken.extend(broken_promises(source, target, &model.expectations().by_budget(target)));
            broken.extend(self.lacking(model, &load.lines));
            broken.extend(model.orphans(&load.lines));
        } else {
            broken.push(format!("it fails, and said:\n{}", load.said));
        }
        broken.iter().map(|line| format!("by budget: {line}")).collect()
    }

    fn add_what_is_unrelated(&self, table: usize, source: &Source) {
        let about = &self.database.tables[table];
        let mut sql = format!(
            "create table {}.unrelated_things (id int primary key);
            insert into {0}.unrelated_things select generate_series(1, 50);",
            quoted(about.schema),
        );
        // rows without a key are ordered by the whole row, which then is another
        if about.has_order() {
            let name = about.quoted();
            let _ = write!(sql, "alter table {name} add column \"a new column\" int default 5");
        }
        source.primary().run(&sql);
        source.grant_select();
        source.replayed();
    }

    /// Rows of the smaller subset that the larger one lacks, of tables that keep theirs.
    fn lost(&self, before: &Lines, after: &Lines) -> Vec<String> {
        let keeping = Model::new(&self.database, &self.rules).keep_when_grown();
        let mut broken = Vec::new();
        for (id, table) in self.database.tables.iter().enumerate().filter(|(id, _)| keeping[*id]) {
            let gone = |(line, n): &(&String, &usize)| after[id].get(*line).unwrap_or(&0) < *n;
            let lost = before[id].iter().filter(gone).count();
            if lost > 0 {
                let (name, all) = (table.plain(), before[id].len());
                broken.push(format!("a larger fraction loses {lost} of {all} rows of {name}"));
            }
        }
        broken
    }
}

/// A source and a target, used for one scenario after another.
pub(super) struct Databases {
    source: Source,
    target: Target,
}

/// One run of the tool, and what it left.
struct Load {
    code: Option<i32>,
    said: String,
    lines: Lines,
}

impl Databases {
    pub(super) fn new() -> Self {
        Databases { source: Source::from_sql(""), target: Target::empty() }
    }

    pub(super) fn drop(self) {
        self.source.drop();
        self.target.drop();
    }

    fn load_again(&self, database: &Database, rules: &Rules) -> Load {
        self.target.empty_again();
        self.load(database, rules)
    }

    fn load(&self, database: &Database, rules: &Rules) -> Load {
        let tool = Tool::subset(&self.source.url(), &self.target.url(), rules.fraction);
        self.loaded(database, &rules.run_with(tool, database))
    }

    fn load_by_budget(&self, database: &Database, rules: &Rules) -> Load {
        let (source, target) = (self.source.url(), self.target.url());
        let rules = Rules { logarithmic: false, ..rules.clone() };
        let load = |budget: &str| rules.run_with(Tool::within(&source, &target, budget), database);
        self.loaded(database, &Tool::run_within(Tool::LITTLE, load))
    }

    fn loaded(&self, database: &Database, outcome: &Outcome) -> Load {
        let (code, said) = (outcome.code(), outcome.to_string());
        let mut lines = Lines::new();
        if code == Some(0) {
            let session = self.target.superuser();
            for table in &database.tables {
                let mut counted = BTreeMap::new();
                let copied = String::from_utf8(session.copy_out(&table.copy_out())).expect("UTF-8");
                for line in copied.lines() {
                    *counted.entry(line.to_owned()).or_default() += 1;
                }
                lines.push(counted);
            }
        }
        Load { code, said, lines }
    }
}

/// As a file of `tests/cases`.
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "-- fraction: {}", self.rules.fraction)?;
        for argument in self.rules.arguments(&self.database) {
            writeln!(f, "-- arguments: '{argument}'")?;
        }
        for line in self.rules.file(&self.database).lines() {
            writeln!(f, "-- config: {line}")?;
        }
        write!(f, "-- third: {:?}\n\n{}", self.third, self.database)
    }
}
