//! Ecto (Elixir).
//!
//! `mix ecto.migrate`; `mix ecto.migrations` lists each migration as up or down; table
//! `schema_migrations`: <https://hexdocs.pm/ecto_sql/Mix.Tasks.Ecto.Migrate.html>,
//! `Mix.Tasks.Ecto.Migrations` and `Ecto.Migration`. A release has no mix: such an app names its own
//! command in its Procfile or its review-data.toml.

use super::{AppFiles, FileProblem, Framework, PendingCheck, Recognised};

pub(super) struct Ecto;

impl Framework for Ecto {
    fn key(&self) -> &'static str {
        "ecto"
    }

    fn name(&self) -> &'static str {
        "Ecto"
    }

    fn recognise(&self, app: &AppFiles) -> Result<Option<Recognised>, FileProblem> {
        let umbrella = app.names_in("apps").into_iter().map(|name| format!("apps/{name}/mix.exs"));
        let umbrella = umbrella.filter(|file| app.has(file));
        for file in std::iter::once("mix.exs".to_owned()).chain(umbrella) {
            if app.rough_text(&file)?.is_some_and(|text| text.contains(":ecto_sql")) {
                return Ok(Some(Recognised {
                    evidence: format!(":ecto_sql in {file}"),
                    command: "mix ecto.migrate".to_owned(),
                    pending: PendingCheck::Output {
                        command: "mix ecto.migrations".to_owned(),
                        pending: &["  down  "],
                        settled: &[],
                    },
                }));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::told;
    use super::*;
    #[test]
    fn by_its_dependency_also_in_an_umbrella() {
        assert_eq!(
            told(&Ecto, &[("mix.exs", "{:ecto_sql, \"~> 3.10\"},\n")]),
            ":ecto_sql in mix.exs: mix ecto.migrate"
        );
        assert_eq!(
            told(
                &Ecto,
                &[
                    ("mix.exs", "apps_path: \"apps\"\n"),
                    ("apps/a/mix.exs", "{:ecto_sql, \"~> 3\"}\n")
                ]
            ),
            ":ecto_sql in apps/a/mix.exs: mix ecto.migrate"
        );
    }

    #[test]
    fn not_by_mix_alone() {
        assert_eq!(told(&Ecto, &[("mix.exs", "{:plug, \"~> 1\"}\n")]), "-");
    }
}
