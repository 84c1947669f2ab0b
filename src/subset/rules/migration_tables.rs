//! The tables in which migration tools keep their state, found by a known name or by their looks.
//!
//! A table that is found by its name alone has that name from a tool's documentation or from the
//! app's configuration. A guess needs both a name and a shape, or the exact columns of a known
//! tool. No statistics are read, so the same snapshot always gives the same answer.

use super::names::bare;
use crate::catalog::{Catalog, Column, Contents, ForeignKey, Storage, Table, TableId};
use crate::config::MigrationTable;

/// A table with more rows than this is not taken for a migration table by its looks.
pub const MOST_MIGRATIONS: u32 = 10_000;

/// Whether a table is one of these.
pub(super) fn is_known(known: &[MigrationTable], catalog: &Catalog, id: TableId) -> bool {
    let table = &catalog.tables[id];
    let mut named =
        known.iter().filter(|known| known.is_named(&table.name.schema, &table.name.name));
    named.any(|known| !known.if_plausible || is_plausible(catalog, id))
}

/// The tables that look like migration tables, if each has at most [`MOST_MIGRATIONS`] rows.
#[must_use]
pub fn candidates(known: &[MigrationTable], catalog: &Catalog) -> Vec<TableId> {
    catalog
        .tables
        .ids()
        .filter(|id| !is_known(known, catalog, *id) && looks_like_one(catalog, *id))
        .collect()
}

fn looks_like_one(catalog: &Catalog, id: TableId) -> bool {
    let table = &catalog.tables[id];
    table.contents == Contents::Readable
        && matches!(table.storage, Storage::Plain)
        && !is_related(catalog, id)
        && (has_layout_of_a_tool(table)
            || (is_named_like_one(&table.name.name) && is_shaped(table)))
}

/// Whether foreign keys connect it with another table, in either direction.
fn is_related(catalog: &Catalog, id: TableId) -> bool {
    let mut keys = catalog.foreign_keys.iter().filter(|key| !key.is_self_reference());
    keys.any(|key| key.table == id || key.referenced == id)
}

fn is_plausible(catalog: &Catalog, id: TableId) -> bool {
    let table = &catalog.tables[id];
    let mut references = catalog.foreign_keys.iter().filter(|key| key.table == id);
    let tells_of_a_migration = |column: &Column| {
        let name = bare(&column.name);
        NAMES.contains(&name.as_str()) || name == "appliedat" || is_text_id(column)
    };
    references.all(ForeignKey::is_self_reference)
        && table.columns.iter().any(tells_of_a_migration)
        && !table.columns.iter().any(|column| names_another_row(&column.name))
}

/// Some tools put the migration's name into `id`.
fn is_text_id(column: &Column) -> bool {
    bare(&column.name) == "id" && matches!(column.data_type.oid, TEXT | VARCHAR)
}

/// Columns that say which migration a row is about: lower case, without underscores.
const NAMES: &[&str] = &[
    "version",
    "versionnum",
    "versionid",
    "versionnumber",
    "migration",
    "migrationid",
    "migrationname",
    "name",
    "filename",
    "file",
    "script",
    "scriptname",
    "scriptid",
    "hash",
    "checksum",
    "md5",
    "md5sum",
    "sha1",
    "sha256",
    "revision",
    "revisionid",
    "changeid",
    "changesetid",
    "tag",
];

/// Columns that say when it was applied, whatever their type.
const MOMENTS: &[&str] = &[
    "appliedat",
    "applied",
    "appliedon",
    "executedat",
    "executed",
    "executedon",
    "dateexecuted",
    "installedon",
    "installedat",
    "runon",
    "runat",
    "ranat",
    "ranon",
    "migratedat",
    "migratedon",
    "migrationtime",
    "createdat",
    "finishedat",
    "completedat",
    "deployedat",
    "performedat",
    "tstamp",
    "timestamp",
    "timeapplied",
    "dateapplied",
    "applytime",
    "date",
    "time",
];

