//! Aerich, for Tortoise ORM (Python).
//!
//! `aerich upgrade`; `aerich heads` names what is not applied, or prints `No available heads`;
//! `[tool.aerich]` in `pyproject.toml`, or `[tool.tortoise]` since aerich 0.10, before 0.6
//! `aerich.ini`: <https://github.com/tortoise/aerich#readme>.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Aerich;

impl Framework for Aerich {
    fn key(&self) -> &'static str {
        "aerich"
    }

    fn name(&self) -> &'static str {
        "Aerich"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let project = app.toml("pyproject.toml")?;
        let has = |key: &str| {
            project
                .as_ref()
                .is_some_and(|project| project.get("tool").and_then(|tool| tool.get(key)).is_some())
        };
        let uses_aerich = || -> Result<bool, FileProblem> {
            let named = |text: Option<String>| text.is_some_and(|text| text.contains("aerich"));
            Ok(named(app.rough_text("pyproject.toml")?)
                || named(app.rough_text("requirements.txt")?))
        };
        let evidence = if has("aerich") {
            "[tool.aerich] in pyproject.toml"
        } else if has("tortoise") && uses_aerich()? {
            "[tool.tortoise] in pyproject.toml, with aerich"
        } else if app.has("aerich.ini") {
            "aerich.ini"
        } else {
            return Ok(None);
        };
        Ok(Some(Recognised {
            evidence: evidence.to_owned(),
            command: "aerich upgrade".to_owned(),
            pending: PendingCheck::Output {
                command: "aerich heads".to_owned(),
                pending: &[".py"],
                settled: &["No available heads"],
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
        for (file, text, expected) in [
            (
                "pyproject.toml",
                "[tool.aerich]\ntortoise_orm = \"a.B\"\n",
                "[tool.aerich] in pyproject.toml: aerich upgrade",
            ),
            ("aerich.ini", "[aerich]\n", "aerich.ini: aerich upgrade"),
            ("pyproject.toml", "[tool.tortoise]\ntortoise_orm = \"a.B\"\n", "-"),
        ] {
            assert_eq!(told(&Aerich, &[(file, text)]), expected);
        }
        assert_eq!(
            told(
                &Aerich,
                &[
                    ("pyproject.toml", "[tool.tortoise]\ntortoise_orm = \"a.B\"\n"),
                    ("requirements.txt", "aerich==0.10.1\n")
                ]
            ),
            "[tool.tortoise] in pyproject.toml, with aerich: aerich upgrade"
        );
    }
}
