//! `MikroORM` (Node.js).
//!
//! `mikro-orm migration:up`, `migration:pending` (prints "No pending migrations" where there are
//! none; `migration:check` asks another question), table `mikro_orm_migrations`:
//! <https://mikro-orm.io/docs/migrations>.

use super::node::NodeTool;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, manifest};

pub(super) struct MikroOrm;

const TOOL: NodeTool =
    NodeTool { package: "@mikro-orm/cli", programs: &["mikro-orm"], migrate: "migration:up" };

impl Framework for MikroOrm {
    fn key(&self) -> &'static str {
        "mikro-orm"
    }

    fn name(&self) -> &'static str {
        "MikroORM"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        // its command line refuses to run unless the app itself depends on it
        if !manifest::npm(app, "@mikro-orm/migrations")? || !manifest::npm(app, "@mikro-orm/cli")? {
            return Ok(None);
        }
        let call = TOOL.call(app)?;
        let pending = PendingCheck::Output {
            command: call.with("migration:pending"),
            pending: &["Name"],
            settled: &["No pending migrations"],
        };
        let evidence = "@mikro-orm/migrations and cli in package.json";
        Ok(Some(TOOL.recognised(&call, evidence, pending)))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        TOOL.obstacle(app)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_migrations_package() {
        let package = |name: &str| {
            told(&MikroOrm, &[("package.json", &format!("{{\"dependencies\": {{{name}}}}}"))])
        };
        assert_eq!(
            package("\"@mikro-orm/migrations\": \"6\", \"@mikro-orm/cli\": \"6\""),
            "@mikro-orm/migrations and cli in package.json: npx mikro-orm migration:up"
        );
        assert_eq!(package("\"@mikro-orm/migrations\": \"6\""), "-");
        assert_eq!(package("\"@mikro-orm/core\": \"6\", \"@mikro-orm/cli\": \"6\""), "-");
    }
}
