//! Laravel (PHP).
//!
//! `php artisan migrate --force` (no question in production), `migrate:status`, table `migrations`:
//! <https://laravel.com/docs/migrations#running-migrations>. `migrate:status` marks what is pending with
//! `Pending` since 9.21 and with `No` before.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, manifest};

pub(super) struct Laravel;

impl Framework for Laravel {
    fn key(&self) -> &'static str {
        "laravel"
    }

    fn name(&self) -> &'static str {
        "Laravel"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        if !app.has("artisan") || !manifest::composer(app, "laravel/framework")? {
            return Ok(None);
        }
        Ok(Some(Recognised {
            evidence: "artisan, and laravel/framework in composer.json".to_owned(),
            command: "php artisan migrate --force".to_owned(),
            pending: PendingCheck::Output {
                command: "php artisan migrate:status --no-ansi".to_owned(),
                pending: &["Pending", "| No ", "not found"],
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
    fn by_artisan_and_its_package() {
        let composer = ("composer.json", "{\"require\": {\"laravel/framework\": \"^11\"}}");
        assert_eq!(
            told(&Laravel, &[composer, ("artisan", "#!/usr/bin/env php\n")]),
            "artisan, and laravel/framework in composer.json: php artisan migrate --force"
        );
        assert_eq!(told(&Laravel, &[composer]), "-");
    }
}
