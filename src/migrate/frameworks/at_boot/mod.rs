//! Apps whose database changes when they start: a release may then have nothing to run, and the
//! build says so. What is not certain is not claimed.

mod code;
mod lines;
mod programs;
mod settings;

use super::app_files::AppFiles;
use super::prisma;
use super::problem::FileProblem;
use super::remark::Remark;

/// Something that changes the database when the app starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtBoot {
    pub tool: &'static str,
    pub does: Does,
    /// The file, with the line where one is certain.
    pub place: String,
    /// The text at this place.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Migrates,
    /// Brings the tables to their definition, without migrations.
    Changes,
    /// Drops tables and creates them.
    Recreates,
}

/// Everything of that kind that the app's files show.
#[must_use]
pub fn at_boot(app: &AppFiles) -> Vec<AtBoot> {
    let mut found = settings::found(app);
    found.extend(programs::found(app));
    found.extend(lines::found(app));
    found
}

/// Why a release has nothing to run, as far as the app's files show it.
///
/// # Errors
/// Where a file that would tell cannot be read.
pub fn why_nothing_migrates(app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
    let migrates = at_boot(app).into_iter().find(|found| found.does == Does::Migrates);
    Ok(migrates.map(|found| found.remark()).or_else(|| prisma::without_migrations(app)))
}

/// The migration of this tool at the app's start.
pub(super) fn migration_of(app: &AppFiles, tool: &str) -> Option<AtBoot> {
    at_boot(app).into_iter().find(|found| found.does == Does::Migrates && found.tool == tool)
}

/// What is in the way of a tool's command in a release where the app itself runs the migrations:
/// then the tool's own program need not be there.
pub(super) fn obstacle(app: &AppFiles, tool: &str) -> Option<Remark> {
    migration_of(app, tool).map(|found| found.remark())
}

impl AtBoot {
    fn remark(&self) -> Remark {
        Remark::new(
            format!("{} migrates when the app starts", self.tool),
            format!("{} has {},\nso a release has nothing to run.", self.place, self.text),
            "Leave postdeploy out of app.json: the release then loads before the first start.",
        )
        .or("If it must stay, write existing = \"replace\" under [target] in review-data.toml.")
        .with_consequence_in_cause()
    }

