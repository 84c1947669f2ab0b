//! Sequelize's command line (Node.js).
//!
//! `sequelize-cli db:migrate`, `db:migrate:status` (a line `up` or `down` a migration), `.sequelizerc`,
//! table `SequelizeMeta`: <https://sequelize.org/docs/v6/other-topics/migrations/>.

use super::node::NodeTool;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, manifest};

pub(super) struct Sequelize;

const TOOL: NodeTool = NodeTool {
    package: "sequelize-cli",
    programs: &["sequelize-cli", "sequelize"],
    migrate: "db:migrate",
};

impl Framework for Sequelize {
    fn key(&self) -> &'static str {
        "sequelize"
    }

    fn name(&self) -> &'static str {
        "Sequelize"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let evidence = if app.has(".sequelizerc") {
            ".sequelizerc".to_owned()
        } else if manifest::npm(app, "sequelize-cli")? {
            "sequelize-cli in package.json".to_owned()
        } else {
            return Ok(None);
        };
        let call = TOOL.call(app)?;
        let pending = PendingCheck::Output {
            command: call.with("db:migrate:status"),
            pending: &["\ndown "],
            settled: &[],
        };
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
    fn by_its_command_line() {
        assert_eq!(
            told(&Sequelize, &[(".sequelizerc", "")]),
            ".sequelizerc: npx sequelize-cli db:migrate"
        );
        assert_eq!(
            told(
                &Sequelize,
                &[("package.json", "{\"devDependencies\": {\"sequelize-cli\": \"6\"}}")]
            ),
            "sequelize-cli in package.json: npx sequelize-cli db:migrate"
        );
    }

    #[test]
    fn not_by_the_library_alone() {
        assert_eq!(
            told(&Sequelize, &[("package.json", "{\"dependencies\": {\"sequelize\": \"6\"}}")]),
            "-"
        );
    }
}
