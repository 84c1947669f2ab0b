//! A random configuration and a random command line for a load.

use super::dice::Dice;
use super::schema::{Column, Database, Row, Table, quoted, rule_name, toml_text};
use crate::support::{AppDir, Outcome, Rows, Tool};
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
    /// By table, where a table has one.
    pub(super) tables: Vec<(usize, TableRule)>,
    /// `[[foreign_keys]]`, by foreign key, where one has an entry.
    pub(super) keys: Vec<(usize, KeyRule)>,
    /// `-t`, where it is given.
    pub(super) included: Vec<usize>,
    /// `-T`
    pub(super) excluded: Vec<usize>,
    /// `-F`
    pub(super) full: Vec<usize>,
    /// `--force`: a table, and one of its rows by its position.
    pub(super) forced: Vec<(usize, usize)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct TableRule {
    pub(super) rows: Option<Rows>,
    pub(super) condition: Option<Condition>,
    pub(super) always: Vec<Condition>,
    /// By this column, and whether the greatest come first.
    pub(super) order: Option<(usize, bool)>,
}

/// How children are chosen along a foreign key.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyRule {
    pub(super) children: Option<usize>,
    pub(super) follow: bool,
    pub(super) descend: bool,
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
        let (included, excluded, full) = by_option(dice, database, &tables, &forced);
        Rules {
            fraction: dice.pick(&FRACTIONS),
            logarithmic: dice.percent(30),
            in_file: dice.percent(50),
            children: dice.pick(&[None, None, Some(0), Some(1), Some(2), Some(10)]),
            seed: dice.pick(&[None, Some(7), Some(-3), Some(i64::MAX)]),
            tables,
            keys: KeyRule::some(dice, database),
            included,
            excluded,
            full,
            forced,
        }
    }

    /// The same with a larger fraction, if there is one.
    pub(super) fn grown(&self) -> Option<Self> {
        let place = FRACTIONS.iter().position(|fraction| *fraction == self.fraction)?;
        let fraction = FRACTIONS.get(place + 1)?;
        Some(Rules { fraction, ..self.clone() })
    }

    /// What holds for a table, by whatever was given.
    pub(super) fn of(&self, database: &Database, table: usize) -> TableRule {
        let mut rules = self.tables.iter().filter(|(of, _)| *of == table);
        let mut rule = rules.next().map(|(_, rule)| rule.clone()).unwrap_or_default();
        if database.tables[table].name == MIGRATION_TABLE {
            rule = TableRule { rows: Some(Rows::All), ..TableRule::default() };
        }
        if self.excluded.contains(&table) {
            rule.rows = Some(Rows::None);
        } else if self.only_lends(database, table) {
            rule.rows = Some(Rows::Number(0));
        } else if self.full.contains(&table) {
            rule.rows = Some(Rows::All);
        }
        rule
    }

    /// Whether no row of a table is chosen, and only rows that foreign keys need come. As in 2019, `-F`
    /// is among the tables of `-t`.
    pub(super) fn only_lends(&self, database: &Database, table: usize) -> bool {
        !self.included.is_empty()
            && !self.included.contains(&table)
            && !self.excluded.contains(&table)
            && database.tables[table].name != MIGRATION_TABLE
    }

    pub(super) fn of_key(&self, key: usize) -> KeyRule {
        let rules = self.keys.iter().find(|(of, _)| *of == key);
        rules.map_or(KeyRule { children: None, follow: true, descend: false }, |(_, rule)| *rule)
    }

    /// The tables of each option, to be changed.
    pub(super) fn options(&mut self) -> [&mut Vec<usize>; 3] {
        [&mut self.included, &mut self.excluded, &mut self.full]
    }

    /// Behind SOURCE, TARGET and the fraction.
    pub(super) fn arguments(&self, database: &Database) -> Vec<String> {
        let mut arguments = Vec::new();
        let options = [("--table", &self.included), ("-T", &self.excluded), ("-F", &self.full)];
        for (option, tables) in options {
            for table in tables {
                arguments.extend([option.to_owned(), rule_name(&database.tables[*table])]);
            }
        }
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

    /// A run with this configuration and these arguments.
    pub(super) fn run_with(&self, tool: Tool, database: &Database) -> Outcome {
        let app = AppDir::empty().with("review-data.toml", &self.file(database));
        self.arguments(database).into_iter().fold(tool.in_dir(&app), Tool::argument).run()
    }

    /// The same with masks.
    pub(super) fn run_masked(&self, tool: Tool, database: &Database, masks: &str) -> Outcome {
        let file = format!("{}{masks}", self.file(database));
        let app = AppDir::empty().with("review-data.toml", &file);
        let tool = tool.masked().env("REVIEW_DATA_MASK_KEY", "a key of masks for random schemas");
        self.arguments(database).into_iter().fold(tool.in_dir(&app), Tool::argument).run()
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
            if let Some((column, descending)) = rule.order {
                let direction = if descending { "desc" } else { "asc nulls first" };
                let column = quoted(&table.columns[column].name);
                let order = toml_text(&format!("{column}::text {direction}"));
                let _ = writeln!(file, "order = {order}");
            }
            if !rule.always.is_empty() {
                let always = rule.always.iter().map(|condition| toml_text(&condition.sql(table)));
                let always = always.collect::<Vec<_>>().join(", ");
                let _ = writeln!(file, "always = [{always}]");
            }
        }
        for (id, key) in database.foreign_keys.iter().enumerate() {
            let rule = self.of_key(id);
            if !key.undeclared && !self.keys.iter().any(|(of, _)| *of == id) {
                continue;
            }
            let table = toml_text(&rule_name(&database.tables[key.table]));
            let _ = writeln!(file, "[[foreign_keys]]\ntable = {table}");
            let named = || format!("name = \"fk{id}\"\n");
            file += &if key.undeclared { key.entry(database) } else { named() };
            if let Some(children) = rule.children {
                let _ = writeln!(file, "children = {children}");
            }
            if !rule.follow {
                file.push_str("follow = false\n");
            }
            if rule.descend {
                file.push_str("descend = true\n");
            }
        }
        file
    }
}

