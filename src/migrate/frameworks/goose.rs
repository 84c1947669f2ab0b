//! goose (Go).
//!
//! `goose -dir DIR postgres URL up`, `status` (`Pending` a migration), annotation `-- +goose Up`,
//! table `goose_db_version`: <https://pressly.github.io/goose/documentation/cli-commands/>.

use super::app_files::{FILES_LOOKED_INTO, has_extension};
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, at_boot};

pub(super) struct Goose;

/// Where its documentation and its examples keep migrations.
const DIRECTORIES: &[&str] =
    &["migrations", "db/migrations", "sql/migrations", "sql/schema", "database/migrations"];

impl Framework for Goose {
    fn key(&self) -> &'static str {
        "goose"
    }

    fn name(&self) -> &'static str {
        "goose"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        for directory in DIRECTORIES {
            for name in app
                .names_in(directory)
                .iter()
                .filter(|name| has_extension(name, "sql"))
                .take(FILES_LOOKED_INTO)
            {
                let file = format!("{directory}/{name}");
                if app.rough_text(&file)?.is_some_and(|text| text.contains("-- +goose Up")) {
                    let goose = format!("goose -dir {directory} postgres \"$DATABASE_URL\"");
                    return Ok(Some(Recognised {
                        evidence: format!("-- +goose Up in {file}"),
                        command: format!("{goose} up"),
                        pending: PendingCheck::Output {
                            command: format!("{goose} status"),
                            pending: &["Pending"],
                            settled: &[],
                        },
                    }));
                }
            }
        }
        Ok(None)
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        Ok(at_boot::obstacle(app, "goose"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_the_annotation_in_its_files() {
        assert_eq!(
            told(&Goose, &[("migrations/00001_users.sql", "-- +goose Up\nselect 1;\n")]),
            "-- +goose Up in migrations/00001_users.sql: \
             goose -dir migrations postgres \"$DATABASE_URL\" up"
        );
        assert_eq!(told(&Goose, &[("migrations/00001_users.sql", "select 1;\n")]), "-");
    }
}
