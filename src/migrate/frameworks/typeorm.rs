//! `TypeORM` (Node.js).
//!
//! `typeorm migration:run -d FILE`, `migration:show` (`[X]` done, `[ ]` pending), the wrappers for
//! TypeScript, table `migrations`: <https://typeorm.io/docs/advanced-topics/migrations>; which columns
//! are generated is kept in `typeorm_metadata`.

use super::app_files::has_extension;
use super::node::{NodeTool, build_script, is_kept};
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, Remark, manifest};

pub(super) struct TypeOrm;

const TOOL: NodeTool = NodeTool {
    package: "typeorm",
    programs: &["typeorm", "typeorm-ts-node-commonjs", "typeorm-ts-node-esm"],
    migrate: "migration:run",
};

/// Where a data source is by the documentation's examples; what is compiled already comes first.
const DATA_SOURCES: &[&str] = &[
    "dist/data-source.js",
    "build/data-source.js",
    "data-source.js",
    "src/data-source.js",
    "data-source.ts",
    "src/data-source.ts",
    "src/database/data-source.ts",
    "src/db/data-source.ts",
    "typeorm.config.js",
    "typeorm.config.ts",
    "ormconfig.js",
    "ormconfig.ts",
];

impl Framework for TypeOrm {
    fn key(&self) -> &'static str {
        "typeorm"
    }

    fn name(&self) -> &'static str {
        "TypeORM"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        if !manifest::npm(app, "typeorm")? {
            return Ok(None);
        }
        let call = TOOL.call(app)?;
        if call.script().is_some() && call.has("-d") {
            let pending = PendingCheck::Output {
                command: call.with("migration:show"),
                pending: &["[ ]"],
                settled: &[],
            };
            return Ok(Some(TOOL.recognised(&call, "typeorm in package.json", pending)));
        }
        let Some(source) = app.first_of(DATA_SOURCES) else { return Ok(None) };
        let typeorm = if has_extension(source, "ts") {
            "npx typeorm-ts-node-commonjs"
        } else {
            "npx typeorm"
        };
        Ok(Some(Recognised {
            evidence: format!("typeorm in package.json and {source}"),
            command: format!("{typeorm} migration:run -d {source}"),
            pending: PendingCheck::Output {
                command: format!("{typeorm} migration:show -d {source}"),
                pending: &["[ ]"],
                settled: &[],
            },
        }))
    }

    fn obstacle(&self, app: &AppFiles) -> Result<Option<Remark>, FileProblem> {
        if let Some(obstacle) = TOOL.obstacle(app)? {
            return Ok(Some(obstacle));
        }
        let call = TOOL.call(app)?;
        let scripted = call.script().is_some() && call.has("-d");
        let source = app.first_of(DATA_SOURCES).unwrap_or("src/data-source.ts");
        let uses_typescript = if scripted {
            call.has("ts-node") || call.has(".ts")
        } else {
            has_extension(source, "ts")
        };
        if uses_typescript && !(is_kept(app, "ts-node")? && is_kept(app, "typescript")?) {
            return Ok(Some(typescript(source)));
        }
        let built = call.word("dist/").or_else(|| call.word("build/"));
        match built.filter(|file| scripted && !app.has(file)) {
            Some(file) if build_script(app)?.is_none() => Ok(Some(not_built(&file))),
            _ => Ok(None),
        }
    }
}

fn typescript(source: &str) -> Remark {
    let compiled = source.trim_start_matches("src/").trim_end_matches(".ts");
    Remark::new(
        "TypeORM needs ts-node, which is not there when a release runs",
        format!("It reads {source}, and Heroku removes it after the build."),
        "Add it: npm install --save-prod ts-node typescript",
    )
    .or(format!(
        "or write in review-data.toml, under [migrate]:\n\
         command = \"npx typeorm migration:run -d dist/{compiled}.js\""
    ))
}

fn not_built(file: &str) -> Remark {
    Remark::new(
        format!("{file} is not built"),
        "The migration script needs it, and package.json has no script \"build\" that\n\
         Heroku could run.",
        "Add one to its scripts:\n\"build\": \"tsc\"",
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{obstacle, told};
    use super::*;
    const TYPEORM: (&str, &str) = ("package.json", "{\"dependencies\": {\"typeorm\": \"0.3.20\"}}");

    #[test]
    fn by_its_data_source() {
        assert_eq!(
            told(&TypeOrm, &[TYPEORM, ("src/data-source.ts", "")]),
            "typeorm in package.json and src/data-source.ts: \
             npx typeorm-ts-node-commonjs migration:run -d src/data-source.ts"
        );
        assert_eq!(
            told(&TypeOrm, &[TYPEORM, ("data-source.js", "")]),
            "typeorm in package.json and data-source.js: npx typeorm migration:run -d data-source.js"
        );
    }

    #[test]
    fn its_script_wins() {
        let package = "{\"dependencies\": {\"typeorm\": \"0.3\"}, \"scripts\": \
             {\"migration:run\": \"typeorm migration:run -d dist/db.js\"}}";
        let files = [("package.json", package), ("src/data-source.ts", "")];
        assert_eq!(
            told(&TypeOrm, &files),
            "typeorm in package.json, script \"migration:run\" in package.json: \
             npm run migration:run"
        );
        assert_eq!(obstacle(&TypeOrm, &files), "dist/db.js is not built");
        let built = package.replace("\"scripts\": {", "\"scripts\": {\"build\": \"tsc\", ");
        assert_eq!(obstacle(&TypeOrm, &[("package.json", &built), files[1]]), "-");
    }

    #[test]
    fn typescript_needs_ts_node() {
        let with = |packages: &str| {
            let package = format!("{{\"dependencies\": {{\"typeorm\": \"0.3\"{packages}}}}}");
            obstacle(&TypeOrm, &[("package.json", &package), ("src/data-source.ts", "")])
        };
        assert_eq!(with(""), "TypeORM needs ts-node, which is not there when a release runs");
        assert_eq!(with(", \"ts-node\": \"10\", \"typescript\": \"5\""), "-");
    }

    #[test]
    fn not_without_a_data_source() {
        assert_eq!(told(&TypeOrm, &[TYPEORM]), "-");
    }
}