    /// The words of a warning, where another command migrates too.
    #[must_use]
    pub fn told(&self) -> String {
        let does = match self.does {
            Does::Migrates => "migrates",
            Does::Changes => "changes the tables",
            Does::Recreates => "drops and creates the tables",
        };
        format!("{} {does} ({})", self.tool, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)]) -> String {
        let app = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = app.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = at_boot(&AppFiles::new(app.path()));
        let told = found.iter().map(|found| format!("{}: {}", found.place, found.told()));
        told.collect::<Vec<_>>().join("\n")
    }

    const POM: &str = "<project>\n<artifactId>spring-boot-starter</artifactId>\n<artifactId>flyway-core</artifactId>\n</project>";
    const TYPEORM: (&str, &str) = ("package.json", "{\"dependencies\": {\"typeorm\": \"1\"}}");

    #[test]
    fn settings_and_code_that_change_the_database_at_the_start() {
        for (files, expected) in [
            (
                &[(
                    "conf/application.conf",
                    "# autoApply = true\nplay.evolutions.db.default.autoApply = true\n",
                )][..],
                "conf/application.conf:2: Play migrates (play.evolutions.db.default.autoApply = true)",
            ),
            (
                &[("build.sbt", "evolutions"), ("conf/evolutions/default/1.sql", "")],
                "conf/evolutions: Play migrates (evolutions)",
            ),
            (
                &[("pom.xml", POM)],
                "pom.xml:3: Flyway migrates (flyway-core, which Spring Boot runs)",
            ),
            (
                &[(
                    "build.gradle",
                    "id 'org.springframework.boot'\nimplementation 'org.liquibase:liquibase-core'",
                )],
                "build.gradle:2: Liquibase migrates (liquibase-core, which Spring Boot runs)",
            ),
            (
                &[(
                    "src/main/resources/application.properties",
                    "quarkus.flyway.migrate-at-start=true",
                )],
                "src/main/resources/application.properties:1: Quarkus migrates (quarkus.flyway.migrate-at-start=true)",
            ),
            (
                &[(
                    "src/main/resources/application.yml",
                    "spring:\n  jpa:\n    hibernate:\n      ddl-auto: update\n",
                )],
                "src/main/resources/application.yml:4: Hibernate changes the tables (ddl-auto: update)",
            ),
            (
                &[("Shop/Program.cs", "db.Database.Migrate();\n")],
                "Shop/Program.cs:1: EF Core migrates (Database.Migrate)",
            ),
            (
                &[("lib/shop/application.ex", "children = [\n{Ecto.Migrator, repos: repos}\n")],
                "lib/shop/application.ex:2: Ecto migrates ({Ecto.Migrator, repos: repos})",
            ),
            (
                &[("package.json", "{\"dependencies\": {\"@strapi/strapi\": \"5\"}}")],
                "package.json: Strapi migrates (@strapi/strapi)",
            ),
            (
                &[
                    TYPEORM,
                    ("src/app.module.ts", "TypeOrmModule.forRoot({\n  migrationsRun: true,\n})"),
                ],
                "src/app.module.ts:2: TypeORM migrates (migrationsRun: true)",
            ),
            (
                &[
                    ("package.json", "{\"main\": \"server.js\"}"),
                    (
                        "server.js",
                        "db.sequelize.sync({ force: true }).then(() => {\n  app.listen(1);\n});",
                    ),
                ],
                "server.js:1: Sequelize changes the tables (sequelize.sync)",
            ),
            (
                &[
                    ("go.mod", "pressly/goose"),
                    ("main.go", "func main() {\n goose.Up(db, \"m\")\n}"),
                ],
                "main.go:2: goose migrates (goose.Up)",
            ),
            (
                &[("Cargo.toml", ""), ("src/main.rs", "fn main() { sqlx::migrate!().run(&db) }")],
                "src/main.rs:1: sqlx migrates (sqlx::migrate!)",
            ),
            (
                &[("main.py", "app = FastAPI()\nBase.metadata.create_all(bind=engine)\n")],
                "main.py:2: SQLAlchemy changes the tables (Base.metadata.create_all(bind=engine))",
            ),
            (
                &[(
                    "app.py",
                    "def create_app():\n    app = Flask()\n    with app.app_context():\n        db.create_all()\n",
                )],
                "app.py:4: SQLAlchemy changes the tables (db.create_all())",
            ),
        ] {
            assert_eq!(told(files), expected, "{files:?}");
        }
    }

    #[test]
    fn what_is_switched_off_or_not_certain_is_not_claimed() {
        let spring = ("pom.xml", POM);
        for files in [
            &[("conf/application.conf", "play.evolutions.autoApply=false\n")][..],
            &[
                ("build.sbt", "evolutions"),
                ("conf/evolutions/1.sql", ""),
                ("conf/application.conf", "play.evolutions.enabled = false"),
            ],
            &[
                spring,
                ("src/main/resources/application.properties", "spring.flyway.enabled = false"),
            ],
            &[
                spring,
                ("src/main/resources/application.yml", "spring:\n  flyway:\n    enabled: false\n"),
            ],
            &[("pom.xml", "<artifactId>flyway-core</artifactId>")],
            &[("pom.xml", "spring-boot\n<!-- <artifactId>flyway-core</artifactId> -->")],
            &[(
                "src/main/resources/application.yml",
                "a: b\n---\nspring:\n  config:\n    activate:\n      on-profile: dev\n  jpa:\n    hibernate:\n      ddl-auto: create\n",
            )],
            &[("Program.cs", "if (args.Contains(\"--migrate\"))\n{\n  db.Database.Migrate();\n}")],
            &[("Shop.Tests/Program.cs", "db.Database.Migrate();")],
            &[
                ("go.mod", "x"),
                ("main.go", "func main() {}"),
                ("cmd/migrate/main.go", "func main() {\n goose.Up(db, \"m\")\n}"),
            ],
            &[("go.mod", "x"), ("main_test.go", "func main() { goose.Up(db, \"m\") }")],
            &[
                ("Cargo.toml", ""),
                ("src/main.rs", "static M: Migrator = sqlx::migrate!();\nfn main() {}"),
            ],
            &[
                ("Cargo.toml", ""),
                ("src/main.rs", "fn main() {}"),
                ("src/bin/migrate.rs", "fn main() { sqlx::migrate!().run(&db) }"),
            ],
            &[(
                "lib/a/application.ex",
                "{Ecto.Migrator, repos: repos, skip: skip_migrations?()}\n",
            )],
            &[
                TYPEORM,
                ("src/app.module.ts", "// migrationsRun: true\nmigrationsRun: process.env.RUN"),
            ],
            &[("app.py", "if __name__ == '__main__':\n    db.create_all()\n")],
            &[("app.py", "@app.cli.command()\ndef init():\n    db.create_all()\n")],
            &[("app.py", "\"\"\"\ndb.create_all()\n\"\"\"\n# db.create_all()\n")],
        ] {
            assert_eq!(told(files), "", "{files:?}");
        }
    }
}
