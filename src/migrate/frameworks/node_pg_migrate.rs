//! node-pg-migrate (Node.js).
//!
//! `node-pg-migrate up`, `--dry-run`, which prints "No migrations to run!" where nothing is pending,
//! table `pgmigrations`: <https://salsita.github.io/node-pg-migrate/cli>.

use super::node::NodeTool;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, manifest};

pub(super) struct NodePgMigrate;

const TOOL: NodeTool =
    NodeTool { package: "node-pg-migrate", programs: &["node-pg-migrate"], migrate: "up" };

impl Framework for NodePgMigrate {
    fn key(&self) -> &'static str {
        "node-pg-migrate"
    }

    fn name(&self) -> &'static str {
        "node-pg-migrate"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        if !manifest::npm(app, "node-pg-migrate")? {
            return Ok(None);
        }
        let call = TOOL.call(app)?;
        let pending = PendingCheck::Output {
            command: call.with("up --dry-run"),
            pending: &["Migrating files"],
            settled: &["No migrations to run!"],
        };
        Ok(Some(TOOL.recognised(&call, "node-pg-migrate in package.json", pending)))
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
        assert_eq!(
            told(
                &NodePgMigrate,
                &[("package.json", "{\"dependencies\": {\"node-pg-migrate\": \"7\"}}")]
            ),
            "node-pg-migrate in package.json: npx node-pg-migrate up"
        );
        let script = "{\"dependencies\": {\"node-pg-migrate\": \"7\"}, \
             \"scripts\": {\"migrate\": \"node-pg-migrate -m db/migrations\"}}";
        assert_eq!(
            told(&NodePgMigrate, &[("package.json", script)]),
            "node-pg-migrate in package.json, script \"migrate\" in package.json: \
             npm run migrate -- up"
        );
        assert_eq!(
            told(&NodePgMigrate, &[("package.json", "{\"dependencies\": {\"pg\": \"8\"}}")]),
            "-"
        );
    }
}
