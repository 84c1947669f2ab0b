//! Liquibase, by its command line or its plugins for Maven and Gradle. Gradle's takes the address from
//! the build file: <https://github.com/liquibase/liquibase-gradle-plugin#usage>.
//!
//! `liquibase update`, `liquibase status`, `liquibase.properties`:
//! <https://docs.liquibase.com/commands/>; its tables are created with unquoted names, which
//! PostgreSQL folds to lower case: "Tracking tables".

use super::jvm_plugin::Plugin;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark};

pub(super) struct Liquibase;

const PLUGIN: Plugin = Plugin {
    maven: "liquibase-maven-plugin",
    goal: "liquibase:update",
    status_goal: "liquibase:status",
    gradle: "org.liquibase.gradle",
    task: "update",
    status_task: "status",
    properties: ["liquibase.url", "liquibase.username", "liquibase.password"],
    gradle_takes_properties: false,
    pending: &["not been applied"],
    settled: &["is up to date"],
};

const FILE: &str = "liquibase.properties";

impl Framework for Liquibase {
    fn key(&self) -> &'static str {
        "liquibase"
    }

    fn name(&self) -> &'static str {
        "Liquibase"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        if !app.has(FILE) {
            return PLUGIN.recognise(app);
        }
        Ok(Some(Recognised {
            evidence: FILE.to_owned(),
            command: "liquibase update".to_owned(),
            pending: PendingCheck::Output {
                command: "liquibase status".to_owned(),
                pending: &["not been applied"],
                settled: &["is up to date"],
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        if app.has(FILE) { Ok(None) } else { PLUGIN.obstacle(app) }
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

    #[test]
    fn by_its_plugins() {
        assert_eq!(
            told(&Liquibase, &[("pom.xml", "<artifactId>liquibase-maven-plugin</artifactId>")]),
            "liquibase-maven-plugin in pom.xml: ./mvnw -B liquibase:update \
             -Dliquibase.url=\"$JDBC_DATABASE_URL\" \
             -Dliquibase.username=\"$JDBC_DATABASE_USERNAME\" \
             -Dliquibase.password=\"$JDBC_DATABASE_PASSWORD\""
        );
        assert_eq!(
            told(&Liquibase, &[("build.gradle", "id 'org.liquibase.gradle' version '3'")]),
            "org.liquibase.gradle in build.gradle: ./gradlew update"
        );
        assert_eq!(told(&Liquibase, &[("pom.xml", "liquibase-core")]), "-");
    }
}
