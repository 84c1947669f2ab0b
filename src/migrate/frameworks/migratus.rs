//! Migratus (Clojure), by its Leiningen plugin.
//!
//! `lein migratus migrate`:
//! <https://github.com/yogthos/migratus#readme>. An app without the plugin calls
//! `migratus.core/migrate` from its own code, and names the command itself.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Migratus;

impl Framework for Migratus {
    fn key(&self) -> &'static str {
        "migratus"
    }

    fn name(&self) -> &'static str {
        "Migratus"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let project = app.rough_text("project.clj")?.unwrap_or_default();
        let has_plugin = project
            .lines()
            .any(|line| !line.trim_start().starts_with(';') && line.contains("migratus-lein"));
        Ok(has_plugin.then(|| Recognised {
            evidence: "migratus-lein in project.clj".to_owned(),
            command: "lein migratus migrate".to_owned(),
            pending: PendingCheck::Unknown {
                why: "not every version of migratus-lein lists what is pending",
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    #[test]
    fn by_its_plugin() {
        assert_eq!(
            told(&Migratus, &[("project.clj", ":plugins [[migratus-lein \"0.7.3\"]]\n")]),
            "migratus-lein in project.clj: lein migratus migrate"
        );
        assert_eq!(told(&Migratus, &[("project.clj", ";; [migratus-lein \"0.7\"]\n")]), "-");
        assert_eq!(told(&Migratus, &[("project.clj", "[migratus \"1.5\"]\n")]), "-");
    }
}
