//! Flyway and Liquibase as plugins of Maven and Gradle.
//!
//! A release can run them by the wrapper in the repository (`mvnw`, `gradlew`): Maven and Gradle
//! themselves are not there. The address is in `JDBC_DATABASE_URL`, which Heroku's Java
//! buildpacks set from `DATABASE_URL`:
//! <https://devcenter.heroku.com/articles/connecting-to-relational-databases-on-heroku-with-java>.

use super::jvm_build::jvm_build;
use super::{AppFiles, FileProblem, PendingCheck, Recognised, Remark};

/// A tool's plugins.
pub(super) struct Plugin {
    /// The artifact, and what it runs.
    pub(super) maven: &'static str,
    pub(super) goal: &'static str,
    pub(super) status_goal: &'static str,
    /// The plugin's id, and what it runs.
    pub(super) gradle: &'static str,
    pub(super) task: &'static str,
    pub(super) status_task: &'static str,
    /// Properties for address, user and password; how Gradle takes them, if it does.
    pub(super) properties: [&'static str; 3],
    pub(super) gradle_takes_properties: bool,
    pub(super) pending: &'static [&'static str],
    pub(super) settled: &'static [&'static str],
}

impl Plugin {
    pub(super) fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some((file, build)) = jvm_build(app)? else { return Ok(None) };
        let is_maven = file == "pom.xml";
        let (plugin, wrapper, flag, run, status) = if is_maven {
            (self.maven, "./mvnw -B", "-D", self.goal, self.status_goal)
        } else {
            (self.gradle, "./gradlew", "-P", self.task, self.status_task)
        };
        if !build.contains(plugin) {
            return Ok(None);
        }
        let options = if is_maven || self.gradle_takes_properties {
            let values = ["URL", "USERNAME", "PASSWORD"];
            let pairs = self.properties.iter().zip(values);
            pairs.fold(String::new(), |all, (key, value)| {
                format!("{all} {flag}{key}=\"$JDBC_DATABASE_{value}\"")
            })
        } else {
            String::new()
        };
        Ok(Some(Recognised {
            evidence: format!("{plugin} in {file}"),
            command: format!("{wrapper} {run}{options}"),
            pending: PendingCheck::Output {
                command: format!("{wrapper} {status}{options}"),
                pending: self.pending,
                settled: self.settled,
            },
        }))
    }

    /// Without a wrapper there is nothing that could run the plugin.
    pub(super) fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        let Some((file, build)) = jvm_build(app)? else { return Ok(None) };
        let (plugin, wrapper, make) = if file == "pom.xml" {
            (self.maven, "mvnw", "mvn wrapper:wrapper")
        } else {
            (self.gradle, "gradlew", "gradle wrapper")
        };
        if !build.contains(plugin) || app.has(wrapper) {
            return Ok(None);
        }
        Ok(Some(Remark::new(
            format!("{plugin} needs {wrapper}"),
            format!("{file} has the plugin, and nothing that could run it is there in a release."),
            format!("Commit the wrapper: {make}"),
        )))
    }
}
