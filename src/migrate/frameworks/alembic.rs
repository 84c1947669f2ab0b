//! Alembic, alone or in a Pyramid app.
//!
//! `alembic.ini`, `script_location`, `-n`: <https://alembic.sqlalchemy.org/en/latest/tutorial.html>;
//! `[tool.alembic]` in `pyproject.toml` since 1.16: the same page, "Using pyproject.toml";
//! table `alembic_version`: `EnvironmentContext.configure`, `version_table`. Pyramid keeps its
//! settings for production in `production.ini`: its cookiecutters, and the set-up of 2019 in which
//! the section `[app:…]` itself holds `script_location`.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised, SimpleCommand};

pub(super) struct Alembic;

const INI_FILES: &[&str] = &[
    "alembic.ini",
    "production.ini",
    "etc/production.ini",
    "config/production.ini",
    "conf/production.ini",
];

impl Framework for Alembic {
    fn key(&self) -> &'static str {
        "alembic"
    }

    fn name(&self) -> &'static str {
        "Alembic"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        for &file in INI_FILES {
            if let Some(section) = app.rough_text(file)?.as_deref().and_then(alembic_section) {
                return Ok(Some(recognised(file, Some(section))));
            }
        }
        let configured = app.toml("pyproject.toml")?.is_some_and(|project| {
            project.get("tool").and_then(|tool| tool.get("alembic")).is_some()
        });
        Ok(configured.then(|| recognised("pyproject.toml", None)))
    }

    fn pending_check_of(&self, command: &SimpleCommand) -> Option<PendingCheck> {
        let before = |last| command.before(last, "alembic");
        before("upgrade head").or_else(|| before("upgrade heads")).map(revisions)
    }
}

/// The set of the database's revisions against the set of the heads, however many branches.
fn revisions(alembic: &str) -> PendingCheck {
    PendingCheck::Revisions {
        current: format!("{alembic} current"),
        heads: format!("{alembic} heads"),
    }
}

/// The section that says where the migrations are; `[alembic]` before others.
fn alembic_section(ini: &str) -> Option<&str> {
    let mut section = "";
    let mut found = None;
    for line in ini.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
        } else if line.split(['=', ':']).next().map(str::trim) == Some("script_location")
            && (found.is_none() || section == "alembic")
        {
            found = Some(section);
        }
    }
    found
}

fn recognised(file: &str, section: Option<&str>) -> Recognised {
    let mut alembic = "alembic".to_owned();
    if section.is_some() && file != "alembic.ini" {
        alembic.push_str(" -c ");
        alembic.push_str(file);
    }
    if let Some(section) = section.filter(|section| *section != "alembic") {
        alembic.push_str(" -n ");
        alembic.push_str(&shell_word(section));
    }
    let evidence = match section {
        Some(section) => format!("script_location in [{section}] of {file}"),
        None => "[tool.alembic] in pyproject.toml".to_owned(),
    };
    Recognised {
        evidence,
        command: format!("{alembic} upgrade head"),
        pending: revisions(&alembic),
    }
}

/// Quoted where a shell would read more than a word.
fn shell_word(word: &str) -> String {
    if word.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:/".contains(c)) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;

    #[test]
    fn by_its_own_ini() {
        assert_eq!(
            told(&Alembic, &[("alembic.ini", "[alembic]\nscript_location = migrations\n")]),
            "script_location in [alembic] of alembic.ini: alembic upgrade head"
        );
    }

    #[test]
    fn by_a_section_of_pyramids_production_ini() {
        assert_eq!(
            told(
                &Alembic,
                &[(
                    "production.ini",
                    "[app:main]\nuse = egg:shop\n\n[alembic]\nscript_location = shop/alembic\n"
                )]
            ),
            "script_location in [alembic] of production.ini: alembic -c production.ini upgrade head"
        );
        assert_eq!(
            told(
                &Alembic,
                &[("etc/production.ini", "[app:myapp]\nuse = egg:x\nscript_location: a\n")]
            ),
            "script_location in [app:myapp] of etc/production.ini: \
             alembic -c etc/production.ini -n app:myapp upgrade head"
        );
    }

    #[test]
    fn by_pyproject() {
        assert_eq!(
            told(&Alembic, &[("pyproject.toml", "[tool.alembic]\nscript_location = \"a\"\n")]),
            "[tool.alembic] in pyproject.toml: alembic upgrade head"
        );
    }

    #[test]
    fn not_by_an_ini_without_migrations() {
        assert_eq!(told(&Alembic, &[("production.ini", "[app:main]\nuse = egg:x\n")]), "-");
        assert_eq!(told(&Alembic, &[("alembic.ini", "[alembic]\n# script_location = x\n")]), "-");
    }

    #[test]
    fn the_check_keeps_a_commands_own_options() {
        let check = |command| {
            let command = SimpleCommand::of(command)?;
            Alembic.pending_check_of(&command)
        };
        assert_eq!(
            check("poetry run alembic -c etc/x.ini -n app:y upgrade heads"),
            Some(PendingCheck::Revisions {
                current: "poetry run alembic -c etc/x.ini -n app:y current".to_owned(),
                heads: "poetry run alembic -c etc/x.ini -n app:y heads".to_owned(),
            })
        );
        assert_eq!(check("alembic upgrade +1"), None);
        assert_eq!(check("alembic upgrade head --sql"), None);
    }
}
