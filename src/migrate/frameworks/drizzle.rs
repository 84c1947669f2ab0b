//! Drizzle Kit (Node.js).
//!
//! `drizzle-kit migrate`; table `__drizzle_migrations` in schema `drizzle` unless the configuration's
//! `migrations` say otherwise, so it is looked for in any schema:
//! <https://orm.drizzle.team/docs/drizzle-kit-migrate>, "Applied migrations log in the database". It has
//! no command that lists what is pending.

use super::node::NodeTool;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark};

pub(super) struct Drizzle;

const TOOL: NodeTool =
    NodeTool { package: "drizzle-kit", programs: &["drizzle-kit"], migrate: "migrate" };

const CONFIGS: &[&str] = &[
    "drizzle.config.ts",
    "drizzle.config.js",
    "drizzle.config.mjs",
    "drizzle.config.cjs",
    "drizzle.config.json",
];

impl Framework for Drizzle {
    fn key(&self) -> &'static str {
        "drizzle"
    }

    fn name(&self) -> &'static str {
        "Drizzle"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(config) = app.first_of(CONFIGS) else { return Ok(None) };
        let why = "drizzle-kit has no command that lists what is pending";
        let call = TOOL.call(app)?;
        Ok(Some(TOOL.recognised(&call, config, PendingCheck::Unknown { why })))
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
            told(&Drizzle, &[("drizzle.config.ts", "export default {}\n")]),
            "drizzle.config.ts: npx drizzle-kit migrate"
        );
        assert_eq!(told(&Drizzle, &[("package.json", "{}")]), "-");
    }
}
