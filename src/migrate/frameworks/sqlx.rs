//! sqlx's command line (Rust).
//!
//! `sqlx migrate run`, `sqlx migrate info` (a line `VERSION/pending …` or `VERSION/installed …` a
//! migration), directory `migrations`: <https://docs.rs/crate/sqlx-cli/latest>; table
//! `_sqlx_migrations`: `sqlx::migrate`.

use super::app_files::has_extension;
use super::{
    AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, at_boot, manifest,
};

pub(super) struct Sqlx;

impl Framework for Sqlx {
    fn key(&self) -> &'static str {
        "sqlx"
    }

    fn name(&self) -> &'static str {
        "sqlx"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let has_migrations = app.names_in("migrations").iter().any(|name| {
            name.split_once('_').is_some_and(|(version, rest)| {
                has_extension(rest, "sql") && version.bytes().all(|b| b.is_ascii_digit())
            })
        });
        if !has_migrations || !manifest::cargo(app, "sqlx")? {
            return Ok(None);
        }
        Ok(Some(Recognised {
            evidence: "sqlx in Cargo.toml and numbered files in migrations/".to_owned(),
            command: "sqlx migrate run".to_owned(),
            pending: PendingCheck::Output {
                command: "sqlx migrate info".to_owned(),
                pending: &["/pending"],
                settled: &[],
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        Ok(at_boot::obstacle(app, "sqlx"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_crate_and_its_files() {
        let cargo = ("Cargo.toml", "[dependencies]\nsqlx = { version = \"0.8\" }\n");
        assert_eq!(
            told(&Sqlx, &[cargo, ("migrations/20240101000000_users.sql", "")]),
            "sqlx in Cargo.toml and numbered files in migrations/: sqlx migrate run"
        );
        assert_eq!(told(&Sqlx, &[cargo]), "-");
        assert_eq!(told(&Sqlx, &[("migrations/1_users.sql", "")]), "-");
    }
}
