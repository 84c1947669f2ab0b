//! Prisma Migrate (Node.js).
//!
//! `prisma migrate deploy`; `prisma migrate status` exits 1 where migrations are not applied (and
//! where the database cannot be asked): <https://www.prisma.io/docs/cli/migrate/status>; table
//! `_prisma_migrations`: the same documentation, "About migration histories"; where the schema may be:
//! "Prisma schema location".

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Prisma;

const SCHEMAS: &[&str] =
    &["prisma/schema.prisma", "schema.prisma", "prisma.config.ts", "prisma.config.js"];

impl Framework for Prisma {
    fn key(&self) -> &'static str {
        "prisma"
    }

    fn name(&self) -> &'static str {
        "Prisma"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let own = app.json("package.json")?.and_then(|manifest| {
            Some(
                manifest
                    .get("prisma")?
                    .get("schema")?
                    .as_str()?
                    .trim_start_matches("./")
                    .to_owned(),
            )
        });
        let usual = SCHEMAS.iter().map(|schema| (*schema).to_owned());
        let Some(schema) = own.into_iter().chain(usual).find(|schema| app.path(schema).exists())
        else {
            return Ok(None);
        };
        Ok(Some(Recognised {
            evidence: schema,
            command: "npx prisma migrate deploy".to_owned(),
            pending: PendingCheck::ExitCode {
                command: "npx prisma migrate status".to_owned(),
                pending: &[1],
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_schema() {
        assert_eq!(
            told(&Prisma, &[("prisma/schema.prisma", "")]),
            "prisma/schema.prisma: npx prisma migrate deploy"
        );
        assert_eq!(
            told(
                &Prisma,
                &[
                    ("package.json", "{\"prisma\": {\"schema\": \"./db/main.prisma\"}}"),
                    ("db/main.prisma", "")
                ]
            ),
            "db/main.prisma: npx prisma migrate deploy"
        );
    }

    #[test]
    fn not_without_a_schema() {
        assert_eq!(told(&Prisma, &[("package.json", "{}")]), "-");
    }
}
