//! Phinx (PHP).
//!
//! `phinx migrate`; `phinx status` exits 3 where a migration is down and 2 where a file is missing;
//! table `phinxlog`; names of the configuration: <https://book.cakephp.org/phinx/0/en/commands.html>
//! and `configuration.html`.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Phinx;

const CONFIGS: &[&str] = &["phinx.php", "phinx.yml", "phinx.yaml", "phinx.json"];

impl Framework for Phinx {
    fn key(&self) -> &'static str {
        "phinx"
    }

    fn name(&self) -> &'static str {
        "Phinx"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let Some(config) = app.first_of(CONFIGS) else { return Ok(None) };
        Ok(Some(Recognised {
            evidence: config.to_owned(),
            command: "vendor/bin/phinx migrate".to_owned(),
            pending: PendingCheck::ExitCode {
                command: "vendor/bin/phinx status".to_owned(),
                pending: &[3],
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
            told(&Phinx, &[("phinx.php", "<?php\n")]),
            "phinx.php: vendor/bin/phinx migrate"
        );
        assert_eq!(told(&Phinx, &[("composer.json", "{}")]), "-");
    }
}
