//! graphile-migrate (Node.js).
//!
//! `graphile-migrate migrate` runs the committed migrations; `status` exits with 1 where some are
//! not run, 2 where `current.sql` holds something, 3 for both; `.gmrc`:
//! <https://github.com/graphile/migrate#readme>.

use super::node::NodeTool;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark};

pub(super) struct GraphileMigrate;

const TOOL: NodeTool =
    NodeTool { package: "graphile-migrate", programs: &["graphile-migrate"], migrate: "migrate" };

/// `status` refuses to run without the address of a shadow database, and does not connect to it.
const SHADOW: &str = "SHADOW_DATABASE_URL=\"${SHADOW_DATABASE_URL:-postgres:///shadow}\"";

const CONFIGS: &[&str] = &[".gmrc", ".gmrc.js", ".gmrc.cjs", ".gmrc.jsonc"];

impl Framework for GraphileMigrate {
    fn key(&self) -> &'static str {
        "graphile-migrate"
    }

    fn name(&self) -> &'static str {
        "graphile-migrate"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(config) = app.first_of(CONFIGS) else { return Ok(None) };
        let call = TOOL.call(app)?;
        let command = format!("{SHADOW} {}", call.with("status"));
        let pending = PendingCheck::ExitCode { command, pending: &[1, 3] };
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
            told(&GraphileMigrate, &[(".gmrc", "{}")]),
            ".gmrc: npx graphile-migrate migrate"
        );
        assert_eq!(told(&GraphileMigrate, &[("migrations/committed/000001.sql", "")]), "-");
    }
}
