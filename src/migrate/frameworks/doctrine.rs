//! Doctrine Migrations (PHP), in Symfony by its bundle or alone.
//!
//! `doctrine:migrations:migrate`, `doctrine:migrations:up-to-date` (exit 1 where it is not), the
//! standalone `vendor/bin/doctrine-migrations` with its configuration files, table
//! `doctrine_migration_versions`:
//! <https://www.doctrine-project.org/projects/doctrine-migrations/en/stable/reference/managing-migrations.html>
//! and the `DoctrineMigrationsBundle`'s page.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, manifest};

pub(super) struct Doctrine;

const CONFIGS: &[&str] =
    &["migrations.php", "migrations.yml", "migrations.yaml", "migrations.xml", "migrations.json"];

impl Framework for Doctrine {
    fn key(&self) -> &'static str {
        "doctrine"
    }

    fn name(&self) -> &'static str {
        "Doctrine Migrations"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        if app.has("bin/console") && manifest::composer(app, "doctrine/doctrine-migrations-bundle")?
        {
            return Ok(Some(recognised(
                "doctrine/doctrine-migrations-bundle in composer.json",
                "php bin/console doctrine:migrations:",
            )));
        }
        match app.first_of(CONFIGS) {
            Some(config) if manifest::composer(app, "doctrine/migrations")? => {
                Ok(Some(recognised(
                    &format!("{config}, and doctrine/migrations in composer.json"),
                    "vendor/bin/doctrine-migrations ",
                )))
            }
            _ => Ok(None),
        }
    }
}

fn recognised(evidence: &str, prefix: &str) -> Recognised {
    Recognised {
        evidence: evidence.to_owned(),
        command: format!("{prefix}migrate --no-interaction --allow-no-migration"),
        pending: PendingCheck::ExitCode {
            command: format!("{prefix}up-to-date --no-interaction"),
            pending: &[1],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_the_bundle_or_alone() {
        assert_eq!(
            told(
                &Doctrine,
                &[
                    ("bin/console", "#!/usr/bin/env php\n"),
                    (
                        "composer.json",
                        "{\"require\": {\"doctrine/doctrine-migrations-bundle\": \"^3\"}}"
                    )
                ]
            ),
            "doctrine/doctrine-migrations-bundle in composer.json: php bin/console \
             doctrine:migrations:migrate --no-interaction --allow-no-migration"
        );
        assert_eq!(
            told(
                &Doctrine,
                &[
                    ("migrations.php", "<?php\n"),
                    ("composer.json", "{\"require\": {\"doctrine/migrations\": \"^3\"}}")
                ]
            ),
            "migrations.php, and doctrine/migrations in composer.json: \
             vendor/bin/doctrine-migrations migrate --no-interaction --allow-no-migration"
        );
        assert_eq!(told(&Doctrine, &[("migrations.php", "<?php\n")]), "-");
    }
}
