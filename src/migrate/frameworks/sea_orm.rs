//! `SeaORM`'s migrator (Rust).
//!
//! `sea-orm-cli migrate up`, `migrate status` (`Applied` or `Pending`), the crate `migration/`:
//! <https://www.sea-ql.org/SeaORM/docs/migration/running-migration/>; table `seaql_migrations`.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, at_boot};

pub(super) struct SeaOrm;

impl Framework for SeaOrm {
    fn key(&self) -> &'static str {
        "sea-orm"
    }

    fn name(&self) -> &'static str {
        "SeaORM"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let file = "migration/Cargo.toml";
        let is_ours = app.rough_text(file)?.is_some_and(|text| text.contains("sea-orm-migration"));
        Ok(is_ours.then(|| Recognised {
            evidence: format!("sea-orm-migration in {file}"),
            command: "sea-orm-cli migrate up".to_owned(),
            pending: PendingCheck::Output {
                command: "sea-orm-cli migrate status".to_owned(),
                pending: &["Pending"],
                settled: &[],
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        Ok(at_boot::obstacle(app, "SeaORM"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_migration_crate() {
        assert_eq!(
            told(&SeaOrm, &[("migration/Cargo.toml", "[dependencies]\nsqlx = \"1\"\n")]),
            "-"
        );
        assert_eq!(
            told(
                &SeaOrm,
                &[("migration/Cargo.toml", "[dependencies]\nsea-orm-migration = \"1\"\n")]
            ),
            "sea-orm-migration in migration/Cargo.toml: sea-orm-cli migrate up"
        );
    }
}
