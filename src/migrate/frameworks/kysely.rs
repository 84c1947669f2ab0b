//! Kysely, by its command line (Node.js).
//!
//! `kysely migrate:latest`, `migrate:list` (a line `[ ]` or `[✓]` a migration), the places of its
//! configuration: <https://github.com/kysely-org/kysely-ctl#readme>. The program is of the package
//! `kysely-ctl`; an app that runs Kysely's `Migrator` in a script of its own names that script.

use super::node::NodeTool;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark};

pub(super) struct Kysely;

const TOOL: NodeTool =
    NodeTool { package: "kysely-ctl", programs: &["kysely"], migrate: "migrate:latest" };

const CONFIGS: &[&str] = &[
    "kysely.config.ts",
    "kysely.config.js",
    "kysely.config.mjs",
    "kysely.config.mts",
    ".config/kysely.config.ts",
    ".config/kysely.config.js",
];

impl Framework for Kysely {
    fn key(&self) -> &'static str {
        "kysely"
    }

    fn name(&self) -> &'static str {
        "Kysely"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(config) = app.first_of(CONFIGS) else { return Ok(None) };
        let call = TOOL.call(app)?;
        let pending = PendingCheck::Output {
            command: call.with("migrate:list"),
            pending: &["[ ]"],
            settled: &[],
        };
        Ok(Some(TOOL.recognised(&call, config, pending)))
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
    fn by_its_configuration() {
        assert_eq!(
            told(&Kysely, &[(".config/kysely.config.ts", "")]),
            ".config/kysely.config.ts: npx kysely migrate:latest"
        );
        assert_eq!(
            told(&Kysely, &[("package.json", "{\"dependencies\": {\"kysely\": \"0.28\"}}")]),
            "-"
        );
    }

    #[test]
    fn its_script_wins() {
        let package = "{\"scripts\": {\"db:up\": \"kysely --config db/k.ts migrate:latest\"}}";
        assert_eq!(
            told(&Kysely, &[("kysely.config.ts", ""), ("package.json", package)]),
            "kysely.config.ts, script \"db:up\" in package.json: npm run db:up"
        );
    }
}
