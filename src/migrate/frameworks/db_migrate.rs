//! db-migrate (Node.js).
//!
//! `db-migrate up`; `db-migrate check` prints `Migrations to run: []` where nothing is pending; it
//! connects by `DATABASE_URL` where there is one: <https://db-migrate.readthedocs.io/en/latest/>.

use super::PendingCheck;
use super::node::NodeTool;
use super::node_framework::{NodeFramework, Shown};

pub(super) const DB_MIGRATE: NodeFramework = NodeFramework {
    key: "db-migrate",
    name: "db-migrate",
    tool: NodeTool { package: "db-migrate", programs: &["db-migrate"], migrate: "up" },
    shown: Shown::Packages(&["db-migrate"]),
    pending: |call| PendingCheck::Output {
        command: call.with("check"),
        pending: &["Migrations to run: [ "],
        settled: &["Migrations to run: []"],
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    #[test]
    fn by_its_package() {
        let package = |text: &str| told(&DB_MIGRATE, &[("package.json", text)]);
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
