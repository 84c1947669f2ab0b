//! Rows at random, made so that they bear the foreign keys out.

use super::dice::Dice;
use super::random::{Draft, Skew};
use super::schema::{Column, Counted, Database, ForeignKey, Row};
use super::values::Kind;
use std::collections::HashSet;

impl Draft<'_> {
    fn rows_of_table(&mut self) -> usize {
        match self.dice.below(1_000) {
            0..100 => 0,
            100..280 => self.dice.between(1, 3),
            280..830 => self.dice.between(4, 40),
            830..997 => self.dice.between(41, 300),
            // where keys are walked in the seeded order instead of being read whole
            _ => 20_500,
        }
    }

    pub(super) fn fill(&mut self, table: usize) {
        let wanted = self.rows_of_table();
        let numberings: Vec<Numbering> = (0..self.database.tables[table].columns.len())
            .map(|column| Numbering::of(&self.database, table, column, self.dice))
            .collect();
        let keys: Vec<Vec<usize>> = self.database.tables[table].keys().cloned().collect();
        let mut taken = vec![HashSet::new(); keys.len()];
        for place in 0..wanted {
            const TRIES: usize = 6;
            let fitting = (0..TRIES).find_map(|_| {
                let row = self.row(table, place, &numberings)?;
                let fits = keys.iter().zip(&taken).all(|(key, taken)| {
                    value_of(key, &row).is_none_or(|value| !taken.contains(&value))
                });
                fits.then_some(row)
            });
            let Some(row) = fitting else { continue };
            for (key, taken) in keys.iter().zip(&mut taken) {
                taken.extend(value_of(key, &row));
            }
            let again = keys.is_empty() && self.dice.percent(30);
            let rows = &mut self.database.tables[table].rows;
            if again {
                rows.push(row.clone());
            }
            rows.push(row);
        }
        if self.dice.percent(50) {
            self.dice.shuffle(&mut self.database.tables[table].rows);
        }
    }

    /// A row with all but its late references; nothing where a foreign key that must not be NULL
    /// finds nobody.
    fn row(&mut self, table: usize, place: usize, numberings: &[Numbering]) -> Option<Row> {
        let mut row = vec![None; numberings.len()];
        let mut filled = vec![false; numberings.len()];
        for key in 0..self.database.foreign_keys.len() {
            if self.database.foreign_keys[key].table == table && !self.fillings[key].late {
                self.refer(key, place, &mut row, &mut filled)?;
            }
        }
        for (column, numbering) in numberings.iter().enumerate() {
            if !filled[column] {
                let about = &self.database.tables[table].columns[column];
                row[column] = numbering.number(place, about, self.dice);
            }
        }
        Some(row)
    }

    pub(super) fn fill_late_references(&mut self, table: usize) {
        for place in 0..self.database.tables[table].rows.len() {
            let mut row = self.database.tables[table].rows[place].clone();
            let mut filled = vec![true; row.len()];
            for key in 0..self.database.foreign_keys.len() {
                let about = &self.database.foreign_keys[key];
                if let (true, Some((column, number))) = (about.table == table, about.when) {
                    self.refer_by_kind(key, column, number, &mut row);
                } else if about.table == table && self.fillings[key].late {
                    for column in &about.columns {
                        filled[*column] = !self.is_free(table, *column);
                    }
                    // a foreign key that finds nobody is left out in the end
                    let _ = self.refer(key, place, &mut row, &mut filled);
                }
            }
            self.database.tables[table].rows[place] = row;
        }
    }

    /// Every third row names a row of the first table, every third one of the second; of the rest
    /// some name nothing that there is.
    fn refer_by_kind(&mut self, key: usize, column: usize, number: i64, row: &mut Row) {
        let about = &self.database.foreign_keys[key];
        let there = &self.database.tables[about.referenced].rows;
        let chosen = there.get(self.dice.below(there.len())).and_then(|row| about.name_of(row));
        let owner = about.columns[0];
        if number == 1 {
            row[column] = Some(i64::try_from(self.dice.below(3)).expect("few")).map(|n| n + 1);
            row[owner] = self.dice.percent(50).then_some(7_777);
        }
        if row[column] == Some(number) && self.dice.percent(90) {
            row[owner] = chosen.map(|name| name[0]);
        }
    }

    /// Whether a column is of late references only, and of no key.
    fn is_free(&self, table: usize, column: usize) -> bool {
        let keys = self.database.foreign_keys.iter().zip(&self.fillings);
        let mut early = keys.filter(|(_, filling)| !filling.late).map(|(key, _)| key);
        !self.database.tables[table].keys().any(|key| key.contains(&column))
            && !early.any(|key| key.table == table && key.columns.contains(&column))
            && !self
                .database
                .foreign_keys
                .iter()
                .any(|key| key.referenced == table && key.referenced_columns.contains(&column))
    }

    /// Fills the columns of a foreign key that are still to be filled.
    fn refer(
        &mut self,
        key: usize,
        place: usize,
        row: &mut Row,
        filled: &mut [bool],
    ) -> Option<()> {
        let about = self.database.foreign_keys[key].clone();
        let filling = self.fillings[key];
        let columns = &self.database.tables[about.table].columns;
        let open = about.columns.iter().copied().filter(|column| !filled[*column]);
        let open: Vec<usize> = open.collect();
        let nullable: Vec<usize> =
            open.iter().copied().filter(|column| !columns[*column].not_null).collect();
        let may_be_null =
            !nullable.is_empty() && (!about.match_full || nullable.len() == about.columns.len());
        let named = if may_be_null && self.dice.percent(filling.nulls_percent) {
            None
        } else {
            self.named(&about, filling.skew, place, row, &open)
        };
        for column in &open {
            filled[*column] = true;
        }
        let Some(named) = named else {
            if !may_be_null {
                return open.is_empty().then_some(());
            }
            // MATCH SIMPLE: what stands beside a NULL may be anything
            let partly = !about.match_full && self.dice.percent(50);
            let null = self.dice.pick(&nullable);
            for column in open {
                let anything = columns_number(&self.database.tables[about.table].columns[column]);
                let stays = column != null && (partly || !nullable.contains(&column));
                row[column] = stays.then_some(anything);
            }
            return Some(());
        };
        for (column, number) in about.columns.iter().zip(named) {
            if open.contains(column) {
                row[*column] = Some(number);
            }
        }
        Some(())
    }

    /// The key of a referenced row that fits what the other columns hold.
    fn named(
        &mut self,
        key: &ForeignKey,
        skew: Skew,
        place: usize,
        row: &Row,
        open: &[usize],
    ) -> Option<Vec<i64>> {
        const TRIES: usize = 6;
        let there = &self.database.tables[key.referenced].rows;
        let fits = |candidate: &Row| -> Option<Vec<i64>> {
            let name = key.name_of(candidate)?;
            let agrees = |(column, number): (&usize, &i64)| {
                open.contains(column) || row[*column] == Some(*number)
            };
            key.columns.iter().zip(&name).all(agrees).then_some(name)
        };
        let most = there.len();
        for _ in 0..TRIES {
            let chosen = match skew {
                Skew::Even => self.dice.below(most),
                Skew::First => {
                    self.dice.below(most).min(self.dice.below(most)).min(self.dice.below(most))
                }
                Skew::One => 0,
                Skew::Chain => place.saturating_sub(1),
                Skew::Itself => place,
            };
            if let Some(name) = there.get(chosen).and_then(&fits) {
                return Some(name);
            }
        }
        there.iter().find_map(fits)
    }
}

