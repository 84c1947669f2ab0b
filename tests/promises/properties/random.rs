//! Databases at random: tables with keys of all kinds, foreign keys of all kinds, and rows that
//! bear the foreign keys out.
//!
//! A generator of our own, not `proptest`'s strategies: what a table may reference hangs on all
//! tables before it, and what a row may hold on all rows of those. Strategies for that shrink by
//! throwing the dice anew; a database that is a plain value is simplified by taking parts out of
//! it (see `simpler`), which costs a load a try and always gives a smaller one.

use super::dice::Dice;
use super::schema::{By, Column, Counted, Database, ForeignKey, Partitions, Table};
use super::values::Kind;

/// Ordinary ones, reserved words, mixed case, blanks, quotes, dots and colons.
const NAMES: [&str; 24] = [
    "users",
    "orders",
    "items",
    "Order",
    "user",
    "select",
    "order items",
    "Ünïcode",
    "a\"b",
    "a.b",
    "a:b",
    "it's",
    "T",
    "t",
    "schema_migrations",
    "ctid things",
    "table",
    "events",
    "tags",
    "people",
    "CamelCase",
    "snake_case",
    "k0",
    "review_data_k",
];

const SCHEMAS: [&str; 6] = ["public", "public", "public", "public", "sales", "Mixed Schema"];

/// A random database: the same for the same throws.
pub(super) fn database(dice: &mut Dice) -> Database {
    let mut draft = Draft { dice, database: Database::default(), fillings: Vec::new() };
    let tables = draft.dice.between(1, 12);
    for _ in 0..tables {
        draft.add_table();
    }
    draft.add_late_references();
    if draft.dice.percent(25) {
        draft.leave_undeclared();
    }
    if draft.dice.percent(20) {
        draft.add_polymorphic_reference();
    }
    for table in 0..tables {
        draft.fill(table);
    }
    for table in 0..tables {
        draft.fill_late_references(table);
    }
    for table in 0..tables {
        draft.partition(table);
    }
    draft.finished()
}

pub(super) struct Draft<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) database: Database,
    /// By foreign key.
    pub(super) fillings: Vec<Filling>,
}

/// How the columns of a foreign key are filled.
#[derive(Clone, Copy)]
pub(super) struct Filling {
    pub(super) nulls_percent: usize,
    pub(super) skew: Skew,
    /// The referenced table's rows are made after this table's.
    pub(super) late: bool,
}

/// Which rows of the referenced table are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Skew {
    Even,
    /// Mostly the first ones.
    First,
    /// One has all.
    One,
    /// The row before, in a self-reference: a long chain.
    Chain,
    /// The row itself, in a self-reference.
    Itself,
}

