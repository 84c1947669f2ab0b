//! What a load would bring.

mod text;

use super::differences::Differences;
use super::result::{Severed, Unresolved};
use serde::Serialize;

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
    /// Columns that look like foreign keys, are not declared, and so are not followed.
    pub undeclared: Vec<Undeclared>,
    /// Values of foreign keys that only the configuration knows of, and that name nothing.
    pub unresolved: Vec<Unresolved>,
    /// References that become NULL, since `[[only]]` excludes what they name.
    pub severed: Vec<Severed>,
    /// What else will not be as in the source, and why, as far as the catalogue tells.
    #[serde(flatten)]
    pub differences: Differences,
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
    /// Chosen rows, and rows that foreign keys need besides. Exact for the snapshot.
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

/// A column that looks like a foreign key and is not declared as one.
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
    /// As JSON, in the shape that docs/json.md documents.
    ///
    /// # Errors
    /// The serialiser fails for maps only, and a plan holds no map.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lines::WIDTH;

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
            severed: vec![Severed::of_managers()],
            differences: Differences {
                left_out: vec!["the rows of public.scratch: the table is unlogged".to_owned()],
                ..Differences::default()
            },
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
}
