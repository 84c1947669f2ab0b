//! Liquibase, by its command line.
//!
//! `liquibase update`, `liquibase status`, `liquibase.properties`:
//! <https://docs.liquibase.com/commands/>; its tables are created with unquoted names, which
//! PostgreSQL folds to lower case: "Tracking tables".

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Liquibase;

impl Framework for Liquibase {
    fn key(&self) -> &'static str {
        "liquibase"
    }

    fn name(&self) -> &'static str {
        "Liquibase"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let file = "liquibase.properties";
        Ok(app.has(file).then(|| Recognised {
            evidence: file.to_owned(),
            command: "liquibase update".to_owned(),
            pending: PendingCheck::Output {
                command: "liquibase status".to_owned(),
                pending: &["not been applied"],
                settled: &["is up to date"],
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_properties() {
        assert_eq!(
            told(&Liquibase, &[("liquibase.properties", "changelogFile=a.xml\n")]),
            "liquibase.properties: liquibase update"
        );
        assert_eq!(told(&Liquibase, &[("changelog.xml", "")]), "-");
    }
}
