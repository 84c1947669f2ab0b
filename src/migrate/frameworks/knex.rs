//! Knex (Node.js).
//!
//! `knex migrate:latest`; `knex migrate:list` prints the number of pending files; tables
//! `knex_migrations` and `knex_migrations_lock`: <https://knexjs.org/guide/migrations.html>.

use super::node::{NodeTool, is_kept};
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark};

pub(super) struct Knex;

const TOOL: NodeTool = NodeTool { package: "knex", programs: &["knex"], migrate: "migrate:latest" };

const KNEXFILES: &[&str] = &["knexfile.js", "knexfile.ts", "knexfile.mjs", "knexfile.cjs"];

impl Framework for Knex {
    fn key(&self) -> &'static str {
        "knex"
    }

    fn name(&self) -> &'static str {
        "Knex"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let call = TOOL.call(app)?;
        // a script may name a knexfile elsewhere
        let evidence = match (app.first_of(KNEXFILES), call.script()) {
            (Some(knexfile), _) => knexfile,
            (None, Some(_)) => "knex in package.json",
            (None, None) => return Ok(None),
        };
        let pending = PendingCheck::Output {
            command: call.with("migrate:list"),
            pending: &["Pending Migration file"],
            settled: &["No Pending Migration files Found"],
        };
        Ok(Some(TOOL.recognised(&call, evidence, pending)))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        if let Some(obstacle) = TOOL.obstacle(app)? {
            return Ok(Some(obstacle));
        }
        let in_typescript = app.first_of(KNEXFILES) == Some("knexfile.ts");
        if !in_typescript || TOOL.call(app)?.script().is_some() {
            return Ok(None);
        }
        for loader in ["ts-node", "tsx", "esbuild-register"] {
            if is_kept(app, loader)? {
                return Ok(None);
            }
        }
        Ok(Some(
            Remark::new(
                "Knex cannot read knexfile.ts in a release",
                "It needs ts-node, which is not in dependencies.",
                "Add it: npm install --save-prod ts-node typescript",
            )
            .or("or write in review-data.toml, under [migrate]:\n\
             command = \"npx knex migrate:latest --knexfile dist/knexfile.js\""),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{obstacle, told};
    use super::*;
    #[test]
    fn by_its_knexfile() {
        assert_eq!(
            told(&Knex, &[("knexfile.js", "module.exports = {}\n")]),
            "knexfile.js: npx knex migrate:latest"
        );
    }

    #[test]
    fn by_a_script_that_names_a_knexfile_elsewhere() {
        let package = "{\"scripts\": \
             {\"db:migrate\": \"knex --knexfile db/knexfile.js migrate:latest\"}}";
        assert_eq!(
            told(&Knex, &[("package.json", package), ("db/knexfile.js", "")]),
            "knex in package.json, script \"db:migrate\" in package.json: npm run db:migrate"
        );
    }

    #[test]
    fn a_knexfile_in_typescript_needs_what_reads_it() {
        let with = |packages: &str| {
            let manifest = format!("{{\"dependencies\": {{\"knex\": \"3\"{packages}}}}}");
            obstacle(&Knex, &[("knexfile.ts", ""), ("package.json", &manifest)])
        };
        assert_eq!(with(""), "Knex cannot read knexfile.ts in a release");
        assert_eq!(with(", \"ts-node\": \"10\""), "-");
        assert_eq!(with(", \"tsx\": \"4\""), "-");
    }

    #[test]
    fn not_by_the_query_builder_alone() {
        assert_eq!(told(&Knex, &[("package.json", "{\"dependencies\": {\"knex\": \"3\"}}")]), "-");
    }
}
