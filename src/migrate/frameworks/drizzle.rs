//! Drizzle Kit (Node.js).
//!
//! `drizzle-kit migrate`; table `__drizzle_migrations` in schema `drizzle` unless the configuration's
//! `migrations` say otherwise, so it is looked for in any schema:
//! <https://orm.drizzle.team/docs/drizzle-kit-migrate>, "Applied migrations log in the database". It has
//! no command that lists what is pending.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Drizzle;

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
        Ok(Some(Recognised {
            evidence: config.to_owned(),
            command: "npx drizzle-kit migrate".to_owned(),
            pending: PendingCheck::Unknown {
                why: "drizzle-kit has no command that lists what is pending",
            },
        }))
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
