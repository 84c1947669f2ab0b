//! db-migrate (Node.js).
//!
//! `db-migrate up`; `db-migrate check` prints `Migrations to run: []` where nothing is pending; it
//! connects by `DATABASE_URL` where there is one: <https://db-migrate.readthedocs.io/en/latest/>.

use super::node::NodeTool;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, manifest};

pub(super) struct DbMigrate;

const TOOL: NodeTool = NodeTool { package: "db-migrate", programs: &["db-migrate"], migrate: "up" };

impl Framework for DbMigrate {
    fn key(&self) -> &'static str {
        "db-migrate"
    }

    fn name(&self) -> &'static str {
        "db-migrate"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        if !manifest::npm(app, "db-migrate")? {
            return Ok(None);
        }
        let call = TOOL.call(app)?;
        let pending = PendingCheck::Output {
            command: call.with("check"),
            pending: &["Migrations to run: [ "],
            settled: &["Migrations to run: []"],
        };
        Ok(Some(TOOL.recognised(&call, "db-migrate in package.json", pending)))
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
    fn by_its_package() {
        let package = |text: &str| told(&DbMigrate, &[("package.json", text)]);
        assert_eq!(
            package("{\"dependencies\": {\"db-migrate\": \"0.11\"}}"),
            "db-migrate in package.json: npx db-migrate up"
        );
        assert_eq!(
            package(
                "{\"dependencies\": {\"db-migrate\": \"0.11\"}, \
                 \"scripts\": {\"migrate\": \"db-migrate up -e prod --migrations-dir db\"}}"
            ),
            "db-migrate in package.json, script \"migrate\" in package.json: npm run migrate"
        );
        assert_eq!(package("{\"dependencies\": {\"db-migrate-pg\": \"1\"}}"), "-");
    }
}
