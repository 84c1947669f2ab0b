//! What a load is asked for: a configuration and a command line, at random.

use super::dice::Dice;
use super::schema::{Column, Database, Row, Table, quoted, rule_name, toml_text};
use crate::support::Rows;
use std::fmt::Write as _;

#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// As it is written, 0 to 1.
    pub(super) fraction: &'static str,
    pub(super) logarithmic: bool,
    /// In the configuration rather than on the command line.
    pub(super) in_file: bool,
    pub(super) children: Option<usize>,
    pub(super) seed: Option<i64>,
    /// By table, for those that have one.
    pub(super) tables: Vec<(usize, TableRule)>,
    /// `--force`: a table, and one of its rows by its position.
    pub(super) forced: Vec<(usize, usize)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct TableRule {
    pub(super) rows: Option<Rows>,
    pub(super) condition: Option<Condition>,
    pub(super) always: Vec<Condition>,
}

/// A condition on one column.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    column: usize,
    test: Test,
}

#[derive(Clone, Copy, Debug)]
enum Test {
    Is(i64),
    AtLeast(i64),
    Null,
    Never,
}

const FRACTIONS: [&str; 9] = ["0", "0.01", "0.1", "0.2", "0.3", "0.5", "0.7", "0.9", "1"];

impl Rules {
    pub(super) fn random(dice: &mut Dice, database: &Database) -> Self {
        let mut tables = Vec::new();
        let mut forced = Vec::new();
        let many = dice.percent(40);
        for (id, table) in database.tables.iter().enumerate() {
            if dice.percent(if many { 60 } else { 12 }) {
                tables.push((id, TableRule::random(dice, table)));
            }
            let nameable = table
                .primary
                .as_ref()
                .is_some_and(|key| key.iter().all(|column| nameable(&table.columns[*column])));
            if nameable && !table.rows.is_empty() && dice.percent(6) {
                forced.push((id, dice.below(table.rows.len())));
            }
        }
        Rules {
            fraction: dice.pick(&FRACTIONS),
            logarithmic: dice.percent(30),
            in_file: dice.percent(50),
            children: dice.pick(&[None, None, Some(0), Some(1), Some(2), Some(10)]),
            seed: dice.pick(&[None, Some(7), Some(-3), Some(i64::MAX)]),
            tables,
            forced,
        }
    }

    /// The same with a larger fraction, if there is one.
    pub(super) fn grown(&self) -> Option<Self> {
        let place = FRACTIONS.iter().position(|fraction| *fraction == self.fraction)?;
        let fraction = FRACTIONS.get(place + 1)?;
        Some(Rules { fraction, ..self.clone() })
    }

    pub(super) fn of(&self, table: usize) -> TableRule {
        let mut rules = self.tables.iter().filter(|(of, _)| *of == table);
        rules.next().map(|(_, rule)| rule.clone()).unwrap_or_default()
    }

    /// Behind SOURCE, TARGET and the fraction.
    pub(super) fn arguments(&self, database: &Database) -> Vec<String> {
        let mut arguments = Vec::new();
        if !self.in_file {
            if self.logarithmic {
                arguments.push("--logarithmic".to_owned());
            }
            arguments.extend(self.children.map(|children| format!("--children={children}")));
            arguments.extend(self.seed.map(|seed| format!("--seed={seed}")));
        }
        for (table, row) in &self.forced {
            let table = &database.tables[*table];
            let row = &table.rows[*row];
            let key = table.primary.iter().flatten().map(|column| {
                row[*column]
                    .map(|number| table.columns[*column].kind.text(number))
                    .unwrap_or_default()
            });
            let key = key.collect::<Vec<_>>().join(",");
            arguments.push(format!("--force={}:{key}", rule_name(table)));
        }
        arguments
    }

