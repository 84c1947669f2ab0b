//! A random database with random rules, loaded and held against what must come of it.

use super::dice::Dice;
use super::model::{Model, Outcome};
use super::random;
use super::rules::Rules;
use super::schema::{Database, quoted};
use crate::support::{AppDir, Source, Target, Tool, broken_promises};
use std::collections::BTreeMap;
use std::fmt;

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
        let third = if dice.percent(50) {
            Third::Grown
        } else {
            Third::Unrelated(dice.below(database.tables.len()))
        };
        Scenario { database, rules, third }
    }

    /// Every promise that is broken, and none if all are kept.
    pub(super) fn broken(&self) -> Vec<String> {
        let source = match Source::try_from_sql(&self.database.to_string()) {
            Ok(source) => source,
            Err(error) => return vec![format!("the generator's own SQL fails: {error}")],
        };
        let broken = self.broken_with(&source);
        source.drop();
        broken
    }

    fn broken_with(&self, source: &Source) -> Vec<String> {
        let model = Model::new(&self.database, &self.rules);
        let first = Load::of(source, &self.database, &self.rules);
        let refused = first.code == Some(2) && first.said.contains("cannot be left empty");
        let mut broken = match (model.outcome(), first.code) {
            (Outcome::MustLoad | Outcome::MayRefuse, Some(0)) => Vec::new(),
            (Outcome::MustRefuse | Outcome::MayRefuse, _) if refused => {
                let left = first.target.contents();
                first.target.drop();
                if left.is_empty() {
                    return Vec::new();
                }
                return vec![format!("a refused load leaves {left:?}")];
            }
            (outcome, _) => vec![format!("{outcome:?}, and the tool said:\n{}", first.said)],
        };
        if broken.is_empty() {
            broken = broken_promises(source, &first.target, &model.expectations());
            broken.extend(self.lacking(&model, &first.lines));
            let again = Load::of(source, &self.database, &self.rules);
            broken.extend(self.differing("not the same twice", &first.lines, &again.lines));
            again.target.drop();
            broken.extend(self.third(source, &first.lines));
        }
        first.target.drop();
        broken
    }

    /// Rows that must be there and are not.
    fn lacking(&self, model: &Model<'_>, lines: &Lines) -> Vec<String> {
        let mut lacking = Vec::new();
        for (table, rows) in model.always().iter().enumerate() {
            let name = self.database.tables[table].plain();
            for (line, wanted) in model.lines_to_come(table, rows) {
                let got = lines[table].get(&line).copied().unwrap_or(0);
                if got < wanted {
                    lacking.push(format!(
                        "always: {name} has {got} of the {wanted} rows {line:?} that were asked for"
                    ));
                }
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

    fn third(&self, source: &Source, before: &Lines) -> Vec<String> {
        match self.third {
            Third::Grown => {
                let Some(rules) = self.rules.grown() else { return Vec::new() };
                let grown = Load::of(source, &self.database, &rules);
                let broken = if grown.code == Some(0) {
                    self.lost(before, &grown.lines)
                } else {
                    vec![format!("with a larger fraction it fails: {}", grown.said)]
                };
                grown.target.drop();
                broken
            }
            Third::Unrelated(table) => {
                let about = &self.database.tables[table];
                source.change(&format!(
                    "create table {}.unrelated_things (id int primary key);
                    insert into {0}.unrelated_things select generate_series(1, 50);",
                    quoted(about.schema),
                ));
                // the order of rows without a key is that of the whole row, which then is another
                if about.keys().next().is_some() {
                    source.change(&format!(
                        "alter table {} add column \"a new column\" int default 5",
                        about.quoted()
                    ));
                }
                source.grant_select();
                source.replayed();
                let after = Load::of(source, &self.database, &self.rules);
                let broken = if after.code == Some(0) {
                    let what = "a new column and an unrelated table change rows";
                    self.differing(what, before, &after.lines)
                } else {
                    vec![format!("with an unrelated table it fails: {}", after.said)]
                };
                after.target.drop();
                broken
            }
        }
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

/// One run of the tool, and what it left.
struct Load {
    target: Target,
    code: Option<i32>,
    said: String,
    lines: Lines,
}

impl Load {
    fn of(source: &Source, database: &Database, rules: &Rules) -> Self {
        let target = Target::empty();
        let app = AppDir::empty().with("review-data.toml", &rules.file(database));
        let tool = Tool::subset(&source.url(), &target.url(), rules.fraction).in_dir(&app);
        let tool = rules.arguments(database).into_iter().fold(tool, Tool::argument);
        let outcome = tool.run();
        let (code, said) = (outcome.code(), outcome.to_string());
        let mut lines = Lines::new();
        if code == Some(0) {
            let session = target.superuser();
            for table in &database.tables {
                let mut counted = BTreeMap::new();
                let copied = String::from_utf8(session.copy_out(&table.copy_out())).expect("UTF-8");
                for line in copied.lines() {
                    *counted.entry(line.to_owned()).or_default() += 1;
                }
                lines.push(counted);
            }
        }
        Load { target, code, said, lines }
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
