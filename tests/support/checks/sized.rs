//! Sized: each table's target rows are met, and exceeded only where integrity demands it.

use super::{Expectations, OF_PEOPLE, Sides, literal};
use crate::support::session::Session;
use std::cmp::Ordering;

/// `[tables.NAME]`
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    pub(crate) rows: Option<Rows>,
    pub(crate) condition: Option<String>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows {
    All,
    None,
    Number(u64),
    Percent(f64),
}

/// Tables in which migration tools keep their state: whole, whatever the fraction.
const MIGRATION_TABLES: [&str; 45] = [
    "SequelizeMeta",
    "VersionInfo",
    "__EFMigrationsHistory",
    "__diesel_schema_migrations",
    "__drizzle_migrations",
    "_prisma_migrations",
    "_sqlx_migrations",
    "_yoyo_migration",
    "adonis_schema",
    "adonis_schema_versions",
    "aerich",
    "alembic_version",
    "ar_internal_metadata",
    "bun_migrations",
    "data_migrations",
    "databasechangelog",
    "databasechangeloglock",
    "directus_migrations",
    "django_content_type",
    "django_migrations",
    "flyway_schema_history",
    "goose_db_version",
    "gorp_migrations",
    "graphile_migrate.current",
    "graphile_migrate.migrations",
    "knex_migrations",
    "knex_migrations_lock",
    "kysely_migration",
    "migrations",
    "play_evolutions",
    "play_evolutions_lock",
    "ragtime_migrations",
    "schema_info",
    "schema_migrations",
    "schema_version",
    "schemaversion",
    "schemaversions",
    "seaql_migrations",
    "seed_migration_data_migrations",
    "south_migrationhistory",
    "sqitch.changes",
    "sqitch.dependencies",
    "strapi_migrations",
    "task_records",
    "typeorm_metadata",
];

struct Table {
    /// As SQL.
    name: String,
    /// `schema.table`, unquoted, and `table`: how people name it.
    names: [String; 2],
    /// The tables that hold its rows, but for unlogged and foreign ones: a standby cannot read the
    /// first, and the others are elsewhere.
    parts: Vec<String>,
    /// Whether a foreign key points at it: then integrity may demand more rows.
    referenced: bool,
}

pub(super) fn broken(sides: &Sides, expected: &Expectations) -> Vec<String> {
    tables(sides).iter().filter_map(|table| table.broken(sides, expected)).collect()
}

/// Tables as people see them: a partitioned table is one, and its partitions do not count.
fn tables(sides: &Sides) -> Vec<Table> {
    let sql = format!(
        "select c.oid::regclass, n.nspname, c.relname,
            exists (select from pg_constraint f where f.contype = 'f' and f.confrelid in (
                select c.oid union select relid from pg_partition_tree(c.oid)))
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition and {OF_PEOPLE} order by 1"
    );
    let table = |row: Vec<Option<String>>| {
        let mut values = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || values.next().unwrap_or_default();
        let (name, schema, table, referenced) = (next(), next(), next(), next());
        let parts = sides.source.column(&format!(
            "select c.oid::regclass from pg_class c
            where c.relkind = 'r' and c.relpersistence = 'p' and c.oid in (
                select {0}::regclass union select relid from pg_partition_tree({0}::regclass))",
            literal(&name)
        ));
        let names = [format!("{schema}.{table}"), table];
        Table { name, names, parts, referenced: referenced == "t" }
    };
    let known = sides.target.column(&sql);
    // What one side alone has is the schema's matter.
    let tables = sides.source.rows(&sql).into_iter().map(table);
    tables.filter(|table| known.contains(&table.name)).collect()
}

fn rows_in(session: &Session, table: &str, condition: &str) -> u64 {
    session.count(&format!("select count(*) from only {table} where {condition}"))
}

impl Table {
    fn broken(&self, sides: &Sides, expected: &Expectations) -> Option<String> {
        let name = &self.name;
        let got: u64 = self.parts.iter().map(|part| rows_in(&sides.target, part, "true")).sum();
        if expected.no_rows.contains(&self.names[0]) {
            let got = sides.target.count(&format!("select count(*) from {name}"));
            return (got > 0).then(|| format!("sized: {name} has {got} rows, none may be copied"));
        }
        let rule = self.rule(expected);
        // A share is a share of the rows that may be chosen.
        let condition = rule.condition.as_deref().unwrap_or("true");
        let all = self.parts.iter().map(|part| rows_in(&sides.reader, part, condition)).sum();
        let wanted = self.wanted(all, &rule, expected);
        match got.cmp(&wanted) {
            Ordering::Less => {
                Some(format!("sized: {name} has {got} rows of {all}, {wanted} were to come"))
            }
            Ordering::Greater if !self.is_referenced(expected) && !expected.more_by_request => {
                Some(format!(
                    "sized: {name} has {got} rows of {all}, {wanted} were to come and nothing asks for more"
                ))
            }
            _ => None,
        }
    }

    /// Whether integrity may demand more rows.
    fn is_referenced(&self, expected: &Expectations) -> bool {
        let mut parents =
            expected.relations.iter().map(|relation| relation.parent.replace('"', ""));
        self.referenced || parents.any(|parent| self.names.contains(&parent))
    }

    fn rule(&self, expected: &Expectations) -> Rule {
        let mut rules = expected.rules.iter().filter(|(name, _)| self.names.contains(name));
        rules.next().map(|(_, rule)| rule.clone()).unwrap_or_default()
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "numbers of rows in tests are small, and truncation is the formula of 2019"
    )]
    fn wanted(&self, all: u64, rule: &Rule, expected: &Expectations) -> u64 {
        // What is whole but for the rounding of floating point counts as whole.
        let truncated = |number: f64| ((number * (1.0 + 1e-9)) as u64).max(1);
        let share = |share: f64| truncated(all as f64 * share);
        let number = match rule.rows {
            Some(Rows::All) => all,
            Some(Rows::None) => 0,
            Some(Rows::Number(number)) => number,
            Some(Rows::Percent(percent)) => share(percent / 100.0),
            None if self.names.iter().any(|name| MIGRATION_TABLES.contains(&name.as_str())) => all,
            None if all == 0 => 0,
            None if expected.logarithmic => {
                truncated(10_f64.powf((all as f64).log10() * expected.fraction))
            }
            None => share(expected.fraction),
        };
        number.min(all)
    }
}
