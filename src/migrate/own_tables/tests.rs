use super::*;
use std::borrow::Cow;

/// The names that are found in an app with these files: `schema.table`, `*` for any, `!` behind
/// tables that need no column with a migration's name.
fn found(files: &[(&str, &str)], commands: &[&str], variables: &[(&str, &str)]) -> String {
    let app = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = app.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let files = AppFiles::new(app.path());
    let tables = own_tables(&Clues { files: &files, commands, variables });
    let shown = tables.iter().map(|table| {
        let part = |name: &Option<Cow<'static, str>>| name.as_deref().unwrap_or("*").to_owned();
        let state = if table.if_plausible { "" } else { "!" };
        format!("{}.{}{state}", part(&table.schema), part(&table.table))
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn settings_of_python_and_elixir_and_clojure() {
    for (path, text, expected) in [
        ("m/env.py", "context.configure(connection=c,\n  version_table='shop_v')", "*.shop_v"),
        ("m/env.py", "T = 'shop_v'\ncontext.configure(version_table=T)", "*.shop_v"),
        ("m/env.py", "version_table=os.environ.get('TABLE', 'shop_v'),", "*.shop_v"),
        ("alembic.ini", "[alembic]\nversion_table = shop_alembic\n", "*.shop_alembic"),
        ("app.py", "migrate = Migrate(app, db, version_table=\"v\")", "*.v"),
        ("yoyo.ini", "[DEFAULT]\nmigration_table = yy\n", "*.yy"),
        ("config/config.exs", "config :shop, Shop.Repo, migration_source: \"m\"", "*.m"),
        ("config.edn", "{:store :database :migration-table-name \"mig\"}", "*.mig"),
    ] {
        assert_eq!(found(&[(path, text)], &[], &[]), expected, "{path}: {text}");
    }
}

#[test]
fn settings_of_node() {
    for (path, text, expected) in [
        (
            "knexfile.js",
            "module.exports = { migrations: { directory: 'm', tableName: 'shop_m' } }",
            "*.shop_m *.shop_m_lock! *.shop_m_versions!",
        ),
        (
            "drizzle.config.ts",
            "export default defineConfig({ migrations: {\n table: 'j', schema: 'meta' } })",
            "*.j *.j_lock! *.j_versions!",
        ),
        (
            "kysely.config.ts",
            "migrations: { migrationTableName: 'km', migrationLockTableName: 'km_l' }",
            "*.km *.km_l!",
        ),
        ("src/data-source.ts", "new DataSource({ migrationsTableName: \"tm\" })", "*.tm"),
        ("config/config.json", "{\"a\": {\"migrationStorageTableName\": \"sm\"}}", "*.sm"),
        ("config/config.js", "migrationStorageTableName: process.env.TBL || 'sm'", "*.sm"),
        (".db-migraterc", "{\"migration-table\": \"dm\"}", "*.dm"),
        ("umzug.js", "new SequelizeStorage({ sequelize, tableName: 'um' })", "*.um"),
    ] {
        assert_eq!(found(&[(path, text)], &[], &[]), expected, "{path}: {text}");
    }
}

#[test]
fn settings_of_php() {
    for (path, text, expected) in [
        ("config/database.php", "'migrations' => 'lm',", "*.lm"),
        ("config/database.php", "'migrations' => [\n 'table' => 'lm2', 'x' => 1\n ],", "*.lm2"),
        ("config/p/doctrine.yaml", "storage:\n  table_storage:\n    table_name: 'dmv'\n", "*.dmv"),
        ("migrations.php", "'table_storage' => [\n 'table_name' => 'dmv',\n]", "*.dmv"),
        ("phinx.yml", "environments:\n  default_migration_table: phx\n", "*.phx"),
        ("config/console.php", "'migrationTable' => '{{%yii_m}}'", "*.yii_m"),
    ] {
        assert_eq!(found(&[(path, text)], &[], &[]), expected, "{path}: {text}");
    }
}

#[test]
fn settings_of_the_jvm() {
    for (path, text, expected) in [
        ("flyway.conf", "flyway.table=fw\n", "*.fw"),
        ("flyway.toml", "[flyway]\nlocations = [\"a\"]\ntable = \"fw\"\n", "*.fw"),
        (
            "a.yml",
            "spring:\n  flyway:\n    enabled: true\n    table: fw\n  jpa:\n    x: y\n",
            "*.fw",
        ),
        ("pom.xml", "<x>flyway-maven-plugin</x><table>fw</table>", "*.fw"),
        ("build.gradle", "flyway {\n  url = 'x'\n  table = 'fw'\n}", "*.fw"),
        ("liquibase.properties", "liquibase.databaseChangelogTableName: lb\n", "*.lb"),
        ("a.properties", "spring.liquibase.database-change-log-lock-table=lbl\n", "*.lbl!"),
        ("application.conf", "play.evolutions.metaTable = \"e\"\n", "*.e *.e_lock!"),
    ] {
        assert_eq!(found(&[(path, text)], &[], &[]), expected, "{path}: {text}");
    }
}

#[test]
fn settings_of_dotnet_go_rust_and_others() {
    for (path, text, expected) in [
        ("Startup.cs", "x => x.MigrationsHistoryTable(\"efm\", \"meta\")", "*.efm"),
        ("Db.cs", ".JournalToPostgresqlTable(\"meta\", \"journal\")", "*.journal"),
        ("main.go", "goose.SetTableName(\"goose_v\")", "*.goose_v"),
        ("main.go", "postgres.WithInstance(db, &c.Config{MigrationsTable: \"gm\"})", "*.gm"),
        ("src/main.rs", "runner().set_migration_table_name(\"ref\").run(c)", "*.ref"),
        ("sqitch.conf", "[engine \"pg\"]\n\tregistry = deploys\n", "deploys.*!"),
        ("dbconfig.yml", "production:\n  dialect: postgres\n  table: sm\n", "*.sm"),
        ("tern.conf", "[database]\nversion_table = meta.tern\n", "meta.tern"),
    ] {
        assert_eq!(found(&[(path, text)], &[], &[]), expected, "{path}: {text}");
    }
}

#[test]
fn what_is_no_setting_of_a_migration_tool() {
    for (path, text) in [
        ("user.js", "class User { static get tableName() { return 'users'; } }"),
        ("knexfile.js", "// migrations: { tableName: 'users' }"),
        ("src/model.ts", "@Entity({ tableName: 'users' })"),
        ("config/database.php", "'migrations' => env('TABLE'),"),
        ("knexfile.js", "migrations: { tableName: `${prefix}_x` }"),
        ("node_modules/knex/x.js", "migrations: { tableName: 'users' }"),
        ("settings.py", "X = {'version_table_name': 'users'}"),
        ("application.yml", "audit:\n  table: users\n"),
    ] {
        assert_eq!(found(&[(path, text)], &[], &[]), "", "{path}: {text}");
    }
}

#[test]
fn names_of_rails_with_its_prefixes() {
    let file = "config/application.rb";
    let own = "ActiveRecord::Base.schema_migrations_table_name = 'shop_sm'";
    assert_eq!(found(&[(file, own)], &[], &[]), "*.shop_sm");
    let prefix = "    config.active_record.table_name_prefix = \"shop_\"";
    assert_eq!(
        found(&[(file, prefix)], &[], &[]),
        "*.shop_schema_migrations *.shop_ar_internal_metadata! *.shop_data_migrations"
    );
    let suffix = (file, "config.active_record.table_name_suffix = '_v2'");
    let initializer = "ActiveRecord::Base.internal_metadata_table_name = 'meta'";
    assert_eq!(
        found(&[suffix, ("config/initializers/x.rb", initializer)], &[], &[]),
        "*.meta! *.schema_migrations_v2 *.meta_v2! *.data_migrations_v2"
    );
    let model = "module Blog\n  def self.table_name_prefix\n    'blog_'\n  end\nend";
    assert_eq!(found(&[("app/models/blog.rb", model)], &[], &[]), "");
}

#[test]
fn flags_in_commands_and_scripts() {
    for (command, expected) in [
        ("goose -table shop_goose -dir m postgres \"$DATABASE_URL\" up", "*.shop_goose"),
        ("dbmate --migrations-table=app.migs --no-dump-schema migrate", "app.migs"),
        ("DBMATE_MIGRATIONS_TABLE=migs dbmate migrate", "*.migs"),
        ("npx node-pg-migrate -t pgm up", "*.pgm"),
        ("npx node-pg-migrate --migrations-table 'pgm2' up", "*.pgm2"),
        ("migrate -path m -database \"$URL?sslmode=require&x-migrations-table=gm\" up", "*.gm"),
        ("flyway -table=fw migrate", "*.fw"),
        ("./mvnw -Dflyway.table=fw flyway:migrate", "*.fw"),
        ("liquibase --database-changelog-table-name=lb update", "*.lb"),
        ("tern migrate --version-table public.tv", "public.tv"),
        ("yoyo apply --migration-table yy", "*.yy"),
        ("sqitch deploy --registry meta", "meta.*!"),
        ("tar -t users up; psql --table users", ""),
    ] {
        assert_eq!(found(&[], &[command], &[]), expected, "{command}");
        let procfile = format!("release: {command}\n");
        assert_eq!(found(&[("Procfile", &procfile)], &[], &[]), expected, "{command}");
        let script = format!("#!/bin/sh\n{command}\n");
        assert_eq!(found(&[("bin/migrate", &script)], &[], &[]), expected, "{command}");
    }
    let scripts = "{\"scripts\": {\"migrate\": \"node-pg-migrate -t shop_pgm\"}}";
    assert_eq!(found(&[("package.json", scripts)], &[], &[]), "*.shop_pgm");
}

#[test]
fn variables_of_the_tools() {
    let named = |name, value| found(&[], &[], &[(name, value)]);
    assert_eq!(named("DBMATE_MIGRATIONS_TABLE", "dm"), "*.dm");
    assert_eq!(named("GOOSE_TABLE", "meta.goose"), "meta.goose");
    assert_eq!(named("SPRING_FLYWAY_TABLE", "fw"), "*.fw");
    assert_eq!(named("DATABASE_URL", "postgres://h/d?x-migrations-table=gm"), "*.gm");
    assert_eq!(named("TABLE", "users"), "");
    let file = ("knexfile.js", "migrations: { tableName: process.env.KNEX_TABLE }");
    let variable = [("KNEX_TABLE", "kx")];
    assert_eq!(found(&[file], &[], &variable), "*.kx *.kx_lock! *.kx_versions!");
    let file = ("config/database.php", "'migrations' => env('MIG', 'fallback'),");
    assert_eq!(found(&[file], &[], &[("MIG", "lm")]), "*.lm *.fallback");
}
