//! Drizzle Kit (Node.js).
//!
//! `drizzle-kit migrate`; table `__drizzle_migrations` in schema `drizzle` unless the configuration's
//! `migrations` say otherwise, so it is looked for in any schema:
//! <https://orm.drizzle.team/docs/drizzle-kit-migrate>, "Applied migrations log in the database". It has
//! no command that lists what is pending.

use super::PendingCheck;
use super::node::NodeTool;
use super::node_framework::{NodeFramework, Shown};

const CONFIGS: &[&str] = &[
    "drizzle.config.ts",
    "drizzle.config.js",
    "drizzle.config.mjs",
    "drizzle.config.cjs",
    "drizzle.config.json",
];

pub(super) const DRIZZLE: NodeFramework = NodeFramework {
    key: "drizzle",
    name: "Drizzle",
    tool: NodeTool { package: "drizzle-kit", programs: &["drizzle-kit"], migrate: "migrate" },
    shown: Shown::File(CONFIGS),
    pending: |call| {
        let _ = call;
        PendingCheck::Unknown { why: "drizzle-kit has no command that lists what is pending" }
    },
};

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_configuration() {
        assert_eq!(
            told(&DRIZZLE, &[("drizzle.config.ts", "export default {}\n")]),
            "drizzle.config.ts: npx drizzle-kit migrate"
        );
        assert_eq!(told(&DRIZZLE, &[("package.json", "{}")]), "-");
    }
}
