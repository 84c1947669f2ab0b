//! The tables in which migration tools keep their state, under the names that the tools give them.
//!
//! This is the one list of them. A line above each entry says which tool it is, and where its
//! project says so. Barrel (Rust) only builds SQL and has no table: it is used with
//! Diesel or refinery. Objection uses Knex's tables, umzug the tables of the storage that it is
//! given (Sequelize's by default), rom-sql the tables of Sequel.

use crate::config::MigrationTable;
use std::borrow::Cow;

/// An entry of the list.
struct Known {
    /// `None`: the tool puts it into the connection's first schema unless told otherwise.
    schema: Option<&'static str>,
    /// `None`: the schema is the tool's own.
    table: Option<&'static str>,
    /// Apps have tables of this name, too.
    common: bool,
}

const fn table(table: &'static str) -> Known {
    Known { schema: None, table: Some(table), common: false }
}

const fn common(table: &'static str) -> Known {
    Known { schema: None, table: Some(table), common: true }
}

const fn within(schema: &'static str, table: &'static str) -> Known {
    Known { schema: Some(schema), table: Some(table), common: false }
}

const fn whole_schema(schema: &'static str) -> Known {
    Known { schema: Some(schema), table: None, common: false }
}

const KNOWN: &[Known] = &[
    // Alembic, Flask-Migrate: https://alembic.sqlalchemy.org, `EnvironmentContext.configure`
    table("alembic_version"),
    // Django: https://docs.djangoproject.com/en/stable/topics/migrations/; data migrations look up
    // content types, permissions and the site, and `migrate` creates missing ones
    table("django_migrations"),
    table("django_content_type"),
    table("auth_permission"),
    table("django_site"),
    // South, Django's predecessor: https://south.readthedocs.io
    table("south_migrationhistory"),
    // aerich (Tortoise ORM): github.com/tortoise/aerich, `aerich/models.py`
    table("aerich"),
    // Tortoise ORM 1.0: `tortoise/migrations/recorder.py`
    table("tortoise_migrations"),
    // yoyo: https://ollycope.com/software/yoyo, `yoyo/backends/base.py`
    table("_yoyo_migration"),
    table("_yoyo_log"),
    table("_yoyo_version"),
    table("yoyo_lock"),
    // sqlalchemy-migrate: https://sqlalchemy-migrate.readthedocs.io, "versioning"
    table("migrate_version"),
    // peewee_migrate: github.com/klen/peewee_migrate, `MigrateHistory`
    common("migratehistory"),
    // Rails: https://guides.rubyonrails.org/active_record_migrations.html; also Ecto, dbmate,
    // golang-migrate, migratus, Sequel's timestamp migrator (column `filename`), Supabase's CLI
    table("schema_migrations"),
    table("ar_internal_metadata"),
    // data_migrate: github.com/ilyakatz/data-migrate
    common("data_migrations"),
    // after_party: github.com/thestevemitchell/after_party, `create_task_records`
    common("task_records"),
    // rails_tasker: github.com/mawilmouth/rails_tasker
    table("rails_tasker_tasks"),
    // seed_migration: github.com/harrystech/seed_migration, `DEFAULT_TABLE_NAME`
    table("seed_migration_data_migrations"),
    // Sequel's integer migrator: https://sequel.jeremyevans.net/rdoc/files/doc/migration_rdoc.html
    common("schema_info"),
    // Prisma: https://www.prisma.io/docs/orm/prisma-migrate
    table("_prisma_migrations"),
    // Drizzle: https://orm.drizzle.team/docs/drizzle-kit-migrate
    table("__drizzle_migrations"),
    // Knex: https://knexjs.org/guide/migrations.html
    table("knex_migrations"),
    table("knex_migrations_lock"),
    // Sequelize and umzug: https://sequelize.org/docs/v6/other-topics/migrations/
    table("SequelizeMeta"),
    table("SequelizeData"),
    // TypeORM: https://typeorm.io/docs/advanced-topics/migrations; Laravel:
    // https://laravel.com/docs/migrations; db-migrate: https://db-migrate.readthedocs.io;
    // gormigrate: github.com/go-gormigrate/gormigrate, `DefaultOptions`
    common("migrations"),
    table("typeorm_metadata"),
    // MikroORM: https://mikro-orm.io/docs/migrations
    table("mikro_orm_migrations"),
    // node-pg-migrate: https://salsita.github.io/node-pg-migrate/cli
    table("pgmigrations"),
    // Kysely: https://kysely.dev/docs/migrations, `DEFAULT_MIGRATION_TABLE`
    table("kysely_migration"),
    table("kysely_migration_lock"),
    // graphile-migrate: github.com/graphile/migrate, `src/migration.ts`
    whole_schema("graphile_migrate"),
    // AdonisJS (Lucid): https://lucid.adonisjs.com/docs/migrations, `MigratorRunner`
    table("adonis_schema"),
    table("adonis_schema_versions"),
    // Postgrator: github.com/rickbergfalk/postgrator, `schemaTable`
    common("schemaversion"),
    // Medusa 2: github.com/medusajs/medusa, `packages/modules/link-modules/src/migration`, and
    // `packages/core/framework/src/migrations/run-migration-scripts.ts`; its other tables are MikroORM's
    table("link_module_migrations"),
    common("script_migrations"),
    // Strapi: github.com/strapi/strapi, `packages/core/database/src/migrations`, `schema/storage.ts`
    table("strapi_migrations"),
    table("strapi_migrations_internal"),
    table("strapi_database_schema"),
    // Directus: github.com/directus/directus, `api/src/database/migrations`
    table("directus_migrations"),
    // Payload: https://payloadcms.com/docs/database/migrations
    table("payload_migrations"),
    // Phinx and CakePHP: https://book.cakephp.org/phinx/0/en/configuration.html
    table("phinxlog"),
    table("cake_migrations"),
    // Doctrine: https://www.doctrine-project.org/projects/doctrine-migrations; before 3.0 the second
    table("doctrine_migration_versions"),
    common("migration_versions"),
    // Yii: https://www.yiiframework.com/doc/guide/2.0/en/db-migrations; Piccolo (Python):
    // https://piccolo-orm.readthedocs.io/en/latest/piccolo/migrations
    common("migration"),
    // Propel: https://propelorm.org/documentation/09-migrations.html
    table("propel_migration"),
    // Flyway: https://documentation.red-gate.com/flyway, `flyway.table`; before 5.0 the second,
    // which is also tern's: github.com/jackc/tern
    table("flyway_schema_history"),
    common("schema_version"),
    // Liquibase: https://docs.liquibase.com, "Tracking tables"
    table("databasechangelog"),
    table("databasechangeloglock"),
    // MyBatis Migrations: https://mybatis.org/migrations; Evolve: https://evolve-db.netlify.app
    common("changelog"),
    // Ebean: https://ebean.io/docs/db-migrations
    common("db_migration"),
    // Play: https://www.playframework.com/documentation/latest/Evolutions
    table("play_evolutions"),
    table("play_evolutions_lock"),
    // ragtime: github.com/weavejester/ragtime, `jdbc/src/ragtime/jdbc.clj`
    table("ragtime_migrations"),
    // EF Core: https://learn.microsoft.com/ef/core/managing-schemas/migrations/history-table; EF 6
    table("__EFMigrationsHistory"),
    table("__MigrationHistory"),
    // FluentMigrator: https://fluentmigrator.github.io, `DefaultVersionTableMetaData`
    common("VersionInfo"),
    // DbUp: https://dbup.readthedocs.io, `PostgresqlTableJournal`
    common("schemaversions"),
    // grate and RoundhousE: github.com/erikbra/grate, github.com/chucknorris/roundhouse
    whole_schema("grate"),
    whole_schema("RoundhousE"),
    // Sqitch: https://sqitch.org/docs/manual/sqitch-configuration, `registry`
    whole_schema("sqitch"),
    // Versioning (depesz): github.com/depesz/Versioning
    whole_schema("_v"),
    // pgroll: github.com/xataio/pgroll, "State schema"
    whole_schema("pgroll"),
    // Atlas: https://atlasgo.io/versioned/apply
    table("atlas_schema_revisions"),
    // goose: https://pressly.github.io/goose
    table("goose_db_version"),
    // sql-migrate: github.com/rubenv/sql-migrate, "table"
    table("gorp_migrations"),
    // bun: https://bun.uptrace.dev/guide/migrations.html, `NewMigrator`
    table("bun_migrations"),
    table("bun_migration_locks"),
    // pop (Buffalo, Ory): github.com/gobuffalo/pop, `migrationTableName`
    common("schema_migration"),
    // Darwin: github.com/GuiaBolso/darwin
    table("darwin_migrations"),
    // go-pg: github.com/go-pg/migrations, `defaultSQLTable`
    table("gopg_migrations"),
    // Morph (Mattermost): github.com/mattermost/morph
    table("db_migrations"),
    // migrant, which runs barrel's migrations: github.com/jaemk/migrant, `migrant_lib`
    table("__migrant_migrations"),
    // Diesel, sqlx, SeaORM, refinery, butane: their crates' documentation on docs.rs
    table("__diesel_schema_migrations"),
    table("_sqlx_migrations"),
    table("seaql_migrations"),
    table("refinery_schema_history"),
    table("butane_migrations"),
    // Fluent (Vapor, Swift): https://docs.vapor.codes/fluent/migration
    table("_fluent_migrations"),
    // Nessie (Deno): github.com/halvardssm/deno-nessie
    table("nessie_migrations"),
    // Mojo::Pg::Migrations, DBIx::Class (Perl): https://metacpan.org
    table("mojo_migrations"),
    table("dbix_class_schema_versions"),
    table("dbix_class_deploymenthandler_versions"),
    // dbmigrations (Haskell): https://hackage.haskell.org/package/dbmigrations
    table("installed_migrations"),
    // Micrate and Clear (Crystal): github.com/amberframework/micrate, github.com/anykeyh/clear
    table("micrate_db_version"),
    table("__clear_metadatas"),
    // Job queues that keep the version of their own tables: github.com/graphile/worker,
    // github.com/timgit/pg-boss, https://riverqueue.com/docs/migrations, Hangfire.PostgreSql
    within("graphile_worker", "migrations"),
    within("pgboss", "version"),
    table("river_migration"),
    within("hangfire", "schema"),
];

