//! golang-migrate.
//!
//! `migrate -path DIR -database URL up`, `version` (on standard error), files
//! `VERSION_TITLE.up.sql` with their `.down.sql`, table `schema_migrations`:
//! <https://github.com/golang-migrate/migrate/blob/master/cmd/migrate/README.md> and `MIGRATIONS.md`.
//! sqlx's reversible migrations bear such names too, so an app with sqlx is not taken for one of these.

use super::{
    AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, at_boot, manifest,
};

pub(super) struct GolangMigrate;

const DIRECTORIES: &[&str] = &[
    "migrations",
    "db/migrations",
    "database/migrations",
    "db/migration",
    "internal/db/migrations",
];

impl Framework for GolangMigrate {
    fn key(&self) -> &'static str {
        "golang-migrate"
    }

    fn name(&self) -> &'static str {
        "golang-migrate"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let with_pairs = DIRECTORIES.iter().copied().find(|directory| {
            let names = app.names_in(directory);
            names.iter().any(|name| {
                name.strip_suffix(".up.sql").is_some_and(|title| {
                    title.starts_with(|c: char| c.is_ascii_digit())
                        && names.contains(&format!("{title}.down.sql"))
                })
            })
        });
        let Some(directory) = with_pairs else { return Ok(None) };
        if manifest::cargo(app, "sqlx")? {
            return Ok(None);
        }
        let by_module = manifest::go(app, "github.com/golang-migrate/migrate")?;
        let migrate = format!("migrate -path {directory} -database \"$DATABASE_URL\"");
        Ok(Some(Recognised {
            evidence: format!(
                "pairs of .up.sql and .down.sql in {directory}/{}",
                if by_module { ", and golang-migrate in go.mod" } else { "" }
            ),
            command: format!("{migrate} up"),
            pending: PendingCheck::Revisions {
                current: format!("{migrate} version 2>&1"),
                heads: format!(
                    "ls {directory} | sed -n 's/^0*\\([0-9][0-9]*\\)_.*\\.up\\.sql$/\\1/p' | sort -n | tail -1"
                ),
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        Ok(at_boot::obstacle(app, "golang-migrate"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    const PAIR: [(&str, &str); 2] =
        [("db/migrations/000001_users.up.sql", ""), ("db/migrations/000001_users.down.sql", "")];

    #[test]
    fn by_pairs_of_files() {
        assert_eq!(
            told(&GolangMigrate, &PAIR),
            "pairs of .up.sql and .down.sql in db/migrations/: \
             migrate -path db/migrations -database \"$DATABASE_URL\" up"
        );
        assert_eq!(told(&GolangMigrate, &PAIR[..1]), "-");
    }

    #[test]
    fn not_where_the_pairs_are_those_of_sqlx() {
        let cargo = ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n");
        assert_eq!(
            told(
                &GolangMigrate,
                &[cargo, ("migrations/1_a.up.sql", ""), ("migrations/1_a.down.sql", "")]
            ),
            "-"
        );
    }
}
