//! The result of a load.

use super::numbers::{bytes, grouped};
use serde::Serialize;
use std::fmt;

/// What a load brought.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub tables: Vec<TableReport>,
    /// What was not copied, and why: a line each.
    pub left_out: Vec<String>,
    /// The target's database after the load.
    pub target_bytes: u64,
    pub seconds: f64,
}

/// What was copied of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableReport {
    pub schema: String,
    pub table: String,
    /// Rows in the source that meet the rule; `None` where nobody counted.
    pub available: Option<u64>,
    pub estimated: bool,
    /// n(T)
    pub target: u64,
    pub rows: u64,
    /// As they travelled.
    pub bytes: u64,
    /// Rows beyond those chosen, which foreign keys needed.
    pub pulled_in: u64,
    pub reason: String,
    /// The foreign key along which rows were chosen.
    pub driven_by: Option<String>,
    /// Columns that became NULL, since what they reference is left empty.
    pub nulled: Vec<String>,
    /// There were no rows that could be read.
    pub unreadable: bool,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .tables
            .iter()
            .map(|table| table.schema.chars().count() + table.table.chars().count() + 1)
            .max()
            .unwrap_or(0)
            .clamp(5, 30);
        writeln!(f, "{:width$} {:>10} {:>12}  why", "table", "rows", "of")?;
        for table in &self.tables {
            let name = format!("{}.{}", table.schema, table.table);
            let available = match table.available {
                Some(available) if table.estimated => format!("~{}", grouped(available)),
                Some(available) => grouped(available),
                None => "-".to_owned(),
            };
            writeln!(
                f,
                "{name:width$} {:>10} {available:>12}  {}",
                grouped(table.rows),
                table.why()
            )?;
        }
        for table in self.tables.iter().filter(|table| !table.nulled.is_empty()) {
            writeln!(
                f,
                "{}.{}: NULL in {}, since the referenced rows are left out",
                table.schema,
                table.table,
                table.nulled.join(", ")
            )?;
        }
        for line in &self.left_out {
            writeln!(f, "left out: {line}")?;
        }
        let rows: u64 = self.tables.iter().map(|table| table.rows).sum();
        write!(
            f,
            "{} {}, {} rows; the database has {} now; {:.1} s",
            self.tables.len(),
            if self.tables.len() == 1 { "table" } else { "tables" },
            grouped(rows),
            bytes(self.target_bytes),
            self.seconds
        )
    }
}

impl TableReport {
    fn why(&self) -> String {
        let mut why = self.reason.clone();
        if let Some(key) = &self.driven_by {
            why = format!("{why}, by {key}");
        }
        if self.pulled_in > 0 {
            why = format!("{why}, +{} referenced", grouped(self.pulled_in));
        }
        why
    }
}

#[cfg(test)]
mod tests {
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
            unreadable: false,
        }
    }

    #[test]
    fn the_result_reads_as_a_table() {
        let report = Report {
            tables: vec![
                table("alembic_version", 1, "migration table"),
                TableReport {
                    driven_by: Some("orders_user_id_fkey".to_owned()),
                    nulled: vec!["coupon_id".to_owned()],
                    ..table("orders", 100_000, "fraction")
                },
                TableReport {
                    pulled_in: 1_234,
                    rows: 11_234,
                    ..table("users", 10_000, "fraction")
                },
                TableReport { estimated: true, ..table("events", 5_000_000, "fraction") },
            ],
            left_out: vec!["the rows of public.scratch: the table is unlogged".to_owned()],
            target_bytes: 43_210_000,
            seconds: 2.34,
        };
        insta::assert_snapshot!(report);
    }
}
