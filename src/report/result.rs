//! The result of a load.

use super::differences::Differences;
use super::lines::{WIDTH, short_key, table_name, wrapped};
use super::masks::Masks;
use super::numbers::{bytes, counted, grouped};
use crate::failure::visible;
use serde::Serialize;
use std::fmt::{self, Write as _};

/// What a load brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub size: SizeReport,
    pub tables: Vec<TableReport>,
    /// Values of foreign keys that only the configuration knows of, and that name nothing.
    pub unresolved: Vec<Unresolved>,
    /// References that became NULL, since `[[only]]` excludes what they name.
    pub severed: Vec<Severed>,
    /// What else is not as in the source, and why.
    pub differences: Differences,
    /// What became of personal data and secrets.
    pub masks: Masks,
    /// The tables in which a migration tool's lock was released, by qualified name.
    pub unlocked: Vec<String>,
    /// What the target held before.
    pub replaced: Option<Replaced>,
    /// The target's database after the load.
    pub target_bytes: u64,
    pub seconds: f64,
}

/// What a load replaced in its target.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Replaced {
    /// The tables that were dropped, by qualified name.
    pub tables: Vec<String>,
    /// When the set-up was loaded that was replaced. `None`: it was the app's own, created before
    /// the first load.
    pub loaded_at: Option<String>,
    /// For how long, in seconds, whoever read the target had to wait for the COMMIT.
    pub readers_waited: f64,
}

/// What a foreign key names and nobody has: such values are left as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unresolved {
    pub schema: String,
    pub table: String,
    /// `commentable_id -> posts`
    pub foreign_key: String,
    /// How many, each counted once.
    pub values: u64,
    /// Since the referenced table is left empty.
    pub left_empty: bool,
}

/// References that became NULL, since `[[only]]` excludes what they name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Severed {
    pub schema: String,
    pub table: String,
    pub columns: Vec<String>,
    /// The referenced table.
    pub references: String,
    /// How many rows.
    pub rows: u64,
}

/// How many rows were asked for of a table without a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SizeReport {
    /// rows * part
    Linear { part: f64 },
    /// rows^part
    Logarithmic { part: f64 },
    /// rows^part, with the part that was found for a budget of `bytes`. `taken` counts against it:
    /// what the load added, and 8 MB for an empty database.
    Budget { part: f64, bytes: u64, taken: u64, first: Option<FirstAttempt> },
}

/// The first attempt to meet a budget, where it was rolled back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirstAttempt {
    pub part: f64,
    pub taken: u64,
}

impl Default for SizeReport {
    fn default() -> Self {
        SizeReport::Linear { part: 1.0 }
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unresolved { schema, table, foreign_key, values, left_empty } = self;
        let verb = if *values == 1 { "resolves" } else { "resolve" };
        let values = counted(*values, "value");
        let why = if *left_empty { ", since that table is left empty" } else { "" };
        write!(f, "{schema}.{table}.{foreign_key}: {values} {verb} to nothing{why}, left as is")
    }
}

#[cfg(test)]
impl Severed {
    pub(super) fn of_managers() -> Self {
        Severed {
            schema: "public".to_owned(),
            table: "users".to_owned(),
            columns: vec!["manager_id".to_owned()],
            references: "public.users".to_owned(),
            rows: 3,
        }
    }
}

impl fmt::Display for Severed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Severed { schema, table, columns, references, rows } = self;
        write!(
            f,
            "{schema}.{table}: NULL in {} of {}, since [[only]] excludes the rows of {references}",
            columns.join(", "),
            counted(*rows, "row")
        )
    }
}

/// What was copied of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableReport {
    pub schema: String,
    pub table: String,
    /// Rows in the source that meet the rule; `None` where nobody counted.
    #[serde(rename = "source_rows")]
    pub available: Option<u64>,
    #[serde(rename = "source_rows_estimated")]
    pub estimated: bool,
    /// n(T)
    #[serde(rename = "target_rows")]
    pub target: u64,
    pub rows: u64,
    /// As they travelled.
    #[serde(rename = "copied_bytes")]
    pub bytes: u64,
    /// Rows beyond those chosen, which foreign keys needed.
    #[serde(rename = "pulled_in_rows")]
    pub pulled_in: u64,
    /// Which rule, and whether rows were asked for besides.
    pub reason: String,
    /// The foreign key along which rows were chosen.
    pub driven_by: Option<String>,
    /// Columns that became NULL, since what they reference is left empty.
    #[serde(rename = "nulled_columns")]
    pub nulled: Vec<String>,
    /// In how many rows.
    pub nulled_rows: u64,
    /// There were no rows that could be read.
    #[serde(skip)]
    pub unreadable: bool,
}

