//! Flask-Migrate: Alembic below, its own directory and commands.
//!
//! `flask db upgrade`, `current`, `heads`; `flask db init` writes `migrations/alembic.ini` and
//! `env.py` for Flask's `current_app`: <https://flask-migrate.readthedocs.io/en/latest/>.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, manifest};

pub(super) struct FlaskMigrate;

impl Framework for FlaskMigrate {
    fn key(&self) -> &'static str {
        "flask-migrate"
    }

    fn name(&self) -> &'static str {
        "Flask-Migrate"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let env_file = "migrations/env.py";
        let is_ours = app
            .rough_text(env_file)?
            .is_some_and(|text| text.contains("current_app") || text.contains("flask_migrate"));
        let listed = ["requirements.txt", "pyproject.toml", "Pipfile"].iter().any(|file| {
            let text = app.rough_text(file).ok().flatten().unwrap_or_default();
            manifest::has_word(&text.to_ascii_lowercase().replace('_', "-"), "flask-migrate")
        });
        let is_ours = is_ours || listed && app.has(env_file);
        if !is_ours || !app.has("migrations/alembic.ini") {
            return Ok(None);
        }
        Ok(Some(Recognised {
            evidence: if listed {
                format!("Flask-Migrate, and {env_file}")
            } else {
                format!("Flask's current_app in {env_file}")
            },
            command: "flask db upgrade".to_owned(),
            pending: PendingCheck::Revisions {
                current: "flask db current".to_owned(),
                heads: "flask db heads".to_owned(),
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    #[test]
    fn by_its_env_py() {
        assert_eq!(
            told(
                &FlaskMigrate,
                &[
                    ("migrations/env.py", "from flask import current_app\n"),
                    ("migrations/alembic.ini", "[alembic]\n")
                ]
            ),
            "Flask's current_app in migrations/env.py: flask db upgrade"
        );
    }

    #[test]
    fn not_by_plain_alembic_in_the_same_directory() {
        assert_eq!(
            told(
                &FlaskMigrate,
                &[
                    ("migrations/env.py", "from alembic import context\n"),
                    ("migrations/alembic.ini", "[alembic]\n")
                ]
            ),
            "-"
        );
    }
}