/// Other columns that tools keep beside them.
const OTHERS: &[&str] = &[
    "id",
    "dirty",
    "description",
    "success",
    "batch",
    "installedby",
    "appliedby",
    "executedby",
    "executiontime",
    "executiontimems",
    "duration",
    "durationms",
    "type",
    "state",
    "status",
    "author",
    "comment",
    "comments",
    "order",
    "installedrank",
    "rank",
    "app",
    "appname",
    "namespace",
    "module",
    "plugin",
    "component",
    "service",
    "package",
    "productversion",
];

/// Columns that share a unique key with the migration's name.
const SPACES: &[&str] = &[
    "app",
    "appname",
    "namespace",
    "module",
    "plugin",
    "component",
    "service",
    "package",
    "author",
];

/// The whole set of columns of a tool's table, distinctive enough to be known under any name.
const LAYOUTS: &[&[&str]] = &[
    // Alembic: `EnvironmentContext.configure`, `version_table`
    &["versionnum"],
    // Django: `MigrationRecorder.Migration`
    &["id", "app", "name", "applied"],
    // Knex and AdonisJS: `knex/lib/migrations/migrate/table-creator.js`; Lucid's `MigratorRunner`
    &["id", "name", "batch", "migrationtime"],
    // Laravel: `DatabaseMigrationRepository::createRepository`
    &["id", "migration", "batch"],
    // node-pg-migrate (`src/runner.ts`) and db-migrate (`lib/migrator.js`)
    &["id", "name", "runon"],
    // goose: `internal/dialect/dialectquery/postgres.go`
    &["id", "versionid", "isapplied", "tstamp"],
    // Flyway: `PostgreSQLDatabase.getRawCreateScript`
    &[
        "installedrank",
        "version",
        "description",
        "type",
        "script",
        "checksum",
        "installedby",
        "installedon",
        "executiontime",
        "success",
    ],
    // Liquibase: `DatabaseChangeLog` in "Tracking tables"
    &[
        "id",
        "author",
        "filename",
        "dateexecuted",
        "orderexecuted",
        "exectype",
        "md5sum",
        "description",
        "comments",
        "tag",
        "liquibase",
        "contexts",
        "labels",
        "deploymentid",
    ],
    // Doctrine: `TableMetadataStorageConfiguration`
    &["version", "executedat", "executiontime"],
    // Phinx: `AdapterInterface::createSchemaTable`
    &["version", "migrationname", "starttime", "endtime", "breakpoint"],
    // EF Core: `HistoryRepository`
    &["migrationid", "productversion"],
    // Play: `DefaultEvolutionsApi`, `create_play_evolutions`
    &["id", "hash", "appliedat", "applyscript", "revertscript", "state", "lastproblem"],
    // sqlx: `_sqlx_migrations` in `sqlx-postgres/src/migrate.rs`
    &["version", "description", "installedon", "success", "checksum", "executiontime"],
    // MikroORM: `MigrationStorage.ensureTable`
    &["id", "name", "executedat"],
    // Drizzle: `PgDialect.migrate`
    &["id", "hash", "createdat"],
    // refinery: `refinery-core/src/traits/mod.rs`
    &["version", "name", "appliedon", "checksum"],
    // Aerich: `aerich/models.py`
    &["id", "version", "app", "content"],
];

fn has_layout_of_a_tool(table: &Table) -> bool {
    let mut found: Vec<String> = columns(table).collect();
    found.sort_unstable();
    LAYOUTS.iter().any(|layout| {
        let mut layout = layout.to_vec();
        layout.sort_unstable();
        layout == found
    })
}