/// The cells of a line before "why": the table's name, then numbers.
type Cells = [String; 4];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head: Cells = ["table", "rows", "wanted", "of"].map(str::to_owned);
        let lines: Vec<Cells> = self.tables.iter().map(TableReport::cells).collect();
        let mut widths = [0, 1, 2, 3].map(|column| {
            let cells = lines.iter().map(|line| line[column].chars().count());
            cells.max().unwrap_or(0).max(head[column].len())
        });
        widths[0] = widths[0].min(30);
        if lines.iter().all(|line| line[2].is_empty()) {
            widths[2] = 0;
        }
        writeln!(f, "{}  why", aligned(&head, widths))?;
        for (table, line) in self.tables.iter().zip(&lines) {
            let start = aligned(line, widths);
            let room = WIDTH.saturating_sub(start.chars().count() + 2);
            writeln!(f, "{start}  {}", table.why(room))?;
        }
        for table in self.tables.iter().filter(|table| !table.nulled.is_empty()) {
            writeln!(
                f,
                "{}",
                wrapped(&format!(
                    "{}: NULL in {} of {}, since the referenced rows are left out",
                    table_name(&table.schema, &table.table),
                    table.nulled.join(", "),
                    counted(table.nulled_rows, "row")
                ))
            )?;
        }
        for unresolved in &self.unresolved {
            writeln!(f, "{}", wrapped(&unresolved.to_string()))?;
        }
        for severed in &self.severed {
            writeln!(f, "{}", wrapped(&severed.to_string()))?;
        }
        write!(f, "{}{}", self.differences, self.masks)?;
        if let Some(Replaced { tables, loaded_at, readers_waited }) = &self.replaced {
            let what = counted(tables.len() as u64, "table");
            let whose = loaded_at.as_ref().map_or_else(
                || "created by the app's own processes".to_owned(),
                |at| format!("loaded {at}"),
            );
            let line = format!(
                "replaced: {what}, {whose}; readers waited for {readers_waited:.1} s at most"
            );
            writeln!(f, "{}", wrapped(&line))?;
        }
        for table in &self.unlocked {
            writeln!(f, "unlocked: {}, the lock of the migration tool", visible(table))?;
        }
        if let SizeReport::Budget { part, bytes: budget, taken, first } = self.size {
            let percent = taken.saturating_mul(100) / budget.max(1);
            let what = part_text(part);
            writeln!(f, "budget: {what} fit, and take {percent} % of {}", bytes(budget))?;
            if let Some(FirstAttempt { part: planned, taken }) = first {
                let how = if part < planned { "lowered" } else { "raised" };
                let line = format!(
                    "budget: the load {how} the fraction: with {} as planned, the data takes {}",
                    part_text(planned),
                    bytes(taken)
                );
                writeln!(f, "{}", wrapped(&line))?;
            }
        }
        let rows: u64 = self.tables.iter().map(|table| table.rows).sum();
        write!(
            f,
            "{}, {}; the database has {} now; {:.1} s",
            counted(self.tables.len() as u64, "table"),
            counted(rows, "row"),
            bytes(self.target_bytes),
            self.seconds
        )
    }
}

/// `rows^0.713`
#[must_use]
pub fn part_text(part: f64) -> String {
    if part >= 1.0 { "all rows".to_owned() } else { format!("rows^{part:.3}") }
}

/// The name to the left, numbers to the right; a column of width 0 is not there.
fn aligned(cells: &Cells, widths: [usize; 4]) -> String {
    let mut line = format!("{:1$}", cells[0], widths[0]);
    for (cell, width) in cells.iter().zip(widths).skip(1).filter(|(_, width)| *width > 0) {
        let _ = write!(line, " {cell:>width$}");
    }
    line
}

impl TableReport {
    fn cells(&self) -> Cells {
        let available = match self.available {
            Some(available) if self.estimated => format!("~{}", grouped(available)),
            Some(available) => grouped(available),
            None => "-".to_owned(),
        };
        let wanted = if self.rows == self.target { String::new() } else { grouped(self.target) };
        [table_name(&self.schema, &self.table), grouped(self.rows), wanted, available]
    }