    /// `review-data.toml`
    pub(super) fn file(&self, database: &Database) -> String {
        let mut file = String::new();
        if self.in_file {
            file.push_str("[subset]\n");
            if self.logarithmic {
                let fraction = self.fraction;
                let _ = writeln!(file, "logarithmic = true\nfraction = {fraction}");
            }
            if let Some(children) = self.children {
                let _ = writeln!(file, "children = {children}");
            }
            if let Some(seed) = self.seed {
                let _ = writeln!(file, "seed = {seed}");
            }
        }
        for (table, rule) in &self.tables {
            let table = &database.tables[*table];
            let _ = writeln!(file, "[tables.{}]", toml_text(&rule_name(table)));
            match rule.rows {
                Some(Rows::All) => file.push_str("rows = \"all\"\n"),
                Some(Rows::None) => file.push_str("rows = \"none\"\n"),
                Some(Rows::Number(number)) => {
                    let _ = writeln!(file, "rows = {number}");
                }
                Some(Rows::Percent(percent)) => {
                    let _ = writeln!(file, "rows = \"{percent}%\"");
                }
                None => {}
            }
            if let Some(condition) = &rule.condition {
                let _ = writeln!(file, "where = {}", toml_text(&condition.sql(table)));
            }
            if !rule.always.is_empty() {
                let always = rule.always.iter().map(|condition| toml_text(&condition.sql(table)));
                let always = always.collect::<Vec<_>>().join(", ");
                let _ = writeln!(file, "always = [{always}]");
            }
        }
        file
    }
}

/// Whether `--force` may hold its values: several are separated by commas.
fn nameable(column: &Column) -> bool {
    column.kind.has_equality()
}

impl TableRule {
    fn random(dice: &mut Dice, table: &Table) -> Self {
        let rows = [
            None,
            None,
            Some(Rows::All),
            Some(Rows::All),
            Some(Rows::None),
            Some(Rows::None),
            Some(Rows::None),
            Some(Rows::Number(0)),
            Some(Rows::Number(1)),
            Some(Rows::Number(7)),
            Some(Rows::Number(1_000)),
            Some(Rows::Percent(0.0)),
            Some(Rows::Percent(2.5)),
            Some(Rows::Percent(60.0)),
            Some(Rows::Percent(100.0)),
        ];
        let mut rule = TableRule { rows: dice.pick(&rows), ..TableRule::default() };
        if dice.percent(30) {
            rule.condition = Some(Condition::random(dice, table));
        }
        for _ in 0..dice.pick(&[0, 0, 0, 1, 2]) {
            rule.always.push(Condition::random(dice, table));
        }
        rule
    }

    /// Whether nothing may come at all, not even along foreign keys.
    pub(super) fn leaves_empty(&self) -> bool {
        matches!(self.rows, Some(Rows::None)) && self.always.is_empty()
    }
}

impl Condition {
    fn random(dice: &mut Dice, table: &Table) -> Self {
        let column = dice.below(table.columns.len());
        let about = &table.columns[column];
        let found = (!table.rows.is_empty())
            .then(|| table.rows[dice.below(table.rows.len())][column])
            .flatten();
        let test = match found {
            _ if dice.percent(8) => Test::Never,
            Some(number) if about.kind.is_integer() && dice.percent(50) => Test::AtLeast(number),
            Some(number) if about.kind.has_equality() => Test::Is(number),
            _ => Test::Null,
        };
        Condition { column, test }
    }

    pub(super) fn holds(&self, row: &Row) -> bool {
        match (self.test, row[self.column]) {
            (Test::Is(wanted), Some(number)) => number == wanted,
            (Test::AtLeast(least), Some(number)) => number >= least,
            (Test::Null, None) => true,
            _ => false,
        }
    }

    pub(super) fn sql(&self, table: &Table) -> String {
        let about = &table.columns[self.column];
        let name = quoted(&about.name);
        match self.test {
            Test::Is(number) => format!("{name} = {}", about.kind.literal(number)),
            Test::AtLeast(number) => format!("{name} >= {number}"),
            Test::Null => format!("{name} is null"),
            Test::Never => "false".to_owned(),
        }
    }
}
