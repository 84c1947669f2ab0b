//! `TypeORM` (Node.js).
//!
//! `typeorm migration:run -d FILE`, `migration:show` (`[X]` done, `[ ]` pending), the wrappers for
//! TypeScript, table `migrations`: <https://typeorm.io/docs/advanced-topics/migrations>; which columns
//! are generated is kept in `typeorm_metadata`.

use super::app_files::has_extension;
use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, manifest};

pub(super) struct TypeOrm;

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
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
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
    fn not_without_a_data_source() {
        assert_eq!(told(&TypeOrm, &[TYPEORM]), "-");
    }
}
