//! `AdonisJS`, with Lucid (Node.js).
//!
//! `node ace migration:run --force` in the directory that the build makes (in the repository's own
//! directory, `ace` needs TypeScript, which production does not have); `migration:status` marks a
//! migration as `pending` or `completed`: <https://lucid.adonisjs.com/docs/migrations> and
//! <https://docs.adonisjs.com/guides/getting-started/deployment>.

use super::node::{build_script, obstacle_of};
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, manifest};

pub(super) struct Adonis;

impl Framework for Adonis {
    fn key(&self) -> &'static str {
        "adonis"
    }

    fn name(&self) -> &'static str {
        "AdonisJS"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(ace) = app.first_of(&["ace.js", "ace"]) else { return Ok(None) };
        if !manifest::npm(app, "@adonisjs/lucid")? {
            return Ok(None);
        }
        Ok(Some(Recognised {
            evidence: format!("{ace}, and @adonisjs/lucid in package.json"),
            command: "cd build && node ace migration:run --force".to_owned(),
            pending: PendingCheck::Output {
                command: "cd build && node ace migration:status".to_owned(),
                pending: &["pending"],
                settled: &[],
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        if build_script(app)?.is_none() && !app.path("build").exists() {
            return Ok(Some(Remark::new(
                "AdonisJS is not built",
                "package.json has no script \"build\", so ace has no directory build/ to run in.",
                "Add to its scripts:\n\"build\": \"node ace build\"",
            )));
        }
        obstacle_of(app, "@adonisjs/lucid", &[])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    const PACKAGE: &str = "{\"dependencies\": {\"@adonisjs/lucid\": \"21\"}}";

    #[test]
    fn by_ace_and_lucid() {
        assert_eq!(
            told(&Adonis, &[("ace.js", ""), ("package.json", PACKAGE)]),
            "ace.js, and @adonisjs/lucid in package.json: \
             cd build && node ace migration:run --force"
        );
        assert_eq!(told(&Adonis, &[("ace", ""), ("package.json", "{}")]), "-");
    }
}
