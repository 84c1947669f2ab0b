//! dbmate.
//!
//! `dbmate migrate` (`up` would first try to create the database), `status --exit-code`,
//! `--no-dump-schema`, comment `-- migrate:up`, directory `db/migrations`, table `schema_migrations`:
//! <https://github.com/amacneil/dbmate#readme>.

use super::app_files::{FILES_LOOKED_INTO, has_extension};
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Dbmate;

impl Framework for Dbmate {
    fn key(&self) -> &'static str {
        "dbmate"
    }

    fn name(&self) -> &'static str {
        "dbmate"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        for directory in ["db/migrations", "migrations"] {
            for name in app
                .names_in(directory)
                .iter()
                .filter(|name| has_extension(name, "sql"))
                .take(FILES_LOOKED_INTO)
            {
                let file = format!("{directory}/{name}");
                if app.rough_text(&file)?.is_some_and(|text| text.contains("-- migrate:up")) {
                    let dbmate = if directory == "db/migrations" {
                        "dbmate".to_owned()
                    } else {
                        format!("dbmate -d {directory}")
                    };
                    return Ok(Some(Recognised {
                        evidence: format!("-- migrate:up in {file}"),
                        command: format!("{dbmate} --no-dump-schema migrate"),
                        pending: PendingCheck::ExitCode {
                            command: format!("{dbmate} status --exit-code"),
                            pending: &[1],
                        },
                    }));
                }
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_the_comment_in_its_files() {
        assert_eq!(
            told(
                &Dbmate,
                &[("db/migrations/20240101000000_users.sql", "-- migrate:up\nselect 1;\n")]
            ),
            "-- migrate:up in db/migrations/20240101000000_users.sql: dbmate --no-dump-schema migrate"
        );
        assert_eq!(
            told(&Dbmate, &[("migrations/1.sql", "-- migrate:up\n")]),
            "-- migrate:up in migrations/1.sql: dbmate -d migrations --no-dump-schema migrate"
        );
        assert_eq!(told(&Dbmate, &[("db/migrations/1.sql", "select 1;\n")]), "-");
    }
}
