//! What a load would bring.

use super::lines::{WIDTH, short_key, wrapped};
use super::numbers::{bytes, counted, grouped};
use super::result::{Unresolved, part_text};
use serde::Serialize;
use std::fmt::{self, Write as _};

/// The version of the shape that [`Plan`] has as JSON.
pub const PLAN_VERSION: u32 = 1;

/// What a load would bring, were it to begin at the plan's snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    pub version: u32,
    /// Where from, without password.
    pub source: String,
    /// The moment that the plan is true of.
    pub snapshot_at: String,
    pub subset: PlannedSubset,
    pub tables: Vec<TablePlan>,
    /// Of all tables.
    pub rows: u64,
    /// Of all tables, about.
    pub bytes: u64,
    pub missing_indexes: Vec<MissingIndex>,
    pub unsorted: Vec<Unsorted>,
    /// Columns that look like foreign keys and are none, so that they are not followed.
    pub undeclared: Vec<Undeclared>,
    /// Values of foreign keys that only the configuration knows of, and that name nothing.
    pub unresolved: Vec<Unresolved>,
    /// What will not be copied, and why: a line each.
    pub left_out: Vec<String>,
    /// What was asked for and is not there: a line each.
    pub warnings: Vec<String>,
}

/// The settings for tables without a rule of their own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedSubset {
    pub fraction: f64,
    pub logarithmic: bool,
    /// The budget in bytes that the fraction was found for.
    pub max_size: Option<u64>,
    pub children: u32,
    pub seed: i64,
}

/// What would be copied of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TablePlan {
    pub schema: String,
    pub table: String,
    /// Rows in the source that meet the rule's condition; `None` where they cannot be read.
    pub source_rows: Option<u64>,
    /// They were not counted one by one, but estimated from some ranges of a key, or some blocks.
    pub source_rows_estimated: bool,
    /// n(T): how many are to be chosen.
    pub target_rows: u64,
    /// Those chosen, and those that foreign keys need besides: exact for the snapshot.
    pub rows: u64,
    /// About what they take in the target.
    pub bytes: PlannedBytes,
    /// Which rule, and whether rows were asked for besides.
    pub reason: String,
    /// The foreign key along which rows are chosen.
    pub driven_by: Option<String>,
    /// What comes besides the chosen rows.
    pub pulled_in: Vec<PulledIn>,
    /// Columns that become NULL.
    pub nulled: Vec<Nulled>,
}

/// Bytes in the target after the load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlannedBytes {
    pub heap: u64,
    /// Values that are stored outside of their rows, with their index.
    pub toast: u64,
    pub indexes: u64,
    pub total: u64,
}

/// A foreign key of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForeignKeyName {
    pub schema: String,
    pub table: String,
    pub name: String,
    pub columns: Vec<String>,
}

/// Rows that are there because others reference them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PulledIn {
    /// Several, where they name the same key: they are followed together.
    pub foreign_keys: Vec<ForeignKeyName>,
    pub rows: u64,
}

/// A foreign key whose referenced table is left empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nulled {
    pub foreign_key: String,
    pub columns: Vec<String>,
    /// The table that is left empty.
    pub references: String,
}

/// An index that would have spared the reading of a whole table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingIndex {
    pub foreign_key: ForeignKeyName,
    /// What is read for want of it.
    pub scanned_bytes: u64,
    /// SQL, to be run on the source's primary.
    pub statements: Vec<String>,
}

/// A table that is read whole, since no index leads with the column that its rule's order is by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unsorted {
    pub schema: String,
    pub table: String,
    pub column: String,
    pub scanned_bytes: u64,
    /// SQL, to be run on the source's primary.
    pub statements: Vec<String>,
}

/// A column that looks like a foreign key and is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Undeclared {
    pub schema: String,
    pub table: String,
    pub column: String,
    /// `public.users(id)`
    pub references: String,
    /// What review-data.toml would have to say for it to be followed.
    pub entry: String,
}

