//! Knex (Node.js).
//!
//! `knex migrate:latest`; `knex migrate:list` prints the number of pending files; tables
//! `knex_migrations` and `knex_migrations_lock`: <https://knexjs.org/guide/migrations.html>.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Knex;

const KNEXFILES: &[&str] = &["knexfile.js", "knexfile.ts", "knexfile.mjs", "knexfile.cjs"];

impl Framework for Knex {
    fn key(&self) -> &'static str {
        "knex"
    }

    fn name(&self) -> &'static str {
        "Knex"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(knexfile) = app.first_of(KNEXFILES) else { return Ok(None) };
        Ok(Some(Recognised {
            evidence: knexfile.to_owned(),
            command: "npx knex migrate:latest".to_owned(),
            pending: PendingCheck::Output {
                command: "npx knex migrate:list".to_owned(),
                pending: &["Pending Migration file"],
                settled: &["No Pending Migration files Found"],
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_knexfile() {
        assert_eq!(
            told(&Knex, &[("knexfile.js", "module.exports = {}\n")]),
            "knexfile.js: npx knex migrate:latest"
        );
    }

    #[test]
    fn not_by_the_query_builder_alone() {
        assert_eq!(told(&Knex, &[("package.json", "{\"dependencies\": {\"knex\": \"3\"}}")]), "-");
    }
}
