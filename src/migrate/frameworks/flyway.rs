//! Flyway, by its command line or its plugins for Maven and Gradle.
//!
//! `flyway migrate`, `flyway info` with `-infoOfState`, `flyway.conf` and `flyway.toml`, table
//! `flyway_schema_history` (`flyway.table` may name another):
//! <https://documentation.red-gate.com/flyway/reference/commands>. An app that runs Flyway at its own
//! start (Spring Boot) has nothing to run in the release phase and is not recognised.

use super::jvm_plugin::Plugin;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark};

pub(super) struct Flyway;

const CONFIGS: &[&str] = &["flyway.toml", "flyway.conf", "conf/flyway.conf"];

const PLUGIN: Plugin = Plugin {
    maven: "flyway-maven-plugin",
    goal: "flyway:migrate",
    status_goal: "flyway:info",
    gradle: "org.flywaydb.flyway",
    task: "flywayMigrate",
    status_task: "flywayInfo",
    properties: ["flyway.url", "flyway.user", "flyway.password"],
    gradle_takes_properties: true,
    pending: &["| Pending"],
    settled: &[],
};

impl Framework for Flyway {
    fn key(&self) -> &'static str {
        "flyway"
    }

    fn name(&self) -> &'static str {
        "Flyway"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(config) = app.first_of(CONFIGS) else { return PLUGIN.recognise(app) };
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

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        if app.first_of(CONFIGS).is_some() { Ok(None) } else { PLUGIN.obstacle(app) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{obstacle, told};
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

    #[test]
    fn by_its_plugins() {
        let maven = ("pom.xml", "<artifactId>flyway-maven-plugin</artifactId>");
        assert_eq!(
            told(&Flyway, &[maven]),
            "flyway-maven-plugin in pom.xml: ./mvnw -B flyway:migrate \
             -Dflyway.url=\"$JDBC_DATABASE_URL\" -Dflyway.user=\"$JDBC_DATABASE_USERNAME\" \
             -Dflyway.password=\"$JDBC_DATABASE_PASSWORD\""
        );
        assert_eq!(obstacle(&Flyway, &[maven]), "flyway-maven-plugin needs mvnw");
        assert_eq!(obstacle(&Flyway, &[maven, ("mvnw", "")]), "-");
        let gradle = ("build.gradle.kts", "id(\"org.flywaydb.flyway\") version \"11\"");
        assert!(told(&Flyway, &[gradle]).contains("./gradlew flywayMigrate -Pflyway.url="));
        assert_eq!(told(&Flyway, &[("pom.xml", "<artifactId>flyway-core</artifactId>")]), "-");
    }
}
