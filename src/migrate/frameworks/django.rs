//! Django.
//!
//! `migrate --noinput`, and `migrate --check` that fails where something is unapplied:
//! <https://docs.djangoproject.com/en/stable/ref/django-admin/#migrate>; the table is
//! `MigrationRecorder`'s, `django_migrations`: the same project's "Migrations" topic.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, SimpleCommand};

pub(super) struct Django;

impl Framework for Django {
    fn key(&self) -> &'static str {
        "django"
    }

    fn name(&self) -> &'static str {
        "Django"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let below = app.names_in("").into_iter().map(|directory| format!("{directory}/manage.py"));
        let below = below.filter(|file| app.has(file));
        for file in std::iter::once("manage.py".to_owned()).chain(below) {
            let is_django =
                app.rough_text(&file)?.is_some_and(|text| text.contains("DJANGO_SETTINGS_MODULE"));
            if is_django {
                return Ok(Some(Recognised {
                    evidence: format!("DJANGO_SETTINGS_MODULE in {file}"),
                    command: format!("python {file} migrate --noinput"),
                    pending: PendingCheck::ExitCode {
                        command: format!("python {file} migrate --check"),
                        pending: &[1],
                    },
                }));
            }
        }
        Ok(None)
    }

    fn pending_check_of(&self, command: &SimpleCommand) -> Option<PendingCheck> {
        let migrate = ["migrate", "migrate --noinput", "migrate --no-input"]
            .iter()
            .find_map(|last| command.before(last, "manage.py"))?;
        Some(PendingCheck::ExitCode {
            command: format!("{migrate} migrate --check"),
            pending: &[1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    const MANAGE: &str = "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n";

    #[test]
    fn by_manage_py_at_the_root_or_one_level_below() {
        assert_eq!(
            told(&Django, &[("manage.py", MANAGE)]),
            "DJANGO_SETTINGS_MODULE in manage.py: python manage.py migrate --noinput"
        );
        assert_eq!(
            told(&Django, &[("src/manage.py", MANAGE)]),
            "DJANGO_SETTINGS_MODULE in src/manage.py: python src/manage.py migrate --noinput"
        );
    }

    #[test]
    fn not_by_another_manage_py() {
        assert_eq!(told(&Django, &[("manage.py", "from flask_script import Manager\n")]), "-");
    }

    #[test]
    fn the_check_keeps_a_commands_own_options() {
        let check = |command| Django.pending_check_of(&SimpleCommand::of(command)?);
        assert_eq!(
            check("uv run ./manage.py migrate --no-input"),
            Some(PendingCheck::ExitCode {
                command: "uv run ./manage.py migrate --check".to_owned(),
                pending: &[1],
            })
        );
        assert_eq!(check("python manage.py migrate shop 0003"), None);
    }
}
