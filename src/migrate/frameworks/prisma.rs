//! Prisma Migrate (Node.js).
//!
//! `prisma migrate deploy`; `prisma migrate status` exits 1 where migrations are not applied (and
//! where the database cannot be asked): <https://www.prisma.io/docs/cli/migrate/status>; table
//! `_prisma_migrations`: the same documentation, "About migration histories"; where the schema may be:
//! "Prisma schema location".

use super::app_files::AppFiles;
use super::framework::{Framework, Recognised};
use super::manifest;
use super::node::NodeTool;
use super::pending::PendingCheck;
use super::problem::FileProblem;
use super::remark::Remark;

pub(super) struct Prisma;

const TOOL: NodeTool =
    NodeTool { package: "prisma", programs: &["prisma"], migrate: "migrate deploy" };

/// Keystone brings Prisma, and runs it by its own program.
const KEYSTONE: NodeTool = NodeTool {
    package: "@keystone-6/core",
    programs: &["keystone"],
    migrate: "prisma migrate deploy",
};

/// What runs Prisma, and its question for migrations that are pending.
fn tool(app: &AppFiles) -> Result<(&'static NodeTool, &'static str), FileProblem> {
    let is_keystone = manifest::npm(app, KEYSTONE.package)? && !manifest::npm(app, TOOL.package)?;
    Ok(if is_keystone { (&KEYSTONE, "prisma migrate status") } else { (&TOOL, "migrate status") })
}

const SCHEMAS: &[&str] =
    &["prisma/schema.prisma", "schema.prisma", "prisma.config.ts", "prisma.config.js"];

impl Framework for Prisma {
    fn key(&self) -> &'static str {
        "prisma"
    }

    fn name(&self) -> &'static str {
        "Prisma"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let own = app.json("package.json")?.and_then(|manifest| {
            Some(
                manifest
                    .get("prisma")?
                    .get("schema")?
                    .as_str()?
                    .trim_start_matches("./")
                    .to_owned(),
            )
        });
        let usual = SCHEMAS.iter().map(|schema| (*schema).to_owned());
        let schema = own.into_iter().chain(usual).find(|schema| app.path(schema).exists());
        let (tool, status) = tool(app)?;
        let call = tool.call(app)?;
        let Some(evidence) = schema else { return Ok(None) };
        if !call.is_migrating_script() && !has_migrations(app, &evidence)? {
            return Ok(None);
        }
        let pending = PendingCheck::ExitCode { command: call.with(status), pending: &[1] };
        Ok(Some(tool.recognised(&call, evidence, pending)))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        tool(app)?.0.obstacle(app)
    }
}

/// Without migrations, `migrate deploy` fails on a database that has tables: such an app uses
/// `db push`, or another tool. They are beside the schema, unless `prisma.config` says otherwise.
fn has_migrations(app: &AppFiles, schema: &str) -> Result<bool, FileProblem> {
    for config in ["prisma.config.ts", "prisma.config.js"] {
        if app.rough_text(config)?.is_some_and(|text| text.contains("migrations")) {
            return Ok(true);
        }
    }
    let parent = schema.rsplit_once('/').map_or("", |(parent, _)| parent);
    let beside = [format!("{parent}/migrations"), "prisma/migrations".to_owned()];
    Ok(beside.iter().any(|directory| {
        let directory = directory.trim_start_matches('/');
        let is_one = |name: &String| app.has(&format!("{directory}/{name}/migration.sql"));
        app.names_in(directory).iter().any(is_one)
    }))
}

/// Prisma without migrations: nothing migrates.
pub(super) fn without_migrations(app: &AppFiles) -> Option<Remark> {
    let schema = SCHEMAS.iter().find(|schema| app.path(schema).exists())?;
    Some(
        Remark::new(
            "Prisma has no migrations",
            format!("{schema} is there, and no migration is beside it, so nothing migrates."),
            "If a release is to migrate, make migrations with \"prisma migrate dev\",",
        )
        .or("or name a command in review-data.toml:\n[migrate]\ncommand = \"...\"")
        .with_consequence_in_cause(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_schema() {
        assert_eq!(
            told(&Prisma, &[("prisma/schema.prisma", ""), MIGRATION]),
            "prisma/schema.prisma: npx prisma migrate deploy"
        );
        assert_eq!(
            told(
                &Prisma,
                &[
                    ("package.json", "{\"prisma\": {\"schema\": \"./db/main.prisma\"}}"),
                    ("db/main.prisma", ""),
                    ("db/migrations/1_init/migration.sql", "")
                ]
            ),
            "db/main.prisma: npx prisma migrate deploy"
        );
    }

    const MIGRATION: (&str, &str) = ("prisma/migrations/20240101_init/migration.sql", "");

    #[test]
    fn not_without_migrations() {
        assert_eq!(told(&Prisma, &[("prisma/schema.prisma", "")]), "-");
        let lock = ("prisma/migrations/migration_lock.toml", "");
        assert_eq!(told(&Prisma, &[("prisma/schema.prisma", ""), lock]), "-");
        let script =
            "{\"scripts\": {\"migrate:prod\": \"prisma migrate deploy --schema a.prisma\"}}";
        assert_eq!(
            told(&Prisma, &[("schema.prisma", ""), ("package.json", script)]),
            "schema.prisma, script \"migrate:prod\" in package.json: npm run migrate:prod"
        );
    }

    #[test]
    fn keystone_runs_it_by_its_own_program() {
        let schema = [("schema.prisma", ""), ("migrations/1_init/migration.sql", "")];
        let told =
            |package: &str| told(&Prisma, &[schema[0], schema[1], ("package.json", package)]);
        assert_eq!(
            told("{\"dependencies\": {\"@keystone-6/core\": \"6\"}}"),
            "schema.prisma: npx keystone prisma migrate deploy"
        );
        assert_eq!(
            told("{\"dependencies\": {\"@keystone-6/core\": \"6\", \"prisma\": \"5\"}}"),
            "schema.prisma: npx prisma migrate deploy"
        );
    }

    #[test]
    fn not_without_a_schema() {
        assert_eq!(told(&Prisma, &[("package.json", "{}")]), "-");
    }
}