/// A migration tool's table among [`super::random`]'s names: whole, whatever a rule of the file says.
const MIGRATION_TABLE: &str = "schema_migrations";

/// Tables for `-t`, `-T` and `-F`: such as have no other rule.
fn by_option(
    dice: &mut Dice,
    database: &Database,
    tables: &[(usize, TableRule)],
    forced: &[(usize, usize)],
) -> (Vec<usize>, Vec<usize>, Vec<usize>) {
    let (mut included, mut excluded, mut full) = (Vec::new(), Vec::new(), Vec::new());
    if dice.percent(70) {
        return (included, excluded, full);
    }
    let include = tables.is_empty() && forced.is_empty() && dice.percent(50);
    for table in 0..database.tables.len() {
        let has_rule =
            tables.iter().any(|(of, _)| *of == table) || forced.iter().any(|(of, _)| *of == table);
        match dice.below(10) {
            0 if !has_rule => excluded.push(table),
            1 if !has_rule => full.push(table),
            2..5 if include => included.push(table),
            _ => {}
        }
    }
    (included, excluded, full)
}

impl KeyRule {
    fn some(dice: &mut Dice, database: &Database) -> Vec<(usize, Self)> {
        let mut rules = Vec::new();
        let percent = if dice.percent(25) { 40 } else { 0 };
        for (id, key) in database.foreign_keys.iter().enumerate() {
            if dice.percent(percent) {
                let descend = key.is_self_reference() && dice.percent(70);
                let follow = descend || dice.percent(50);
                let children = dice.pick(&[None, Some(0), Some(2), Some(20)]);
                let children =
                    if follow && !descend && children.is_none() { Some(1) } else { children };
                rules.push((id, KeyRule { children, follow, descend }));
            }
        }
        rules
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
        if dice.percent(25) {
            rule.order = Some((dice.below(table.columns.len()), dice.percent(50)));
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
