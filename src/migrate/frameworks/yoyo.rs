//! yoyo (Python).
//!
//! `yoyo apply --batch`, `yoyo list` (a line a migration: `A` applied, `U` not), `yoyo.ini`:
//! <https://ollycope.com/software/yoyo/latest/>.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Yoyo;

impl Framework for Yoyo {
    fn key(&self) -> &'static str {
        "yoyo"
    }

    fn name(&self) -> &'static str {
        "yoyo"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        Ok(app.has("yoyo.ini").then(|| Recognised {
            evidence: "yoyo.ini".to_owned(),
            command: "yoyo apply --batch --database \"$DATABASE_URL\"".to_owned(),
            pending: PendingCheck::Output {
                command: "yoyo list --batch --database \"$DATABASE_URL\"".to_owned(),
                pending: &["\nU "],
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
        assert_eq!(
            told(&Yoyo, &[("yoyo.ini", "[DEFAULT]\nsources = migrations\n")]),
            "yoyo.ini: yoyo apply --batch --database \"$DATABASE_URL\""
        );
        assert_eq!(told(&Yoyo, &[("requirements.txt", "yoyo-migrations\n")]), "-");
    }
}