impl Plan {
    /// As JSON, in the shape that README documents.
    ///
    /// # Errors
    /// None that could happen: there are no maps in it.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

/// The cells of a line before "why": the table's name, then numbers.
type Cells = [String; 5];

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_tables(f)?;
        for table in &self.tables {
            table.write_notes(f)?;
        }
        for missing in &self.missing_indexes {
            writeln!(f, "{}", wrapped(&missing.why()))?;
            write_statements(f, &missing.statements)?;
        }
        for unsorted in &self.unsorted {
            writeln!(f, "{}", wrapped(&unsorted.why()))?;
            write_statements(f, &unsorted.statements)?;
        }
        self.write_undeclared(f)?;
        for unresolved in &self.unresolved {
            writeln!(f, "{}", wrapped(&unresolved.to_string()))?;
        }
        for warning in &self.warnings {
            writeln!(f, "{}", wrapped(&format!("warning: {warning}")))?;
        }
        for line in &self.left_out {
            writeln!(f, "{}", wrapped(&format!("left out: {line}")))?;
        }
        let PlannedSubset { fraction, logarithmic, max_size, children, seed } = self.subset;
        let size =
            if logarithmic { part_text(fraction) } else { format!("{fraction} of the rows") };
        let by = match max_size {
            Some(budget) => format!("by budget: what fits {}:", bytes(budget)),
            None => "by fraction:".to_owned(),
        };
        writeln!(
            f,
            "{}",
            wrapped(&format!(
                "{by} {size}, {children} children first, seed {seed}; as of {}",
                self.snapshot_at
            ))
        )?;
        write!(
            f,
            "{}, {}, about {} with indexes; nothing was written",
            counted(self.tables.len() as u64, "table"),
            counted(self.rows, "row"),
            bytes(self.bytes)
        )
    }
}

/// Columns that look like foreign keys that are shown: a schema may declare none at all.
const SHOWN_UNDECLARED: usize = 6;

/// A longer name of a table has a line of its own.
const LONGEST_NAME: usize = 28;

/// Statements for one index that are shown: a table may have many partitions.
const SHOWN_STATEMENTS: usize = 4;

impl Plan {
    fn write_undeclared(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for undeclared in self.undeclared.iter().take(SHOWN_UNDECLARED) {
            let Undeclared { schema, table, column, references, entry } = undeclared;
            let told = format!(
                "{schema}.{table}({column}) looks like a foreign key to {references}, and is not \
                 followed; if it is one, say so in review-data.toml:"
            );
            writeln!(f, "{}", wrapped(&told))?;
            for line in entry.lines() {
                writeln!(f, "    {line}")?;
            }
        }
        let more = self.undeclared.len().saturating_sub(SHOWN_UNDECLARED);
        if more > 0 {
            writeln!(f, "and {} like it: --format json has them", counted(more as u64, "column"))?;
        }
        Ok(())
    }

    fn write_tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head: Cells = ["table", "rows", "wanted", "of", "size"].map(str::to_owned);
        let lines: Vec<Cells> = self.tables.iter().map(TablePlan::cells).collect();
        let mut widths = [0, 1, 2, 3, 4].map(|column| {
            let cells = lines.iter().map(|line| line[column].chars().count());
            let short = cells.filter(|width| column > 0 || *width <= LONGEST_NAME);
            short.max().unwrap_or(0).max(head[column].len())
        });
        if lines.iter().all(|line| line[2].is_empty()) {
            widths[2] = 0;
        }
        writeln!(f, "{}  why", aligned(&head, widths))?;
        for (table, line) in self.tables.iter().zip(&lines) {
            let mut line = line.clone();
            if line[0].chars().count() > widths[0] {
                // the numbers stand in their columns all the same
                writeln!(f, "{}", std::mem::take(&mut line[0]))?;
            }
            let start = aligned(&line, widths);
            let room = WIDTH.saturating_sub(start.chars().count() + 2);
            writeln!(f, "{start}  {}", table.why(room))?;
        }
        Ok(())
    }
}

/// The name to the left, numbers to the right; a column of width 0 is not there.
fn aligned(cells: &Cells, widths: [usize; 5]) -> String {
    let mut line = format!("{:1$}", cells[0], widths[0]);
    for (cell, width) in cells.iter().zip(widths).skip(1).filter(|(_, width)| *width > 0) {
        let _ = write!(line, " {cell:>width$}");
    }
    line
}

