//! The tables in which migration tools keep a lock as a row, known by their columns. A lock that
//! production holds, or that a killed migration has left, must not arrive: nobody would release it.
//!
//! Tools whose lock ends with its session need nothing here: Alembic, Django, Rails, Ecto, Prisma,
//! Flyway, golang-migrate, node-pg-migrate, Play (`select … for update`). The column `dirty` of
//! golang-migrate's `schema_migrations` is not a lock: it says how far a migration got.

use crate::catalog::{Catalog, TableId};

/// A kind of lock table.
struct Known {
    tool: &'static str,
    /// The default name, in lower case. A table of this name may have more columns, or fewer.
    name: &'static str,
    /// What every other name contains. A table of another name has these columns and no others.
    renamed: &'static [&'static str],
    columns: &'static [(&'static str, Kind)],
    unlock: How,
}

/// Types that a column may have.
#[derive(Clone, Copy)]
enum Kind {
    Integer,
    /// A boolean, or an integer that serves as one.
    Flag,
    Text,
    Any,
}

/// How the tool itself would release its lock.
enum How {
    /// It writes these values.
    Set(&'static [(&'static str, Constant)]),
    /// It deletes the rows that have these values.
    Remove(&'static [(&'static str, Constant)]),
}

/// A value that is written or compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constant {
    Null,
    False,
    Integer(i64),
    Text(&'static str),
    /// Compared only: a text that ends so.
    TextEnd(&'static str),
}

use Kind::{Any, Flag, Integer, Text};

const LARAVEL_KEY: &str = "framework/command-migrate";

const KNOWN: &[Known] = &[
    // knex: lib/migrations/migrate/table-creator.js; the migration table's name with `_lock`
    // behind it. Objection, Strapi and Planka run Knex. Old versions have no `index`.
    Known {
        tool: "Knex",
        name: "knex_migrations_lock",
        renamed: &["_lock"],
        columns: &[("is_locked", Flag)],
        unlock: How::Set(&[("is_locked", Constant::False)]),
    },
    Known {
        tool: "Knex",
        name: "knex_migrations_lock",
        renamed: &["_lock"],
        columns: &[("index", Integer), ("is_locked", Flag)],
        unlock: How::Set(&[("is_locked", Constant::False)]),
    },
    // kysely: src/migration/migrator.ts; on PostgreSQL an advisory lock is what counts.
    Known {
        tool: "Kysely",
        name: "kysely_migration_lock",
        renamed: &["migration", "lock"],
        columns: &[("id", Text), ("is_locked", Flag)],
        unlock: How::Set(&[("is_locked", Constant::False)]),
    },
    // liquibase: CreateDatabaseChangeLogLockTableGenerator, StandardLockService. Keycloak, Flowable
    // and others give it other names and more rows.
    Known {
        tool: "Liquibase",
        name: "databasechangeloglock",
        renamed: &[],
        columns: &[("id", Any), ("locked", Flag), ("lockgranted", Any), ("lockedby", Any)],
        unlock: How::Set(&[
            ("locked", Constant::False),
            ("lockgranted", Constant::Null),
            ("lockedby", Constant::Null),
        ]),
    },
    // goose: lock/internal/store/postgres.go (its table lock; its other lock is an advisory one)
    Known {
        tool: "goose",
        name: "goose_lock",
        renamed: &[],
        columns: &[
            ("lock_id", Integer),
            ("locked", Flag),
            ("locked_at", Any),
            ("locked_by", Any),
            ("lease_expires_at", Any),
            ("updated_at", Any),
        ],
        unlock: How::Set(&[
            ("locked", Constant::False),
            ("locked_at", Constant::Null),
            ("locked_by", Constant::Null),
            ("lease_expires_at", Constant::Null),
        ]),
    },
    // knex-migrator: lib/locking.js
    Known {
        tool: "knex-migrator",
        name: "migrations_lock",
        renamed: &["lock"],
        columns: &[("lock_key", Any), ("locked", Flag), ("acquired_at", Any), ("released_at", Any)],
        unlock: How::Set(&[("locked", Constant::False)]),
    },
    // bun: migrate/migrator.go; any row of this table is a lock.
    Known {
        tool: "bun",
        name: "bun_migration_locks",
        renamed: &["migration", "lock"],
        columns: &[("id", Integer), ("table_name", Text)],
        unlock: How::Remove(&[]),
    },
    // yoyo: yoyo/backends/base.py; any row of this table is a lock.
    Known {
        tool: "yoyo",
        name: "yoyo_lock",
        renamed: &["lock"],
        columns: &[("locked", Integer), ("ctime", Any), ("pid", Integer)],
        unlock: How::Remove(&[]),
    },
    // migratus: src/migratus/database.clj, `mark-reserved`. While the row is there, migratus
    // skips all migrations and reports success.
    Known {
        tool: "migratus",
        name: "schema_migrations",
        renamed: &["migra"],
        columns: &[("id", Integer), ("applied", Any), ("description", Text)],
        unlock: How::Remove(&[("id", Constant::Integer(-1)), ("applied", Constant::Null)]),
    },
    // laravel: src/Illuminate/Console/CacheCommandMutex.php, `artisan migrate --isolated` with the
    // cache in the database. While the lock holds, artisan skips all migrations and reports
    // success. The key has the cache's prefix before it. All other rows are the app's. Laravel 9
    // keeps the lock in the cache itself.
    Known {
        tool: "Laravel",
        name: "cache_locks",
        renamed: &["lock"],
        columns: &[("key", Text), ("owner", Text), ("expiration", Integer)],
        unlock: How::Remove(&[("key", Constant::TextEnd(LARAVEL_KEY))]),
    },
    Known {
        tool: "Laravel",
        name: "cache",
        renamed: &["cache"],
        columns: &[("key", Text), ("value", Any), ("expiration", Integer)],
        unlock: How::Remove(&[("key", Constant::TextEnd(LARAVEL_KEY))]),
    },
    // JobRunr: MigrationsTableLocker
    Known {
        tool: "JobRunr",
        name: "jobrunr_migrations",
        renamed: &["jobrunr_migrations"],
        columns: &[("id", Text), ("script", Text), ("installedon", Any)],
        unlock: How::Remove(&[("script", Constant::Text("TABLE LOCKER"))]),
    },
];

/// A table that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockTable {
    pub tool: &'static str,
    pub unlock: Unlock,
}

