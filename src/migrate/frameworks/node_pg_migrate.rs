//! node-pg-migrate (Node.js).
//!
//! `node-pg-migrate up`, `--dry-run`, which prints "No migrations to run!" where nothing is pending,
//! table `pgmigrations`: <https://salsita.github.io/node-pg-migrate/cli>.

use super::PendingCheck;
use super::node::NodeTool;
use super::node_framework::{NodeFramework, Shown};

pub(super) const NODE_PG_MIGRATE: NodeFramework = NodeFramework {
    key: "node-pg-migrate",
    name: "node-pg-migrate",
    tool: NodeTool { package: "node-pg-migrate", programs: &["node-pg-migrate"], migrate: "up" },
    shown: Shown::Packages(&["node-pg-migrate"]),
    pending: |call| PendingCheck::Output {
        command: call.with("up --dry-run"),
        pending: &["Migrating files"],
        settled: &["No migrations to run!"],
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_package() {
        assert_eq!(
            told(
                &NODE_PG_MIGRATE,
                &[("package.json", "{\"dependencies\": {\"node-pg-migrate\": \"7\"}}")]
            ),
            "node-pg-migrate in package.json: npx node-pg-migrate up"
        );
        let script = "{\"dependencies\": {\"node-pg-migrate\": \"7\"}, \
             \"scripts\": {\"migrate\": \"node-pg-migrate -m db/migrations\"}}";
        assert_eq!(
            told(&NODE_PG_MIGRATE, &[("package.json", script)]),
            "node-pg-migrate in package.json, script \"migrate\" in package.json: \
             npm run migrate -- up"
        );
        assert_eq!(
            told(&NODE_PG_MIGRATE, &[("package.json", "{\"dependencies\": {\"pg\": \"8\"}}")]),
            "-"
        );
    }
}