impl Database {
    /// Whether each row names a row, or nobody.
    pub(super) fn bears_out(&self, key: &ForeignKey) -> bool {
        // what the schema does not say need not be so
        if key.undeclared {
            return true;
        }
        let there = self.tables[key.referenced].rows.iter().filter_map(|row| key.name_of(row));
        let there: HashSet<Vec<i64>> = there.collect();
        self.tables[key.table].rows.iter().all(|row| match key.named_by(row) {
            Some(name) => there.contains(&name),
            None => !key.match_full || key.columns.iter().all(|column| row[*column].is_none()),
        })
    }
}

/// What a key's columns hold; nothing where one is NULL.
fn value_of(key: &[usize], row: &Row) -> Option<Vec<i64>> {
    key.iter().map(|column| row[*column]).collect()
}

/// A number that the column can hold.
fn columns_number(column: &Column) -> i64 {
    if column.kind.values() == usize::MAX { 77 } else { 1 }
}

/// The kinds of all columns that hold values of this one.
fn kinds_of(database: &Database, table: usize, column: usize) -> Vec<Kind> {
    let mut seen = vec![(table, column)];
    let mut next = 0;
    while let Some(referenced) = seen.get(next).copied() {
        next += 1;
        for key in &database.foreign_keys {
            let pairs = key.columns.iter().zip(&key.referenced_columns);
            for (own, _) in pairs.filter(|(_, theirs)| (key.referenced, **theirs) == referenced) {
                if !seen.contains(&(key.table, *own)) {
                    seen.push((key.table, *own));
                }
            }
        }
    }
    seen.into_iter().map(|(table, column)| database.tables[table].columns[column].kind).collect()
}

/// How a column is filled that references nothing.
enum Numbering {
    /// Another number in each row, as long as there are any.
    Counting { first: i64, step: i64, most: i64 },
    /// One of this number.
    Any { most: usize, nulls_percent: usize },
}

impl Numbering {
    fn of(database: &Database, table: usize, column: usize, dice: &mut Dice) -> Self {
        let kinds = kinds_of(database, table, column);
        let table = &database.tables[table];
        let about = &table.columns[column];
        let alone = table.keys().any(|key| key[..] == [column]);
        if alone && about.kind.values() == usize::MAX {
            let counted = about.counted != Counted::No;
            let sparse = kinds.iter().all(|kind| *kind == Kind::Int8) && dice.percent(25);
            return Numbering::Counting {
                first: if counted { 1 } else { dice.pick(&[1, 1, 0, -20, 500]) },
                step: if sparse { 1_000_003_000_007 } else { dice.pick(&[1, 1, 1, 3]) },
                most: if kinds.contains(&Kind::Int2) { 30_000 } else { i64::MAX },
            };
        }
        let in_key = table.keys().any(|key| key.contains(&column));
        let most = if in_key { dice.pick(&[3, 8, 40]) } else { dice.pick(&[1, 3, 30, 1_000]) };
        Numbering::Any {
            most: most.min(about.kind.values()),
            nulls_percent: dice.pick(&[0, 20, 80, 100]),
        }
    }

    fn number(&self, place: usize, column: &Column, dice: &mut Dice) -> Option<i64> {
        let number = |place: usize| i64::try_from(place).expect("few rows");
        match self {
            Numbering::Counting { first, step, most } if column.not_null || dice.percent(80) => {
                Some((first + number(place) * step) % most)
            }
            Numbering::Counting { .. } => None,
            Numbering::Any { nulls_percent, .. }
                if !column.not_null && dice.percent(*nulls_percent) =>
            {
                None
            }
            Numbering::Any { most, .. } => Some(number(dice.below(*most))),
        }
    }
}
