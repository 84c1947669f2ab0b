//! Sequelize's command line (Node.js).
//!
//! `sequelize-cli db:migrate`, `db:migrate:status` (a line `up` or `down` a migration), `.sequelizerc`,
//! table `SequelizeMeta`: <https://sequelize.org/docs/v6/other-topics/migrations/>.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, manifest};

pub(super) struct Sequelize;

impl Framework for Sequelize {
    fn key(&self) -> &'static str {
        "sequelize"
    }

    fn name(&self) -> &'static str {
        "Sequelize"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let evidence = if app.has(".sequelizerc") {
            ".sequelizerc".to_owned()
        } else if manifest::npm(app, "sequelize-cli")? {
            "sequelize-cli in package.json".to_owned()
        } else {
            return Ok(None);
        };
        Ok(Some(Recognised {
            evidence,
            command: "npx sequelize-cli db:migrate".to_owned(),
            pending: PendingCheck::Output {
                command: "npx sequelize-cli db:migrate:status".to_owned(),
                pending: &["\ndown "],
                settled: &[],
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_command_line() {
        assert_eq!(
            told(&Sequelize, &[(".sequelizerc", "")]),
            ".sequelizerc: npx sequelize-cli db:migrate"
        );
        assert_eq!(
            told(
                &Sequelize,
                &[("package.json", "{\"devDependencies\": {\"sequelize-cli\": \"6\"}}")]
            ),
            "sequelize-cli in package.json: npx sequelize-cli db:migrate"
        );
    }

    #[test]
    fn not_by_the_library_alone() {
        assert_eq!(
            told(&Sequelize, &[("package.json", "{\"dependencies\": {\"sequelize\": \"6\"}}")]),
            "-"
        );
    }
}