impl Draft<'_> {
    fn add_table(&mut self) {
        let name = self.fresh_name();
        self.database.tables.push(Table {
            schema: name.0,
            name: name.1,
            columns: Vec::new(),
            primary: None,
            unique: Vec::new(),
            partitions: None,
            rows: Vec::new(),
        });
        let table = self.database.tables.len() - 1;
        match self.dice.below(100) {
            0..10 => {}
            10..60 => self.add_single_key(table),
            60..75 => self.add_composite_key(table),
            75..88 => self.add_link_key(table),
            _ => self.add_dependent_key(table),
        }
        for _ in 0..self.dice.pick(&[0, 0, 1, 1, 2, 3]) {
            self.add_reference_to_earlier(table, false);
        }
        for _ in 0..self.dice.pick(&[0, 0, 0, 1]) {
            self.add_unique_column(table);
        }
        let least = usize::from(self.database.tables[table].columns.is_empty());
        for _ in 0..self.dice.between(least, 3) {
            let kind = Kind::of_payload(self.dice);
            let not_null = self.dice.percent(40);
            self.add_column(table, "c", kind, not_null);
        }
    }

    fn fresh_name(&mut self) -> (&'static str, String) {
        loop {
            let (schema, name) = (self.dice.pick(&SCHEMAS), self.dice.pick(&NAMES));
            let tables = &self.database.tables;
            if !tables.iter().any(|table| table.schema == schema && table.name == name) {
                return (schema, name.to_owned());
            }
        }
    }

    fn add_column(&mut self, table: usize, name: &str, kind: Kind, not_null: bool) -> usize {
        let mixed_case = self.dice.percent(15);
        let columns = &mut self.database.tables[table].columns;
        let name = match name {
            "id" => name.to_owned(),
            _ if mixed_case => format!("The {name}{}", columns.len()),
            _ => format!("{name}{}", columns.len()),
        };
        columns.push(Column { name, kind, not_null, counted: Counted::No });
        columns.len() - 1
    }

    fn add_single_key(&mut self, table: usize) {
        let kind = Kind::of_key(self.dice);
        let column = self.add_column(table, "id", kind, true);
        if matches!(kind, Kind::Int4 | Kind::Int8) && self.dice.percent(25) {
            let counted = self.dice.pick(&[Counted::Serial, Counted::Identity]);
            self.database.tables[table].columns[column].counted = counted;
        }
        self.set_key(table, vec![column]);
    }

    fn add_composite_key(&mut self, table: usize) {
        let mut key = Vec::new();
        for _ in 0..self.dice.pick(&[2, 2, 2, 3]) {
            let kind = Kind::of_key(self.dice);
            key.push(self.add_column(table, "k", kind, true));
        }
        self.dice.shuffle(&mut key);
        self.set_key(table, key);
    }

    /// As of a table that links two others.
    fn add_link_key(&mut self, table: usize) {
        let mut key = Vec::new();
        for _ in 0..2 {
            for column in self.add_reference_to_earlier(table, true) {
                if !key.contains(&column) {
                    key.push(column);
                }
            }
        }
        if key.is_empty() { self.add_single_key(table) } else { self.set_key(table, key) }
    }

    /// As of lines of an order: the order's key and a number.
    fn add_dependent_key(&mut self, table: usize) {
        let mut key = self.add_reference_to_earlier(table, true);
        if key.is_empty() {
            return self.add_single_key(table);
        }
        let kind = self.dice.pick(&[Kind::Int2, Kind::Int4, Kind::Text]);
        key.push(self.add_column(table, "line", kind, true));
        self.set_key(table, key);
    }

    /// Mostly a primary key.
    fn set_key(&mut self, table: usize, key: Vec<usize>) {
        let primary = self.dice.percent(90);
        let table = &mut self.database.tables[table];
        if primary { table.primary = Some(key) } else { table.unique.push(key) }
    }

    fn add_unique_column(&mut self, table: usize) {
        let kind = Kind::of_key(self.dice);
        let not_null = self.dice.percent(60);
        let column = self.add_column(table, "code", kind, not_null);
        self.database.tables[table].unique.push(vec![column]);
    }

    /// A foreign key to an earlier table; its columns, none for the first table
    /// to reference.
    fn add_reference_to_earlier(&mut self, table: usize, in_key: bool) -> Vec<usize> {
        let with_keys =
            (0..table).filter(|earlier| self.database.tables[*earlier].keys().next().is_some());
        let with_keys: Vec<usize> = with_keys.collect();
        if with_keys.is_empty() {
            return Vec::new();
        }
        let referenced = self.dice.pick(&with_keys);
        self.add_reference(table, referenced, in_key)
    }

    /// Self-references, and references to tables whose rows are made later: cycles.
    fn add_late_references(&mut self) {
        for table in 0..self.database.tables.len() {
            let has_key = |table: &Table| table.keys().next().is_some();
            if has_key(&self.database.tables[table]) && self.dice.percent(18) {
                self.add_reference(table, table, false);
            }
            let later = (table + 1..self.database.tables.len())
                .filter(|later| has_key(&self.database.tables[*later]));
            let later: Vec<usize> = later.collect();
            if !later.is_empty() && self.dice.percent(12) {
                let referenced = self.dice.pick(&later);
                self.add_reference(table, referenced, false);
            }
        }
    }

    fn add_reference(&mut self, table: usize, referenced: usize, in_key: bool) -> Vec<usize> {
        let keys: Vec<Vec<usize>> = self.database.tables[referenced].keys().cloned().collect();
        let mut referenced_columns = keys[self.dice.below(keys.len())].clone();
        self.dice.shuffle(&mut referenced_columns);
        let nullable = self.dice.percent(50);
        let mut columns = Vec::new();
        for column in &referenced_columns {
            let theirs = self.database.tables[referenced].columns[*column].kind;
            let column = self.shared_column(table, theirs, &columns).unwrap_or_else(|| {
                let kind = theirs.of_reference_to(self.dice);
                let not_null = in_key || !(nullable && self.dice.percent(80));
                self.add_column(table, "ref", kind, not_null)
            });
            columns.push(column);
        }
        let options = [
            "",
            "",
            "on delete cascade",
            "on delete set null",
            "deferrable",
            "deferrable initially deferred",
            "on update cascade",
        ];
        let key = ForeignKey {
            table,
            columns: columns.clone(),
            referenced,
            referenced_columns,
            match_full: self.dice.percent(15),
            options: self.dice.pick(&options),
            indexed: self.dice.percent(50),
            undeclared: false,
            when: None,
        };
        let skews: &[Skew] = if key.is_self_reference() {
            &[Skew::Even, Skew::First, Skew::Chain, Skew::Chain, Skew::Itself]
        } else {
            &[Skew::Even, Skew::Even, Skew::First, Skew::First, Skew::One]
        };
        self.fillings.push(Filling {
            nulls_percent: self.dice.pick(&[0, 0, 10, 50, 90, 100]),
            skew: self.dice.pick(skews),
            late: referenced >= table,
        });
        self.database.foreign_keys.push(key);
        columns
    }

    /// Makes foreign keys that the schema says nothing of, as far as the configuration could.
    fn leave_undeclared(&mut self) {
        for id in 0..self.database.foreign_keys.len() {
            let key = &self.database.foreign_keys[id];
            let kind =
                |table: usize, column: usize| self.database.tables[table].columns[column].kind;
            let comparable =
                key.columns.iter().zip(&key.referenced_columns).all(|(own, theirs)| {
                    let (own, theirs) = (kind(key.table, *own), kind(key.referenced, *theirs));
                    own == theirs || own.is_integer() && theirs.is_integer()
                });
            let alone = self.database.foreign_keys.iter().enumerate().all(|(other, about)| {
                other == id || about.table != key.table || about.columns != key.columns
            });
            if comparable && alone && self.dice.percent(40) {
                let key = &mut self.database.foreign_keys[id];
                key.undeclared = true;
                key.match_full = false;
            }
        }
    }

    /// One column that names a row of one table or of another, as a second column says.
    fn add_polymorphic_reference(&mut self) {
        let with_simple_key = (0..self.database.tables.len()).filter(|table| {
            let table = &self.database.tables[*table];
            table.primary.as_ref().is_some_and(|key| {
                key.len() == 1 && matches!(table.columns[key[0]].kind, Kind::Int4 | Kind::Int8)
            })
        });
        let with_simple_key: Vec<usize> = with_simple_key.collect();
        let [first, .., last] = with_simple_key[..] else { return };
        let table = self.dice.below(self.database.tables.len());
        let kind = self.add_column(table, "kind", Kind::Text, false);
        let owner = self.add_column(table, "owner", Kind::Int8, false);
        for (number, referenced) in [(1, first), (2, last)] {
            let key = self.database.tables[referenced].primary.clone().unwrap_or_default();
            self.database.foreign_keys.push(ForeignKey {
                table,
                columns: vec![owner],
                referenced,
                referenced_columns: key,
                match_full: false,
                options: "",
                indexed: number == 1 && self.dice.percent(50),
                undeclared: true,
                when: Some((kind, number)),
            });
            self.fillings.push(Filling { nulls_percent: 0, skew: Skew::Even, late: true });
        }
    }

    /// A column that two foreign keys share, such as a tenant's; sometimes the whole of both.
    fn shared_column(&mut self, table: usize, kind: Kind, taken: &[usize]) -> Option<usize> {
        if !self.dice.percent(12) {
            return None;
        }
        let columns = &self.database.tables[table].columns;
        let fitting = (0..columns.len()).filter(|column| {
            columns[*column].kind == kind
                && columns[*column].counted == Counted::No
                && !taken.contains(column)
        });
        let fitting: Vec<usize> = fitting.collect();
        (!fitting.is_empty()).then(|| self.dice.pick(&fitting))
    }

    fn partition(&mut self, table: usize) {
        let about = &self.database.tables[table];
        let counted = about.columns.iter().any(|column| column.counted == Counted::Identity);
        if !about.unique.is_empty() || counted || !self.dice.percent(15) {
            return;
        }
        let fitting = (0..about.columns.len()).filter(|column| match &about.primary {
            Some(key) => key.contains(column),
            None => about.columns[*column].not_null && about.columns[*column].kind.has_equality(),
        });
        let fitting: Vec<usize> = fitting.collect();
        if fitting.is_empty() {
            return;
        }
        let column = self.dice.pick(&fitting);
        let about = &self.database.tables[table];
        let mut numbers: Vec<i64> = about.rows.iter().filter_map(|row| row[column]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let by = match (about.columns[column].kind, &numbers[..]) {
            (Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Date, [_, .., _])
                if self.dice.percent(50) =>
            {
                By::Range(numbers[numbers.len() / 2])
            }
            (Kind::Boolean, _) => By::List(0, 1),
            (_, [first, second, ..]) if self.dice.percent(30) => By::List(*first, *second),
            _ => By::Hash(self.dice.between(1, 3)),
        };
        self.database.tables[table].partitions = Some(Partitions { column, by });
    }

    /// Without the foreign keys that the rows do not bear out.
    fn finished(self) -> Database {
        let mut database = self.database;
        let keys = std::mem::take(&mut database.foreign_keys);
        let holds = |key: &ForeignKey| database.bears_out(key);
        database.foreign_keys = keys.into_iter().filter(holds).collect();
        database
    }
}
