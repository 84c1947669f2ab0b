//! Sequelize's command line (Node.js).
//!
//! `sequelize-cli db:migrate`, `db:migrate:status` (a line `up` or `down` a migration), `.sequelizerc`,
//! table `SequelizeMeta`: <https://sequelize.org/docs/v6/other-topics/migrations/>.

use super::PendingCheck;
use super::node::NodeTool;
use super::node_framework::{NodeFramework, Shown};

pub(super) const SEQUELIZE: NodeFramework = NodeFramework {
    key: "sequelize",
    name: "Sequelize",
    tool: NodeTool {
        package: "sequelize-cli",
        programs: &["sequelize-cli", "sequelize"],
        migrate: "db:migrate",
    },
    shown: Shown::FileOrPackage(&[".sequelizerc"], "sequelize-cli"),
    pending: |call| PendingCheck::Output {
        command: call.with("db:migrate:status"),
        pending: &["\ndown "],
        settled: &[],
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_command_line() {
        assert_eq!(
            told(&SEQUELIZE, &[(".sequelizerc", "")]),
            ".sequelizerc: npx sequelize-cli db:migrate"
        );
        assert_eq!(
            told(
                &SEQUELIZE,
                &[("package.json", "{\"devDependencies\": {\"sequelize-cli\": \"6\"}}")]
            ),
            "sequelize-cli in package.json: npx sequelize-cli db:migrate"
        );
    }

    #[test]
    fn not_by_the_library_alone() {
        assert_eq!(
            told(&SEQUELIZE, &[("package.json", "{\"dependencies\": {\"sequelize\": \"6\"}}")]),
            "-"
        );
    }
}