/// What unlocks a table. Columns are given by their position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlock {
    /// Every row gets these values.
    Set(Vec<(usize, Constant)>),
    /// The rows that have all of these values go.
    Remove(Vec<(usize, Constant)>),
}

/// What a column looks like.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    pub name: &'a str,
    /// Of its type, looked through domains.
    pub oid: u32,
    pub not_null: bool,
}

/// Recognises a lock table by its name and its columns.
#[must_use]
pub fn recognise(name: &str, columns: &[Shape<'_>]) -> Option<LockTable> {
    let name = name.to_ascii_lowercase();
    KNOWN.iter().find_map(|known| known.recognise(&name, columns))
}

/// The tables of the source whose rows hold a lock. A table that others reference keeps its rows.
#[must_use]
pub fn of(catalog: &Catalog, id: TableId) -> Option<LockTable> {
    let table = &catalog.tables[id];
    let columns: Vec<Shape<'_>> = table
        .columns
        .iter()
        .map(|column| Shape {
            name: &column.name,
            // nothing can be written to a generated column
            oid: if column.generated { 0 } else { column.data_type.oid },
            not_null: column.not_null,
        })
        .collect();
    let found = recognise(&table.name.name, &columns)?;
    let referenced = catalog.foreign_keys.iter().any(|key| key.referenced == id);
    (!referenced || matches!(found.unlock, Unlock::Set(_))).then_some(found)
}

impl Known {
    fn recognise(&self, name: &str, columns: &[Shape<'_>]) -> Option<LockTable> {
        let exact = columns.len() == self.columns.len()
            && self.columns.iter().all(|(wanted, _)| position(columns, wanted).is_some());
        let renamed = exact && self.renamed.iter().all(|part| name.contains(part));
        if name != self.name && !renamed {
            return None;
        }
        let of_kind = |wanted: &str| {
            let (_, kind) = self.columns.iter().find(|(name, _)| *name == wanted)?;
            position(columns, wanted).filter(|column| kind.admits(columns[*column].oid))
        };
        let place = |(name, value): &(&str, Constant)| Some((of_kind(name)?, *value));
        let unlock = match self.unlock {
            How::Set(set) => {
                // the first one is the lock
                let mut places = set.iter().map(place);
                let lock = places.next()??;
                let nullable = |(column, _): &(usize, Constant)| !columns[*column].not_null;
                Unlock::Set([lock].into_iter().chain(places.flatten().filter(nullable)).collect())
            }
            How::Remove(_) if !self.columns.iter().all(|(name, _)| of_kind(name).is_some()) => {
                return None;
            }
            How::Remove(rows) => Unlock::Remove(rows.iter().map(place).collect::<Option<_>>()?),
        };
        Some(LockTable { tool: self.tool, unlock })
    }
}

/// Query builders write the same name in several ways: `is_locked`, `isLocked`, `IS_LOCKED`.
fn position(columns: &[Shape<'_>], wanted: &str) -> Option<usize> {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    columns.iter().position(|column| plain(column.name) == plain(wanted))
}

impl Kind {
    /// By the OIDs of the server's own types, which are the same everywhere.
    fn admits(self, oid: u32) -> bool {
        const BOOLEAN: u32 = 16;
        let integer = matches!(oid, 20 | 21 | 23);
        match self {
            Kind::Integer => integer,
            Kind::Flag => integer || oid == BOOLEAN,
            Kind::Text => matches!(oid, 25 | 1042 | 1043),
            Kind::Any => oid != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `is_locked int4, id text!`: names and types, `!` for NOT NULL
    fn told(name: &str, columns: &str) -> String {
        let shapes: Vec<Shape<'_>> = columns
            .split(", ")
            .filter_map(|column| column.split_once(' '))
            .map(|(name, of_type)| Shape {
                name,
                oid: match of_type.trim_end_matches('!') {
                    "bool" => 16,
                    "int4" => 23,
                    "int8" => 20,
                    "timestamp" => 1114,
                    "varchar" => 1043,
                    "bpchar" => 1042,
                    "point" => 600,
                    other => panic!("{other}"),
                },
                not_null: of_type.ends_with('!'),
            })
            .collect();
        let named = |values: &[(usize, Constant)]| {
            let named = values.iter().map(|(column, value)| (shapes[*column].name, value));
            named.map(|(name, value)| format!("{name} {value:?}")).collect::<Vec<_>>().join(", ")
        };
        match recognise(name, &shapes) {
            None => "-".to_owned(),
            Some(LockTable { tool, unlock: Unlock::Set(values) }) => {
                format!("{tool}: set {}", named(&values))
            }
            Some(LockTable { tool, unlock: Unlock::Remove(values) }) => {
                format!("{tool}: remove {}", named(&values)).trim_end().to_owned()
            }
        }
    }

    #[test]
    fn the_lock_of_knex_under_any_name() {
        let unlocked = "Knex: set is_locked False";
        assert_eq!(told("knex_migrations_lock", "index int4!, is_locked int4"), unlocked);
        assert_eq!(told("migration_lock", "index int4!, is_locked int4"), unlocked);
        assert_eq!(told("knex_migrations_lock", "is_locked int4"), unlocked);
        assert_eq!(told("knex_migrations_lock", "is_locked int4, at timestamp"), unlocked);
        assert_eq!(told("Shop_Lock", "index int4, isLocked bool"), "Knex: set isLocked False");
    }

    #[test]
    fn the_lock_of_liquibase_in_any_case_and_under_any_name() {
        let columns = "id int4!, locked bool!, lockgranted timestamp, lockedby varchar";
        let unlocked = "Liquibase: set locked False, lockgranted Null, lockedby Null";
        assert_eq!(told("databasechangeloglock", columns), unlocked);
        assert_eq!(told("act_app_databasechangeloglock", columns), unlocked);
        assert_eq!(
            told(
                "DATABASECHANGELOGLOCK",
                "ID int4!, LOCKED bool!, LOCKGRANTED timestamp, LOCKEDBY varchar!"
            ),
            "Liquibase: set LOCKED False, LOCKGRANTED Null",
            "a column that is NOT NULL keeps its value"
        );
    }

    #[test]
    fn a_lock_table_of_the_default_name_needs_only_the_lock_itself() {
        assert_eq!(
            told("databasechangeloglock", "id int4, locked bool"),
            "Liquibase: set locked False"
        );
        assert_eq!(told("databasechangeloglock", "id int4, lockedby varchar"), "-");
        assert_eq!(told("bun_migration_locks", "id int4"), "-");
    }

    #[test]
    fn locks_that_are_rows() {
        assert_eq!(told("bun_migration_locks", "id int8!, table_name varchar"), "bun: remove");
        assert_eq!(told("yoyo_lock", "locked int4!, ctime timestamp, pid int4!"), "yoyo: remove");
        let reserved = "migratus: remove id Integer(-1), applied Null";
        let columns = "id int8!, applied timestamp, description varchar";
        assert_eq!(told("schema_migrations", columns), reserved);
        assert_eq!(told("schema_migracoes", columns), reserved);
        assert_eq!(
            told("jobrunr_migrations", "id bpchar!, script varchar!, installedOn varchar!"),
            "JobRunr: remove script Text(\"TABLE LOCKER\")"
        );
    }

    #[test]
    fn the_lock_of_laravel_is_one_row_among_locks_of_the_app() {
        let columns = "key varchar!, owner varchar!, expiration int4!";
        let row = "Laravel: remove key TextEnd(\"framework/command-migrate\")";
        assert_eq!(told("cache_locks", columns), row);
        assert_eq!(told("app_cache_locks", columns), row);
        assert_eq!(told("grants", columns), "-");
        assert_eq!(told("cache", "key varchar!, value varchar!, expiration int4!"), row);
    }

    #[test]
    fn other_locks() {
        assert_eq!(
            told("kysely_migration_lock", "id varchar!, is_locked int4!"),
            "Kysely: set is_locked False"
        );
        assert_eq!(
            told(
                "migrations_lock",
                "lock_key varchar!, locked bool, acquired_at timestamp, released_at timestamp"
            ),
            "knex-migrator: set locked False"
        );
        assert_eq!(
            told(
                "goose_lock",
                "lock_id int8!, locked bool!, locked_at timestamp, locked_by varchar, \
                 lease_expires_at timestamp, updated_at timestamp"
            ),
            "goose: set locked False, locked_at Null, locked_by Null, lease_expires_at Null"
        );
    }

    #[test]
    fn tables_of_the_app_and_other_migration_tables_stay_as_they_are() {
        assert_eq!(told("doors", "index int4, is_locked int4"), "-");
        assert_eq!(told("seat_lock", "index int4, is_locked int4, seat int4"), "-");
        assert_eq!(told("accounts", "id int4, locked bool"), "-");
        assert_eq!(told("schema_migrations", "version int8!, dirty bool!"), "-");
        assert_eq!(told("schema_migrations", "version varchar!"), "-");
        assert_eq!(
            told("shedlock", "name varchar!, lock_until timestamp, locked_at timestamp"),
            "-"
        );
        assert_eq!(told("discounts", "id int8, applied timestamp, description varchar"), "-");
        assert_eq!(told("knex_migrations_lock", "index int4, is_locked point"), "-");
    }
}