impl TablePlan {
    fn name(&self) -> String {
        format!("{}.{}", self.schema, self.table)
    }

    fn cells(&self) -> Cells {
        let source_rows = match self.source_rows {
            Some(rows) if self.source_rows_estimated => format!("~{}", grouped(rows)),
            Some(rows) => grouped(rows),
            None => "-".to_owned(),
        };
        let wanted =
            if self.rows == self.target_rows { String::new() } else { grouped(self.target_rows) };
        [self.name(), grouped(self.rows), wanted, source_rows, bytes(self.bytes.total)]
    }

    /// The reason, and more where there is room for it: the notes below say what is pulled in.
    fn why(&self, room: usize) -> String {
        let mut why = self.reason.clone();
        let pulled_in = (!self.pulled_in.is_empty()).then(|| " + referenced".to_owned());
        let driven_by = self.driven_by.as_ref();
        let driven_by = driven_by.map(|key| format!(", by {}", short_key(&self.table, key)));
        for more in [pulled_in, driven_by].into_iter().flatten() {
            if why.chars().count() + more.chars().count() <= room {
                why.push_str(&more);
            }
        }
        why
    }

    fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for pulled in &self.pulled_in {
            let keys: Vec<String> = pulled.foreign_keys.iter().map(ToString::to_string).collect();
            writeln!(
                f,
                "{}",
                wrapped(&format!(
                    "{}: {} besides, referenced by {}",
                    self.name(),
                    counted(pulled.rows, "row"),
                    keys.join(", ")
                ))
            )?;
        }
        for nulled in &self.nulled {
            writeln!(
                f,
                "{}",
                wrapped(&format!(
                    "{}: {} becomes NULL, since {} is left empty ({})",
                    self.name(),
                    nulled.columns.join(", "),
                    nulled.references,
                    nulled.foreign_key
                ))
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for ForeignKeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}({})", self.schema, self.table, self.columns.join(", "))
    }
}

fn write_statements(f: &mut fmt::Formatter<'_>, statements: &[String]) -> fmt::Result {
    for statement in statements.iter().take(SHOWN_STATEMENTS) {
        writeln!(f, "    {statement}")?;
    }
    match statements.len().saturating_sub(SHOWN_STATEMENTS) {
        0 => Ok(()),
        more => writeln!(f, "    -- and {more} more: --format json has them"),
    }
}

impl Unsorted {
    fn why(&self) -> String {
        format!(
            "no index on {}.{}({}), which the order of its rule is by: all of the table is read, \
             {}; this would help, on the source's primary:",
            self.schema,
            self.table,
            self.column,
            bytes(self.scanned_bytes)
        )
    }
}