/// `*migration*`, `*schema*version*`, `*evolutions*`, `*changelog*` and the like.
fn is_named_like_one(name: &str) -> bool {
    // people immigrate, too
    let name = bare(name).replace("immigration", "");
    let in_order = |first: &str, second: &str| {
        name.find(first).is_some_and(|at| name[at + first.len()..].contains(second))
    };
    let has = |word: &str| name.contains(word);
    (has("migration") && !name.starts_with("emigration"))
        || has("evolutions")
        || has("changelog")
        || has("alembic")
        || has("flyway")
        || has("liquibase")
        || in_order("schema", "version")
        || in_order("schema", "history")
        || in_order("db", "version")
        || in_order("database", "version")
}

/// One row per migration: its name is unique, and the rest says when and how it was applied.
fn is_shaped(table: &Table) -> bool {
    let about_others = table.columns.iter().any(|column| names_another_row(&column.name));
    !about_others && has_unique_name(table) && says_when(table)
}

/// A column such as `user_id` or `accountId`: the row is about a user, not about a migration.
fn names_another_row(column: &str) -> bool {
    let lower = column.to_lowercase();
    let is_reference = lower.ends_with("_id") || lower.ends_with("_ids") || column.ends_with("Id");
    let bare = bare(column);
    is_reference
        && !NAMES.contains(&bare.as_str())
        && !OTHERS.contains(&bare.as_str())
        && bare != "deploymentid"
}

fn has_unique_name(table: &Table) -> bool {
    table.unique.iter().any(|key| {
        let names: Vec<String> =
            key.columns.iter().map(|column| bare(&table.columns[*column].name)).collect();
        let is_name = |name: &String| NAMES.contains(&name.as_str());
        let alone = key.columns.len() == 1;
        (names.iter().any(is_name)
            && names.iter().all(|name| is_name(name) || SPACES.contains(&name.as_str())))
            || (alone && is_text_id(&table.columns[key.columns[0]]))
    })
}

const TEXT: u32 = 25;
const VARCHAR: u32 = 1043;
const DATE: u32 = 1082;
const TIMESTAMP: u32 = 1114;
const TIMESTAMPTZ: u32 = 1184;

/// There is a column that says when it was applied; or there is nothing but what a tool keeps.
fn says_when(table: &Table) -> bool {
    let is_moment = |column: &Column| {
        matches!(column.data_type.oid, DATE | TIMESTAMP | TIMESTAMPTZ)
            || MOMENTS.contains(&bare(&column.name).as_str())
    };
    let of_a_tool =
        |name: String| [NAMES, OTHERS, SPACES].iter().any(|known| known.contains(&name.as_str()));
    table.columns.iter().any(is_moment) || columns(table).all(of_a_tool)
}

