//! graphile-migrate (Node.js).
//!
//! `graphile-migrate migrate` runs the committed migrations; `status` exits with 1 where some are
//! not run, 2 where `current.sql` holds something, 3 for both; `.gmrc`:
//! <https://github.com/graphile/migrate#readme>.

use super::PendingCheck;
use super::node::NodeTool;
use super::node_framework::{NodeFramework, Shown};

const CONFIGS: &[&str] = &[".gmrc", ".gmrc.js", ".gmrc.cjs", ".gmrc.jsonc"];

/// `status` refuses to run without the address of a shadow database, and does not connect to it.
const SHADOW: &str = "SHADOW_DATABASE_URL=\"${SHADOW_DATABASE_URL:-postgres:///shadow}\"";

pub(super) const GRAPHILE_MIGRATE: NodeFramework = NodeFramework {
    key: "graphile-migrate",
    name: "graphile-migrate",
    tool: NodeTool {
        package: "graphile-migrate",
        programs: &["graphile-migrate"],
        migrate: "migrate",
    },
    shown: Shown::File(CONFIGS),
    pending: |call| PendingCheck::ExitCode {
        command: format!("{SHADOW} {}", call.with("status")),
        pending: &[1, 3],
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    #[test]
    fn by_its_configuration() {
        assert_eq!(
            told(&GRAPHILE_MIGRATE, &[(".gmrc", "{}")]),
            ".gmrc: npx graphile-migrate migrate"
        );
        assert_eq!(told(&GRAPHILE_MIGRATE, &[("migrations/committed/000001.sql", "")]), "-");
    }
}
