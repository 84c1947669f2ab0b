//! Diesel's command line (Rust).
//!
//! `diesel migration run`, `diesel migration pending` (prints true or false), `diesel.toml`:
//! <https://diesel.rs/guides/getting-started> and the command's help; table
//! `__diesel_schema_migrations`: `diesel::migration`.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, at_boot};

pub(super) struct Diesel;

impl Framework for Diesel {
    fn key(&self) -> &'static str {
        "diesel"
    }

    fn name(&self) -> &'static str {
        "Diesel"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        Ok(app.has("diesel.toml").then(|| Recognised {
            evidence: "diesel.toml".to_owned(),
            command: "diesel migration run".to_owned(),
            pending: PendingCheck::Output {
                command: "diesel migration pending".to_owned(),
                pending: &["true"],
                settled: &["false"],
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        Ok(at_boot::obstacle(app, "Diesel"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_configuration() {
        assert_eq!(told(&Diesel, &[("diesel.toml", "")]), "diesel.toml: diesel migration run");
        assert_eq!(told(&Diesel, &[("Cargo.toml", "[dependencies]\ndiesel = \"2\"\n")]), "-");
    }
}