fn columns(table: &Table) -> impl Iterator<Item = String> + '_ {
    table.columns.iter().map(|column| bare(&column.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Id as _;
    use crate::catalog::{DataType, QualifiedName, Transfer, UniqueKey};

    /// A table from `column type, …`; `*` marks a unique column.
    fn catalog(name: &str, columns: &str) -> Catalog {
        let mut unique = Vec::new();
        let columns: Vec<Column> = columns
            .split(", ")
            .zip(1i16..)
            .map(|(column, number)| {
                let (name, kind) = column.split_once(' ').expect("a name and a type");
                let is_unique = kind.ends_with('*');
                let oid = match kind.trim_end_matches('*') {
                    "text" => TEXT,
                    "varchar" => VARCHAR,
                    "timestamptz" => TIMESTAMPTZ,
                    "bool" => 16,
                    "int" => 23,
                    "bigint" => 20,
                    other => panic!("{other}"),
                };
                if is_unique {
                    let columns = vec![usize::try_from(number - 1).unwrap()];
                    unique.push(UniqueKey { columns, operators: Vec::new() });
                }
                Column {
                    number,
                    name: name.to_owned(),
                    not_null: true,
                    generated: false,
                    partitions: false,
                    nondeterministic: false,
                    data_type: DataType {
                        oid,
                        name: String::new(),
                        composite: false,
                        enumerated: false,
                        transfer: Transfer::Binary,
                        element: None,
                    },
                }
            })
            .collect();
        let table = Table {
            oid: 1,
            name: QualifiedName::new("public", name),
            storage: Storage::Plain,
            columns,
            key: None,
            contents: Contents::Readable,
            bytes: 0,
            stored: 0,
            indexes: Vec::new(),
            unique,
            indexed_elements: Vec::new(),
            indexed_expressions: Vec::new(),
            kept: None,
        };
        Catalog { tables: vec![table].into(), ..Catalog::default() }
    }

    fn guessed(name: &str, columns: &str) -> bool {
        !candidates(&[], &catalog(name, columns)).is_empty()
    }

    #[test]
    fn tables_with_the_name_and_the_shape_are_guessed() {
        for (name, columns) in [
            ("shop_schema_migrations", "version varchar*"),
            ("shop_schema_migrations", "filename text*"),
            ("schema_versions", "version int*, applied_at timestamptz"),
            ("db_version", "version_id bigint*, dirty bool"),
            ("ops_evolutions", "name text*, run_on timestamptz, note text"),
            ("changelog", "id int*, checksum text*, applied bool"),
            ("tenant_migration_history", "MigrationId text*, ProductVersion text"),
            ("appMigrations", "id int*, name text*, appliedAt timestamptz"),
            ("migration_log", "id text*, created_at varchar"),
            ("myapp_schema_history", "script text*, installed_on timestamptz, took int"),
        ] {
            assert!(guessed(name, columns), "{name} ({columns})");
        }
    }

    #[test]
    fn a_tools_exact_columns_are_enough_under_any_name() {
        for (name, columns) in [
            ("shop_state", "version_num varchar*"),
            ("billing_log", "id int*, name varchar, batch int, migration_time timestamptz"),
            ("pgm", "id int*, name varchar, run_on timestamptz"),
            ("efhistory", "migration_id varchar*, product_version varchar"),
        ] {
            assert!(guessed(name, columns), "{name} ({columns})");
        }
    }

    #[test]
    fn tables_that_only_sound_like_it_are_not_guessed() {
        for (name, columns) in [
            // no unique name of a migration
            (
                "data_changelog_entries",
                "id bigint*, entity text, name text, changed_at timestamptz",
            ),
            ("product_changelog", "id bigint*, title text, body text, published_at timestamptz"),
            // about something else
            ("account_migrations", "id int*, user_id int, name text*, created_at timestamptz"),
            ("bird_migrations", "id int*, species text, season text, seen_at timestamptz"),
            ("schema_versions", "version int*, accountId int, applied_at timestamptz"),
            // other names
            ("immigration_statuses", "id int*, name text*, created_at timestamptz"),
            ("releases", "version text*, released_at timestamptz"),
            ("migrations_of_geese", "version int*, flock text"),
        ] {
            assert!(!guessed(name, columns), "{name} ({columns})");
        }
    }

    #[test]
    fn a_common_name_needs_a_column_that_names_a_migration() {
        let named = |if_plausible| {
            [MigrationTable { schema: None, table: Some("Migrations".into()), if_plausible }]
        };
        let business = catalog("migrations", "season text, started timestamptz");
        assert!(!is_known(&named(true), &business, TableId::at(0)));
        assert!(is_known(&named(false), &business, TableId::at(0)));
        let tools = catalog("migrations", "id int*, migration text, batch int");
        assert!(is_known(&named(true), &tools, TableId::at(0)));
    }

    #[test]
    fn every_table_of_a_tools_own_schema_is_known() {
        let sqitch =
            [MigrationTable { schema: Some("public".into()), table: None, if_plausible: false }];
        assert!(is_known(&sqitch, &catalog("events", "event text"), TableId::at(0)));
        let elsewhere =
            [MigrationTable { schema: Some("sqitch".into()), table: None, if_plausible: false }];
        assert!(!is_known(&elsewhere, &catalog("events", "event text"), TableId::at(0)));
    }
}