impl MissingIndex {
    fn why(&self) -> String {
        let ForeignKeyName { name, .. } = &self.foreign_key;
        format!(
            "no index on {} for {name}: all of the table is read, {}; this would help, on the \
             source's primary:",
            self.foreign_key,
            bytes(self.scanned_bytes)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn table(name: &str, rows: u64, reason: &str) -> TablePlan {
        TablePlan {
            schema: "public".to_owned(),
            table: name.to_owned(),
            source_rows: Some(rows * 20),
            source_rows_estimated: false,
            target_rows: rows,
            rows,
            bytes: PlannedBytes { heap: rows * 60, toast: 0, indexes: rows * 20, total: rows * 80 },
            reason: reason.to_owned(),
            driven_by: None,
            pulled_in: Vec::new(),
            nulled: Vec::new(),
        }
    }

    fn key(table: &str, column: &str) -> ForeignKeyName {
        ForeignKeyName {
            schema: "public".to_owned(),
            table: table.to_owned(),
            name: format!("{table}_{column}_fkey"),
            columns: vec![column.to_owned()],
        }
    }

    fn shop() -> Plan {
        let orders = TablePlan {
            driven_by: Some("orders_user_id_fkey".to_owned()),
            nulled: vec![Nulled {
                foreign_key: "orders_coupon_id_fkey".to_owned(),
                columns: vec!["coupon_id".to_owned()],
                references: "public.coupons".to_owned(),
            }],
            ..table("orders", 100_000, "fraction")
        };
        let users = TablePlan {
            rows: 11_234,
            pulled_in: vec![PulledIn {
                foreign_keys: vec![key("orders", "user_id"), key("product_reviews", "author_id")],
                rows: 1_234,
            }],
            ..table("users", 10_000, "fraction, --force")
        };
        Plan {
            version: PLAN_VERSION,
            source: "db.example:5432/shop".to_owned(),
            snapshot_at: "2026-01-02 03:04:05+00".to_owned(),
            subset: PlannedSubset {
                fraction: 0.05,
                logarithmic: false,
                max_size: None,
                children: 3,
                seed: 1,
            },
            tables: vec![
                TablePlan {
                    source_rows: Some(1),
                    ..table("alembic_version", 1, "migration table")
                },
                TablePlan { source_rows: Some(500), ..table("coupons", 0, "rule") },
                TablePlan {
                    source_rows_estimated: true,
                    ..table("a_table_whose_name_is_rather_long", 5_000_000, "fraction")
                },
                orders,
                TablePlan { source_rows: None, ..table("scratch", 0, "left out") },
                users,
            ],
            rows: 5_111_235,
            bytes: 408_898_800,
            missing_indexes: vec![MissingIndex {
                foreign_key: key("orders", "user_id"),
                scanned_bytes: 2_300_000_000,
                statements: vec![
                    "create index concurrently on public.orders (user_id);".to_owned(),
                ],
            }],
            unsorted: vec![Unsorted {
                schema: "public".to_owned(),
                table: "events".to_owned(),
                column: "created_at".to_owned(),
                scanned_bytes: 1_100_000_000,
                statements: vec![
                    "create index concurrently on public.events (created_at);".to_owned(),
                ],
            }],
            undeclared: vec![Undeclared {
                schema: "public".to_owned(),
                table: "audit_log".to_owned(),
                column: "user_id".to_owned(),
                references: "public.users(id)".to_owned(),
                entry: "[[foreign_keys]]\ntable = \"audit_log\"\ncolumns = [\"user_id\"]\n\
                    references = \"users(id)\""
                    .to_owned(),
            }],
            unresolved: vec![Unresolved {
                schema: "public".to_owned(),
                table: "comments".to_owned(),
                foreign_key: "commentable_id -> posts".to_owned(),
                values: 7,
                left_empty: false,
            }],
            left_out: vec!["the rows of public.scratch: the table is unlogged".to_owned()],
            warnings: vec!["--force users:7 names no row of the source".to_owned()],
        }
    }

    #[test]
    fn the_plan_reads_as_a_table_and_notes() {
        let told = shop().to_string();
        assert!(told.lines().all(|line| line.chars().count() <= WIDTH), "{told}");
        insta::assert_snapshot!(told);
    }

    #[test]
    fn many_statements_for_one_index_are_shortened() {
        let mut plan = shop();
        plan.missing_indexes[0].statements = (1..=9)
            .map(|part| format!("create index concurrently on public.orders_{part} (user_id);"))
            .collect();
        plan.tables.truncate(1);
        insta::assert_snapshot!(plan);
    }

    #[test]
    fn the_plan_as_json() {
        let mut plan = shop();
        plan.tables.drain(..3);
        insta::assert_snapshot!(plan.json().unwrap());
    }

    /// The names of all fields, each with those above it.
    fn fields(value: &serde_json::Value, above: &str, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(object) => {
                for (name, value) in object {
                    let path = format!("{above}.{name}");
                    fields(value, &path, found);
                    found.insert(path);
                }
            }
            serde_json::Value::Array(items) => {
                for item in items {
                    fields(item, above, found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn readme_documents_the_shape_of_the_json() {
        let readme = include_str!("../../README.md");
        let block = readme
            .split("```json\n")
            .filter_map(|part| part.split("```").next())
            .find(|block| block.contains("snapshot_at"))
            .unwrap();
        let (mut documented, mut told) = (BTreeSet::new(), BTreeSet::new());
        fields(&serde_json::from_str(block).unwrap(), "", &mut documented);
        fields(&serde_json::to_value(shop()).unwrap(), "", &mut told);
        assert_eq!(documented, told);
    }
}
