//! refinery's command line (Rust).
//!
//! `refinery migrate -e VARIABLE -p DIRECTORY`, files `V1__name.sql` and `U1__name.sql`:
//! <https://docs.rs/crate/refinery_cli/latest> and <https://docs.rs/refinery>; table
//! `refinery_schema_history`. It has no command that lists what is pending.

use super::{
    AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, at_boot, manifest,
};

pub(super) struct Refinery;

impl Framework for Refinery {
    fn key(&self) -> &'static str {
        "refinery"
    }

    fn name(&self) -> &'static str {
        "refinery"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let evidence = if app.has("refinery.toml") {
            "refinery.toml"
        } else if has_versioned_files(app) && manifest::cargo(app, "refinery")? {
            "refinery in Cargo.toml and versioned files in migrations/"
        } else {
            return Ok(None);
        };
        Ok(Some(Recognised {
            evidence: evidence.to_owned(),
            command: "refinery migrate -e DATABASE_URL -p migrations".to_owned(),
            pending: PendingCheck::Unknown {
                why: "refinery has no command that lists what is pending",
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        Ok(at_boot::obstacle(app, "refinery"))
    }
}

fn has_versioned_files(app: &AppFiles) -> bool {
    app.names_in("migrations")
        .iter()
        .any(|name| name.starts_with(['V', 'U']) && name.contains("__"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_configuration_or_its_files() {
        assert_eq!(
            told(&Refinery, &[("refinery.toml", "")]),
            "refinery.toml: refinery migrate -e DATABASE_URL -p migrations"
        );
        let cargo = ("Cargo.toml", "[dependencies]\nrefinery = \"0.8\"\n");
        assert_eq!(
            told(&Refinery, &[cargo, ("migrations/V1__users.sql", "")]),
            "refinery in Cargo.toml and versioned files in migrations/: \
             refinery migrate -e DATABASE_URL -p migrations"
        );
        assert_eq!(told(&Refinery, &[cargo]), "-");
    }
}
