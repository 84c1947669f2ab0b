//! Atlas, versioned migrations.
//!
//! `atlas migrate apply --url … --dir file://…`, `atlas migrate status`, the checksum file
//! `atlas.sum`: <https://atlasgo.io/versioned/apply>; revisions are kept in the table
//! `atlas_schema_revisions`, in a schema of the same name or in the connection's, so it is looked for in
//! any schema: <https://atlasgo.io/faq/revisions-table-delete-latest> and `--revisions-schema`.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Atlas;

const DIRECTORIES: &[&str] =
    &["migrations", "db/migrations", "database/migrations", "schema/migrations"];

impl Framework for Atlas {
    fn key(&self) -> &'static str {
        "atlas"
    }

    fn name(&self) -> &'static str {
        "Atlas"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let with_sum = DIRECTORIES
            .iter()
            .copied()
            .find(|directory| app.has(&format!("{directory}/atlas.sum")));
        let Some(directory) = with_sum else { return Ok(None) };
        let target = format!("--url \"$DATABASE_URL\" --dir file://{directory}");
        Ok(Some(Recognised {
            evidence: format!("{directory}/atlas.sum"),
            command: format!("atlas migrate apply {target}"),
            pending: PendingCheck::Output {
                command: format!("atlas migrate status {target}"),
                pending: &["Migration Status: PENDING"],
                settled: &["Migration Status: OK"],
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_checksums() {
        assert_eq!(
            told(&Atlas, &[("migrations/atlas.sum", "h1:\n")]),
            "migrations/atlas.sum: \
             atlas migrate apply --url \"$DATABASE_URL\" --dir file://migrations"
        );
        assert_eq!(told(&Atlas, &[("atlas.hcl", "env \"local\" {}\n")]), "-");
    }
}
