//! node-pg-migrate (Node.js).
//!
//! `node-pg-migrate up`, `--dry-run`, which prints "No migrations to run!" where nothing is pending,
//! table `pgmigrations`: <https://salsita.github.io/node-pg-migrate/cli>.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, manifest};

pub(super) struct NodePgMigrate;

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
        Ok(Some(Recognised {
            evidence: "node-pg-migrate in package.json".to_owned(),
            command: "npx node-pg-migrate up".to_owned(),
            pending: PendingCheck::Output {
                command: "npx node-pg-migrate up --dry-run".to_owned(),
                pending: &["Migrating files"],
                settled: &["No migrations to run!"],
            },
        }))
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
        assert_eq!(
            told(&NodePgMigrate, &[("package.json", "{\"dependencies\": {\"pg\": \"8\"}}")]),
            "-"
        );
    }
}
