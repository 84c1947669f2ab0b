//! Flyway, by its command line.
//!
//! `flyway migrate`, `flyway info` with `-infoOfState`, `flyway.conf` and `flyway.toml`, table
//! `flyway_schema_history` (`flyway.table` may name another):
//! <https://documentation.red-gate.com/flyway/reference/commands>. An app that runs Flyway at its own
//! start (Spring Boot) has nothing to run in the release phase and is not recognised.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Flyway;

const CONFIGS: &[&str] = &["flyway.toml", "flyway.conf", "conf/flyway.conf"];

impl Framework for Flyway {
    fn key(&self) -> &'static str {
        "flyway"
    }

    fn name(&self) -> &'static str {
        "Flyway"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(config) = app.first_of(CONFIGS) else { return Ok(None) };
        let flyway = if config == "conf/flyway.conf" {
            "flyway -configFiles=conf/flyway.conf"
        } else {
            "flyway"
        };
        Ok(Some(Recognised {
            evidence: config.to_owned(),
            command: format!("{flyway} migrate"),
            pending: PendingCheck::Output {
                command: format!("{flyway} info -infoOfState=pending"),
                pending: &["| Pending"],
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
    fn by_its_configuration() {
        assert_eq!(told(&Flyway, &[("flyway.toml", "")]), "flyway.toml: flyway migrate");
        assert_eq!(
            told(&Flyway, &[("conf/flyway.conf", "")]),
            "conf/flyway.conf: flyway -configFiles=conf/flyway.conf migrate"
        );
        assert_eq!(told(&Flyway, &[("src/main/resources/db/migration/V1__a.sql", "")]), "-");
    }
}
