//! Kysely, by its command line (Node.js).
//!
//! `kysely migrate:latest`, `migrate:list` (a line `[ ]` or `[✓]` a migration), the places of its
//! configuration: <https://github.com/kysely-org/kysely-ctl#readme>. The program is of the package
//! `kysely-ctl`; an app that runs Kysely's `Migrator` in its own script names that script.

use super::PendingCheck;
use super::node::NodeTool;
use super::node_framework::{NodeFramework, Shown};

const CONFIGS: &[&str] = &[
    "kysely.config.ts",
    "kysely.config.js",
    "kysely.config.mjs",
    "kysely.config.mts",
    ".config/kysely.config.ts",
    ".config/kysely.config.js",
];

pub(super) const KYSELY: NodeFramework = NodeFramework {
    key: "kysely",
    name: "Kysely",
    tool: NodeTool { package: "kysely-ctl", programs: &["kysely"], migrate: "migrate:latest" },
    shown: Shown::File(CONFIGS),
    pending: |call| PendingCheck::Output {
        command: call.with("migrate:list"),
        pending: &["[ ]"],
        settled: &[],
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    #[test]
    fn by_its_configuration() {
        assert_eq!(
            told(&KYSELY, &[(".config/kysely.config.ts", "")]),
            ".config/kysely.config.ts: npx kysely migrate:latest"
        );
        assert_eq!(
            told(&KYSELY, &[("package.json", "{\"dependencies\": {\"kysely\": \"0.28\"}}")]),
            "-"
        );
    }

    #[test]
    fn its_script_wins() {
        let package = "{\"scripts\": {\"db:up\": \"kysely --config db/k.ts migrate:latest\"}}";
        assert_eq!(
            told(&KYSELY, &[("kysely.config.ts", ""), ("package.json", package)]),
            "kysely.config.ts, script \"db:up\" in package.json: npm run db:up"
        );
    }
}