/// The tables of all tools that we know: they are always copied whole.
#[must_use]
pub fn known_tables() -> Vec<MigrationTable> {
    KNOWN
        .iter()
        .map(|known| MigrationTable {
            schema: known.schema.map(Cow::Borrowed),
            table: known.table.map(Cow::Borrowed),
            if_plausible: known.common,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_table_is_listed_once() {
        let tables = known_tables();
        for (at, one) in tables.iter().enumerate() {
            assert!(!tables[at + 1..].contains(one), "{one:?}");
        }
    }

    #[test]
    fn the_tables_of_the_frameworks_that_we_run_are_listed() {
        let tables = known_tables();
        for name in [
            "alembic_version",
            "django_migrations",
            "schema_migrations",
            "ar_internal_metadata",
            "_prisma_migrations",
            "__drizzle_migrations",
            "knex_migrations",
            "SequelizeMeta",
            "migrations",
            "flyway_schema_history",
            "databasechangelog",
            "__diesel_schema_migrations",
            "_sqlx_migrations",
            "seaql_migrations",
            "refinery_schema_history",
            "goose_db_version",
            "atlas_schema_revisions",
            "pgmigrations",
            "mikro_orm_migrations",
            "phinxlog",
            "doctrine_migration_versions",
        ] {
            let named = tables.iter().filter(|table| table.is_named("any", name));
            assert_eq!(named.count(), 1, "{name}");
        }
    }
}