    /// Why these rows; how many foreign keys needed, and along which one rows were chosen, only
    /// where there is room for it.
    fn why(&self, room: usize) -> String {
        let mut why = self.reason.clone();
        let fits = |text: &str| text.chars().count() <= room;
        if self.pulled_in > 0 {
            let counted = format!("{why}, +{} referenced", grouped(self.pulled_in));
            // where the numbers say how many, nothing else needs to
            let needless = self.rows == self.target + self.pulled_in;
            why = if fits(&counted) && !needless { counted } else { why + " + referenced" };
        }
        let Some(key) = &self.driven_by else { return why };
        let with_key = format!("{why}, by {}", short_key(&self.table, key));
        if fits(&with_key) { with_key } else { why }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn table(name: &str, rows: u64, reason: &str) -> TableReport {
        TableReport {
            schema: "public".to_owned(),
            table: name.to_owned(),
            available: Some(rows * 20),
            estimated: false,
            target: rows,
            rows,
            bytes: rows * 100,
            pulled_in: 0,
            reason: reason.to_owned(),
            driven_by: None,
            nulled: Vec::new(),
            nulled_rows: 0,
            unreadable: false,
        }
    }

    #[test]
    fn one_row_of_one_table_as_wanted() {
        let report = Report {
            size: SizeReport::default(),
            tables: vec![table("users", 1, "rule")],
            unresolved: Vec::new(),
            severed: Vec::new(),
            differences: Differences::default(),
            masks: Masks::default(),
            unlocked: Vec::new(),
            replaced: None,
            target_bytes: 8_000_000,
            seconds: 0.2,
        };
        insta::assert_snapshot!(report);
    }

    /// A result with a line of each kind.
    pub(in crate::report) fn of_each_kind() -> Report {
        Report {
            size: SizeReport::Budget {
                part: 0.8125,
                bytes: 50_000_000,
                taken: 47_300_000,
                first: Some(FirstAttempt { part: 0.834, taken: 52_100_000 }),
            },
            tables: vec![
                TableReport {
                    available: Some(1),
                    ..table("alembic_version", 1, "migration table")
                },
                TableReport {
                    driven_by: Some("orders_user_id_fkey".to_owned()),
                    nulled: vec!["coupon_id".to_owned()],
                    nulled_rows: 1_234,
                    ..table("orders", 100_000, "fraction")
                },
                TableReport {
                    pulled_in: 1_234,
                    rows: 11_234,
                    ..table("users", 10_000, "fraction")
                },
                TableReport { estimated: true, ..table("events", 5_000_000, "fraction") },
                TableReport {
                    driven_by: Some("a_key_that_a_person_has_named_at_length".to_owned()),
                    target: 7,
                    ..table("invoices", 9, "fraction, always")
                },
            ],
            unresolved: vec![
                Unresolved {
                    schema: "public".to_owned(),
                    table: "comments".to_owned(),
                    foreign_key: "commentable_id -> posts".to_owned(),
                    values: 1_234,
                    left_empty: false,
                },
                Unresolved {
                    schema: "blog".to_owned(),
                    table: "tags".to_owned(),
                    foreign_key: "ids[] -> a.b".to_owned(),
                    values: 1,
                    left_empty: true,
                },
            ],
            severed: vec![Severed::of_managers()],
            differences: Differences {
                left_out: vec!["the rows of public.scratch: the table is unlogged".to_owned()],
                not_valid: vec![
                    "foreign key public.orders orders_user_id_fkey: 5 rows reference nothing in \
                     the source"
                        .to_owned(),
                ],
                unpopulated: vec!["public.totals: division by zero (SQLSTATE 22012)".to_owned()],
                not_set: vec!["work_mem = 64MB: it belongs to the source's server".to_owned()],
                other_values: vec!["public.items.label: its function read other rows".to_owned()],
            },
            masks: Masks::of_users(),
            unlocked: vec!["public.knex_migrations_lock".to_owned()],
            replaced: Some(Replaced {
                tables: vec!["public.users".to_owned(), "public.orders".to_owned()],
                loaded_at: Some("2026-11-27 02:00:00+00".to_owned()),
                readers_waited: 1.25,
            }),
            target_bytes: 43_210_000,
            seconds: 2.34,
        }
    }

    #[test]
    fn the_result_reads_as_a_table() {
        let told = of_each_kind().to_string();
        assert!(told.lines().all(|line| line.chars().count() <= WIDTH), "{told}");
        insta::assert_snapshot!(told);
    }
}
